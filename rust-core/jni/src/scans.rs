//! Scans over codes.
//!
//! A scan is for one thread at a time. Two that use it at once are a mistake, which is told to the
//! second one; so is the use of a scan that a panic left half done.

use crate::arrays::{
    as_signed, as_unsigned, check_length, copy_into, place, resize, unsigned, zeros,
};
use crate::failure::Failure;
use crate::handles;
use crate::memory::{bytes_at, words_at};
use ivory_core::{Candidate, Model, Region};
use jni::Env;
use jni::objects::{JByteArray, JClass, JFloatArray, JIntArray, JLongArray};
use jni::sys::{jfloat, jint, jlong};
use std::sync::{Mutex, MutexGuard, TryLockError};

/// A scan with the memory that its calls work in.
#[derive(Debug)]
pub(crate) struct Scan(Mutex<State>);

#[derive(Debug)]
struct State {
    scan: ivory_core::Scan,
    code_length: usize,
    codes: Vec<i8>,
    numbers: Vec<jint>,
    found: Vec<Candidate>,
    estimates: Vec<f32>,
}

impl Scan {
    fn state(&self) -> Result<MutexGuard<'_, State>, Failure> {
        self.0.try_lock().map_err(|error| {
            Failure::Handle(match error {
                TryLockError::WouldBlock => "the scan is in use by another thread".into(),
                TryLockError::Poisoned(_) => "the scan has failed before".into(),
            })
        })
    }
}

/// `long scanOpen(long model, float[] query, int candidates)`
pub(crate) fn open<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    model: jlong,
    query: JFloatArray<'local>,
    candidates: jint,
) -> Result<jlong, Failure> {
    let model = handles::get::<Model>(model)?;
    let candidates = unsigned("candidates", candidates)?;
    let length = crate::arrays::length(env, "query", &query)?;
    let mut components = Vec::new();
    copy_into(env, &query, length, &mut components)?;
    let code_length = model.code_length();
    let scan = ivory_core::Scan::new(model, &components, candidates)?;
    handles::open(Scan(Mutex::new(State {
        scan,
        code_length,
        codes: Vec::new(),
        numbers: Vec::new(),
        found: Vec::new(),
        // Of no use yet but for its memory.
        estimates: components,
    })))
}

/// `int scanProbe(long scan, int nprobe)`
pub(crate) fn probe<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    nprobe: jint,
) -> Result<jint, Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let cells = scan.state()?.scan.probe(unsigned("nprobe", nprobe)?)?.len();
    Ok(cells as jint)
}

/// `void scanCells(long scan, int from, int count, int[] cells)`
pub(crate) fn cells<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    from: jint,
    count: jint,
    cells: JIntArray<'local>,
) -> Result<(), Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let (start, count) = (unsigned("from", from)?, unsigned("count", count)?);
    check_length(env, "cells", &cells, count)?;
    let state = scan.state()?;
    let chosen = state.scan.cells();
    // Both are below 2³¹, so that their sum is a number.
    let part = chosen.get(start..start + count).ok_or_else(|| {
        Failure::argument(format!(
            "[from] [{start}] and [count] [{count}] are beyond the [{}] cells chosen",
            chosen.len()
        ))
    })?;
    Ok(cells.set_region(env, place(0), as_signed(part))?)
}

/// `long scanRegion(long scan, int segment, long address, long length, int from, int to, long live,
/// long liveWords)`
#[allow(clippy::too_many_arguments, reason = "the contract has eight arguments")]
pub(crate) fn region<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    segment: jint,
    address: jlong,
    length: jlong,
    from: jint,
    to: jint,
    live: jlong,
    live_words: jlong,
) -> Result<jlong, Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let segment = unsigned("segment", segment)? as u32;
    let (from, to) = (unsigned("from", from)?, unsigned("to", to)?);
    // SAFETY: the contract (docs/JNI.md) says that the caller keeps `length` bytes at `address` and
    // `liveWords` words at `live` readable, and unchanged, until this call returns; the slices do not
    // outlive it, since the scan keeps neither of them.
    let (bytes, live) = unsafe {
        (bytes_at("address", address, "length", length)?, words_at("live", live, live_words)?)
    };
    let region = Region::new(bytes).map_err(ivory_core::Error::from)?;
    let seen = scan.state()?.scan.region(segment, &region, from, to, live)?;
    Ok(seen as jlong)
}

/// `int scanWorth(long scan, int to)`
pub(crate) fn worth<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    to: jint,
) -> Result<jint, Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let worth = scan.state()?.scan.worth(unsigned("to", to)?)?;
    Ok(worth as jint)
}

/// `void scanRows(long scan, int segment, int rank, byte[] rows, int[] docs, int count)`
#[allow(clippy::too_many_arguments, reason = "the contract has six arguments")]
pub(crate) fn rows<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    segment: jint,
    rank: jint,
    rows: JByteArray<'local>,
    docs: JIntArray<'local>,
    count: jint,
) -> Result<(), Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let segment = unsigned("segment", segment)? as u32;
    let rank = unsigned("rank", rank)?;
    let count = unsigned("count", count)?;
    let mut state = scan.state()?;
    let State { scan, code_length, codes, numbers, .. } = &mut *state;
    // The code of a vector has at most a few 10,000 bytes: the product is a number.
    check_length(env, "rows", &rows, count * *code_length)?;
    check_length(env, "docs", &docs, count)?;
    copy_into(env, &rows, count * *code_length, codes)?;
    copy_into(env, &docs, count, numbers)?;
    if let Some(at) = numbers.iter().position(|&doc| doc < 0) {
        let doc = numbers[at];
        return Err(Failure::argument(format!("[docs] element [{at}] is [{doc}]")));
    }
    Ok(scan.rows(segment, rank, as_unsigned(codes), as_unsigned(numbers))?)
}

/// `long scanWithin(long scan, long address, long length, int from, int to, float[] errors, float bar,
/// long[] documents)`
#[allow(clippy::too_many_arguments, reason = "the contract has eight arguments")]
pub(crate) fn within<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    address: jlong,
    length: jlong,
    from: jint,
    to: jint,
    errors: JFloatArray<'local>,
    bar: jfloat,
    documents: JLongArray<'local>,
) -> Result<jlong, Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let (from, to) = (unsigned("from", from)?, unsigned("to", to)?);
    let count = to.checked_sub(from).ok_or_else(|| {
        Failure::argument(format!("[from] is [{from}], above [to], which is [{to}]"))
    })?;
    check_length(env, "errors", &errors, to)?;
    let words = crate::arrays::length(env, "documents", &documents)?;
    let mut marks = zeros::<u64>(words)?;
    let mut state = scan.state()?;
    let State { scan, estimates, .. } = &mut *state;
    resize(estimates, count)?;
    errors.get_region(env, place(from), estimates)?;
    // SAFETY: the contract (docs/JNI.md) says that the caller keeps `length` bytes at `address`
    // readable, and unchanged, until this call returns; the scan does not keep the slice.
    let bytes = unsafe { bytes_at("address", address, "length", length)? };
    let region = Region::new(bytes).map_err(ivory_core::Error::from)?;
    let Some(marked) = scan.within(&region, from, to, estimates, bar, &mut marks)? else {
        return Ok(-1);
    };
    documents.set_region(env, place(0), as_signed(&marks))?;
    Ok(marked as jlong)
}

/// `int scanTake(long scan, int[] segments, int[] docs, float[] estimates)`
pub(crate) fn take<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
    segments: JIntArray<'local>,
    docs: JIntArray<'local>,
    estimates: JFloatArray<'local>,
) -> Result<jint, Failure> {
    let scan = handles::get::<Scan>(scan)?;
    let mut state = scan.state()?;
    let State { scan, numbers, found, estimates: values, .. } = &mut *state;
    // Before anything is taken: what was taken once is gone.
    let most = scan.candidates();
    check_length(env, "segments", &segments, most)?;
    check_length(env, "docs", &docs, most)?;
    check_length(env, "estimates", &estimates, most)?;
    numbers.clear();
    numbers.try_reserve(most)?;
    values.clear();
    values.try_reserve(most)?;
    scan.take(found)?;
    numbers.extend(found.iter().map(|candidate| candidate.segment as jint));
    segments.set_region(env, place(0), numbers)?;
    numbers.clear();
    numbers.extend(found.iter().map(|candidate| candidate.doc as jint));
    docs.set_region(env, place(0), numbers)?;
    values.extend(found.iter().map(|candidate| candidate.estimate));
    estimates.set_region(env, place(0), values)?;
    Ok(found.len() as jint)
}

/// `void scanClose(long scan)`
pub(crate) fn close<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    scan: jlong,
) -> Result<(), Failure> {
    handles::close::<Scan>(scan).map(drop)
}
