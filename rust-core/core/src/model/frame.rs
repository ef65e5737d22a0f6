//! The coordinates in which points and cells are compared by a matrix product.
//!
//! `‖x − c‖²` is computed as `‖x‖² + ‖c‖² − 2 x·c`, which loses digits where the vectors are long
//! compared with their distances, and overflows where components are beyond 10¹⁹. Moving the origin
//! to the middle of the data and scaling by a power of two changes no comparison and cures both.
//! Inner products allow no such move, and need none: centroids are unit vectors there.

use crate::error::{Result, filled};
use crate::metric::Metric;

/// Rows that are added up at a time, and the granularity at which work on them can be shared out.
pub(crate) const ROWS_AT_A_TIME: usize = 1024;

/// An origin and a scale; the identity for spherical metrics.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    spherical: bool,
    dimension: usize,
    origin: Vec<f64>,
    scale: f64,
}

impl Frame {
    /// The frame around these rows: their mean is the origin, the largest component about 1.
    pub fn of(metric: Metric, dimension: usize, rows: &[f32]) -> Result<Self> {
        let mut frame = Self::identity(metric, dimension)?;
        if !frame.spherical {
            let mut sums = filled(dimension, 0f64)?;
            for part in rows.chunks(ROWS_AT_A_TIME * dimension) {
                add_rows(part, &mut sums);
            }
            frame.set_origin(&sums, rows.len() / dimension);
            frame.set_largest(frame.largest(rows));
        }
        Ok(frame)
    }

    /// The frame in which all stays as it is.
    pub fn identity(metric: Metric, dimension: usize) -> Result<Self> {
        let spherical = metric.is_spherical();
        Ok(Self { spherical, dimension, origin: filled(dimension, 0.0)?, scale: 1.0 })
    }

    /// Moves the origin to the mean of `count` rows with these sums.
    pub fn set_origin(&mut self, sums: &[f64], count: usize) {
        for (origin, sum) in self.origin.iter_mut().zip(sums) {
            *origin = sum / count.max(1) as f64;
        }
    }

    /// The largest absolute component of the rows, seen from the origin.
    pub fn largest(&self, rows: &[f32]) -> f64 {
        let components =
            rows.chunks_exact(self.dimension).flat_map(|row| row.iter().zip(&self.origin));
        components.fold(0.0, |largest, (&x, &origin)| largest.max((f64::from(x) - origin).abs()))
    }

    /// Scales so that this component becomes one between 1 and 2.
    pub fn set_largest(&mut self, largest: f64) {
        self.scale = if largest > 0.0 { (-largest.log2().floor()).exp2() } else { 1.0 };
    }

    /// Whether vectors are compared by inner product.
    pub fn is_spherical(&self) -> bool {
        self.spherical
    }

    /// What a squared distance in the frame must be multiplied with to be one outside.
    pub fn squared_unit(&self) -> f64 {
        (self.scale * self.scale).recip()
    }

    /// Brings rows into the frame.
    pub fn apply(&self, rows: &mut [f32]) {
        if !self.spherical {
            for row in rows.chunks_exact_mut(self.dimension) {
                for (x, &origin) in row.iter_mut().zip(&self.origin) {
                    *x = ((f64::from(*x) - origin) * self.scale) as f32;
                }
            }
        }
    }

    /// Brings rows back out of the frame; what would overflow becomes the largest number.
    pub fn undo(&self, rows: &mut [f32]) {
        if !self.spherical {
            for row in rows.chunks_exact_mut(self.dimension) {
                for (x, &origin) in row.iter_mut().zip(&self.origin) {
                    *x = ((f64::from(*x) / self.scale + origin) as f32).clamp(f32::MIN, f32::MAX);
                }
            }
        }
    }

    /// For each centroid (in the frame) the part of its key that does not depend on the point.
    pub fn bias(&self, centroids: &[f32]) -> Result<Vec<f32>> {
        let mut bias = filled(centroids.len() / self.dimension, 0f32)?;
        if !self.spherical {
            for (bias, centroid) in bias.iter_mut().zip(centroids.chunks_exact(self.dimension)) {
                *bias = (squared_norm(centroid) / 2.0) as f32;
            }
        }
        Ok(bias)
    }
}

/// Adds rows to sums, component by component.
pub(crate) fn add_rows(rows: &[f32], sums: &mut [f64]) {
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
    }
}

/// `‖row‖²`, added up in double precision.
pub(crate) fn squared_norm(row: &[f32]) -> f64 {
    row.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
