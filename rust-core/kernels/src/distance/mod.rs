//! One query against many rows: squared Euclidean distance and inner product.
//!
//! Every level computes a row's value by the same operations in the same order, whether the row
//! comes alone or among others. So a value has the same bits at all levels, and does not depend on
//! how a scan was cut into blocks: term i is added to partial sum i mod 16, each product rounded
//! before it is added, from the first to the last; then the upper eight sums are added to the lower
//! eight, and of these neighbours, pairs of neighbours and the two halves.

pub(crate) mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

/// One query against as many rows as `out` has places, the first at the address given, each of the
/// others as many bytes (the third argument) behind the one before.
///
/// # Safety
/// The processor must have the function's instruction set, and of every row `4 × query.len()` bytes
/// must be readable.
pub(crate) type RowsKernel = unsafe fn(&[f32], *const u8, usize, &mut [f32]);

/// One query against rows by number: `out[i]` is for row `index[i]`, row 0 being at the address and
/// each of the others as many bytes (the third argument) behind the one before.
///
/// # Safety
/// The processor must have the function's instruction set; `index` must be at least as long as
/// `out`; every row that it names must be readable, `4 × query.len()` bytes each.
pub(crate) type RowsAtKernel = unsafe fn(&[f32], *const u8, usize, &[u32], &mut [f32]);

/// Where the i-th row of a call lies.
pub(crate) trait Place: Copy {
    /// Whether the next row cannot be guessed by the processor and is worth a prefetch.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "no prefetch there"))]
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

/// Bytes of a row that are asked for ahead of time; the processor follows by itself from there.
#[cfg(target_arch = "x86_64")]
const PREFETCHED: usize = 1024;

/// How many rows ahead of their use scattered rows are asked for.
///
/// Into the second-level cache: it waits for more lines at a time than the first, whose prefetches
/// beyond those it can wait for hold up everything else. Measured on Zen 4 with 100 rows of 128
/// components out of 256 MB: 6.6 µs without, 5.7 µs four rows ahead into the first level, 4.4 µs
/// four, 3.9 µs eight and 3.5 µs sixteen rows ahead into the second.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 16;

/// Asks for rows `from..to` of a call whose rows are scattered, those of them that there are.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
fn prefetch<P: Place>(place: P, from: usize, to: usize, count: usize, row_bytes: usize) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    if P::SCATTERED {
        for i in from..to.min(count) {
            // SAFETY: row `i` exists; a prefetch reads nothing and cannot fault.
            unsafe {
                let row = place.row(i).cast::<i8>();
                for offset in (0..row_bytes.min(PREFETCHED)).step_by(64) {
                    _mm_prefetch::<_MM_HINT_T1>(row.add(offset));
                }
            }
        }
    }
}

/// Bytes of consecutive rows from which on they are taken one by one.
///
/// Four at a time share the loads of the query, which is faster where the rows come from a near
/// cache. Where they come from memory, one after the other is faster: the processor recognises one
/// stream and fetches ahead of it, but not four that are interleaved.
#[cfg(target_arch = "x86_64")]
const STREAM: usize = 1024 * 1024;

/// Whether that many bytes of rows are better taken one by one.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
fn is_stream<P: Place>(bytes: usize) -> bool {
    !P::SCATTERED && bytes >= STREAM
}
