//! `ivory train`: with the defaults and the limits of a training in a node.

use crate::arguments::Train;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::output::OutputFile;
use crate::report::Report;
use crate::{interrupt, models, progress};
use indicatif::ProgressBar;
use ivory_core::{Encoder, MAX_NLIST, Metric, Model, Phase, Progress, Trainer, TrainingParameters};
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

/// Fewer vectors than this a cell make poor centroids.
const LEAST_PER_CELL: u64 = 39;

/// Sampled vectors a cell, unless the user says otherwise.
const SAMPLE_PER_CELL: u64 = 256;

/// How often a run is looked at.
const LOOK: Duration = Duration::from_millis(50);

pub fn run(arguments: &Train) -> Result<Report, Failure> {
    let begin = Instant::now();
    let older = arguments.from.as_deref().map(models::read).transpose()?;
    let metric = match &older {
        Some(older) => older.metric(),
        None => arguments.space_type.unwrap_or(Metric::L2),
    };
    let mut inputs = Inputs::open(&arguments.input.files, &arguments.input.column, metric)?;
    if let Some(older) = &older {
        inputs.check_dimension(older)?;
    }
    let shape = (metric, inputs.dimension(), inputs.rows());
    let parameters = parameters(arguments, older.as_ref(), shape)?;
    let mut output = OutputFile::create(&arguments.output)?;
    let trainer = match &older {
        Some(older) => Trainer::refining(parameters, older)?,
        None => Trainer::new(parameters)?,
    };
    drop(older);
    collect(&mut inputs, &trainer)?;
    let model = cluster(&trainer)?;
    output.write(model.file())?;
    interrupt::check()?;
    output.finish()?;
    Ok(report(arguments, &trainer, &model, begin.elapsed()))
}

/// About `4·√n` cells for n vectors, but with enough vectors a cell where possible.
fn default_nlist(vectors: u64, sampled: u64) -> u64 {
    let cells = (4.0 * (vectors as f64).sqrt()).round() as u64;
    cells.min(sampled / LEAST_PER_CELL).clamp(1, MAX_NLIST as u64)
}

fn parameters(
    arguments: &Train,
    older: Option<&Model>,
    (metric, dimension, vectors): (Metric, usize, u64),
) -> Result<TrainingParameters, Failure> {
    let sample = arguments.sample.map(u64::from);
    let nlist = match older {
        Some(older) => older.nlist() as u64,
        None => arguments
            .nlist
            .unwrap_or_else(|| default_nlist(vectors, sample.map_or(vectors, |s| s.min(vectors)))),
    };
    let encoder = arguments.encoder.or_else(|| older.map(Model::encoder));
    if vectors < nlist {
        let cause = format!("there are only {vectors} vectors, fewer than the {nlist} cells");
        return Err(Failure::Error(cause));
    }
    let max_sample = sample.unwrap_or(SAMPLE_PER_CELL * nlist);
    if max_sample < nlist {
        let cause = format!("--sample {max_sample} must not be less than the {nlist} cells");
        return Err(Failure::Usage(cause));
    }
    Ok(TrainingParameters {
        metric,
        dimension,
        nlist: nlist as usize,
        seed: arguments.seed as u64,
        max_iterations: arguments.iterations as usize,
        max_sample: max_sample as usize,
        threads: arguments.threads.count(),
        encoder: encoder.unwrap_or_else(|| Encoder::default_for(metric, dimension)),
    })
}

/// Offers all vectors.
fn collect(inputs: &mut Inputs<'_>, trainer: &Trainer) -> Result<(), Failure> {
    let bar = progress::bar("reading", inputs.rows());
    let mut block = Vec::new();
    loop {
        let count = inputs.next(&mut block)?;
        if count == 0 {
            bar.finish_and_clear();
            return Ok(());
        }
        trainer.add(&block)?;
        bar.inc(count as u64);
    }
}

/// Runs the training on a thread of its own, so that a signal can stop it.
fn cluster(trainer: &Trainer) -> Result<Model, Failure> {
    let spinner = progress::spinner("seeding");
    let bar = progress::bar("iterating", 0);
    let result = thread::scope(|scope| {
        let run = scope.spawn(|| trainer.run());
        while !run.is_finished() {
            if interrupt::is_set() {
                trainer.cancel();
            }
            show(&trainer.progress(), &spinner, &bar);
            thread::sleep(LOOK);
        }
        run.join()
    });
    spinner.finish_and_clear();
    bar.finish_and_clear();
    match result {
        Ok(model) => Ok(model?),
        Err(_) => Err(Failure::Error("the training ended by a fault of its own".to_owned())),
    }
}

fn show(progress: &Progress, spinner: &ProgressBar, bar: &ProgressBar) {
    if progress.phase == Phase::Iterating {
        spinner.finish_and_clear();
        bar.set_length(progress.max_iterations as u64);
        bar.set_position(progress.iteration as u64);
    }
}

fn report(arguments: &Train, trainer: &Trainer, model: &Model, time: Duration) -> Report {
    let (parameters, progress) = (trainer.parameters(), trainer.progress());
    let mut json = models::describe(model);
    let mut put = |name: &str, value| json.insert(name.to_owned(), value);
    put("output", json!(arguments.output.display().to_string()));
    put("max_training_vector_count", json!(parameters.max_sample));
    put("seed", json!(arguments.seed));
    if let Some(path) = &arguments.from {
        put("from", json!(path.display().to_string()));
    }
    put("vectors_offered", json!(progress.vectors_offered));
    put("vectors_used", json!(progress.vectors_used));
    put("iterations", json!(progress.iteration));
    put("inertia", json!(progress.inertia));
    put(
        "cell_sizes",
        json!({
            "smallest": progress.smallest_cell,
            "median": progress.median_cell,
            "largest": progress.largest_cell,
            "imbalance": progress.imbalance,
        }),
    );
    put("repaired_cells", json!(progress.repaired_cells));
    put("seconds", json!(time.as_secs_f64()));
    Report::of(json)
}

#[cfg(test)]
mod tests {
    use super::default_nlist;

    /// The figures of a node's planner.
    #[test]
    fn cells_by_default() {
        for (vectors, sampled, cells) in [
            (1, 1, 1),
            (38, 38, 1),
            (1_000, 1_000, 25),
            (100_000, 100_000, 1265),
            (100_000, 5_000, 128),
            (1_000_000_000_000, 1_000_000_000_000, 65_536),
        ] {
            assert_eq!(default_nlist(vectors, sampled), cells, "{vectors} {sampled}");
        }
    }
}
