//! NEON: 16-bit numbers are multiplied and widened. A register holds two partial sums of two cells;
//! tiles of up to three points by sixteen cells, twenty-four of the thirty-two registers.

use super::{Form, GridArguments, GridTile, WIDEST};
use std::arch::aarch64::*;

const WIDE: usize = 16;

/// Registers of a point's sums.
const PAIRS: usize = WIDE / 2;

pub(crate) const TILE: GridTile = GridTile { form: Form::Words, high: 3, wide: WIDE, run, floats };

/// See [`super::GridKernel`].
#[target_feature(enable = "neon")]
unsafe fn run(t: &mut GridArguments<'_>) {
    // SAFETY: passed on from the caller.
    unsafe {
        match t.high {
            1 => tile::<1>(t),
            2 => tile::<2>(t),
            _ => tile::<3>(t),
        }
    }
}

#[inline]
#[target_feature(enable = "neon")]
unsafe fn tile<const HIGH: usize>(t: &mut GridArguments<'_>) {
    let mut sums = [[vdupq_n_s32(0); PAIRS]; HIGH];
    // SAFETY: the panel has `depth × WIDE` steps, the group `depth × HIGH`, units and bases `WIDE`
    // numbers.
    unsafe {
        let (mut point, mut panel) = (t.points, t.panel.cast::<i16>());
        for _ in 0..t.depth {
            for quarter in 0..4 {
                let cells = vld1q_s16(panel.add(8 * quarter));
                for (i, sums) in sums.iter_mut().enumerate() {
                    let words = vreinterpretq_s16_u32(vdupq_n_u32(*point.add(i)));
                    let (low, high) = (2 * quarter, 2 * quarter + 1);
                    sums[low] = vmlal_s16(sums[low], vget_low_s16(cells), vget_low_s16(words));
                    sums[high] = vmlal_high_s16(sums[high], cells, words);
                }
            }
            point = point.add(HIGH);
            panel = panel.add(2 * WIDE);
        }
        for (i, sums) in sums.iter().enumerate() {
            let sums: [float32x4_t; 4] = std::array::from_fn(|quarter| {
                vcvtq_f32_s32(vpaddq_s32(sums[2 * quarter], sums[2 * quarter + 1]))
            });
            note(t, i, &sums);
        }
    }
}

/// See [`super::GridTile::floats`].
#[target_feature(enable = "neon")]
unsafe fn floats(t: &mut GridArguments<'_>) {
    // SAFETY: as in `tile`, with numbers in `f32`.
    unsafe {
        for i in 0..t.high {
            let mut sums = [vdupq_n_f32(0.0); 4];
            for k in 0..t.depth {
                let point = vdupq_n_f32(*t.points.add(k * t.high + i).cast::<f32>());
                let cells = t.panel.add(k * WIDE).cast::<f32>();
                for (quarter, sum) in sums.iter_mut().enumerate() {
                    *sum = vfmaq_f32(*sum, point, vld1q_f32(cells.add(4 * quarter)));
                }
            }
            note(t, i, &sums);
        }
    }
}

/// Notes the cells of a point whose keys are within its limit.
///
/// # Safety
/// Units and bases have `WIDE` numbers.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn note(t: &mut GridArguments<'_>, i: usize, sums: &[float32x4_t; 4]) {
    let limit = vdupq_n_f32(t.found.limits[t.start + i]);
    let reach = vdupq_n_f32(t.found.reaches[t.start + i]);
    let (mut keys, mut bits) = ([0f32; WIDEST], 0u32);
    for (quarter, &sum) in sums.iter().enumerate() {
        // SAFETY: the caller promises the numbers; there is room for thirty-two keys.
        unsafe {
            let units = vld1q_f32(t.units.add(4 * quarter));
            let bases = vld1q_f32(t.bases.add(4 * quarter));
            let radii = vld1q_f32(t.radii.as_ptr().add(4 * quarter));
            let key = vfmsq_f32(vfmsq_f32(bases, sum, units), reach, radii);
            vst1q_f32(keys.as_mut_ptr().add(4 * quarter), key);
            let near = vandq_u32(vcleq_f32(key, limit), vld1q_u32([1, 2, 4, 8].as_ptr()));
            bits |= vaddvq_u32(near) << (4 * quarter);
        }
    }
    if bits != 0 {
        t.found.note(t.start + i, bits, &keys, t.radii, t.first);
    }
}
