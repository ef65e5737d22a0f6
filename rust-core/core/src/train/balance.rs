//! Cells of about one size.

use super::clustering::{Assignment, Context, Members, Points};
use super::repair::repair;
use crate::random::Random;

/// A cell that has so many times as many points as the mean is split.
pub(super) const FULL: f64 = 4.0;

/// A cell that has less than this part of the mean may be given up for it.
const SPARE: f64 = 0.5;

/// Repairs empty cells, as [`repair`] does; and where a cell has far too many points, the cells with
/// the fewest are given up, and each gets one of those points, drawn by its distance, as its centroid.
/// Returns the number of cells that were moved.
pub(super) fn balance(
    context: &Context<'_>,
    points: &Points<'_>,
    assignment: &Assignment,
    members: &Members,
    centroids: &mut [f32],
    random: &mut Random,
) -> usize {
    let repaired = repair(context, points, assignment, members, centroids, random);
    let sizes: Vec<u64> = members.sizes().collect();
    let mean = points.count() as f64 / sizes.len() as f64;
    let mut full: Vec<usize> =
        (0..sizes.len()).filter(|&cell| sizes[cell] as f64 > FULL * mean).collect();
    if full.is_empty() {
        return repaired;
    }
    full.sort_by_key(|&cell| (std::cmp::Reverse(sizes[cell]), cell));
    // Empty cells have got a new centroid already.
    let mut spare: Vec<usize> = (0..sizes.len())
        .filter(|&cell| sizes[cell] > 0 && (sizes[cell] as f64) < SPARE * mean)
        .collect();
    spare.sort_by_key(|&cell| (sizes[cell], cell));
    let mut spare = spare.into_iter();
    let mut moved = 0;
    for cell in full {
        let distance = |point: u32| f64::from(assignment.distances[point as usize]);
        let total: f64 = members.of_cell(cell).iter().map(|&point| distance(point)).sum();
        // Points that are all the same stay together.
        if !(total > 0.0 && total.is_finite()) {
            continue;
        }
        let parts = (sizes[cell] as f64 / (FULL / 2.0 * mean)) as usize;
        for spare in spare.by_ref().take(parts.max(2) - 1) {
            let mut goal = random.unit() * total;
            let drawn = members.of_cell(cell).iter().copied().find(|&point| {
                goal -= distance(point);
                goal < 0.0
            });
            let Some(point) = drawn else { continue };
            let source = points.point(context, point as usize);
            centroids[spare * context.dimension..][..context.dimension].copy_from_slice(source);
            moved += 1;
        }
    }
    repaired + moved
}
