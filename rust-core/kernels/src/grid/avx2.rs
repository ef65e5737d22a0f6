//! AVX2: `vpmaddwd` multiplies two 16-bit numbers of a point with two of each of eight cells. Tiles of
//! up to six points by sixteen cells, twelve of the sixteen registers.

use super::{Form, GridArguments, GridTile, WIDEST};
use std::arch::x86_64::*;

const WIDE: usize = 16;

pub(crate) const TILE: GridTile =
    GridTile { form: Form::Words, high: 6, wide: WIDE, run: run::<false>, floats: run::<true> };

/// See [`super::GridKernel`].
#[target_feature(enable = "avx2,fma")]
unsafe fn run<const FLOATS: bool>(t: &mut GridArguments<'_>) {
    // SAFETY: passed on from the caller.
    unsafe {
        match t.high {
            1 => tile::<1, FLOATS>(t),
            2 => tile::<2, FLOATS>(t),
            3 => tile::<3, FLOATS>(t),
            4 => tile::<4, FLOATS>(t),
            5 => tile::<5, FLOATS>(t),
            _ => tile::<6, FLOATS>(t),
        }
    }
}

/// Adds the products of a step.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn step<const FLOATS: bool>(sum: __m256i, point: __m256i, cells: __m256i) -> __m256i {
    if FLOATS {
        let (point, cells) = (_mm256_castsi256_ps(point), _mm256_castsi256_ps(cells));
        _mm256_castps_si256(_mm256_fmadd_ps(point, cells, _mm256_castsi256_ps(sum)))
    } else {
        _mm256_add_epi32(sum, _mm256_madd_epi16(point, cells))
    }
}

/// Sums as numbers.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn number<const FLOATS: bool>(sum: __m256i) -> __m256 {
    if FLOATS { _mm256_castsi256_ps(sum) } else { _mm256_cvtepi32_ps(sum) }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const HIGH: usize, const FLOATS: bool>(t: &mut GridArguments<'_>) {
    let mut sums = [[_mm256_setzero_si256(); 2]; HIGH];
    // SAFETY: the panel has `depth × WIDE` steps, the group `depth × HIGH`, units and bases `WIDE`
    // numbers.
    unsafe {
        let (mut point, mut panel) = (t.points.cast::<i32>(), t.panel);
        for _ in 0..t.depth {
            let left = _mm256_loadu_si256(panel.cast());
            let right = _mm256_loadu_si256(panel.add(8).cast());
            for (i, [a, b]) in sums.iter_mut().enumerate() {
                let words = _mm256_set1_epi32(*point.add(i));
                *a = step::<FLOATS>(*a, words, left);
                *b = step::<FLOATS>(*b, words, right);
            }
            point = point.add(HIGH);
            panel = panel.add(WIDE);
        }
        let (unit_a, unit_b) = (_mm256_loadu_ps(t.units), _mm256_loadu_ps(t.units.add(8)));
        let (base_a, base_b) = (_mm256_loadu_ps(t.bases), _mm256_loadu_ps(t.bases.add(8)));
        let radius_a = _mm256_loadu_ps(t.radii.as_ptr());
        let radius_b = _mm256_loadu_ps(t.radii[8..].as_ptr());
        for (i, [a, b]) in sums.into_iter().enumerate() {
            let limit = _mm256_set1_ps(t.found.limits[t.start + i]);
            let reach = _mm256_set1_ps(t.found.reaches[t.start + i]);
            let a = _mm256_fnmadd_ps(number::<FLOATS>(a), unit_a, base_a);
            let b = _mm256_fnmadd_ps(number::<FLOATS>(b), unit_b, base_b);
            let a = _mm256_fnmadd_ps(reach, radius_a, a);
            let b = _mm256_fnmadd_ps(reach, radius_b, b);
            let near_a = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(a, limit));
            let near_b = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(b, limit));
            let bits = near_a as u32 | (near_b as u32) << 8;
            if bits != 0 {
                let mut keys = [0f32; WIDEST];
                _mm256_storeu_ps(keys.as_mut_ptr(), a);
                _mm256_storeu_ps(keys.as_mut_ptr().add(8), b);
                t.found.note(t.start + i, bits, &keys, t.radii, t.first);
            }
        }
    }
}
