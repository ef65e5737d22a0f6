//! AVX2 + FMA: four registers of four partial sums.

use super::{LANES, add, finish};
use std::arch::x86_64::*;

/// See [`super::ProductKernel`].
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [_mm256_setzero_pd(); 4];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut stored = [0f64; LANES];
    // SAFETY: each part has sixteen components.
    unsafe {
        for (a, b) in a.iter().zip(b) {
            for (i, sum) in sums.iter_mut().enumerate() {
                let x = _mm256_cvtps_pd(_mm_loadu_ps(a.as_ptr().add(4 * i)));
                let y = _mm256_cvtps_pd(_mm_loadu_ps(b.as_ptr().add(4 * i)));
                *sum = _mm256_fmadd_pd(x, y, *sum);
            }
        }
        for (i, sum) in sums.into_iter().enumerate() {
            _mm256_storeu_pd(stored.as_mut_ptr().add(4 * i), sum);
        }
    }
    finish(stored, a_rest, b_rest)
}

/// See [`super::AddKernel`].
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn add_at(numbers: &[f32], index: &[u32], sums: &mut [f64]) {
    add(numbers, index, sums);
}
