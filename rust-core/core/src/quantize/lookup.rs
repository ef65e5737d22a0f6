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

/// How far a table in eight bits may be from the table that it was made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// Most that a sum from the bytes is above the same sum of the table.
    pub above: f64,
    /// Most that a sum of the table, or any part of it, amounts to.
    pub reach: f64,
}

impl Spread {
    /// Compares a table with the bytes that [`quantize`] made of it.
    pub fn of(table: &[f32], common: f32, lookup: &Lookup) -> Self {
        let scale = f64::from(lookup.scale);
        let mut spread = Self { above: 0.0, reach: f64::from(common.abs()) };
        for (nibble, entries) in table.chunks_exact(16).zip(lookup.entries.chunks_exact(16)) {
            let low = f64::from(nibble.iter().copied().fold(f32::INFINITY, f32::min));
            let (mut above, mut reach) = (0f64, 0f64);
            for (&x, &entry) in nibble.iter().zip(entries) {
                let x = f64::from(x);
                above = above.max(scale * f64::from(entry) - (x - low));
                reach = reach.max(x.abs());
            }
            spread.above += above;
            spread.reach += reach;
        }
        spread
    }
}
