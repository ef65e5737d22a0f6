//! One query against many rows: squared Euclidean distance and inner product.
//!
//! Every level computes a row's value the same way whether the row comes alone or among others, so
//! a value does not depend on how a scan was cut into blocks.

pub(crate) mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;

/// One query against as many consecutive rows as `out` has places, the first at the address given.
///
/// # Safety
/// The processor must have the function's instruction set, and `4 × query.len() × out.len()` bytes
/// must be readable at the address.
pub(crate) type RowsKernel = unsafe fn(&[f32], *const u8, &mut [f32]);

/// One query against rows by number: `out[i]` is for row `index[i]`, row 0 being at the address.
///
/// # Safety
/// The processor must have the function's instruction set; `index` must be at least as long as
/// `out`; every row that it names must be readable, `4 × query.len()` bytes each.
pub(crate) type RowsAtKernel = unsafe fn(&[f32], *const u8, &[u32], &mut [f32]);

/// Where the i-th row of a call lies.
pub(crate) trait Place: Copy {
    /// Whether the next row cannot be guessed by the processor and is worth a prefetch.
    #[allow(dead_code, reason = "only some levels prefetch")]
    const SCATTERED: bool;

    /// Address of the i-th row; not aligned.
    ///
    /// # Safety
    /// `i` must be below the number of rows of the call.
    unsafe fn row(self, i: usize) -> *const f32;
}

/// Rows one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Consecutive {
    pub base: *const u8,
    pub stride: usize,
}

impl Place for Consecutive {
    const SCATTERED: bool = false;

    #[inline(always)]
    unsafe fn row(self, i: usize) -> *const f32 {
        // SAFETY: the caller promises that row `i` exists, so the address is in the same buffer.
        unsafe { self.base.add(i * self.stride).cast() }
    }
}

/// Rows by number.
#[derive(Clone, Copy)]
pub(crate) struct Numbered<'a> {
    pub base: *const u8,
    pub stride: usize,
    pub index: &'a [u32],
}

impl Place for Numbered<'_> {
    const SCATTERED: bool = true;

    #[inline(always)]
    unsafe fn row(self, i: usize) -> *const f32 {
        // SAFETY: the caller promises that `i` is within the index and that the row exists.
        unsafe {
            let row = *self.index.get_unchecked(i) as usize;
            self.base.add(row * self.stride).cast()
        }
    }
}
