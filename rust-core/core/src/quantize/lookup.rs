//! A query's table in eight bits.

use crate::error::{Result, filled};

/// What a scan needs of a query: the u8 table, and how sums of its entries become numbers.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    /// `16 × nibbles` entries.
    pub entries: Vec<u8>,
    /// A sum of entries times this, plus `offset`, is about the sum of the f32 table.
    pub scale: f32,
    /// See `scale`.
    pub offset: f32,
}

/// Quantizes a table, 16 entries a nibble: each nibble's smallest entry becomes 0, and one scale
/// for all nibbles makes the widest nibble's range 255. `common` is what all sums have in common.
pub(crate) fn quantize(table: &[f32], common: f32) -> Result<Lookup> {
    let mut entries = filled(table.len(), 0u8)?;
    let range = |nibble: &[f32]| {
        nibble
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
    };
    let mut widest = 0f32;
    let mut offset = f64::from(common);
    for nibble in table.chunks_exact(16) {
        let (low, high) = range(nibble);
        widest = widest.max(high - low);
        offset += f64::from(low);
    }
    let (scale, inverse) = (widest / 255.0, 255.0 / widest);
    // A range so small that its parts are no numbers any more tells nothing apart.
    if scale.is_normal() && inverse.is_normal() {
        for (nibble, entries) in table.chunks_exact(16).zip(entries.chunks_exact_mut(16)) {
            let (low, _) = range(nibble);
            for (entry, &x) in entries.iter_mut().zip(nibble) {
                *entry = ((x - low) * inverse + 0.5) as u8;
            }
        }
        Ok(Lookup { entries, scale, offset: offset as f32 })
    } else {
        Ok(Lookup { entries, scale: 0.0, offset: offset as f32 })
    }
}
