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
        let source = points.point(context, point as usize);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::model::Frame;
    use ivory_kernels::{Grid, Kernels};
    use std::sync::atomic::AtomicBool;

    /// Repairs the cells of points on a line; cell `c`'s centroid is at `centroids[c]`.
    fn repaired(numbers: &[f32], cells: &[u32], mut centroids: Vec<f32>) -> (usize, Vec<f32>) {
        let cancelled = AtomicBool::new(false);
        let context = Context::of(
            1,
            Frame::of(Metric::L2, 1, &[]).unwrap(),
            Grid::around(numbers, 1).unwrap(),
            Kernels::active(),
            &cancelled,
        );
        let points = Points::new(&context, numbers).unwrap();
        let distances =
            numbers.iter().zip(cells).map(|(x, &c)| (x - centroids[c as usize]).powi(2)).collect();
        let assignment = Assignment { cells: cells.to_vec(), keys: Vec::new(), distances };
        let members = Members::of(cells, centroids.len()).unwrap();
        let mut random = Random::new(1);
        let count = repair(&context, &points, &assignment, &members, &mut centroids, &mut random);
        (count, centroids)
    }

    #[test]
    fn an_empty_cell_gets_a_point_of_the_worst_cell() {
        let (count, centroids) =
            repaired(&[0.0, 1.0, 10.0, 20.0, 30.0], &[0, 0, 2, 2, 2], vec![0.5, 99.0, 20.0]);
        assert_eq!(count, 1);
        assert_eq!((centroids[0], centroids[2]), (0.5, 20.0), "the others stay");
        assert!([10.0, 30.0].contains(&centroids[1]), "the point at the centroid cannot be drawn");
    }

    #[test]
    fn several_empty_cells_share_what_there_is() {
        let numbers: Vec<f32> = (0..100u8).map(f32::from).collect();
        let (count, centroids) = repaired(&numbers, &[3; 100], vec![-1.0, -1.0, -1.0, 49.5]);
        assert_eq!(count, 3);
        assert!(centroids[..3].iter().all(|centroid| numbers.contains(centroid)));
    }

    #[test]
    fn equal_points_give_nothing_away() {
        let (count, centroids) = repaired(&[2.0; 4], &[1; 4], vec![7.0, 2.0, 8.0]);
        assert_eq!((count, centroids), (0, vec![7.0, 2.0, 8.0]));
    }

    #[test]
    fn no_empty_cell_no_repair() {
        assert_eq!(repaired(&[1.0, 3.0], &[0, 1], vec![1.5, 2.5]), (0, vec![1.5, 2.5]));
    }
}
