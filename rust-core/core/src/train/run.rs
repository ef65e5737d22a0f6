//! A run from the sample to the model.

use super::clustering::{Context, Points};
use super::lloyd::{self, Clustered};
use super::progress::{Phase, Progress};
use super::{TrainingParameters, hierarchy, lock, normalise};
use crate::error::{Error, Result};
use crate::metric::Metric;
use crate::model::{Frame, Model, squared_norm};
use crate::quantize;
use crate::random::Random;
use ivory_kernels::Kernels;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Most vectors that an encoder learns from.
const MOST_FOR_ENCODER: usize = 32_768;

/// Most numbers of those.
const MOST_NUMBERS_FOR_ENCODER: usize = 1 << 25;

/// Clusters the sample (row after row; unit vectors for cosine), from the centroids `start` if there
/// are such.
pub(super) fn train(
    parameters: &TrainingParameters,
    sample: Vec<f32>,
    start: Option<Vec<f32>>,
    kernels: &'static Kernels,
    cancelled: &AtomicBool,
    progress: &Mutex<Progress>,
) -> Result<Model> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(parameters.threads)
        .thread_name(|i| format!("ivory-train-{i}"))
        .build()
        .map_err(|error| Error::Memory(format!("training threads: {error}")))?;
    pool.install(|| run(parameters, sample, start, kernels, cancelled, progress))
}

fn run(
    parameters: &TrainingParameters,
    mut sample: Vec<f32>,
    start: Option<Vec<f32>>,
    kernels: &'static Kernels,
    cancelled: &AtomicBool,
    progress: &Mutex<Progress>,
) -> Result<Model> {
    lock(progress).phase = Phase::Seeding;
    let two_levels = parameters.nlist > hierarchy::MOST_FLAT;
    let TrainingParameters { metric, dimension, .. } = *parameters;
    let aside = match two_levels {
        true => hierarchy::set_aside(&mut sample, dimension, parameters.nlist),
        false => 0,
    };
    let lengths =
        if metric == Metric::InnerProduct { unit(dimension, &mut sample)? } else { Vec::new() };
    let context = Context::new(parameters, kernels, cancelled, &mut sample)?;
    let (trained, aside) = sample.split_at(sample.len() - aside * dimension);
    let points = Points::new(&context, trained)?;
    // Another stream than the sample's, which was seeded with the same number.
    let mut random = Random::new(parameters.seed ^ 0x6b2d_6d65_616e_7321);
    let start = start.map(|mut centroids| {
        context.frame.apply(&mut centroids);
        centroids
    });
    let Clustered { mut centroids, cells, mut groups } = if two_levels {
        let aside = Points::new(&context, aside)?;
        let points = (&points, &aside);
        hierarchy::cluster(parameters, &context, points, start, &mut random, progress)?
    } else {
        lloyd::cluster(parameters, &context, &points, start, &mut random, progress)?
    };
    context.frame.undo(&mut centroids);
    if let Some(groups) = &mut groups {
        context.frame.undo(&mut groups.centroids);
    }
    let coder = {
        let lesson = lesson(trained, &lengths, &cells, dimension, &context.frame)?;
        let form = (metric, dimension, parameters.encoder);
        let (vectors, cells) = &lesson;
        quantize::train(form, &centroids, (vectors, cells), parameters.seed, cancelled)?
    };
    let model = Model::of_centroids(
        metric,
        dimension,
        &centroids,
        groups.as_ref(),
        coder.as_ref(),
        kernels,
    )?;
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
