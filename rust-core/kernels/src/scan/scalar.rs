//! The plain twin of the SIMD scans, and their reference.

use super::emit::{emit, estimate};
use super::{Affine, BLOCK, Form, Found, ScanArguments, Scanner, code_length};

pub(crate) const SCANNER: Scanner = Scanner { form: Form { group: 1, multiple: 1 }, run };

/// See [`super::ScanKernel`].
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
        let block = &s.blocks[start * length..(start + width) * length];
        let (codes, factor_bytes) = block.split_at(s.code_bytes * width);
        let mut sums = [0u32; BLOCK];
        for (row, tables) in codes.chunks_exact(width).zip(s.tables.chunks_exact(32)) {
            let (low, high) = tables.split_at(16);
            for (sum, &byte) in sums.iter_mut().zip(row) {
                let (low, high) = (low[usize::from(byte & 15)], high[usize::from(byte >> 4)]);
                *sum += u32::from(low) + u32::from(high);
            }
        }
        let mut estimates = [0f32; BLOCK];
        let mut mask = 0u32;
        for j in 0..width {
            estimates[j] = estimate(&affine, sums[j], |f| {
                let at = 4 * (f * width + j);
                f32::from_le_bytes(std::array::from_fn(|i| factor_bytes[at + i]))
            });
            mask |= u32::from(estimates[j] <= threshold) << j;
        }
        // SAFETY: the caller promises room for `count` vectors; bits beyond the width are clear.
        unsafe { emit(mask, estimates.as_ptr(), s.first.wrapping_add(start as u32), out) };
    }
}
