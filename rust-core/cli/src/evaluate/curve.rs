//! Recall and vectors scanned for several numbers of cells probed.

use super::truth::Truth;
use crate::failure::Failure;
use crate::interrupt;
use ivory_core::{Model, WorkingMemory};
use rayon::prelude::*;

/// What one number of cells gives, as a mean over the queries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub nprobe: usize,
    /// The part of the true neighbours that lie in the probed cells.
    pub recall: f64,
    /// Vectors in the probed cells.
    pub scanned: f64,
    /// The same as a part of all vectors.
    pub share: f64,
}

/// Points by cells probed, ascending.
#[derive(Debug)]
pub struct Curve {
    pub points: Vec<Point>,
}

impl Curve {
    /// `sizes` are the vectors of each cell, `nprobes` ascending and at most `nlist`.
    pub fn measure(
        model: &Model,
        queries: &[f32],
        truth: &Truth,
        sizes: &[u64],
        nprobes: &[usize],
    ) -> Result<Self, Failure> {
        let most = nprobes.last().copied().unwrap_or(1);
        let vectors: u64 = sizes.iter().sum();
        let wanted = (truth.k() as u64).min(vectors);
        let count = queries.len() / model.dimension();
        // Whole numbers: the sums depend on no order.
        let sums = queries
            .par_chunks_exact(model.dimension())
            .enumerate()
            .map_init(
                || (Memory::new(model, most), Vec::new()),
                |(memory, cells), (number, query)| {
                    interrupt::check()?;
                    truth.cells(number, cells);
                    memory.count(model, query, cells, sizes, (nprobes, wanted))
                },
            )
            .try_reduce(
                || vec![(0, 0); nprobes.len()],
                |a, b| Ok(a.iter().zip(b).map(|(a, b)| (a.0 + b.0, a.1 + b.1)).collect()),
            )?;
        let point = |(&nprobe, (hits, scanned)): (&usize, (u64, u64))| {
            let scanned = scanned as f64 / count as f64;
            let recall = hits as f64 / (count as u64 * wanted) as f64;
            Point { nprobe, recall, scanned, share: scanned / vectors as f64 }
        };
        Ok(Self { points: nprobes.iter().zip(sums).map(point).collect() })
    }
}

/// What a thread needs for its queries.
struct Memory {
    working: WorkingMemory,
    order: Vec<u32>,
    /// Which cells are probed.
    probed: Vec<bool>,
}

impl Memory {
    fn new(model: &Model, most: usize) -> Self {
        let probed = vec![false; model.nlist()];
        Self { working: WorkingMemory::default(), order: vec![0; most], probed }
    }

    /// Hits and vectors scanned of one query for each number of cells. Each is probed for by itself,
    /// as a search does: a model that finds cells by their groups looks into more groups for more.
    fn count(
        &mut self,
        model: &Model,
        query: &[f32],
        neighbours: &[u32],
        sizes: &[u64],
        (nprobes, wanted): (&[usize], u64),
    ) -> Result<Vec<(u64, u64)>, Failure> {
        let mut counts = Vec::with_capacity(nprobes.len());
        for &nprobe in nprobes {
            let found = model.probe(query, nprobe, &mut self.working, &mut self.order, None)?;
            let cells = &self.order[..found];
            cells.iter().for_each(|&cell| self.probed[cell as usize] = true);
            let hits = neighbours.iter().filter(|&&cell| self.probed[cell as usize]).count() as u64;
            let scanned = cells.iter().map(|&cell| sizes[cell as usize]).sum();
            cells.iter().for_each(|&cell| self.probed[cell as usize] = false);
            counts.push((hits.min(wanted), scanned));
        }
        Ok(counts)
    }
}
