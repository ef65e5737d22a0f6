//! Scanning codes: one query against the cells of many segments.

mod bounds;
mod horizon;
mod measure;
mod query;
mod region;
mod reservoir;
mod sieve;
mod writer;

pub use region::Region;
pub use reservoir::Candidate;
pub use writer::RegionWriter;

use crate::error::{Error, FormatError, Result};
use crate::metric::Metric;
use crate::model::{Model, WorkingMemory, check_finite};
use ivory_kernels::{Affine, BLOCK, Rows};
use query::Query;
use sieve::{Blocks, Sieve};
use std::sync::Arc;

/// Bytes of codes that are scanned before the threshold is looked at again, about.
const CHUNK_BYTES: usize = 16_384;

/// Vectors that are scanned at once until there is a threshold: all of them are found.
const FIRST_CHUNK: usize = 2 * BLOCK;

/// Bytes of codes that are asked for ahead of the scan.
const AHEAD_BYTES: usize = 4096;

/// Most of them in one place: the processor sees by itself how it goes on.
const MOST_IN_PLACE: usize = 512;

/// Most candidates that a scan keeps.
const MOST_CANDIDATES: usize = 1 << 24;

/// Vectors of one cell that are scanned at once.
#[derive(Clone, Copy, Debug)]
struct Step {
    rank: usize,
    start: usize,
    count: usize,
}

/// One query on its way through the segments of a shard. One thread at a time.
#[derive(Debug)]
pub struct Scan {
    model: Arc<Model>,
    query: Query,
    sieve: Sieve,
    memory: WorkingMemory,
    /// The cells probed so far, nearest first.
    cells: Vec<u32>,
    /// What each of them adds to the estimates.
    bases: Vec<f32>,
    steps: Vec<Step>,
    /// Rows brought into block form.
    blocks: Vec<u8>,
}

impl Scan {
    /// Prepares a query that keeps the best `candidates`.
    ///
    /// # Errors
    /// [`Error::Argument`] if the model has no encoder, the query's length is not the model's
    /// dimension, a component is not finite, or `candidates` is 0 or above 2²⁴; [`Error::Memory`].
    pub fn new(model: Arc<Model>, query: &[f32], candidates: usize) -> Result<Self> {
        let Some(coder) = model.coder() else {
            return Err(Error::Argument("the model has no [encoder]: there are no codes".into()));
        };
        if query.len() != model.dimension() {
            return Err(Error::Argument(format!(
                "[query] has [{}] components, the model has dimension [{}]",
                query.len(),
                model.dimension()
            )));
        }
        if !(1..=MOST_CANDIDATES).contains(&candidates) {
            return Err(Error::Argument(format!(
                "[candidates] must be from 1 to {MOST_CANDIDATES}, got [{candidates}]"
            )));
        }
        check_finite("query", query, model.dimension())?;
        let prepared = Query::new(&model, coder, query)?;
        Ok(Self {
            sieve: Sieve::new(model.kernels(), &prepared.lookup.entries, candidates)?,
            query: prepared,
            memory: model.lend(),
            cells: Vec::new(),
            bases: Vec::new(),
            steps: Vec::new(),
            blocks: Vec::new(),
            model,
        })
    }

    /// Chooses the `min(nprobe, nlist)` nearest cells, nearest first, and gives back all of them.
    /// Asked again for more, it adds behind those that it has; asked for fewer, it keeps all.
    ///
    /// # Errors
    /// [`Error::Argument`] if `nprobe` is 0; [`Error::Memory`].
    pub fn probe(&mut self, nprobe: usize) -> Result<&[u32]> {
        let count = nprobe.min(self.model.nlist());
        let before = self.cells.len();
        if count > before || nprobe == 0 {
            // All that can fail comes first: a scan that has failed goes on with what it had.
            self.cells.try_reserve(count)?;
            self.bases.try_reserve(count)?;
            let mut nearest = crate::error::filled(count, 0u32)?;
            self.model.probe(self.query.raw(), nprobe, &mut self.memory, &mut nearest, None)?;
            let mut cells = std::mem::take(&mut self.cells);
            // Usually the first ones are those that there are already.
            if nearest[..before] == cells[..] {
                cells.extend_from_slice(&nearest[before..]);
            } else {
                let known: std::collections::HashSet<u32> = cells.iter().copied().collect();
                cells.extend(nearest.into_iter().filter(|cell| !known.contains(cell)));
                cells.truncate(count);
            }
            self.cells = cells;
            if let Some(coder) = self.model.coder() {
                let added = &self.cells[before..];
                self.query.bases(&self.model, coder, added, &mut self.bases)?;
            }
        }
        Ok(&self.cells)
    }

    /// The cells probed so far, nearest first.
    pub fn cells(&self) -> &[u32] {
        &self.cells
    }

    /// Most candidates that are kept.
    pub fn candidates(&self) -> usize {
        self.sieve.reservoir.most()
    }

    /// Scans the probed cells `from..to` (places among [`Scan::cells`]) of a segment's region. `live`
    /// has a bit per document (document 0 is bit 0 of word 0); only documents whose bit is set can be
    /// hits, none beyond the last word; without it all can. Gives back how many vectors of the cells
    /// can be hits.
    ///
    /// # Errors
    /// [`Error::Argument`] if the places are not probed yet; [`Error::Format`] if the region belongs
    /// to another model or is damaged; [`Error::Memory`].
    pub fn region(
        &mut self,
        segment: u32,
        region: &Region<'_>,
        from: usize,
        to: usize,
        live: Option<&[u64]>,
    ) -> Result<u64> {
        if from > to || to > self.cells.len() {
            return Err(Error::Argument(format!(
                "[from] [{from}] and [to] [{to}] are not among the [{}] cells probed",
                self.cells.len()
            )));
        }
        check(&self.model, region)?;
        let chunk = (CHUNK_BYTES / self.model.code_length()).next_multiple_of(BLOCK);
        let mut seen = 0;
        self.steps.clear();
        for rank in from..to {
            let range = region.cell(self.cells[rank])?;
            if range.is_empty() {
                continue;
            }
            let hits = live.map_or(range.len(), |live| alive(region, range.clone(), live));
            if hits > 0 {
                seen += hits as u64;
                self.steps.try_reserve(range.len().div_ceil(chunk))?;
                self.steps.extend(range.clone().step_by(chunk).map(|start| Step {
                    rank,
                    start,
                    count: chunk.min(range.end - start),
                }));
            }
        }
        let steps = std::mem::take(&mut self.steps);
        let result = self.run(segment, region, &steps, live);
        self.steps = steps;
        result.map(|()| seen)
    }

    /// Scans one step after the other, and asks for what comes some kilobytes later: the cells lie
    /// anywhere in the region.
    fn run(
        &mut self,
        segment: u32,
        region: &Region<'_>,
        steps: &[Step],
        live: Option<&[u64]>,
    ) -> Result<()> {
        let length = region.code_length();
        let (mut asked, mut ahead) = (steps.iter(), 0);
        for step in steps {
            while ahead < AHEAD_BYTES
                && let Some(next) = asked.next()
            {
                let bytes = (next.count * length).min(MOST_IN_PLACE);
                ahead += bytes;
                self.model.kernels().prefetch(&region.codes(next.start)[..bytes]);
                self.model.kernels().prefetch(region.docs(next.start));
            }
            ahead -= (step.count * length).min(MOST_IN_PLACE);
            self.step(segment, region, *step, live)?;
        }
        Ok(())
    }

    /// For the cell with this base.
    fn affine(&self, base: f32) -> Affine {
        let factors = self.model.factors() as u32;
        let lookup = &self.query.lookup;
        let (scale, offset) = (lookup.scale, lookup.offset);
        if factors >= 2 {
            Affine { base, scale, offset, factors }
        } else {
            Affine { base: base + offset, scale, offset: 0.0, factors }
        }
    }

    fn step(
        &mut self,
        segment: u32,
        region: &Region<'_>,
        step: Step,
        live: Option<&[u64]>,
    ) -> Result<()> {
        let affine = self.affine(self.bases[step.rank]);
        let (mut start, end) = (step.start, step.start + step.count);
        while start < end {
            let first = self.sieve.reservoir.threshold() == f32::INFINITY;
            let count = if first { FIRST_CHUNK } else { step.count }.min(end - start);
            let blocks = Blocks { codes: region.codes(start), count, segment, affine };
            self.sieve.scan(blocks, |place| {
                let doc = region.doc(start + place);
                live.is_none_or(|live| is_set(live, doc)).then_some(doc)
            })?;
            start += count;
        }
        Ok(())
    }

    /// How many of the first `to` probed cells, nearest first, are worth a visit, by the candidates
    /// found so far (see [`horizon`]); it depends neither on the order nor on the form in which they
    /// came. All are, as long as fewer candidates came than are kept.
    ///
    /// # Errors
    /// [`Error::Argument`] if that many are not probed yet.
    pub fn worth(&mut self, to: usize) -> Result<usize> {
        if to > self.cells.len() {
            return Err(Error::Argument(format!(
                "[to] [{to}] is beyond the [{}] cells probed",
                self.cells.len()
            )));
        }
        self.sieve.reservoir.cut();
        let threshold = self.sieve.reservoir.threshold();
        let metric = self.model.metric();
        if threshold == f32::INFINITY || metric == Metric::InnerProduct {
            return Ok(to);
        }
        let bases = &self.bases[..to];
        Ok(horizon::within(bases, threshold, |value| self.query.distance(metric, value)))
    }

    /// Scans vectors of one probed cell whose codes lie in row form, one after the other; all can be
    /// hits. Gives the very candidates that [`Scan::region`] gives of the same vectors.
    ///
    /// # Errors
    /// [`Error::Argument`] if `rank` is not probed yet or `rows` not `docs.len() × code_length` long;
    /// [`Error::Memory`].
    pub fn rows(&mut self, segment: u32, rank: usize, rows: &[u8], docs: &[u32]) -> Result<()> {
        let length = self.model.code_length();
        if rank >= self.cells.len() {
            return Err(Error::Argument(format!(
                "[rank] [{rank}] is not among the [{}] cells probed",
                self.cells.len()
            )));
        }
        if rows.len() != docs.len() * length {
            return Err(Error::Argument(format!(
                "[rows] has [{}] bytes, expected [{}] codes of [{length}]",
                rows.len(),
                docs.len()
            )));
        }
        let affine = self.affine(self.bases[rank]);
        let chunk = (CHUNK_BYTES / length).next_multiple_of(BLOCK);
        for (rows, docs) in rows.chunks(chunk * length).zip(docs.chunks(chunk)) {
            self.pack(rows)?;
            let blocks = Blocks { codes: &self.blocks, count: docs.len(), segment, affine };
            self.sieve.scan(blocks, |place| Some(docs[place]))?;
        }
        Ok(())
    }

    /// Brings rows into block form.
    fn pack(&mut self, rows: &[u8]) -> Result<()> {
        let (code_bytes, factors) = (self.model.code_bytes(), self.model.factors());
        let (length, kernels) = (self.model.code_length(), self.model.kernels());
        self.blocks.clear();
        self.blocks.try_reserve(rows.len() + region::PADDING)?;
        self.blocks.resize(rows.len() + region::PADDING, 0);
        let blocks = self.blocks.chunks_mut(BLOCK * length);
        for (rows, block) in rows.chunks(BLOCK * length).zip(blocks) {
            let count = rows.len() / length;
            kernels.pack(rows, count, code_bytes, factors, &mut block[..rows.len()]);
        }
        Ok(())
    }

    /// Replaces `out` by the best candidates, best first: by estimate, segment and document. They
    /// depend neither on the order nor on the form in which the vectors came. The scan forgets them.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn take(&mut self, out: &mut Vec<Candidate>) -> Result<()> {
        let best = self.sieve.reservoir.take();
        out.clear();
        out.try_reserve(best.len())?;
        out.extend(best.map(|c| Candidate { estimate: self.query.outside(c.estimate), ..c }));
        Ok(())
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.model.give_back(std::mem::take(&mut self.memory));
    }
}

/// A vector as the only row that a query is compared with.
fn one_row(vector: &[f32]) -> Result<Rows<'_>> {
    Rows::of_f32(vector, vector.len()).map_err(|error| Error::Argument(error.to_string()))
}

/// Refuses a region that is another model's.
fn check(model: &Model, region: &Region<'_>) -> Result<()> {
    let expected = [
        ("fingerprint", region.fingerprint(), model.fingerprint()),
        ("code_length", region.code_length() as u64, model.code_length() as u64),
    ];
    match expected.into_iter().find(|(_, found, expected)| found != expected) {
        None => Ok(()),
        Some((field, found, expected)) => {
            Err(FormatError::Region { field, found, expected }.into())
        }
    }
}

/// How many documents of these positions have their bit set.
fn alive(region: &Region<'_>, range: std::ops::Range<usize>, live: &[u64]) -> usize {
    range.filter(|&position| is_set(live, region.doc(position))).count()
}

#[inline]
fn is_set(live: &[u64], doc: u32) -> bool {
    live.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1)
}
