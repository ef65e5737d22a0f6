//! NEON: one position (byte of a code) of sixteen vectors at a time; twice for wide blocks.
//!
//! `tbl` looks up in a table of sixteen bytes. Entries are added up as 16-bit numbers, which are
//! moved to 32 bits before they could overflow.

use super::emit::{emit, estimate};
use super::{Affine, BLOCK, Form, Found, ScanArguments, Scanner, code_length};
use std::arch::aarch64::*;

pub(crate) const SCANNER: Scanner = Scanner { form: Form { group: 1, multiple: 1 }, run };

/// Positions whose entries fit sums of 16 bits: two entries of at most 255 each.
const RUN: usize = 128;

/// See [`super::ScanKernel`].
#[target_feature(enable = "neon")]
unsafe fn run(
    s: &ScanArguments<'_>,
    base: f32,
    scale: f32,
    offset: f32,
    threshold: f32,
    out: &mut Vec<Found>,
) {
    let affine = Affine { base, scale, offset, factors: s.factors };
    let factors = s.factors as usize;
    let length = code_length(s.code_bytes, factors);
    for start in (0..s.count).step_by(BLOCK) {
        let width = BLOCK.min(s.count - start);
        let offset = start * length;
        let mut sums = [0u32; BLOCK];
        // SAFETY: the block lies in the slice, which ends at `limit`; `out` has room for every
        // vector.
        unsafe {
            let (codes, limit) = (s.blocks.as_ptr().add(offset), s.blocks.len() - offset);
            if width > 16 {
                add_up::<2>(s, codes, limit, width, &mut sums);
            } else {
                add_up::<1>(s, codes, limit, width, &mut sums);
            }
            finish(
                (s, &affine, threshold),
                start,
                width,
                codes.add(s.code_bytes * width),
                &sums,
                out,
            );
        }
    }
}

/// Sums of up to `16 × HALVES` vectors.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn add_up<const HALVES: usize>(
    s: &ScanArguments<'_>,
    codes: *const u8,
    limit: usize,
    w: usize,
    sums: &mut [u32; BLOCK],
) {
    let nibble = vdupq_n_u8(15);
    for from in (0..s.code_bytes).step_by(RUN) {
        let mut short = [[vdupq_n_u16(0); 2]; HALVES];
        for p in from..s.code_bytes.min(from + RUN) {
            // SAFETY: loads of codes end within the limit; tables have 32 bytes for each position.
            unsafe {
                let tables = s.tables.as_ptr().add(p * 32);
                let (low, high) = (vld1q_u8(tables), vld1q_u8(tables.add(16)));
                for (half, [a, b]) in short.iter_mut().enumerate() {
                    let at = p * w + 16 * half;
                    let bytes = if at + 16 <= limit {
                        vld1q_u8(codes.add(at))
                    } else {
                        let mut there = [0u8; 16];
                        let length = limit.saturating_sub(at);
                        let from = codes.wrapping_add(at);
                        std::ptr::copy_nonoverlapping(from, there.as_mut_ptr(), length);
                        vld1q_u8(there.as_ptr())
                    };
                    let low = vqtbl1q_u8(low, vandq_u8(bytes, nibble));
                    let high = vqtbl1q_u8(high, vshrq_n_u8::<4>(bytes));
                    *a = vaddw_u8(vaddw_u8(*a, vget_low_u8(low)), vget_low_u8(high));
                    *b = vaddw_high_u8(vaddw_high_u8(*b, low), high);
                }
            }
        }
        for (half, [a, b]) in short.into_iter().enumerate() {
            // SAFETY: there are `16 × HALVES` places or more.
            unsafe {
                let place = sums.as_mut_ptr().add(16 * half);
                for (quarter, sum) in [a, b].into_iter().enumerate() {
                    let place = place.add(8 * quarter);
                    vst1q_u32(place, vaddw_u16(vld1q_u32(place), vget_low_u16(sum)));
                    let place = place.add(4);
                    vst1q_u32(place, vaddw_high_u16(vld1q_u32(place), sum));
                }
            }
        }
    }
}

/// From sums to what is found.
///
/// # Safety
/// The factors of `width` vectors must be readable; `out` must have room for them.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn finish(
    (s, affine, threshold): (&ScanArguments<'_>, &Affine, f32),
    start: usize,
    width: usize,
    factors: *const u8,
    sums: &[u32; BLOCK],
    out: &mut Vec<Found>,
) {
    let mut estimates = [0f32; BLOCK];
    let mut found = 0u32;
    for j in 0..width {
        estimates[j] = estimate(affine, sums[j], |f| {
            // SAFETY: factor `f` of vector `j` is readable.
            unsafe { factors.add(4 * (f * width + j)).cast::<f32>().read_unaligned() }
        });
        found |= u32::from(estimates[j] <= threshold) << j;
    }
    // SAFETY: the caller promises the room; bits beyond the width are clear.
    unsafe { emit(found, estimates.as_ptr(), s.first.wrapping_add(start as u32), out) };
}
