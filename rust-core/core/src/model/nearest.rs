//! The nearest cell of one point among the cells of the groups that are nearest to it.

use super::WorkingMemory;
use super::groups::Upper;
use crate::error::{Result, make_room};
use ivory_kernels::{Coarse, Kernels};

/// Two levels of cells, in one frame.
pub(crate) struct TwoLevels<'a> {
    pub kernels: &'static Kernels,
    pub upper: &'a Upper,
    pub coarse: &'a Coarse,
}

impl TwoLevels<'_> {
    /// Chooses the cells that a point in the frame is compared with, those of the `groups` nearest
    /// groups: `memory.ranges`. Gives back the nearest group.
    pub fn choose(&self, point: &[f32], groups: usize, memory: &mut WorkingMemory) -> Result<u32> {
        self.upper.nearest(self.kernels, point, groups, memory)?;
        let WorkingMemory { order, ranges, .. } = memory;
        let nearest = order.iter().copied().min().unwrap_or(0) as u32;
        self.upper.ranges(order, ranges)?;
        Ok(nearest)
    }

    /// The nearest of the cells chosen for a point, and its key if that is wanted; among equally near
    /// ones the smallest number wins. `row` appends a cell's centroid, in the frame. Where no key is below infinity it is the first cell. The same at every level.
    pub fn nearest(
        &self,
        point: &[f32],
        memory: &mut WorkingMemory,
        with_key: bool,
        row: impl Fn(u32, &mut Vec<f32>),
    ) -> Result<(u32, f64)> {
        let WorkingMemory { near, rows, ranges, .. } = memory;
        make_room(rows, point.len())?;
        let mut best = (ranges[0].start, f64::INFINITY);
        let mut compare = |cell: u32| {
            let bias = f64::from(self.coarse.bias()[cell as usize]);
            rows.clear();
            row(cell, rows);
            let key = bias - self.kernels.product(point, rows);
            best = if key < best.1 { (cell, key) } else { best };
        };
        if self.kernels.preselect_in(self.coarse, point, ranges, 1, near)? {
            match near.cells() {
                &[cell] if !with_key => return Ok((cell, f64::NAN)),
                cells => cells.iter().for_each(|&cell| compare(cell)),
            }
        } else {
            ranges.iter().for_each(|range| range.clone().for_each(&mut compare));
        }
        Ok(best)
    }
}
