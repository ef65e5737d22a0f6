//! Training runs.

use crate::model::CModel;
use crate::pointers::{input, object, place, put, take};
use crate::status::{Failure, Status, guard};
use crate::vectors::metric_of;
use ivory_core::{Encoder, Phase, Progress, Trainer, TrainingParameters};

/// Leave the choice of the encoder to the library: by metric and dimension.
pub const IVORY_ENCODER_DEFAULT: u32 = u32::MAX;
/// No codes.
pub const IVORY_ENCODER_NONE: u32 = 0;
/// Product codes: 4 bits for every 2 or 4 (the parameter) components.
pub const IVORY_ENCODER_PQ: u32 = 1;
/// Scalar codes: 4 or 8 (the parameter) bits for every component.
pub const IVORY_ENCODER_SQ: u32 = 2;
/// RaBitQ codes: 1, 2 or 4 (the parameter) bits for every component.
pub const IVORY_ENCODER_RABITQ: u32 = 3;

/// What a training run is asked for. Set it by ivory_training_defaults, then change what should be
/// otherwise.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CTraining {
    /// Bytes of this struct, as the program was compiled.
    pub size: usize,
    /// IVORY_METRIC_...
    pub metric: u32,
    /// IVORY_ENCODER_...; default IVORY_ENCODER_DEFAULT.
    pub encoder: u32,
    /// Components of a sub-vector, or bits; 0 for the default encoder and none.
    pub encoder_parameter: u32,
    /// Most Lloyd iterations, at least 1; default 25.
    pub max_iterations: u32,
    /// Components of a vector, 1 to 16,000.
    pub dimension: usize,
    /// Number of cells, 1 to 65,536.
    pub nlist: usize,
    /// Most vectors kept for the sample, at least nlist; default 256 for every cell.
    pub max_sample: usize,
    /// Threads to use; the model does not depend on it. Default 1.
    pub threads: usize,
    /// The same seed and the same vectors in the same order give the same model. Default 42.
    pub seed: u64,
}

/// A training run at one moment.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CProgress {
    /// 0 collecting, 1 seeding, 2 iterating, 3 done.
    pub phase: u32,
    /// Lloyd iterations done.
    pub iteration: u32,
    /// Vectors offered so far.
    pub vectors_offered: u64,
    /// Vectors in the sample.
    pub vectors_used: u64,
    /// Mean over the sample of the squared distance to the nearest centroid (for cosine and inner
    /// product: of 1 - cosine), after the last iteration.
    pub inertia: f64,
    /// Vectors in the smallest cell.
    pub smallest_cell: u64,
    /// Vectors in the largest cell.
    pub largest_cell: u64,
}

/// A training run: collects a sample, then clusters it.
#[derive(Debug)]
pub struct CTrainer {
    trainer: Trainer,
}

/// Fills in parameters for a metric, a dimension and a number of cells; they are checked by
/// ivory_trainer_new.
///
/// # Safety
/// `parameters` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_training_defaults(
    parameters: *mut CTraining,
    metric: u32,
    dimension: usize,
    nlist: usize,
) -> Status {
    let defaults = CTraining {
        size: size_of::<CTraining>(),
        metric,
        encoder: IVORY_ENCODER_DEFAULT,
        encoder_parameter: 0,
        max_iterations: 25,
        dimension,
        nlist,
        max_sample: nlist.saturating_mul(256),
        threads: 1,
        seed: 42,
    };
    // SAFETY: the caller's promise.
    guard("ivory_training_defaults", || unsafe { put("parameters", parameters, defaults) })
}

/// Makes a trainer, which ivory_trainer_free frees.
///
/// # Safety
/// `parameters` may be read, `trainer` written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_trainer_new(
    parameters: *const CTraining,
    trainer: *mut *mut CTrainer,
) -> Status {
    guard("ivory_trainer_new", || {
        // SAFETY: the caller's promise.
        let (place, parameters) =
            unsafe { (place("trainer", trainer)?, object("parameters", parameters)?) };
        if parameters.size != size_of::<CTraining>() {
            return Err(Failure::argument(format!(
                "[size] is [{}], this library's parameters have [{}] bytes",
                parameters.size,
                size_of::<CTraining>()
            )));
        }
        let metric = metric_of(parameters.metric)?;
        let (encoder, parameter) = (parameters.encoder, parameters.encoder_parameter);
        let encoder = match encoder {
            IVORY_ENCODER_DEFAULT if parameter == 0 => {
                Encoder::default_for(metric, parameters.dimension)
            }
            _ => Encoder::of(encoder, parameter).ok_or_else(|| {
                Failure::argument(format!(
                    "there is no [encoder] [{encoder}] with [encoder_parameter] [{parameter}]"
                ))
            })?,
        };
        place(CTrainer {
            trainer: Trainer::new(TrainingParameters {
                metric,
                dimension: parameters.dimension,
                nlist: parameters.nlist,
                seed: parameters.seed,
                max_iterations: parameters.max_iterations as usize,
                max_sample: parameters.max_sample,
                threads: parameters.threads,
                encoder,
            })?,
        });
        Ok(())
    })
}

/// Offers vectors, row after row, for the sample: `components` numbers, a multiple of the dimension.
/// They are copied. If one is not finite (for cosine: or zero) none of them is taken.
///
/// # Safety
/// `trainer` is live; `vectors` names `components` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_trainer_add(
    trainer: *const CTrainer,
    vectors: *const f32,
    components: usize,
) -> Status {
    guard("ivory_trainer_add", || {
        // SAFETY: the caller's promise.
        let (trainer, vectors) =
            unsafe { (object("trainer", trainer)?, input("vectors", vectors, components)?) };
        Ok(trainer.trainer.add(vectors)?)
    })
}

/// Clusters the sample. Takes as long as that takes; a trainer runs once. The model is freed by
/// ivory_model_free, and does not need the trainer.
///
/// # Safety
/// `trainer` is live; `model` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_trainer_run(
    trainer: *const CTrainer,
    model: *mut *mut CModel,
) -> Status {
    guard("ivory_trainer_run", || {
        // SAFETY: the caller's promise.
        let (place, trainer) = unsafe { (place("model", model)?, object("trainer", trainer)?) };
        place(CModel::new(trainer.trainer.run()?));
        Ok(())
    })
}

/// Tells how far a run is. From any thread, at any time.
///
/// # Safety
/// `trainer` is live; `progress` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_trainer_progress(
    trainer: *const CTrainer,
    progress: *mut CProgress,
) -> Status {
    guard("ivory_trainer_progress", || {
        // SAFETY: the caller's promise.
        let now = unsafe { object("trainer", trainer)? }.trainer.progress();
        // SAFETY: the caller's promise.
        unsafe { put("progress", progress, told(&now)) }
    })
}

fn told(progress: &Progress) -> CProgress {
    CProgress {
        phase: match progress.phase {
            Phase::Collecting => 0,
            Phase::Seeding => 1,
            Phase::Iterating => 2,
            Phase::Done => 3,
        },
        iteration: progress.iteration as u32,
        vectors_offered: progress.vectors_offered,
        vectors_used: progress.vectors_used,
        inertia: progress.inertia,
        smallest_cell: progress.smallest_cell,
        largest_cell: progress.largest_cell,
    }
}

/// Asks a run to stop soon: ivory_trainer_run then ends with IVORY_STATUS_CANCELLED. One that has
/// not started will stop at once. From any thread, at any time.
///
/// # Safety
/// `trainer` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_trainer_cancel(trainer: *const CTrainer) -> Status {
    guard("ivory_trainer_cancel", || {
        // SAFETY: the caller's promise.
        unsafe { object("trainer", trainer)? }.trainer.cancel();
        Ok(())
    })
}

/// Frees a trainer and its sample. Null is nothing to free.
///
/// # Safety
/// `trainer` is null or live, and no other call uses it, now or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_trainer_free(trainer: *mut CTrainer) -> Status {
    guard("ivory_trainer_free", || {
        // SAFETY: the caller's promise.
        drop(unsafe { take(trainer) });
        Ok(())
    })
}
