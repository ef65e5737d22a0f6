//! Scanning codes: every path finds the same candidates, and they are the right ones.

mod support;

use ivory_core::{
    Candidate, Encoder, Error, Metric, Model, Region, RegionWriter, Scan, Trainer,
    TrainingParameters, WorkingMemory,
};
use std::sync::Arc;
use support::{METRICS, Numbers, normalise};

const ENCODERS: [Encoder; 7] = [
    Encoder::Pq { dims: 2 },
    Encoder::Pq { dims: 4 },
    Encoder::Sq { bits: 4 },
    Encoder::Sq { bits: 8 },
    Encoder::RaBitQ { bits: 1 },
    Encoder::RaBitQ { bits: 2 },
    Encoder::RaBitQ { bits: 4 },
];

fn train(metric: Metric, dimension: usize, nlist: usize, encoder: Encoder, v: &[f32]) -> Model {
    let trainer = Trainer::new(TrainingParameters {
        metric,
        dimension,
        nlist,
        seed: 11,
        max_iterations: 4,
        max_sample: 100_000,
        threads: 2,
        encoder,
    })
    .expect("right parameters");
    trainer.add(v).expect("right vectors");
    trainer.run().expect("a model")
}

/// Vectors of a model in cells: documents and codes.
struct Segment {
    cells: Vec<(u32, Vec<u32>, Vec<u8>)>,
}

fn segment(model: &Model, vectors: &[f32]) -> Segment {
    let (count, length) = (vectors.len() / model.dimension(), model.code_length());
    let (mut cells, mut codes) = (vec![0; count], vec![0; count * length]);
    model
        .encode(vectors, &mut WorkingMemory::default(), &mut cells, &mut codes)
        .expect("right vectors");
    let mut segment = Segment { cells: Vec::new() };
    for cell in 0..model.nlist() as u32 {
        let docs: Vec<u32> = (0..count).filter(|&i| cells[i] == cell).map(|i| i as u32).collect();
        let rows = docs.iter().flat_map(|&doc| &codes[doc as usize * length..][..length]).copied();
        let rows = rows.collect();
        if !docs.is_empty() {
            segment.cells.push((cell, docs, rows));
        }
    }
    segment
}

fn region(model: &Model, segment: &Segment) -> Vec<u8> {
    let mut writer = RegionWriter::new(model.fingerprint(), model.code_bytes(), model.factors());
    for (cell, docs, rows) in &segment.cells {
        writer.add(*cell, docs, rows).expect("in order");
    }
    writer.finish().expect("memory")
}

fn take(scan: &mut Scan) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    scan.take(&mut candidates).expect("memory");
    candidates
}

fn by_rows(scan: &mut Scan, number: u32, segment: &Segment) {
    for rank in 0..scan.cells().len() {
        let cell = scan.cells()[rank];
        if let Some((_, docs, rows)) = segment.cells.iter().find(|(c, ..)| *c == cell) {
            scan.rows(number, rank, rows, docs).expect("right rows");
        }
    }
}

/// What every estimate is compared with: distances of the vectors themselves.
fn distance(metric: Metric, query: &[f32], vector: &[f32]) -> f64 {
    let pairs = query.iter().zip(vector).map(|(&q, &x)| (f64::from(q), f64::from(x)));
    match metric {
        Metric::L2 => pairs.map(|(q, x)| (q - x) * (q - x)).sum(),
        Metric::Cosine | Metric::InnerProduct => -pairs.map(|(q, x)| q * x).sum::<f64>(),
    }
}

#[test]
fn regions_and_rows_give_the_same_candidates_and_estimates_are_near() {
    let mut numbers = Numbers(1);
    for metric in METRICS {
        for (dimension, nlist, count) in [(1, 3, 40), (3, 1, 33), (18, 7, 900), (100, 20, 1500)] {
            let mut vectors = numbers.vector(dimension * count);
            if metric == Metric::Cosine {
                normalise(&mut vectors, dimension);
            }
            for encoder in ENCODERS {
                let model = Arc::new(train(metric, dimension, nlist, encoder, &vectors));
                assert_eq!(model.encoder(), encoder);
                let again = Model::from_file(model.file().to_vec()).expect("readable");
                assert_eq!(again.fingerprint(), model.fingerprint());
                let halves = vectors.split_at(count / 3 * dimension);
                let segments = [segment(&model, halves.0), segment(&again, halves.1)];
                let regions = [region(&model, &segments[0]), region(&model, &segments[1])];
                let mut query = numbers.vector(dimension);
                if metric == Metric::Cosine {
                    normalise(&mut query, dimension);
                }
                let mut scan = Scan::new(Arc::clone(&model), &query, 25).expect("a scan");
                let first = scan.probe(2).expect("cells").to_vec();
                assert_eq!(scan.probe(nlist + 5).expect("cells")[..first.len()], first);
                let mut seen = 0;
                for (number, bytes) in regions.iter().enumerate() {
                    let region = Region::new(bytes).expect("right");
                    for (from, to) in [(0, 1), (1, nlist)] {
                        seen += scan.region(number as u32, &region, from, to, None).expect("ok");
                    }
                }
                assert_eq!(seen, count as u64);
                let found = take(&mut scan);
                assert_eq!(found.len(), count.min(25));
                by_rows(&mut scan, 1, &segments[1]);
                by_rows(&mut scan, 0, &segments[0]);
                assert_eq!(take(&mut scan), found, "{metric:?} {encoder} {dimension}");
                assert!(found.is_sorted_by(|a, b| a.estimate <= b.estimate));
                let bits = match encoder {
                    Encoder::Sq { bits: 8 } => 0.1,
                    Encoder::Sq { .. } | Encoder::Pq { dims: 2 } => 1.5,
                    _ => 3.0,
                };
                for candidate in found {
                    let doc = candidate.doc as usize + candidate.segment as usize * (count / 3);
                    let vector = &vectors[doc * dimension..][..dimension];
                    let exact = distance(metric, &query, vector);
                    let error = (f64::from(candidate.estimate) - exact).abs();
                    let most = bits * (dimension as f64).sqrt();
                    assert!(error <= most, "{metric:?} {encoder} {dimension}: {error} {exact}");
                }
            }
        }
    }
}

#[test]
fn a_model_without_an_encoder_has_nothing_to_scan() {
    let model = train(Metric::L2, 2, 1, Encoder::None, &[0.0, 1.0]);
    assert_eq!((model.code_length(), model.encoder()), (0, Encoder::None));
    let error = Scan::new(Arc::new(model), &[0.0, 0.0], 1).map(drop);
    assert!(matches!(error, Err(Error::Argument(text)) if text.contains("[encoder]")));
}
