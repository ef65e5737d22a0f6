//! Many points against all cells in eight bits a component, and the nearest cell of each, exactly.
//!
//! Component `k` of a point is `x = low + step·(u + e)` with `u` a whole number of 0 to 255 and one
//! `step` for all components. A cell's components times that step are `unit·v + r` with `v` a whole
//! number of -127 to 127 and one `unit` for each cell. Then, with `m` a mean of the points' `u`,
//!
//! `x·c = Σ low·c + Σ m·r + unit·Σ u·v + Σ (u − m)·r + Σ step·e·c`
//!
//! where the first two sums are the same for all points, the third is one of integers, and the last
//! two are at most `‖u − m‖·‖r‖` and `‖e‖·‖step·c‖`, by Cauchy and Schwarz. So the keys
//! `bias − x·c`, of which the smallest is wanted, are known within a margin at the cost of an integer
//! product, a quarter of one in `f32` where the processor has VNNI. Cells whose key can be the
//! smallest are few, one or two as a rule: their keys are computed in double precision
//! ([`crate::Kernels::product`]) and decide. Points of which bytes say too little (outliers, components
//! of very different ranges) are compared once more, by products in `f32` and the margin of their
//! roundings. **The result is the exact one, and the same at every
//! level.**
//!
//! **Packing.** A step of the product takes four bytes of a point and of a cell ([`Form::Bytes`]), or
//! two 16-bit numbers of each ([`Form::Words`]), or one `f32` ([`Form::Floats`]): 32 bits in any case. Points are packed in groups of
//! as many as a tile is high, cells in panels of as many as it is wide, step by step.

mod cells;
mod found;
mod points;
pub(crate) mod scalar;
mod search;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

pub use cells::GridCells;
pub use points::{Grid, GridPoints};
pub use search::GridScratch;
pub(crate) use search::{Exact, nearer};

use found::Found;

/// What a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Four components in eight bits.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "needs VNNI"))]
    Bytes,
    /// Two components in sixteen bits.
    #[cfg_attr(
        not(any(target_arch = "x86_64", target_arch = "aarch64")),
        allow(dead_code, reason = "what the SIMD levels take")
    )]
    Words,
    /// One component as `f32`.
    Floats,
}

impl Form {
    /// Components of a step.
    fn components(self) -> usize {
        match self {
            Form::Bytes => 4,
            Form::Words => 2,
            Form::Floats => 1,
        }
    }
}

/// A tile's shape and code at one level.
#[derive(Clone, Copy)]
pub(crate) struct GridTile {
    pub form: Form,
    /// Most points of a group.
    pub high: usize,
    /// Cells of a panel, at most [`WIDEST`].
    pub wide: usize,
    pub run: GridKernel,
    /// The same for points and cells in `f32`, one component a step, whatever the form.
    pub floats: GridKernel,
}

/// Most cells of a panel.
const WIDEST: usize = 32;

/// What a tile works on.
pub(crate) struct GridArguments<'a> {
    /// Number of points, 1 to [`GridTile::high`].
    pub high: usize,
    /// Number of steps.
    pub depth: usize,
    /// `depth × high` steps of points.
    pub points: *const u32,
    /// `depth × wide` steps of cells, aligned to 64 bytes.
    pub panel: *const u32,
    /// For each cell of the panel what the integer sum is multiplied with.
    pub units: *const f32,
    /// For each cell what that is taken from; not a number where there is no cell.
    pub bases: *const f32,
    /// For each cell how far its key can be off, for a point of reach 1; 0 where there is no cell.
    pub radii: &'a [f32],
    /// Number of the panel's first cell.
    pub first: u32,
    /// Where the group's first point stands in `found`.
    pub start: usize,
    /// What was found so far: a tile notes the cells whose key is within the point's limit.
    pub found: &'a mut Found,
}

/// Computes the least that the keys of a group and a panel can be: `base − unit·sum − radius·reach`,
/// with the reach of the point. Notes the cells where that is within the limit.
///
/// # Safety
/// The processor must have the function's instruction set and the arguments must be as described.
pub(crate) type GridKernel = unsafe fn(&mut GridArguments<'_>);
