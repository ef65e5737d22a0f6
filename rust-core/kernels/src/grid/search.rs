//! From rounded keys to the nearest cells.

use super::cells::rounding;
use super::{Form, Found, GridArguments, GridCells, GridKernel, GridPoints, GridTile};
use crate::distance::RowsKernel;
use crate::exact::ProductKernel;
use crate::nearest::Stopped;
use std::collections::TryReserveError;
use std::sync::atomic::{self, AtomicBool};

/// Bytes of packed points that are worked on at a time: beside a panel, in a first-level cache.
const BLOCK_BYTES: usize = 24 * 1024;

/// Fewer components than this go without bytes: that saves little, and leaves many cells.
const FEWEST: usize = 6;

/// Working memory of [`crate::Kernels::nearer`]; keep one per thread. It grows with the dimension,
/// and with the number of cells where even products in `f32` say too little.
#[derive(Debug, Default)]
pub struct GridScratch {
    points: Vec<u32>,
    found: Found,
    /// The points of a block that are left, and those of them that are left again.
    left: Vec<u32>,
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
    fit(&mut scratch.points, block * dimension).map_err(Stopped::Memory)?;
    fit(&mut scratch.left, block).map_err(Stopped::Memory)?;
    scratch.found.fit(block).map_err(Stopped::Memory)?;
    for start in (0..best.len()).step_by(block) {
        let end = (start + block).min(best.len());
        let GridScratch { points: packed, found, left, products } = scratch;
        let mut lefts = 0;
        let winner = |i: usize| Winner {
            exact,
            cells,
            point: points.row(i, dimension),
            first,
            best: 0,
            key: 0.0,
        };
        if dimension < FEWEST {
            lefts = end - start;
            left.iter_mut().zip(0..).for_each(|(place, i)| *place = i);
        } else {
            pack(tile, &points.bytes[start * width..end * width], width, depth, packed);
            let norms = points.spreads[start..end].iter().zip(&points.errors[start..end]);
            for (i, ((&spread, &error), &key)) in norms.zip(&keys[start..end]).enumerate() {
                found.start(i, key, cells.reach(spread, error));
            }
            let (panels, form) = (cells.panel(0, tile.wide), (tile.run, depth));
            let sides = [&cells.units[..], &cells.bases, &cells.radii];
            // SAFETY: points and cells are packed in the tile's form.
            unsafe { compare(tile, form, panels, sides, &packed[..], end - start, found, stop)? };
            for i in start..end {
                // SAFETY: passed on from the caller.
                unsafe {
                    if !winner(i).settle(found, i - start, &mut best[i], &mut keys[i]) {
                        left[lefts] = (i - start) as u32;
                        lefts += 1;
                    }
                }
            }
        }
        if lefts == 0 {
            continue;
        }
        // Those of which bytes say too little.
        let floats = cells.floats(tile).map_err(Stopped::Memory)?;
        let left = &left[..lefts];
        for (group, places) in left.chunks(tile.high).zip(packed.chunks_mut(tile.high * dimension))
        {
            for (i, &number) in group.iter().enumerate() {
                let row = points.row(start + number as usize, dimension);
                let places = places[i..].iter_mut().step_by(group.len());
                places.zip(row).for_each(|(place, x)| *place = x.to_bits());
            }
        }
        for (place, &number) in left.iter().enumerate() {
            let i = start + number as usize;
            // SAFETY: passed on from the caller.
            let norm = unsafe { winner(i).norm() };
            found.start(place, keys[i], cells.reach_of_floats(norm, floats.heaviest));
        }
        let (panels, form) = (floats.packed.as_slice().as_ptr().cast(), (tile.floats, dimension));
        let sides = [&floats.units[..], &floats.bases, &floats.radii];
        // SAFETY: points and cells are packed in `f32`.
        unsafe { compare(tile, form, panels, sides, &packed[..], lefts, found, stop)? };
        for (place, &number) in left.iter().enumerate() {
            let i = start + number as usize;
            // SAFETY: passed on from the caller.
            unsafe {
                let mut winner = winner(i);
                if !winner.settle(found, place, &mut best[i], &mut keys[i]) {
                    (winner.best, winner.key) = (best[i], keys[i]);
                    winner.meet_all(products).map_err(Stopped::Memory)?;
                    (best[i], keys[i]) = (winner.best, winner.key);
                }
            }
        }
    }
    Ok(())
}

/// Compares packed points with all panels.
///
/// # Safety
/// The processor must have the kernel's instruction set; points and panels must be packed for it, of
/// so many steps, and `found` have room for the points.
#[allow(clippy::too_many_arguments, reason = "a struct of them would be taken apart at once")]
unsafe fn compare(
    tile: &GridTile,
    (kernel, depth): (GridKernel, usize),
    panels: *const u32,
    [units, bases, radii]: [&[f32]; 3],
    points: &[u32],
    count: usize,
    found: &mut Found,
    stop: &AtomicBool,
) -> Result<(), Stopped> {
    let sides = units.chunks_exact(tile.wide).zip(bases.chunks_exact(tile.wide));
    for (panel, ((units, bases), radii)) in sides.zip(radii.chunks_exact(tile.wide)).enumerate() {
        if stop.load(atomic::Ordering::Relaxed) {
            return Err(Stopped::Cancelled);
        }
        for group in (0..count).step_by(tile.high) {
            // SAFETY: group `group` has `high` points packed from `group × depth`; the caller
            // promises the rest.
            unsafe {
                let mut arguments = GridArguments {
                    high: tile.high.min(count - group),
                    depth,
                    points: points[group * depth..].as_ptr(),
                    panel: panels.add(panel * tile.wide * depth),
                    units: units.as_ptr(),
                    bases: bases.as_ptr(),
                    radii,
                    first: (panel * tile.wide) as u32,
                    start: group,
                    found,
                };
                kernel(&mut arguments);
            }
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
    /// Compares with what was found for the point standing at `place`; says `false` if that says
    /// nothing.
    ///
    /// # Safety
    /// The processor must have the kernels' instruction set.
    unsafe fn settle(
        &mut self,
        found: &Found,
        place: usize,
        best: &mut u32,
        key: &mut f64,
    ) -> bool {
        let Some(near) = found.of(place) else { return false };
        (self.best, self.key) = (*best, *key);
        // SAFETY: passed on from the caller.
        near.for_each(|cell| unsafe { self.meet(cell) });
        (*best, *key) = (self.best, self.key);
        true
    }

    /// The point's norm.
    ///
    /// # Safety
    /// The processor must have the kernels' instruction set.
    unsafe fn norm(&self) -> f64 {
        // SAFETY: passed on from the caller.
        unsafe { (self.exact.product)(self.point, self.point).sqrt() }
    }

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
    /// # Safety
    /// The processor must have the kernels' instruction set.
    unsafe fn meet_all(&mut self, products: &mut Vec<f32>) -> Result<(), TryReserveError> {
        let (cells, dimension) = (self.cells, self.point.len());
        fit(products, cells.count())?;
        let products = &mut products[..cells.count()];
        // SAFETY: passed on from the caller; there are as many rows as products, each as long as the
        // point.
        let norms = unsafe {
            (self.exact.ip)(self.point, cells.centroids.as_ptr().cast(), dimension * 4, products);
            self.norm() * cells.longest
        };
        let margin = rounding(dimension, norms, 0.0);
        let key = |(product, bias): (&f32, &f64)| bias - f64::from(*product);
        let smallest = products.iter().zip(&cells.biases).map(key).fold(self.key, f64::min);
        let limit = smallest + 2.0 * margin;
        for (cell, pair) in products.iter().zip(&cells.biases).enumerate() {
            // Where sums in `f32` may overflow they say nothing.
            if norms > 1e37 || key(pair) <= limit {
                // SAFETY: passed on from the caller.
                unsafe { self.meet(cell as u32) };
            }
        }
        Ok(())
    }
}
