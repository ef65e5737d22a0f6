//! NEON: bytes are widened and multiplied with 16-bit weights.

use super::{CELLS, GROUP, Summer, Weights, scalar};
use std::arch::aarch64::*;

pub(crate) const SUMMER: Summer = Summer { weigh: scalar::weigh, keys, within: scalar::within };

/// See [`super::KeysKernel`].
#[target_feature(enable = "neon")]
unsafe fn keys(bytes: &[u8], weights: &[Weights], unit: f32, bias: &[f32], keys: &mut [f32]) {
    let blocks = bytes.chunks_exact(weights.len() * GROUP * CELLS);
    let outputs = keys.chunks_exact_mut(CELLS).zip(bias.chunks_exact(CELLS));
    for (block, (keys, bias)) in blocks.zip(outputs) {
        // Four partial sums of each cell.
        let mut sums = [vdupq_n_s32(0); CELLS];
        for (group, weights) in block.chunks_exact(GROUP * CELLS).zip(weights) {
            // SAFETY: a group has sixteen bytes for each four cells, weights are four 16-bit
            // numbers.
            unsafe {
                let weights = vreinterpret_s16_u8(vld1_u8(weights.as_ptr()));
                for (quarter, sums) in sums.chunks_exact_mut(4).enumerate() {
                    let bytes = vld1q_u8(group.as_ptr().add(16 * quarter));
                    let low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes)));
                    let high = vreinterpretq_s16_u16(vmovl_high_u8(bytes));
                    sums[0] = vmlal_s16(sums[0], vget_low_s16(low), weights);
                    sums[1] = vmlal_s16(sums[1], vget_high_s16(low), weights);
                    sums[2] = vmlal_s16(sums[2], vget_low_s16(high), weights);
                    sums[3] = vmlal_s16(sums[3], vget_high_s16(high), weights);
                }
            }
        }
        for (quarter, sums) in sums.chunks_exact(4).enumerate() {
            let sum = vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
            // SAFETY: there are sixteen numbers in each.
            unsafe {
                let scaled = vmulq_n_f32(vcvtq_f32_s32(sum), unit);
                let key = vsubq_f32(vld1q_f32(bias.as_ptr().add(4 * quarter)), scaled);
                vst1q_f32(keys.as_mut_ptr().add(4 * quarter), key);
            }
        }
    }
}
