//! NEON: four rows at a time, two sums of four lanes a row.

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
    let mut even = [vdupq_n_f32(0.0); R];
    let mut odd = [vdupq_n_f32(0.0); R];
    let mut k = 0;
    // SAFETY: every load ends at or before component `length` of the query and of each row. Rows are
    // loaded as bytes, for which no alignment is asked.
    unsafe {
        while k + 8 <= length {
            let (q0, q1) = (vld1q_f32(q.add(k)), vld1q_f32(q.add(k + 4)));
            for r in 0..R {
                even[r] = step::<L2>(even[r], q0, load(rows[r].add(k)));
                odd[r] = step::<L2>(odd[r], q1, load(rows[r].add(k + 4)));
            }
            k += 8;
        }
        if k + 4 <= length {
            let q0 = vld1q_f32(q.add(k));
            for r in 0..R {
                even[r] = step::<L2>(even[r], q0, load(rows[r].add(k)));
            }
            k += 4;
        }
        let mut values = [0f32; R];
        for r in 0..R {
            values[r] = vaddvq_f32(vaddq_f32(even[r], odd[r]));
        }
        for k in k..length {
            for r in 0..R {
                let (q, row) = (*q.add(k), rows[r].add(k).read_unaligned());
                let factor = if L2 { q - row } else { row };
                values[r] = factor.mul_add(if L2 { factor } else { q }, values[r]);
            }
        }
        values
    }
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
    if L2 {
        let difference = vsubq_f32(q, row);
        vfmaq_f32(sum, difference, difference)
    } else {
        vfmaq_f32(sum, q, row)
    }
}
