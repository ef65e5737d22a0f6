//! AVX2: `vpmaddwd` multiplies pairs of 16-bit numbers. Of the four bytes of a cell the first and
//! third are one pair, the second and fourth the other.

use super::{CELLS, GROUP, Summer, Weights};
use std::arch::x86_64::*;

pub(crate) const SUMMER: Summer = Summer { weigh, keys, within };

/// First, third, second, fourth.
fn weigh([a, b, c, d]: [i16; GROUP]) -> Weights {
    super::scalar::weigh([a, c, b, d])
}

/// Halves of a block.
const HALVES: usize = 2;

/// See [`super::KeysKernel`].
#[target_feature(enable = "avx2")]
unsafe fn keys(bytes: &[u8], weights: &[Weights], unit: f32, bias: &[f32], keys: &mut [f32]) {
    let blocks = keys.len() / CELLS;
    let length = weights.len() * GROUP * CELLS;
    let mut block = 0;
    // SAFETY: the caller promises the shapes.
    unsafe {
        let at = |block: usize| {
            (bytes.as_ptr().add(block * length), bias.as_ptr().add(block * CELLS), block * CELLS)
        };
        while block + 2 <= blocks {
            let (bytes, bias, place) = at(block);
            some::<{ 2 * HALVES }>(bytes, weights, unit, bias, keys.as_mut_ptr().add(place));
            block += 2;
        }
        if block < blocks {
            let (bytes, bias, place) = at(block);
            some::<HALVES>(bytes, weights, unit, bias, keys.as_mut_ptr().add(place));
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
unsafe fn some<const REGISTERS: usize>(
    bytes: *const u8,
    weights: &[Weights],
    unit: f32,
    bias: *const f32,
    keys: *mut f32,
) {
    let mut sums = [[_mm256_setzero_si256(); 2]; REGISTERS];
    let length = weights.len() * GROUP * CELLS;
    let bytes_of_pairs = _mm256_set1_epi16(0xff);
    // SAFETY: the caller promises as many blocks as there are registers for.
    unsafe {
        for (group, weights) in weights.iter().enumerate() {
            let weights: *const i32 = weights.as_ptr().cast();
            let even = _mm256_set1_epi32(weights.read_unaligned());
            let odd = _mm256_set1_epi32(weights.add(1).read_unaligned());
            for (r, sums) in sums.iter_mut().enumerate() {
                let at = r / HALVES * length + group * GROUP * CELLS + r % HALVES * 32;
                let cells = _mm256_loadu_si256(bytes.add(at).cast());
                let first = _mm256_and_si256(cells, bytes_of_pairs);
                let second = _mm256_srli_epi16::<8>(cells);
                sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(first, even));
                sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(second, odd));
            }
        }
        for (r, [even, odd]) in sums.into_iter().enumerate() {
            let sum = _mm256_cvtepi32_ps(_mm256_add_epi32(even, odd));
            let scaled = _mm256_mul_ps(_mm256_set1_ps(unit), sum);
            let key = _mm256_sub_ps(_mm256_loadu_ps(bias.add(r * 8)), scaled);
            _mm256_storeu_ps(keys.add(r * 8), key);
        }
    }
}

/// See [`super::WithinKernel`].
#[target_feature(enable = "avx2")]
unsafe fn within(keys: &[f32], limit: f32, places: &mut Vec<u32>) {
    let limit = _mm256_set1_ps(limit);
    let mut length = places.len();
    for (half, first) in keys.chunks_exact(8).zip((0u32..).step_by(8)) {
        // SAFETY: half a block has eight keys; there is room for all places.
        unsafe {
            let keys = _mm256_loadu_ps(half.as_ptr());
            let mut near = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(keys, limit));
            while near != 0 {
                places.as_mut_ptr().add(length).write(first + near.trailing_zeros());
                length += 1;
                near &= near - 1;
            }
        }
    }
    // SAFETY: so many were written.
    unsafe { places.set_len(length) };
}
