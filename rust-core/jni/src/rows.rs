//! Distances between one query and rows in a direct buffer.

use crate::arrays::{as_unsigned, check_length, copy_all, place, unsigned, zeros};
use crate::failure::Failure;
use ivory_core::Metric;
use ivory_kernels::{Kernels, Rows};
use jni::Env;
use jni::objects::{JByteBuffer, JClass, JFloatArray, JIntArray};
use jni::sys::jint;

/// Rows whose values are handed to Java at a time.
const BLOCK: usize = 4096;

/// `void score(int metric, float[] query, ByteBuffer rows, int count, float[] out)`
pub(crate) fn score<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    metric: jint,
    query: JFloatArray<'local>,
    rows: JByteBuffer<'local>,
    count: jint,
    out: JFloatArray<'local>,
) -> Result<(), Failure> {
    let metric = self::metric(metric)?;
    let count = unsigned("count", count)?;
    let query = copy_all(env, "query", &query)?;
    check_length(env, "out", &out, count)?;
    let bytes = bytes_of(env, &rows)?;
    let rows =
        Rows::new(bytes, count, query.len()).map_err(|e| Failure::argument(e.to_string()))?;
    by_range(env, metric, &query, rows, &out)
}

/// `void scoreRows(int metric, float[] query, ByteBuffer rows, int[] index, int count, float[] out)`
#[allow(clippy::too_many_arguments, reason = "the contract has six arguments")]
pub(crate) fn score_rows<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    metric: jint,
    query: JFloatArray<'local>,
    rows: JByteBuffer<'local>,
    index: JIntArray<'local>,
    count: jint,
    out: JFloatArray<'local>,
) -> Result<(), Failure> {
    let metric = self::metric(metric)?;
    let count = unsigned("count", count)?;
    let query = copy_all(env, "query", &query)?;
    check_length(env, "index", &index, count)?;
    check_length(env, "out", &out, count)?;
    let bytes = bytes_of(env, &rows)?;
    let available = bytes.len() / 4 / query.len().max(1);
    let rows =
        Rows::new(bytes, available, query.len()).map_err(|e| Failure::argument(e.to_string()))?;
    let wrong = |i: usize, number: jint| {
        format!("[index] element [{i}] is [{number}], [rows] has [{available}] rows")
    };
    by_index(env, metric, &query, rows, (&index, count), &out, wrong)
}

/// Raw values of all rows, in their order.
pub(crate) fn by_range<'local>(
    env: &Env<'local>,
    metric: Metric,
    query: &[f32],
    rows: Rows<'_>,
    out: &JFloatArray<'local>,
) -> Result<(), Failure> {
    let count = rows.count();
    let mut values = zeros::<f32>(count.min(BLOCK))?;
    let kernels = Kernels::active();
    for start in (0..count).step_by(BLOCK) {
        let end = count.min(start + BLOCK);
        let (rows, values) = (rows.range(start, end), &mut values[..end - start]);
        match metric {
            Metric::L2 => kernels.l2(query, rows, values),
            Metric::Cosine | Metric::InnerProduct => kernels.ip(query, rows, values),
        }
        out.set_region(env, place(start), values)?;
    }
    Ok(())
}

/// Raw values of the rows that the first `count` elements of an array name; `wrong` gives the text
/// that refuses an element (its place and what it is) that names none.
pub(crate) fn by_index<'local>(
    env: &Env<'local>,
    metric: Metric,
    query: &[f32],
    rows: Rows<'_>,
    (index, count): (&JIntArray<'local>, usize),
    out: &JFloatArray<'local>,
    wrong: impl Fn(usize, jint) -> String,
) -> Result<(), Failure> {
    let mut numbers = zeros::<jint>(count.min(BLOCK))?;
    let mut values = zeros::<f32>(count.min(BLOCK))?;
    let kernels = Kernels::active();
    for start in (0..count).step_by(BLOCK) {
        let length = BLOCK.min(count - start);
        let (numbers, values) = (&mut numbers[..length], &mut values[..length]);
        index.get_region(env, place(start), numbers)?;
        let names_none = |&number: &jint| number < 0 || number as usize >= rows.count();
        if let Some(i) = numbers.iter().position(names_none) {
            return Err(Failure::argument(wrong(start + i, numbers[i])));
        }
        let numbers = as_unsigned::<jint>(numbers);
        match metric {
            Metric::L2 => kernels.l2_at(query, rows, numbers, values),
            Metric::Cosine | Metric::InnerProduct => kernels.ip_at(query, rows, numbers, values),
        }
        out.set_region(env, place(start), values)?;
    }
    Ok(())
}

/// The metric with that code.
pub(crate) fn metric(code: jint) -> Result<Metric, Failure> {
    u32::try_from(code)
        .ok()
        .and_then(Metric::of_code)
        .ok_or_else(|| Failure::argument(format!("[metric] must be 0, 1 or 2, got [{code}]")))
}

/// All bytes of a direct buffer.
fn bytes_of<'buffer>(
    env: &Env<'_>,
    buffer: &'buffer JByteBuffer<'_>,
) -> Result<&'buffer [u8], Failure> {
    if buffer.is_null() {
        return Err(Failure::argument("[rows] must not be null"));
    }
    let indirect = |_| Failure::argument("[rows] must be a direct buffer");
    let capacity = env.get_direct_buffer_capacity(buffer).map_err(indirect)?;
    if capacity == 0 {
        return Ok(&[]);
    }
    let address = env.get_direct_buffer_address(buffer).map_err(indirect)?;
    // SAFETY: the JVM says that `capacity` bytes are readable at the address. They stay so while the
    // buffer is reachable, which the local reference `buffer` sees to; whoever unmaps memory under a
    // reachable buffer is outside any contract. The caller does not write to them meanwhile.
    Ok(unsafe { std::slice::from_raw_parts(address, capacity) })
}
