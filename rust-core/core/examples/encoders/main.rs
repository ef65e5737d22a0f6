//! Measures every encoder on one set of vectors: what docs/BENCHMARKS.md shows and what
//! `Encoder::default_for` is chosen by.
//!
//! ```text
//! cargo run --release -p ivory-core --example encoders -- \
//!     base=FILE learn=FILE queries=FILE metric=l2|cosinesimil|innerproduct nlist=1024 \
//!     nprobe=32,64 rescore=50,100,200,300 count=200 segments=1 encoders=pq2,pq4
//! ```
//!
//! `learn` is `base` if left out; `segments` cuts the base into as many regions. One thread.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]

mod data;

use data::Vectors;
use ivory_core::{
    Candidate, Encoder, Metric, Model, Region, RegionWriter, Scan, Trainer, TrainingParameters,
    WorkingMemory,
};
use ivory_kernels::{Kernels, Rows};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const K: usize = 10;

/// Candidates of which the ranks are looked at to say how many must be rescored.
const DEEP: usize = 2000;

fn main() -> Result<(), String> {
    let options: HashMap<String, String> = std::env::args()
        .skip(1)
        .filter_map(|word| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())))
        .collect();
    let option = |name: &str, otherwise: &str| {
        options.get(name).map_or_else(|| otherwise.to_owned(), Clone::clone)
    };
    let numbers = |name: &str, otherwise: &str| -> Result<Vec<usize>, String> {
        let text = option(name, otherwise);
        text.split(',').map(|n| n.parse().map_err(|_| format!("{name}={text}"))).collect()
    };
    let metric = match option("metric", "l2").as_str() {
        "l2" => Metric::L2,
        "cosinesimil" => Metric::Cosine,
        "innerproduct" => Metric::InnerProduct,
        other => return Err(format!("metric={other}")),
    };
    let base = data::read(Path::new(&option("base", "")))?.cut(numbers("most", "100000000")?[0]);
    let queries = data::read(Path::new(&option("queries", "")))?.cut(numbers("count", "200")?[0]);
    let learn = options.get("learn").map(|path| data::read(Path::new(path))).transpose()?;
    let learn = learn.as_ref().unwrap_or(&base);
    let plain = model(metric, learn, numbers("nlist", "1024")?[0])?;
    let truth = truth(metric, &base, &queries);
    let segments = numbers("segments", "1")?[0];
    println!(
        "| encoder | bytes | encode µs | nprobe | scanned | probed | rescored | recall@10 | prepare µs | probe µs | scan µs | rescore µs | total µs |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut ranks = String::new();
    for encoder in encoders(&option("encoders", "pq2,pq4,sq4,sq8,rabitq1,rabitq2,rabitq4"))? {
        let never = AtomicBool::new(false);
        let some = learn.count().min(32_768) * learn.dimension;
        let model = plain.with_encoder(encoder, &learn.numbers[..some], 1, &never);
        let model = Arc::new(model.map_err(|error| error.to_string())?);
        let started = Instant::now();
        let regions = regions(&model, &base, segments)?;
        let encode = started.elapsed().as_secs_f64() * 1e6 / base.count() as f64;
        for &nprobe in &numbers("nprobe", "32,64")? {
            let run =
                Run { model: &model, base: &base, queries: &queries, regions: &regions, nprobe };
            let (probed, scanned, rank) = run.ranks(&truth)?;
            ranks += &format!("{encoder}, nprobe {nprobe}: {rank}\n");
            for &rescored in &numbers("rescore", "50,100,200,300")? {
                run.recall(&truth, rescored)?;
                let (recall, [prepare, probe, scan, rescore]) = run.recall(&truth, rescored)?;
                println!(
                    "| {encoder} | {} | {encode:.1} | {nprobe} | {:.2}% | {probed:.4} | {rescored} \
                     | {recall:.4} | {prepare:.1} | {probe:.1} | {scan:.1} | {rescore:.1} | {:.1} |",
                    model.code_length(),
                    100.0 * scanned,
                    prepare + probe + scan + rescore
                );
            }
        }
    }
    println!(
        "\nRescored vectors that keep .95, .99 and .999 of what the probed cells hold:\n\n{ranks}"
    );
    Ok(())
}

fn encoders(names: &str) -> Result<Vec<Encoder>, String> {
    let named = |name: &str| match name {
        "pq2" => Ok(Encoder::Pq { dims: 2 }),
        "pq4" => Ok(Encoder::Pq { dims: 4 }),
        "sq4" => Ok(Encoder::Sq { bits: 4 }),
        "sq8" => Ok(Encoder::Sq { bits: 8 }),
        "rabitq1" => Ok(Encoder::RaBitQ { bits: 1 }),
        "rabitq2" => Ok(Encoder::RaBitQ { bits: 2 }),
        "rabitq4" => Ok(Encoder::RaBitQ { bits: 4 }),
        _ => Err(format!("encoders={name}")),
    };
    names.split(',').map(named).collect()
}

fn model(metric: Metric, learn: &Vectors, nlist: usize) -> Result<Model, String> {
    let started = Instant::now();
    let trainer = Trainer::new(TrainingParameters {
        metric,
        dimension: learn.dimension,
        nlist,
        seed: 1,
        max_iterations: 12,
        max_sample: 256 * nlist,
        threads: 2,
        encoder: Encoder::None,
    });
    let trainer = trainer.map_err(|error| error.to_string())?;
    trainer.add(&learn.numbers).map_err(|error| error.to_string())?;
    let model = trainer.run().map_err(|error| error.to_string())?;
    eprintln!("trained {nlist} cells in {:.1} s", started.elapsed().as_secs_f64());
    Ok(model)
}

/// Distances of a query to rows; smaller is nearer.
fn distances(metric: Metric, base: &Vectors, query: &[f32], index: Option<&[u32]>) -> Vec<f32> {
    let kernels = Kernels::active();
    let rows = Rows::of_f32(&base.numbers, base.dimension).expect("rows");
    let mut out = vec![0.0; index.map_or(base.count(), <[u32]>::len)];
    match (metric, index) {
        (Metric::L2, None) => kernels.l2(query, rows, &mut out),
        (Metric::L2, Some(index)) => kernels.l2_at(query, rows, index, &mut out),
        (_, None) => kernels.ip(query, rows, &mut out),
        (_, Some(index)) => kernels.ip_at(query, rows, index, &mut out),
    }
    if metric != Metric::L2 {
        out.iter_mut().for_each(|x| *x = -*x);
    }
    out
}

/// Every query's distance of the last of the true nearest.
fn truth(metric: Metric, base: &Vectors, queries: &Vectors) -> Vec<f32> {
    let started = Instant::now();
    let nearest = |query| {
        let mut all = distances(metric, base, queries.row(query), None);
        *all.select_nth_unstable_by(K - 1, f32::total_cmp).1
    };
    let truth = (0..queries.count()).map(nearest).collect();
    eprintln!("ground truth in {:.1} s", started.elapsed().as_secs_f64());
    truth
}

/// One region, and the first row that is in it.
fn regions(model: &Model, base: &Vectors, count: usize) -> Result<Vec<(usize, Vec<u8>)>, String> {
    let mut regions = Vec::new();
    let (size, length) = (base.count().div_ceil(count), model.code_length());
    for first in (0..base.count()).step_by(size) {
        let rows = size.min(base.count() - first);
        let (mut cells, mut codes) = (vec![0; rows], vec![0; rows * length]);
        let vectors = &base.numbers[first * base.dimension..][..rows * base.dimension];
        model
            .encode(vectors, &mut WorkingMemory::default(), &mut cells, &mut codes)
            .map_err(|error| error.to_string())?;
        let mut members = vec![Vec::new(); model.nlist()];
        (0u32..).zip(&cells).for_each(|(doc, &cell)| members[cell as usize].push(doc));
        let mut writer =
            RegionWriter::new(model.fingerprint(), model.code_bytes(), model.factors());
        for (cell, docs) in (0u32..).zip(&members) {
            let rows: Vec<u8> = docs
                .iter()
                .flat_map(|&doc| &codes[doc as usize * length..][..length])
                .copied()
                .collect();
            writer.add(cell, docs, &rows).map_err(|error| error.to_string())?;
        }
        regions.push((first, writer.finish().map_err(|error| error.to_string())?));
    }
    Ok(regions)
}

/// Of preparing, probing, scanning and rescoring, query after query.
type Times = [Vec<Duration>; 4];

struct Run<'a> {
    model: &'a Arc<Model>,
    base: &'a Vectors,
    queries: &'a Vectors,
    regions: &'a [(usize, Vec<u8>)],
    nprobe: usize,
}

/// As near as the last of the true nearest, up to rounding.
fn is_hit(distance: f32, last: f32) -> bool {
    distance <= last + last.abs() * 1e-6
}

impl Run<'_> {
    /// Scans, and notes the times of preparing, probing and scanning.
    fn scan(
        &self,
        query: &[f32],
        candidates: usize,
        times: &mut Times,
        found: &mut Vec<Candidate>,
    ) -> Result<u64, String> {
        let started = Instant::now();
        let scan = Scan::new(Arc::clone(self.model), query, candidates);
        let mut scan = scan.map_err(|error| error.to_string())?;
        let prepared = Instant::now();
        let cells = scan.probe(self.nprobe).map_err(|error| error.to_string())?.len();
        let probed = Instant::now();
        let mut seen = 0;
        for (segment, (_, bytes)) in (0u32..).zip(self.regions) {
            let region = Region::new(bytes).map_err(|error| error.to_string())?;
            let count = scan.region(segment, &region, 0, cells, None);
            seen += count.map_err(|error| error.to_string())?;
        }
        scan.take(found).map_err(|error| error.to_string())?;
        let scanned = Instant::now();
        times[0].push(prepared - started);
        times[1].push(probed - prepared);
        times[2].push(scanned - probed);
        Ok(seen)
    }

    /// Exact distances of candidates.
    fn exact(&self, query: &[f32], found: &[Candidate]) -> Vec<f32> {
        let row = |c: &Candidate| self.regions[c.segment as usize].0 as u32 + c.doc;
        let rows: Vec<u32> = found.iter().map(row).collect();
        distances(self.model.metric(), self.base, query, Some(&rows))
    }

    /// Recall@10, and the median microseconds of each stage over the queries, when `rescored` candidates
    /// are rescored.
    fn recall(&self, truth: &[f32], rescored: usize) -> Result<(f64, [f64; 4]), String> {
        let (mut times, mut hits, mut found) = (Times::default(), 0, Vec::new());
        for (query, &last) in truth.iter().enumerate() {
            let query = self.queries.row(query);
            self.scan(query, rescored, &mut times, &mut found)?;
            let started = Instant::now();
            found.sort_unstable_by_key(|c| (c.segment, c.doc));
            let mut exact = self.exact(query, &found);
            exact.sort_unstable_by(f32::total_cmp);
            times[3].push(started.elapsed());
            hits += exact.iter().take(K).filter(|&&d| is_hit(d, last)).count();
        }
        let median = |mut times: Vec<Duration>| {
            let middle = times.len() / 2;
            times.select_nth_unstable(middle).1.as_secs_f64() * 1e6
        };
        Ok((hits as f64 / (K * truth.len()) as f64, times.map(median)))
    }

    /// What exact distances of all probed vectors would give; the part of the vectors that is probed;
    /// and how many of the best estimates hold how much of that.
    fn ranks(&self, truth: &[f32]) -> Result<(f64, f64, String), String> {
        let (mut ranks, mut found, mut seen) = (Vec::new(), Vec::new(), 0);
        for (query, &last) in truth.iter().enumerate() {
            let query = self.queries.row(query);
            let all = self.base.count();
            seen += self.scan(query, all, &mut Default::default(), &mut found)?;
            let exact = self.exact(query, &found);
            let hits = exact.iter().enumerate().filter(|&(_, &d)| is_hit(d, last));
            ranks.extend(hits.map(|(rank, _)| rank).take(K));
        }
        ranks.sort_unstable();
        let part = |part: f64| {
            let at = ((ranks.len() as f64 * part).ceil() as usize).clamp(1, ranks.len());
            let rank = ranks[at - 1] + 1;
            if rank > DEEP { format!("above {DEEP}") } else { rank.to_string() }
        };
        let text = format!("{} / {} / {}", part(0.95), part(0.99), part(0.999));
        let vectors = (truth.len() * self.base.count()) as f64;
        Ok((ranks.len() as f64 / (K * truth.len()) as f64, seen as f64 / vectors, text))
    }
}
