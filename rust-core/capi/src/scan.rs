//! Scans: estimates of vectors by their codes.

use crate::model::CModel;
use crate::pointers::{extent, input, object, object_mut, output, place, put, take};
use crate::status::{Failure, Status, guard};
use ivory_core::{Candidate, Scan};

/// One query on its way through codes. One thread at a time.
#[derive(Debug)]
pub struct CScan {
    scan: Scan,
    best: Vec<Candidate>,
}

/// Prepares a query that keeps the best `candidates` of what is scanned. The model must have an
/// encoder; it may be freed before the scan, which ivory_scan_free frees.
///
/// # Safety
/// `model` is live; `query` names `dimension` numbers; `scan` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_scan_new(
    model: *const CModel,
    query: *const f32,
    dimension: usize,
    candidates: usize,
    scan: *mut *mut CScan,
) -> Status {
    guard("ivory_scan_new", || {
        // SAFETY: the caller's promise.
        let (place, model, query) = unsafe {
            (place("scan", scan)?, object("model", model)?, input("query", query, dimension)?)
        };
        let scan = Scan::new(model.model.clone(), query, candidates)?;
        place(CScan { scan, best: Vec::new() });
        Ok(())
    })
}

/// Chooses the `nprobe` cells (all, if there are fewer) nearest to the query. They stay the scan's:
/// `cells` names `count` numbers, nearest first, until the next call for this scan. A cell's place
/// among them is its rank. Asked again for more, new ones follow behind those that there are.
///
/// # Safety
/// `scan` is live; `cells` and `count` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_scan_probe(
    scan: *mut CScan,
    nprobe: usize,
    cells: *mut *const u32,
    count: *mut usize,
) -> Status {
    guard("ivory_scan_probe", || {
        // SAFETY: the caller's promise.
        unsafe {
            put("cells", cells, std::ptr::null())?;
            put("count", count, 0)?;
            let probed = object_mut("scan", scan)?.scan.probe(nprobe)?;
            put("cells", cells, probed.as_ptr())?;
            put("count", count, probed.len())
        }
    })
}

/// Scans the codes of `count` vectors that were assigned to the cell of this rank; they lie row after
/// row, as ivory_model_encode wrote them. `segment` and `ids` are the caller's names of them, and
/// come back in candidates.
///
/// # Safety
/// `scan` is live; `codes` names `codes_length` bytes, `ids` `count` numbers.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "an array is two arguments in C")]
pub unsafe extern "C" fn ivory_scan_codes(
    scan: *mut CScan,
    segment: u32,
    rank: usize,
    codes: *const u8,
    codes_length: usize,
    ids: *const u32,
    count: usize,
) -> Status {
    guard("ivory_scan_codes", || {
        // SAFETY: the caller's promise.
        let (scan, codes, ids) = unsafe {
            (
                object_mut("scan", scan)?,
                input("codes", codes, codes_length)?,
                input("ids", ids, count)?,
            )
        };
        Ok(scan.scan.rows(segment, rank, codes, ids)?)
    })
}

/// Hands out the best of what was scanned, best first (by estimate, segment and id), and forgets
/// them. The three arrays have `room` places, at least as many as candidates are kept; `found`
/// receives how many are used. An estimate is about the squared distance, or the negated inner
/// product: smaller is nearer.
///
/// # Safety
/// `scan` is live; the arrays have `room` places each; `found` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_scan_take(
    scan: *mut CScan,
    segments: *mut u32,
    ids: *mut u32,
    estimates: *mut f32,
    room: usize,
    found: *mut usize,
) -> Status {
    guard("ivory_scan_take", || {
        // SAFETY: the caller's promise.
        let (scan, segments, ids, estimates) = unsafe {
            put("found", found, 0)?;
            let scan = object_mut("scan", scan)?;
            if room < scan.scan.candidates() {
                return Err(Failure::argument(format!(
                    "[room] is [{room}], the scan keeps [{}] candidates",
                    scan.scan.candidates()
                )));
            }
            let segments = output("segments", segments, room, &[])?;
            let mut taken = vec![extent("segments", segments)];
            let ids = output("ids", ids, room, &taken)?;
            taken.push(extent("ids", ids));
            (scan, segments, ids, output("estimates", estimates, room, &taken)?)
        };
        let CScan { scan, best } = scan;
        scan.take(best)?;
        let places = segments.iter_mut().zip(ids).zip(estimates);
        for (((segment, id), estimate), candidate) in places.zip(&*best) {
            *segment = candidate.segment;
            *id = candidate.doc;
            *estimate = candidate.estimate;
        }
        // SAFETY: the caller's promise.
        unsafe { put("found", found, best.len()) }
    })
}

/// Frees a scan. Null is nothing to free.
///
/// # Safety
/// `scan` is null or live, and no other call uses it, now or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_scan_free(scan: *mut CScan) -> Status {
    guard("ivory_scan_free", || {
        // SAFETY: the caller's promise.
        drop(unsafe { take(scan) });
        Ok(())
    })
}
