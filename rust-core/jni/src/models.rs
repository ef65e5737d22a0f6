//! Working with models.

use crate::arrays::{check_length, copy, copy_all, place, to_java, unsigned, zeros};
use crate::failure::Failure;
use crate::handles;
use ivory_core::{Model, WorkingMemory};
use jni::Env;
use jni::objects::{JByteArray, JClass, JFloatArray, JIntArray, JLongArray};
use jni::sys::{jint, jlong};

/// `void modelDescribe(long model, long[] out)`
pub(crate) fn describe<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    out: JLongArray<'local>,
) -> Result<(), Failure> {
    let model = handles::get::<Model>(model)?;
    let description = [
        model.fingerprint() as jlong,
        jlong::from(model.metric().code()),
        model.dimension() as jlong,
        model.nlist() as jlong,
        model.size_in_bytes() as jlong,
        model.file().len() as jlong,
        0,
        0,
        0,
        0,
    ];
    check_length(env, "out", &out, description.len())?;
    Ok(out.set_region(env, 0, &description)?)
}

/// `void modelAssign(long model, float[] vectors, int count, int[] cells)`
pub(crate) fn assign<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    vectors: JFloatArray<'local>,
    count: jint,
    cells: JIntArray<'local>,
) -> Result<(), Failure> {
    let model = handles::get::<Model>(model)?;
    let count = unsigned("count", count)?;
    let components = count.checked_mul(model.dimension());
    let components = components.ok_or_else(|| Failure::argument("[count] is too large"))?;
    check_length(env, "vectors", &vectors, components)?;
    check_length(env, "cells", &cells, count)?;
    let vectors = copy(env, &vectors, components)?;
    let mut assigned = zeros(count)?;
    model.assign(&vectors, &mut WorkingMemory::default(), &mut assigned)?;
    Ok(cells.set_region(env, 0, &to_java(&assigned)?)?)
}

/// `void modelEncode(long model, float[] vectors, int count, int[] cells, byte[] codes)`
pub(crate) fn encode<'local>(
    env: &mut Env<'local>,
    class: JClass<'local>,
    model: jlong,
    vectors: JFloatArray<'local>,
    count: jint,
    cells: JIntArray<'local>,
    codes: JByteArray<'local>,
) -> Result<(), Failure> {
    check_length(env, "codes", &codes, 0)?;
    assign(env, class, model, vectors, count, cells)
}

/// `int modelProbe(long model, float[] query, int nprobe, int[] cells, float[] raw)`
pub(crate) fn probe<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    query: JFloatArray<'local>,
    nprobe: jint,
    cells: JIntArray<'local>,
    raw: JFloatArray<'local>,
) -> Result<jint, Failure> {
    let model = handles::get::<Model>(model)?;
    if nprobe < 1 {
        return Err(Failure::argument(format!("[nprobe] must be at least 1, got [{nprobe}]")));
    }
    let query = copy_all(env, "query", &query)?;
    let count = (nprobe as usize).min(model.nlist());
    check_length(env, "cells", &cells, count)?;
    if !raw.is_null() {
        check_length(env, "raw", &raw, count)?;
    }
    let mut probed = zeros(count)?;
    let mut values = zeros(count)?;
    model.probe(&query, count, &mut WorkingMemory::default(), &mut probed, Some(&mut values))?;
    cells.set_region(env, 0, &to_java(&probed)?)?;
    if !raw.is_null() {
        raw.set_region(env, 0, &values)?;
    }
    Ok(count as jint)
}

/// `void modelRead(long model, long offset, byte[] out, int length)`
pub(crate) fn read<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    offset: jlong,
    out: JByteArray<'local>,
    length: jint,
) -> Result<(), Failure> {
    let model = handles::get::<Model>(model)?;
    let count = unsigned("length", length)?;
    check_length(env, "out", &out, count)?;
    let file = model.file();
    let part =
        usize::try_from(offset).ok().and_then(|from| file.get(from..from.checked_add(count)?));
    let part = part.ok_or_else(|| {
        Failure::argument(format!(
            "[offset] [{offset}] and [length] [{count}] are beyond the file's [{}] bytes",
            file.len()
        ))
    })?;
    // SAFETY: i8 and u8 have the same layout, and every bit pattern is valid for both.
    let part = unsafe { std::slice::from_raw_parts(part.as_ptr().cast::<i8>(), part.len()) };
    Ok(out.set_region(env, place(0), part)?)
}

/// `void modelClose(long model)`
pub(crate) fn close<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
) -> Result<(), Failure> {
    handles::close::<Model>(model).map(drop)
}
