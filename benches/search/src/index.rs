//! Vectors under a model, in one region, searched by one thread.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use ivory_core::{
    Candidate, Encoder, Metric, Model, Region, RegionWriter, Scan, Trainer, TrainingParameters,
    WorkingMemory,
};
use ivory_files::Vectors;
use ivory_kernels::{Kernels, Rows};

/// Vectors that are encoded at a time, as a flush of the plugin does.
const BATCH: usize = 4096;
/// Hits wanted.
pub const K: usize = 10;

/// How much of a search is done: to tell the stages apart by subtraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Tables of the query and choice of cells.
    Probe,
    /// And estimates of their vectors.
    Scan,
    /// And exact distances of the best.
    All,
}

/// The model, the region, and the vectors for rescoring.
#[derive(Debug)]
pub struct Index {
    model: Arc<Model>,
    region: Vec<u8>,
    raw: Vec<u8>,
    count: usize,
    /// Seconds of training.
    pub training: f64,
    /// Seconds of assigning and encoding, one thread.
    pub encoding: f64,
}

/// What one pass over the queries gave.
#[derive(Debug, Default)]
pub struct Pass {
    /// Of the whole pass.
    pub seconds: f64,
    /// Vectors whose codes were read.
    pub scanned: u64,
    /// Rows found, `K` a query; -1 where there was none.
    pub found: Vec<i32>,
}

impl Index {
    /// Trains on `learn` and encodes `base`.
    ///
    /// # Errors
    /// What the core gives.
    pub fn build(
        base: &Vectors,
        learn: &Vectors,
        cells: usize,
        encoder: Encoder,
        threads: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let begin = Instant::now();
        let trainer = Trainer::new(TrainingParameters {
            metric: Metric::L2,
            dimension: base.dimension,
            nlist: cells,
            seed: 42,
            max_iterations: 10,
            max_sample: learn.count(),
            threads,
            encoder,
        })?;
        trainer.add(&learn.numbers)?;
        let model = trainer.run()?;
        let training = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let (count, length) = (base.count(), model.code_length());
        let (mut assigned, mut codes) = (vec![0u32; count], vec![0u8; count * length]);
        let mut memory = WorkingMemory::default();
        for start in (0..count).step_by(BATCH) {
            let end = (start + BATCH).min(count);
            model.encode(
                &base.numbers[start * base.dimension..end * base.dimension],
                &mut memory,
                &mut assigned[start..end],
                &mut codes[start * length..end * length],
            )?;
        }
        let encoding = begin.elapsed().as_secs_f64();
        let region = region(&model, &assigned, &codes)?;
        let raw = base.numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let model = Arc::new(model);
        Ok(Self { model, region, raw, count, training, encoding })
    }

    /// Bytes of a vector's code with its factors.
    pub fn code_length(&self) -> usize {
        self.model.code_length()
    }

    /// The level of the kernels that run.
    pub fn level(&self) -> String {
        format!("{:?}", Kernels::active().level()).to_lowercase()
    }

    /// Searches every query once, one after the other.
    ///
    /// # Errors
    /// What the core gives.
    pub fn search(
        &self,
        queries: &Vectors,
        nprobe: usize,
        candidates: usize,
        depth: Depth,
    ) -> Result<Pass, Box<dyn Error>> {
        let region = Region::new(&self.region)?;
        let rows = Rows::new(&self.raw, self.count, queries.dimension)?;
        let kernels = Kernels::active();
        let mut pass = Pass::default();
        let (mut best, mut docs) = (Vec::<Candidate>::new(), Vec::<u32>::new());
        let (mut distances, mut order) = (Vec::<f32>::new(), Vec::<(f32, u32)>::new());
        let begin = Instant::now();
        for number in 0..queries.count() {
            let query = queries.row(number);
            let mut scan = Scan::new(Arc::clone(&self.model), query, candidates)?;
            let cells = scan.probe(nprobe)?.len();
            if depth == Depth::Probe {
                continue;
            }
            pass.scanned += scan.region(0, &region, 0, cells, None)?;
            scan.take(&mut best)?;
            if depth == Depth::Scan {
                continue;
            }
            docs.clear();
            docs.extend(best.iter().map(|candidate| candidate.doc));
            distances.resize(docs.len(), 0.0);
            kernels.l2_at(query, rows, &docs, &mut distances);
            order.clear();
            order.extend(distances.iter().copied().zip(docs.iter().copied()));
            if order.len() > K {
                order.select_nth_unstable_by(K, |a, b| a.0.total_cmp(&b.0));
                order.truncate(K);
            }
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let hits = order.iter().map(|&(_, doc)| doc.cast_signed());
            pass.found.extend(hits.chain(std::iter::repeat(-1)).take(K));
        }
        pass.seconds = begin.elapsed().as_secs_f64();
        Ok(pass)
    }
}

fn region(model: &Model, assigned: &[u32], codes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let length = model.code_length();
    let mut lists = vec![Vec::<u32>::new(); model.nlist()];
    for (doc, &cell) in assigned.iter().enumerate() {
        lists[cell as usize].push(u32::try_from(doc)?);
    }
    let mut writer = RegionWriter::new(model.fingerprint(), model.code_bytes(), model.factors());
    let mut rows = Vec::new();
    for (cell, docs) in lists.iter().enumerate() {
        rows.clear();
        for &doc in docs {
            rows.extend_from_slice(&codes[doc as usize * length..][..length]);
        }
        writer.add(u32::try_from(cell)?, docs, &rows)?;
    }
    Ok(writer.finish()?)
}
