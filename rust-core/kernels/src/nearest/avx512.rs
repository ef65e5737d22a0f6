//! AVX-512 F: tiles of up to fourteen points by thirty-two cells, twenty-eight of the thirty-two
//! registers.

use super::{Tile, TileArguments};
use std::arch::x86_64::*;

const WIDE: usize = 32;
const LANES: usize = 16;

pub(crate) const TILE: Tile = Tile { high: 14, wide: WIDE, lanes: LANES, run };

/// See [`super::TileKernel`].
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn run(t: &TileArguments) {
    // SAFETY: passed on from the caller.
    unsafe {
        match t.high {
            1 => tile::<1>(t),
            2 => tile::<2>(t),
            3 => tile::<3>(t),
            4 => tile::<4>(t),
            5 => tile::<5>(t),
            6 => tile::<6>(t),
            7 => tile::<7>(t),
            8 => tile::<8>(t),
            9 => tile::<9>(t),
            10 => tile::<10>(t),
            11 => tile::<11>(t),
            12 => tile::<12>(t),
            13 => tile::<13>(t),
            _ => tile::<14>(t),
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn tile<const HIGH: usize>(t: &TileArguments) {
    let mut products = [[_mm512_setzero_ps(); 2]; HIGH];
    // SAFETY: the panel has `depth × WIDE` numbers, the group `depth × HIGH`, bias `WIDE`, and keys
    // and cells `HIGH × LANES`.
    unsafe {
        let (mut point, mut panel) = (t.points, t.panel);
        for _ in 0..t.depth {
            let (left, right) = (_mm512_loadu_ps(panel), _mm512_loadu_ps(panel.add(16)));
            for (i, [a, b]) in products.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*point.add(i));
                *a = _mm512_fmadd_ps(x, left, *a);
                *b = _mm512_fmadd_ps(x, right, *b);
            }
            point = point.add(HIGH);
            panel = panel.add(WIDE);
        }
        let (bias_a, bias_b) = (_mm512_loadu_ps(t.bias), _mm512_loadu_ps(t.bias.add(16)));
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let cell_a = _mm512_add_epi32(_mm512_set1_epi32(t.first as i32), lanes);
        let cell_b = _mm512_add_epi32(cell_a, _mm512_set1_epi32(LANES as i32));
        for (i, [a, b]) in products.into_iter().enumerate() {
            let (keys, cells) = (t.keys.add(i * LANES), t.cells.add(i * LANES).cast::<i32>());
            let mut best = _mm512_loadu_ps(keys);
            let mut best_cell = _mm512_loadu_epi32(cells);
            for (key, cell) in
                [(_mm512_sub_ps(bias_a, a), cell_a), (_mm512_sub_ps(bias_b, b), cell_b)]
            {
                let less = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(key, best);
                best = _mm512_mask_mov_ps(best, less, key);
                best_cell = _mm512_mask_mov_epi32(best_cell, less, cell);
            }
            _mm512_storeu_ps(keys, best);
            _mm512_storeu_epi32(cells, best_cell);
        }
    }
}
