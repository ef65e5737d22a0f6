//! Scans over codes.

use crate::failure::Failure;
use jni::Env;
use jni::objects::{JByteArray, JClass, JFloatArray, JIntArray};
use jni::sys::{jint, jlong};

fn unsupported<T>() -> Result<T, Failure> {
    Err(Failure::Handle("this library does not scan codes".into()))
}

/// `long scanOpen(long model, float[] query, int candidates)`
pub(crate) fn open<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
    _: JFloatArray<'local>,
    _: jint,
) -> Result<jlong, Failure> {
    unsupported()
}

/// `int scanProbe(long scan, int nprobe)`
pub(crate) fn probe<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
    _: jint,
) -> Result<jint, Failure> {
    unsupported()
}

/// `void scanCells(long scan, int from, int count, int[] cells)`
pub(crate) fn cells<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
    _: jint,
    _: jint,
    _: JIntArray<'local>,
) -> Result<(), Failure> {
    unsupported()
}

/// `long scanRegion(long scan, int segment, long address, long length, int from, int to, long live,
/// long liveWords)`
#[allow(clippy::too_many_arguments, reason = "the contract has eight arguments")]
pub(crate) fn region<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
    _: jint,
    _: jlong,
    _: jlong,
    _: jint,
    _: jint,
    _: jlong,
    _: jlong,
) -> Result<jlong, Failure> {
    unsupported()
}

/// `void scanRows(long scan, int segment, int rank, byte[] rows, int[] docs, int count)`
#[allow(clippy::too_many_arguments, reason = "the contract has six arguments")]
pub(crate) fn rows<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
    _: jint,
    _: jint,
    _: JByteArray<'local>,
    _: JIntArray<'local>,
    _: jint,
) -> Result<(), Failure> {
    unsupported()
}

/// `int scanTake(long scan, int[] segments, int[] docs, float[] estimates)`
pub(crate) fn take<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
    _: JIntArray<'local>,
    _: JIntArray<'local>,
    _: JFloatArray<'local>,
) -> Result<jint, Failure> {
    unsupported()
}

/// `void scanClose(long scan)`
pub(crate) fn close<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    _: jlong,
) -> Result<(), Failure> {
    unsupported()
}
