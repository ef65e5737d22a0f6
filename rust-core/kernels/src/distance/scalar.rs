//! The plain twin of the SIMD kernels, and their reference.
//!
//! Eight partial sums, so that the compiler may use whatever the baseline ABI has.

use super::{Consecutive, Numbered, Place};

/// See [`super::RowsKernel`].
pub(crate) unsafe fn rows<const L2: bool>(query: &[f32], base: *const u8, out: &mut [f32]) {
    // SAFETY: passed on from the caller.
    unsafe { run::<L2, _>(query, Consecutive { base, stride: query.len() * 4 }, out) }
}

/// See [`super::RowsAtKernel`].
pub(crate) unsafe fn rows_at<const L2: bool>(
    query: &[f32],
    base: *const u8,
    index: &[u32],
    out: &mut [f32],
) {
    // SAFETY: passed on from the caller.
    unsafe { run::<L2, _>(query, Numbered { base, stride: query.len() * 4, index }, out) }
}

unsafe fn run<const L2: bool, P: Place>(query: &[f32], place: P, out: &mut [f32]) {
    for (i, value) in out.iter_mut().enumerate() {
        // SAFETY: `i` is below the number of rows, each of which has `query.len()` components.
        *value = unsafe { one::<L2>(query, place.row(i)) };
    }
}

unsafe fn one<const L2: bool>(query: &[f32], row: *const f32) -> f32 {
    let mut sums = [0f32; 8];
    for (start, part) in query.chunks(8).enumerate().map(|(i, part)| (i * 8, part)) {
        for (lane, &q) in part.iter().enumerate() {
            // SAFETY: `start + lane` is below `query.len()`.
            let r = unsafe { row.add(start + lane).read_unaligned() };
            if L2 {
                let difference = q - r;
                sums[lane] += difference * difference;
            } else {
                sums[lane] += q * r;
            }
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}
