//! NEON: four rows at a time, four sums of four lanes a row.

use super::{Consecutive, Numbered, Place};
use std::arch::aarch64::*;

/// See [`super::RowsKernel`].
#[target_feature(enable = "neon")]
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
#[target_feature(enable = "neon")]
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
#[target_feature(enable = "neon")]
unsafe fn run<const L2: bool, P: Place>(query: &[f32], place: P, out: &mut [f32]) {
    let mut blocks = out.chunks_exact_mut(4);
    let mut i = 0;
    for block in &mut blocks {
        // SAFETY: rows `i..i + 4` exist.
        let sums = unsafe {
            let rows = [place.row(i), place.row(i + 1), place.row(i + 2), place.row(i + 3)];
            sums::<L2, 4>(query, rows)
        };
        block.copy_from_slice(&sums);
        i += 4;
    }
    for value in blocks.into_remainder() {
        // SAFETY: row `i` exists.
        [*value] = unsafe { sums::<L2, 1>(query, [place.row(i)]) };
        i += 1;
    }
}

#[inline]
#[target_feature(enable = "neon")]
unsafe fn sums<const L2: bool, const R: usize>(query: &[f32], rows: [*const f32; R]) -> [f32; R] {
    let length = query.len();
    let q = query.as_ptr();
    let mut sums = [[vdupq_n_f32(0.0); R]; 4];
    let mut k = 0;
    // SAFETY: every load ends at or before component `length` of the query and of each row. Rows are
    // loaded as bytes, for which no alignment is asked.
    unsafe {
        while k + 16 <= length {
            for (part, sums) in sums.iter_mut().enumerate() {
                let q0 = vld1q_f32(q.add(k + 4 * part));
                for r in 0..R {
                    sums[r] = step::<L2>(sums[r], q0, load(rows[r].add(k + 4 * part)));
                }
            }
            k += 16;
        }
        for sums in &mut sums {
            let (left, mut part) = ((length - k).min(4), [0f32; 4]);
            if left == 0 {
                break;
            }
            part[..left].copy_from_slice(&query[k..k + left]);
            let q0 = vld1q_f32(part.as_ptr());
            for r in 0..R {
                for (lane, place) in part[..left].iter_mut().enumerate() {
                    *place = rows[r].add(k + lane).read_unaligned();
                }
                sums[r] = step::<L2>(sums[r], q0, vld1q_f32(part.as_ptr()));
            }
            k += left;
        }
    }
    let [a, b, c, d] = sums;
    std::array::from_fn(|r| {
        let (lower, upper) = (vaddq_f32(a[r], c[r]), vaddq_f32(b[r], d[r]));
        // Of each half first neighbours, then pairs of them.
        let pairs = vpaddq_f32(lower, upper);
        let halves = vpaddq_f32(pairs, pairs);
        vgetq_lane_f32::<0>(halves) + vgetq_lane_f32::<1>(halves)
    })
}

/// Four components at any alignment.
///
/// # Safety
/// Sixteen bytes must be readable there.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn load(place: *const f32) -> float32x4_t {
    // SAFETY: passed on from the caller.
    unsafe { vreinterpretq_f32_u8(vld1q_u8(place.cast())) }
}

#[inline]
#[target_feature(enable = "neon")]
fn step<const L2: bool>(sum: float32x4_t, q: float32x4_t, row: float32x4_t) -> float32x4_t {
    let factor = if L2 { vsubq_f32(q, row) } else { row };
    vaddq_f32(sum, vmulq_f32(factor, if L2 { factor } else { q }))
}
