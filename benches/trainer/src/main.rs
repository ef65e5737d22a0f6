//! Training, assignment and probing alone. `benches/training` starts it and asks for one run after the
//! other, so that its runs and those of another library take turns.
//!
//! After the start it prints a line of JSON. Then each line of its input is one of
//!
//! - `train l2|cosine|ip CELLS ITERATIONS THREADS SEED FILE`: trains on the learn file, writes the
//!   centroids to FILE as little-endian `f32` and keeps the model;
//! - `assign THREADS FILE`: the nearest cell of every vector of the base file, as `u32`;
//! - `probe NPROBE THREADS FILE`: the nearest cells of every query, as `u32`.
//!
//! The answer is a line of JSON with the seconds of the work itself, without files.
#![forbid(unsafe_code)]

mod work;

use std::error::Error;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use ivory_core::{Metric, Model};
use ivory_files::{Options, Vectors};
use ivory_kernels::Kernels;
use work::Order;

const USAGE: &str = "usage: ivory-bench-trainer LEARN BASE QUERIES (.fvecs files)";

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "ivory-bench-trainer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [learn, base, queries] = &arguments[..] else {
        return Err(USAGE.into());
    };
    let read = |path: &String| Vectors::read(Path::new(path), &Options::default());
    let learn = read(learn)?;
    let base = read(base)?;
    let queries = read(queries)?;
    tell(&format!("{{\"level\": \"{}\"}}", Kernels::active().level()))?;
    let mut model: Option<Model> = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let (seconds, iterations, file, bytes) = match words[..] {
            ["train", name, cells, iterations, threads, seed, file] => {
                let metric = metric(name).ok_or_else(|| format!("no such metric: {name}"))?;
                let order = Order {
                    metric,
                    cells: cells.parse()?,
                    iterations: iterations.parse()?,
                    threads: threads.parse()?,
                    seed: seed.parse()?,
                };
                let done = work::train(&learn, &order)?;
                let rows = done.model.centroids();
                let bytes: Vec<u8> =
                    (0..rows.count()).flat_map(|row| rows.bytes(row)).copied().collect();
                model = Some(done.model);
                (done.seconds, done.iterations, file, bytes)
            }
            ["assign", threads, file] => {
                let model = model.as_ref().ok_or("nothing was trained yet")?;
                let (seconds, cells) = work::assign(model, &base, threads.parse()?)?;
                (seconds, 0, file, little_endian(&cells))
            }
            ["probe", nprobe, threads, file] => {
                let model = model.as_ref().ok_or("nothing was trained yet")?;
                let (nprobe, threads) = (nprobe.parse()?, threads.parse()?);
                let (seconds, cells) = work::probe(model, &queries, nprobe, threads)?;
                (seconds, 0, file, little_endian(&cells))
            }
            _ => return Err(format!("not understood: {line}").into()),
        };
        fs::write(file, bytes)?;
        tell(&format!("{{\"seconds\": {seconds:.6}, \"iterations\": {iterations}}}"))?;
    }
    Ok(())
}

fn metric(name: &str) -> Option<Metric> {
    match name {
        "l2" => Some(Metric::L2),
        "cosine" => Some(Metric::Cosine),
        "ip" => Some(Metric::InnerProduct),
        _ => None,
    }
}

fn little_endian(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn tell(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
