//! The plain twin of the SIMD kernels, and their reference.
//!
//! Sixteen partial sums, so that the compiler may use whatever the baseline ABI has.

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
    let (blocks, tail) = query.as_chunks::<16>();
    let (mut lower, mut upper) = ([0f32; 8], [0f32; 8]);
    for (i, q) in blocks.iter().enumerate() {
        // SAFETY: components `16 × i..16 × i + 16` are within the row.
        let [r, s] = unsafe { row.add(i * 16).cast::<[[f32; 8]; 2]>().read_unaligned() };
        for lane in 0..8 {
            lower[lane] += term::<L2>(q[lane], r[lane]);
        }
        for lane in 0..8 {
            upper[lane] += term::<L2>(q[lane + 8], s[lane]);
        }
    }
    for (lane, &q) in tail.iter().enumerate() {
        // SAFETY: the component is below `query.len()`.
        let r = unsafe { row.add(blocks.len() * 16 + lane).read_unaligned() };
        let half = if lane < 8 { &mut lower } else { &mut upper };
        half[lane % 8] += term::<L2>(q, r);
    }
    let [a, b, c, d, e, f, g, h]: [f32; 8] = std::array::from_fn(|i| lower[i] + upper[i]);
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[inline(always)]
fn term<const L2: bool>(q: f32, r: f32) -> f32 {
    if L2 { (q - r) * (q - r) } else { q * r }
}
