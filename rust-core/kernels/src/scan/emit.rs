//! From sums to estimates to what is found: the part that all levels share.

use super::{Affine, Found};

/// The estimate of a vector whose table entries add up to `sum`; `factor(f)` is its factor `f`.
#[inline(always)]
pub(super) fn estimate(affine: &Affine, sum: u32, factor: impl Fn(usize) -> f32) -> f32 {
    let scaled = affine.scale * sum as f32;
    match affine.factors {
        0 => affine.base + scaled,
        1 => (affine.base + scaled) + factor(0),
        _ => (affine.base + factor(0)) + factor(1) * (scaled + affine.offset),
    }
}

/// Appends the estimates named by the bits of `mask`, the first being of vector `first`.
///
/// # Safety
/// `out` must have room for one more vector for each bit set, and `estimates` hold them.
#[inline(always)]
pub(super) unsafe fn emit(mut mask: u32, estimates: *const f32, first: u32, out: &mut Vec<Found>) {
    if mask == 0 {
        return;
    }
    // SAFETY: the caller promises the room and the estimates; the length grows by what was written.
    unsafe {
        let mut place = out.as_mut_ptr().add(out.len());
        out.set_len(out.len() + mask.count_ones() as usize);
        while mask != 0 {
            let j = mask.trailing_zeros();
            let estimate = *estimates.add(j as usize);
            place.write(Found { position: first.wrapping_add(j), estimate });
            place = place.add(1);
            mask &= mask - 1;
        }
    }
}
