//! A run from the sample to the model.

use super::clustering::{Assignment, Context, FAR, Members, Points, TO_THE_MEAN, assign, update};
use super::progress::{Phase, Progress};
use super::repair::repair;
use super::{TrainingParameters, lock, normalise, seeding};
use crate::error::{Error, Result};
use crate::metric::Metric;
use crate::model::{Frame, Model, squared_norm};
use crate::quantize;
use crate::random::Random;
use ivory_kernels::Kernels;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// When an iteration lowers the inertia by less than this part, the next one is the last.
const LEAST_GAIN: f64 = 3e-3;

/// When less than this part of the points have changed their cells, the next iteration is the last.
const LEAST_CHANGED: f64 = 1e-2;

/// Most vectors that an encoder learns from.
const MOST_FOR_ENCODER: usize = 32_768;

/// Most numbers of those.
const MOST_NUMBERS_FOR_ENCODER: usize = 1 << 25;

/// Clusters the sample (row after row; unit vectors for cosine).
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
    let lengths =
        if metric == Metric::InnerProduct { unit(dimension, &mut sample)? } else { Vec::new() };
    let context = Context::new(parameters, kernels, cancelled, &mut sample)?;
    let points = Points::new(&context, &sample)?;
    // Another stream than the sample's, which was seeded with the same number.
    let mut random = Random::new(parameters.seed ^ 0x6b2d_6d65_616e_7321);
    let (mut centroids, repaired) = seeding::seed(&context, &points, nlist, &mut random)?;

    let mut assignment = Assignment::new(points.count())?;
    assign(&context, &points, &centroids, &mut assignment)?;
    let mut members = Members::of(&assignment.cells, nlist)?;
    let mut inertia = assignment.inertia();
    {
        let mut report = lock(progress);
        report.phase = Phase::Iterating;
        report.repaired_cells = repaired;
    }
    let mut last = false;
    for iteration in 1..=parameters.max_iterations {
        last |= iteration == parameters.max_iterations;
        let reach = if last { TO_THE_MEAN } else { FAR };
        update(&context, &points, &members, reach, &mut centroids)?;
        let repaired =
            repair(&context, &points, &assignment, &members, &mut centroids, &mut random);
        let changed = assign(&context, &points, &centroids, &mut assignment)?;
        members = Members::of(&assignment.cells, nlist)?;
        let before = std::mem::replace(&mut inertia, assignment.inertia());
        let mut report = lock(progress);
        report.iteration = iteration;
        report.inertia = inertia * context.frame.squared_unit();
        report.repaired_cells += repaired;
        report.set_cell_sizes(members.sizes().collect());
        if last {
            break;
        }
        let settled = before - inertia <= LEAST_GAIN * before
            || (changed as f64) < LEAST_CHANGED * points.count() as f64;
        last = settled && repaired == 0;
    }
    context.frame.undo(&mut centroids);
    let coder = {
        let lesson = lesson(&sample, &lengths, &assignment.cells, dimension, &context.frame)?;
        let form = (metric, dimension, parameters.encoder);
        let (vectors, cells) = &lesson;
        quantize::train(form, &centroids, (vectors, cells), parameters.seed, cancelled)?
    };
    let model = Model::of_centroids(metric, dimension, &centroids, coder.as_ref(), kernels)?;
    lock(progress).phase = Phase::Done;
    Ok(model)
}

/// Brings vectors to unit length and says how long they were.
fn unit(dimension: usize, sample: &mut [f32]) -> Result<Vec<f32>> {
    let mut lengths = Vec::new();
    lengths.try_reserve_exact(sample.len() / dimension)?;
    for row in sample.chunks_exact_mut(dimension) {
        lengths.push(squared_norm(row).sqrt().min(f64::from(f32::MAX)) as f32);
        normalise(row);
    }
    Ok(lengths)
}

/// Vectors of the sample as they were offered, at even distances, and their cells: what the encoder
/// learns from.
fn lesson(
    sample: &[f32],
    lengths: &[f32],
    cells: &[u32],
    dimension: usize,
    frame: &Frame,
) -> Result<(Vec<f32>, Vec<u32>)> {
    let count = MOST_FOR_ENCODER.min(MOST_NUMBERS_FOR_ENCODER / dimension).min(cells.len());
    let (mut vectors, mut theirs) = (Vec::new(), Vec::new());
    vectors.try_reserve_exact(count * dimension)?;
    theirs.try_reserve_exact(count)?;
    for i in 0..count {
        let row = (i as u64 * cells.len() as u64 / count as u64) as usize;
        vectors.extend_from_slice(&sample[row * dimension..][..dimension]);
        theirs.push(cells[row]);
        if let Some(&length) = lengths.get(row) {
            vectors[i * dimension..].iter_mut().for_each(|x| *x *= length);
        }
    }
    if !frame.is_spherical() {
        frame.undo(&mut vectors);
    }
    Ok((vectors, theirs))
}
