//! AVX-512 F: four rows at a time, one sum of sixteen lanes a row.

use super::{AHEAD, Consecutive, Numbered, Place, avx2, is_stream, prefetch};
use std::arch::x86_64::*;

/// See [`super::RowsKernel`].
#[target_feature(enable = "avx512f,avx2,fma")]
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
#[target_feature(enable = "avx512f,avx2,fma")]
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
#[target_feature(enable = "avx512f,avx2,fma")]
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

/// For each row sixteen partial sums over its components.
#[inline]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn sums<const L2: bool, const R: usize>(
    query: &[f32],
    rows: [*const f32; R],
) -> [__m512; R] {
    let length = query.len();
    let q = query.as_ptr();
    let mut sums = [_mm512_setzero_ps(); R];
    let mut k = 0;
    // SAFETY: every load ends at or before component `length` of the query and of each row; masked
    // lanes are not read.
    unsafe {
        while k + 16 <= length {
            let q0 = _mm512_loadu_ps(q.add(k));
            for r in 0..R {
                sums[r] = step::<L2>(sums[r], q0, _mm512_loadu_ps(rows[r].add(k)));
            }
            k += 16;
        }
        if k < length {
            let mask: __mmask16 = (1 << (length - k)) - 1;
            let q0 = _mm512_maskz_loadu_ps(mask, q.add(k));
            for r in 0..R {
                sums[r] = step::<L2>(sums[r], q0, _mm512_maskz_loadu_ps(mask, rows[r].add(k)));
            }
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx512f,avx2,fma")]
fn step<const L2: bool>(sum: __m512, q: __m512, row: __m512) -> __m512 {
    let factor = if L2 { _mm512_sub_ps(q, row) } else { row };
    _mm512_add_ps(sum, _mm512_mul_ps(factor, if L2 { factor } else { q }))
}

/// Adds up each vector's sixteen lanes.
#[inline]
#[target_feature(enable = "avx512f,avx2,fma")]
fn reduce([a, b, c, d]: [__m512; 4]) -> __m128 {
    avx2::reduce([halve(a), halve(b), halve(c), halve(d)])
}

/// Adds the upper eight lanes to the lower eight.
#[inline]
#[target_feature(enable = "avx512f,avx2,fma")]
fn halve(sum: __m512) -> __m256 {
    let upper = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(sum));
    _mm256_add_ps(_mm512_castps512_ps256(sum), _mm256_castpd_ps(upper))
}
