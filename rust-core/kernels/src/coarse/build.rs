//! From centroids to bytes.

use super::{CELLS, GROUP};
use crate::aligned::Aligned;
use std::collections::TryReserveError;

/// Centroids in eight bits a component, for [`crate::Kernels::preselect`]; the same at every level.
#[derive(Debug)]
pub struct Coarse {
    pub(super) dimension: usize,
    pub(super) count: usize,
    pub(super) bytes: Aligned<u8>,
    /// Padded with infinity.
    pub(super) bias: Vec<f32>,
    pub(super) steps: Vec<f32>,
    /// What a component is with byte 0.
    pub(super) lowest: Vec<f32>,
    /// Largest norm of the rounding errors of a centroid, in steps.
    pub(super) error: f64,
    /// Largest norm of a centroid's bytes, seen from their middle.
    pub(super) spread: f64,
    /// Largest norm of a centroid.
    pub(super) longest: f64,
    /// Largest bias.
    pub(super) heaviest: f64,
}

impl Coarse {
    /// Rounds `centroids` (row after row); `bias` has one number per centroid.
    pub(crate) fn new(
        centroids: &[f32],
        dimension: usize,
        bias: &[f32],
    ) -> Result<Self, TryReserveError> {
        let count = bias.len();
        assert!(dimension > 0 && centroids.len() == count * dimension, "shape of the centroids");
        let (lowest, steps) = ranges(centroids, dimension)?;
        let groups = dimension.div_ceil(GROUP);
        let blocks = count.div_ceil(CELLS);
        let mut bytes = Aligned::zeroed(blocks * groups * GROUP * CELLS)?;
        let (mut error, mut spread, mut longest) = (0f64, 0f64, 0f64);
        for (cell, centroid) in centroids.chunks_exact(dimension).enumerate() {
            let block = &mut bytes.as_mut_slice()[cell / CELLS * groups * GROUP * CELLS..];
            let (mut errors, mut squares, mut norm) = (0f64, 0f64, 0f64);
            for (k, &c) in centroid.iter().enumerate() {
                let (c, low, step) = (f64::from(c), f64::from(lowest[k]), f64::from(steps[k]));
                norm += c * c;
                let byte =
                    if step > 0.0 { ((c - low) / step).round().clamp(0.0, 255.0) } else { 0.0 };
                if step > 0.0 {
                    errors += ((c - low) / step - byte).powi(2);
                } else if c != low {
                    // A range too small for a step.
                    errors = f64::INFINITY;
                }
                squares += (byte - 127.5).powi(2);
                block[(k / GROUP * CELLS + cell % CELLS) * GROUP + k % GROUP] = byte as u8;
            }
            error = error.max(errors.sqrt());
            spread = spread.max(squares.sqrt());
            longest = longest.max(norm.sqrt());
        }
        let heaviest = bias.iter().fold(0f64, |most, &bias| most.max(f64::from(bias.abs())));
        let mut padded = Vec::new();
        padded.try_reserve_exact(blocks * CELLS)?;
        padded.extend_from_slice(bias);
        // A cell that does not exist is never near.
        padded.resize(blocks * CELLS, f32::INFINITY);
        Ok(Self {
            dimension,
            count,
            bytes,
            bias: padded,
            steps,
            lowest,
            error,
            spread,
            longest,
            heaviest,
        })
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Components of a centroid.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// What was given as `bias`.
    pub fn bias(&self) -> &[f32] {
        &self.bias[..self.count]
    }

    /// Bytes that this occupies.
    pub fn size_in_bytes(&self) -> usize {
        self.bytes.size_in_bytes()
            + (self.bias.capacity() + self.steps.capacity() + self.lowest.capacity()) * 4
    }

    /// How much larger than the `n`-th smallest rounded key the rounded key of a cell can be whose
    /// exact key is among the `n` smallest: twice what a key can be off. `weights` and `rest` are the
    /// norms of `w` and `w − t·v`, `largest` a bound of `|t·Σ v·u|`, `norm` the point's norm. `None`
    /// where exact keys might over- or underflow.
    ///
    /// Whoever computes the exact keys rounds, too. A distance or product of `d` components added up
    /// in any order is off by `(d + 4)·2⁻²⁴` of `(‖x‖ + ‖c‖)²` at most, and so is one computed of the
    /// same vectors in another frame, whose components were rounded once; four times as much covers
    /// both on each side.
    pub(super) fn margin(&self, weights: f64, rest: f64, largest: f64, norm: f64) -> Option<f64> {
        let unit = 2f64.powi(-24);
        let size = (norm + self.longest).powi(2) + self.heaviest;
        let rounding = (self.dimension + 16) as f64 * unit * size;
        // The arithmetic of the rounded keys themselves.
        let own = 4.0 * unit * (largest + self.heaviest);
        let margin =
            2.0 * ((rest * self.spread + weights * self.error) * 1.000_001 + own + 4.0 * rounding);
        // A product that underflows is off by 2⁻¹⁴⁹.
        let smallest = self.dimension as f64 * 2f64.powi(-140);
        (size < 1e37 && margin > smallest && margin.is_finite()).then_some(margin)
    }
}

/// For each component the lowest value and the 255th part of the range.
fn ranges(centroids: &[f32], dimension: usize) -> Result<(Vec<f32>, Vec<f32>), TryReserveError> {
    let (mut lowest, mut steps) = (Vec::new(), Vec::new());
    lowest.try_reserve_exact(dimension)?;
    steps.try_reserve_exact(dimension)?;
    lowest.resize(dimension, f32::INFINITY);
    let mut highest = Vec::new();
    highest.try_reserve_exact(dimension)?;
    highest.resize(dimension, f32::NEG_INFINITY);
    for centroid in centroids.chunks_exact(dimension) {
        for ((low, high), &c) in lowest.iter_mut().zip(&mut highest).zip(centroid) {
            *low = low.min(c);
            *high = high.max(c);
        }
    }
    let ranges = lowest.iter().zip(&highest);
    steps.extend(
        ranges.map(|(&low, &high)| ((f64::from(high) - f64::from(low)) / 255.0).max(0.0) as f32),
    );
    Ok((lowest, steps))
}
