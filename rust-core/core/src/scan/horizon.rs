//! How far to go on visiting cells.
//!
//! A vector x within r of the query q can lie in the cell of centroid c only if x is nearer to c than
//! to the nearest centroid c₀ of all. So q is at most r away from the plane between c and c₀, which it
//! is |q - c|² - |q - c₀|² over 2 |c - c₀| away from; and since |c - c₀| ≤ |q - c| + |q - c₀|,
//!
//! |q - c| - |q - c₀| ≤ 2 r
//!
//! is necessary. In many dimensions the rest of x - q is almost at a right angle to the way from c₀ to
//! c, and far less than the allowed 2 r is ever used: see docs/decisions/0029.

/// What is visited of the necessary: so many times r.
const REACH: f64 = 0.7;

/// How many of the first cells are near enough. `bases` ascend by cell; `threshold` is the estimate of
/// the last candidate; `distance` makes distances of both.
pub(super) fn within(bases: &[f32], threshold: f32, distance: impl Fn(f32) -> f64) -> usize {
    let Some(&nearest) = bases.first() else { return 0 };
    let (near, reach) = (distance(nearest), REACH * distance(threshold));
    bases.iter().position(|&base| distance(base) - near > reach).unwrap_or(bases.len())
}
