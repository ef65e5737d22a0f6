//! Receiving a model file piece by piece.

use crate::arrays::{check_length, place, unsigned};
use crate::failure::Failure;
use crate::handles;
use ivory_core::{FormatError, Model, file_length_range};
use jni::Env;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use std::sync::{Mutex, PoisonError};

/// A model file of which a part has arrived.
#[derive(Debug)]
pub(crate) struct Loader {
    announced: usize,
    received: Mutex<Vec<u8>>,
}

/// `long loaderOpen(long length)`
pub(crate) fn open<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    length: jlong,
) -> Result<jlong, Failure> {
    let possible = file_length_range();
    let announced = u64::try_from(length).ok().filter(|length| possible.contains(length));
    let announced = announced.ok_or_else(|| {
        Failure::argument(format!(
            "[length] must be from {} to {}, got [{length}]",
            possible.start(),
            possible.end()
        ))
    })?;
    let announced =
        usize::try_from(announced).map_err(|error| Failure::argument(error.to_string()))?;
    let mut received = Vec::new();
    received.try_reserve_exact(announced)?;
    handles::open(Loader { announced, received: Mutex::new(received) })
}

/// `void loaderAppend(long loader, byte[] chunk, int length)`
pub(crate) fn append<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    loader: jlong,
    chunk: JByteArray<'local>,
    length: jint,
) -> Result<(), Failure> {
    let loader = handles::get::<Loader>(loader)?;
    let length = unsigned("length", length)?;
    check_length(env, "chunk", &chunk, length)?;
    let mut received = loader.received.lock().unwrap_or_else(PoisonError::into_inner);
    let before = received.len();
    if length > loader.announced - before {
        return Err(Failure::argument(format!(
            "[length] is [{length}], but only [{}] of [{}] bytes are missing",
            loader.announced - before,
            loader.announced
        )));
    }
    received.resize(before + length, 0);
    let place_of_chunk = &mut received[before..];
    // SAFETY: i8 and u8 have the same layout, and every bit pattern is valid for both.
    let place_of_chunk =
        unsafe { std::slice::from_raw_parts_mut(place_of_chunk.as_mut_ptr().cast::<i8>(), length) };
    let copied = chunk.get_region(env, place(0), place_of_chunk);
    if copied.is_err() {
        received.truncate(before);
    }
    Ok(copied?)
}

/// `long loaderFinish(long loader)`
pub(crate) fn finish<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    loader: jlong,
) -> Result<jlong, Failure> {
    let loader = handles::close::<Loader>(loader)?;
    let bytes =
        std::mem::take(&mut *loader.received.lock().unwrap_or_else(PoisonError::into_inner));
    if bytes.len() < loader.announced {
        let (received, announced) = (bytes.len() as u64, loader.announced as u64);
        return Err(ivory_core::Error::from(FormatError::Incomplete { received, announced }).into());
    }
    handles::open(Model::from_file(bytes)?)
}

/// `void loaderClose(long loader)`
pub(crate) fn close<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    loader: jlong,
) -> Result<(), Failure> {
    handles::close::<Loader>(loader).map(drop)
}
