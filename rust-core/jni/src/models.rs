//! Working with models.

use crate::arrays::{as_signed, check_length, copy_into, length, place, resize, unsigned, zeros};
use crate::failure::Failure;
use crate::handles;
use crate::mapped::rows_of;
use crate::memory::{bytes_at, words_at};
use ivory_core::{Model, Region, WorkingMemory};
use jni::Env;
use jni::objects::{JByteArray, JClass, JFloatArray, JIntArray, JLongArray};
use jni::sys::{jint, jlong};
use std::cell::RefCell;

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
        jlong::from(model.encoder().code()),
        jlong::from(model.encoder().parameter()),
        model.code_bytes() as jlong,
        model.factors() as jlong,
    ];
    check_length(env, "out", &out, description.len())?;
    Ok(out.set_region(env, 0, &description)?)
}

/// What calls about vectors work in, kept by each thread: they are many and short.
#[derive(Default)]
struct Memory {
    vectors: Vec<f32>,
    cells: Vec<u32>,
    raw: Vec<f32>,
    codes: Vec<u8>,
    working: WorkingMemory,
}

/// Most bytes of vectors, cells and codes that a thread keeps, each.
const MOST_KEPT: usize = 1 << 20;

impl Memory {
    /// Runs a call in this thread's memory, and gives back what a large one has left.
    fn with<T>(call: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        thread_local! {
            static KEPT: RefCell<Memory> = RefCell::default();
        }
        KEPT.with_borrow_mut(|memory| {
            let result = call(memory);
            free_if_large(&mut memory.vectors);
            free_if_large(&mut memory.cells);
            free_if_large(&mut memory.raw);
            free_if_large(&mut memory.codes);
            result
        })
    }
}

fn free_if_large<T>(kept: &mut Vec<T>) {
    if kept.capacity() * size_of::<T>() > MOST_KEPT {
        *kept = Vec::new();
    }
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
    let (count, components) = shape(env, &model, &vectors, count, &cells)?;
    Memory::with(|memory| {
        copy_into(env, &vectors, components, &mut memory.vectors)?;
        resize(&mut memory.cells, count)?;
        model.assign(&memory.vectors, &mut memory.working, &mut memory.cells)?;
        Ok(cells.set_region(env, place(0), as_signed(&memory.cells))?)
    })
}

/// `void modelEncode(long model, float[] vectors, int count, int[] cells, byte[] codes)`
pub(crate) fn encode<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    vectors: JFloatArray<'local>,
    count: jint,
    cells: JIntArray<'local>,
    codes: JByteArray<'local>,
) -> Result<(), Failure> {
    let model = handles::get::<Model>(model)?;
    let (count, components) = shape(env, &model, &vectors, count, &cells)?;
    // As many vectors are in an array, and a code has fewer bytes than five times its components
    // and some: the product is a number.
    let bytes = count * model.code_length();
    check_length(env, "codes", &codes, bytes)?;
    Memory::with(|memory| {
        copy_into(env, &vectors, components, &mut memory.vectors)?;
        resize(&mut memory.cells, count)?;
        resize(&mut memory.codes, bytes)?;
        let Memory { vectors, cells: assigned, codes: made, working, .. } = memory;
        model.encode(vectors, working, assigned, made)?;
        cells.set_region(env, place(0), as_signed(assigned))?;
        Ok(codes.set_region(env, place(0), as_signed(made))?)
    })
}

/// Checks the arrays of `count` vectors and their cells; the number of vectors and of components.
fn shape(
    env: &Env<'_>,
    model: &Model,
    vectors: &JFloatArray<'_>,
    count: jint,
    cells: &JIntArray<'_>,
) -> Result<(usize, usize), Failure> {
    let count = unsigned("count", count)?;
    let components = count.checked_mul(model.dimension());
    let components = components.ok_or_else(|| Failure::argument("[count] is too large"))?;
    check_length(env, "vectors", vectors, components)?;
    check_length(env, "cells", cells, count)?;
    Ok((count, components))
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
    let length = length(env, "query", &query)?;
    let count = (nprobe as usize).min(model.nlist());
    check_length(env, "cells", &cells, count)?;
    if !raw.is_null() {
        check_length(env, "raw", &raw, count)?;
    }
    Memory::with(|memory| {
        copy_into(env, &query, length, &mut memory.vectors)?;
        resize(&mut memory.cells, count)?;
        resize(&mut memory.raw, count)?;
        let Memory { vectors, cells: probed, raw: values, working, .. } = memory;
        model.probe(vectors, count, working, probed, Some(values))?;
        cells.set_region(env, place(0), as_signed(probed))?;
        if !raw.is_null() {
            raw.set_region(env, place(0), values)?;
        }
        Ok(count as jint)
    })
}

/// `void modelMeasure(long model, long address, long length, long vectors, long vectorsLength,
/// int stride, long documents, long documentWords, int from, int to, float[] errors)`
#[allow(clippy::too_many_arguments, reason = "the contract has eleven arguments")]
pub(crate) fn measure<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    address: jlong,
    region_length: jlong,
    vectors: jlong,
    vectors_length: jlong,
    stride: jint,
    documents: jlong,
    document_words: jlong,
    from: jint,
    to: jint,
    errors: JFloatArray<'local>,
) -> Result<(), Failure> {
    let model = handles::get::<Model>(model)?;
    let (from, to) = (unsigned("from", from)?, unsigned("to", to)?);
    let count = to.checked_sub(from).ok_or_else(|| {
        Failure::argument(format!("[from] is [{from}], above [to], which is [{to}]"))
    })?;
    check_length(env, "errors", &errors, to)?;
    // SAFETY: the contract (docs/JNI.md) says that the caller keeps `length` bytes at `address`,
    // `vectorsLength` at `vectors` and `documentWords` words at `documents` readable, and unchanged,
    // until this call returns; nothing keeps the slices.
    let (bytes, vectors, documents) = unsafe {
        (
            bytes_at("address", address, "length", region_length)?,
            bytes_at("vectors", vectors, "vectorsLength", vectors_length)?,
            words_at("documents", documents, document_words)?,
        )
    };
    let region = Region::new(bytes).map_err(ivory_core::Error::from)?;
    let rows = rows_of(vectors, model.dimension(), unsigned("stride", stride)?)?;
    let mut found = zeros::<f32>(count)?;
    model.measure(&region, rows, documents, from, to, &mut found)?;
    Ok(errors.set_region(env, place(from), &found)?)
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
    Ok(out.set_region(env, place(0), as_signed(part))?)
}

/// `void modelClose(long model)`
pub(crate) fn close<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
) -> Result<(), Failure> {
    handles::close::<Model>(model).map(drop)
}
