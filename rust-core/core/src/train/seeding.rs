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
    let mut chosen: Vec<usize> = Vec::new();
    chosen.try_reserve_exact(nlist)?;
    let choose = |point: usize, chosen: &mut Vec<usize>, centroids: &mut Vec<f32>| {
        chosen.push(point);
        centroids.extend_from_slice(points.point(context, point));
    };
    choose(random.below(points.count() as u64) as usize, &mut chosen, &mut centroids);
    let mut before = 0;
    loop {
        let new = &centroids[before * dimension..];
        assign_nearer(context, points, new, before as u32, &mut nearest)?;
        before = chosen.len();
        if before == nlist {
            return Ok(centroids);
        }
        let mut total = 0f64;
        for (sum, &distance) in sums.iter_mut().zip(&nearest.distances) {
            total += f64::from(distance);
            *sum = total;
        }
        for _ in 0..(before / 2).clamp(1, nlist - before) {
            match draw(context, points, &sums, &nearest, &chosen[before..], random)? {
                Some(point) => choose(point, &mut chosen, &mut centroids),
                None => break,
            }
        }
        if chosen.len() == before {
            // The points have fewer distinct places than there are cells: any copy will do.
            choose(random.below(points.count() as u64) as usize, &mut chosen, &mut centroids);
        }
    }
}

/// Most draws that are not accepted before a round ends early.
const MOST_REFUSED: usize = 64;

/// Draws a point in proportion to its distance to the nearest centroid, of which those of this round
/// are `new`, by their numbers as points, and the others are in the running `sums`. None, if the distances have shrunk so much that
/// they should be brought up to date first, or are all zero.
fn draw(
    context: &Context<'_>,
    points: &Points<'_>,
    sums: &[f64],
    nearest: &Assignment,
    new: &[usize],
    random: &mut Random,
) -> Result<Option<usize>> {
    context.check()?;
    let total = sums[sums.len() - 1];
    if total <= 0.0 || !total.is_finite() {
        return Ok(None);
    }
    let spherical = context.frame.is_spherical();
    for _ in 0..MOST_REFUSED {
        let goal = random.unit() * total;
        let point = sums.partition_point(|&sum| sum <= goal).min(sums.len() - 1);
        let row = points.point(context, point);
        let least = new.iter().fold(f64::INFINITY, |least, &other| {
            let product = context.kernels.product(row, points.point(context, other));
            let squares = points.squared[point] + points.squared[other];
            let distance = if spherical { 1.0 - product } else { squares - 2.0 * product };
            least.min(distance.max(0.0))
        });
        if random.unit() * f64::from(nearest.distances[point]) < least {
            return Ok(Some(point));
        }
    }
    Ok(None)
}
