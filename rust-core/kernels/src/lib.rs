//! SIMD arithmetic on vectors and codes: slices in, numbers out.
//!
//! | family | scalar | AVX2 + FMA | AVX-512 F | NEON |
//! | --- | --- | --- | --- | --- |
//! | [`Kernels::l2`], [`Kernels::ip`]: one query, consecutive rows | yes | yes | yes | yes |
//! | [`Kernels::l2_at`], [`Kernels::ip_at`]: one query, rows by number | yes | yes | yes | yes |
//! | [`Kernels::nearest`]: many points, all cells (blocked matrix product) | yes | yes | yes | yes |
//! | [`Kernels::preselect`]: one point, all cells, which can be among the nearest (bytes) | yes | yes | yes | yes |
//! | [`Kernels::nearer`]: many points, all cells (blocked product of bytes, then exactly) | yes | yes | VNNI, else AVX2 | yes |
//! | [`Kernels::product`]: one pair, in double precision, the same bits at every level | yes | yes | yes | yes |
//! | [`Kernels::scan`]: one query, 4-bit codes in blocks | yes | yes | yes | yes |
//!
//! The level is chosen once, at run time, by [`Kernels::active`]; the library itself is built for the
//! baseline ABI of its target. [`Kernels::at`] gives any level that the machine has, so that tests
//! and benchmarks can run all of them in one process.
//!
//! All kernels accept every bit pattern: infinities and NaN give whatever IEEE arithmetic gives.
//! Nothing is read outside the given slices, and no alignment is needed.

#[cfg(target_endian = "big")]
compile_error!("rows are little-endian f32; this crate supports little-endian targets only");

mod aligned;
mod coarse;
mod distance;
mod exact;
mod grid;
mod kernels;
mod level;
mod nearest;
mod rows;
mod scan;

pub use coarse::{Coarse, Preselection};
pub use grid::{Grid, GridCells, GridPoints, GridScratch};
pub use kernels::Kernels;
pub use level::{Level, Selection};
pub use nearest::{Panels, Scratch, Stopped};
pub use rows::{Rows, ShapeError};
pub use scan::{Affine, BLOCK, Found, MAX_CODE_BYTES, MAX_FACTORS, Tables};
