//! The plain twin of the SIMD tiles, and their reference.

use super::{Tile, TileArguments};

const HIGH: usize = 4;
const WIDE: usize = 8;

pub(crate) const TILE: Tile = Tile { high: HIGH, wide: WIDE, lanes: WIDE, run };

/// See [`super::TileKernel`].
unsafe fn run(t: &TileArguments) {
    let mut products = [[0f32; WIDE]; HIGH];
    // SAFETY: the arguments are as their documentation says.
    unsafe {
        for k in 0..t.depth {
            let cells = &*t.panel.add(k * WIDE).cast::<[f32; WIDE]>();
            for (i, row) in products.iter_mut().enumerate().take(t.high) {
                let point = *t.points.add(k * t.high + i);
                for (sum, cell) in row.iter_mut().zip(cells) {
                    *sum += point * cell;
                }
            }
        }
        for (i, row) in products.iter().enumerate().take(t.high) {
            for (j, product) in row.iter().enumerate() {
                let key = *t.bias.add(j) - product;
                let best = t.keys.add(i * WIDE + j);
                if key < *best {
                    *best = key;
                    *t.cells.add(i * WIDE + j) = t.first + j as u32;
                }
            }
        }
    }
}
