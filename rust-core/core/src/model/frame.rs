//! The coordinates in which points and cells are compared by a matrix product.
//!
//! `‖x − c‖²` is computed as `‖x‖² + ‖c‖² − 2 x·c`, which loses digits where the vectors are long
//! compared with their distances, and overflows where components are beyond 10¹⁹. Moving the origin
//! to the middle of the data and scaling by a power of two changes no comparison and cures both.
//! Inner products allow no such move, and need none: centroids are unit vectors there.

use crate::error::{Result, filled};
use crate::metric::Metric;

/// Rows that the origin is computed of, at most.
const MOST_FOR_ORIGIN: usize = 1024;

/// The largest component of what a frame is around becomes one of 2⁵² to 2⁵³.
const LARGEST: f64 = 52.0;

/// A component of another vector may be up to 2⁵⁸: with [`super::MAX_DIMENSION`] of them a sum of
/// products is below 2¹²⁵, which is finite.
const LONG: f64 = (1u64 << 58) as f64;

/// Components up to which no squared distance overflows: `(2⁵⁶)² · 16,000 < 2¹²⁶`.
const MODERATE: f64 = (1u64 << 55) as f64;

/// A scale up to which components of centroids are so large outside of the frame that squared
/// distances which decide anything are normal numbers.
const SMALL: f64 = (1u128 << 100) as f64;

/// An origin and a scale; the identity for spherical metrics.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    spherical: bool,
    origin: Vec<f64>,
    scale: f64,
}

impl Frame {
    /// The frame around these rows.
    pub fn of(metric: Metric, dimension: usize, rows: &[f32]) -> Result<Self> {
        let mut frame = Self::around(metric, dimension, rows)?;
        frame.set_largest(frame.largest(rows));
        Ok(frame)
    }

    /// The frame whose origin is in the middle of these rows, not yet scaled.
    ///
    /// The middle is the median of each component over a part of the rows: a mean could be carried far
    /// away by one odd vector.
    pub fn around(metric: Metric, dimension: usize, rows: &[f32]) -> Result<Self> {
        let mut origin = filled(dimension, 0f64)?;
        if !metric.is_spherical() && !rows.is_empty() {
            let step = (rows.len() / dimension).div_ceil(MOST_FOR_ORIGIN).max(1);
            let mut values = Vec::with_capacity(MOST_FOR_ORIGIN);
            for (component, origin) in origin.iter_mut().enumerate() {
                values.clear();
                values.extend(rows[component..].iter().step_by(dimension).step_by(step));
                let middle = values.len() / 2;
                *origin = f64::from(*values.select_nth_unstable_by(middle, f32::total_cmp).1);
            }
        }
        Ok(Self { spherical: metric.is_spherical(), origin, scale: 1.0 })
    }

    /// The origin, rounded.
    pub fn origin_f32(&self) -> Vec<f32> {
        self.origin.iter().map(|&x| x as f32).collect()
    }

    /// The largest absolute component of the rows, seen from the origin.
    pub fn largest(&self, rows: &[f32]) -> f64 {
        rows.chunks_exact(self.origin.len()).fold(0.0, |largest, row| largest.max(self.reach(row)))
    }

    fn reach(&self, row: &[f32]) -> f64 {
        // Eight maxima side by side.
        let mut most = [0f64; 8];
        for (row, origin) in row.chunks(8).zip(self.origin.chunks(8)) {
            for (most, (&x, origin)) in most.iter_mut().zip(row.iter().zip(origin)) {
                let distance = (f64::from(x) - origin).abs();
                *most = if distance > *most { distance } else { *most };
            }
        }
        most.into_iter().fold(0.0, f64::max)
    }

    /// Scales so that this component becomes a large one, yet not so large that sums of products could
    /// overflow: the squares of components 2¹¹⁰ times smaller are normal numbers still.
    pub fn set_largest(&mut self, largest: f64) {
        if !self.spherical && largest > 0.0 {
            self.scale = (LARGEST - largest.log2().floor()).exp2();
        }
    }

    /// Whether vectors are compared by inner product.
    pub fn is_spherical(&self) -> bool {
        self.spherical
    }

    /// What a squared distance in the frame must be multiplied with to be one outside.
    pub fn squared_unit(&self) -> f64 {
        (self.scale * self.scale).recip()
    }

    /// Brings rows into the frame. One that is so long that a product with it could overflow is
    /// brought nearer: seen from there all centroids are close to the origin, so that the direction
    /// decides, which stays.
    pub fn apply(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(self.origin.len()) {
            self.apply_to(row);
        }
    }

    /// Brings one row into the frame; whether it stayed as long as it is.
    pub fn apply_to(&self, row: &mut [f32]) -> bool {
        let reach = self.reach(row) * self.scale;
        let scale = if reach > LONG { self.scale * (LONG / reach) } else { self.scale };
        for (x, &origin) in row.iter_mut().zip(&self.origin) {
            *x = ((f64::from(*x) - origin) * scale) as f32;
        }
        reach <= LONG
    }

    /// Whether squared distances outside of the frame, too, neither overflow nor vanish for rows
    /// whose components are at most [`MODERATE`].
    pub fn is_moderate(&self) -> bool {
        let largest = LARGEST.exp2() / MODERATE;
        self.spherical || (largest * 2.0..=SMALL).contains(&self.scale)
    }

    /// Brings rows back out of the frame; what would overflow becomes the largest number.
    pub fn undo(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(self.origin.len()) {
            for (x, &origin) in row.iter_mut().zip(&self.origin) {
                let outside = (f64::from(*x) / self.scale + origin) as f32;
                *x = outside.clamp(f32::MIN, f32::MAX);
            }
        }
    }

    /// For each centroid (in the frame) the part of its key that does not depend on the point.
    pub fn bias(&self, centroids: &[f32]) -> Result<Vec<f32>> {
        let mut bias = filled(centroids.len() / self.origin.len(), 0f32)?;
        if !self.spherical {
            for (bias, centroid) in bias.iter_mut().zip(centroids.chunks_exact(self.origin.len())) {
                *bias = (squared_norm(centroid) / 2.0) as f32;
            }
        }
        Ok(bias)
    }
}

/// Whether no component is beyond [`MODERATE`].
pub(super) fn is_moderate(row: &[f32]) -> bool {
    // No branch in the loop.
    let largest = row.iter().fold(0f32, |most, x| if x.abs() > most { x.abs() } else { most });
    f64::from(largest) <= MODERATE
}

/// `‖row‖²`, added up in double precision.
pub(crate) fn squared_norm(row: &[f32]) -> f64 {
    row.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
