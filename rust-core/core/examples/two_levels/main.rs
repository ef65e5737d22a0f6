//! Measures models of two levels beside a flat one on vectors from files (.fvecs or .bvecs), for
//! docs/BENCHMARKS.md.
//!
//! `cargo run --release -p ivory-core --example two_levels -- BASE QUERIES [NLIST [THREADS [FLAT]]]`
//!
//! trains NLIST cells (65,536) and FLAT cells (4,096) on all of BASE, and tells: time and memory of
//! training, sizes of cells, time of assignment (one thread), agreement of assignment with an exact
//! one on BASE and on QUERIES, and recall@10 by the part of BASE scanned.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../encoders/data.rs"]
#[allow(dead_code, reason = "another example's, too")]
mod data;
mod measures;

use ivory_core::{Encoder, Metric, Model, Trainer, TrainingParameters};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, base, queries, rest @ ..] = &arguments[..] else {
        panic!("needed: BASE QUERIES [NLIST [THREADS [FLAT]]]");
    };
    let number = |i: usize, usual: usize| {
        rest.get(i).map_or(usual, |text| text.parse().expect("a whole number"))
    };
    let (nlist, threads, flat) = (number(0, 65_536), number(1, 2), number(2, 4096));
    let read = |path: &str| data::read(path.as_ref()).expect("a file of vectors");
    let data::Vectors { dimension, numbers: base } = read(base);
    let data::Vectors { numbers: queries, .. } = read(queries);
    println!("{} × {dimension}, {} queries", base.len() / dimension, queries.len() / dimension);
    let nearest = measures::nearest(&base, &queries, dimension);
    for nlist in [nlist, flat] {
        let model = train(&base, dimension, nlist, threads);
        measures::assignment(&model, &base, &queries);
        measures::recall(&model, &base, &queries, &nearest);
    }
}

fn train(base: &[f32], dimension: usize, nlist: usize, threads: usize) -> Model {
    let trainer = Trainer::new(TrainingParameters {
        metric: Metric::L2,
        dimension,
        nlist,
        seed: 42,
        max_iterations: 10,
        max_sample: base.len() / dimension,
        threads,
        encoder: Encoder::None,
    })
    .expect("parameters");
    base.chunks(dimension << 12).for_each(|part| trainer.add(part).expect("vectors"));
    let start = Instant::now();
    let model = trainer.run().expect("a model");
    let seconds = start.elapsed().as_secs_f64();
    let progress = trainer.progress();
    println!(
        "\n{nlist} cells in {} groups, {} searched: {seconds:.1} s with {threads} threads, {} \
         iterations, at most {} MiB in use",
        model.groups(),
        model.groups_searched(),
        progress.iteration,
        measures::most_memory() >> 20
    );
    println!(
        "inertia {:.1}; vectors of a cell: least {}, median {}, most {}, imbalance {:.3}; {} moved",
        progress.inertia,
        progress.smallest_cell,
        progress.median_cell,
        progress.largest_cell,
        progress.imbalance,
        progress.repaired_cells
    );
    model
}
