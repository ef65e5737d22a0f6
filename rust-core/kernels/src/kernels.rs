//! The safe face: one table of functions per level.

use crate::coarse::{self, Coarse, Preselection, Summer};
use crate::distance::{self, RowsAtKernel, RowsKernel};
use crate::exact::{self, AddKernel, ProductKernel};
use crate::grid::{self, Exact, Grid, GridCells, GridPoints, GridScratch, GridTile};
use crate::level::{Level, Selection};
use crate::nearest::chain::{self, ChainKernel};
use crate::nearest::{self, Panels, Scratch, Stopped, Tile};
use crate::rows::Rows;
use crate::scan::{self, Affine, Found, ScanArguments, Scanner, Tables};
use std::collections::TryReserveError;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

/// The kernels of one level. A value exists only for a level that this machine has, so its methods
/// are safe.
pub struct Kernels {
    level: Level,
    l2: RowsKernel,
    l2_at: RowsAtKernel,
    ip: RowsKernel,
    ip_at: RowsAtKernel,
    tile: Tile,
    chain: ChainKernel,
    product: ProductKernel,
    adder: AddKernel,
    grid: GridTile,
    summer: Summer,
    scanner: Scanner,
}

impl Kernels {
    /// The kernels in use in this process; see [`Selection::of_environment`].
    pub fn active() -> &'static Kernels {
        static ACTIVE: LazyLock<&Kernels> =
            LazyLock::new(|| Kernels::at(Kernels::selection().level).unwrap_or(&SCALAR));
        &ACTIVE
    }

    /// The level in use in this process and why; decided at the first call.
    pub fn selection() -> &'static Selection {
        static SELECTION: LazyLock<Selection> = LazyLock::new(Selection::of_environment);
        &SELECTION
    }

    /// The kernels of a level, or `None` if this machine does not have it.
    pub fn at(level: Level) -> Option<&'static Kernels> {
        if !level.is_available() {
            return None;
        }
        match level {
            Level::Scalar => Some(&SCALAR),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Some(&AVX2),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 if scan::avx512::is_available() => Some(&AVX512),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 if coarse::avx512::is_available() => Some(&AVX512_VNNI),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Some(&AVX512_PLAIN),
            #[cfg(target_arch = "aarch64")]
            Level::Neon => Some(&NEON),
            #[allow(unreachable_patterns, reason = "which levels can exist depends on the target")]
            _ => None,
        }
    }

    /// The kernels of every level that this machine has.
    pub fn available() -> impl Iterator<Item = &'static Kernels> {
        Level::ALL.into_iter().filter_map(Kernels::at)
    }

    /// The level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Squared Euclidean distances: `out[i] = ‖query − row i‖²`.
    ///
    /// # Panics
    /// If `query` is not as long as a row or `out` not as long as there are rows.
    pub fn l2(&self, query: &[f32], rows: Rows<'_>, out: &mut [f32]) {
        check(query, rows, rows.count(), out);
        // SAFETY: the level is available; the rows have `query.len()` components each and there are
        // as many as `out` has places.
        unsafe { (self.l2)(query, rows.as_ptr(), rows.stride(), out) }
    }

    /// Inner products: `out[i] = query · row i`.
    ///
    /// # Panics
    /// If `query` is not as long as a row or `out` not as long as there are rows.
    pub fn ip(&self, query: &[f32], rows: Rows<'_>, out: &mut [f32]) {
        check(query, rows, rows.count(), out);
        // SAFETY: as in `l2`.
        unsafe { (self.ip)(query, rows.as_ptr(), rows.stride(), out) }
    }

    /// Squared Euclidean distances by row number: `out[i] = ‖query − row index[i]‖²`.
    ///
    /// # Panics
    /// If `query` is not as long as a row, `out` not as long as `index`, or a number is out of range.
    pub fn l2_at(&self, query: &[f32], rows: Rows<'_>, index: &[u32], out: &mut [f32]) {
        check(query, rows, index.len(), out);
        check_index(index, rows);
        // SAFETY: the level is available; every number names a row of `query.len()` components.
        unsafe { (self.l2_at)(query, rows.as_ptr(), rows.stride(), index, out) }
    }

    /// Inner products by row number: `out[i] = query · row index[i]`.
    ///
    /// # Panics
    /// If `query` is not as long as a row, `out` not as long as `index`, or a number is out of range.
    pub fn ip_at(&self, query: &[f32], rows: Rows<'_>, index: &[u32], out: &mut [f32]) {
        check(query, rows, index.len(), out);
        check_index(index, rows);
        // SAFETY: as in `l2_at`.
        unsafe { (self.ip_at)(query, rows.as_ptr(), rows.stride(), index, out) }
    }

    /// Keys of one point and some cells, given by their centroids (row after row) and biases: the
    /// very bits that [`Kernels::nearest`] computes for them.
    ///
    /// # Panics
    /// If a slice's length does not fit the others.
    pub fn keys(&self, point: &[f32], centroids: &[f32], bias: &[f32], keys: &mut [f32]) {
        assert!(!point.is_empty() && bias.len() == keys.len(), "shape of the keys");
        assert!(centroids.len() == point.len() * keys.len(), "shape of the centroids");
        // SAFETY: the level is available and lengths were checked.
        unsafe { (self.chain)(point, centroids, bias, keys) }
    }

    /// Rounds centroids (row after row) for [`Kernels::preselect`]; `bias` has one number each.
    ///
    /// # Errors
    /// If the memory cannot be had.
    ///
    /// # Panics
    /// If `centroids` is not `bias.len() × dimension` long or `dimension` is 0.
    pub fn coarse(
        &self,
        centroids: &[f32],
        dimension: usize,
        bias: &[f32],
    ) -> Result<Coarse, TryReserveError> {
        Coarse::new(centroids, dimension, bias)
    }

    /// Finds the cells that can be among the `count` with the smallest keys `bias − point·centroid`,
    /// all of them and few more, ties included: [`Preselection::cells`]. That holds for keys that are
    /// added up in `f32` in any order, for squared distances, and in a frame where point and centroids
    /// are moved and scaled alike, as long as nothing over- or underflows there.
    ///
    /// Says `false`, and finds nothing, if all cells are asked for, or the numbers are so large, so
    /// small or not numbers at all that nothing can be said.
    ///
    /// # Errors
    /// If memory is refused.
    ///
    /// # Panics
    /// If the point's length is not the centroids' dimension, or `count` is 0.
    pub fn preselect(
        &self,
        coarse: &Coarse,
        point: &[f32],
        count: usize,
        memory: &mut Preselection,
    ) -> Result<bool, TryReserveError> {
        assert!(point.len() == coarse.dimension(), "length of the point");
        assert!(count > 0, "cells asked for");
        // SAFETY: the level is available.
        unsafe { coarse::preselect(&self.summer, coarse, point, count, memory) }
    }

    /// As [`Kernels::preselect`], among the cells of some ranges only.
    ///
    /// # Errors
    /// If memory is refused.
    ///
    /// # Panics
    /// If the point's length is not the centroids' dimension, `count` is 0, or the ranges are not
    /// ascending ranges of cells that do not overlap, each of one cell at least.
    pub fn preselect_in(
        &self,
        coarse: &Coarse,
        point: &[f32],
        ranges: &[Range<u32>],
        count: usize,
        memory: &mut Preselection,
    ) -> Result<bool, TryReserveError> {
        assert!(point.len() == coarse.dimension(), "length of the point");
        assert!(count > 0, "cells asked for");
        let mut end = 0;
        for range in ranges {
            assert!(end <= range.start && range.start < range.end, "order of the ranges");
            end = range.end;
        }
        assert!(end as usize <= coarse.count(), "range of cells");
        // SAFETY: the level is available.
        unsafe { coarse::preselect_in(&self.summer, coarse, point, ranges, count, memory) }
    }

    /// Finds the cells whose keys may be at most a limit, where keys are as in [`Kernels::preselect`]: that
    /// which `exact` gives for the cell of the smallest rounded key, with `slack` added. `false` as
    /// there.
    ///
    /// # Errors
    /// If memory is refused.
    ///
    /// # Panics
    /// If the point's length is not the centroids' dimension.
    pub fn preselect_below(
        &self,
        coarse: &Coarse,
        point: &[f32],
        slack: f64,
        exact: impl FnMut(u32) -> f64,
        memory: &mut Preselection,
    ) -> Result<bool, TryReserveError> {
        assert!(point.len() == coarse.dimension(), "length of the point");
        // SAFETY: the level is available.
        unsafe { coarse::preselect_below(&self.summer, coarse, point, slack, exact, memory) }
    }

    /// Lays out a query's tables (nibble after nibble, sixteen entries each) for [`Kernels::scan`].
    ///
    /// # Errors
    /// If the memory cannot be had; the tables are then of no use.
    ///
    /// # Panics
    /// If `entries` is not `2 × code_bytes × 16` long for a whole number of at most
    /// [`crate::MAX_CODE_BYTES`] bytes.
    pub fn tables(&self, entries: &[u8], into: &mut Tables) -> Result<(), TryReserveError> {
        scan::expand(self.level, &self.scanner, entries, into)
    }

    /// Estimates the `count` vectors in block form at the start of `blocks` (which may be longer)
    /// and appends those whose estimate is at most `threshold` to `out`, in the order of their
    /// positions, which are counted from `first`. An estimate that is not a number is never found.
    /// See [`crate::Affine`] for the formula and the block form.
    ///
    /// # Panics
    /// If the tables were made for another level, `blocks` is too short, `out` has not room for
    /// `count` more, or there are more than [`crate::MAX_FACTORS`] factors.
    #[inline]
    #[allow(clippy::too_many_arguments, reason = "a struct of them would be taken apart at once")]
    pub fn scan(
        &self,
        tables: &Tables,
        affine: &Affine,
        blocks: &[u8],
        count: usize,
        threshold: f32,
        first: u32,
        out: &mut Vec<Found>,
    ) {
        assert!(tables.level() == Some(self.level), "tables of another level");
        let code_bytes = tables.code_bytes();
        let factors = affine.factors as usize;
        assert!(factors <= scan::MAX_FACTORS, "too many factors");
        let needed = scan::code_length(code_bytes, factors).checked_mul(count);
        assert!(needed.is_some_and(|needed| needed <= blocks.len()), "length of the blocks");
        assert!(out.capacity() - out.len() >= count, "room in the output");
        let arguments = ScanArguments {
            tables: tables.bytes(),
            code_bytes,
            blocks,
            count,
            first,
            factors: affine.factors,
        };
        let Affine { base, scale, offset, .. } = *affine;
        // SAFETY: the level is available, the tables have its form, and lengths were checked.
        unsafe { (self.scanner.run)(&arguments, base, scale, offset, threshold, out) }
    }

    /// Packs codes one after the other (`count` rows of `code_bytes` bytes and `factors` × `f32`;
    /// at most [`crate::BLOCK`]) into one block of the same length.
    ///
    /// # Panics
    /// If `count` is larger, or `rows` or `block` is not `count × (code_bytes + 4 × factors)` long.
    pub fn pack(
        &self,
        rows: &[u8],
        count: usize,
        code_bytes: usize,
        factors: usize,
        block: &mut [u8],
    ) {
        let length = count * scan::code_length(code_bytes, factors);
        assert!(count <= scan::BLOCK, "vectors of a block");
        assert!(rows.len() == length && block.len() == length, "length of the block");
        if length > 0 {
            scan::pack(rows, count, code_bytes, factors, block);
        }
    }

    /// Asks for the first cache lines of `bytes`, which are about to be scanned.
    pub fn prefetch(&self, bytes: &[u8]) {
        scan::prefetch(bytes);
    }

    /// Packs centroids (row after row) for [`Kernels::nearest`]; `bias` has one number per centroid.
    ///
    /// # Errors
    /// If the memory cannot be had.
    ///
    /// # Panics
    /// If `centroids` is not `bias.len() × dimension` long or `dimension` is 0.
    pub fn panels(
        &self,
        centroids: &[f32],
        dimension: usize,
        bias: &[f32],
    ) -> Result<Panels, TryReserveError> {
        Panels::new(self.level, &self.tile, centroids, dimension, bias)
    }

    /// For each point (row after row) the cell with the smallest key `bias − point · centroid`, and
    /// that key. Among equal keys the smallest cell wins; a key that is not a number never wins, and
    /// where none is below infinity the cell is 0 and the key infinity.
    ///
    /// # Errors
    /// If `stop` is set while it works (looked at for every panel of cells), or memory is refused.
    /// The outputs are then incomplete.
    ///
    /// # Panics
    /// If the panels were packed for another level, or a slice's length does not fit.
    pub fn nearest(
        &self,
        panels: &Panels,
        points: &[f32],
        scratch: &mut Scratch,
        cells: &mut [u32],
        keys: &mut [f32],
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        assert!(panels.level() == self.level, "panels of another level");
        assert!(
            points.len() == cells.len() * panels.dimension() && keys.len() == cells.len(),
            "shape of the points"
        );
        // SAFETY: the level is available and the panels are packed for it.
        unsafe { nearest::nearest(&self.tile, panels, points, scratch, cells, keys, stop) }
    }
}

impl Kernels {
    /// `a·b` in double precision: the same bits at every level.
    ///
    /// # Panics
    /// If the slices' lengths differ.
    pub fn product(&self, a: &[f32], b: &[f32]) -> f64 {
        assert!(a.len() == b.len(), "lengths of the vectors");
        // SAFETY: the level is available and the lengths are the same.
        unsafe { (self.product)(a, b) }
    }

    /// Adds rows by number (of `numbers`, row after row, as long as there are sums) to sums in double
    /// precision, one after the other: the same bits at every level.
    ///
    /// # Panics
    /// If a number is out of range.
    pub fn add_at(&self, numbers: &[f32], index: &[u32], sums: &mut [f64]) {
        let rows = numbers.len() / sums.len().max(1);
        assert!(index.iter().all(|&row| (row as usize) < rows), "row number out of range");
        // SAFETY: the level is available and all rows exist.
        unsafe { (self.adder)(numbers, index, sums) }
    }

    /// Rounds centroids (row after row) for [`Kernels::nearer`]. The bias of a cell is half its
    /// centroid's squared norm if `halves`, else 0.
    ///
    /// # Errors
    /// If the memory cannot be had.
    ///
    /// # Panics
    /// If the centroids' length is no multiple of the grid's dimension.
    pub fn grid_cells<'a>(
        &self,
        grid: &Grid,
        centroids: &'a [f32],
        halves: bool,
    ) -> Result<GridCells<'a>, TryReserveError> {
        // SAFETY: the level is available.
        unsafe { GridCells::new(self.level, &self.grid, self.product, grid, centroids, halves) }
    }

    /// The key of each point (row after row) with its own of these cells, as [`Kernels::nearer`]
    /// computes keys.
    ///
    /// # Panics
    /// If a slice's length does not fit or there is no such cell.
    pub fn keys_of(&self, cells: &GridCells<'_>, points: &[f32], own: &[u32], keys: &mut [f64]) {
        assert!(own.len() == keys.len(), "length of the outputs");
        assert!(points.len() == own.len() * cells.dimension(), "shape of the points");
        let points = points.chunks_exact(cells.dimension());
        for (point, (&cell, key)) in points.zip(own.iter().zip(keys)) {
            *key = cells.bias(cell) - self.product(point, cells.centroid(cell as usize));
        }
    }

    /// Moves those points to cell `first + j` whose key with cell `j` of these is smaller than the one
    /// they have (infinity: none yet), or equal and its number smaller; the smallest, of all. Keys are
    /// `bias − point · centroid` in double precision. The result is the same at every level.
    ///
    /// # Errors
    /// If `stop` is set while it works (looked at for every panel of cells), or memory is refused.
    /// The outputs are then incomplete.
    ///
    /// # Panics
    /// If the cells were rounded for another level, or a slice's length does not fit.
    #[allow(clippy::too_many_arguments, reason = "a struct of them would be taken apart at once")]
    pub fn nearer(
        &self,
        cells: &GridCells<'_>,
        points: &GridPoints<'_>,
        first: u32,
        best: &mut [u32],
        keys: &mut [f64],
        scratch: &mut GridScratch,
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        let count = points.count();
        assert!(cells.level() == self.level, "cells of another level");
        assert!(best.len() == count && keys.len() == count, "length of the outputs");
        assert!(
            points.numbers.len() == count * cells.dimension()
                && points.bytes.len() == count * cells.dimension().next_multiple_of(4)
                && points.errors.len() == count,
            "shape of the points"
        );
        let exact = Exact { product: self.product, ip: self.ip };
        // SAFETY: the level is available, the cells are packed for it, and lengths were checked.
        unsafe { grid::nearer(&self.grid, exact, cells, points, first, best, keys, scratch, stop) }
    }
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").field("level", &self.level).finish_non_exhaustive()
    }
}

fn check(query: &[f32], rows: Rows<'_>, count: usize, out: &[f32]) {
    assert!(query.len() == rows.dimension(), "length of the query");
    assert!(out.len() == count, "length of the output");
}

fn check_index(index: &[u32], rows: Rows<'_>) {
    let largest = index.iter().copied().max();
    assert!(largest.is_none_or(|i| (i as usize) < rows.count()), "row number out of range");
}

/// The table of a level whose files are called `$file`.
macro_rules! table {
    ($name:ident, $level:expr, $file:ident, $chain:ident, $bytes:ident, $scan:ident) => {
        static $name: Kernels = Kernels {
            level: $level,
            l2: distance::$file::rows::<true>,
            l2_at: distance::$file::rows_at::<true>,
            ip: distance::$file::rows::<false>,
            ip_at: distance::$file::rows_at::<false>,
            tile: nearest::$file::TILE,
            chain: chain::$chain,
            product: exact::$file::product,
            adder: exact::$file::add_at,
            grid: grid::$bytes::TILE,
            summer: coarse::$bytes::SUMMER,
            scanner: scan::$scan::SCANNER,
        };
    };
}

table!(SCALAR, Level::Scalar, scalar, plain, scalar, scalar);
#[cfg(target_arch = "x86_64")]
table!(AVX2, Level::Avx2, avx2, fused, avx2, avx2);
#[cfg(target_arch = "x86_64")]
table!(AVX512, Level::Avx512, avx512, fused, avx512, avx512);
// Without VBMI, which the scan of codes needs; without VNNI, which the bytes of centroids need, too.
#[cfg(target_arch = "x86_64")]
table!(AVX512_VNNI, Level::Avx512, avx512, fused, avx512, avx2);
#[cfg(target_arch = "x86_64")]
table!(AVX512_PLAIN, Level::Avx512, avx512, fused, avx2, avx2);
#[cfg(target_arch = "aarch64")]
table!(NEON, Level::Neon, neon, fused, neon, neon);
