//! Many points against all cells: a blocked matrix product that keeps only each point's minimum.
//!
//! For point `x` and cell `j` the key is `bias[j] − x·centroid[j]`, and the smallest key wins: with
//! `bias = ‖centroid‖² / 2` that is the nearest centroid by Euclidean distance (the key being half
//! of what is left of `‖x − c‖²` without `‖x‖²`), with `bias = 0` the largest inner product.
//!
//! Centroids are packed into *panels* of as many cells as one register tile is wide, component by
//! component; points are packed into groups of as many as the tile is high. A tile walks over all
//! components, so that a key is one chain of multiply-adds in component order: it does not depend on
//! how points were cut into blocks.

pub(crate) mod chain;
pub(crate) mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

use crate::aligned::Aligned;
use crate::level::Level;
use std::collections::TryReserveError;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of packed points that are worked on at a time; half of a usual second-level cache.
const BLOCK_BYTES: usize = 256 * 1024;

/// A tile's shape and code at one level.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    /// Most points of a group.
    pub high: usize,
    /// Cells of a panel.
    pub wide: usize,
    /// Minima kept for each point, by cell number modulo this.
    pub lanes: usize,
    /// The code.
    pub run: TileKernel,
}

/// What a tile works on.
pub(crate) struct TileArguments {
    /// Number of points, 1 to [`Tile::high`].
    pub high: usize,
    /// Number of components.
    pub depth: usize,
    /// `depth × high` numbers: the points, component by component.
    pub points: *const f32,
    /// `depth × wide` numbers: a panel, component by component; aligned to 64 bytes.
    pub panel: *const f32,
    /// `wide` numbers.
    pub bias: *const f32,
    /// Number of the panel's first cell.
    pub first: u32,
    /// `high × lanes` smallest keys so far.
    pub keys: *mut f32,
    /// `high × lanes` cells that they belong to.
    pub cells: *mut u32,
}

/// # Safety
/// The processor must have the function's instruction set and the arguments must be as described.
pub(crate) type TileKernel = unsafe fn(&TileArguments);

/// Centroids packed for [`crate::Kernels::nearest`] at one level.
#[derive(Debug)]
pub struct Panels {
    level: Level,
    dimension: usize,
    count: usize,
    numbers: Aligned<f32>,
    bias: Vec<f32>,
}

/// Working memory of [`crate::Kernels::nearest`], at most about half a megabyte for vectors of up to
/// 4,096 components; keep one per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    points: Vec<f32>,
    keys: Vec<f32>,
    cells: Vec<u32>,
}

/// The work was given up because the flag was set; or memory was refused.
#[derive(Debug)]
pub enum Stopped {
    /// The flag was set.
    Cancelled,
    /// The working memory could not be had.
    Memory(TryReserveError),
}

impl Panels {
    /// Packs `centroids` (row after row) for a level; `bias` has one number per centroid.
    pub(crate) fn new(
        level: Level,
        tile: &Tile,
        centroids: &[f32],
        dimension: usize,
        bias: &[f32],
    ) -> Result<Self, TryReserveError> {
        let count = bias.len();
        assert!(dimension > 0 && centroids.len() == count * dimension, "shape of the centroids");
        let wide = tile.wide;
        let padded = count.div_ceil(wide) * wide;
        let mut numbers = Aligned::zeroed(padded * dimension)?;
        let packed = numbers.as_mut_slice();
        for (cell, centroid) in centroids.chunks_exact(dimension).enumerate() {
            let panel = &mut packed[cell / wide * wide * dimension..][..wide * dimension];
            for (place, &component) in
                panel.iter_mut().skip(cell % wide).step_by(wide).zip(centroid)
            {
                *place = component;
            }
        }
        let mut padded_bias = Vec::new();
        padded_bias.try_reserve_exact(padded)?;
        padded_bias.extend_from_slice(bias);
        // A cell that does not exist never wins.
        padded_bias.resize(padded, f32::INFINITY);
        Ok(Self { level, dimension, count, numbers, bias: padded_bias })
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Components of a centroid.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The level that the centroids are packed for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Bytes that this occupies.
    pub fn size_in_bytes(&self) -> usize {
        self.numbers.size_in_bytes() + self.bias.capacity() * 4
    }
}

impl Scratch {
    fn prepare(&mut self, points: usize, minima: usize) -> Result<(), TryReserveError> {
        fn fit<T: Default + Clone>(
            vector: &mut Vec<T>,
            length: usize,
        ) -> Result<(), TryReserveError> {
            if vector.len() < length {
                vector.try_reserve_exact(length - vector.len())?;
                vector.resize(length, T::default());
            }
            Ok(())
        }
        fit(&mut self.points, points)?;
        fit(&mut self.keys, minima)?;
        fit(&mut self.cells, minima)
    }
}

/// The body of [`crate::Kernels::nearest`].
///
/// # Safety
/// The processor must have the tile's instruction set and `panels` must be packed for it.
pub(crate) unsafe fn nearest(
    tile: &Tile,
    panels: &Panels,
    points: &[f32],
    scratch: &mut Scratch,
    cells: &mut [u32],
    keys: &mut [f32],
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let dimension = panels.dimension;
    let most = (BLOCK_BYTES / 4 / dimension / tile.high).max(1) * tile.high;
    // At least one group, also where there are no points: a block of none cannot be iterated.
    let block = most.min(cells.len().next_multiple_of(tile.high)).max(tile.high);
    scratch.prepare(block * dimension, block * tile.lanes).map_err(Stopped::Memory)?;
    let outputs = cells.chunks_mut(block).zip(keys.chunks_mut(block));
    for (points, (cells, keys)) in points.chunks(block * dimension).zip(outputs) {
        pack(points, dimension, tile.high, &mut scratch.points);
        let minima = cells.len() * tile.lanes;
        scratch.keys[..minima].fill(f32::INFINITY);
        scratch.cells[..minima].fill(0);
        for (number, bias) in panels.bias.chunks_exact(tile.wide).enumerate() {
            if stop.load(Ordering::Relaxed) {
                return Err(Stopped::Cancelled);
            }
            let panel = &panels.numbers.as_slice()[number * tile.wide * dimension..];
            for start in (0..cells.len()).step_by(tile.high) {
                let arguments = TileArguments {
                    high: tile.high.min(cells.len() - start),
                    depth: dimension,
                    points: scratch.points[start * dimension..].as_ptr(),
                    panel: panel.as_ptr(),
                    bias: bias.as_ptr(),
                    first: (number * tile.wide) as u32,
                    keys: scratch.keys[start * tile.lanes..].as_mut_ptr(),
                    cells: scratch.cells[start * tile.lanes..].as_mut_ptr(),
                };
                // SAFETY: the slices hold as much as the arguments say (group `start` has
                // `high` points packed from `start × dimension`, and `high × lanes` minima), and
                // the caller promises the instruction set.
                unsafe { (tile.run)(&arguments) };
            }
        }
        let minima =
            scratch.keys.chunks_exact(tile.lanes).zip(scratch.cells.chunks_exact(tile.lanes));
        for ((lane_keys, lane_cells), (cell, key)) in minima.zip(cells.iter_mut().zip(keys)) {
            (*key, *cell) = smallest(lane_keys, lane_cells);
        }
    }
    Ok(())
}

/// Packs points in groups of `high` (the last may be smaller), each component by component.
fn pack(points: &[f32], dimension: usize, high: usize, packed: &mut [f32]) {
    for (group, packed) in points.chunks(high * dimension).zip(packed.chunks_mut(high * dimension))
    {
        let height = group.len() / dimension;
        for (i, point) in group.chunks_exact(dimension).enumerate() {
            for (place, &component) in packed[i..].iter_mut().step_by(height).zip(point) {
                *place = component;
            }
        }
    }
}

/// The smallest key and its cell; among equal keys the smallest cell.
fn smallest(keys: &[f32], cells: &[u32]) -> (f32, u32) {
    let mut best = (keys[0], cells[0]);
    for (&key, &cell) in keys.iter().zip(cells).skip(1) {
        if key < best.0 || (key == best.0 && cell < best.1) {
            best = (key, cell);
        }
    }
    best
}
