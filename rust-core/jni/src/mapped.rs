//! Distances between one query and rows in mapped memory, read where they lie.

use crate::arrays::{check_length, copy_all, unsigned};
use crate::failure::Failure;
use crate::rows::{by_index, by_range, metric};
use ivory_kernels::Rows;
use jni::Env;
use jni::objects::{JClass, JFloatArray, JIntArray};
use jni::sys::{jint, jlong};

/// `void scoreMapped(int metric, float[] query, long address, long length, int stride, int[] rows,
/// int count, float[] out)`
#[allow(clippy::too_many_arguments, reason = "the contract has eight arguments")]
pub(crate) fn score_mapped<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    metric: jint,
    query: JFloatArray<'local>,
    address: jlong,
    length: jlong,
    stride: jint,
    rows: JIntArray<'local>,
    count: jint,
    out: JFloatArray<'local>,
) -> Result<(), Failure> {
    let metric = self::metric(metric)?;
    let count = unsigned("count", count)?;
    let query = copy_all(env, "query", &query)?;
    check_length(env, "rows", &rows, count)?;
    check_length(env, "out", &out, count)?;
    let bytes = mapped(address, length)?;
    let all = rows_of(bytes, query.len(), unsigned("stride", stride)?)?;
    let wrong = |i: usize, number: jint| {
        format!("[rows] element [{i}] is [{number}], the memory has [{}] rows", all.count())
    };
    by_index(env, metric, &query, all, (&rows, count), &out, wrong)
}

/// `void scoreMappedRange(int metric, float[] query, long address, long length, int stride, int from,
/// int count, float[] out)`
#[allow(clippy::too_many_arguments, reason = "the contract has eight arguments")]
pub(crate) fn score_mapped_range<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    metric: jint,
    query: JFloatArray<'local>,
    address: jlong,
    length: jlong,
    stride: jint,
    from: jint,
    count: jint,
    out: JFloatArray<'local>,
) -> Result<(), Failure> {
    let metric = self::metric(metric)?;
    let from = unsigned("from", from)?;
    let count = unsigned("count", count)?;
    let query = copy_all(env, "query", &query)?;
    check_length(env, "out", &out, count)?;
    let bytes = mapped(address, length)?;
    let all = rows_of(bytes, query.len(), unsigned("stride", stride)?)?;
    // Neither is above 2³¹, so the sum cannot overflow.
    if from + count > all.count() {
        return Err(Failure::argument(format!(
            "[count] is [{count}] from row [{from}] on, the memory has [{}] rows",
            all.count()
        )));
    }
    by_range(env, metric, &query, all.range(from, from + count), &out)
}

/// As many rows as there are whole ones; behind the last one nothing is needed.
pub(crate) fn rows_of(bytes: &[u8], dimension: usize, stride: usize) -> Result<Rows<'_>, Failure> {
    let count = match dimension.checked_mul(4).and_then(|row| bytes.len().checked_sub(row)) {
        Some(rest) if stride > 0 => rest / stride + 1,
        _ => 0,
    };
    Rows::strided(bytes, count, dimension, stride).map_err(|e| Failure::argument(e.to_string()))
}

/// The mapped bytes that Java names.
fn mapped<'call>(address: jlong, length: jlong) -> Result<&'call [u8], Failure> {
    let refused = || {
        Failure::argument(format!("[address] [{address}] and [length] [{length}] name no memory"))
    };
    let start = usize::try_from(address).map_err(|_| refused())?;
    let length = usize::try_from(length).map_err(|_| refused())?;
    let end = start.checked_add(length).filter(|&end| isize::try_from(end).is_ok());
    if start == 0 || end.is_none() {
        return Err(refused());
    }
    // SAFETY: not null and no wrap-around, as checked above. That the bytes are mapped, readable and
    // not written to is the caller's promise (docs/JNI.md): it holds the reader whose file this is
    // until the call returns. A file that someone truncates meanwhile is outside any contract, as it
    // is for the host's own mapped files.
    Ok(unsafe { std::slice::from_raw_parts(start as *const u8, length) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_cannot_be_is_refused() {
        for (address, length) in
            [(0, 4), (0, 0), (-1, 4), (64, -1), (i64::MAX, 1), (64, i64::MAX), (i64::MIN, i64::MIN)]
        {
            let failure = mapped(address, length).unwrap_err().to_string();
            let expected = format!("[address] [{address}] and [length] [{length}] name no memory");
            assert_eq!(failure, expected);
        }
    }

    #[test]
    fn rows_are_those_whose_components_are_all_there() {
        let bytes = [0; 100];
        for (length, dimension, stride, count) in [
            (100, 2, 8, 12),
            (100, 2, 12, 8),
            (92, 2, 12, 8),
            (91, 2, 12, 7),
            (8, 2, 12, 1),
            (7, 2, 12, 0),
            (0, 2, 12, 0),
        ] {
            assert_eq!(rows_of(&bytes[..length], dimension, stride).unwrap().count(), count);
        }
        for (dimension, stride) in [(0, 12), (2, 7), (2, 0), (usize::MAX, 12)] {
            assert!(rows_of(&bytes, dimension, stride).is_err(), "{dimension} {stride}");
        }
    }
}
