//! The table of natives: the Rust side of `org.ivory.nativelib.Natives`.
//!
//! A row's Rust name is the Java name in snake case. The exported symbol carries the argument types,
//! so a Java declaration with other types does not link. Each row runs behind the guard; there is no
//! other way to export a function here.

use crate::failure::Failure;
use crate::guard::{Entry, Guard, install_panic_hook, tell};
use crate::{loader, mapped, models, rows, scans, trainers};
use ivory_kernels::Kernels;
use jni::objects::{JClass, JString};
use jni::sys::{JNI_VERSION_1_8, JavaVM, jint};
use jni::{Env, NativeMethod, native_method};
use std::ffi::c_void;
use std::sync::Once;

/// Version of this table; Java refuses a library with another one.
const ABI_VERSION: jint = 4;

/// One row: the Java name, its arguments, its result, and the function that does it.
macro_rules! natives {
    ($(
        fn $name:ident($($argument:ident: $type:tt),*) -> $result:tt = $function:path;
    )*) => {
        $(const _: NativeMethod = {
            struct Row;
            impl Entry for Row {
                const NAME: &'static str = stringify!($name);
            }
            type Policy = Guard<Row>;
            native_method! {
                java_type = "org.ivory.nativelib.Natives",
                static extern fn $name($($argument: $type),*) -> $result,
                fn = $function,
                error_policy = Policy,
            }
        };)*
    };
}

natives! {
    fn abi_version() -> jint = abi_version;
    fn simd_level() -> JString = simd_level;
    fn self_test(kind: jint) -> void = self_test;
    fn score(metric: jint, query: [jfloat], rows: JByteBuffer, count: jint, out: [jfloat]) -> void
        = rows::score;
    fn score_rows(metric: jint, query: [jfloat], rows: JByteBuffer, index: [jint], count: jint, out: [jfloat]) -> void
        = rows::score_rows;
    fn score_mapped(metric: jint, query: [jfloat], address: jlong, length: jlong, stride: jint, rows: [jint], count: jint, out: [jfloat]) -> void
        = mapped::score_mapped;
    fn score_mapped_range(metric: jint, query: [jfloat], address: jlong, length: jlong, stride: jint, from: jint, count: jint, out: [jfloat]) -> void
        = mapped::score_mapped_range;
    fn loader_open(length: jlong) -> jlong = loader::open;
    fn loader_append(loader: jlong, chunk: [jbyte], length: jint) -> void = loader::append;
    fn loader_finish(loader: jlong) -> jlong = loader::finish;
    fn loader_close(loader: jlong) -> void = loader::close;
    fn model_describe(model: jlong, out: [jlong]) -> void = models::describe;
    fn model_assign(model: jlong, vectors: [jfloat], count: jint, cells: [jint]) -> void
        = models::assign;
    fn model_probe(model: jlong, query: [jfloat], nprobe: jint, cells: [jint], raw: [jfloat]) -> jint
        = models::probe;
    fn model_encode(model: jlong, vectors: [jfloat], count: jint, cells: [jint], codes: [jbyte]) -> void
        = models::encode;
    fn model_measure(model: jlong, address: jlong, length: jlong, vectors: jlong, vectors_length: jlong, stride: jint, documents: jlong, document_words: jlong, from: jint, to: jint, errors: [jfloat]) -> void
        = models::measure;
    fn model_read(model: jlong, offset: jlong, out: [jbyte], length: jint) -> void = models::read;
    fn model_close(model: jlong) -> void = models::close;
    fn trainer_open(metric: jint, dimension: jint, nlist: jint, seed: jlong, max_iterations: jint, max_sample: jint, threads: jint, encoder: jint, parameter: jint) -> jlong
        = trainers::open;
    fn trainer_add(trainer: jlong, vectors: [jfloat], count: jint) -> void = trainers::add;
    fn trainer_run(trainer: jlong) -> jlong = trainers::run;
    fn trainer_progress(trainer: jlong, out: [jdouble]) -> void = trainers::progress;
    fn trainer_cancel(trainer: jlong) -> void = trainers::cancel;
    fn trainer_close(trainer: jlong) -> void = trainers::close;
    fn scan_open(model: jlong, query: [jfloat], candidates: jint) -> jlong = scans::open;
    fn scan_probe(scan: jlong, nprobe: jint) -> jint = scans::probe;
    fn scan_cells(scan: jlong, from: jint, count: jint, cells: [jint]) -> void = scans::cells;
    fn scan_region(scan: jlong, segment: jint, address: jlong, length: jlong, from: jint, to: jint, live: jlong, live_words: jlong) -> jlong
        = scans::region;
    fn scan_worth(scan: jlong, to: jint) -> jint = scans::worth;
    fn scan_rows(scan: jlong, segment: jint, rank: jint, rows: [jbyte], docs: [jint], count: jint) -> void
        = scans::rows;
    fn scan_within(scan: jlong, address: jlong, length: jlong, from: jint, to: jint, errors: [jfloat], bar: jfloat, documents: [jlong]) -> jlong
        = scans::within;
    fn scan_take(scan: jlong, segments: [jint], docs: [jint], estimates: [jfloat]) -> jint
        = scans::take;
    fn scan_close(scan: jlong) -> void = scans::close;
}

fn abi_version<'local>(_: &mut Env<'local>, _: JClass<'local>) -> Result<jint, Failure> {
    Ok(ABI_VERSION)
}

fn simd_level<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
) -> Result<JString<'local>, Failure> {
    static TOLD: Once = Once::new();
    let selection = Kernels::selection();
    if !selection.obeyed {
        // Java logs the level; that it is not the one asked for, and why, is told once here.
        TOLD.call_once(|| tell(&selection.reason));
    }
    Ok(env.new_string(Kernels::active().level().name())?)
}

/// Proves the guard from Java: 0 returns, 1 fails with an error, 2 panics.
fn self_test<'local>(_: &mut Env<'local>, _: JClass<'local>, kind: jint) -> Result<(), Failure> {
    match kind {
        0 => Ok(()),
        1 => Err(Failure::argument("asked to fail")),
        2 => panic!("asked to panic"),
        _ => Err(Failure::argument(format!("[kind] must be 0, 1 or 2, got [{kind}]"))),
    }
}

/// Called by the JVM when it has loaded the library.
///
/// # Safety
/// Only for the JVM; the arguments are not used.
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the JVM looks for this name")]
pub unsafe extern "system" fn JNI_OnLoad(_: *mut JavaVM, _: *mut c_void) -> jint {
    // A panic here could only be an abort; there is nothing to tell it to.
    let _ = std::panic::catch_unwind(install_panic_hook);
    JNI_VERSION_1_8
}
