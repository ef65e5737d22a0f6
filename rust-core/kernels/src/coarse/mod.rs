//! Centroids in eight bits a component: which cells can be among the nearest, at a quarter of the
//! memory traffic of exact distances. Whoever asks computes the exact distances of those.
//!
//! For a point `x` and cell `j` the key is `bias[j] − x·c`, as for [`crate::Kernels::nearest`].
//! Component `k` of a centroid is `c = middle + step·u + step·e` with `u` a whole number of 0 to 255
//! and `|e| ≤ ½`; middle and step belong to the component. With the weights `w = x·step`, rounded to
//! whole multiples `v` of a unit `t`, and everything that is the same for all cells left out,
//!
//! `key = (bias − t·Σ v·u) − Σ (w − t·v)·(u − 127.5) − Σ w·e`
//!
//! where the first part is an integer sum, the same at every level, and by Cauchy and Schwarz the
//! others are at most `‖w − t·v‖·‖u − 127.5‖ + ‖w‖·‖e‖`; the norms of `u − 127.5` and `e` are known
//! from the centroids. So no cell is lost whose key could be small enough; see [`Coarse::margin`].
//!
//! **Layout.** Blocks of sixteen cells, in them groups of four components: four bytes of each cell
//! side by side. What does not exist is zeros.

mod build;
pub(crate) mod scalar;
mod select;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

pub use build::Coarse;
pub use select::Preselection;
pub(crate) use select::{preselect, preselect_below, preselect_in};

/// Cells of a block.
pub(crate) const CELLS: usize = 16;

/// Components of a group.
const GROUP: usize = 4;

/// Largest weight: seven bits and a sign above seven bits.
const MOST: i32 = 127 * 128;

/// Four weights in the form that a level reads.
pub(crate) type Weights = [u8; 8];

/// A level's code.
#[derive(Clone, Copy)]
pub(crate) struct Summer {
    /// Brings four weights into the level's form.
    pub weigh: fn([i16; GROUP]) -> Weights,
    pub keys: KeysKernel,
    pub within: WithinKernel,
}

/// `keys[j] = bias[j] − unit·Σ weight·byte` for blocks of cells, rounded after each operation.
///
/// # Safety
/// The processor must have the function's instruction set; there must be as many keys as bias
/// numbers, a multiple of [`CELLS`], and `weights.len() × 4` bytes for each.
pub(crate) type KeysKernel = unsafe fn(&[u8], &[Weights], f32, &[f32], &mut [f32]);

/// Appends the places of the keys that are at most the limit, in order. The number of keys is a
/// multiple of [`CELLS`].
///
/// # Safety
/// The processor must have the function's instruction set, and the vector room for all keys.
pub(crate) type WithinKernel = unsafe fn(&[f32], f32, &mut Vec<u32>);
