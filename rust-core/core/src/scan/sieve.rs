//! Codes in, the best candidates out: a query's tables, and what was found by them so far.

use super::reservoir::Reservoir;
use ivory_kernels::{Affine, Found, Kernels, Tables};
use std::collections::TryReserveError;

/// Vectors of one cell in block form.
#[derive(Clone, Copy)]
pub(super) struct Blocks<'a> {
    /// May be longer than the vectors.
    pub codes: &'a [u8],
    pub count: usize,
    pub segment: u32,
    pub affine: Affine,
}

#[derive(Debug)]
pub(super) struct Sieve {
    kernels: &'static Kernels,
    tables: Tables,
    pub reservoir: Reservoir,
    found: Vec<Found>,
}

impl Sieve {
    /// For the tables' `entries` and the best `candidates`.
    pub fn new(
        kernels: &'static Kernels,
        entries: &[u8],
        candidates: usize,
    ) -> Result<Self, TryReserveError> {
        let mut tables = Tables::default();
        kernels.tables(entries, &mut tables)?;
        Ok(Self { kernels, tables, reservoir: Reservoir::new(candidates)?, found: Vec::new() })
    }

    /// Gives the places of the vectors whose estimate is at most `threshold`, ascending; the reservoir
    /// is not asked and hears of none.
    pub fn within(
        &mut self,
        blocks: Blocks<'_>,
        threshold: f32,
    ) -> Result<impl Iterator<Item = usize>, TryReserveError> {
        let Blocks { codes, count, affine, .. } = blocks;
        self.found.clear();
        self.found.try_reserve(count)?;
        let found = &mut self.found;
        self.kernels.scan(&self.tables, &affine, codes, count, threshold, 0, found);
        Ok(self.found.iter().map(|found| found.position as usize))
    }

    /// Scans vectors; `hit` gives the document of the vector at a place among them, if it can be a
    /// hit.
    #[inline]
    pub fn scan(
        &mut self,
        blocks: Blocks<'_>,
        hit: impl Fn(usize) -> Option<u32>,
    ) -> Result<(), TryReserveError> {
        let Blocks { codes, count, segment, affine } = blocks;
        let threshold = self.reservoir.threshold();
        self.found.clear();
        self.found.try_reserve(count)?;
        let found = &mut self.found;
        self.kernels.scan(&self.tables, &affine, codes, count, threshold, 0, found);
        for found in &*found {
            if let Some(doc) = hit(found.position as usize) {
                self.reservoir.offer(segment, doc, found.estimate);
            }
        }
        if self.reservoir.is_due() {
            self.reservoir.cut();
        }
        Ok(())
    }
}
