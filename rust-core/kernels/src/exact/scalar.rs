//! The plain twin, and the reference.

use super::{LANES, add, finish};

/// See [`super::ProductKernel`].
pub(crate) unsafe fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0f64; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for (sum, (&x, &y)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += f64::from(x) * f64::from(y);
        }
    }
    finish(sums, a_rest, b_rest)
}

/// See [`super::AddKernel`].
pub(crate) unsafe fn add_at(numbers: &[f32], index: &[u32], sums: &mut [f64]) {
    add(numbers, index, sums);
}
