//! NEON: eight registers of two partial sums.

use super::{LANES, add, finish};
use std::arch::aarch64::*;

/// See [`super::ProductKernel`].
#[target_feature(enable = "neon")]
pub(crate) unsafe fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [vdupq_n_f64(0.0); 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut stored = [0f64; LANES];
    // SAFETY: each part has sixteen components.
    unsafe {
        for (a, b) in a.iter().zip(b) {
            for (i, sums) in sums.chunks_exact_mut(2).enumerate() {
                let x = vld1q_f32(a.as_ptr().add(4 * i));
                let y = vld1q_f32(b.as_ptr().add(4 * i));
                let (x_low, y_low) = (vcvt_f64_f32(vget_low_f32(x)), vcvt_f64_f32(vget_low_f32(y)));
                sums[0] = vfmaq_f64(sums[0], x_low, y_low);
                sums[1] = vfmaq_f64(sums[1], vcvt_high_f64_f32(x), vcvt_high_f64_f32(y));
            }
        }
        for (i, sum) in sums.into_iter().enumerate() {
            vst1q_f64(stored.as_mut_ptr().add(2 * i), sum);
        }
    }
    finish(stored, a_rest, b_rest)
}

/// See [`super::AddKernel`].
#[target_feature(enable = "neon")]
pub(crate) unsafe fn add_at(numbers: &[f32], index: &[u32], sums: &mut [f64]) {
    add(numbers, index, sums);
}
