//! AVX-512 F: two registers of eight partial sums.

use super::{LANES, add, finish};
use std::arch::x86_64::*;

/// See [`super::ProductKernel`].
#[target_feature(enable = "avx512f,avx2,fma")]
pub(crate) unsafe fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [_mm512_setzero_pd(); 2];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut stored = [0f64; LANES];
    // SAFETY: each part has sixteen components.
    unsafe {
        for (a, b) in a.iter().zip(b) {
            for (i, sum) in sums.iter_mut().enumerate() {
                let x = _mm512_cvtps_pd(_mm256_loadu_ps(a.as_ptr().add(8 * i)));
                let y = _mm512_cvtps_pd(_mm256_loadu_ps(b.as_ptr().add(8 * i)));
                *sum = _mm512_fmadd_pd(x, y, *sum);
            }
        }
        if a_rest.is_empty() {
            // As `finish` adds: eight apart, four, two, one.
            let eight = _mm512_add_pd(sums[0], sums[1]);
            let four =
                _mm256_add_pd(_mm512_castpd512_pd256(eight), _mm512_extractf64x4_pd::<1>(eight));
            let two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
            return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
        }
        for (i, sum) in sums.into_iter().enumerate() {
            _mm512_storeu_pd(stored.as_mut_ptr().add(8 * i), sum);
        }
    }
    finish(stored, a_rest, b_rest)
}

/// See [`super::AddKernel`].
#[target_feature(enable = "avx512f,avx2,fma")]
pub(crate) unsafe fn add_at(numbers: &[f32], index: &[u32], sums: &mut [f64]) {
    add(numbers, index, sums);
}
