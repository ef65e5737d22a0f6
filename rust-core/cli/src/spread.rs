//! How vectors are spread over cells.

use serde_json::{Value, json};

/// The cell sizes under the names that a node uses. `imbalance` is `nlist × Σ nᵢ² / (Σ nᵢ)²`: 1 means
/// that all cells are equal.
pub fn describe(sizes: &[u64]) -> Value {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let total: u64 = sorted.iter().sum();
    let squares: f64 = sorted.iter().map(|&n| (n as f64) * (n as f64)).sum();
    let at = |i: usize| sorted.get(i).copied().unwrap_or(0);
    json!({
        "smallest": at(0),
        "median": at(sorted.len() / 2),
        "largest": at(sorted.len().saturating_sub(1)),
        "empty": sorted.iter().take_while(|&&n| n == 0).count(),
        "imbalance": sorted.len() as f64 * squares / (total as f64 * total as f64),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_summed_up() {
        let found = super::describe(&[4, 0, 8, 4]);
        assert_eq!(
            found,
            serde_json::json!({
                "smallest": 0, "median": 4, "largest": 8, "empty": 1, "imbalance": 1.5
            })
        );
    }
}
