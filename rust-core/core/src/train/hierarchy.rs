//! Clustering in two levels, for more cells than every point can be compared with.
//!
//! Points are split into groups, and each group's points clustered among themselves into a share of the
//! cells; then cells, wherever they came from, are grouped by their centroids, and Lloyd's iterations
//! go over all points and cells, a point being compared with the cells of the nearest groups.

use super::balance::balance;
use super::clustering::{
    self, Assignment, Context, FAR, Members, Points, TASK, TO_THE_MEAN, update,
};
use super::grouping::{Grouping, rounds};
use super::lloyd::{Clustered, is_settled};
use super::progress::Phase;
use super::repair::repair;
use super::{Progress, TrainingParameters, lock, seeding};
use crate::error::{Result, filled};
use crate::model::{TwoLevels, WorkingMemory};
use crate::random::Random;
use rayon::prelude::*;
use std::sync::Mutex;

/// Most cells that every point is compared with.
pub(super) const MOST_FLAT: usize = 4096;

/// Groups, in square roots of the number of cells: as many as make an assignment compare a vector with
/// the fewest middles and cells.
const GROUPS: f64 = 2.0;

/// Iterations by which points are split.
const SPLITS: usize = 2;

/// Iterations within each of the first groups.
const ROUNDS: usize = 5;

/// Most vectors that are not trained with: the number of groups searched is measured on them.
const MOST_ASIDE: usize = 4096;

/// One vector of so many is set aside.
const PART_ASIDE: usize = 64;

/// Fewer say too little.
const LEAST_ASIDE: usize = 256;

/// Moves some vectors, at even distances, to the end of the sample; says how many.
pub(super) fn set_aside(sample: &mut [f32], dimension: usize, nlist: usize) -> usize {
    let count = sample.len() / dimension;
    let aside = MOST_ASIDE.min(count / PART_ASIDE).min(count - nlist);
    if aside < LEAST_ASIDE {
        return 0;
    }
    for i in 0..aside {
        let (from, to) = (i * (count / aside), count - aside + i);
        if from < to {
            let (head, tail) = sample.split_at_mut(to * dimension);
            head[from * dimension..][..dimension].swap_with_slice(&mut tail[..dimension]);
        }
    }
    aside
}

/// Clusters points; `aside` are others of their kind, and may be none. Starts from `start`, centroids
/// in the frame, if there are such.
pub(super) fn cluster(
    parameters: &TrainingParameters,
    context: &Context<'_>,
    (points, aside): (&Points<'_>, &Points<'_>),
    start: Option<Vec<f32>>,
    random: &mut Random,
    progress: &Mutex<Progress>,
) -> Result<Clustered> {
    let nlist = parameters.nlist;
    let groups = (GROUPS * (nlist as f64).sqrt()).round() as usize;
    let (centroids, order) = match start {
        Some(centroids) => (centroids, (0..points.count() as u32).collect()),
        None => seed(context, points, nlist, groups, random)?,
    };
    let (mut grouping, mut centroids) = Grouping::new(context, centroids, groups, random)?;
    grouping.measure(context, &centroids, points, aside)?;

    let mut assignment = Assignment::new(points.count())?;
    assign(context, points, &centroids, &grouping, &order, &mut assignment)?;
    drop(order);
    let mut members = Members::of(&assignment.cells, nlist)?;
    let mut inertia = assignment.inertia();
    lock(progress).phase = Phase::Iterating;
    let mut last = false;
    for iteration in 1..=parameters.max_iterations {
        last |= iteration == parameters.max_iterations;
        let reach = if last { TO_THE_MEAN } else { FAR };
        update(context, points, &members, reach, &mut centroids)?;
        let repaired = if last {
            repair(context, points, &assignment, &members, &mut centroids, random)
        } else {
            balance(context, points, &assignment, &members, &mut centroids, random)
        };
        centroids = grouping.follow(context, centroids, &mut assignment.cells)?;
        if last {
            grouping.measure(context, &centroids, points, aside)?;
        }
        let changed =
            assign(context, points, &centroids, &grouping, members.in_order(), &mut assignment)?;
        members = Members::of(&assignment.cells, nlist)?;
        let before = std::mem::replace(&mut inertia, assignment.inertia());
        let reported = inertia * context.frame.squared_unit();
        let sizes = members.sizes().collect();
        lock(progress).iterated(iteration, reported, repaired, sizes);
        if last {
            break;
        }
        last = is_settled(before, inertia, changed, points.count());
    }
    Ok(Clustered { centroids, cells: assignment.cells, groups: Some(grouping.into_groups()) })
}

/// The first centroids, and the points in an order in which neighbours are near one another.
fn seed(
    context: &Context<'_>,
    points: &Points<'_>,
    nlist: usize,
    groups: usize,
    random: &mut Random,
) -> Result<(Vec<f32>, Vec<u32>)> {
    let (mut middles, _) = seeding::seed(context, points, groups, random)?;
    let mut assignment = Assignment::new(points.count())?;
    let mut members = Members::of(&[], groups)?;
    for split in 0..=SPLITS {
        if split > 0 {
            update(context, points, &members, TO_THE_MEAN, &mut middles)?;
        }
        clustering::assign(context, points, &middles, &mut assignment)?;
        members = Members::of(&assignment.cells, groups)?;
    }
    let sizes: Vec<u64> = members.sizes().collect();
    let shares = shares(&sizes, nlist as u64);
    let seeds: Vec<u64> = shares.iter().map(|_| random.next()).collect();
    let parts = (0..groups).into_par_iter().map(|group| {
        if shares[group] == 0 {
            return Ok(Vec::new());
        }
        let members = members.of_cell(group);
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(members.len() * context.dimension)?;
        for &point in members {
            numbers.extend_from_slice(points.point(context, point as usize));
        }
        let part = Points::new(context, &numbers)?;
        let mut random = Random::new(seeds[group]);
        let (mut centroids, _) =
            seeding::seed(context, &part, shares[group] as usize, &mut random)?;
        rounds(context, &part, &mut centroids, ROUNDS, &mut random)?;
        Ok(centroids)
    });
    let parts = parts.collect::<Result<Vec<Vec<f32>>>>()?;
    let mut centroids = Vec::new();
    centroids.try_reserve_exact(nlist * context.dimension)?;
    parts.into_iter().for_each(|part| centroids.extend(part));
    Ok((centroids, members.in_order().to_vec()))
}

/// Shares out `whole` in proportion to the sizes, whose sum is not smaller; no share is larger than
/// its size.
fn shares(sizes: &[u64], whole: u64) -> Vec<u64> {
    let total: u64 = sizes.iter().sum();
    let product = |size: u64| u128::from(size) * u128::from(whole);
    let mut shares: Vec<u64> =
        sizes.iter().map(|&size| (product(size) / u128::from(total)) as u64).collect();
    // The largest remainders get what is left.
    let mut rest: Vec<usize> = (0..sizes.len()).collect();
    rest.sort_by_key(|&i| (std::cmp::Reverse(product(sizes[i]) % u128::from(total)), i));
    let left = whole - shares.iter().sum::<u64>();
    rest.iter().take(left as usize).for_each(|&i| shares[i] += 1);
    shares
}

/// Assigns every point to the nearest of the cells of its nearest groups, in this order of points;
/// the result does not depend on it. Returns how many points' cells changed.
fn assign(
    context: &Context<'_>,
    points: &Points<'_>,
    centroids: &[f32],
    grouping: &Grouping,
    order: &[u32],
    assignment: &mut Assignment,
) -> Result<usize> {
    let dimension = context.dimension;
    let bias = context.frame.bias(centroids)?;
    let coarse = context.kernels.coarse(centroids, dimension, &bias)?;
    let upper = grouping.upper(context)?;
    let levels = TwoLevels { kernels: context.kernels, upper: &upper, coarse: &coarse };
    let groups = upper.searched_for(1);
    let row = |cell: u32, row: &mut Vec<f32>| {
        row.extend_from_slice(&centroids[cell as usize * dimension..][..dimension]);
    };
    let mut found = filled(points.count(), (0u32, 0f64))?;
    found.par_chunks_mut(TASK).zip(order.par_chunks(TASK)).try_for_each_init(
        WorkingMemory::default,
        |memory, (found, order)| {
            context.check()?;
            for (found, &number) in found.iter_mut().zip(order) {
                let point = points.point(context, number as usize);
                levels.choose(point, groups, memory)?;
                *found = levels.nearest(point, memory, true, row)?;
            }
            Ok::<_, crate::Error>(())
        },
    )?;
    let mut changed = 0;
    for (&number, (cell, key)) in order.iter().zip(found) {
        let number = number as usize;
        changed += usize::from(assignment.cells[number] != cell);
        assignment.cells[number] = cell;
        assignment.keys[number] = key;
        assignment.distances[number] = points.distance(context, number, key);
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::{set_aside, shares};

    #[test]
    fn shares_are_in_proportion() {
        assert_eq!(shares(&[10, 20, 30], 6), [1, 2, 3]);
        assert_eq!(shares(&[1, 1, 1], 2), [1, 1, 0]);
        assert_eq!(shares(&[0, 5, 5], 10), [0, 5, 5]);
        assert_eq!(shares(&[3, 0, 997], 500), [2, 0, 498]);
        for whole in 0..=60 {
            let shares = shares(&[7, 13, 1, 0, 39], whole);
            assert_eq!(shares.iter().sum::<u64>(), whole);
            assert!(shares.iter().zip([7, 13, 1, 0, 39]).all(|(share, size)| *share <= size));
        }
    }

    #[test]
    fn what_is_set_aside_is_only_moved() {
        let mut sample: Vec<f32> = (0..60_000).map(|i| i as f32).collect();
        assert_eq!(set_aside(&mut sample, 2, 5000), 468);
        let mut rows: Vec<&[f32]> = sample.chunks(2).collect();
        let aside = &rows[30_000 - 468..];
        for tenth in 0..10 {
            let from = tenth as f32 * 6000.0;
            let there = aside.iter().filter(|row| (from..from + 6000.0).contains(&row[0]));
            assert!((40..55).contains(&there.count()), "from all of the sample");
        }
        rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
        assert!(rows.concat().iter().zip(0..).all(|(&x, i)| x == i as f32));
        assert_eq!(set_aside(&mut sample, 2, 29_900), 0, "no cell goes short of vectors");
        assert_eq!(set_aside(&mut sample[..6000], 2, 100), 0, "too few to measure with");
    }
}
