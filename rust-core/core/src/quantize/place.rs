//! The coordinates in which codes are made and queries are compared with them.
//!
//! `f32` sums lose digits where vectors are long compared with their distances, and overflow where
//! components are huge. So everything about codes happens in the frame of the encoder: the origin in
//! the middle of the data (zero for inner products, which allow no move), the scale a power of two
//! that makes the largest usual component one of 1 to 2. No sum of products can overflow there.

use crate::error::{Result, filled};
use crate::metric::Metric;
use crate::model::{Frame, squared_norm};
use ivory_kernels::Rows;

/// Largest component in the frame; a longer vector is brought nearer, keeping its direction.
const FAR: f64 = (1u64 << 24) as f64;

/// Origin and scale of an encoder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// What becomes zero; zeros for spherical metrics.
    pub origin: Vec<f32>,
    /// A power of two.
    pub scale: f32,
    /// Centroids count as vectors this long: 1, but for inner product the mean length of the
    /// vectors, since centroids are only directions there.
    pub length: f32,
}

impl Place {
    /// The place for these vectors (row after row, as they are given to be encoded) and centroids.
    pub fn of(metric: Metric, dimension: usize, centroids: &[f32], rows: &[f32]) -> Result<Self> {
        let mut place = Self { origin: filled(dimension, 0f32)?, scale: 1.0, length: 1.0 };
        match metric {
            Metric::Cosine => return Ok(place),
            Metric::L2 => place.origin = Frame::around(metric, dimension, centroids)?.origin_f32(),
            Metric::InnerProduct => {
                let lengths = rows.chunks_exact(dimension).map(|row| squared_norm(row).sqrt());
                let mean = lengths.sum::<f64>() / (rows.len() / dimension).max(1) as f64;
                if mean >= f64::from(f32::MIN_POSITIVE) {
                    place.length = mean.min(f64::from(f32::MAX)) as f32;
                }
            }
        }
        let reach = |rows: &[f32], length: f64| {
            rows.chunks_exact(dimension)
                .flat_map(|row| row.iter().zip(&place.origin))
                .fold(0f64, |most, (&x, &origin)| {
                    most.max((f64::from(x) * length - f64::from(origin)).abs())
                })
        };
        let largest = reach(centroids, f64::from(place.length)).max(reach(rows, 1.0));
        if largest > 0.0 {
            place.scale = (-largest.log2().floor()).clamp(-126.0, 126.0).exp2() as f32;
        }
        Ok(place)
    }

    /// Brings a vector into the frame; true if it was so long that it had to be brought nearer.
    pub fn vector(&self, vector: &[f32], into: &mut [f32]) -> bool {
        let scale = f64::from(self.scale);
        let mut reach = 0f32;
        for ((into, &x), &origin) in into.iter_mut().zip(vector).zip(&self.origin) {
            *into = ((f64::from(x) - f64::from(origin)) * scale) as f32;
            reach = reach.max(into.abs());
        }
        if f64::from(reach) <= FAR {
            return false;
        }
        let reach = vector.iter().zip(&self.origin).fold(0f64, |reach, (&x, &origin)| {
            reach.max(((f64::from(x) - f64::from(origin)) * scale).abs())
        });
        let scale = scale * (FAR / reach);
        for ((into, &x), &origin) in into.iter_mut().zip(vector).zip(&self.origin) {
            *into = ((f64::from(x) - f64::from(origin)) * scale) as f32;
        }
        true
    }

    /// Brings a centroid into the frame.
    pub fn centroid(&self, centroids: Rows<'_>, cell: usize, into: &mut [f32]) {
        let (scale, length) = (f64::from(self.scale), f64::from(self.length));
        for ((into, x), &origin) in into.iter_mut().zip(centroids.row(cell)).zip(&self.origin) {
            let inside = (f64::from(x) * length - f64::from(origin)) * scale;
            *into = inside.clamp(-FAR, FAR) as f32;
        }
    }
}
