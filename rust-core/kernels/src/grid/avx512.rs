//! AVX-512 with VNNI: `vpdpbusd` multiplies four bytes of a point with four of each of sixteen cells.
//! Tiles of up to fourteen points by thirty-two cells, twenty-eight of the thirty-two registers.

use super::{Form, GridArguments, GridTile, WIDEST};
use std::arch::x86_64::*;

const WIDE: usize = 32;

pub(crate) const TILE: GridTile =
    GridTile { form: Form::Bytes, high: 14, wide: WIDE, run: run::<false>, floats: run::<true> };

/// See [`super::GridKernel`].
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,fma")]
unsafe fn run<const FLOATS: bool>(t: &mut GridArguments<'_>) {
    // SAFETY: passed on from the caller.
    unsafe {
        match t.high {
            1 => tile::<1, FLOATS>(t),
            2 => tile::<2, FLOATS>(t),
            3 => tile::<3, FLOATS>(t),
            4 => tile::<4, FLOATS>(t),
            5 => tile::<5, FLOATS>(t),
            6 => tile::<6, FLOATS>(t),
            7 => tile::<7, FLOATS>(t),
            8 => tile::<8, FLOATS>(t),
            9 => tile::<9, FLOATS>(t),
            10 => tile::<10, FLOATS>(t),
            11 => tile::<11, FLOATS>(t),
            12 => tile::<12, FLOATS>(t),
            13 => tile::<13, FLOATS>(t),
            _ => tile::<14, FLOATS>(t),
        }
    }
}

/// Adds the products of a step.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,fma")]
fn step<const FLOATS: bool>(sum: __m512i, point: __m512i, cells: __m512i) -> __m512i {
    if FLOATS {
        let (point, cells) = (_mm512_castsi512_ps(point), _mm512_castsi512_ps(cells));
        _mm512_castps_si512(_mm512_fmadd_ps(point, cells, _mm512_castsi512_ps(sum)))
    } else {
        _mm512_dpbusd_epi32(sum, point, cells)
    }
}

/// Sums as numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,fma")]
fn number<const FLOATS: bool>(sum: __m512i) -> __m512 {
    if FLOATS { _mm512_castsi512_ps(sum) } else { _mm512_cvtepi32_ps(sum) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,fma")]
unsafe fn tile<const HIGH: usize, const FLOATS: bool>(t: &mut GridArguments<'_>) {
    let mut sums = [[_mm512_setzero_si512(); 2]; HIGH];
    // SAFETY: the panel has `depth × WIDE` steps, the group `depth × HIGH`, units and bases `WIDE`
    // numbers.
    unsafe {
        let (mut point, mut panel) = (t.points.cast::<i32>(), t.panel.cast::<i32>());
        for _ in 0..t.depth {
            let (left, right) = (_mm512_loadu_epi32(panel), _mm512_loadu_epi32(panel.add(16)));
            for (i, [a, b]) in sums.iter_mut().enumerate() {
                let bytes = _mm512_set1_epi32(*point.add(i));
                *a = step::<FLOATS>(*a, bytes, left);
                *b = step::<FLOATS>(*b, bytes, right);
            }
            point = point.add(HIGH);
            panel = panel.add(WIDE);
        }
        let (unit_a, unit_b) = (_mm512_loadu_ps(t.units), _mm512_loadu_ps(t.units.add(16)));
        let (base_a, base_b) = (_mm512_loadu_ps(t.bases), _mm512_loadu_ps(t.bases.add(16)));
        let radius_a = _mm512_loadu_ps(t.radii.as_ptr());
        let radius_b = _mm512_loadu_ps(t.radii[16..].as_ptr());
        let limits = t.found.limits[t.start..].as_ptr();
        let reaches = t.found.reaches[t.start..].as_ptr();
        let mut near = [0u32; HIGH];
        let mut any = 0;
        for (i, [a, b]) in sums.iter().enumerate() {
            let limit = _mm512_set1_ps(*limits.add(i));
            let reach = _mm512_set1_ps(*reaches.add(i));
            let a = _mm512_fnmadd_ps(number::<FLOATS>(*a), unit_a, base_a);
            let b = _mm512_fnmadd_ps(number::<FLOATS>(*b), unit_b, base_b);
            let a = _mm512_fnmadd_ps(reach, radius_a, a);
            let b = _mm512_fnmadd_ps(reach, radius_b, b);
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
        for (i, ([a, b], keys)) in sums.iter().zip(&mut keys).enumerate() {
            let reach = _mm512_set1_ps(*reaches.add(i));
            let a = _mm512_fnmadd_ps(number::<FLOATS>(*a), unit_a, base_a);
            let b = _mm512_fnmadd_ps(number::<FLOATS>(*b), unit_b, base_b);
            let a = _mm512_fnmadd_ps(reach, radius_a, a);
            let b = _mm512_fnmadd_ps(reach, radius_b, b);
            _mm512_storeu_ps(keys.as_mut_ptr(), a);
            _mm512_storeu_ps(keys.as_mut_ptr().add(16), b);
        }
        for (i, (&bits, keys)) in near.iter().zip(&keys).enumerate() {
            if bits != 0 {
                t.found.note(t.start + i, bits, keys, t.radii, t.first);
            }
        }
    }
}
