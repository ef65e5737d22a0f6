//! Sums in double precision: the same bits at every level.
//!
//! The product of two `f32` fits a double, so that a multiply-add rounds exactly as a product followed
//! by a sum does. Sixteen partial sums take the components in turns and are added up in a fixed order;
//! so it does not matter how many of them a register holds.

pub(crate) mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

/// Partial sums.
const LANES: usize = 16;

/// `a·b`.
///
/// # Safety
/// The processor must have the function's instruction set, and the slices the same length.
pub(crate) type ProductKernel = unsafe fn(&[f32], &[f32]) -> f64;

/// Adds rows by number to the sums.
///
/// # Safety
/// The processor must have the function's instruction set, and all rows must exist.
pub(crate) type AddKernel = unsafe fn(&[f32], &[u32], &mut [f64]);

/// Rows that are asked for ahead.
const AHEAD: usize = 4;

/// The body of an [`AddKernel`]; what it is inlined into says with which instructions.
#[inline(always)]
fn add(numbers: &[f32], index: &[u32], sums: &mut [f64]) {
    let length = sums.len();
    let row = |number: u32| &numbers[number as usize * length..][..length];
    for (i, &number) in index.iter().enumerate() {
        if let Some(&next) = index.get(i + AHEAD) {
            row(next).chunks(CACHE_LINE).for_each(prefetch);
        }
        for (sum, &x) in sums.iter_mut().zip(row(number)) {
            *sum += f64::from(x);
        }
    }
}

/// Numbers of a cache line.
const CACHE_LINE: usize = 16;

#[inline(always)]
fn prefetch(line: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint; the instruction is part of the baseline.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

/// Adds the components behind the last multiple of [`LANES`], then all partial sums.
#[inline(always)]
fn finish(mut sums: [f64; LANES], a: &[f32], b: &[f32]) -> f64 {
    for (sum, (&x, &y)) in sums.iter_mut().zip(a.iter().zip(b)) {
        *sum += f64::from(x) * f64::from(y);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            sums[i] += sums[i + width];
        }
    }
    sums[0]
}
