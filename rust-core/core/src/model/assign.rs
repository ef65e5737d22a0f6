//! Finding vectors' nearest cells.

use super::Model;
use crate::error::{Error, Result};
use crate::quantize::Memory;
use ivory_kernels::Scratch;
use std::sync::atomic::AtomicBool;

/// Vectors that are brought into the model's frame at a time.
const BATCH: usize = 256;

/// Memory that assignment and probing work in; keep one per thread. It grows with dimension and
/// number of cells of the models that it is used for, not with the number of vectors.
#[derive(Debug, Default)]
pub struct WorkingMemory {
    pub(super) points: Vec<f32>,
    pub(super) keys: Vec<f32>,
    pub(super) code: Memory,
    scratch: Scratch,
    pub(super) raw: Vec<f32>,
    pub(super) order: Vec<u64>,
}

impl Model {
    /// Finds each vector's nearest cell: by Euclidean distance, or for spherical metrics by the
    /// inner product with the unit centroids. Among equally near cells the smallest number wins.
    ///
    /// # Errors
    /// [`Error::Argument`] if `vectors` is not `cells.len() × dimension` long or a component is not
    /// finite; [`Error::Memory`].
    pub fn assign(
        &self,
        vectors: &[f32],
        memory: &mut WorkingMemory,
        cells: &mut [u32],
    ) -> Result<()> {
        if vectors.len() != cells.len() * self.dimension {
            return Err(Error::Argument(format!(
                "[vectors] has [{}] components, expected [{}] vectors of [{}]",
                vectors.len(),
                cells.len(),
                self.dimension
            )));
        }
        check_finite("vectors", vectors, self.dimension)?;
        let never = AtomicBool::new(false);
        for (vectors, cells) in vectors.chunks(BATCH * self.dimension).zip(cells.chunks_mut(BATCH))
        {
            memory.points.clear();
            memory.points.try_reserve(vectors.len())?;
            memory.points.extend_from_slice(vectors);
            self.frame.apply(&mut memory.points);
            memory.keys.clear();
            memory.keys.try_reserve(cells.len())?;
            memory.keys.resize(cells.len(), 0.0);
            self.kernels.nearest(
                &self.panels,
                &memory.points,
                &mut memory.scratch,
                cells,
                &mut memory.keys,
                &never,
            )?;
        }
        Ok(())
    }
}

/// Refuses components that are not finite, naming the first.
pub(crate) fn check_finite(name: &str, numbers: &[f32], dimension: usize) -> Result<()> {
    // Adding up `x × 0` is 0 unless some x is infinite or not a number; no branch in the loop.
    if numbers.iter().fold(0f32, |sum, x| sum + x * 0.0) == 0.0 {
        return Ok(());
    }
    let at = numbers.iter().position(|x| !x.is_finite()).unwrap_or(0);
    Err(Error::Argument(format!(
        "[{name}] component [{}] of vector [{}] must be finite, got [{}]",
        at % dimension,
        at / dimension,
        numbers[at]
    )))
}
