//! Groups of cells: the upper of two levels.
//!
//! Beyond some thousand cells it costs too much to compare a vector with all of them. Cells whose
//! centroids are near one another are a group, numbered one after the other; a vector is compared with
//! the middles of the groups, then with the cells of the nearest groups.

use super::WorkingMemory;
use crate::error::{Result, make_room};
use crate::order::ordered;
use ivory_kernels::{Coarse, Kernels};
use std::ops::Range;

/// Steps by which the number of cells asked for decides how many groups are searched: up to 1, 4, 16,
/// … 65,536 cells.
pub(crate) const STEPS: usize = 9;

/// Most groups of a model.
pub(crate) const MAX_GROUPS: usize = 4096;

/// Groups as a model stores them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Groups {
    /// The middles, group after group.
    pub centroids: Vec<f32>,
    /// The first cell of each group, and at last the number of cells.
    pub offsets: Vec<u32>,
    /// Groups searched for the cells of each step; measured when the model was trained.
    pub searched: [u32; STEPS],
}

/// The step of so many cells: the smallest whose `4^step` is not below.
pub(crate) fn step_of(cells: usize) -> usize {
    let step = cells.max(1).next_power_of_two().trailing_zeros().div_ceil(2) as usize;
    step.min(STEPS - 1)
}

/// Groups as they are searched, in the frame of the cells.
#[derive(Debug)]
pub(crate) struct Upper {
    rows: Vec<f32>,
    coarse: Coarse,
    offsets: Vec<u32>,
    pub searched: [u32; STEPS],
}

impl Upper {
    /// Groups by their middles (row after row, with a bias each) in the frame, which must not be
    /// empty, and `offsets` as [`Groups::offsets`].
    pub fn new(
        kernels: &Kernels,
        rows: Vec<f32>,
        bias: &[f32],
        offsets: Vec<u32>,
        searched: [u32; STEPS],
    ) -> Result<Self> {
        let coarse = kernels.coarse(&rows, rows.len() / bias.len(), bias)?;
        Ok(Self { rows, coarse, offsets, searched })
    }

    /// Number of groups.
    pub fn count(&self) -> usize {
        self.coarse.count()
    }

    /// Memory that this occupies.
    pub fn size_in_bytes(&self) -> usize {
        self.rows.capacity() * 4 + self.coarse.size_in_bytes() + self.offsets.capacity() * 4
    }

    /// Groups searched for so many cells, unless they have fewer.
    pub fn searched_for(&self, cells: usize) -> usize {
        self.searched[step_of(cells)] as usize
    }

    /// Leaves in `memory.order` the `count` (at most all) groups nearest to a point in the frame, as
    /// keys above the group's number, in no order; among equally near ones the smallest number wins.
    /// The same groups at every level.
    pub fn nearest(
        &self,
        kernels: &Kernels,
        point: &[f32],
        count: usize,
        memory: &mut WorkingMemory,
    ) -> Result<()> {
        let WorkingMemory { near, order, .. } = memory;
        let rank = |group: u32| {
            let row = &self.rows[group as usize * point.len()..][..point.len()];
            let bias = f64::from(self.coarse.bias()[group as usize]);
            let key = (bias - kernels.product(point, row)) as f32;
            u64::from(ordered(key)) << 32 | u64::from(group)
        };
        if count < self.count() && kernels.preselect(&self.coarse, point, count, near)? {
            make_room(order, near.cells().len())?;
            order.extend(near.cells().iter().map(|&group| rank(group)));
        } else {
            make_room(order, self.count())?;
            order.extend((0..self.count() as u32).map(rank));
        }
        if count < order.len() {
            order.select_nth_unstable(count - 1);
            order.truncate(count);
        }
        Ok(())
    }

    /// The cells of groups that [`Upper::nearest`] found: ascending ranges, neighbours joined.
    pub fn ranges(&self, order: &mut [u64], ranges: &mut Vec<Range<u32>>) -> Result<()> {
        order.iter_mut().for_each(|key| *key &= u64::from(u32::MAX));
        order.sort_unstable();
        make_room(ranges, order.len())?;
        for &group in &*order {
            let (from, to) = (self.offsets[group as usize], self.offsets[group as usize + 1]);
            match ranges.last_mut() {
                Some(last) if last.end == from => last.end = to,
                _ => ranges.push(from..to),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_powers_of_four() {
        for (cells, step) in
            [(0, 0), (1, 0), (2, 1), (4, 1), (5, 2), (16, 2), (17, 3), (16_384, 7), (65_536, 8)]
        {
            assert_eq!(step_of(cells), step, "{cells}");
        }
        assert_eq!(step_of(usize::MAX / 2), STEPS - 1);
    }
}
