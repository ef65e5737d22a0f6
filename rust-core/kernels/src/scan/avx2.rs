//! AVX2: one position (byte of a code) of 32 vectors, or two positions of up to 16, at a time.
//!
//! `vpshufb` looks up in a table of sixteen bytes a half of the register. Entries are added up as
//! 16-bit numbers: once as they are, which is `even + 256·odd` of two neighbouring vectors, and once
//! shifted down to `odd`; the difference gives `even` back. Sums are moved to 32 bits before they
//! could overflow.

use super::emit::emit;
use super::{Affine, BLOCK, Form, Found, ScanArguments, Scanner, code_length};
use std::arch::x86_64::*;

pub(crate) const SCANNER: Scanner = Scanner { form: Form { group: 2, multiple: 2 }, run };

/// Positions whose entries fit sums of 16 bits: two entries of at most 255 each.
const RUN: usize = 128;

/// See [`super::ScanKernel`].
#[target_feature(enable = "avx2,fma")]
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
            let mut sums = [0u32; BLOCK];
            if width > 16 {
                wide(s, codes, limit, width, &mut sums);
            } else {
                narrow(s, codes, limit, width, &mut sums);
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
        start += width;
    }
}

/// Sums of 16 bits, two vectors a lane.
#[derive(Clone, Copy)]
struct Sums {
    /// `even + 256·odd`, modulo 2¹⁶.
    both: __m256i,
    odd: __m256i,
}

impl Sums {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn zero() -> Self {
        Self { both: _mm256_setzero_si256(), odd: _mm256_setzero_si256() }
    }

    /// Looks 32 bytes up and adds their entries.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn add(&mut self, bytes: __m256i, low: __m256i, high: __m256i) {
        let nibble = _mm256_set1_epi8(15);
        let low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
        let shifted = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
        let high = _mm256_shuffle_epi8(high, shifted);
        self.both = _mm256_add_epi16(self.both, _mm256_add_epi16(low, high));
        let odd = _mm256_add_epi16(_mm256_srli_epi16::<8>(low), _mm256_srli_epi16::<8>(high));
        self.odd = _mm256_add_epi16(self.odd, odd);
    }

    /// Sixteen vectors' sums of each half, in order.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn halves(self) -> [[__m256i; 2]; 2] {
        let even = _mm256_sub_epi16(self.both, _mm256_slli_epi16::<8>(self.odd));
        let first = _mm256_unpacklo_epi16(even, self.odd);
        let second = _mm256_unpackhi_epi16(even, self.odd);
        let lower = |x: __m256i| _mm256_cvtepu16_epi32(_mm256_castsi256_si128(x));
        let upper = |x: __m256i| _mm256_cvtepu16_epi32(_mm256_extracti128_si256::<1>(x));
        [[lower(first), lower(second)], [upper(first), upper(second)]]
    }
}

/// Sixteen sums grow by what is added.
#[inline]
#[target_feature(enable = "avx2")]
fn grow(sums: &mut [u32], added: [__m256i; 2]) {
    for (sums, added) in sums.chunks_exact_mut(8).zip(added) {
        // SAFETY: a chunk has eight places.
        unsafe {
            let place: *mut __m256i = sums.as_mut_ptr().cast();
            _mm256_storeu_si256(place, _mm256_add_epi32(_mm256_loadu_si256(place), added));
        }
    }
}

/// Sums of 17 to 32 vectors.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn wide(s: &ScanArguments<'_>, codes: *const u8, limit: usize, w: usize, sums: &mut [u32]) {
    for from in (0..s.code_bytes).step_by(RUN) {
        let mut short = Sums::zero();
        for p in from..s.code_bytes.min(from + RUN) {
            // SAFETY: loads of codes end within the limit; the tables have a group of two
            // positions (low, low, high, high) for every two.
            unsafe {
                let tables = s.tables.as_ptr().add(p / 2 * 64 + p % 2 * 16);
                let low = _mm256_broadcastsi128_si256(_mm_loadu_si128(tables.cast()));
                let high = _mm256_broadcastsi128_si256(_mm_loadu_si128(tables.add(32).cast()));
                let at = p * w;
                let bytes = if at + 32 <= limit {
                    _mm256_loadu_si256(codes.add(at).cast())
                } else {
                    let mut there = [0u8; 32];
                    std::ptr::copy_nonoverlapping(codes.add(at), there.as_mut_ptr(), limit - at);
                    _mm256_loadu_si256(there.as_ptr().cast())
                };
                short.add(bytes, low, high);
            }
        }
        let [lower, upper] = short.halves();
        grow(&mut sums[..16], lower);
        grow(&mut sums[16..], upper);
    }
}

/// Sums of up to 16 vectors: the second of two positions lies in the upper half.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn narrow(
    s: &ScanArguments<'_>,
    codes: *const u8,
    limit: usize,
    w: usize,
    sums: &mut [u32],
) {
    for from in (0..s.code_bytes).step_by(2 * RUN) {
        let mut short = Sums::zero();
        for p in (from..s.code_bytes.min(from + 2 * RUN)).step_by(2) {
            // SAFETY: as in `wide`. What is loaded for a position that does not exist is looked up
            // in tables of zeros.
            unsafe {
                let tables = s.tables.as_ptr().add(p * 32);
                let low = _mm256_loadu_si256(tables.cast());
                let high = _mm256_loadu_si256(tables.add(32).cast());
                let at = p * w;
                let bytes = if at + w + 16 <= limit {
                    let first = _mm_loadu_si128(codes.add(at).cast());
                    let second = _mm_loadu_si128(codes.add(at + w).cast());
                    _mm256_set_m128i(second, first)
                } else {
                    let mut there = [0u8; 32];
                    let first = 16.min(limit - at);
                    let second = 16.min(limit.saturating_sub(at + w));
                    let (from, to) = (codes.add(at), there.as_mut_ptr());
                    std::ptr::copy_nonoverlapping(from, to, first);
                    std::ptr::copy_nonoverlapping(from.wrapping_add(w), to.add(16), second);
                    _mm256_loadu_si256(there.as_ptr().cast())
                };
                short.add(bytes, low, high);
            }
        }
        let [lower, upper] = short.halves();
        grow(&mut sums[..16], lower);
        grow(&mut sums[..16], upper);
    }
}

/// From sums to what is found.
///
/// # Safety
/// The factors of `width` vectors must be readable; `out` must have room for them.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn finish(
    (s, affine, threshold): (&ScanArguments<'_>, &Affine, f32),
    start: usize,
    width: usize,
    factors: *const u8,
    sums: &[u32; BLOCK],
    out: &mut Vec<Found>,
) {
    let (base, scale) = (_mm256_set1_ps(affine.base), _mm256_set1_ps(affine.scale));
    let (offset, threshold) = (_mm256_set1_ps(affine.offset), _mm256_set1_ps(threshold));
    let numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let mut estimates = [0f32; BLOCK];
    let mut found = 0u32;
    for j in (0..width).step_by(8) {
        let there = (width - j).min(8);
        let lanes = _mm256_cmpgt_epi32(_mm256_set1_epi32(there as i32), numbers);
        let factor = |f: usize| {
            // SAFETY: lanes beyond the width are not read.
            unsafe { _mm256_maskload_ps(factors.add(4 * (f * width + j)).cast(), lanes) }
        };
        // SAFETY: both arrays have 32 places.
        unsafe {
            let sum = _mm256_loadu_si256(sums.as_ptr().add(j).cast());
            let scaled = _mm256_mul_ps(scale, _mm256_cvtepi32_ps(sum));
            let estimate = match affine.factors {
                0 => _mm256_add_ps(base, scaled),
                1 => _mm256_add_ps(_mm256_add_ps(base, scaled), factor(0)),
                _ => _mm256_add_ps(
                    _mm256_add_ps(base, factor(0)),
                    _mm256_mul_ps(factor(1), _mm256_add_ps(scaled, offset)),
                ),
            };
            let within = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(estimate, threshold));
            found |= (within as u32 & ((1 << there) - 1)) << j;
            _mm256_storeu_ps(estimates.as_mut_ptr().add(j), estimate);
        }
    }
    // SAFETY: the caller promises the room; bits beyond the width are clear.
    unsafe { emit(found, estimates.as_ptr(), s.first.wrapping_add(start as u32), out) };
}
