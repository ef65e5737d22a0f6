//! Training: a bounded sample of the offered vectors is clustered by k-means.

mod balance;
mod clustering;
mod grouping;
mod hierarchy;
mod lloyd;
mod progress;
mod repair;
mod run;
mod seeding;

pub use progress::{Phase, Progress};

use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::metric::Metric;
use crate::model::{MAX_DIMENSION, MAX_NLIST, Model, squared_norm};
use crate::sample::Sample;
use ivory_kernels::Kernels;
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a training run needs to know.
#[derive(Clone, Debug)]
pub struct TrainingParameters {
    /// Cosine and inner product are clustered spherically: by direction only.
    pub metric: Metric,
    /// Components of a vector, 1 to [`MAX_DIMENSION`].
    pub dimension: usize,
    /// Number of cells, 1 to [`MAX_NLIST`].
    pub nlist: usize,
    /// The same seed and the same vectors in the same order give the same model.
    pub seed: u64,
    /// Most Lloyd iterations, at least 1.
    pub max_iterations: usize,
    /// Most vectors kept for the sample, at least `nlist`.
    pub max_sample: usize,
    /// Threads to use, at least 1; the model does not depend on it.
    pub threads: usize,
    /// How the model will encode vectors.
    pub encoder: Encoder,
}

impl TrainingParameters {
    fn check(&self) -> Result<()> {
        let check = |name: &str, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(Error::Argument(format!("[{name}] must be from {least} to {most}, got [{value}]")))
        };
        check("dimension", self.dimension, 1, MAX_DIMENSION)?;
        check("nlist", self.nlist, 1, MAX_NLIST)?;
        check("max_iterations", self.max_iterations, 1, i32::MAX as usize)?;
        check("max_sample", self.max_sample, self.nlist, i32::MAX as usize)?;
        check("threads", self.threads, 1, 1024)?;
        if Encoder::ALL.contains(&self.encoder) {
            return Ok(());
        }
        Err(Error::Argument(format!("[encoder] there is no [{}]", self.encoder)))
    }
}

/// One training run. [`Trainer::progress`] and [`Trainer::cancel`] may be called from any thread at
/// any time.
#[derive(Debug)]
pub struct Trainer {
    parameters: TrainingParameters,
    kernels: &'static Kernels,
    state: Mutex<State>,
    ended: Condvar,
    cancelled: AtomicBool,
    /// Centroids to start from.
    start: Mutex<Option<Vec<f32>>>,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
enum State {
    Collecting(Sample),
    Running,
    Ended,
}

impl Trainer {
    /// Starts to collect a sample.
    ///
    /// # Errors
    /// [`Error::Argument`] if a parameter is out of its range.
    pub fn new(parameters: TrainingParameters) -> Result<Self> {
        Self::for_kernels(parameters, Kernels::active())
    }

    /// As [`Trainer::new`], with the kernels of a certain level.
    ///
    /// # Errors
    /// See [`Trainer::new`].
    pub fn for_kernels(parameters: TrainingParameters, kernels: &'static Kernels) -> Result<Self> {
        parameters.check()?;
        let sample = Sample::new(parameters.dimension, parameters.max_sample, parameters.seed);
        let progress =
            Progress { max_iterations: parameters.max_iterations, ..Progress::default() };
        Ok(Self {
            parameters,
            kernels,
            state: Mutex::new(State::Collecting(sample)),
            ended: Condvar::new(),
            cancelled: AtomicBool::new(false),
            start: Mutex::new(None),
            progress: Mutex::new(progress),
        })
    }

    /// As [`Trainer::new`], for a run that starts from an older model's centroids instead of choosing
    /// some among the vectors. A few iterations suffice then, and where the vectors are still like
    /// those that the older model was trained on, most cells stay where they are; their numbers may
    /// change.
    ///
    /// # Errors
    /// As [`Trainer::new`], and [`Error::Argument`] if metric, dimension or number of cells are not
    /// the older model's.
    pub fn refining(parameters: TrainingParameters, older: &Model) -> Result<Self> {
        let of = |name: &str, theirs: &dyn Debug, ours: &dyn Debug| {
            Error::Argument(format!("[{name}] of the older model is [{theirs:?}], not [{ours:?}]"))
        };
        let TrainingParameters { metric, dimension, nlist, .. } = parameters;
        if older.metric() != metric {
            return Err(of("metric", &older.metric(), &metric));
        }
        if older.dimension() != dimension {
            return Err(of("dimension", &older.dimension(), &dimension));
        }
        if older.nlist() != nlist {
            return Err(of("nlist", &older.nlist(), &nlist));
        }
        let trainer = Self::for_kernels(parameters, older.kernels())?;
        *lock(&trainer.start) = Some(older.collect_centroids()?);
        Ok(trainer)
    }

    /// What the run was asked for.
    pub fn parameters(&self) -> &TrainingParameters {
        &self.parameters
    }

    /// Offers vectors (row after row) for the sample.
    ///
    /// # Errors
    /// [`Error::Argument`] if the length is no multiple of the dimension, a component is not finite,
    /// or for cosine a vector is zero; none of the vectors is taken then. [`Error::State`] if the run
    /// has started, [`Error::Memory`] if the sample's memory cannot be had.
    pub fn add(&self, vectors: &[f32]) -> Result<()> {
        let dimension = self.parameters.dimension;
        if !vectors.len().is_multiple_of(dimension) {
            return Err(Error::Argument(format!(
                "[vectors] has [{}] components, no multiple of dimension [{dimension}]",
                vectors.len()
            )));
        }
        crate::model::check_finite("vectors", vectors, dimension)?;
        if self.parameters.metric == Metric::Cosine
            && let Some(zero) =
                vectors.chunks_exact(dimension).position(|v| v.iter().all(|&x| x == 0.0))
        {
            return Err(Error::Argument(format!(
                "[vectors] vector [{zero}] is zero, which has no direction"
            )));
        }
        let mut state = lock(&self.state);
        let State::Collecting(sample) = &mut *state else {
            return Err(Error::State("the training run has started already".into()));
        };
        let cosine = self.parameters.metric == Metric::Cosine;
        for vector in vectors.chunks_exact(dimension) {
            sample.offer(|place| {
                place.copy_from_slice(vector);
                if cosine {
                    normalise(place);
                }
            })?;
        }
        let mut progress = lock(&self.progress);
        progress.vectors_offered = sample.offered();
        progress.vectors_used = sample.kept() as u64;
        Ok(())
    }

    /// Clusters the sample.
    ///
    /// # Errors
    /// [`Error::Argument`] if fewer vectors were offered than there are cells; [`Error::Cancelled`];
    /// [`Error::State`] if the run has started already; [`Error::Memory`].
    pub fn run(&self) -> Result<Model> {
        let sample = {
            let mut state = lock(&self.state);
            match &*state {
                State::Collecting(sample) if sample.offered() < self.parameters.nlist as u64 => {
                    return Err(Error::Argument(format!(
                        "[nlist] is [{}], but only [{}] vectors were offered",
                        self.parameters.nlist,
                        sample.offered()
                    )));
                }
                State::Collecting(_) => {}
                State::Running => return Err(Error::State("the training run is going on".into())),
                State::Ended => return Err(Error::State("the training run has ended".into())),
            }
            match std::mem::replace(&mut *state, State::Running) {
                State::Collecting(sample) => sample,
                State::Running | State::Ended => unreachable!("checked above"),
            }
        };
        let _end = EndOfRun(self);
        let numbers = sample.into_numbers();
        let start = lock(&self.start).take();
        run::train(&self.parameters, numbers, start, self.kernels, &self.cancelled, &self.progress)
    }

    /// What the run has done so far, or its final report.
    pub fn progress(&self) -> Progress {
        lock(&self.progress).clone()
    }

    /// Asks a run to stop soon; one that has not started yet will stop at once.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Cancels, waits until no run is going on, and frees the sample.
    pub fn close(&self) {
        self.cancel();
        let mut state = lock(&self.state);
        while matches!(*state, State::Running) {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        *state = State::Ended;
    }
}

/// Notes a run's end, however it ends.
struct EndOfRun<'a>(&'a Trainer);

impl Drop for EndOfRun<'_> {
    fn drop(&mut self) {
        *lock(&self.0.state) = State::Ended;
        self.0.ended.notify_all();
    }
}

/// Locks; a panic of another holder leaves nothing half done here that could not be used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Scales a vector to unit length; a zero vector stays zero.
fn normalise(vector: &mut [f32]) {
    let norm = squared_norm(vector).sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / norm) as f32);
    }
}
