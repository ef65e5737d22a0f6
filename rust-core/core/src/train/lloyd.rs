//! Lloyd's iterations on a blocked matrix product.

use super::progress::{Phase, Progress};
use super::{TrainingParameters, lock, normalise, seeding};
use crate::error::{Error, Result, filled};
use crate::model::{Frame, Model, squared_norm};
use crate::random::Random;
use ivory_kernels::{Kernels, Scratch};
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Points that one task assigns.
const TASK: usize = 1024;

/// Clusters the sample (row after row; unit vectors for spherical metrics).
pub(super) fn train(
    parameters: &TrainingParameters,
    mut sample: Vec<f32>,
    cancelled: &AtomicBool,
    progress: &Mutex<Progress>,
) -> Result<Model> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(parameters.threads)
        .thread_name(|i| format!("ivory-train-{i}"))
        .build()
        .map_err(|error| Error::Memory(format!("training threads: {error}")))?;
    pool.install(|| {
        lock(progress).phase = Phase::Seeding;
        let dimension = parameters.dimension;
        let frame = Frame::of(parameters.metric, dimension, &sample);
        frame.apply(&mut sample);
        let squared: Vec<f32> =
            sample.par_chunks_exact(dimension).map(|p| squared_norm(p) as f32).collect();
        let mut run = Run {
            parameters,
            cancelled,
            kernels: Kernels::active(),
            frame: &frame,
            points: &sample,
            squared: &squared,
            cells: filled(squared.len(), 0)?,
            keys: filled(squared.len(), 0.0)?,
        };
        let mut random = Random::new(parameters.seed ^ 0x5eed);
        let mut centroids = filled(parameters.nlist * dimension, 0f32)?;
        let chosen = seeding::choose(squared.len(), parameters.nlist, &mut random);
        for (place, &point) in centroids.chunks_exact_mut(dimension).zip(&chosen) {
            place.copy_from_slice(&sample[point as usize * dimension..][..dimension]);
        }
        let mut inertia = run.assign(&centroids)?;
        lock(progress).phase = Phase::Iterating;
        for iteration in 1..=parameters.max_iterations {
            let sizes = run.update(&mut centroids)?;
            inertia = run.assign(&centroids)?;
            let mut report = lock(progress);
            report.iteration = iteration;
            report.inertia = inertia;
            report.set_cell_sizes(sizes);
        }
        let _ = inertia;
        frame.undo(&mut centroids);
        let model = Model::of_centroids(parameters.metric, dimension, &centroids)?;
        lock(progress).phase = Phase::Done;
        Ok(model)
    })
}

struct Run<'a> {
    parameters: &'a TrainingParameters,
    cancelled: &'a AtomicBool,
    kernels: &'static Kernels,
    frame: &'a Frame,
    points: &'a [f32],
    squared: &'a [f32],
    cells: Vec<u32>,
    keys: Vec<f32>,
}

impl Run<'_> {
    /// Assigns every point; the mean distance.
    fn assign(&mut self, centroids: &[f32]) -> Result<f64> {
        let dimension = self.parameters.dimension;
        let bias = self.frame.bias(centroids)?;
        let panels = self.kernels.panels(centroids, dimension, &bias)?;
        let (kernels, frame, cancelled) = (self.kernels, self.frame, self.cancelled);
        let sums: Vec<f64> = self
            .points
            .par_chunks(TASK * dimension)
            .zip(self.squared.par_chunks(TASK))
            .zip(self.cells.par_chunks_mut(TASK).zip(self.keys.par_chunks_mut(TASK)))
            .map_init(Scratch::default, |scratch, ((points, squared), (cells, keys))| {
                kernels.nearest(&panels, points, scratch, cells, keys, cancelled)?;
                Ok(squared.iter().zip(keys).map(|(&s, key)| distance(frame, s, *key)).sum())
            })
            .collect::<Result<_>>()?;
        Ok(sums.iter().sum::<f64>() / self.squared.len() as f64)
    }

    /// Moves every centroid to the mean of its points, added up in their order.
    fn update(&mut self, centroids: &mut [f32]) -> Result<Vec<u64>> {
        let dimension = self.parameters.dimension;
        let nlist = self.parameters.nlist;
        let mut starts = filled(nlist + 1, 0usize)?;
        for &cell in &self.cells {
            starts[cell as usize + 1] += 1;
        }
        let sizes = starts[1..].iter().map(|&n| n as u64).collect();
        for cell in 0..nlist {
            starts[cell + 1] += starts[cell];
        }
        let mut next = starts.clone();
        let mut members = filled(self.cells.len(), 0u32)?;
        for (point, &cell) in self.cells.iter().enumerate() {
            members[next[cell as usize]] = point as u32;
            next[cell as usize] += 1;
        }
        centroids.par_chunks_exact_mut(dimension).enumerate().try_for_each(
            |(cell, centroid)| {
                let members = &members[starts[cell]..starts[cell + 1]];
                if members.is_empty() {
                    return Ok(());
                }
                let mut sum = filled(dimension, 0f64)?;
                for (i, &point) in members.iter().enumerate() {
                    if i % 1024 == 0 && self.cancelled.load(Ordering::Relaxed) {
                        return Err(Error::Cancelled);
                    }
                    let point = &self.points[point as usize * dimension..][..dimension];
                    sum.iter_mut().zip(point).for_each(|(sum, &x)| *sum += f64::from(x));
                }
                for (place, sum) in centroid.iter_mut().zip(&sum) {
                    *place = (sum / members.len() as f64) as f32;
                }
                if self.frame.is_spherical() {
                    normalise(centroid);
                }
                Ok(())
            },
        )?;
        Ok(sizes)
    }
}

fn distance(frame: &Frame, squared: f32, key: f32) -> f64 {
    if frame.is_spherical() {
        1.0 + f64::from(key)
    } else {
        (f64::from(squared) + 2.0 * f64::from(key)).max(0.0) * frame.squared_unit()
    }
}
