//! Vectors in numbers: cells, codes and exact values.

use crate::model::CModel;
use crate::pointers::{extent, input, object, output, put};
use crate::status::{Failure, Status, guard};
use ivory_core::Metric;
use ivory_kernels::{Kernels, Rows};

/// Squared Euclidean distance; smaller is nearer.
pub const IVORY_METRIC_L2: u32 = 0;
/// Inner product of unit vectors, which the caller hands over as such; larger is nearer.
pub const IVORY_METRIC_COSINE: u32 = 1;
/// Inner product; larger is nearer.
pub const IVORY_METRIC_INNER_PRODUCT: u32 = 2;

/// The metric of a number that C knows it by.
pub(crate) fn metric_of(code: u32) -> Result<Metric, Failure> {
    Metric::of_code(code).ok_or_else(|| Failure::argument(format!("there is no [metric] [{code}]")))
}

/// Finds the nearest cell of each of `count` vectors, which lie row after row: `components` is count
/// times dimension.
///
/// # Safety
/// `model` is live; `vectors` names `components` numbers; `cells` has room for `count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_assign(
    model: *const CModel,
    vectors: *const f32,
    components: usize,
    cells: *mut u32,
    count: usize,
) -> Status {
    guard("ivory_model_assign", || {
        // SAFETY: the caller's promise.
        let (model, vectors) =
            unsafe { (object("model", model)?, input("vectors", vectors, components)?) };
        check_shape(components, count, model.model.dimension())?;
        // SAFETY: the caller's promise.
        let cells = unsafe { output("cells", cells, count, &[extent("vectors", vectors)])? };
        Ok(model.with_memory(|memory| model.model.assign(vectors, memory, cells))?)
    })
}

/// Finds the `nprobe` cells (all, if there are fewer) nearest to a query, nearest first, and writes
/// their number to `found`. `raw`, if not null, receives the squared distances of query and centroid
/// (for cosine and inner product: the inner products). Both arrays have `room` places.
///
/// # Safety
/// `model` is live; `query` names `dimension` numbers; `cells`, and `raw` if not null, have `room`
/// places; `found` may be written.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "an array is two arguments in C")]
pub unsafe extern "C" fn ivory_model_probe(
    model: *const CModel,
    query: *const f32,
    dimension: usize,
    nprobe: usize,
    cells: *mut u32,
    raw: *mut f32,
    room: usize,
    found: *mut usize,
) -> Status {
    guard("ivory_model_probe", || {
        // SAFETY: the caller's promise.
        unsafe {
            put("found", found, 0)?;
            let (model, query) = (object("model", model)?, input("query", query, dimension)?);
            let mut taken = vec![extent("query", query)];
            let cells = output("cells", cells, room, &taken)?;
            taken.push(extent("cells", cells));
            let raw = (!raw.is_null()).then(|| output("raw", raw, room, &taken)).transpose()?;
            let count =
                model.with_memory(|memory| model.model.probe(query, nprobe, memory, cells, raw))?;
            put("found", found, count)
        }
    })
}

/// Assigns `count` vectors, as ivory_model_assign does, and writes their codes row after row:
/// `codes_length` is count times the model's code_length.
///
/// # Safety
/// As for ivory_model_assign; `codes` has room for `codes_length` bytes.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "an array is two arguments in C")]
pub unsafe extern "C" fn ivory_model_encode(
    model: *const CModel,
    vectors: *const f32,
    components: usize,
    cells: *mut u32,
    count: usize,
    codes: *mut u8,
    codes_length: usize,
) -> Status {
    guard("ivory_model_encode", || {
        // SAFETY: the caller's promise.
        let (model, vectors) =
            unsafe { (object("model", model)?, input("vectors", vectors, components)?) };
        check_shape(components, count, model.model.dimension())?;
        if count.checked_mul(model.model.code_length()) != Some(codes_length) {
            return Err(Failure::argument(format!(
                "[codes] has room for [{codes_length}] bytes, expected [{count}] codes of [{}]",
                model.model.code_length()
            )));
        }
        let mut taken = vec![extent("vectors", vectors)];
        // SAFETY: the caller's promise.
        let (cells, codes) = unsafe {
            let cells = output("cells", cells, count, &taken)?;
            taken.push(extent("cells", cells));
            (cells, output("codes", codes, codes_length, &taken)?)
        };
        Ok(model.with_memory(|memory| model.model.encode(vectors, memory, cells, codes))?)
    })
}

/// Compares a query with each of `count` vectors, which lie row after row (`components` is count
/// times dimension), exactly: squared Euclidean distances, or inner products.
///
/// # Safety
/// `query` names `dimension` numbers, `vectors` `components`; `values` has room for `count`.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "an array is two arguments in C")]
pub unsafe extern "C" fn ivory_score(
    metric: u32,
    query: *const f32,
    dimension: usize,
    vectors: *const f32,
    components: usize,
    values: *mut f32,
    count: usize,
) -> Status {
    guard("ivory_score", || {
        let metric = metric_of(metric)?;
        // SAFETY: the caller's promise.
        let (query, vectors) =
            unsafe { (input("query", query, dimension)?, input("vectors", vectors, components)?) };
        if dimension == 0 {
            return Err(Failure::argument("[dimension] must be at least 1, got [0]"));
        }
        check_shape(components, count, dimension)?;
        check_finite("query", query, dimension)?;
        check_finite("vectors", vectors, dimension)?;
        let taken = [extent("query", query), extent("vectors", vectors)];
        // SAFETY: the caller's promise.
        let values = unsafe { output("values", values, count, &taken)? };
        let rows =
            Rows::of_f32(vectors, dimension).map_err(|e| Failure::argument(e.to_string()))?;
        match metric {
            Metric::L2 => Kernels::active().l2(query, rows, values),
            Metric::Cosine | Metric::InnerProduct => Kernels::active().ip(query, rows, values),
        }
        Ok(())
    })
}

fn check_shape(components: usize, count: usize, dimension: usize) -> Result<(), Failure> {
    if count.checked_mul(dimension) == Some(components) {
        return Ok(());
    }
    Err(Failure::argument(format!(
        "[vectors] has [{components}] components, expected [{count}] vectors of [{dimension}]"
    )))
}

fn check_finite(name: &str, numbers: &[f32], dimension: usize) -> Result<(), Failure> {
    match numbers.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Failure::argument(format!(
            "[{name}] component [{}] of vector [{}] must be finite, got [{}]",
            at % dimension,
            at / dimension,
            numbers[at]
        ))),
    }
}
