//! Centroids in a few directions: which cells can be the nearest, from a third of the bytes.
//!
//! Let the rows of `P` be orthonormal directions that hold most of what the centroids differ in, and
//! `r(v) = ‖v − PᵀPv‖` what they leave of a vector. By Cauchy and Schwarz
//!
//! `x·c ≤ Px·Pc + r(x)·r(c)`,
//!
//! so a centroid's part in the directions with `r(c)` as one more component gives, in the same form
//! as the centroids themselves, keys `bias − x·c` that are never too large. With the exact key of the
//! cell that looks nearest as the limit few cells are left, and the nearest is one of them. What the
//! directions are decides how many are left, not which one is found.

use super::principal::{keep, principal, skew};
use super::{Frame, squared_norm};
use crate::error::{Result, filled, make_room, refill};
use ivory_kernels::{Coarse, Kernels, Preselection, Rows};

/// Fewest cells, and fewest components, that this pays for.
const FEWEST_CELLS: usize = 512;
const FEWEST_COMPONENTS: usize = 32;

/// Most directions, also as a part of the components.
const MOST: f64 = 255.0;
const MOST_OF_COMPONENTS: f64 = 0.55;

/// The part of the centroids' variance that the directions may leave: as many are taken as the first
/// asks for; if all leave more than the second, a sketch is of no use.
const WANTED: f64 = 0.10;
const TOLERATED: f64 = 0.13;

/// The part of the bytes of all cells that directions and parts may have.
const BYTES: f64 = 0.75;

/// Centroids that the directions are computed of, at most.
const SAMPLE: usize = 1024;

/// Directions and what they leave are a multiple of it.
const STEP: usize = 4;

/// The rounding of one operation in `f32`.
const UNIT: f64 = 1.0 / (1u32 << 24) as f64;

/// Centroids in a few directions, in the frame.
#[derive(Debug)]
pub(crate) struct Sketch {
    /// Row after row.
    directions: Vec<f32>,
    coarse: Coarse,
    /// What a vector's part in the directions can be off, in terms of its norm: because it was
    /// computed in `f32`, and because the directions are not quite orthonormal.
    error: f64,
    /// Norm of the longest centroid.
    longest: f64,
}

/// Working memory.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    part: Vec<f32>,
    raw: Vec<f32>,
}

impl Sketch {
    /// The sketch of centroids in the frame (row after row, a bias each), unless it is of no use.
    pub fn of(
        kernels: &Kernels,
        centroids: &[f32],
        dimension: usize,
        bias: &[f32],
    ) -> Result<Option<Self>> {
        if bias.len() < FEWEST_CELLS || dimension < FEWEST_COMPONENTS {
            return Ok(None);
        }
        // So many directions of `f32` and parts of bytes are worth it.
        let bytes = centroids.len() as f64 * BYTES / (4 * dimension + bias.len()) as f64;
        let most = MOST.min(dimension as f64 * MOST_OF_COMPONENTS).min(bytes) as usize;
        let count = (most + 1) / STEP * STEP - 1;
        let step = bias.len().div_ceil(SAMPLE);
        let mut copy = Vec::new();
        let sample = if step == 1 {
            centroids
        } else {
            make_room(&mut copy, bias.len().div_ceil(step) * dimension)?;
            let rows = centroids.chunks_exact(dimension);
            rows.step_by(step).for_each(|row| copy.extend_from_slice(row));
            &copy
        };
        let mut directions = principal(kernels, sample, dimension, count)?;
        let left = keep(kernels, &mut directions, sample, dimension, STEP, WANTED)?;
        let count = directions.len() / dimension;
        let rounding = (count as f64).sqrt() * (dimension + 2) as f64 * UNIT;
        let error = rounding + skew(&directions, dimension) + 4.0 * UNIT;
        // Also where one is not a number.
        if !(left <= TOLERATED && error < 0.01) {
            return Ok(None);
        }
        let mut parts = filled(bias.len() * (count + 1), 0f32)?;
        let mut longest = 0f64;
        let rows = centroids.chunks_exact(dimension);
        for (row, part) in rows.zip(parts.chunks_exact_mut(count + 1)) {
            longest = longest.max(project(kernels, &directions, row, error, part));
        }
        let coarse = kernels.coarse(&parts, count + 1, bias)?;
        Ok(Some(Self { directions, coarse, error, longest }))
    }

    /// Memory that this occupies.
    pub fn size_in_bytes(&self) -> usize {
        self.directions.capacity() * 4 + self.coarse.size_in_bytes()
    }

    /// Finds the cells that can be the nearest to a vector, which in the frame is the point: all that
    /// keys added up in `f32` could prefer, ties included, as a rule one. Those are `near.cells()`.
    /// `false` if nothing can be said. Nothing must over- or underflow in the frame or outside.
    pub fn nearest(
        &self,
        kernels: &Kernels,
        (frame, centroids): (&Frame, Rows<'_>),
        (vector, point): (&[f32], &[f32]),
        near: &mut Preselection,
        Compared { part, raw }: &mut Compared,
    ) -> Result<bool> {
        make_room(part, self.coarse.dimension())?;
        part.resize(self.coarse.dimension(), 0.0);
        let norm = project(kernels, &self.directions, point, self.error, part);
        // Keys of exact distances or products, which are off as those that are compared in the end are;
        // see `Coarse::margin`.
        let compare = |cells: &[u32], raw: &mut [f32]| match frame.is_spherical() {
            true => kernels.ip_at(vector, centroids, cells, raw),
            false => kernels.l2_at(vector, centroids, cells, raw),
        };
        let (unit, squared) = (frame.squared_unit(), norm * norm);
        let key = |raw: f32| match frame.is_spherical() {
            true => -f64::from(raw),
            false => (f64::from(raw) / unit - squared) / 2.0,
        };
        let size = (norm + self.longest).powi(2);
        let off = 8.0 * (point.len() + 16) as f64 * UNIT * size;
        // Parts of point and centroid are off, and directions a little skew.
        let slack = off + 3.0 * self.error * norm * self.longest;
        let exact = |cell| {
            let mut raw = [0f32];
            compare(&[cell], &mut raw);
            key(raw[0])
        };
        if !kernels.preselect_below(&self.coarse, part, slack, exact, near)? {
            return Ok(false);
        }
        refill(raw, near.cells().len(), 0.0)?;
        compare(near.cells(), raw);
        let limit = raw.iter().fold(f64::INFINITY, |least, &raw| least.min(key(raw))) + 2.0 * off;
        near.keep(|place| key(raw[place]) <= limit);
        Ok(!near.cells().is_empty())
    }
}

/// A vector's part in the directions and, as the last component, what they leave of it, rather more
/// than less. Gives back the vector's norm.
fn project(
    kernels: &Kernels,
    directions: &[f32],
    vector: &[f32],
    error: f64,
    part: &mut [f32],
) -> f64 {
    let (left, part) = part.split_last_mut().expect("a part");
    let rows = Rows::of_f32(directions, vector.len()).expect("whole directions");
    kernels.ip(vector, rows, part);
    let norm = squared_norm(vector);
    let rest = (norm - squared_norm(part)).max(0.0) + 3.0 * error * norm;
    *left = (rest.sqrt() as f32).next_up();
    norm.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::random::Random;

    const DIMENSION: usize = 64;

    /// Rows whose components have ever less to say, at least to a part, each mixed into the next.
    fn rows(random: &mut Random, count: usize, fading: f32, least: f32) -> Vec<f32> {
        let mut rows = vec![0f32; count * DIMENSION];
        for row in rows.chunks_exact_mut(DIMENSION) {
            for (x, k) in row.iter_mut().zip(0..) {
                *x = (random.unit() as f32 - 0.5) * (fading.powi(k) + least) + 0.1;
            }
            (1..DIMENSION).for_each(|k| row[k] += row[k - 1] * 0.5);
        }
        rows
    }

    fn unit(rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(DIMENSION) {
            let norm = squared_norm(row).sqrt() as f32;
            row.iter_mut().for_each(|x| *x /= norm);
        }
    }

    #[test]
    fn the_nearest_cell_and_few_others_are_left() {
        let mut random = Random::new(5);
        for metric in [Metric::L2, Metric::Cosine] {
            let mut outside = rows(&mut random, 1024, 0.85, 0.0);
            let mut vectors = rows(&mut random, 200, 0.85, 0.02);
            // Ties.
            outside.copy_within(..100 * DIMENSION, 200 * DIMENSION);
            if metric.is_spherical() {
                unit(&mut outside);
                unit(&mut vectors);
            }
            let frame = Frame::of(metric, DIMENSION, &outside).unwrap();
            let mut centroids = outside.clone();
            frame.apply(&mut centroids);
            let bias = frame.bias(&centroids).unwrap();
            let mut points = vectors.clone();
            frame.apply(&mut points);
            for kernels in Kernels::available() {
                let sketch = Sketch::of(kernels, &centroids, DIMENSION, &bias).unwrap().unwrap();
                assert!(sketch.size_in_bytes() < centroids.len() * 2);
                let (mut near, mut compared) = Default::default();
                let mut left = 0;
                let mut keys = vec![0f32; bias.len()];
                let rows = Rows::of_f32(&outside, DIMENSION).unwrap();
                for pair in vectors.chunks_exact(DIMENSION).zip(points.chunks_exact(DIMENSION)) {
                    let cells = (&frame, rows);
                    let found = sketch.nearest(kernels, cells, pair, &mut near, &mut compared);
                    assert_eq!(found, Ok(true));
                    kernels.keys(pair.1, &centroids, &bias, &mut keys);
                    let least = keys.iter().copied().fold(f32::INFINITY, f32::min);
                    for (cell, _) in (0u32..).zip(&keys).filter(|(_, key)| **key == least) {
                        assert!(near.cells().contains(&cell), "{metric:?} {kernels:?} {cell}");
                    }
                    left += near.cells().len();
                }
                assert!(left < 2 * 200, "{metric:?} {left}");
            }
        }
    }

    #[test]
    fn of_no_use() {
        let mut random = Random::new(6);
        let kernels = Kernels::active();
        let of = |rows: &[f32]| {
            let bias = vec![0f32; rows.len() / DIMENSION];
            Sketch::of(kernels, rows, DIMENSION, &bias).unwrap().is_some()
        };
        assert!(of(&rows(&mut random, 600, 0.85, 0.0)));
        assert!(!of(&rows(&mut random, 500, 0.85, 0.0)), "few cells");
        assert!(!of(&rows(&mut random, 600, 1.0, 0.0)), "all components have as much to say");
        assert!(!of(&[1.0; 600 * DIMENSION]), "all the same");
        assert!(!of(&[0.0; 600 * DIMENSION]), "zeros");
    }
}
