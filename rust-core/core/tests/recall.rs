//! Recall on real vectors: visiting a tenth of the vectors finds almost all of the nearest.

mod slices;
mod support;

use ivory_core::{Encoder, Metric, Model, Trainer, TrainingParameters, WorkingMemory};
use slices::{Slice, glove, sift};

const QUERIES: usize = 100;
const BASE: usize = 20_000;
const NLIST: usize = 400;
const K: usize = 10;

/// Smaller is nearer.
fn distance(metric: Metric, query: &[f32], vector: &[f32]) -> f32 {
    let pairs = query.iter().zip(vector);
    match metric {
        Metric::L2 => pairs.map(|(q, x)| (q - x) * (q - x)).sum(),
        Metric::Cosine | Metric::InnerProduct => -pairs.map(|(q, x)| q * x).sum::<f32>(),
    }
}

fn trained(metric: Metric, slice: &Slice) -> Model {
    let trainer = Trainer::new(TrainingParameters {
        metric,
        dimension: slice.dimension,
        nlist: NLIST,
        seed: 1,
        max_iterations: 10,
        max_sample: BASE,
        threads: 2,
        encoder: Encoder::None,
    })
    .expect("right parameters");
    trainer.add(&slice.base).expect("right vectors");
    trainer.run().expect("a model")
}

/// The 10th nearest vector's distance for every query, and all distances.
fn exact(metric: Metric, slice: &Slice) -> Vec<(f32, Vec<f32>)> {
    let of_query = |query| {
        let rows = slice.base.chunks(slice.dimension);
        let all: Vec<f32> = rows.map(|x| distance(metric, query, x)).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        (sorted[K - 1], all)
    };
    slice.queries.chunks(slice.dimension).map(of_query).collect()
}

/// Holds recall@10 (by distance) of probing so many cells, and the part of all vectors that this visits,
/// against what is asked for; probing all cells must find everything.
fn good(metric: Metric, slice: &Slice, nprobe: usize, least_recall: f64, most_visited: f64) {
    let model = trained(metric, slice);
    let exact = exact(metric, slice);
    let mut memory = WorkingMemory::default();
    let mut cells = vec![0; BASE];
    model.assign(&slice.base, &mut memory, &mut cells).expect("assigned");
    let mut measure = |nprobe| {
        let (mut hits, mut visited) = (0, 0);
        for (query, (limit, all)) in slice.queries.chunks(slice.dimension).zip(&exact) {
            let mut probed = vec![0; nprobe];
            model.probe(query, nprobe, &mut memory, &mut probed, None).expect("probed");
            let mut is_probed = [false; NLIST];
            probed.iter().for_each(|&cell| is_probed[cell as usize] = true);
            let found = || all.iter().zip(&cells).filter(|&(_, &cell)| is_probed[cell as usize]);
            visited += found().count();
            hits += found().filter(|&(x, _)| x <= limit).count().min(K);
        }
        (hits as f64 / (QUERIES * K) as f64, visited as f64 / (QUERIES * BASE) as f64)
    };
    let (recall, visited) = measure(nprobe);
    assert!(visited <= most_visited, "{visited} of the vectors visited");
    assert!(recall >= least_recall, "recall {recall}");
    assert_eq!(measure(NLIST), (1.0, 1.0));
}

#[test]
fn l2() {
    good(Metric::L2, &sift(BASE, QUERIES), 16, 0.9, 0.1);
}

#[test]
fn cosine() {
    let mut slice = glove(BASE, QUERIES);
    support::normalise(&mut slice.base, slice.dimension);
    support::normalise(&mut slice.queries, slice.dimension);
    good(Metric::Cosine, &slice, 40, 0.9, 0.1);
}

/// Lengths differ as in the data set's own scaled form: times 1 + (i mod 8) / 4.
#[test]
fn inner_product() {
    let mut slice = glove(BASE, QUERIES);
    for (i, vector) in slice.base.chunks_mut(slice.dimension).enumerate() {
        vector.iter_mut().for_each(|x| *x *= 1.0 + (i % 8) as f32 / 4.0);
    }
    good(Metric::InnerProduct, &slice, 40, 0.9, 0.1);
}
