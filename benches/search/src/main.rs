//! Ivory's core alone, one thread. `benches/library` starts it and asks for passes over the queries,
//! so that its runs and those of other libraries take turns.
//!
//! After the start it prints a line of JSON about what it built. Then each line of its input is
//! `NPROBE CANDIDATES probe|scan|all [FILE]`: one pass over all queries; FILE gets the rows found, as
//! little-endian `i32`, ten a query. The answer is a line of JSON.
#![forbid(unsafe_code)]

mod bandwidth;
mod index;

use std::error::Error;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use bandwidth::bandwidth;
use index::{Depth, Index};
use ivory_core::Encoder;
use ivory_files::{Options, Vectors};

const USAGE: &str =
    "usage: ivory-bench-search BASE QUERIES LEARN CELLS pq|sq|rabitq PARAMETER THREADS
BASE, QUERIES and LEARN are .fvecs files; THREADS are for training only";

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "ivory-bench-search: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, queries, learn, cells, kind, parameter, threads] = &arguments[..] else {
        return Err(USAGE.into());
    };
    let encoder = encoder(kind, parameter.parse()?).ok_or(USAGE)?;
    let read = |path: &String| Vectors::read(Path::new(path), &Options::default());
    let base = read(base)?;
    let queries = read(queries)?;
    let learn = read(learn)?;
    let index = Index::build(&base, &learn, cells.parse()?, encoder, threads.parse()?)?;
    tell(&format!(
        "{{\"training\": {:.3}, \"encoding\": {:.3}, \"code_length\": {}, \"level\": \"{}\", \
         \"bandwidth\": {:.0}}}",
        index.training,
        index.encoding,
        index.code_length(),
        index.level(),
        bandwidth()
    ))?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let (depth, file) = match words[..] {
            [_, _, "probe"] => (Depth::Probe, None),
            [_, _, "scan"] => (Depth::Scan, None),
            [_, _, "all"] => (Depth::All, None),
            [_, _, "all", file] => (Depth::All, Some(file)),
            _ => return Err(format!("not understood: {line}").into()),
        };
        let pass = index.search(&queries, words[0].parse()?, words[1].parse()?, depth)?;
        if let Some(file) = file {
            let bytes: Vec<u8> = pass.found.iter().flat_map(|row| row.to_le_bytes()).collect();
            fs::write(file, bytes)?;
        }
        tell(&format!("{{\"seconds\": {:.6}, \"scanned\": {}}}", pass.seconds, pass.scanned))?;
    }
    Ok(())
}

fn encoder(kind: &str, parameter: u32) -> Option<Encoder> {
    match kind {
        "pq" => Some(Encoder::Pq { dims: parameter as usize }),
        "sq" => Some(Encoder::Sq { bits: parameter }),
        "rabitq" => Some(Encoder::RaBitQ { bits: parameter }),
        _ => None,
    }
}

fn tell(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
