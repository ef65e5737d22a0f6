//! From rounded keys to the cells that can be among the nearest.

use super::{CELLS, Coarse, GROUP, MOST, Summer, Weights};
use std::collections::TryReserveError;
use std::ops::Range;

/// Working memory of [`crate::Kernels::preselect`], and its result; keep one per thread. It grows
/// with dimension and number of cells.
#[derive(Debug, Default)]
pub struct Preselection {
    weights: Vec<Weights>,
    keys: Vec<f32>,
    minima: Vec<f32>,
    cells: Vec<u32>,
}

impl Preselection {
    /// The cells found last, in order of their numbers.
    pub fn cells(&self) -> &[u32] {
        &self.cells
    }

    /// Keeps the cells of certain places, asked for one after the other.
    pub fn keep(&mut self, mut wanted: impl FnMut(usize) -> bool) {
        let mut places = 0..;
        self.cells.retain(|_| places.next().is_some_and(&mut wanted));
    }

    /// Takes all cells of ascending ranges.
    ///
    /// # Errors
    /// If memory is refused.
    pub fn take_all(&mut self, ranges: &[Range<u32>]) -> Result<(), TryReserveError> {
        self.cells.clear();
        self.cells.try_reserve(ranges.iter().map(ExactSizeIterator::len).sum())?;
        ranges.iter().for_each(|range| self.cells.extend(range.clone()));
        Ok(())
    }
}

/// A query's weights and what they are off.
struct Weighed {
    unit: f32,
    margin: f64,
    /// What rounded keys are larger by than keys, the same for all cells.
    above: f64,
}

/// The body of [`crate::Kernels::preselect`].
///
/// # Safety
/// The processor must have the summer's instruction set.
pub(crate) unsafe fn preselect(
    summer: &Summer,
    coarse: &Coarse,
    point: &[f32],
    count: usize,
    memory: &mut Preselection,
) -> Result<bool, TryReserveError> {
    let all = 0..coarse.count as u32;
    // SAFETY: the caller's promise.
    unsafe { preselect_in(summer, coarse, point, &[all], count, memory) }
}

/// The body of [`crate::Kernels::preselect_in`]; the ranges are not empty, ascend and do not overlap.
///
/// # Safety
/// The processor must have the summer's instruction set.
pub(crate) unsafe fn preselect_in(
    summer: &Summer,
    coarse: &Coarse,
    point: &[f32],
    ranges: &[Range<u32>],
    count: usize,
    memory: &mut Preselection,
) -> Result<bool, TryReserveError> {
    memory.cells.clear();
    if count >= ranges.iter().map(ExactSizeIterator::len).sum() {
        return Ok(false);
    }
    // SAFETY: the caller's promise.
    let Some(Weighed { margin, .. }) = (unsafe { keys(summer, coarse, point, ranges, memory)? })
    else {
        return Ok(false);
    };
    let limit = limit(&memory.keys, count, &mut memory.minima)?;
    // SAFETY: the caller's promise.
    unsafe { within(summer, f64::from(limit) + margin, ranges, memory) }
}

/// The body of [`crate::Kernels::preselect_below`].
///
/// # Safety
/// The processor must have the summer's instruction set.
pub(crate) unsafe fn preselect_below(
    summer: &Summer,
    coarse: &Coarse,
    point: &[f32],
    slack: f64,
    mut exact: impl FnMut(u32) -> f64,
    memory: &mut Preselection,
) -> Result<bool, TryReserveError> {
    let all = &(0..coarse.count as u32);
    let all = std::slice::from_ref(all);
    // SAFETY: the caller's promise.
    let Some(weighed) = (unsafe { keys(summer, coarse, point, all, memory)? }) else {
        return Ok(false);
    };
    let smallest = limit(&memory.keys, 1, &mut memory.minima)?;
    // SAFETY: the caller's promise.
    if !unsafe { within(summer, f64::from(smallest), all, memory)? } {
        return Ok(false);
    }
    let nearest = memory.cells[0];
    // A rounded key is off by half the margin at most.
    let limit = exact(nearest) + weighed.above + weighed.margin / 2.0 + slack;
    // SAFETY: the caller's promise.
    unsafe { within(summer, limit, all, memory) }
}

/// Leaves the rounded keys of the blocks of ranges in `memory.keys`; `None` if nothing can be
/// said.
///
/// # Safety
/// The processor must have the summer's instruction set.
unsafe fn keys(
    summer: &Summer,
    coarse: &Coarse,
    point: &[f32],
    ranges: &[Range<u32>],
    memory: &mut Preselection,
) -> Result<Option<Weighed>, TryReserveError> {
    let Preselection { weights, keys, cells, .. } = memory;
    cells.clear();
    let Some(weighed) = weigh(summer, coarse, point, weights)? else {
        return Ok(None);
    };
    let length: usize = ranges.iter().map(|range| blocks(range).len() * CELLS).sum();
    keys.try_reserve(length.saturating_sub(keys.len()))?;
    // All are written below.
    keys.resize(length, 0.0);
    let block_bytes = weights.len() * GROUP * CELLS;
    let mut rest = &mut keys[..];
    for range in ranges {
        let blocks = blocks(range);
        let (first, last) = (blocks.start * CELLS, blocks.end * CELLS);
        let (keys, behind) = rest.split_at_mut(last - first);
        let bytes = &coarse.bytes.as_slice()[blocks.start * block_bytes..blocks.end * block_bytes];
        // SAFETY: the caller promises the instruction set; there is a key and a bias for each cell
        // of the blocks.
        unsafe { (summer.keys)(bytes, weights, weighed.unit, &coarse.bias[first..last], keys) };
        // Neighbours in the outer blocks; what is behind the last cell has an infinite key as it is.
        keys[..range.start as usize - first].fill(f32::INFINITY);
        keys[range.end as usize - first..].fill(f32::INFINITY);
        rest = behind;
    }
    Ok(Some(weighed))
}

/// The places of the blocks of a range.
fn blocks(range: &Range<u32>) -> Range<usize> {
    range.start as usize / CELLS..(range.end as usize).div_ceil(CELLS)
}

/// Leaves in `memory.cells` the cells whose keys are at most the limit; `false` if it is none.
///
/// # Safety
/// The processor must have the summer's instruction set.
unsafe fn within(
    summer: &Summer,
    limit: f64,
    ranges: &[Range<u32>],
    memory: &mut Preselection,
) -> Result<bool, TryReserveError> {
    let Preselection { keys, cells, .. } = memory;
    cells.clear();
    let limit = limit as f32;
    if !limit.is_finite() {
        return Ok(false);
    }
    cells.try_reserve(keys.len())?;
    // SAFETY: the caller promises the instruction set; there is room for all.
    unsafe { (summer.within)(keys, limit.next_up(), cells) };
    // From places among the keys to cells.
    let mut found = &mut cells[..];
    let mut from = 0u32;
    for range in ranges {
        let blocks = blocks(range);
        let to = from + (blocks.len() * CELLS) as u32;
        let shift = (blocks.start * CELLS) as u32;
        let (these, behind) = found.split_at_mut(found.partition_point(|&place| place < to));
        these.iter_mut().for_each(|cell| *cell = *cell - from + shift);
        (found, from) = (behind, to);
    }
    Ok(true)
}

/// Rounds the weights; `None` if they are not finite.
fn weigh(
    summer: &Summer,
    coarse: &Coarse,
    point: &[f32],
    weights: &mut Vec<Weights>,
) -> Result<Option<Weighed>, TryReserveError> {
    let groups = coarse.dimension.div_ceil(GROUP);
    // A sum of products is below 2³¹ then.
    let most = MOST.min((i32::MAX as usize / (255 * GROUP * groups)) as i32);
    let mut largest = [0f32; 8];
    let mut norms = [[0f64; 2]; 8];
    let pairs = || point.chunks(8).zip(coarse.steps.chunks(8));
    for (xs, steps) in pairs() {
        for (i, (&x, &step)) in xs.iter().zip(steps).enumerate() {
            let weight = x * step;
            largest[i] = if weight.abs() > largest[i] { weight.abs() } else { largest[i] };
            norms[i][0] += f64::from(x) * f64::from(x);
            norms[i][1] += f64::from(weight) * f64::from(weight);
        }
    }
    let largest = largest.into_iter().fold(0f32, f32::max);
    let unit = largest / most as f32;
    if !unit.is_finite() || (unit < f32::MIN_POSITIVE * 65536.0 && largest > 0.0) {
        return Ok(None);
    }
    // All weights zero: every unit will do.
    let unit = if largest > 0.0 { unit } else { 1.0 };
    let per_unit = unit.recip();
    weights.clear();
    weights.try_reserve(groups)?;
    let (mut rest, mut sum, mut above) = (0f64, 0u64, 0f64);
    let ranges = coarse.steps.chunks(GROUP).zip(coarse.lowest.chunks(GROUP));
    for (xs, (steps, lowest)) in point.chunks(GROUP).zip(ranges) {
        let mut group = [0i16; GROUP];
        let ranges = steps.iter().zip(lowest);
        for (place, (&x, (&step, &lowest))) in group.iter_mut().zip(xs.iter().zip(ranges)) {
            let weight = x * step;
            let whole = round(weight * per_unit, most);
            let off = f64::from(x) * f64::from(step) - f64::from(unit) * f64::from(whole);
            rest += off * off;
            sum += u64::from(whole.unsigned_abs());
            above += f64::from(x) * f64::from(lowest) + 127.5 * off;
            *place = whole as i16;
        }
        weights.push((summer.weigh)(group));
    }
    let (mut norm, mut weighted) = (0f64, 0f64);
    for [x, w] in norms {
        norm += x;
        weighted += w;
    }
    let largest = f64::from(unit) * 255.0 * sum as f64;
    // Weights were rounded to f32 once.
    let weighted = weighted.sqrt() * (1.0 + 2f64.powi(-23));
    let rest = rest.sqrt() + weighted * 2f64.powi(-23);
    let margin = coarse.margin(weighted, rest, largest, norm.sqrt());
    Ok(margin.map(|margin| Weighed { unit, margin, above }))
}

/// The nearest whole number of at most that size.
#[inline(always)]
fn round(x: f32, most: i32) -> i32 {
    // Adding 1.5·2²³ leaves no place for fractions; `|x|` is far below.
    const SHIFT: f32 = 12_582_912.0;
    (((x + SHIFT) - SHIFT) as i32).clamp(-most, most)
}

/// A number that at least `count` keys do not exceed, and few more: the `count`-th smallest of the
/// minima of groups of cells, as many groups as there are about four times what is wanted.
fn limit(keys: &[f32], count: usize, minima: &mut Vec<f32>) -> Result<f32, TryReserveError> {
    let blocks = keys.len() / CELLS;
    let together = match count {
        1 => blocks,
        _ => (keys.len() / (4 * count)).clamp(1, 16),
    };
    minima.clear();
    minima.try_reserve(blocks.div_ceil(together) * CELLS)?;
    for part in keys.chunks(together * CELLS) {
        let mut smallest = [f32::INFINITY; CELLS];
        for block in part.chunks_exact(CELLS) {
            for (smallest, &key) in smallest.iter_mut().zip(block) {
                *smallest = if key < *smallest { key } else { *smallest };
            }
        }
        minima.extend_from_slice(&smallest);
    }
    if count == 1 {
        return Ok(minima.iter().copied().fold(f32::INFINITY, f32::min));
    }
    Ok(*minima.select_nth_unstable_by(count - 1, f32::total_cmp).1)
}
