//! AVX-512 with VNNI: `vpdpbusd` multiplies four bytes of sixteen cells with four weights of eight
//! bits and adds up. A weight of fifteen bits is two of them: `128·high + low`.
//! Processors without VNNI are served by the AVX2 sums.

use super::{CELLS, GROUP, Summer, Weights};
use std::arch::x86_64::*;

pub(crate) const SUMMER: Summer = Summer { weigh, keys, within };

/// Whether this processor has what the sums need beyond AVX-512 F.
pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vnni")
}

/// The four high parts, then the four low ones.
fn weigh(weights: [i16; GROUP]) -> Weights {
    let mut parts = [0u8; 8];
    for (i, weight) in weights.into_iter().enumerate() {
        let high = (weight + 64) >> 7;
        parts[i] = high as u8;
        parts[4 + i] = (weight - 128 * high) as u8;
    }
    parts
}

/// Blocks that share the loads of the weights.
const TOGETHER: usize = 4;

/// See [`super::KeysKernel`].
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn keys(bytes: &[u8], weights: &[Weights], unit: f32, bias: &[f32], keys: &mut [f32]) {
    let blocks = keys.len() / CELLS;
    let length = weights.len() * GROUP * CELLS;
    let mut block = 0;
    // SAFETY: the caller promises the shapes.
    unsafe {
        let at = |block: usize| {
            let (bias, keys) = (bias.as_ptr().add(block * CELLS), block * CELLS);
            (bytes.as_ptr().add(block * length), bias, keys)
        };
        while block + TOGETHER <= blocks {
            let (bytes, bias, place) = at(block);
            some::<TOGETHER>(bytes, weights, unit, bias, keys.as_mut_ptr().add(place));
            block += TOGETHER;
        }
        // A block by itself takes as long as four, so the last ones go together, too.
        let (bytes, bias, place) = at(block);
        let keys = keys.as_mut_ptr().add(place);
        match blocks - block {
            1 => some::<1>(bytes, weights, unit, bias, keys),
            2 => some::<2>(bytes, weights, unit, bias, keys),
            3 => some::<3>(bytes, weights, unit, bias, keys),
            _ => {}
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn some<const BLOCKS: usize>(
    bytes: *const u8,
    weights: &[Weights],
    unit: f32,
    bias: *const f32,
    keys: *mut f32,
) {
    let mut high = [_mm512_setzero_si512(); BLOCKS];
    let mut low = [_mm512_setzero_si512(); BLOCKS];
    let length = weights.len() * GROUP * CELLS;
    // SAFETY: the caller promises `BLOCKS` blocks of bytes, bias and keys.
    unsafe {
        for (group, weights) in weights.iter().enumerate() {
            let weights: *const i32 = weights.as_ptr().cast();
            let upper = _mm512_set1_epi32(weights.read_unaligned());
            let lower = _mm512_set1_epi32(weights.add(1).read_unaligned());
            for b in 0..BLOCKS {
                let cells = bytes.add(b * length + group * GROUP * CELLS);
                let cells = _mm512_loadu_epi8(cells.cast());
                high[b] = _mm512_dpbusd_epi32(high[b], cells, upper);
                low[b] = _mm512_dpbusd_epi32(low[b], cells, lower);
            }
        }
        for b in 0..BLOCKS {
            let sum = _mm512_add_epi32(_mm512_slli_epi32::<7>(high[b]), low[b]);
            let scaled = _mm512_mul_ps(_mm512_set1_ps(unit), _mm512_cvtepi32_ps(sum));
            let key = _mm512_sub_ps(_mm512_loadu_ps(bias.add(b * CELLS)), scaled);
            _mm512_storeu_ps(keys.add(b * CELLS), key);
        }
    }
}

/// See [`super::WithinKernel`].
#[target_feature(enable = "avx512f")]
unsafe fn within(keys: &[f32], limit: f32, places: &mut Vec<u32>) {
    let limit = _mm512_set1_ps(limit);
    let mut length = places.len();
    for (block, first) in keys.chunks_exact(CELLS).zip((0u32..).step_by(CELLS)) {
        // SAFETY: a block has sixteen keys; there is room for all places.
        unsafe {
            let keys = _mm512_loadu_ps(block.as_ptr());
            let mut near = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(keys, limit);
            while near != 0 {
                places.as_mut_ptr().add(length).write(first + near.trailing_zeros());
                length += 1;
                near &= near - 1;
            }
        }
    }
    // SAFETY: so many were written.
    unsafe { places.set_len(length) };
}
