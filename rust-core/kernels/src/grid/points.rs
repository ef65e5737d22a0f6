//! From points to bytes.

use std::collections::TryReserveError;

/// Points that a grid is laid around, at most.
const MOST_FOR_GRID: usize = 1024;

/// Adding it leaves no place for fractions: the last byte of the sum's bits is the whole number.
pub(super) const SHIFT: f64 = 6_755_399_441_055_744.0;

/// Where points lie on a grid of 256 places a component, all as far apart: the same at every level.
#[derive(Debug)]
pub struct Grid {
    /// Value of the first place of each component.
    pub(super) low: Vec<f64>,
    /// Mean place of each component.
    pub(super) mean: Vec<f64>,
    /// Distance of two places.
    pub(super) step: f64,
    /// What is usual for a point: the norm of its places seen from the mean, of what they are off, and
    /// its own.
    pub(super) usual: [f64; 3],
}

/// Points, and where they lie on a grid: what [`Grid::round`] gave for them.
#[derive(Clone, Copy, Debug)]
pub struct GridPoints<'a> {
    /// The points, row after row.
    pub numbers: &'a [f32],
    /// [`Grid::row_bytes`] for each.
    pub bytes: &'a [u8],
    /// For each the norm of its places, seen from the mean.
    pub spreads: &'a [f32],
    /// For each the norm of what the places are off, in steps.
    pub errors: &'a [f32],
}

impl<'a> GridPoints<'a> {
    /// The components of a point.
    pub(super) fn row(&self, point: usize, dimension: usize) -> &'a [f32] {
        &self.numbers[point * dimension..][..dimension]
    }

    /// Number of points.
    pub fn count(&self) -> usize {
        self.spreads.len()
    }
}

impl Grid {
    /// The grid around points (row after row, all finite): around a part of them, without those
    /// components that lie far out of the others' range.
    ///
    /// # Errors
    /// If the memory cannot be had.
    ///
    /// # Panics
    /// If `dimension` is 0 or the points' length no multiple of it.
    pub fn around(points: &[f32], dimension: usize) -> Result<Self, TryReserveError> {
        assert!(dimension > 0 && points.len().is_multiple_of(dimension), "shape of the points");
        let rows = (points.len() / dimension).div_ceil(MOST_FOR_GRID).max(1);
        let mut ranges = Vec::new();
        ranges.try_reserve_exact(dimension)?;
        let mut values = Vec::new();
        values.try_reserve_exact(MOST_FOR_GRID)?;
        for component in 0..dimension {
            values.clear();
            values.extend(points.iter().skip(component).step_by(dimension).step_by(rows));
            ranges.push(range(&mut values));
        }
        let widest = ranges.iter().fold(0f64, |most, (low, high)| most.max(high - low));
        let mut grid = Self { low: Vec::new(), mean: Vec::new(), step: 1.0, usual: [1.0; 3] };
        grid.low.try_reserve_exact(dimension)?;
        grid.mean.try_reserve_exact(dimension)?;
        grid.mean.resize(dimension, 0.0);
        if widest > 0.0 {
            // Whole numbers, times a power of two, of a range of up to 255 lie on places.
            grid.step = (widest / 255.0).log2().ceil().exp2().max(f64::from(f32::MIN_POSITIVE));
            grid.lay(&ranges);
            if !points.chunks_exact(dimension).step_by(rows).all(|point| grid.holds(point)) {
                grid.step = (widest / 250.0).max(f64::from(f32::MIN_POSITIVE));
            }
        }
        grid.lay(&ranges);
        let count = (points.len() / dimension).div_ceil(rows).max(1) as f64;
        for point in points.chunks_exact(dimension).step_by(rows) {
            for (k, &x) in point.iter().enumerate() {
                grid.mean[k] += grid.place(k, x).clamp(0.0, 255.0) / count;
            }
        }
        grid.usual = grid.norms(points, rows);
        Ok(grid)
    }

    /// Means of the norms of every so many points, none of them zero.
    fn norms(&self, points: &[f32], rows: usize) -> [f64; 3] {
        let (mut sums, mut count) = ([0f64; 3], 0u32);
        for point in points.chunks_exact(self.dimension()).step_by(rows) {
            let mut squares = [0f64; 3];
            for (k, &x) in point.iter().enumerate() {
                let place = self.place(k, x);
                let whole = place.round_ties_even().clamp(0.0, 255.0);
                squares[0] += (whole - self.mean[k]).powi(2);
                squares[1] += (place - whole).powi(2);
                squares[2] += f64::from(x).powi(2);
            }
            sums.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square.sqrt());
            count += 1;
        }
        // A point far out of the range must not make all others look exact.
        let [spread, error, norm] = sums.map(|sum| sum / f64::from(count.max(1)));
        let spread = spread.max(1e-3);
        let norm = if norm > 0.0 { norm } else { 1.0 };
        [spread, error.clamp(1e-3, (self.dimension() as f64).sqrt()), norm]
    }

    /// Puts the ranges into the middle of the places.
    fn lay(&mut self, ranges: &[(f64, f64)]) {
        self.low.clear();
        let middle = |&(low, high): &(f64, f64)| f64::midpoint(low, high) / self.step - 127.5;
        // Whole multiples of the step.
        self.low.extend(ranges.iter().map(|range| middle(range).floor() * self.step));
    }

    /// Whether a point lies on places exactly.
    fn holds(&self, point: &[f32]) -> bool {
        point.iter().enumerate().all(|(k, &x)| {
            let place = self.place(k, x);
            (0.0..=255.0).contains(&place) && place.fract() == 0.0
        })
    }

    fn place(&self, component: usize, x: f32) -> f64 {
        (f64::from(x) - self.low[component]) / self.step
    }

    /// Components of a point.
    pub fn dimension(&self) -> usize {
        self.low.len()
    }

    /// Bytes of a point.
    pub fn row_bytes(&self) -> usize {
        self.low.len().next_multiple_of(4)
    }

    /// Rounds points (row after row): their bytes, and for each the norm of its places seen from the
    /// mean and the norm of what they are off.
    ///
    /// # Panics
    /// If a length does not fit the others.
    pub fn round(&self, points: &[f32], bytes: &mut [u8], spreads: &mut [f32], errors: &mut [f32]) {
        let (dimension, width) = (self.dimension(), self.row_bytes());
        let count = spreads.len();
        assert!(points.len() == count * dimension, "shape of the points");
        assert!(bytes.len() == count * width && errors.len() == count, "shape of the bytes");
        let per_step = self.step.recip();
        let outputs = spreads.iter_mut().zip(errors);
        let rows = points.chunks_exact(dimension).zip(bytes.chunks_exact_mut(width));
        for ((point, bytes), (spread, error)) in rows.zip(outputs) {
            let (mut off, mut from_mean) = ([0f64; 8], [0f64; 8]);
            let places = point.chunks(8).zip(self.low.chunks(8)).zip(self.mean.chunks(8));
            for (((point, low), mean), bytes) in places.zip(bytes.chunks_mut(8)) {
                for (i, (&x, low)) in point.iter().zip(low).enumerate() {
                    let place = (f64::from(x) - low) * per_step;
                    let inside = if place > 0.0 { place } else { 0.0 };
                    let shifted = if inside < 255.0 { inside } else { 255.0 } + SHIFT;
                    let whole = shifted - SHIFT;
                    bytes[i] = shifted.to_bits() as u8;
                    off[i] += (place - whole) * (place - whole);
                    from_mean[i] += (whole - mean[i]) * (whole - mean[i]);
                }
            }
            bytes[dimension..].fill(0);
            *spread = above(from_mean.iter().sum::<f64>().sqrt());
            *error = above(off.iter().sum::<f64>().sqrt());
        }
    }
}

/// A number a trace above, so that no rounding can have lowered it.
pub(super) fn above(norm: f64) -> f32 {
    (norm * 1.000_001) as f32
}

/// The range that values take, without those that are farther from the middle 98% than these are wide.
fn range(values: &mut [f32]) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    values.sort_unstable_by(f32::total_cmp);
    let last = values.len() - 1;
    let at = |place: usize| f64::from(values[place]);
    let (low, high) = (at(last / 100), at(last - last / 100));
    let reach = if high > low { high - low } else { f64::INFINITY };
    (at(0).max(low - reach), at(last).min(high + reach))
}
