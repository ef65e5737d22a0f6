//! The command line.

use clap::{Args, Parser, Subcommand};
use ivory_core::{Encoder, MAX_NLIST, Metric};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Trains models on files, looks into them, applies them and measures them.
///
/// Vectors are read from .fvecs, .bvecs, .ivecs, .npy (f16, f32, f64) and .parquet files, block by block.
#[derive(Debug, Parser)]
#[command(name = "ivory", version)]
pub struct Arguments {
    /// Print one JSON object on standard output and nothing else there
    #[arg(long, global = true)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Train(Train),
    Assign(Assign),
    Inspect(Inspect),
    Evaluate(Evaluate),
}

/// Where vectors come from.
#[derive(Args, Debug)]
pub struct Input {
    /// Files with vectors, one after the other; rows count from 0
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub column: Column,
}

#[derive(Args, Debug)]
pub struct Column {
    /// The list column of Parquet files, where they have several
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
}

#[derive(Args, Debug)]
pub struct Threads {
    /// Threads to use; no result depends on it [default: all processors]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

impl Threads {
    pub fn count(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(all, NonZeroUsize::get)
    }
}

/// Train a model: the file is the one that a node makes and takes
#[derive(Args, Debug)]
pub struct Train {
    #[command(flatten)]
    pub input: Input,

    /// The model file to write
    #[arg(short, long, value_name = "MODEL")]
    pub output: PathBuf,

    /// Cells [default: 4·√n for n vectors, but 39 sampled vectors a cell at least]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_NLIST as u64))]
    pub nlist: Option<u64>,

    /// How vectors are compared: l2, cosinesimil or innerproduct [default: l2]
    #[arg(long, value_name = "NAME", value_parser = metric)]
    pub space_type: Option<Metric>,

    /// An older model to start from: a few iterations suffice then. Cells and space type are its
    /// own, the encoder unless another is named
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["nlist", "space_type"])]
    pub from: Option<PathBuf>,

    /// How vectors become codes: none, pq:2, pq:4, sq:4, sq:8, rabitq:1, rabitq:2 or rabitq:4
    /// [default: by metric and dimension]
    #[arg(long, value_name = "NAME[:PARAMETER]", value_parser = encoder)]
    pub encoder: Option<Encoder>,

    /// Of every random choice: the same seed and vectors give the same file
    #[arg(long, value_name = "N", default_value_t = 42, allow_negative_numbers = true)]
    pub seed: i64,

    /// Most iterations
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub iterations: u32,

    /// Most vectors to train on, a random choice of all [default: 256 a cell]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub sample: Option<u32>,

    #[command(flatten)]
    pub threads: Threads,
}

/// Find the cell of each vector
#[derive(Args, Debug)]
pub struct Assign {
    /// The model file
    #[arg(short, long, value_name = "MODEL")]
    pub model: PathBuf,

    #[command(flatten)]
    pub input: Input,

    /// The file of cells to write: .npy (u32) or .ivecs (rows of one)
    #[arg(short, long, value_name = "CELLS")]
    pub output: PathBuf,

    #[command(flatten)]
    pub threads: Threads,
}

/// Show what a model file holds, and how vectors spread over its cells
#[derive(Args, Debug)]
pub struct Inspect {
    /// The model file
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,

    /// Files with vectors to assign
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub column: Column,

    #[command(flatten)]
    pub threads: Threads,
}

/// Measure a model: recall and vectors scanned by cells probed, against exact search
#[derive(Args, Debug)]
pub struct Evaluate {
    /// The model file
    #[arg(short, long, value_name = "MODEL")]
    pub model: PathBuf,

    #[command(flatten)]
    pub input: Input,

    /// A file with queries
    #[arg(short, long, value_name = "FILE")]
    pub queries: PathBuf,

    /// An .ivecs file with the row numbers of each query's nearest, best first; without it exact
    /// search finds them
    #[arg(short, long, value_name = "FILE")]
    pub ground_truth: Option<PathBuf>,

    /// Neighbours of a query that count
    #[arg(short, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub k: u32,

    /// Cells to probe, separated by commas [default: powers of two up to all cells]
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=MAX_NLIST as i64))]
    pub nprobe: Vec<u32>,

    /// An .svg file to draw recall over vectors scanned into
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,

    #[command(flatten)]
    pub threads: Threads,
}

/// The names that a mapping gives metrics.
const METRICS: [(&str, Metric); 3] =
    [("l2", Metric::L2), ("cosinesimil", Metric::Cosine), ("innerproduct", Metric::InnerProduct)];

/// What a mapping calls the metric.
pub fn space_type(metric: Metric) -> &'static str {
    METRICS.into_iter().find(|&(_, known)| known == metric).map_or("", |(name, _)| name)
}

fn metric(name: &str) -> Result<Metric, String> {
    let found = METRICS.into_iter().find(|&(known, _)| known == name);
    found.map(|(_, metric)| metric).ok_or_else(|| {
        let names = METRICS.map(|(name, _)| name).join(", ");
        format!("there is no such space type, expected one of {names}")
    })
}

/// The name of an encoder and what its parameter is called, if it has one.
pub fn encoder_name(encoder: Encoder) -> (&'static str, Option<&'static str>) {
    match encoder {
        Encoder::None => ("none", None),
        Encoder::Pq { .. } => ("pq", Some("dims")),
        Encoder::Sq { .. } => ("sq", Some("bits")),
        Encoder::RaBitQ { .. } => ("rabitq", Some("bits")),
    }
}

/// A name alone means its first parameter, as in a request to a node.
fn encoder(text: &str) -> Result<Encoder, String> {
    let (name, parameter) = match text.split_once(':') {
        None => (text, None),
        Some((name, parameter)) => (name, Some(parameter)),
    };
    let is_meant = |encoder: &Encoder| {
        let known = encoder_name(*encoder);
        let fits = match parameter {
            None => true,
            Some(text) => known.1.is_some() && text == encoder.parameter().to_string(),
        };
        known.0 == name && fits
    };
    Encoder::ALL.into_iter().find(is_meant).ok_or_else(|| {
        let all = Encoder::ALL.map(|encoder| match encoder_name(encoder) {
            (name, None) => name.to_owned(),
            (name, Some(_)) => format!("{name}:{}", encoder.parameter()),
        });
        format!("there is no such encoder, expected one of {}", all.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn encoders_are_named_as_in_a_request() {
        assert_eq!(encoder("none"), Ok(Encoder::None));
        assert_eq!(encoder("pq"), Ok(Encoder::Pq { dims: 2 }));
        assert_eq!(encoder("sq"), Ok(Encoder::Sq { bits: 4 }));
        assert_eq!(encoder("rabitq:4"), Ok(Encoder::RaBitQ { bits: 4 }));
        for wrong in ["", "auto", "pq:3", "pq:", "none:0", "PQ", "rabitq:04"] {
            assert!(encoder(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn metrics_are_named_as_in_a_mapping() {
        for (name, known) in METRICS {
            assert_eq!(metric(name), Ok(known));
            assert_eq!(space_type(known), name);
        }
        assert!(metric("L2").is_err());
    }
}
