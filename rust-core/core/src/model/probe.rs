//! Choosing the cells that a query visits.

use super::assign::check_finite;
use super::{Model, WorkingMemory};
use crate::error::{Error, Result};
use crate::metric::Metric;

impl Model {
    /// Finds the `min(nprobe, nlist)` cells nearest to the query, nearest first, ties by number, and
    /// says how many they are. `cells` receives their numbers; `raw`, if wanted, the squared
    /// distances (for spherical metrics: inner products) of query and centroid.
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

        let WorkingMemory { raw: values, order, .. } = memory;
        values.clear();
        values.try_reserve(self.nlist)?;
        values.resize(self.nlist, 0.0);
        if self.metric == Metric::L2 {
            self.kernels.l2(query, self.centroids(), values);
        } else {
            self.kernels.ip(query, self.centroids(), values);
        }
        order.clear();
        order.try_reserve(self.nlist)?;
        let nearer_is_larger = self.metric.is_spherical();
        order.extend(values.iter().zip(0u64..).map(|(&value, cell)| {
            let value = if nearer_is_larger { -value } else { value };
            (u64::from(ordered(value)) << 32) | cell
        }));
        if count < order.len() {
            order.select_nth_unstable(count - 1);
        }
        let nearest = &mut order[..count];
        nearest.sort_unstable();
        for (place, key) in cells.iter_mut().zip(&*nearest) {
            *place = *key as u32;
        }
        if let Some(raw) = raw {
            for (place, key) in raw.iter_mut().zip(&*nearest) {
                *place = values[*key as u32 as usize];
            }
        }
        Ok(count)
    }
}

/// Maps numbers to integers of the same order; both zeros are equal, NaN comes last.
fn ordered(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if value.is_nan() {
        u32::MAX
    } else if bits >> 31 == 1 {
        !bits
    } else {
        bits | 0x8000_0000
    }
}
