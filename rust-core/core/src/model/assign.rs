//! Finding vectors' nearest cells.

use super::frame::is_moderate;
use super::sketch::Compared;
use super::{Model, TwoLevels};
use crate::error::{Error, Result, make_room, refill};
use crate::quantize::Memory;
use ivory_kernels::{Preselection, Scratch};
use std::ops::Range;
use std::sync::atomic::AtomicBool;

/// Vectors that are brought into the model's frame at a time.
const BATCH: usize = 256;

/// Bytes of those that are sorted by groups.
const BATCH_BYTES: usize = 1 << 20;

/// The part of the cells that may be left by a preselection that is worth it.
pub(super) const PART: usize = 8;

/// Memory that assignment and probing work in; keep one per thread. It grows with dimension and
/// number of cells of the models that it is used for, not with the number of vectors.
#[derive(Debug, Default)]
pub struct WorkingMemory {
    pub(super) points: Vec<f32>,
    pub(super) keys: Vec<f32>,
    pub(super) code: Memory,
    scratch: Scratch,
    pub(super) near: Preselection,
    pub(super) rows: Vec<f32>,
    compared: Compared,
    pub(super) bias: Vec<f32>,
    pub(super) ranges: Vec<Range<u32>>,
    batch: Batch,
    pub(super) raw: Vec<f32>,
    pub(super) order: Vec<u64>,
}

/// What a batch is compared with.
#[derive(Debug, Default)]
struct Batch {
    /// Ranges of cells, those of one vector after those of another.
    chosen: Vec<Range<u32>>,
    /// Each vector's nearest group, its number, and the place of its ranges.
    order: Vec<(u32, u32, Range<usize>)>,
}

impl Model {
    /// Finds each vector's nearest cell: by Euclidean distance, or for spherical metrics by the
    /// inner product with the unit centroids. Among equally near cells the smallest number wins. A
    /// model with groups compares a vector with the cells of the nearest groups only; then the cell
    /// is rarely another than the nearest, and not much farther (docs/BENCHMARKS.md, "Two levels").
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
        let batch = match &self.upper {
            None => BATCH,
            Some(_) => (BATCH_BYTES / 4 / self.dimension).max(BATCH),
        };
        for (vectors, cells) in vectors.chunks(batch * self.dimension).zip(cells.chunks_mut(batch))
        {
            let mut points = std::mem::take(&mut memory.points);
            make_room(&mut points, vectors.len())?;
            points.extend_from_slice(vectors);
            self.frame.apply(&mut points);
            if let Some(levels) = self.two_levels() {
                self.assign_by_groups(&levels, &points, memory, cells)?;
                memory.points = points;
                continue;
            }
            let rows =
                vectors.chunks_exact(self.dimension).zip(points.chunks_exact(self.dimension));
            for (i, (vector, point)) in rows.enumerate() {
                match self.assign_one(vector, point, memory)? {
                    Some(nearest) => cells[i] = nearest,
                    None => {
                        // What eight bits say too little of comes in numbers.
                        self.assign_many(&points[i * self.dimension..], memory, &mut cells[i..])?;
                        break;
                    }
                }
            }
            memory.points = points;
        }
        Ok(())
    }

    /// Assigns points in the frame by the cells of their nearest groups.
    ///
    /// A batch is gone through in the order of the points' nearest groups, so that the cells which one
    /// point was compared with, mostly those of the next one, are still in the processor's cache.
    fn assign_by_groups(
        &self,
        levels: &TwoLevels<'_>,
        points: &[f32],
        memory: &mut WorkingMemory,
        cells: &mut [u32],
    ) -> Result<()> {
        let groups = levels.upper.searched_for(1);
        let row = |cell: u32, row: &mut Vec<f32>| {
            row.extend(self.centroids().row(cell as usize));
            self.frame.apply_to(row);
        };
        if let [cell] = cells {
            levels.choose(points, groups, memory)?;
            (*cell, _) = levels.nearest(points, memory, false, row)?;
            return Ok(());
        }
        let Batch { mut chosen, mut order } = std::mem::take(&mut memory.batch);
        chosen.clear();
        make_room(&mut order, cells.len())?;
        for (point, number) in points.chunks_exact(self.dimension).zip(0u32..) {
            let nearest = levels.choose(point, groups, memory)?;
            let from = chosen.len();
            chosen.try_reserve(memory.ranges.len())?;
            chosen.extend_from_slice(&memory.ranges);
            order.push((nearest, number, from..chosen.len()));
        }
        order.sort_unstable_by_key(|&(nearest, number, _)| (nearest, number));
        for (_, number, ranges) in &order {
            let point = &points[*number as usize * self.dimension..][..self.dimension];
            make_room(&mut memory.ranges, ranges.len())?;
            memory.ranges.extend_from_slice(&chosen[ranges.clone()]);
            (cells[*number as usize], _) = levels.nearest(point, memory, false, row)?;
        }
        memory.batch = Batch { chosen, order };
        Ok(())
    }

    /// Assigns points in the frame by the matrix product of all cells.
    fn assign_many(
        &self,
        points: &[f32],
        memory: &mut WorkingMemory,
        cells: &mut [u32],
    ) -> Result<()> {
        let never = AtomicBool::new(false);
        let WorkingMemory { scratch, keys, .. } = memory;
        refill(keys, cells.len(), 0.0)?;
        self.kernels.nearest(self.panels()?, points, scratch, cells, keys, &never)?;
        Ok(())
    }

    /// Assigns one point in the frame: the cell that the matrix product gives, found among those that
    /// a preselection leaves, by the very keys that it computes. `None` if too many are left.
    fn assign_one(
        &self,
        vector: &[f32],
        point: &[f32],
        memory: &mut WorkingMemory,
    ) -> Result<Option<u32>> {
        let most = self.nlist / PART + PART;
        let preselected =
            self.sketch_nearest(vector, point, memory)? && memory.near.cells().len() <= most;
        let WorkingMemory { near, rows, bias, keys, .. } = memory;
        if !preselected && !self.kernels.preselect(&self.coarse, point, 1, near)? {
            return Ok(None);
        }
        let cells = match near.cells() {
            &[cell] => return Ok(Some(cell)),
            cells if cells.len() > most => return Ok(None),
            cells => cells,
        };
        make_room(rows, cells.len() * self.dimension)?;
        make_room(bias, cells.len())?;
        refill(keys, cells.len(), 0.0)?;
        for &cell in cells {
            rows.extend(self.centroids().row(cell as usize));
            bias.push(self.coarse.bias()[cell as usize]);
        }
        self.frame.apply(rows);
        self.kernels.keys(point, rows, bias, keys);
        let mut best = (f32::INFINITY, None);
        for (&cell, &key) in cells.iter().zip(&*keys) {
            if key < best.0 {
                best = (key, Some(cell));
            }
        }
        Ok(best.1)
    }

    /// Preselects by the sketch, if there is one and it says anything.
    fn sketch_nearest(
        &self,
        vector: &[f32],
        point: &[f32],
        memory: &mut WorkingMemory,
    ) -> Result<bool> {
        let Some(sketch) = &self.sketch else { return Ok(false) };
        if !self.frame.is_moderate() || !is_moderate(vector) || !is_moderate(point) {
            return Ok(false);
        }
        let WorkingMemory { near, compared, .. } = memory;
        let cells = (&self.frame, self.centroids());
        sketch.nearest(self.kernels, cells, (vector, point), near, compared)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::random::Random;
    use ivory_kernels::Kernels;

    /// A cell must not depend on which of the two ways found it.
    #[test]
    fn one_by_one_gives_what_the_matrix_product_gives() {
        let mut random = Random::new(1);
        let mut number = || random.unit() as f32 * 2.0 - 1.0;
        for metric in [Metric::L2, Metric::Cosine, Metric::InnerProduct] {
            for (dimension, nlist) in [(1, 40), (7, 300), (64, 500), (100, 257), (48, 600)] {
                // The last ones differ in few directions.
                let fading = if dimension == 48 { 0.85f32 } else { 1.0 };
                let scale = if metric.is_spherical() { 1.0 } else { 1e12 };
                let mut row = |least: f32| -> Vec<f32> {
                    let size = |k| (fading.powi(k) + least) * scale;
                    (0..).map(|k| number() * size(k)).take(dimension).collect()
                };
                // Every centroid twice: ties.
                let half: Vec<f32> = (0..nlist / 2).flat_map(|_| row(0.0)).collect();
                let centroids = half.repeat(2);
                let points: Vec<f32> = (0..60).flat_map(|_| row(0.02)).collect();
                for kernels in Kernels::available() {
                    let model =
                        Model::of_centroids(metric, dimension, &centroids, None, None, kernels)
                            .unwrap();
                    assert_eq!(model.sketch.is_some(), dimension == 48);
                    let mut memory = WorkingMemory::default();
                    let mut framed = points.clone();
                    model.frame.apply(&mut framed);
                    let mut cells = [u32::MAX; 60];
                    model.assign_many(&framed, &mut memory, &mut cells).unwrap();
                    let rows = points.chunks(dimension).zip(framed.chunks(dimension));
                    for ((vector, point), cell) in rows.zip(cells) {
                        let one = model.assign_one(vector, point, &mut memory).unwrap();
                        assert!(one.is_none_or(|one| one == cell), "{metric:?} {kernels:?}");
                        assert!(one.is_some() || dimension == 1, "{metric:?} {kernels:?}");
                    }
                    let mut assigned = [u32::MAX; 60];
                    model.assign(&points, &mut memory, &mut assigned).unwrap();
                    assert_eq!(assigned, cells, "{metric:?} {kernels:?}");
                }
            }
        }
    }
}
