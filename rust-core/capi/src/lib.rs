//! The boundary between C and Rust: converts, calls, converts back; no arithmetic of its own.
//!
//! `include/ivory.h` is made of this crate by cbindgen, and docs/C.md shows how it is used. Every
//! function runs behind one guard (`status`): an error or a panic becomes a status code and a text,
//! and nothing unwinds into C. What C hands over is checked in one place (`pointers`).

mod model;
mod pointers;
mod scan;
mod status;
mod trainer;
mod vectors;

pub use model::*;
pub use scan::*;
pub use status::*;
pub use trainer::*;
pub use vectors::*;
