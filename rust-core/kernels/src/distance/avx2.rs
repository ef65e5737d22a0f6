//! AVX2: four rows at a time, two sums of eight lanes a row.

use super::{AHEAD, Consecutive, Numbered, Place, is_stream, prefetch};
use std::arch::x86_64::*;

/// See [`super::RowsKernel`].
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn rows<const L2: bool>(
    query: &[f32],
    base: *const u8,
    stride: usize,
    out: &mut [f32],
) {
    // SAFETY: passed on from the caller.
    unsafe { run::<L2, _>(query, Consecutive { base, stride }, out) }
}

/// See [`super::RowsAtKernel`].
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn rows_at<const L2: bool>(
    query: &[f32],
    base: *const u8,
    stride: usize,
    index: &[u32],
    out: &mut [f32],
) {
    // SAFETY: passed on from the caller.
    unsafe { run::<L2, _>(query, Numbered { base, stride, index }, out) }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn run<const L2: bool, P: Place>(query: &[f32], place: P, out: &mut [f32]) {
    let (count, row_bytes) = (out.len(), query.len() * 4);
    let streams = is_stream::<P>(count * row_bytes);
    prefetch(place, 0, AHEAD, count, row_bytes);
    let mut blocks = out.chunks_exact_mut(4);
    let mut i = 0;
    for block in &mut blocks {
        // SAFETY: rows `i..i + 4` exist; `block` has four places.
        unsafe {
            let rows = [place.row(i), place.row(i + 1), place.row(i + 2), place.row(i + 3)];
            let sums = if streams {
                let [a, b, c, d] = rows;
                let ([a], [b]) = (sums::<L2, 1>(query, [a]), sums::<L2, 1>(query, [b]));
                let ([c], [d]) = (sums::<L2, 1>(query, [c]), sums::<L2, 1>(query, [d]));
                [a, b, c, d]
            } else {
                prefetch(place, i + AHEAD, i + AHEAD + 4, count, row_bytes);
                sums::<L2, 4>(query, rows)
            };
            _mm_storeu_ps(block.as_mut_ptr(), reduce(sums));
        }
        i += 4;
    }
    for value in blocks.into_remainder() {
        // SAFETY: row `i` exists.
        let [sum] = unsafe { sums::<L2, 1>(query, [place.row(i)]) };
        *value = _mm_cvtss_f32(reduce([sum; 4]));
        i += 1;
    }
}

/// For each row the sixteen partial sums over its components, the upper eight added to the lower.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn sums<const L2: bool, const R: usize>(
    query: &[f32],
    rows: [*const f32; R],
) -> [__m256; R] {
    let length = query.len();
    let q = query.as_ptr();
    let mut even = [_mm256_setzero_ps(); R];
    let mut odd = [_mm256_setzero_ps(); R];
    let mut k = 0;
    // SAFETY: every load ends at or before component `length` of the query and of each row; masked
    // lanes are not read.
    unsafe {
        while k + 16 <= length {
            let (q0, q1) = (_mm256_loadu_ps(q.add(k)), _mm256_loadu_ps(q.add(k + 8)));
            for r in 0..R {
                even[r] = step::<L2>(even[r], q0, _mm256_loadu_ps(rows[r].add(k)));
                odd[r] = step::<L2>(odd[r], q1, _mm256_loadu_ps(rows[r].add(k + 8)));
            }
            k += 16;
        }
        if k + 8 <= length {
            let q0 = _mm256_loadu_ps(q.add(k));
            for r in 0..R {
                even[r] = step::<L2>(even[r], q0, _mm256_loadu_ps(rows[r].add(k)));
            }
            k += 8;
            if k < length {
                odd = tail::<L2, R>(odd, q.add(k), rows.map(|row| row.add(k)), length - k);
            }
        } else if k < length {
            even = tail::<L2, R>(even, q.add(k), rows.map(|row| row.add(k)), length - k);
        }
    }
    for r in 0..R {
        even[r] = _mm256_add_ps(even[r], odd[r]);
    }
    even
}

/// Adds the terms of the last `left` components, fewer than eight.
///
/// # Safety
/// So many must be readable at each address.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn tail<const L2: bool, const R: usize>(
    sums: [__m256; R],
    q: *const f32,
    rows: [*const f32; R],
    left: usize,
) -> [__m256; R] {
    let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(left as i32), lanes);
    let mut sums = sums;
    // SAFETY: masked lanes are not read.
    unsafe {
        let q = _mm256_maskload_ps(q, mask);
        for r in 0..R {
            sums[r] = step::<L2>(sums[r], q, _mm256_maskload_ps(rows[r], mask));
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn step<const L2: bool>(sum: __m256, q: __m256, row: __m256) -> __m256 {
    let factor = if L2 { _mm256_sub_ps(q, row) } else { row };
    _mm256_add_ps(sum, _mm256_mul_ps(factor, if L2 { factor } else { q }))
}

/// Adds up each vector's eight lanes.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub(super) fn reduce([a, b, c, d]: [__m256; 4]) -> __m128 {
    let pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps::<1>(pairs))
}
