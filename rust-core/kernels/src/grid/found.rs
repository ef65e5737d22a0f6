//! The cells that can be a point's nearest, as they are found.

use super::WIDEST;
use std::collections::TryReserveError;

/// Most cells that are noted for a point; where more are left its keys are computed in another way.
const MOST: usize = 48;

/// What was found for each point of a block.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The nearest cell's key is not above this. Not a number: nothing can be said.
    pub limits: Vec<f32>,
    /// How far the keys of a point can be off, in radii of the cells.
    pub reaches: Vec<f32>,
    counts: Vec<u32>,
    noted: Vec<(f32, u32)>,
}

impl Found {
    /// Makes room for that many points.
    pub fn fit(&mut self, points: usize) -> Result<(), TryReserveError> {
        if self.limits.len() < points {
            let more = points - self.limits.len();
            self.limits.try_reserve_exact(more)?;
            self.reaches.try_reserve_exact(more)?;
            self.counts.try_reserve_exact(more)?;
            self.noted.try_reserve_exact(more * MOST)?;
            self.limits.resize(points, 0.0);
            self.reaches.resize(points, 0.0);
            self.counts.resize(points, 0);
            self.noted.resize(points * MOST, (0.0, 0));
        }
        Ok(())
    }

    /// Starts a point whose nearest cell's key is at most this one.
    pub fn start(&mut self, point: usize, key: f64, reach: f32) {
        // Rounded up; infinity stays.
        let limit = if reach.is_nan() { f32::NAN } else { (key as f32).next_up() };
        (self.limits[point], self.reaches[point], self.counts[point]) = (limit, reach, 0);
    }

    /// The cells noted for a point whose keys can still be within its limit; `None` if there were too
    /// many of them.
    pub fn of(&self, point: usize) -> Option<impl Iterator<Item = u32> + '_> {
        let limit = self.limits[point];
        let noted = &self.noted[point * MOST..][..self.counts[point] as usize];
        (!limit.is_nan())
            .then(|| noted.iter().filter(move |(key, _)| *key <= limit).map(|&(_, cell)| cell))
    }

    /// Notes those cells of a panel, given by their bits, whose least keys are within the point's limit,
    /// and lowers the limit to the most that their keys can be.
    #[cold]
    #[inline(never)]
    pub fn note(
        &mut self,
        point: usize,
        mut bits: u32,
        keys: &[f32; WIDEST],
        radii: &[f32],
        first: u32,
    ) {
        let noted = &mut self.noted[point * MOST..][..MOST];
        let (limit, count) = (&mut self.limits[point], &mut self.counts[point]);
        while bits != 0 {
            let place = bits.trailing_zeros();
            bits &= bits - 1;
            let key = keys[place as usize];
            if key > *limit {
                continue;
            }
            *limit = limit.min(key + 2.0 * self.reaches[point] * radii[place as usize]);
            if *count as usize == MOST {
                let mut kept = 0;
                for i in 0..MOST {
                    if noted[i].0 <= *limit {
                        noted[kept] = noted[i];
                        kept += 1;
                    }
                }
                *count = kept as u32;
                if kept == MOST {
                    *limit = f32::NAN;
                    return;
                }
            }
            noted[*count as usize] = (key, first + place);
            *count += 1;
        }
    }
}
