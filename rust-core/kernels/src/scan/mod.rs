//! Fast scan: one query against the 4-bit codes of a cell, by look-ups in small tables.
//!
//! A vector's code is `code_bytes` bytes, of which byte `p` holds nibble `2p` in its low half and
//! nibble `2p + 1` in its high half. A query brings a table of sixteen `u8` for each nibble number;
//! `S`, the sum of the entries that a code names, is an integer, and so the same at every level.
//!
//! | factors `a`, `b` of a vector | estimate |
//! | --- | --- |
//! | none | `base + scale·S` |
//! | 1 | `(base + scale·S) + a` |
//! | 2 or 3 | `(base + a) + b·(scale·S + offset)` |
//!
//! In `f32`, in this order, multiplications and additions rounded one by one: a level that fused
//! them would give other bits than the others.
//!
//! **Block form.** The vectors of a cell are cut into blocks of [`BLOCK`]; the last has any width
//! `w` of 1 to 32. Byte `p` of vector `j` lies at `p·w + j` of a block, factor `f` of vector `j` as
//! little-endian `f32` at `code_bytes·w + 4·(f·w + j)`. A block is `w·(code_bytes + 4·factors)`
//! bytes long: nothing is padded, so that a cell of five vectors costs no more than they do.

mod emit;
mod pack;
pub(crate) mod scalar;
mod tables;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

pub(crate) use pack::pack;
pub use tables::Tables;
pub(crate) use tables::{Form, expand};

/// Vectors of a full block.
pub const BLOCK: usize = 32;

/// Most bytes of a code without its factors: the sum of as many nibbles' entries is below 2²⁴, so
/// that an `f32` holds it exactly.
pub const MAX_CODE_BYTES: usize = 32_768;

/// Most factors of a vector.
pub const MAX_FACTORS: usize = 3;

/// What turns sums of table entries into estimates; see the table above.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Affine {
    /// Added to every vector of the cell.
    pub base: f32,
    /// Value of one step of the tables' entries.
    pub scale: f32,
    /// Sum of what was subtracted from the tables; for two and three factors only.
    pub offset: f32,
    /// Factors that a vector has, 0 to [`MAX_FACTORS`].
    pub factors: u32,
}

/// A vector whose estimate is within the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Found {
    /// Number of the vector in its cell, counted from the `first` of the call.
    pub position: u32,
    /// The estimate: smaller is nearer.
    pub estimate: f32,
}

/// A level's code and the form of table that it reads.
#[derive(Clone, Copy)]
pub(crate) struct Scanner {
    pub form: Form,
    pub run: ScanKernel,
}

/// What a scan works on; lengths were checked.
pub(crate) struct ScanArguments<'a> {
    /// Tables of the scanner's form, padded with zeros.
    pub tables: &'a [u8],
    pub code_bytes: usize,
    /// At least `count × code length` bytes; what lies behind may be loaded, not relied upon.
    pub blocks: &'a [u8],
    pub count: usize,
    pub first: u32,
    pub factors: u32,
}

/// Appends to the vector, which has room for `count` more. The numbers are the base, scale and
/// offset of the [`Affine`] and the threshold: in registers, since what has just been stored piece by
/// piece is slow to load in one, and most cells have a few vectors only.
///
/// # Safety
/// The processor must have the function's instruction set, and the arguments must be as described.
pub(crate) type ScanKernel = unsafe fn(&ScanArguments<'_>, f32, f32, f32, f32, &mut Vec<Found>);

/// Bytes of a code with its factors.
pub(crate) fn code_length(code_bytes: usize, factors: usize) -> usize {
    code_bytes + 4 * factors
}

/// Cache lines asked for ahead of a scan; the processor follows by itself from there.
const PREFETCHED: usize = 16;

/// Bytes of a cache line.
const LINE: usize = 64;

/// See [`crate::Kernels::prefetch`].
#[inline]
pub(crate) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    if !bytes.is_empty() {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // Every line that has one of the bytes, also the last, which may begin far into a line.
        let first = bytes.as_ptr() as usize / LINE * LINE;
        let last = bytes.as_ptr() as usize + bytes.len() - 1;
        for line in (first..=last).step_by(LINE).take(PREFETCHED) {
            // SAFETY: a prefetch reads nothing and cannot fault, whatever the address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(line)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, PREFETCHED, LINE);
}
