//! The plain twin of the SIMD kernels, and their reference.
//!
//! Eight partial sums, so that the compiler may use whatever the baseline ABI has.

use super::{Consecutive, Numbered, Place};

/// See [`super::RowsKernel`].
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

unsafe fn run<const L2: bool, P: Place>(query: &[f32], place: P, out: &mut [f32]) {
    for (i, value) in out.iter_mut().enumerate() {
        // SAFETY: `i` is below the number of rows, each of which has `query.len()` components.
        *value = unsafe { one::<L2>(query, place.row(i)) };
    }
}

unsafe fn one<const L2: bool>(query: &[f32], row: *const f32) -> f32 {
    let mut sums = [0f32; 8];
    let (blocks, tail) = query.as_chunks::<8>();
    for (i, q) in blocks.iter().enumerate() {
        // SAFETY: components `8 × i..8 × i + 8` are within the row.
        let r = unsafe { row.add(i * 8).cast::<[f32; 8]>().read_unaligned() };
        for lane in 0..8 {
            sums[lane] += term::<L2>(q[lane], r[lane]);
        }
    }
    for (lane, &q) in tail.iter().enumerate() {
        // SAFETY: the component is below `query.len()`.
        let r = unsafe { row.add(blocks.len() * 8 + lane).read_unaligned() };
        sums[lane] += term::<L2>(q, r);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[inline(always)]
fn term<const L2: bool>(q: f32, r: f32) -> f32 {
    if L2 { (q - r) * (q - r) } else { q * r }
}
