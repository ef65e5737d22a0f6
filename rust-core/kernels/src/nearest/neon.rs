//! NEON: tiles of up to six points by sixteen cells, twenty-four of the thirty-two registers.

use super::{Tile, TileArguments};
use std::arch::aarch64::*;

const WIDE: usize = 16;
const LANES: usize = 4;
const REGISTERS: usize = WIDE / LANES;

pub(crate) const TILE: Tile = Tile { high: 6, wide: WIDE, lanes: LANES, run };

/// See [`super::TileKernel`].
#[target_feature(enable = "neon")]
unsafe fn run(t: &TileArguments) {
    // SAFETY: passed on from the caller.
    unsafe {
        match t.high {
            1 => tile::<1>(t),
            2 => tile::<2>(t),
            3 => tile::<3>(t),
            4 => tile::<4>(t),
            5 => tile::<5>(t),
            _ => tile::<6>(t),
        }
    }
}

#[inline]
#[target_feature(enable = "neon")]
unsafe fn tile<const HIGH: usize>(t: &TileArguments) {
    let mut products = [[vdupq_n_f32(0.0); REGISTERS]; HIGH];
    // SAFETY: the panel has `depth × WIDE` numbers, the group `depth × HIGH`, bias `WIDE`, and keys
    // and cells `HIGH × LANES`.
    unsafe {
        let (mut point, mut panel) = (t.points, t.panel);
        for _ in 0..t.depth {
            let mut cells = [vdupq_n_f32(0.0); REGISTERS];
            for (j, cell) in cells.iter_mut().enumerate() {
                *cell = vld1q_f32(panel.add(j * LANES));
            }
            for (i, row) in products.iter_mut().enumerate() {
                let x = *point.add(i);
                for (product, cell) in row.iter_mut().zip(cells) {
                    *product = vfmaq_n_f32(*product, cell, x);
                }
            }
            point = point.add(HIGH);
            panel = panel.add(WIDE);
        }
        let lanes = vld1q_u32([0u32, 1, 2, 3].as_ptr());
        for (i, row) in products.into_iter().enumerate() {
            let (keys, cells) = (t.keys.add(i * LANES), t.cells.add(i * LANES));
            let (mut best, mut best_cell) = (vld1q_f32(keys), vld1q_u32(cells));
            for (j, product) in row.into_iter().enumerate() {
                let key = vsubq_f32(vld1q_f32(t.bias.add(j * LANES)), product);
                let cell = vaddq_u32(vdupq_n_u32(t.first + (j * LANES) as u32), lanes);
                let less = vcltq_f32(key, best);
                best = vbslq_f32(less, key, best);
                best_cell = vbslq_u32(less, cell, best_cell);
            }
            vst1q_f32(keys, best);
            vst1q_u32(cells, best_cell);
        }
    }
}
