//! Choosing the cells that a query visits.

use super::assign::{PART, check_finite};
use super::frame::is_moderate;
use super::{Model, TwoLevels, WorkingMemory};
use crate::error::{Error, Result, make_room, refill};
use crate::metric::Metric;
use crate::order::ordered;

impl Model {
    /// Finds the `min(nprobe, nlist)` cells nearest to the query, nearest first, ties by number, and
    /// says how many they are. `cells` receives their numbers; `raw`, if wanted, the squared
    /// distances (for spherical metrics: inner products) of query and centroid.
    ///
    /// A model with groups looks for them in the nearest groups, the more the more cells are asked
    /// for, so that some of the farther ones may not be the nearest there are, and those of a smaller
    /// `nprobe` need not be the first of a larger one's. From an eighth of all cells on, all are
    /// compared.
    ///
    /// # Errors
    /// [`Error::Argument`] if `nprobe` is 0, the query's length is wrong, a component is not finite
    /// or an output too short; [`Error::Memory`].
    pub fn probe(
        &self,
        query: &[f32],
        nprobe: usize,
        memory: &mut WorkingMemory,
        cells: &mut [u32],
        raw: Option<&mut [f32]>,
    ) -> Result<usize> {
        if query.len() != self.dimension {
            return Err(Error::Argument(format!(
                "[query] has [{}] components, the model has dimension [{}]",
                query.len(),
                self.dimension
            )));
        }
        if nprobe == 0 {
            return Err(Error::Argument("[nprobe] must be at least 1, got [0]".into()));
        }
        let count = nprobe.min(self.nlist);
        let shortest = raw.as_ref().map_or(cells.len(), |raw| raw.len().min(cells.len()));
        if shortest < count {
            return Err(Error::Argument(format!(
                "room for [{shortest}] cells, [nprobe] asks for [{count}]"
            )));
        }
        check_finite("query", query, self.dimension)?;

        let preselected = self.preselect(query, count, memory)?;
        let WorkingMemory { raw: values, order, near, .. } = memory;
        let length = if preselected { near.cells().len() } else { self.nlist };
        refill(values, length, 0.0)?;
        let (centroids, kernels) = (self.centroids(), self.kernels);
        match (preselected, self.metric == Metric::L2) {
            (true, true) => kernels.l2_at(query, centroids, near.cells(), values),
            (true, false) => kernels.ip_at(query, centroids, near.cells(), values),
            (false, true) => kernels.l2(query, centroids, values),
            (false, false) => kernels.ip(query, centroids, values),
        }
        make_room(order, length)?;
        // Preselected cells are in order, so that places are, too, by which ties go.
        let nearer_is_larger = self.metric.is_spherical();
        order.extend(values.iter().zip(0u64..).map(|(&value, place)| {
            let value = if nearer_is_larger { -value } else { value };
            (u64::from(ordered(value)) << 32) | place
        }));
        if count < order.len() {
            order.select_nth_unstable(count - 1);
        }
        let nearest = &mut order[..count];
        nearest.sort_unstable();
        for (place, key) in cells.iter_mut().zip(&*nearest) {
            *place = if preselected { near.cells()[*key as u32 as usize] } else { *key as u32 };
        }
        if let Some(raw) = raw {
            for (place, key) in raw.iter_mut().zip(&*nearest) {
                *place = values[*key as u32 as usize];
            }
        }
        Ok(count)
    }

    /// Finds the cells that can be among the `count` nearest, of all or of those in the groups searched
    /// for so many; `false` if all can, or too many.
    fn preselect(&self, query: &[f32], count: usize, memory: &mut WorkingMemory) -> Result<bool> {
        if count > self.nlist / PART {
            return Ok(false);
        }
        let mut points = std::mem::take(&mut memory.points);
        make_room(&mut points, query.len())?;
        points.extend_from_slice(query);
        let stays = self.frame.apply_to(&mut points);
        let moderate = self.frame.is_moderate() && is_moderate(query) && stays;
        let preselected = match self.two_levels() {
            Some(levels) => self.preselect_by_groups(&levels, &points, count, moderate, memory)?,
            None => {
                let near = &mut memory.near;
                moderate
                    && self.kernels.preselect(&self.coarse, &points, count, near)?
                    && near.cells().len() <= 4 * count + self.nlist / PART
            }
        };
        memory.points = points;
        Ok(preselected)
    }

    /// As [`Model::preselect`] with groups. Cells of theirs are left whatever the numbers are.
    fn preselect_by_groups(
        &self,
        levels: &TwoLevels<'_>,
        point: &[f32],
        count: usize,
        moderate: bool,
        memory: &mut WorkingMemory,
    ) -> Result<bool> {
        let mut groups = levels.upper.searched_for(count);
        levels.choose(point, groups, memory)?;
        while memory.ranges.iter().map(ExactSizeIterator::len).sum::<usize>() < count {
            groups *= 2;
            levels.choose(point, groups, memory)?;
        }
        let WorkingMemory { near, ranges, .. } = memory;
        if !moderate || !self.kernels.preselect_in(&self.coarse, point, ranges, count, near)? {
            near.take_all(ranges)?;
        }
        Ok(true)
    }
}
