//! Distances between one query and rows in a direct buffer.

use crate::arrays::{check_length, copy_all, place, unsigned, zeros};
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
    let kernels = Kernels::active();
    let mut values = zeros::<f32>(count.min(BLOCK))?;
    for start in (0..count).step_by(BLOCK) {
        let end = count.min(start + BLOCK);
        let values = &mut values[..end - start];
        match metric {
            Metric::L2 => kernels.l2(&query, rows.range(start, end), values),
            Metric::Cosine | Metric::InnerProduct => {
                kernels.ip(&query, rows.range(start, end), values);
            }
        }
        out.set_region(env, place(start), values)?;
    }
    Ok(())
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
    let kernels = Kernels::active();
    let mut numbers = zeros::<i32>(count.min(BLOCK))?;
    let mut unsigned_numbers = zeros::<u32>(count.min(BLOCK))?;
    let mut values = zeros::<f32>(count.min(BLOCK))?;
    for start in (0..count).step_by(BLOCK) {
        let length = BLOCK.min(count - start);
        let (numbers, values) = (&mut numbers[..length], &mut values[..length]);
        index.get_region(env, place(start), numbers)?;
        for (i, (place, &number)) in unsigned_numbers.iter_mut().zip(&*numbers).enumerate() {
            *place = number as u32;
            if number < 0 || number as usize >= available {
                return Err(Failure::argument(format!(
                    "[index] element [{}] is [{number}], [rows] has [{available}] rows",
                    start + i
                )));
            }
        }
        let numbers = &unsigned_numbers[..length];
        match metric {
            Metric::L2 => kernels.l2_at(&query, rows, numbers, values),
            Metric::Cosine | Metric::InnerProduct => kernels.ip_at(&query, rows, numbers, values),
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
