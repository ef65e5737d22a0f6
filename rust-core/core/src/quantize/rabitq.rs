//! `RaBitQ` codes of 1, 2 and 4 bits: Gao and Long, "RaBitQ: quantizing high-dimensional vectors with
//! a theoretical error bound" (arXiv 2405.12497), and Gao and others, "Practical and asymptotically
//! optimal quantization of high-dimensional vectors" (arXiv 2409.09913).
//!
//! With the rotated residual `r`, the codeword `v = u + c` (`u` the unsigned code, `c = −(2^B − 1)/2`
//! for every component) and the estimate `r̂ = v ‖r‖²/⟨v, r⟩`, the inner product of `r̂` with anything
//! is an unbiased estimate of that of `r` over the choice of the rotation. Factors:
//!
//! | metric | a | b | error |
//! | --- | --- | --- | --- |
//! | l2 | `‖r‖² + 2 c·r̂` | `−2 ‖r‖²/⟨v, r⟩` | `2 e` |
//! | others | `c·r̂ − c·r` | `−‖r‖²/⟨v, r⟩` | `e` |
//!
//! where in the column `a` `c` is the rotated centroid, and `e = ε₀ ‖r‖ √((1 − cos²)/cos²)/√(d − 1)`
//! with the cosine of `v` and `r`: the estimate is off by more than `error × ‖q − c‖` only rarely.

use super::rotation::{Rotation, VERSION};
use super::{Memory, Quantizer, set_factor, set_nibble};
use crate::error::Result;
use crate::metric::Metric;
use crate::model::squared_norm;

/// `ε₀`: the bound fails for about one vector in 400 (measured, see the estimators' tests).
pub(super) const EPSILON: f64 = 3.0;

/// Scales that are tried for codes of more than one bit.
const SCALES: usize = 32;

/// What each of them is of the one before: together they span a factor of ten. No power function,
/// whose last digit differs from platform to platform.
const GROWTH: f32 = 1.077_105;

/// The encoder; it learns nothing but is a rotation.
#[derive(Debug)]
pub(super) struct RaBitQ {
    metric: Metric,
    bits: u32,
    seed: u64,
    rotation: Rotation,
}

impl RaBitQ {
    pub fn new(metric: Metric, dimension: usize, bits: u32, seed: u64) -> Result<Self> {
        let rotation = Rotation::new(dimension.next_multiple_of(8), seed)?;
        Ok(Self { metric, bits, seed, rotation })
    }

    fn code_bytes(&self) -> usize {
        self.rotation.length() * self.bits as usize / 8
    }

    /// What an unsigned code is moved by.
    fn middle(&self) -> f32 {
        ((1u32 << self.bits) - 1) as f32 / 2.0
    }

    /// Steps of the magnitude grid that make the codeword's angle with `residual` smallest, as the
    /// number that magnitudes are multiplied with. For one bit every number is the same.
    fn best_scale(&self, residual: &[f32]) -> f32 {
        let most = ((1u32 << (self.bits - 1)) - 1) as f32;
        let largest = residual.iter().fold(0f32, |largest, x| largest.max(x.abs()));
        if most == 0.0 || largest == 0.0 {
            return 0.0;
        }
        // From where the largest component just reaches the top of the grid to where a component of
        // a third of that (or less, for coarse grids) does.
        let mut scale = 0.4 * (most + 1.0) / largest;
        let mut best = (f32::NEG_INFINITY, scale);
        for _ in 0..SCALES {
            let (mut dot, mut square) = (0f32, 0f32);
            for &x in residual {
                let level = ((x.abs() * scale).min(most) as i32 as f32) + 0.5;
                dot += level * x.abs();
                square += level * level;
            }
            let cosine = dot / square.sqrt();
            if cosine > best.0 {
                best = (cosine, scale);
            }
            scale *= GROWTH;
        }
        best.1
    }
}

impl Quantizer for RaBitQ {
    fn encode(&self, residual: &[f32], centroid: &[f32], memory: &mut Memory, row: &mut [u8]) {
        self.rotation.apply(residual, &mut memory.one);
        self.rotation.apply(centroid, &mut memory.two);
        let (r, c) = (&memory.one, &memory.two);
        let squared = squared_norm(r);
        if squared < f64::from(f32::MIN_POSITIVE) {
            return;
        }
        let scale = self.best_scale(r);
        let half = 1u32 << (self.bits - 1);
        let most = half - 1;
        let (mut ip, mut square) = (0f64, 0f64);
        let (mut with_centroid, mut exact_with_centroid) = (0f64, 0f64);
        let each = 4 / self.bits as usize;
        for (i, (&r, &c)) in r.iter().zip(c).enumerate() {
            let magnitude = ((r.abs() * scale) as u32).min(most);
            let code = if r > 0.0 { half + magnitude } else { most - magnitude };
            set_nibble(row, i / each, (code as u8) << (self.bits as usize * (i % each)));
            let v = f64::from(code) - f64::from(self.middle());
            ip += v * f64::from(r);
            square += v * v;
            with_centroid += v * f64::from(c);
            exact_with_centroid += f64::from(r) * f64::from(c);
        }
        let stretch = squared / ip;
        let tangent = ((square * squared) / (ip * ip) - 1.0).max(0.0).sqrt();
        let freedom = (r.len() as f64 - 1.0).sqrt();
        let error = EPSILON * squared.sqrt() * tangent / freedom;
        let l2 = self.metric == Metric::L2;
        let (a, times) = if l2 {
            (squared + 2.0 * stretch * with_centroid, 2.0)
        } else {
            (stretch * with_centroid - exact_with_centroid, 1.0)
        };
        let at = self.code_bytes();
        set_factor(row, at, 0, a);
        set_factor(row, at, 1, -times * stretch);
        set_factor(row, at, 2, times * error);
    }

    fn table(&self, query: &[f32], memory: &mut Memory, table: &mut [f32]) -> f32 {
        self.rotation.apply(query, &mut memory.one);
        let each = 4 / self.bits as usize;
        let mask = (1usize << self.bits) - 1;
        for (part, table) in memory.one.chunks_exact(each).zip(table.chunks_exact_mut(16)) {
            for (value, entry) in table.iter_mut().enumerate() {
                for (i, &q) in part.iter().enumerate() {
                    *entry += q * (value >> (self.bits as usize * i) & mask) as f32;
                }
            }
        }
        let sum = memory.one.iter().map(|&q| f64::from(q)).sum::<f64>();
        (-f64::from(self.middle()) * sum) as f32
    }

    fn write(&self, into: &mut Vec<u8>) {
        into.extend(VERSION.to_le_bytes());
        into.extend(0u32.to_le_bytes());
        into.extend(self.seed.to_le_bytes());
    }

    fn size_in_bytes(&self) -> usize {
        self.rotation.size_in_bytes()
    }
}
