//! The two steps of Lloyd's algorithm: assign every point, move every centroid.
//!
//! Every number is computed in an order that depends on the points alone, never on how they were
//! shared out among threads, so a model is the same with any number of them.

use super::{TrainingParameters, lock, normalise};
use crate::error::{Error, Result, filled};
use crate::model::Frame;
use ivory_kernels::{Grid, GridPoints, GridScratch, Kernels};
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Points that one task works on.
pub(super) const TASK: usize = 1024;

/// What all steps of a run need.
pub(super) struct Context<'a> {
    pub dimension: usize,
    /// The frame that points and centroids are in.
    pub frame: Frame,
    /// The grid that points are rounded to.
    pub grid: Grid,
    pub kernels: &'static Kernels,
    pub cancelled: &'a AtomicBool,
    /// Working memory that no task uses at the moment.
    spare: Mutex<Vec<GridScratch>>,
}

impl<'a> Context<'a> {
    /// Brings the sample into a frame around it, which becomes the context's.
    pub fn new(
        parameters: &TrainingParameters,
        kernels: &'static Kernels,
        cancelled: &'a AtomicBool,
        sample: &mut [f32],
    ) -> Result<Self> {
        let dimension = parameters.dimension;
        let mut frame = Frame::around(parameters.metric, dimension, sample)?;
        let check =
            || if cancelled.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) };
        check()?;
        if !frame.is_spherical() {
            let part = TASK * dimension;
            let largest = sample.par_chunks(part).map(|rows| {
                check()?;
                Ok::<f64, Error>(frame.largest(rows))
            });
            let largest = largest.try_reduce(|| 0.0, |a, b| Ok(a.max(b)))?;
            frame.set_largest(largest);
            sample.par_chunks_mut(part).try_for_each(|rows| {
                frame.apply(rows);
                check()
            })?;
        }
        let grid = Grid::around(sample, dimension)?;
        Ok(Self::of(dimension, frame, grid, kernels, cancelled))
    }

    /// The context of these parts.
    pub fn of(
        dimension: usize,
        frame: Frame,
        grid: Grid,
        kernels: &'static Kernels,
        cancelled: &'a AtomicBool,
    ) -> Self {
        Self { dimension, frame, grid, kernels, cancelled, spare: Mutex::default() }
    }

    /// An error if the run was cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Points to cluster, row after row, with their squared norms and their places on the grid.
pub(super) struct Points<'a> {
    pub numbers: &'a [f32],
    pub squared: Vec<f64>,
    bytes: Vec<u8>,
    spreads: Vec<f32>,
    errors: Vec<f32>,
}

impl<'a> Points<'a> {
    pub fn new(context: &Context<'_>, numbers: &'a [f32]) -> Result<Self> {
        let (dimension, width) = (context.dimension, context.grid.row_bytes());
        let count = numbers.len() / dimension;
        let mut made = Self {
            numbers,
            squared: filled(count, 0f64)?,
            bytes: filled(count * width, 0u8)?,
            spreads: filled(count, 0f32)?,
            errors: filled(count, 0f32)?,
        };
        let outputs = (made.bytes.par_chunks_mut(TASK * width))
            .zip(made.squared.par_chunks_mut(TASK))
            .zip(made.spreads.par_chunks_mut(TASK).zip(made.errors.par_chunks_mut(TASK)));
        numbers.par_chunks(TASK * dimension).zip(outputs).try_for_each(
            |(points, ((bytes, squared), (spreads, errors)))| {
                for (place, point) in squared.iter_mut().zip(points.chunks_exact(dimension)) {
                    *place = context.kernels.product(point, point);
                }
                context.grid.round(points, bytes, spreads, errors);
                context.check()
            },
        )?;
        Ok(made)
    }

    pub fn count(&self) -> usize {
        self.squared.len()
    }

    pub fn point(&self, context: &Context<'_>, point: usize) -> &'a [f32] {
        &self.numbers[point * context.dimension..][..context.dimension]
    }

    /// The distance of a point from a centroid by their key.
    pub fn distance(&self, context: &Context<'_>, point: usize, key: f64) -> f32 {
        let spherical = context.frame.is_spherical();
        let distance = if spherical { 1.0 + key } else { self.squared[point] + 2.0 * key };
        distance.max(0.0) as f32
    }

    /// The points of a task as the kernels take them.
    fn of_task(&self, context: &Context<'_>, task: usize) -> GridPoints<'_> {
        let (from, to) = (task * TASK, (task * TASK + TASK).min(self.count()));
        let width = context.grid.row_bytes();
        GridPoints {
            numbers: &self.numbers[from * context.dimension..to * context.dimension],
            bytes: &self.bytes[from * width..to * width],
            spreads: &self.spreads[from..to],
            errors: &self.errors[from..to],
        }
    }
}

/// Each point's cell, its key, which is what distances are compared by, and its distance from that
/// cell's centroid: squared Euclidean in the frame, or `1 − cosine` for spherical metrics.
pub(super) struct Assignment {
    pub cells: Vec<u32>,
    pub keys: Vec<f64>,
    pub distances: Vec<f32>,
}

impl Assignment {
    /// All points in cell 0, infinitely far.
    pub fn new(count: usize) -> Result<Self> {
        Ok(Self {
            cells: filled(count, 0)?,
            keys: filled(count, f64::INFINITY)?,
            distances: filled(count, f32::INFINITY)?,
        })
    }

    /// The mean distance.
    pub fn inertia(&self) -> f64 {
        let sums: Vec<f64> = self
            .distances
            .par_chunks(TASK)
            .map(|part| part.iter().map(|&d| f64::from(d)).sum::<f64>())
            .collect();
        sums.iter().sum::<f64>() / self.distances.len() as f64
    }
}

/// Assigns every point to the nearest of these centroids; those that have a cell begin there. Returns
/// how many points' cells changed.
pub(super) fn assign(
    context: &Context<'_>,
    points: &Points<'_>,
    centroids: &[f32],
    assignment: &mut Assignment,
) -> Result<usize> {
    step(context, points, centroids, None, assignment)
}

/// Moves those points to cell `first + i` that are nearer to centroid `i` of these than to the one
/// that they are assigned to. Returns how many points' cells changed.
pub(super) fn assign_nearer(
    context: &Context<'_>,
    points: &Points<'_>,
    centroids: &[f32],
    first: u32,
    assignment: &mut Assignment,
) -> Result<usize> {
    step(context, points, centroids, Some(first), assignment)
}

/// Both of them: keys so far count where the first centroid has a number.
fn step(
    context: &Context<'_>,
    points: &Points<'_>,
    centroids: &[f32],
    first: Option<u32>,
    assignment: &mut Assignment,
) -> Result<usize> {
    let spherical = context.frame.is_spherical();
    let cells = context.kernels.grid_cells(&context.grid, centroids, !spherical)?;
    let outputs = (assignment.cells.par_chunks_mut(TASK))
        .zip(assignment.keys.par_chunks_mut(TASK))
        .zip(assignment.distances.par_chunks_mut(TASK));
    outputs
        .enumerate()
        .map(|(task, ((best, keys), distances))| {
            let points_of_task = points.of_task(context, task);
            let mut before = [0; TASK];
            before[..best.len()].copy_from_slice(best);
            let mut scratch = lock(&context.spare).pop().unwrap_or_default();
            if first.is_none() && keys[0] < f64::INFINITY {
                context.kernels.keys_of(&cells, points_of_task.numbers, best, keys);
            }
            context.kernels.nearer(
                &cells,
                &points_of_task,
                first.unwrap_or(0),
                best,
                keys,
                &mut scratch,
                context.cancelled,
            )?;
            lock(&context.spare).push(scratch);
            let mut changed = 0;
            for (i, distance) in distances.iter_mut().enumerate() {
                changed += usize::from(best[i] != before[i]);
                *distance = points.distance(context, task * TASK + i, keys[i]);
            }
            Ok(changed)
        })
        .try_reduce(|| 0, |a, b| Ok(a + b))
}

/// The points of every cell: those of cell `c` are `points[starts[c]..starts[c + 1]]`, ascending.
pub(super) struct Members {
    starts: Vec<usize>,
    points: Vec<u32>,
}

impl Members {
    pub fn of(cells: &[u32], nlist: usize) -> Result<Self> {
        let mut starts = filled(nlist + 1, 0usize)?;
        for &cell in cells {
            starts[cell as usize + 1] += 1;
        }
        for cell in 0..nlist {
            starts[cell + 1] += starts[cell];
        }
        let mut next = filled(nlist, 0usize)?;
        next.copy_from_slice(&starts[..nlist]);
        let mut points = filled(cells.len(), 0u32)?;
        for (point, &cell) in cells.iter().enumerate() {
            points[next[cell as usize]] = point as u32;
            next[cell as usize] += 1;
        }
        Ok(Self { starts, points })
    }

    pub fn of_cell(&self, cell: usize) -> &[u32] {
        &self.points[self.starts[cell]..self.starts[cell + 1]]
    }

    /// All points, cell after cell.
    pub fn in_order(&self) -> &[u32] {
        &self.points
    }

    pub fn sizes(&self) -> impl Iterator<Item = u64> {
        self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as u64)
    }
}

/// How far a centroid moves: just to the mean of its points.
pub(super) const TO_THE_MEAN: f32 = 1.0;

/// How far a centroid moves: past the mean, almost to the other side. Any reach below 2 lowers the
/// cost, since the centroid ends nearer to the mean than it was; going far takes about half as many
/// iterations to the same inertia. The last move must be just to the mean.
pub(super) const FAR: f32 = 1.85;

/// Moves every centroid towards the mean of its cell's points (for spherical metrics: towards its
/// direction), `reach` times the way. The centroid of an empty cell stays, as does that of a cell
/// whose mean is zero and so has no direction.
pub(super) fn update(
    context: &Context<'_>,
    points: &Points<'_>,
    members: &Members,
    reach: f32,
    centroids: &mut [f32],
) -> Result<()> {
    let dimension = context.dimension;
    let sums = || filled(dimension, 0f64);
    centroids.par_chunks_exact_mut(dimension).enumerate().try_for_each_init(
        sums,
        |sums, (cell, centroid)| {
            let sums = sums.as_mut().map_err(|error| error.clone())?;
            let members = members.of_cell(cell);
            if members.is_empty() {
                return Ok(());
            }
            sums.fill(0.0);
            for members in members.chunks(TASK) {
                context.check()?;
                context.kernels.add_at(points.numbers, members, sums);
            }
            let mut norm = members.len() as f64;
            if context.frame.is_spherical() {
                norm = sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt();
                if norm == 0.0 {
                    return Ok(());
                }
            }
            for (x, sum) in centroid.iter_mut().zip(sums) {
                let goal = (*sum / norm) as f32;
                *x += reach * (goal - *x);
            }
            if context.frame.is_spherical() {
                normalise(centroid);
            }
            Ok(())
        },
    )
}
