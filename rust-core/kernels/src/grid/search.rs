//! From rounded keys to the nearest cells.

use super::{Form, Found, GridArguments, GridCells, GridPoints, GridTile};
use crate::distance::RowsKernel;
use crate::exact::ProductKernel;
use crate::nearest::Stopped;
use std::cmp::Ordering;
use std::collections::TryReserveError;
use std::sync::atomic::{self, AtomicBool};

/// Bytes of packed points that are worked on at a time: beside a panel, in a first-level cache.
const BLOCK_BYTES: usize = 24 * 1024;

/// Working memory of [`crate::Kernels::nearer`]; keep one per thread. It grows with the dimension,
/// and with the number of cells where rounded keys say too little.
#[derive(Debug, Default)]
pub struct GridScratch {
    points: Vec<u32>,
    found: Found,
    products: Vec<f32>,
}

/// What computes keys exactly, and nearly so.
#[derive(Clone, Copy)]
pub(crate) struct Exact {
    pub product: ProductKernel,
    pub ip: RowsKernel,
}

/// The body of [`crate::Kernels::nearer`].
///
/// # Safety
/// The processor must have the instruction sets of tile and kernels, and `cells` must be packed for
/// the tile.
#[allow(clippy::too_many_arguments, reason = "a struct of them would be taken apart at once")]
pub(crate) unsafe fn nearer(
    tile: &GridTile,
    exact: Exact,
    cells: &GridCells<'_>,
    points: &GridPoints<'_>,
    first: u32,
    best: &mut [u32],
    keys: &mut [f64],
    scratch: &mut GridScratch,
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let (dimension, depth) = (cells.dimension, cells.depth);
    let width = dimension.next_multiple_of(4);
    let most = (BLOCK_BYTES / 4 / depth / tile.high).max(1) * tile.high;
    let block = most.min(best.len().next_multiple_of(tile.high)).max(tile.high);
    fit(&mut scratch.points, block * depth).map_err(Stopped::Memory)?;
    scratch.found.fit(block).map_err(Stopped::Memory)?;
    for start in (0..best.len()).step_by(block) {
        let end = (start + block).min(best.len());
        pack(tile, &points.bytes[start * width..end * width], width, depth, &mut scratch.points);
        let norms = points.spreads[start..end].iter().zip(&points.errors[start..end]);
        for (i, ((&spread, &error), &key)) in norms.zip(&keys[start..end]).enumerate() {
            let margin = cells.margin(spread, error);
            // Rounded up; infinity stays, and what is not a number.
            scratch.found.begin(i, (key as f32).next_up() + margin, 2.0 * margin);
        }
        for panel in 0..cells.bases.len() / tile.wide {
            if stop.load(atomic::Ordering::Relaxed) {
                return Err(Stopped::Cancelled);
            }
            for group in (0..end - start).step_by(tile.high) {
                let mut arguments = GridArguments {
                    high: tile.high.min(end - start - group),
                    depth,
                    points: scratch.points[group * depth..].as_ptr(),
                    panel: cells.panel(panel, tile.wide),
                    units: cells.units[panel * tile.wide..].as_ptr(),
                    bases: cells.bases[panel * tile.wide..].as_ptr(),
                    first: (panel * tile.wide) as u32,
                    start: group,
                    found: &mut scratch.found,
                };
                // SAFETY: the slices hold as much as the arguments say (group `group` has `high`
                // points packed from `group × depth`), and the caller promises the rest.
                unsafe { (tile.run)(&mut arguments) };
            }
        }
        for i in start..end {
            let point = &points.numbers[i * dimension..][..dimension];
            let mut winner = Winner { exact, cells, point, first, best: best[i], key: keys[i] };
            // SAFETY: passed on from the caller.
            unsafe {
                match scratch.found.of(i - start) {
                    Some(near) => near.for_each(|cell| winner.meet(cell)),
                    None => winner.meet_all(&mut scratch.products).map_err(Stopped::Memory)?,
                }
            }
            (best[i], keys[i]) = (winner.best, winner.key);
        }
    }
    Ok(())
}

fn fit<T: Default + Clone>(vector: &mut Vec<T>, length: usize) -> Result<(), TryReserveError> {
    if vector.len() < length {
        vector.try_reserve_exact(length - vector.len())?;
        vector.resize(length, T::default());
    }
    Ok(())
}

/// Packs points in groups of as many as the tile is high (the last may be smaller), step by step.
fn pack(tile: &GridTile, bytes: &[u8], width: usize, depth: usize, packed: &mut [u32]) {
    let groups = bytes.chunks(tile.high * width).zip(packed.chunks_mut(tile.high * depth));
    for (group, packed) in groups {
        let height = group.len() / width;
        for (i, row) in group.chunks_exact(width).enumerate() {
            let places = packed[i..].iter_mut().step_by(height);
            match tile.form {
                Form::Bytes => {
                    for (place, part) in places.zip(row.as_chunks::<4>().0) {
                        *place = u32::from_le_bytes(*part);
                    }
                }
                Form::Words => {
                    for (place, &[a, b]) in places.zip(row.as_chunks::<2>().0).take(depth) {
                        *place = u32::from(a) | u32::from(b) << 16;
                    }
                }
                Form::Floats => {
                    for (place, &byte) in places.zip(row).take(depth) {
                        *place = f32::from(byte).to_bits();
                    }
                }
            }
        }
    }
}

/// The nearest cell of a point so far.
struct Winner<'a> {
    exact: Exact,
    cells: &'a GridCells<'a>,
    point: &'a [f32],
    first: u32,
    best: u32,
    key: f64,
}

impl Winner<'_> {
    /// Compares with the exact key of a cell.
    ///
    /// # Safety
    /// The processor must have the kernels' instruction set.
    unsafe fn meet(&mut self, cell: u32) {
        let number = self.first + cell;
        if number == self.best && self.key < f64::INFINITY {
            return;
        }
        let centroid = self.cells.centroid(cell as usize);
        // SAFETY: passed on from the caller; both have the same length.
        let product = unsafe { (self.exact.product)(self.point, centroid) };
        let key = self.cells.biases[cell as usize] - product;
        if key < self.key || (key == self.key && number < self.best) {
            (self.best, self.key) = (number, key);
        }
    }

    /// Compares with all cells: with those whose keys in `f32` are small enough.
    ///
    /// A product of `d` components added up in any order is off by `(d + 4)·2⁻²⁴·‖x‖·‖c‖` at most;
    /// twice as much is allowed for.
    ///
    /// # Safety
    /// The processor must have the kernels' instruction set.
    unsafe fn meet_all(&mut self, products: &mut Vec<f32>) -> Result<(), TryReserveError> {
        let (cells, dimension) = (self.cells, self.point.len());
        fit(products, cells.count())?;
        let products = &mut products[..cells.count()];
        // SAFETY: passed on from the caller; there are as many rows as products, each as long as the
        // point.
        let norm = unsafe {
            (self.exact.ip)(self.point, cells.centroids.as_ptr().cast(), dimension * 4, products);
            (self.exact.product)(self.point, self.point).sqrt()
        };
        let margin = (dimension + 16) as f64 * 2f64.powi(-23) * norm * cells.longest + 1e-37;
        let key = |(product, bias): (&f32, &f64)| bias - f64::from(*product);
        let smallest = products.iter().zip(&cells.biases).map(key).fold(self.key, f64::min);
        let limit = smallest + 2.0 * margin;
        // Where sums in `f32` may overflow they say nothing.
        let unknown = (norm * cells.longest).partial_cmp(&1e37) != Some(Ordering::Less);
        for (cell, pair) in products.iter().zip(&cells.biases).enumerate() {
            if unknown || key(pair) <= limit {
                // SAFETY: passed on from the caller.
                unsafe { self.meet(cell as u32) };
            }
        }
        Ok(())
    }
}
