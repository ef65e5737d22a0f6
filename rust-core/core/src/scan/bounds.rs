//! Which vectors can be as near as a bar: by their codes and the largest error of their cell.
//!
//! With `x̃` what a vector's code stands for and `E ≥ ‖x − x̃‖`, a vector within the distance `B` of
//! the query `q` has `‖q − x̃‖ ≤ B + E`, and one whose inner product is `p` at least has
//! `⟨q, x̃⟩ ≥ p − ‖q‖E` (the triangle and the Cauchy–Schwarz inequality). What a scan estimates is that
//! of `x̃`, up to the rounding of the table to eight bits, which is counted, and that of `f32`, which is
//! bounded by [`rounding`].

use super::query::{FAR, Reach};
use super::sieve::Blocks;
use super::{CHUNK_BYTES, Region, Scan, check};
use crate::error::{Error, FormatError, Result};
use crate::metric::Metric;
use ivory_kernels::BLOCK;

/// What is lost in the frame where numbers vanish: much more than that.
pub(super) const VANISHING: f64 = 1.0 / (1u128 << 60) as f64;

/// A sum of `dimension` products in `f32`, each number of which went through a few more operations,
/// is off by less than this, relative to the sum of the products' absolute values. With
/// `u = 2⁻²⁴` it is `(dimension / 8 + 128) u`: the kernels' sums are off by
/// `(dimension / 16 + 8) u`, and what else is done to a number amounts to less than `50 u`.
pub(super) fn rounding(dimension: usize) -> f64 {
    (dimension + 1024) as f64 / f64::from(1u32 << 27)
}

/// Turns a bar into a threshold of estimates.
struct Bar {
    reach: Reach,
    l2: bool,
    rounding: f64,
    /// In the frame: for l2 the distance, else the inner product.
    bar: f64,
}

impl Bar {
    fn new(reach: Reach, metric: Metric, dimension: usize, bar: f32) -> Self {
        let (l2, rounding) = (metric == Metric::L2, rounding(dimension));
        let inside = f64::from(bar) / reach.unit;
        let bar = if l2 {
            // The kernels' sum of squares may be too small.
            (inside.max(0.0) * (1.0 + 2.0 * rounding) + VANISHING).sqrt()
        } else {
            inside - VANISHING
        };
        Self { reach, l2, rounding, bar }
    }

    /// No vector of a cell is as near as the bar if its estimate is larger; `None` if all may be.
    fn threshold(&self, base: f32, error: f32) -> Option<f32> {
        let Self { reach: Reach { norm, spread, .. }, bar, rounding, .. } = *self;
        let error = f64::from(error);
        let table = spread.above + 4.0 * rounding * spread.reach;
        let threshold = if self.l2 {
            // The lengths of the query, the centroid, and of a vector within the bar with its residual.
            let longest = norm + 2.0 * f64::from(base).max(0.0).sqrt() + bar + error;
            if longest.is_nan() || longest >= FAR {
                return None;
            }
            let distance = bar + error + norm / f64::from(1u32 << 20);
            distance * distance * (1.0 + rounding) + 4.0 * rounding * longest * longest + table
        } else {
            // What rounding does to products with the cell's vectors is part of its error.
            norm * (1.0 + rounding) * error - bar + table
        };
        let threshold = (threshold + VANISHING) as f32;
        (threshold.is_finite() && base.is_finite()).then(|| threshold.next_up())
    }
}

impl Scan {
    /// Marks the documents of a region whose raw value (what the kernels compute of query and vector)
    /// can be as near as `bar` or nearer: all that are, and few more. Looks at the cells at the places
    /// `from..to` among those that the region has, whether they are probed or not; `errors` are
    /// theirs, as [`crate::Model::measure`] gives them. Document 0 is bit 0 of word 0; other bits stay.
    /// Gives back how many vectors were marked, or `None` where nothing can be said: numbers are too
    /// large or too small, or every vector is as near as the bar.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no such places, not as many errors, or the bar is not a
    /// number; [`Error::Format`] if the region belongs to another model or is damaged, or has
    /// documents beyond the last word; [`Error::Memory`].
    pub fn within(
        &mut self,
        region: &Region<'_>,
        from: usize,
        to: usize,
        errors: &[f32],
        bar: f32,
        documents: &mut [u64],
    ) -> Result<Option<u64>> {
        check(&self.model, region)?;
        let present = region.present(from, to, self.model.nlist())?;
        if errors.len() != present.cells.len() {
            return Err(Error::Argument(format!(
                "[errors] are [{}], expected one for each of [{}] cells",
                errors.len(),
                present.cells.len()
            )));
        }
        if bar.is_nan() {
            return Err(Error::Argument("[bar] must be a number".into()));
        }
        let model = std::sync::Arc::clone(&self.model);
        let Some(coder) = model.coder() else { return Ok(None) };
        let Some(reach) = self.query.reach(&model, coder)? else { return Ok(None) };
        if bar.is_infinite() {
            return Ok(None);
        }
        let bar = Bar::new(reach, model.metric(), model.dimension(), bar);
        let mut bases = Vec::new();
        self.query.bases(&model, coder, &present.cells, &mut bases)?;
        let chunk = (CHUNK_BYTES / model.code_length()).next_multiple_of(BLOCK);
        let mut marked = 0;
        let mut mark = |position: usize| {
            let doc = region.doc(position);
            let Some(word) = documents.get_mut(doc as usize / 64) else {
                let (found, expected) = (doc.into(), 64 * documents.len() as u64);
                return Err(FormatError::Region { field: "docs", found, expected });
            };
            *word |= 1 << (doc % 64);
            marked += 1;
            Ok(())
        };
        for ((range, &base), &error) in present.positions.into_iter().zip(&bases).zip(errors) {
            let Some(threshold) = bar.threshold(base, error) else {
                range.into_iter().try_for_each(&mut mark)?;
                continue;
            };
            let affine = self.affine(base);
            for start in range.clone().step_by(chunk) {
                let count = chunk.min(range.end - start);
                let blocks = Blocks { codes: region.codes(start), count, segment: 0, affine };
                for place in self.sieve.within(blocks, threshold)? {
                    mark(start + place)?;
                }
            }
        }
        Ok(Some(marked))
    }
}
