//! AVX-512 with VNNI: `vpdpbusd` multiplies four bytes of a point with four of each of sixteen cells.
//! Tiles of up to fourteen points by thirty-two cells, twenty-eight of the thirty-two registers.

use super::{Form, GridArguments, GridTile, WIDEST};
use std::arch::x86_64::*;

const WIDE: usize = 32;

pub(crate) const TILE: GridTile = GridTile { form: Form::Bytes, high: 14, wide: WIDE, run };

/// See [`super::GridKernel`].
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn run(t: &mut GridArguments<'_>) {
    // SAFETY: passed on from the caller.
    unsafe {
        match t.high {
            1 => tile::<1>(t),
            2 => tile::<2>(t),
            3 => tile::<3>(t),
            4 => tile::<4>(t),
            5 => tile::<5>(t),
            6 => tile::<6>(t),
            7 => tile::<7>(t),
            8 => tile::<8>(t),
            9 => tile::<9>(t),
            10 => tile::<10>(t),
            11 => tile::<11>(t),
            12 => tile::<12>(t),
            13 => tile::<13>(t),
            _ => tile::<14>(t),
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
unsafe fn tile<const HIGH: usize>(t: &mut GridArguments<'_>) {
    let mut sums = [[_mm512_setzero_si512(); 2]; HIGH];
    // SAFETY: the panel has `depth × WIDE` steps, the group `depth × HIGH`, units and bases `WIDE`
    // numbers.
    unsafe {
        let (mut point, mut panel) = (t.points.cast::<i32>(), t.panel.cast::<i32>());
        for _ in 0..t.depth {
            let (left, right) = (_mm512_loadu_epi32(panel), _mm512_loadu_epi32(panel.add(16)));
            for (i, [a, b]) in sums.iter_mut().enumerate() {
                let bytes = _mm512_set1_epi32(*point.add(i));
                *a = _mm512_dpbusd_epi32(*a, bytes, left);
                *b = _mm512_dpbusd_epi32(*b, bytes, right);
            }
            point = point.add(HIGH);
            panel = panel.add(WIDE);
        }
        let (unit_a, unit_b) = (_mm512_loadu_ps(t.units), _mm512_loadu_ps(t.units.add(16)));
        let (base_a, base_b) = (_mm512_loadu_ps(t.bases), _mm512_loadu_ps(t.bases.add(16)));
        let limits = t.found.limits[t.start..].as_ptr();
        let mut near = [0u32; HIGH];
        let mut any = 0;
        for (i, [a, b]) in sums.iter().enumerate() {
            let limit = _mm512_set1_ps(*limits.add(i));
            let a = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(*a), unit_a, base_a);
            let b = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(*b), unit_b, base_b);
            let a = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, limit);
            let b = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(b, limit);
            near[i] = u32::from(a) | u32::from(b) << 16;
            any |= near[i];
        }
        if any == 0 {
            return;
        }
        // All of them, so that no sum is taken by a number that is not known beforehand: the sums
        // would then lie in memory.
        let mut keys = [[0f32; WIDEST]; HIGH];
        for ([a, b], keys) in sums.iter().zip(&mut keys) {
            let a = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(*a), unit_a, base_a);
            let b = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(*b), unit_b, base_b);
            _mm512_storeu_ps(keys.as_mut_ptr(), a);
            _mm512_storeu_ps(keys.as_mut_ptr().add(16), b);
        }
        for (i, (&bits, keys)) in near.iter().zip(&keys).enumerate() {
            if bits != 0 {
                t.found.note(t.start + i, bits, keys, t.first);
            }
        }
    }
}
