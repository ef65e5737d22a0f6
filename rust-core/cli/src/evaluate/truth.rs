//! Each query's true neighbours, and the cells that they lie in.

use crate::failure::Failure;
use ivory_core::{Metric, Model};
use ivory_files::IdReader;
use ivory_kernels::{Kernels, Rows};
use rayon::prelude::*;
use std::path::Path;

/// Vectors as near as the last that counts, kept beyond `k`, at most: any of them is a hit.
const MOST_TIES: usize = 1000;

/// Rows of the ground truth that are read at a time.
const ROWS: usize = 1024;

/// The neighbours, while the vectors pass by.
#[derive(Debug)]
pub enum Truth {
    /// Found by comparing every vector with every query.
    Exact { k: usize, nearest: Vec<Nearest> },
    /// From a file.
    Given { k: usize, ids: Vec<u64>, sorted: Vec<u64>, cells: Vec<u32> },
}

impl Truth {
    /// To be found for so many queries.
    pub fn exact(queries: usize, k: usize) -> Self {
        Self::Exact { k, nearest: vec![Nearest::default(); queries] }
    }

    /// Reads the first `k` neighbours of each query, which are row numbers of the vectors.
    pub fn read(path: &Path, queries: usize, k: usize, vectors: u64) -> Result<Self, Failure> {
        let mut reader = IdReader::open(path)?;
        if reader.rows() != queries as u64 {
            let cause = format!("has {} rows, there are {queries} queries", reader.rows());
            return Err(Failure::of_file(path, cause));
        }
        if reader.width() < k {
            let cause = format!("has {} neighbours in a row, -k is {k}", reader.width());
            return Err(Failure::of_file(path, cause));
        }
        let (width, mut row, mut block) = (reader.width(), 0u64, Vec::new());
        let mut ids = Vec::new();
        while reader.read(ROWS, &mut block)? > 0 {
            for numbers in block.chunks_exact(width) {
                for &id in &numbers[..k] {
                    match u64::try_from(id) {
                        Ok(id) if id < vectors => ids.push(id),
                        _ => {
                            let cause = format!("row {row}: {id} is none of the {vectors} vectors");
                            return Err(Failure::of_file(path, cause));
                        }
                    }
                }
                row += 1;
            }
            block.clear();
        }
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        Ok(Self::Given { k, ids, cells: vec![0; sorted.len()], sorted })
    }

    /// Takes in a block of vectors, the first of which has the number `row`, and their cells.
    pub fn block(
        &mut self,
        model: &Model,
        queries: &[f32],
        block: &[f32],
        row: u64,
        cells: &[u32],
    ) {
        match self {
            Self::Given { sorted, cells: found, .. } => {
                let first = sorted.partition_point(|&id| id < row);
                for (id, place) in sorted[first..].iter().zip(&mut found[first..]) {
                    match cells.get((id - row) as usize) {
                        Some(&cell) => *place = cell,
                        None => break,
                    }
                }
            }
            Self::Exact { k, nearest } => {
                let Ok(rows) = Rows::of_f32(block, model.dimension()) else { return };
                let kernels = Kernels::active();
                queries.par_chunks_exact(model.dimension()).zip(nearest).for_each_init(
                    Vec::new,
                    |keys: &mut Vec<f32>, (query, nearest)| {
                        keys.clear();
                        keys.resize(rows.count(), 0.0);
                        if model.metric() == Metric::L2 {
                            kernels.l2(query, rows, keys);
                        } else {
                            kernels.ip(query, rows, keys);
                            keys.iter_mut().for_each(|key| *key = -*key);
                        }
                        nearest.offer(*k, keys, row, cells);
                    },
                );
            }
        }
    }

    /// Cells of the query's true neighbours. There may be more than `k`, all as near as the last.
    pub fn cells(&self, query: usize, into: &mut Vec<u32>) {
        into.clear();
        match self {
            Self::Exact { k, nearest } => {
                let mut nearest = nearest[query].clone();
                nearest.cut(*k);
                into.extend(nearest.found.iter().map(|found| found.cell));
            }
            Self::Given { k, ids, sorted, cells } => {
                let place = |id| sorted.binary_search(id).ok().map(|place| cells[place]);
                into.extend(ids[query * k..][..*k].iter().filter_map(place));
            }
        }
    }

    /// Neighbours that count.
    pub fn k(&self) -> usize {
        match self {
            Self::Exact { k, .. } | Self::Given { k, .. } => *k,
        }
    }
}

/// The nearest vectors of one query so far.
#[derive(Clone, Debug)]
pub struct Nearest {
    found: Vec<Found>,
    /// No vector beyond can be among the nearest.
    limit: f32,
}

/// A vector's key (smaller is nearer), number and cell.
#[derive(Clone, Copy, Debug)]
struct Found {
    key: f32,
    row: u64,
    cell: u32,
}

impl Default for Nearest {
    fn default() -> Self {
        Self { found: Vec::new(), limit: f32::INFINITY }
    }
}

impl Nearest {
    fn offer(&mut self, k: usize, keys: &[f32], row: u64, cells: &[u32]) {
        for ((&key, &cell), row) in keys.iter().zip(cells).zip(row..) {
            if key <= self.limit {
                self.found.push(Found { key, row, cell });
                if self.found.len() >= 2 * (k + MOST_TIES) {
                    self.cut(k);
                }
            }
        }
    }

    /// Leaves the nearest `k` and those as near as the last of them.
    fn cut(&mut self, k: usize) {
        self.found.sort_unstable_by(|a, b| a.key.total_cmp(&b.key).then(a.row.cmp(&b.row)));
        if let Some(last) = self.found.get(k - 1) {
            self.limit = last.key;
            let limit = self.limit;
            let end = self.found.partition_point(|found| found.key <= limit);
            self.found.truncate(end.min(k + MOST_TIES));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_are_kept_with_ties() {
        let mut nearest = Nearest::default();
        // Keys 0 to 9, each 500 times, in blocks.
        for block in 0..50u64 {
            let keys: Vec<f32> = (0..100).map(|i| ((i * 7 + block as usize) % 10) as f32).collect();
            nearest.offer(3, &keys, block * 100, &[block as u32; 100]);
        }
        nearest.cut(3);
        assert_eq!(nearest.found.len(), 500);
        assert!(nearest.found.iter().all(|found| found.key == 0.0));
        assert!(nearest.found.is_sorted_by_key(|found| found.row));
        assert!(nearest.found.capacity() < 5000);
        nearest.offer(3, &[0.0; 2000], 5000, &[7; 2000]);
        nearest.cut(3);
        assert_eq!(nearest.found.len(), 3 + MOST_TIES);
    }

    #[test]
    fn fewer_vectors_than_asked_for_are_all_kept() {
        let mut nearest = Nearest::default();
        nearest.offer(10, &[2.0, 1.0], 0, &[5, 6]);
        nearest.cut(10);
        assert_eq!(nearest.found.iter().map(|found| found.cell).collect::<Vec<_>>(), [6, 5]);
    }
}
