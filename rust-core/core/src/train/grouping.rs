//! Groups of cells while the cells are trained, and how many of them must be searched.

use super::clustering::{Assignment, Context, FAR, Members, Points, TO_THE_MEAN, assign, update};
use super::repair::repair;
use super::seeding;
use crate::error::{Result, filled};
use crate::model::{Groups, STEPS, Upper};
use crate::order::ordered;
use crate::random::Random;
use rayon::prelude::*;

/// Iterations by which cells are grouped at first.
const ROUNDS: usize = 6;

/// Part of the vectors that must get a cell that is [`NEAR`] enough.
const AGREEMENT: f64 = 0.9925;

/// How many times as far as the nearest a cell may be.
const NEAR: f32 = 1.01;

/// Part of the cells nearest to a query that probing must find.
const COVERAGE: f64 = 0.99;

/// Most vectors that agreement is measured on.
const MOST_ASSIGNED: usize = 4096;

/// Most vectors that probing is measured on.
const MOST_PROBED: usize = 512;

/// All cells, numbered group after group.
pub(super) struct Grouping {
    /// In the frame.
    middles: Vec<f32>,
    offsets: Vec<u32>,
    searched: [u32; STEPS],
}

impl Grouping {
    /// Groups cells by their centroids, which are given back in their new order.
    pub fn new(
        context: &Context<'_>,
        centroids: Vec<f32>,
        groups: usize,
        random: &mut Random,
    ) -> Result<(Self, Vec<f32>)> {
        let middles = {
            let cells = Points::new(context, &centroids)?;
            let (mut middles, _) = seeding::seed(context, &cells, groups, random)?;
            rounds(context, &cells, &mut middles, ROUNDS, random)?;
            middles
        };
        let mut grouping = Self { middles, offsets: Vec::new(), searched: [1; STEPS] };
        let centroids = grouping.follow(context, centroids, &mut [])?;
        Ok((grouping, centroids))
    }

    /// Takes the cells, which have moved, into the groups that are now nearest, and moves the groups
    /// after them; gives back the centroids in their new order and renumbers `cells`. Groups that have
    /// no cells any more are dropped.
    pub fn follow(
        &mut self,
        context: &Context<'_>,
        centroids: Vec<f32>,
        cells: &mut [u32],
    ) -> Result<Vec<f32>> {
        let dimension = context.dimension;
        let points = Points::new(context, &centroids)?;
        let count = self.middles.len() / dimension;
        let mut assignment = Assignment::new(points.count())?;
        assign(context, &points, &self.middles, &mut assignment)?;
        let members = Members::of(&assignment.cells, count)?;
        update(context, &points, &members, TO_THE_MEAN, &mut self.middles)?;
        let mut sorted = Vec::new();
        sorted.try_reserve_exact(centroids.len())?;
        let mut places = filled(points.count(), 0u32)?;
        for (&cell, place) in members.in_order().iter().zip(0..) {
            sorted.extend_from_slice(points.point(context, cell as usize));
            places[cell as usize] = place;
        }
        cells.par_iter_mut().for_each(|cell| *cell = places[*cell as usize]);
        self.offsets.clear();
        self.offsets.push(0);
        let mut kept = 0;
        for (group, size) in members.sizes().enumerate().filter(|&(_, size)| size > 0) {
            self.middles.copy_within(group * dimension..(group + 1) * dimension, kept * dimension);
            self.offsets.push(self.offsets[kept] + size as u32);
            kept += 1;
        }
        self.middles.truncate(kept * dimension);
        self.searched = self.searched.map(|groups| groups.min(kept as u32));
        Ok(sorted)
    }

    /// The groups as they are searched.
    pub fn upper(&self, context: &Context<'_>) -> Result<Upper> {
        let bias = context.frame.bias(&self.middles)?;
        let (middles, offsets) = (self.middles.clone(), self.offsets.clone());
        Upper::new(context.kernels, middles, &bias, offsets, self.searched)
    }

    /// The groups as they are stored, their middles still in the frame.
    pub fn into_groups(self) -> Groups {
        let Self { middles: centroids, offsets, searched } = self;
        Groups { centroids, offsets, searched }
    }

    /// Measures how many groups must be searched for the cells as they are now: on vectors that were
    /// not trained with, or where there are none, on some that were.
    pub fn measure(
        &mut self,
        context: &Context<'_>,
        centroids: &[f32],
        points: &Points<'_>,
        aside: &Points<'_>,
    ) -> Result<()> {
        let from = if aside.count() > 0 { aside } else { points };
        let ranks = self.ranks(context, from)?;
        self.searched[0] = self.for_agreement(context, centroids, from, &ranks)?;
        self.for_coverage(context, centroids, from, &ranks)
    }

    /// Number of groups.
    fn count(&self) -> usize {
        self.offsets.len() - 1
    }

    /// For some of the vectors at even distances: its number, and the rank of each group.
    fn ranks(&self, context: &Context<'_>, from: &Points<'_>) -> Result<Vec<(usize, Vec<u32>)>> {
        let bias = context.frame.bias(&self.middles)?;
        let count = from.count().min(MOST_ASSIGNED);
        let ranks = (0..count).into_par_iter().map(|i| {
            context.check()?;
            let number = i * from.count() / count;
            let mut order = by_key(context, from.point(context, number), &self.middles, &bias);
            order.sort_unstable();
            let mut ranks = filled(self.count(), 0u32)?;
            for (&key, rank) in order.iter().zip(0..) {
                ranks[key as u32 as usize] = rank;
            }
            Ok((number, ranks))
        });
        ranks.collect()
    }

    /// Groups to be searched so that as many vectors as should be get a cell near enough.
    fn for_agreement(
        &self,
        context: &Context<'_>,
        centroids: &[f32],
        from: &Points<'_>,
        ranks: &[(usize, Vec<u32>)],
    ) -> Result<u32> {
        let dimension = context.dimension;
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(ranks.len() * dimension)?;
        ranks.iter().for_each(|&(i, _)| numbers.extend_from_slice(from.point(context, i)));
        let vectors = Points::new(context, &numbers)?;
        // For each group the distances of the vectors to its nearest cells.
        let mut nearest = Vec::new();
        for pair in self.offsets.windows(2) {
            let cells = &centroids[pair[0] as usize * dimension..pair[1] as usize * dimension];
            let mut assignment = Assignment::new(vectors.count())?;
            assign(context, &vectors, cells, &mut assignment)?;
            nearest.push(assignment.distances);
        }
        let mut first = filled(self.count(), 0usize)?;
        for (i, (_, ranks)) in ranks.iter().enumerate() {
            let distances = || nearest.iter().map(|distances| distances[i]).zip(ranks);
            let least = distances().map(|(distance, _)| distance).fold(f32::INFINITY, f32::min);
            // Squared Euclidean distances, or half of those.
            let enough = least * NEAR * NEAR;
            let needed = distances().filter(|&(distance, _)| distance <= enough);
            first[needed.map(|(_, &rank)| rank as usize).min().unwrap_or(0)] += 1;
        }
        Ok(reached(&first, AGREEMENT * ranks.len() as f64))
    }

    /// Sets the number of groups to be searched for more than one cell.
    fn for_coverage(
        &mut self,
        context: &Context<'_>,
        centroids: &[f32],
        from: &Points<'_>,
        ranks: &[(usize, Vec<u32>)],
    ) -> Result<()> {
        let nlist = centroids.len() / context.dimension;
        let bias = context.frame.bias(centroids)?;
        let some = ranks.len().min(MOST_PROBED);
        let counts = (0..some).into_par_iter().map(|i| {
            context.check()?;
            let (number, ranks) = &ranks[i * ranks.len() / some];
            let mut order = by_key(context, from.point(context, *number), centroids, &bias);
            let mut counts = filled(STEPS * self.count(), 0usize)?;
            let mut rest = &mut order[..];
            for step in (1..STEPS).rev() {
                let cells = nlist.min(1 << (2 * step));
                if cells < rest.len() {
                    rest.select_nth_unstable(cells - 1);
                    rest = &mut rest[..cells];
                }
                for &key in &*rest {
                    let group = self.offsets.partition_point(|&from| from <= key as u32) - 1;
                    counts[step * self.count() + ranks[group] as usize] += 1;
                }
            }
            Ok::<_, crate::Error>(counts)
        });
        let zeros = || filled(STEPS * self.count(), 0usize);
        let counts = counts.try_reduce(
            || zeros().unwrap_or_default(),
            |mut a, b| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                Ok(a)
            },
        )?;
        for step in 1..STEPS {
            let counts = &counts[step * self.count()..][..self.count()];
            let all: usize = counts.iter().sum();
            let groups = reached(counts, COVERAGE * all as f64);
            self.searched[step] = groups.max(self.searched[step - 1]);
        }
        Ok(())
    }
}

/// Rows by the keys of a point and their numbers, in the order of the numbers.
fn by_key(context: &Context<'_>, point: &[f32], rows: &[f32], bias: &[f32]) -> Vec<u64> {
    let rows = rows.chunks_exact(context.dimension).zip(bias).zip(0u64..);
    rows.map(|((row, &bias), number)| {
        let key = f64::from(bias) - context.kernels.product(point, row);
        u64::from(ordered(key as f32)) << 32 | number
    })
    .collect()
}

/// How many of the first counts add up to the goal.
fn reached(counts: &[usize], goal: f64) -> u32 {
    let mut sum = 0;
    let mut up_to = counts.iter().zip(1..).map(|(&count, groups)| {
        sum += count;
        (sum, groups)
    });
    up_to.find(|&(sum, _)| sum as f64 >= goal).map_or(counts.len() as u32, |(_, groups)| groups)
}

/// Lloyd's iterations, the last of them just to the means.
pub(super) fn rounds(
    context: &Context<'_>,
    points: &Points<'_>,
    centroids: &mut [f32],
    count: usize,
    random: &mut Random,
) -> Result<()> {
    let cells = centroids.len() / context.dimension;
    let mut assignment = Assignment::new(points.count())?;
    for round in 1..=count {
        assign(context, points, centroids, &mut assignment)?;
        let members = Members::of(&assignment.cells, cells)?;
        let reach = if round == count { TO_THE_MEAN } else { FAR };
        update(context, points, &members, reach, centroids)?;
        repair(context, points, &assignment, &members, centroids, random);
    }
    Ok(())
}
