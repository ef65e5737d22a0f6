//! Assigning vectors and giving them codes.

use super::{Model, WorkingMemory, collect};
use crate::encoder::Encoder;
use crate::error::{Error, Result, refill};
use crate::quantize::{self, Coder};
use std::sync::atomic::AtomicBool;

impl Model {
    /// A model of the same cells with another encoder, which learns from these vectors (row after row;
    /// some ten thousand are enough) as it would in training. Works in the current thread pool of
    /// rayon; the result depends on vectors and seed alone.
    ///
    /// # Errors
    /// [`Error::Argument`] if the length is no multiple of the dimension or a component is not
    /// finite; [`Error::Cancelled`] if the flag is set meanwhile; [`Error::Memory`].
    pub fn with_encoder(
        &self,
        encoder: Encoder,
        vectors: &[f32],
        seed: u64,
        cancelled: &AtomicBool,
    ) -> Result<Self> {
        let mut cells = crate::error::filled(vectors.len() / self.dimension, 0u32)?;
        self.assign(vectors, &mut WorkingMemory::default(), &mut cells)?;
        let centroids = collect(self.centroids())?;
        let form = (self.metric, self.dimension, encoder);
        let coder = quantize::train(form, &centroids, (vectors, &cells), seed, cancelled)?;
        let groups = self.stored_groups()?;
        let coder = coder.as_ref();
        let Self { metric, dimension, kernels, .. } = *self;
        Self::of_centroids(metric, dimension, &centroids, groups.as_ref(), coder, kernels)
    }

    /// How the model encodes vectors.
    pub fn encoder(&self) -> Encoder {
        self.coder.as_ref().map_or(Encoder::None, |coder| coder.encoder)
    }

    /// Bytes of a vector's code without its factors.
    pub fn code_bytes(&self) -> usize {
        self.encoder().code_bytes(self.dimension)
    }

    /// Corrective factors (f32) of a vector's code.
    pub fn factors(&self) -> usize {
        self.encoder().factors(self.metric)
    }

    /// Bytes of a vector's code: `code_bytes + 4 × factors`; 0 without an encoder.
    pub fn code_length(&self) -> usize {
        self.code_bytes() + 4 * self.factors()
    }

    pub(crate) fn coder(&self) -> Option<&Coder> {
        self.coder.as_ref()
    }

    /// Assigns vectors ([`Model::assign`]) and writes their codes, [`Model::code_length`] bytes each,
    /// row after row.
    ///
    /// # Errors
    /// [`Error::Argument`] as [`Model::assign`], or if `codes` is not `cells.len() × code_length`
    /// long; [`Error::Memory`].
    pub fn encode(
        &self,
        vectors: &[f32],
        memory: &mut WorkingMemory,
        cells: &mut [u32],
        codes: &mut [u8],
    ) -> Result<()> {
        let length = self.code_length();
        if codes.len() != cells.len() * length {
            return Err(Error::Argument(format!(
                "[codes] has [{}] bytes, expected [{}] codes of [{length}]",
                codes.len(),
                cells.len()
            )));
        }
        self.assign(vectors, memory, cells)?;
        let Some(coder) = &self.coder else { return Ok(()) };
        let WorkingMemory { points, keys, code, .. } = memory;
        for place in [&mut *points, &mut *keys] {
            refill(place, self.dimension, 0.0)?;
        }
        codes.fill(0);
        let rows = vectors.chunks_exact(self.dimension).zip(codes.chunks_exact_mut(length));
        for ((vector, row), &cell) in rows.zip(&*cells) {
            coder.place.vector(vector, points);
            coder.place.centroid(self.centroids(), cell as usize, keys);
            points.iter_mut().zip(&*keys).for_each(|(x, &c)| *x -= c);
            coder.quantizer.encode(points, keys, code, row);
        }
        Ok(())
    }
}
