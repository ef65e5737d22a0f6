//! The coordinates in which cells are compared by a matrix product.
//!
//! `‖x − c‖²` is computed as `‖x‖² + ‖c‖² − 2 x·c`, which loses digits where the vectors are long
//! compared with their distances, and overflows where components are beyond 10¹⁹. Moving the origin
//! to the middle of the data and scaling by a power of two changes no comparison and cures both.

use crate::error::{Result, filled};
use crate::metric::Metric;

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
    pub fn of(metric: Metric, dimension: usize, rows: &[f32]) -> Self {
        if metric.is_spherical() {
            return Self { spherical: true, dimension, origin: vec![0.0; dimension], scale: 1.0 };
        }
        let mut origin = vec![0f64; dimension];
        for row in rows.chunks_exact(dimension) {
            for (sum, &x) in origin.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
        let count = (rows.len() / dimension).max(1) as f64;
        origin.iter_mut().for_each(|sum| *sum /= count);
        let mut largest = 0f64;
        for row in rows.chunks_exact(dimension) {
            for (&x, &o) in row.iter().zip(&origin) {
                largest = largest.max((f64::from(x) - o).abs());
            }
        }
        let scale = if largest > 0.0 { (-largest.log2().floor()).exp2() } else { 1.0 };
        Self { spherical: false, dimension, origin, scale }
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
                for (x, &o) in row.iter_mut().zip(&self.origin) {
                    *x = ((f64::from(*x) - o) * self.scale) as f32;
                }
            }
        }
    }

    /// Brings rows back out of the frame.
    pub fn undo(&self, rows: &mut [f32]) {
        if !self.spherical {
            for row in rows.chunks_exact_mut(self.dimension) {
                for (x, &o) in row.iter_mut().zip(&self.origin) {
                    *x = (f64::from(*x) / self.scale + o) as f32;
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

/// `‖row‖²`, added up in double precision.
pub(crate) fn squared_norm(row: &[f32]) -> f64 {
    row.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}
