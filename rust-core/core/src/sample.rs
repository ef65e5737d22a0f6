//! A bounded uniform sample of a stream of vectors.

use crate::error::{Error, Result};
use crate::random::Random;

/// Keeps a uniform sample of at most `most` of the vectors offered (reservoir sampling, Vitter's
/// algorithm R). Which ones depends only on the seed and on the order of the offers.
#[derive(Debug)]
pub(crate) struct Sample {
    dimension: usize,
    most: usize,
    numbers: Vec<f32>,
    offered: u64,
    random: Random,
}

impl Sample {
    pub fn new(dimension: usize, most: usize, seed: u64) -> Self {
        Self { dimension, most, numbers: Vec::new(), offered: 0, random: Random::new(seed) }
    }

    /// Offers one vector; `copy` fills its place if it is kept.
    pub fn offer(&mut self, copy: impl FnOnce(&mut [f32])) -> Result<()> {
        let kept = self.kept();
        self.offered += 1;
        let place = if kept < self.most {
            self.reserve(kept)?;
            self.numbers.resize((kept + 1) * self.dimension, 0.0);
            kept
        } else {
            let place = self.random.below(self.offered);
            if place >= self.most as u64 {
                return Ok(());
            }
            place as usize
        };
        copy(&mut self.numbers[place * self.dimension..][..self.dimension]);
        Ok(())
    }

    /// Makes room for one more vector: by half again, but never for more than `most`.
    fn reserve(&mut self, kept: usize) -> Result<()> {
        if self.numbers.capacity() >= (kept + 1) * self.dimension {
            return Ok(());
        }
        let goal = (kept + kept / 2 + 64).min(self.most);
        let more = goal
            .checked_mul(self.dimension)
            .ok_or_else(|| Error::Memory(format!("{goal} vectors of {}", self.dimension)))?
            - self.numbers.len();
        Ok(self.numbers.try_reserve_exact(more)?)
    }

    /// Vectors in the sample.
    pub fn kept(&self) -> usize {
        self.numbers.len() / self.dimension
    }

    /// Vectors offered so far.
    pub fn offered(&self) -> u64 {
        self.offered
    }

    /// The sample, row after row.
    pub fn into_numbers(self) -> Vec<f32> {
        self.numbers
    }
}
