//! Vectors in files, read in blocks of rows.
//!
//! | extension | what | components |
//! | --- | --- | --- |
//! | `.fvecs`, `.bvecs`, `.ivecs` | TEXMEX: each row an `i32` dimension and then that many numbers | `f32`, `u8`, `i32` |
//! | `.npy` | `NumPy`'s format, versions 1 to 3, two dimensions, C order, little endian | `f16`, `f32`, `f64` |
//! | `.parquet` | one list column (`List` or `FixedSizeList`) | half, float, double |
//!
//! [`VectorReader`] gives all of them as `f32`, row after row, and holds only a block at a time: the
//! memory it needs does not grow with the file; [`Vectors`] is a whole file. A length that a file states is compared with the
//! bytes that there are before anything is allocated by it. Whatever the bytes are, the outcome is
//! rows or an [`Error`] that names the file, the row and the cause; never a panic.
#![forbid(unsafe_code)]

mod error;
mod npy;
mod numbers;
mod parquet;
mod reader;
mod source;
mod texmex;
mod vectors;

pub use error::{Error, Result};
pub use npy::header as npy_header;
pub use reader::{Format, IdReader, Options, VectorReader};
pub use vectors::Vectors;

/// Most components of a row that any reader takes.
pub const MAX_DIMENSION: usize = 65_536;
