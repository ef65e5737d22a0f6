//! What is timed.

use std::error::Error;
use std::thread;
use std::time::Instant;

use ivory_core::{Encoder, Metric, Model, Trainer, TrainingParameters, WorkingMemory};
use ivory_files::Vectors;

/// Vectors of one call, as a segment's writer hands them over.
const BATCH: usize = 4096;

/// What to train.
#[derive(Debug)]
pub struct Order {
    /// How vectors are compared.
    pub metric: Metric,
    /// Number of cells.
    pub cells: usize,
    /// Most iterations.
    pub iterations: usize,
    /// Threads.
    pub threads: usize,
    /// Seed.
    pub seed: u64,
}

/// A training run that has ended.
#[derive(Debug)]
pub struct Done {
    /// The result.
    pub model: Model,
    /// From the first vector offered to the model.
    pub seconds: f64,
    /// Iterations on the whole sample.
    pub iterations: usize,
}

/// Trains on all vectors; taking them over is a part of the time.
///
/// # Errors
/// What the core gives.
pub fn train(learn: &Vectors, order: &Order) -> Result<Done, Box<dyn Error>> {
    let begin = Instant::now();
    let trainer = Trainer::new(TrainingParameters {
        metric: order.metric,
        dimension: learn.dimension,
        nlist: order.cells,
        seed: order.seed,
        max_iterations: order.iterations,
        max_sample: learn.count(),
        threads: order.threads,
        encoder: Encoder::None,
    })?;
    trainer.add(&learn.numbers)?;
    let model = trainer.run()?;
    let seconds = begin.elapsed().as_secs_f64();
    Ok(Done { model, seconds, iterations: trainer.progress().iteration })
}

/// Seconds and each vector's cell.
///
/// # Errors
/// What the core gives.
pub fn assign(
    model: &Model,
    base: &Vectors,
    threads: usize,
) -> Result<(f64, Vec<u32>), Box<dyn Error>> {
    let mut cells = vec![0u32; base.count()];
    let seconds = shared(base, 1, threads, &mut cells, |vectors, cells, memory| {
        for (vectors, cells) in vectors.chunks(BATCH * base.dimension).zip(cells.chunks_mut(BATCH))
        {
            model.assign(vectors, memory, cells)?;
        }
        Ok(())
    })?;
    Ok((seconds, cells))
}

/// Seconds and each query's nearest cells, one query a call.
///
/// # Errors
/// What the core gives.
pub fn probe(
    model: &Model,
    queries: &Vectors,
    nprobe: usize,
    threads: usize,
) -> Result<(f64, Vec<u32>), Box<dyn Error>> {
    let nprobe = nprobe.min(model.nlist());
    let mut cells = vec![0u32; queries.count() * nprobe];
    let seconds = shared(queries, nprobe, threads, &mut cells, |vectors, cells, memory| {
        for (query, cells) in
            vectors.chunks_exact(queries.dimension).zip(cells.chunks_exact_mut(nprobe))
        {
            model.probe(query, nprobe, memory, cells, None)?;
        }
        Ok(())
    })?;
    Ok((seconds, cells))
}

type Work<'a> =
    dyn Fn(&[f32], &mut [u32], &mut WorkingMemory) -> ivory_core::Result<()> + Sync + 'a;

/// Shares rows out among threads, in equal parts; `width` outputs a row.
fn shared(
    rows: &Vectors,
    width: usize,
    threads: usize,
    outputs: &mut [u32],
    work: impl Fn(&[f32], &mut [u32], &mut WorkingMemory) -> ivory_core::Result<()> + Sync,
) -> Result<f64, Box<dyn Error>> {
    let work: &Work<'_> = &work;
    let part = rows.count().div_ceil(threads.max(1)).max(1);
    let begin = Instant::now();
    thread::scope(|scope| {
        let parts = rows.numbers.chunks(part * rows.dimension);
        let running: Vec<_> = parts
            .zip(outputs.chunks_mut(part * width))
            .map(|(rows, outputs)| {
                scope.spawn(move || work(rows, outputs, &mut WorkingMemory::default()))
            })
            .collect();
        running.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(_) => Err("a thread panicked".to_owned()),
        })
    })?;
    Ok(begin.elapsed().as_secs_f64())
}
