//! Lloyd's algorithm over all cells at once.

use super::clustering::{Assignment, Context, FAR, Members, Points, TO_THE_MEAN, assign, update};
use super::progress::{Phase, Progress};
use super::repair::repair;
use super::{TrainingParameters, lock, seeding};
use crate::error::Result;
use crate::model::Groups;
use crate::random::Random;
use std::sync::Mutex;

/// When an iteration lowers the inertia by less than this part, the next one is the last.
const LEAST_GAIN: f64 = 3e-3;

/// When less than this part of the points have changed their cells, the next iteration is the last.
const LEAST_CHANGED: f64 = 1e-2;

/// What clustering has found.
pub(super) struct Clustered {
    /// Row after row, in the frame.
    pub centroids: Vec<f32>,
    /// Each point's cell.
    pub cells: Vec<u32>,
    /// Groups of cells, in the frame, where there are too many cells to be compared with.
    pub groups: Option<Groups>,
}

/// Whether the iterations do not pay any more.
pub(super) fn is_settled(before: f64, inertia: f64, changed: usize, points: usize) -> bool {
    before - inertia <= LEAST_GAIN * before || (changed as f64) < LEAST_CHANGED * points as f64
}

/// Clusters points. Starts from `start`, centroids in the frame, if there are such.
pub(super) fn cluster(
    parameters: &TrainingParameters,
    context: &Context<'_>,
    points: &Points<'_>,
    start: Option<Vec<f32>>,
    random: &mut Random,
    progress: &Mutex<Progress>,
) -> Result<Clustered> {
    let nlist = parameters.nlist;
    let (mut centroids, repaired) = match start {
        Some(centroids) => (centroids, 0),
        None => seeding::seed(context, points, nlist, random)?,
    };

    let mut assignment = Assignment::new(points.count())?;
    assign(context, points, &centroids, &mut assignment)?;
    let mut members = Members::of(&assignment.cells, nlist)?;
    let mut inertia = assignment.inertia();
    {
        let mut report = lock(progress);
        report.phase = Phase::Iterating;
        report.repaired_cells = repaired;
    }
    let mut last = false;
    for iteration in 1..=parameters.max_iterations {
        last |= iteration == parameters.max_iterations;
        let reach = if last { TO_THE_MEAN } else { FAR };
        update(context, points, &members, reach, &mut centroids)?;
        let repaired = repair(context, points, &assignment, &members, &mut centroids, random);
        let changed = assign(context, points, &centroids, &mut assignment)?;
        members = Members::of(&assignment.cells, nlist)?;
        let before = std::mem::replace(&mut inertia, assignment.inertia());
        let reported = inertia * context.frame.squared_unit();
        let sizes = members.sizes().collect();
        lock(progress).iterated(iteration, reported, repaired, sizes);
        if last {
            break;
        }
        last = is_settled(before, inertia, changed, points.count()) && repaired == 0;
    }
    Ok(Clustered { centroids, cells: assignment.cells, groups: None })
}
