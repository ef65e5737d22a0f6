//! From centroids to panels of small whole numbers.

use super::points::SHIFT;
use super::{Form, Grid, GridTile};
use crate::aligned::Aligned;
use crate::exact::ProductKernel;
use crate::level::Level;
use std::collections::TryReserveError;
use std::sync::OnceLock;

/// Largest whole number of a component.
const LARGEST: f64 = 127.0;

/// Centroids as [`crate::Kernels::nearer`] takes them at one level: beside themselves, in eight bits
/// a component.
#[derive(Debug)]
pub struct GridCells<'a> {
    pub(super) level: Level,
    pub(super) dimension: usize,
    /// Steps of the product.
    pub(super) depth: usize,
    pub(super) centroids: &'a [f32],
    pub(super) biases: Vec<f64>,
    packed: Aligned<u8>,
    pub(super) units: Vec<f32>,
    pub(super) bases: Vec<f32>,
    /// For each cell how far its rounded key can be off, for a point of reach 1.
    pub(super) radii: Vec<f32>,
    floats: OnceLock<Floats>,
    /// What is usual for a point; see [`Grid`].
    usual: [f64; 3],
    /// Largest norm of a centroid.
    pub(super) longest: f64,
    /// Whether all numbers of rounded keys are finite.
    finite: bool,
}

/// Centroids in panels of `f32`, and their biases: for points of which bytes say too little.
#[derive(Debug)]
pub(super) struct Floats {
    pub packed: Aligned<f32>,
    pub units: Vec<f32>,
    pub bases: Vec<f32>,
    pub radii: Vec<f32>,
    /// Largest bias.
    pub heaviest: f64,
}

impl<'a> GridCells<'a> {
    /// Rounds centroids (row after row). Biases are half their squared norms, or none.
    ///
    /// # Safety
    /// The processor must have the product's instruction set.
    pub(crate) unsafe fn new(
        level: Level,
        tile: &GridTile,
        product: ProductKernel,
        grid: &Grid,
        centroids: &'a [f32],
        halves: bool,
    ) -> Result<Self, TryReserveError> {
        let dimension = grid.dimension();
        assert!(centroids.len().is_multiple_of(dimension), "shape of the centroids");
        let count = centroids.len() / dimension;
        let padded = count.next_multiple_of(tile.wide);
        let depth = dimension.div_ceil(tile.form.components());
        let mut made = Self {
            level,
            dimension,
            depth,
            centroids,
            biases: Vec::new(),
            packed: Aligned::zeroed(padded * depth * 4)?,
            units: Vec::new(),
            bases: Vec::new(),
            radii: Vec::new(),
            floats: OnceLock::new(),
            usual: grid.usual,
            longest: 0.0,
            finite: true,
        };
        made.biases.try_reserve_exact(count)?;
        made.units.try_reserve_exact(padded)?;
        made.bases.try_reserve_exact(padded)?;
        made.radii.try_reserve_exact(padded)?;
        let mut row = Vec::new();
        row.try_reserve_exact(dimension)?;
        row.resize(dimension, 0i8);
        for (cell, centroid) in centroids.chunks_exact(dimension).enumerate() {
            // SAFETY: passed on from the caller; both have the same length.
            let squared = unsafe { product(centroid, centroid) };
            made.longest = made.longest.max(squared.sqrt());
            made.biases.push(if halves { squared / 2.0 } else { 0.0 });
            made.round(grid, centroid, made.biases[cell], &mut row);
            made.pack(tile, cell, &row);
        }
        made.units.resize(padded, 0.0);
        made.radii.resize(padded, 0.0);
        // A cell that does not exist is never near.
        made.bases.resize(padded, f32::NAN);
        Ok(made)
    }

    /// Rounds one centroid.
    fn round(&mut self, grid: &Grid, centroid: &[f32], bias: f64, row: &mut [i8]) {
        let mut most = [0f32; 8];
        for part in centroid.chunks(8) {
            for (most, x) in most.iter_mut().zip(part) {
                *most = if x.abs() > *most { x.abs() } else { *most };
            }
        }
        let most = f64::from(most.into_iter().fold(0f32, f32::max)) * grid.step;
        // A trace more, so that nothing is rounded beyond the largest.
        let unit = (most / LARGEST * 1.000_001) as f32;
        let (unit, per_unit) =
            if unit >= f32::MIN_POSITIVE { (unit, f64::from(unit).recip()) } else { (0.0, 0.0) };
        let (mut squares, mut offs, mut base, mut size) = ([0f64; 4], [0f64; 4], [0f64; 4], 0u64);
        let parts = centroid.chunks(4).zip(row.chunks_mut(4));
        for ((part, row), (low, mean)) in parts.zip(grid.low.chunks(4).zip(grid.mean.chunks(4))) {
            for (i, (&x, place)) in part.iter().zip(row).enumerate() {
                let weight = f64::from(x) * grid.step;
                let shifted = weight * per_unit + SHIFT;
                let off = weight - f64::from(unit) * (shifted - SHIFT);
                *place = shifted.to_bits() as i8;
                squares[i] += weight * weight;
                offs[i] += off * off;
                base[i] += f64::from(x) * low[i] + mean[i] * off;
                size += u64::from(place.unsigned_abs());
            }
        }
        let base = bias - base.iter().sum::<f64>();
        let heavy = base.abs() + f64::from(unit) * 255.0 * size as f64;
        self.units.push(unit);
        self.bases.push(base as f32);
        let off = offs.iter().sum::<f64>().sqrt() * self.usual[0];
        let weight = squares.iter().sum::<f64>().sqrt() * self.usual[1];
        // Beside what was rounded to whole numbers there is the arithmetic of the rounded keys: a few
        // roundings of numbers that are not larger than the heavy one.
        let radius = ((off + weight) * 1.000_01 + heavy * 2f64.powi(-18) + 1e-36) as f32;
        self.radii.push(radius);
        self.finite &= radius.is_finite();
    }

    /// Puts a row of whole numbers into its panel.
    fn pack(&mut self, tile: &GridTile, cell: usize, row: &[i8]) {
        let (wide, depth) = (tile.wide, self.depth);
        let panel = &mut self.packed.as_mut_slice()[cell / wide * wide * depth * 4..];
        let places = panel.chunks_exact_mut(4).skip(cell % wide).step_by(wide);
        for (place, part) in places.zip(row.chunks(tile.form.components())) {
            for (i, &number) in part.iter().enumerate() {
                match tile.form {
                    Form::Bytes => place[i] = number as u8,
                    Form::Words => {
                        place[2 * i..][..2].copy_from_slice(&i16::from(number).to_le_bytes());
                    }
                    Form::Floats => place.copy_from_slice(&f32::from(number).to_le_bytes()),
                }
            }
        }
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.biases.len()
    }

    /// Components of a centroid.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The level that the cells are rounded for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The part of a cell's key that does not depend on the point.
    pub(crate) fn bias(&self, cell: u32) -> f64 {
        self.biases[cell as usize]
    }

    /// The centroid of a cell.
    pub(crate) fn centroid(&self, cell: usize) -> &'a [f32] {
        &self.centroids[cell * self.dimension..][..self.dimension]
    }

    /// The panel of that number.
    pub(super) fn panel(&self, number: usize, wide: usize) -> *const u32 {
        self.packed.as_slice()[number * wide * self.depth * 4..].as_ptr().cast()
    }

    /// The cells in `f32`; the first call packs them.
    pub(super) fn floats(&self, tile: &GridTile) -> Result<&Floats, TryReserveError> {
        if let Some(floats) = self.floats.get() {
            return Ok(floats);
        }
        let (wide, dimension) = (tile.wide, self.dimension);
        let padded = self.units.len();
        let mut packed = Aligned::zeroed(padded * dimension)?;
        for (cell, centroid) in self.centroids.chunks_exact(dimension).enumerate() {
            let panel = &mut packed.as_mut_slice()[cell / wide * wide * dimension..];
            let places = panel.iter_mut().skip(cell % wide).step_by(wide);
            places.zip(centroid).for_each(|(place, &x)| *place = x);
        }
        let (mut units, mut bases) = (Vec::new(), Vec::new());
        units.try_reserve_exact(padded)?;
        units.resize(padded, 1.0);
        bases.try_reserve_exact(padded)?;
        bases.extend(self.biases.iter().map(|&bias| bias as f32));
        bases.resize(padded, f32::NAN);
        let heaviest = self.biases.iter().copied().fold(0.0, f64::max);
        let mut radii = Vec::new();
        radii.try_reserve_exact(padded)?;
        for (centroid, bias) in self.centroids.chunks_exact(dimension).zip(&self.biases) {
            // Of centroids a square is as good as a product: no level's bits come out of this.
            let norm = centroid.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
            radii.push(rounding(dimension, norm * self.usual[2], 4.0 * bias) as f32);
        }
        radii.resize(padded, 0.0);
        Ok(self.floats.get_or_init(|| Floats { packed, units, bases, radii, heaviest }))
    }

    /// How far rounded keys of a point can be off, in radii of the cells. Not a number where that
    /// cannot be said.
    pub(super) fn reach(&self, spread: f32, error: f32) -> f32 {
        let [usual_spread, usual_error, _] = self.usual;
        let reach = (f64::from(spread) / usual_spread).max(f64::from(error) / usual_error);
        self.told(if self.finite { reach } else { f64::NAN })
    }

    /// As [`GridCells::reach`] for keys in `f32`, by the norm of the point.
    pub(super) fn reach_of_floats(&self, norm: f64, heaviest: f64) -> f32 {
        let finite = norm * self.longest + heaviest < 1e37;
        self.told(if finite { norm / self.usual[2] } else { f64::NAN })
    }

    /// A trace more, and not less than a quarter, so that what is a part of the radius whatever the
    /// point stays.
    fn told(&self, reach: f64) -> f32 {
        let reach = (reach * 1.000_001).max(0.25 + 0.0 * reach) as f32;
        if reach.is_finite() { reach } else { f32::NAN }
    }
}

/// How far a key in `f32` can be off, by the product of the norms and the bias.
///
/// A product of `d` components added up in any order is off by `(d + 4)·2⁻²⁴·‖x‖·‖c‖` at most; more
/// than twice as much is allowed for.
pub(super) fn rounding(dimension: usize, norms: f64, bias: f64) -> f64 {
    let unit = 2f64.powi(-23);
    ((dimension + 16) as f64 * unit * norms + bias * unit) * 1.01 + 1e-36
}
