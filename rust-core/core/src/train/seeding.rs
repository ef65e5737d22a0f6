//! The first centroids.
//!
//! A part of the sample is seeded by distance (k-means++, but in rounds, so that the distances come
//! from the blocked matrix product) and clustered for a few iterations, which costs little and leaves
//! the iterations on the whole sample little to do.

use super::clustering::{Assignment, Context, FAR, Members, Points, assign, assign_nearer, update};
use super::repair::repair;
use crate::error::{Result, filled};
use crate::model::ROWS_AT_A_TIME;
use crate::random::Random;

/// Points per cell of the part that is seeded.
const PART: usize = 32;

/// Iterations on the part.
const ITERATIONS: usize = 5;

/// Chooses `nlist` centroids, and says how many cells it had to repair. There are at least as many
/// points.
pub(super) fn seed(
    context: &Context<'_>,
    points: &Points<'_>,
    nlist: usize,
    random: &mut Random,
) -> Result<(Vec<f32>, usize)> {
    let dimension = context.dimension;
    let size = (nlist * PART).min(points.count());
    if size == points.count() {
        return Ok((by_distance(context, points, nlist, random)?, 0));
    }
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(size * dimension)?;
    for (point, row) in points.numbers.chunks_exact(dimension).enumerate() {
        if point % ROWS_AT_A_TIME == 0 {
            context.check()?;
        }
        // Knuth's algorithm S: every part of that size is equally likely.
        let missing = size - numbers.len() / dimension;
        if random.below((points.count() - point) as u64) < missing as u64 {
            numbers.extend_from_slice(row);
        }
    }
    let part = Points::new(context, &numbers)?;
    let mut centroids = by_distance(context, &part, nlist, random)?;
    let mut assignment = Assignment::new(part.count())?;
    let mut repaired = 0;
    for _ in 0..ITERATIONS {
        assign(context, &part, &centroids, &mut assignment)?;
        let members = Members::of(&assignment.cells, nlist)?;
        update(context, &part, &members, FAR, &mut centroids)?;
        repaired += repair(context, &part, &assignment, &members, &mut centroids, random);
    }
    Ok((centroids, repaired))
}

/// Chooses centroids among the points: the first at random, the others in rounds of half as many as
/// there are already, with a probability that grows with the distance to the nearest of them.
fn by_distance(
    context: &Context<'_>,
    points: &Points<'_>,
    nlist: usize,
    random: &mut Random,
) -> Result<Vec<f32>> {
    let dimension = context.dimension;
    let mut centroids: Vec<f32> = Vec::new();
    centroids.try_reserve_exact(nlist * dimension)?;
    let mut chosen = filled(points.count(), false)?;
    let mut sums = filled(points.count(), 0f64)?;
    let mut nearest = Assignment::new(points.count())?;
    while centroids.len() < nlist * dimension {
        let before = centroids.len() / dimension;
        let round = (before / 2).clamp(1, nlist - before);
        let mut total = 0f64;
        for (sum, &distance) in sums.iter_mut().zip(&nearest.distances) {
            total += if before == 0 { 1.0 } else { f64::from(distance) };
            *sum = total;
        }
        for _ in 0..round {
            let point = draw(&sums, &chosen, random);
            chosen[point] = true;
            centroids.extend_from_slice(&points.numbers[point * dimension..][..dimension]);
        }
        let new = &centroids[before * dimension..];
        assign_nearer(context, points, new, before as u32, &mut nearest)?;
    }
    Ok(centroids)
}

/// Draws a point that is not chosen yet, with a probability in proportion to its part in the running
/// sums.
fn draw(sums: &[f64], chosen: &[bool], random: &mut Random) -> usize {
    let total = sums[sums.len() - 1];
    if total > 0.0 && total.is_finite() {
        for _ in 0..16 {
            let goal = random.unit() * total;
            let point = sums.partition_point(|&sum| sum <= goal).min(sums.len() - 1);
            if !chosen[point] {
                return point;
            }
        }
    }
    // All that is left are copies of what is chosen: any will do.
    let start = random.below(chosen.len() as u64) as usize;
    let free = (start..chosen.len()).chain(0..start).find(|&point| !chosen[point]);
    free.unwrap_or(start)
}
