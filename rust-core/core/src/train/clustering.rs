//! The two steps of Lloyd's algorithm: assign every point, move every centroid.
//!
//! Every number is computed in an order that depends on the points alone, never on how they were
//! shared out among threads, so a model is the same with any number of them.

use super::{TrainingParameters, normalise};
use crate::error::{Error, Result, filled};
use crate::model::{Frame, squared_norm};
use ivory_kernels::{Kernels, Rows, Scratch};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// Points that one task works on.
pub(super) const TASK: usize = 1024;

/// What all steps of a run need.
pub(super) struct Context<'a> {
    pub dimension: usize,
    /// The frame that points and centroids are in.
    pub frame: Frame,
    pub kernels: &'static Kernels,
    pub cancelled: &'a AtomicBool,
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
        let frame = Frame::around(parameters.metric, dimension, sample)?;
        let mut context = Self { dimension, frame, kernels, cancelled };
        context.check()?;
        if context.frame.is_spherical() {
            return Ok(context);
        }
        let part = TASK * dimension;
        let largest = sample.par_chunks(part).map(|rows| {
            context.check()?;
            Ok::<f64, Error>(context.frame.largest(rows))
        });
        let largest = largest.try_reduce(|| 0.0, |a, b| Ok(a.max(b)))?;
        context.frame.set_largest(largest);
        sample.par_chunks_mut(part).try_for_each(|rows| {
            context.frame.apply(rows);
            context.check()
        })?;
        Ok(context)
    }

    /// Vectors as the kernels take them.
    pub fn rows<'v>(&self, vectors: &'v [f32]) -> Rows<'v> {
        match Rows::of_f32(vectors, self.dimension) {
            Ok(rows) => rows,
            Err(error) => unreachable!("vectors are cut by the dimension: {error}"),
        }
    }

    /// An error if the run was cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Points to cluster, row after row, with their squared norms.
pub(super) struct Points<'a> {
    pub numbers: &'a [f32],
    squared: Vec<f32>,
}

impl<'a> Points<'a> {
    pub fn new(context: &Context<'_>, numbers: &'a [f32]) -> Result<Self> {
        let mut squared = filled(numbers.len() / context.dimension, 0f32)?;
        let dimension = context.dimension;
        squared.par_chunks_mut(TASK).zip(numbers.par_chunks(TASK * dimension)).try_for_each(
            |(squared, points)| {
                for (place, point) in squared.iter_mut().zip(points.chunks_exact(dimension)) {
                    *place = squared_norm(point) as f32;
                }
                context.check()
            },
        )?;
        Ok(Self { numbers, squared })
    }

    pub fn count(&self) -> usize {
        self.squared.len()
    }

    pub fn point(&self, context: &Context<'_>, point: usize) -> &'a [f32] {
        &self.numbers[point * context.dimension..][..context.dimension]
    }
}

/// Each point's cell and its distance from that cell's centroid: squared Euclidean in the frame, or
/// `1 − cosine` for spherical metrics.
pub(super) struct Assignment {
    pub cells: Vec<u32>,
    pub distances: Vec<f32>,
}

impl Assignment {
    /// All points in cell 0, infinitely far.
    pub fn new(count: usize) -> Result<Self> {
        Ok(Self { cells: filled(count, 0)?, distances: filled(count, f32::INFINITY)? })
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

/// Assigns every point to the nearest of these centroids. Returns how many points' cells changed.
pub(super) fn assign(
    context: &Context<'_>,
    points: &Points<'_>,
    centroids: &[f32],
    assignment: &mut Assignment,
) -> Result<usize> {
    assignment.distances.par_iter_mut().for_each(|d| *d = f32::INFINITY);
    assign_nearer(context, points, centroids, 0, assignment)
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
    let dimension = context.dimension;
    let bias = context.frame.bias(centroids)?;
    let panels = context.kernels.panels(centroids, dimension, &bias)?;
    let spherical = context.frame.is_spherical();
    let outputs =
        assignment.cells.par_chunks_mut(TASK).zip(assignment.distances.par_chunks_mut(TASK));
    points
        .numbers
        .par_chunks(TASK * dimension)
        .zip(points.squared.par_chunks(TASK))
        .zip(outputs)
        .map_init(Memory::default, |memory, ((points, squared), (cells, distances))| {
            let Memory { scratch, cells: found, keys } = memory;
            let (found, keys) = (&mut found[..cells.len()], &mut keys[..cells.len()]);
            context.kernels.nearest(&panels, points, scratch, found, keys, context.cancelled)?;
            let mut changed = 0;
            for (i, (&cell, &key)) in found.iter().zip(&*keys).enumerate() {
                let distance =
                    if spherical { 1.0 + key } else { 2.0f32.mul_add(key, squared[i]) }.max(0.0);
                if distance < distances[i] {
                    changed += usize::from(cells[i] != first + cell);
                    (cells[i], distances[i]) = (first + cell, distance);
                }
            }
            Ok(changed)
        })
        .try_reduce(|| 0, |a, b| Ok(a + b))
}

/// What a task works in.
struct Memory {
    scratch: Scratch,
    cells: Box<[u32; TASK]>,
    keys: Box<[f32; TASK]>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            scratch: Scratch::default(),
            cells: Box::new([0; TASK]),
            keys: Box::new([0.0; TASK]),
        }
    }
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
                for &point in members {
                    let point = points.point(context, point as usize);
                    sums.iter_mut().zip(point).for_each(|(sum, &x)| *sum += f64::from(x));
                }
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
