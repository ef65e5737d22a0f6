//! A run from the sample to the model.

use super::clustering::{Assignment, Context, Members, Points, assign, update};
use super::progress::{Phase, Progress};
use super::repair::repair;
use super::{TrainingParameters, lock, seeding};
use crate::error::{Error, Result};
use crate::model::{Frame, Model};
use crate::random::Random;
use ivory_kernels::Kernels;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// The run ends when an iteration lowers the inertia by less than this part.
const LEAST_GAIN: f64 = 1e-4;

/// Clusters the sample (row after row; unit vectors for spherical metrics).
pub(super) fn train(
    parameters: &TrainingParameters,
    sample: Vec<f32>,
    kernels: &'static Kernels,
    cancelled: &AtomicBool,
    progress: &Mutex<Progress>,
) -> Result<Model> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(parameters.threads)
        .thread_name(|i| format!("ivory-train-{i}"))
        .build()
        .map_err(|error| Error::Memory(format!("training threads: {error}")))?;
    pool.install(|| run(parameters, sample, kernels, cancelled, progress))
}

fn run(
    parameters: &TrainingParameters,
    mut sample: Vec<f32>,
    kernels: &'static Kernels,
    cancelled: &AtomicBool,
    progress: &Mutex<Progress>,
) -> Result<Model> {
    lock(progress).phase = Phase::Seeding;
    let TrainingParameters { metric, dimension, nlist, .. } = *parameters;
    let frame = Frame::of(metric, dimension, &sample);
    frame.apply(&mut sample);
    let context = Context { dimension, frame: &frame, kernels, cancelled };
    context.check()?;
    let points = Points::new(&context, &sample)?;
    // Another stream than the sample's, which was seeded with the same number.
    let mut random = Random::new(parameters.seed ^ 0x6b2d_6d65_616e_7321);
    let mut centroids = seeding::seed(&context, &points, nlist, &mut random)?;

    let mut assignment = Assignment::new(points.count())?;
    assign(&context, &points, &centroids, &mut assignment)?;
    let mut members = Members::of(&assignment.cells, nlist)?;
    let mut inertia = assignment.inertia();
    lock(progress).phase = Phase::Iterating;
    for iteration in 1..=parameters.max_iterations {
        update(&context, &points, &members, &mut centroids)?;
        let repaired =
            repair(&context, &points, &assignment, &members, &mut centroids, &mut random);
        assign(&context, &points, &centroids, &mut assignment)?;
        members = Members::of(&assignment.cells, nlist)?;
        let before = std::mem::replace(&mut inertia, assignment.inertia());
        let mut report = lock(progress);
        report.iteration = iteration;
        report.inertia = inertia * frame.squared_unit();
        report.repaired_cells += repaired;
        report.set_cell_sizes(members.sizes().collect());
        if before - inertia < LEAST_GAIN * before && repaired == 0 {
            break;
        }
    }
    frame.undo(&mut centroids);
    let model = Model::of_centroids(metric, dimension, &centroids, kernels)?;
    lock(progress).phase = Phase::Done;
    Ok(model)
}
