//! AVX-512 with VBMI and VNNI: four positions (bytes of a code) at a time.
//!
//! | step | instruction |
//! | --- | --- |
//! | four positions of sixteen vectors, the four bytes of a vector side by side | `vpermb`, `vpermi2b` |
//! | nibble, and which of the four tables it is for, as one number of six bits | `vpternlogd` |
//! | sixty-four look-ups, each in one of four tables | `vpermb` |
//! | four entries of a vector added to its 32-bit sum | `vpdpbusd` |
//!
//! Sums are 32 bits wide from the start: nothing can overflow. Up to eight vectors take eight
//! positions at a time, the second four in the upper half of the register.
//! Processors without these extensions are served by the AVX2 scan.

use super::emit::emit;
use super::{Affine, BLOCK, Form, Found, ScanArguments, Scanner, code_length};
use std::arch::x86_64::*;

pub(crate) const SCANNER: Scanner = Scanner { form: Form { group: 4, multiple: 8 }, run };

/// Bytes of the tables of four positions.
const GROUP: usize = 4 * 32;

/// Whether this processor has what the scan needs beyond AVX-512 F.
pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vnni")
}

#[repr(align(64))]
struct Index([u8; 64]);

/// For each width: where the bytes of vectors 0 to 15, and 16 to 31, lie among 128 loaded ones.
static FOUR: [[Index; 2]; BLOCK + 1] = {
    let mut all = [const { [const { Index([0; 64]) }; 2] }; BLOCK + 1];
    let mut width = 0;
    while width <= BLOCK {
        let mut i = 0;
        while i < 128 {
            all[width][i / 64].0[i % 64] = ((i % 4 * width + i / 4) % 128) as u8;
            i += 1;
        }
        width += 1;
    }
    all
};

/// For each width up to eight: where the bytes of eight positions lie among 64 loaded ones.
static EIGHT: [Index; 9] = {
    let mut all = [const { Index([0; 64]) }; 9];
    let mut width = 0;
    while width <= 8 {
        let mut i = 0;
        while i < 64 {
            let position = i % 4 + i / 32 * 4;
            all[width].0[i] = ((position * width + i % 32 / 4) % 64) as u8;
            i += 1;
        }
        width += 1;
    }
    all
};

/// See [`super::ScanKernel`].
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
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
    let mut start = 0;
    while start < s.count {
        let width = BLOCK.min(s.count - start);
        let offset = start * length;
        // SAFETY: the block lies in the slice, which ends at `limit`; the tables have groups for
        // all positions; `out` has room for every vector.
        unsafe {
            let (codes, limit) = (s.blocks.as_ptr().add(offset), s.blocks.len() - offset);
            let sums = if width > 16 {
                wide(s, codes, limit, width)
            } else if width > 8 {
                [middle(s, codes, limit, width), _mm512_setzero_si512()]
            } else {
                [narrow(s, codes, limit, width), _mm512_setzero_si512()]
            };
            finish(
                (s, &affine, threshold),
                start,
                width,
                codes.add(s.code_bytes * width),
                sums,
                out,
            );
        }
        start += width;
    }
}

/// 64 bytes, of which those beyond `limit` are not read and count as zeros.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
unsafe fn load<const BOUNDED: bool>(codes: *const u8, at: usize, limit: usize) -> __m512i {
    // SAFETY: the caller promises that `limit` bytes are readable, and if not bounded all 64.
    unsafe {
        if BOUNDED {
            let there = limit.saturating_sub(at);
            let mask = if there >= 64 { u64::MAX } else { (1 << there) - 1 };
            _mm512_maskz_loadu_epi8(mask, codes.wrapping_add(at).cast())
        } else {
            _mm512_loadu_epi8(codes.add(at).cast())
        }
    }
}

/// How many groups can be loaded without a look at the limit: group `g` loads `loaded` bytes from
/// `g × step` on.
#[inline(always)]
fn unbounded(groups: usize, step: usize, loaded: usize, limit: usize) -> usize {
    if (groups - 1) * step + loaded <= limit {
        groups
    } else if limit < loaded {
        0
    } else {
        (limit - loaded) / step + 1
    }
}

/// Sixteen vectors' bytes of four positions: adds their entries to the sums.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
fn look_up(
    sums: &mut [__m512i; 2],
    bytes: __m512i,
    which: __m512i,
    low: [__m512i; 2],
    high: [__m512i; 2],
    pairs: bool,
) {
    let (nibble, ones) = (_mm512_set1_epi8(15), _mm512_set1_epi8(1));
    let shifted = _mm512_srli_epi16::<4>(bytes);
    // (bytes & nibble) | which
    let bytes = _mm512_ternarylogic_epi32::<0xea>(bytes, nibble, which);
    let shifted = _mm512_ternarylogic_epi32::<0xea>(shifted, nibble, which);
    let (low, high) = if pairs {
        (
            _mm512_permutex2var_epi8(low[0], bytes, low[1]),
            _mm512_permutex2var_epi8(high[0], shifted, high[1]),
        )
    } else {
        (_mm512_permutexvar_epi8(bytes, low[0]), _mm512_permutexvar_epi8(shifted, high[0]))
    };
    sums[0] = _mm512_dpbusd_epi32(sums[0], low, ones);
    sums[1] = _mm512_dpbusd_epi32(sums[1], high, ones);
}

/// Which of four tables a byte is for, in bits 4 and 5.
const WHICH: i32 = 0x3020_1000;

/// Sums of 17 to 32 vectors.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
unsafe fn wide(s: &ScanArguments<'_>, codes: *const u8, limit: usize, w: usize) -> [__m512i; 2] {
    let zero = _mm512_setzero_si512();
    let which = _mm512_set1_epi32(WHICH);
    let (mut left, mut right) = ([zero; 2], [zero; 2]);
    let groups = s.code_bytes.div_ceil(4);
    if groups == 0 {
        return left;
    }
    // SAFETY: loads of codes end within the limit, tables have `groups` groups.
    unsafe {
        let index = [load_index(&FOUR[w][0]), load_index(&FOUR[w][1])];
        let mut group = |g: usize, [a, b]: [__m512i; 2]| {
            let tables = s.tables.as_ptr().add(g * GROUP);
            let low = _mm512_loadu_epi8(tables.cast());
            let high = _mm512_loadu_epi8(tables.add(64).cast());
            let bytes = _mm512_permutex2var_epi8(a, index[0], b);
            look_up(&mut left, bytes, which, [low, low], [high, high], false);
            let bytes = _mm512_permutex2var_epi8(a, index[1], b);
            look_up(&mut right, bytes, which, [low, low], [high, high], false);
        };
        let free = unbounded(groups, 4 * w, 128, limit);
        for g in 0..free {
            let at = 4 * g * w;
            group(g, [load::<false>(codes, at, limit), load::<false>(codes, at + 64, limit)]);
        }
        for g in free..groups {
            let at = 4 * g * w;
            group(g, [load::<true>(codes, at, limit), load::<true>(codes, at + 64, limit)]);
        }
    }
    [_mm512_add_epi32(left[0], left[1]), _mm512_add_epi32(right[0], right[1])]
}

/// Sums of 9 to 16 vectors.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
unsafe fn middle(s: &ScanArguments<'_>, codes: *const u8, limit: usize, w: usize) -> __m512i {
    let which = _mm512_set1_epi32(WHICH);
    let mut sums = [_mm512_setzero_si512(); 2];
    let groups = s.code_bytes.div_ceil(4);
    if groups == 0 {
        return sums[0];
    }
    // SAFETY: loads of codes end within the limit, tables have `groups` groups.
    unsafe {
        let index = load_index(&FOUR[w][0]);
        let mut group = |g: usize, bytes: __m512i| {
            let tables = s.tables.as_ptr().add(g * GROUP);
            let low = _mm512_loadu_epi8(tables.cast());
            let high = _mm512_loadu_epi8(tables.add(64).cast());
            let bytes = _mm512_permutexvar_epi8(index, bytes);
            look_up(&mut sums, bytes, which, [low, low], [high, high], false);
        };
        let free = unbounded(groups, 4 * w, 64, limit);
        (0..free).for_each(|g| group(g, load::<false>(codes, 4 * g * w, limit)));
        (free..groups).for_each(|g| group(g, load::<true>(codes, 4 * g * w, limit)));
    }
    _mm512_add_epi32(sums[0], sums[1])
}

/// Sums of up to 8 vectors, in the lower half.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
unsafe fn narrow(s: &ScanArguments<'_>, codes: *const u8, limit: usize, w: usize) -> __m512i {
    let second = _mm512_set1_epi32(WHICH | 0x4040_4040);
    let which = _mm512_mask_mov_epi32(_mm512_set1_epi32(WHICH), 0xff00, second);
    let mut sums = [_mm512_setzero_si512(); 2];
    let groups = s.code_bytes.div_ceil(8);
    if groups == 0 {
        return sums[0];
    }
    // SAFETY: loads of codes end within the limit, tables have twice `groups` groups of four.
    unsafe {
        let index = load_index(&EIGHT[w]);
        let mut group = |g: usize, bytes: __m512i| {
            let tables = s.tables.as_ptr().add(g * 2 * GROUP);
            let table = |i: usize| _mm512_loadu_epi8(tables.add(i * 64).cast());
            let bytes = _mm512_permutexvar_epi8(index, bytes);
            look_up(&mut sums, bytes, which, [table(0), table(2)], [table(1), table(3)], true);
        };
        let free = unbounded(groups, 8 * w, 64, limit);
        (0..free).for_each(|g| group(g, load::<false>(codes, 8 * g * w, limit)));
        (free..groups).for_each(|g| group(g, load::<true>(codes, 8 * g * w, limit)));
    }
    let sum = _mm512_add_epi32(sums[0], sums[1]);
    let upper = _mm512_extracti64x4_epi64::<1>(sum);
    _mm512_add_epi32(sum, _mm512_zextsi256_si512(upper))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_index(index: &Index) -> __m512i {
    // SAFETY: an index is 64 aligned bytes.
    unsafe { _mm512_load_si512(index.0.as_ptr().cast()) }
}

/// From sums to what is found.
///
/// # Safety
/// The factors of `width` vectors must be readable; `out` must have room for them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vnni")]
unsafe fn finish(
    (s, affine, threshold): (&ScanArguments<'_>, &Affine, f32),
    start: usize,
    width: usize,
    factors: *const u8,
    sums: [__m512i; 2],
    out: &mut Vec<Found>,
) {
    let threshold = _mm512_set1_ps(threshold);
    let mut estimates = [0f32; BLOCK];
    let mut found = 0u32;
    for (half, sum) in sums.into_iter().enumerate() {
        if width <= 16 * half {
            break;
        }
        let lanes: __mmask16 = if width >= 16 * half + 16 { !0 } else { (1 << (width % 16)) - 1 };
        let factor = |f: usize| {
            // SAFETY: lanes beyond the width are not read.
            unsafe {
                let at = factors.add(4 * (f * width + 16 * half));
                _mm512_maskz_loadu_ps(lanes, at.cast())
            }
        };
        let (base, offset) = (_mm512_set1_ps(affine.base), _mm512_set1_ps(affine.offset));
        let scaled = _mm512_mul_ps(_mm512_set1_ps(affine.scale), _mm512_cvtepi32_ps(sum));
        let estimate = match affine.factors {
            0 => _mm512_add_ps(base, scaled),
            1 => _mm512_add_ps(_mm512_add_ps(base, scaled), factor(0)),
            _ => _mm512_add_ps(
                _mm512_add_ps(base, factor(0)),
                _mm512_mul_ps(factor(1), _mm512_add_ps(scaled, offset)),
            ),
        };
        let within = _mm512_mask_cmp_ps_mask::<_CMP_LE_OQ>(lanes, estimate, threshold);
        found |= u32::from(within) << (16 * half);
        // SAFETY: the array has 32 places.
        unsafe { _mm512_storeu_ps(estimates.as_mut_ptr().add(16 * half), estimate) };
    }
    // SAFETY: the caller promises the room; bits beyond the width are clear.
    unsafe { emit(found, estimates.as_ptr(), s.first.wrapping_add(start as u32), out) };
}
