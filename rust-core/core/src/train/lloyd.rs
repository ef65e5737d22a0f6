//! Lloyd's algorithm over all cells at once.

use super::clustering::{Assignment, Context, FAR, Members, Points, TO_THE_MEAN, assign, update};
use super::progress::{Phase, Progress};
use super::repair::repair;
use super::{TrainingParameters, lock, seeding};
use crate::error::Result;
use crate::random::Random;
use std::sync::Mutex;

/// When an iteration lowers the inertia by less than this part, the next one is the last.
const LEAST_GAIN: f64 = 3e-3;

/// When less than this part of the points have changed their cells, the next iteration is the last.
const LEAST_CHANGED: f64 = 1e-2;

/// Clusters points; the centroids, in the frame, and each point's cell.
pub(super) fn cluster(
    parameters: &TrainingParameters,
    context: &Context<'_>,
    points: &Points<'_>,
    random: &mut Random,
    progress: &Mutex<Progress>,
) -> Result<(Vec<f32>, Vec<u32>)> {
    let nlist = parameters.nlist;
    let (mut centroids, repaired) = seeding::seed(context, points, nlist, random)?;

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
        let mut report = lock(progress);
        report.iteration = iteration;
        report.inertia = inertia * context.frame.squared_unit();
        report.repaired_cells += repaired;
        report.set_cell_sizes(members.sizes().collect());
        if last {
            break;
        }
        let settled = before - inertia <= LEAST_GAIN * before
            || (changed as f64) < LEAST_CHANGED * points.count() as f64;
        last = settled && repaired == 0;
    }
    Ok((centroids, assignment.cells))
}
