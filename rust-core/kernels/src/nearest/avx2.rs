//! AVX2 + FMA: tiles of up to six points by sixteen cells, twelve of the sixteen registers.

use super::{Tile, TileArguments};
use std::arch::x86_64::*;

const WIDE: usize = 16;
const LANES: usize = 8;

pub(crate) const TILE: Tile = Tile { high: 6, wide: WIDE, lanes: LANES, run };

/// See [`super::TileKernel`].
#[target_feature(enable = "avx2,fma")]
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
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const HIGH: usize>(t: &TileArguments) {
    let mut products = [[_mm256_setzero_ps(); 2]; HIGH];
    // SAFETY: the panel has `depth × WIDE` numbers, the group `depth × HIGH`, bias `WIDE`, and keys
    // and cells `HIGH × LANES`.
    unsafe {
        let (mut point, mut panel) = (t.points, t.panel);
        for _ in 0..t.depth {
            let (left, right) = (_mm256_loadu_ps(panel), _mm256_loadu_ps(panel.add(8)));
            for (i, [a, b]) in products.iter_mut().enumerate() {
                let x = _mm256_broadcast_ss(&*point.add(i));
                *a = _mm256_fmadd_ps(x, left, *a);
                *b = _mm256_fmadd_ps(x, right, *b);
            }
            point = point.add(HIGH);
            panel = panel.add(WIDE);
        }
        let (bias_a, bias_b) = (_mm256_loadu_ps(t.bias), _mm256_loadu_ps(t.bias.add(8)));
        let cell_a = _mm256_add_epi32(
            _mm256_set1_epi32(t.first as i32),
            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
        );
        let cell_b = _mm256_add_epi32(cell_a, _mm256_set1_epi32(LANES as i32));
        for (i, [a, b]) in products.into_iter().enumerate() {
            let (keys, cells) = (t.keys.add(i * LANES), t.cells.add(i * LANES));
            let (mut best, mut best_cell) =
                (_mm256_loadu_ps(keys), _mm256_castsi256_ps(_mm256_loadu_si256(cells.cast())));
            for (key, cell) in
                [(_mm256_sub_ps(bias_a, a), cell_a), (_mm256_sub_ps(bias_b, b), cell_b)]
            {
                let less = _mm256_cmp_ps::<_CMP_LT_OQ>(key, best);
                best = _mm256_blendv_ps(best, key, less);
                best_cell = _mm256_blendv_ps(best_cell, _mm256_castsi256_ps(cell), less);
            }
            _mm256_storeu_ps(keys, best);
            _mm256_storeu_si256(cells.cast(), _mm256_castps_si256(best_cell));
        }
    }
}
