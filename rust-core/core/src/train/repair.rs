//! New centroids for empty cells.

use super::clustering::{Assignment, Context, Members, Points};
use crate::random::Random;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Gives every empty cell a new centroid: a point of the cell whose points are farthest from their
/// centroid in sum, drawn in proportion to its distance. Cells whose points all equal their centroid
/// give nothing away, so a cell may stay empty where there are fewer distinct points than cells.
/// Returns the number of cells repaired.
pub(super) fn repair(
    context: &Context<'_>,
    points: &Points<'_>,
    assignment: &Assignment,
    members: &Members,
    centroids: &mut [f32],
    random: &mut Random,
) -> usize {
    let empty: Vec<usize> =
        members.sizes().enumerate().filter(|&(_, size)| size == 0).map(|(cell, _)| cell).collect();
    if empty.is_empty() {
        return 0;
    }
    let distance = |point: u32| f64::from(assignment.distances[point as usize]);
    let mut donors: BinaryHeap<Donor> = (0..members.sizes().count())
        .map(|cell| Donor { cell, cost: members.of_cell(cell).iter().map(|&p| distance(p)).sum() })
        .filter(|donor| donor.cost > 0.0 && donor.cost.is_finite())
        .collect();
    let mut repaired = 0;
    for cell in empty {
        let Some(donor) = donors.pop() else { break };
        let candidates = members.of_cell(donor.cell);
        let total: f64 = candidates.iter().map(|&p| distance(p)).sum();
        let mut goal = random.unit() * total;
        let drawn = candidates.iter().copied().find(|&point| {
            goal -= distance(point);
            goal < 0.0
        });
        let Some(point) = drawn.or(candidates.last().copied()) else { continue };
        let dimension = context.dimension;
        let source = &points.numbers[point as usize * dimension..][..dimension];
        centroids[cell * dimension..][..dimension].copy_from_slice(source);
        repaired += 1;
        // What is left is taken to be half of it; below a trace, nothing is left to give away.
        if donor.cost > total / 1024.0 {
            donors.push(Donor { cost: donor.cost / 2.0, ..donor });
        }
    }
    repaired
}

/// A cell by the sum of its points' distances; ties by number, so that the order is total.
struct Donor {
    cell: usize,
    cost: f64,
}

impl Ord for Donor {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cost.total_cmp(&other.cost).then(other.cell.cmp(&self.cell))
    }
}

impl PartialOrd for Donor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Donor {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Donor {}
