//! Scalar codes: each component of a residual on an even grid of its own range.

use super::{Lesson, Memory, Quantizer, multiplier, nibble, set_factor, set_nibble};
use crate::error::{Result, filled};
use crate::metric::Metric;
use rayon::prelude::*;

/// Parts of the whole range that training tries as the grid's range.
const CUTS: usize = 13;

/// The grid of each component: `low + step × level`.
#[derive(Debug)]
pub(super) struct Sq {
    metric: Metric,
    bits: u32,
    lows: Vec<f32>,
    steps: Vec<f32>,
}

impl Sq {
    pub fn new(metric: Metric, bits: u32, lows: Vec<f32>, steps: Vec<f32>) -> Self {
        Self { metric, bits, lows, steps }
    }

    /// The grids with the least squared error on the residuals, among some that cut both ends alike.
    pub fn train(lesson: &Lesson<'_>, bits: u32) -> Result<Self> {
        let dimension = lesson.dimension;
        let mut grids = filled(dimension, (0f32, 0f32))?;
        grids.par_iter_mut().enumerate().try_for_each(|(component, grid)| {
            lesson.check()?;
            let mut values = Vec::new();
            values.try_reserve_exact(lesson.residuals.len() / dimension)?;
            values.extend(lesson.residuals[component..].iter().step_by(dimension));
            *grid = best_grid(&mut values, bits);
            Ok::<(), crate::error::Error>(())
        })?;
        let (lows, steps) = grids.into_iter().unzip();
        Ok(Self::new(lesson.metric, bits, lows, steps))
    }

    fn nibbles(&self) -> usize {
        self.lows.len() * self.bits as usize / 4
    }
}

fn best_grid(values: &mut [f32], bits: u32) -> (f32, f32) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    values.sort_unstable_by(f32::total_cmp);
    let levels = (1u32 << bits) - 1;
    let last = values.len() - 1;
    let mut best = (f64::INFINITY, (values[0], 0.0));
    for cut in 0..CUTS {
        // 0, 1, 3, 7, ... of 16,384 parts cut off at each end: fine steps where they matter.
        let part = ((1u64 << cut) - 1) as f64 / 16_384.0;
        let skipped = (last as f64 * part) as usize;
        let (low, high) = (values[skipped], values[last - skipped]);
        let grid = (low, (high - low) / levels as f32);
        let error = |&x: &f32| {
            let back = grid.0 + grid.1 * level(x, grid, levels) as f32;
            f64::from(x - back).powi(2)
        };
        let error = values.iter().map(error).sum::<f64>();
        if error < best.0 {
            best = (error, grid);
        }
    }
    best.1
}

/// The level whose value is nearest.
fn level(x: f32, (low, step): (f32, f32), most: u32) -> u32 {
    // What is not a number (an empty range) and what is below becomes 0, what is above the most.
    (((x - low) / step + 0.5) as u32).min(most)
}

impl Quantizer for Sq {
    fn encode(&self, residual: &[f32], centroid: &[f32], _: &mut Memory, row: &mut [u8]) {
        let most = (1u32 << self.bits) - 1;
        let mut factor = 0f64;
        let grids = self.lows.iter().copied().zip(self.steps.iter().copied());
        for (i, ((&x, &c), grid)) in residual.iter().zip(centroid).zip(grids).enumerate() {
            let level = level(x, grid, most);
            if self.bits == 4 {
                set_nibble(row, i, level as u8);
            } else {
                row[i] = level as u8;
            }
            let x = f64::from(grid.0) + f64::from(grid.1) * f64::from(level);
            factor += x * (x + 2.0 * f64::from(c));
        }
        if self.metric == Metric::L2 {
            set_factor(row, self.nibbles().div_ceil(2), 0, factor);
        }
    }

    fn table(&self, query: &[f32], _: &mut Memory, table: &mut [f32]) -> f32 {
        let multiplier = multiplier(self.metric);
        let mut common = 0f64;
        for (i, (&q, (&low, &step))) in
            query.iter().zip(self.lows.iter().zip(&self.steps)).enumerate()
        {
            let q = multiplier * q;
            common += f64::from(q) * f64::from(low);
            let q = q * step;
            if self.bits == 4 {
                fill(&mut table[16 * i..][..16], q);
            } else {
                fill(&mut table[32 * i..][..16], q);
                fill(&mut table[32 * i + 16..][..16], 16.0 * q);
            }
        }
        common as f32
    }

    fn decode(&self, row: &[u8], residual: &mut [f32]) {
        let grids = self.lows.iter().zip(&self.steps);
        for (i, (x, (&low, &step))) in residual.iter_mut().zip(grids).enumerate() {
            let level = if self.bits == 4 { nibble(row, i) } else { usize::from(row[i]) };
            *x = low + step * level as f32;
        }
    }

    fn write(&self, into: &mut Vec<u8>) {
        into.extend(self.lows.iter().chain(&self.steps).flat_map(|x| x.to_le_bytes()));
    }

    fn size_in_bytes(&self) -> usize {
        size_of_val(&*self.lows) + size_of_val(&*self.steps)
    }
}

fn fill(entries: &mut [f32], slope: f32) {
    for (value, entry) in entries.iter_mut().enumerate() {
        *entry = slope * value as f32;
    }
}
