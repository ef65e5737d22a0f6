//! Training runs.

use crate::arrays::{check_length, copy, unsigned};
use crate::failure::Failure;
use crate::handles;
use crate::rows::metric;
use ivory_core::{Encoder, Progress, Trainer, TrainingParameters};
use jni::Env;
use jni::objects::{JClass, JDoubleArray, JFloatArray};
use jni::sys::{jdouble, jint, jlong};

/// `long trainerOpen(int metric, int dimension, int nlist, long seed, int maxIterations,
/// int maxSample, int threads, int encoder, int parameter)`
#[allow(clippy::too_many_arguments, reason = "the contract has nine arguments")]
pub(crate) fn open<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    metric_code: jint,
    dimension: jint,
    nlist: jint,
    seed: jlong,
    max_iterations: jint,
    max_sample: jint,
    threads: jint,
    encoder: jint,
    parameter: jint,
) -> Result<jlong, Failure> {
    let metric = metric(metric_code)?;
    let dimension = unsigned("dimension", dimension)?;
    let encoder = match encoder {
        -1 if parameter == 0 => Encoder::default_for(metric, dimension),
        _ => u32::try_from(encoder)
            .ok()
            .zip(u32::try_from(parameter).ok())
            .and_then(|(code, parameter)| Encoder::of(code, parameter))
            .ok_or_else(|| {
                Failure::argument(format!(
                    "there is no [encoder] [{encoder}] with [parameter] [{parameter}]"
                ))
            })?,
    };
    handles::open(Trainer::new(TrainingParameters {
        metric,
        dimension,
        nlist: unsigned("nlist", nlist)?,
        seed: seed as u64,
        max_iterations: unsigned("maxIterations", max_iterations)?,
        max_sample: unsigned("maxSample", max_sample)?,
        threads: unsigned("threads", threads)?,
        encoder,
    })?)
}

/// `void trainerAdd(long trainer, float[] vectors, int count)`
pub(crate) fn add<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    trainer: jlong,
    vectors: JFloatArray<'local>,
    count: jint,
) -> Result<(), Failure> {
    let trainer = handles::get::<Trainer>(trainer)?;
    let count = unsigned("count", count)?;
    let components = count.checked_mul(trainer.parameters().dimension);
    let components = components.ok_or_else(|| Failure::argument("[count] is too large"))?;
    check_length(env, "vectors", &vectors, components)?;
    Ok(trainer.add(&copy(env, &vectors, components)?)?)
}

/// `long trainerRun(long trainer)`
pub(crate) fn run<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    trainer: jlong,
) -> Result<jlong, Failure> {
    handles::open(handles::get::<Trainer>(trainer)?.run()?)
}

/// `void trainerProgress(long trainer, double[] out)`
pub(crate) fn progress<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    trainer: jlong,
    out: JDoubleArray<'local>,
) -> Result<(), Failure> {
    let numbers = components(&handles::get::<Trainer>(trainer)?.progress());
    check_length(env, "out", &out, numbers.len())?;
    Ok(out.set_region(env, 0, &numbers)?)
}

/// The components of `TrainingProgress`, in order.
fn components(progress: &Progress) -> [jdouble; 11] {
    [
        f64::from(progress.phase as u8),
        progress.vectors_offered as f64,
        progress.vectors_used as f64,
        progress.iteration as f64,
        progress.max_iterations as f64,
        progress.inertia,
        progress.repaired_cells as f64,
        progress.smallest_cell as f64,
        progress.median_cell as f64,
        progress.largest_cell as f64,
        progress.imbalance,
    ]
}

/// `void trainerCancel(long trainer)`
pub(crate) fn cancel<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    trainer: jlong,
) -> Result<(), Failure> {
    handles::get::<Trainer>(trainer)?.cancel();
    Ok(())
}

/// `void trainerClose(long trainer)`
pub(crate) fn close<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    trainer: jlong,
) -> Result<(), Failure> {
    handles::close::<Trainer>(trainer)?.close();
    Ok(())
}
