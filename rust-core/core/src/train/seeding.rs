//! The first centroids.
//!
//! A part of the sample is seeded by k-means++ and clustered for a few iterations, which costs little
//! and leaves the iterations on the whole sample little to do.

use super::clustering::{
    Assignment, Context, FAR, Members, Points, TASK, assign, assign_nearer, update,
};
use super::repair::repair;
use crate::error::{Result, filled};
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
        if point % TASK == 0 {
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

/// Chooses centroids among the points as k-means++ does: the first at random, each other with a
/// probability in proportion to its distance to the nearest of those before.
///
/// The distances are brought up to date in rounds, by a matrix product with all centroids of a round.
/// Within a round a point is drawn by the distances that it began with, and accepted with the
/// probability by which its own has shrunk since: that gives exactly the same distribution.
fn by_distance(
    context: &Context<'_>,
    points: &Points<'_>,
    nlist: usize,
    random: &mut Random,
) -> Result<Vec<f32>> {
    let dimension = context.dimension;
    let mut centroids: Vec<f32> = Vec::new();
    centroids.try_reserve_exact(nlist * dimension)?;
    let mut sums = filled(points.count(), 0f64)?;
    let mut nearest = Assignment::new(points.count())?;
    let choose = |point: usize, centroids: &mut Vec<f32>| {
        centroids.extend_from_slice(points.point(context, point));
    };
    choose(random.below(points.count() as u64) as usize, &mut centroids);
    let mut before = 0;
    loop {
        let new = &centroids[before * dimension..];
        assign_nearer(context, points, new, before as u32, &mut nearest)?;
        before = centroids.len() / dimension;
        if before == nlist {
            return Ok(centroids);
        }
        let mut total = 0f64;
        for (sum, &distance) in sums.iter_mut().zip(&nearest.distances) {
            total += f64::from(distance);
            *sum = total;
        }
        for _ in 0..(before / 2).clamp(1, nlist - before) {
            let new = &centroids[before * dimension..];
            match draw(context, points, &sums, &nearest, new, random)? {
                Some(point) => choose(point, &mut centroids),
                None => break,
            }
        }
        if centroids.len() == before * dimension {
            // The points have fewer distinct places than there are cells: any copy will do.
            choose(random.below(points.count() as u64) as usize, &mut centroids);
        }
    }
}

/// Most draws that are not accepted before a round ends early.
const MOST_REFUSED: usize = 64;

/// Draws a point in proportion to its distance to the nearest centroid, of which those of this round
/// are `new` and the others are in the running `sums`. None, if the distances have shrunk so much that
/// they should be brought up to date first, or are all zero.
fn draw(
    context: &Context<'_>,
    points: &Points<'_>,
    sums: &[f64],
    nearest: &Assignment,
    new: &[f32],
    random: &mut Random,
) -> Result<Option<usize>> {
    context.check()?;
    let total = sums[sums.len() - 1];
    if total <= 0.0 || !total.is_finite() {
        return Ok(None);
    }
    let new = context.rows(new);
    let mut distances = filled(new.count(), 0f32)?;
    for _ in 0..MOST_REFUSED {
        let goal = random.unit() * total;
        let point = sums.partition_point(|&sum| sum <= goal).min(sums.len() - 1);
        context.kernels.l2(points.point(context, point), new, &mut distances);
        let least = distances.iter().copied().fold(f32::INFINITY, f32::min);
        // Of unit vectors the squared distance is twice `1 − cosine`.
        let least = if context.frame.is_spherical() { least / 2.0 } else { least };
        if random.unit() * f64::from(nearest.distances[point]) < f64::from(least) {
            return Ok(Some(point));
        }
    }
    Ok(None)
}
