//! The plain twin of the SIMD sums, and their reference.

use super::{CELLS, GROUP, Summer, Weights};

pub(crate) const SUMMER: Summer = Summer { weigh, keys, within };

/// The four numbers in their order.
pub(super) fn weigh(weights: [i16; GROUP]) -> Weights {
    let [a, b, c, d] = weights.map(i16::to_le_bytes);
    [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
}

/// See [`super::KeysKernel`].
unsafe fn keys(bytes: &[u8], weights: &[Weights], unit: f32, bias: &[f32], keys: &mut [f32]) {
    let blocks = bytes.chunks_exact(weights.len() * GROUP * CELLS);
    let outputs = keys.chunks_exact_mut(CELLS).zip(bias.chunks_exact(CELLS));
    for (block, (keys, bias)) in blocks.zip(outputs) {
        let mut sums = [0i32; CELLS];
        for (group, w) in block.chunks_exact(GROUP * CELLS).zip(weights) {
            let weight = |i: usize| i32::from(i16::from_le_bytes([w[2 * i], w[2 * i + 1]]));
            let weights = [weight(0), weight(1), weight(2), weight(3)];
            for (sum, bytes) in sums.iter_mut().zip(group.chunks_exact(GROUP)) {
                for (weight, &byte) in weights.iter().zip(bytes) {
                    *sum += weight * i32::from(byte);
                }
            }
        }
        for ((key, bias), sum) in keys.iter_mut().zip(bias).zip(sums) {
            *key = bias - unit * sum as f32;
        }
    }
}

/// See [`super::WithinKernel`].
pub(super) unsafe fn within(keys: &[f32], limit: f32, places: &mut Vec<u32>) {
    for (block, first) in keys.chunks_exact(CELLS).zip((0u32..).step_by(CELLS)) {
        let smallest = block.iter().fold(f32::INFINITY, |a, &b| if b < a { b } else { a });
        if smallest <= limit {
            let near = block.iter().zip(first..).filter(|(key, _)| **key <= limit);
            places.extend(near.map(|(_, place)| place));
        }
    }
}
