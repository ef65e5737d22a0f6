//! The first centroids.
//!
//! A part of the sample is seeded by distance (k-means++, but in rounds, so that the distances come
//! from the blocked matrix product) and clustered for a few iterations, which costs little and leaves
//! the iterations on the whole sample little to do.

use super::clustering::{Assignment, Context, Members, Points, assign, assign_nearer, update};
use super::repair::repair;
use crate::error::{Result, filled};
use crate::random::Random;
use std::collections::HashSet;

/// Points per cell of the part that is seeded.
const PART: usize = 32;

/// Iterations on the part.
const ITERATIONS: usize = 6;

/// Chooses `nlist` centroids; there are at least as many points.
pub(super) fn seed(
    context: &Context<'_>,
    points: &Points<'_>,
    nlist: usize,
    random: &mut Random,
) -> Result<Vec<f32>> {
    let dimension = context.dimension;
    let size = (nlist * PART).min(points.count());
    if size == points.count() {
        return by_distance(context, points, nlist, random);
    }
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(size * dimension)?;
    for point in choose(points.count(), size, random) {
        numbers.extend_from_slice(&points.numbers[point * dimension..][..dimension]);
    }
    let part = Points::new(context, &numbers)?;
    let mut centroids = by_distance(context, &part, nlist, random)?;
    let mut assignment = Assignment::new(part.count())?;
    for _ in 0..ITERATIONS {
        assign(context, &part, &centroids, &mut assignment)?;
        let members = Members::of(&assignment.cells, nlist)?;
        update(context, &part, &members, &mut centroids)?;
        repair(context, &part, &assignment, &members, &mut centroids, random);
    }
    Ok(centroids)
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

/// Chooses `count` of the numbers below `bound`, each at most once, in ascending order (by Floyd's
/// algorithm, which needs no table of all).
fn choose(bound: usize, count: usize, random: &mut Random) -> Vec<usize> {
    let mut chosen = HashSet::with_capacity(count);
    for last in bound - count..bound {
        let pick = random.below(last as u64 + 1) as usize;
        if !chosen.insert(pick) {
            chosen.insert(last);
        }
    }
    let mut chosen: Vec<usize> = chosen.into_iter().collect();
    chosen.sort_unstable();
    chosen
}
