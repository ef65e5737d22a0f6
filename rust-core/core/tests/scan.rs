//! Scanning codes: every path finds the same candidates, and they are the right ones.

mod codes;
mod support;

use codes::{ENCODERS, by_rows, distance, region, segment, take, train};
use ivory_core::{Candidate, Encoder, Error, Metric, Model, Region, Scan, WorkingMemory};
use ivory_kernels::Kernels;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use support::{METRICS, Numbers, normalise};

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

/// Every bit of codes, candidates and estimates is the same at every level.
#[test]
fn levels_agree() {
    let mut numbers = Numbers(2);
    for metric in METRICS {
        for dimension in [5, 33, 128] {
            let vectors = numbers.vector(dimension * 700);
            let query = numbers.vector(dimension);
            for encoder in ENCODERS {
                let file = train(metric, dimension, 9, encoder, &vectors).file().to_vec();
                let found: Vec<Vec<Candidate>> = Kernels::available()
                    .map(|kernels| {
                        let model = Model::from_file_for(file.clone(), kernels).expect("readable");
                        let model = Arc::new(model);
                        let bytes = region(&model, &segment(&model, &vectors));
                        let mut scan = Scan::new(model, &query, 60).expect("a scan");
                        scan.probe(5).expect("cells");
                        let region = Region::new(&bytes).expect("right");
                        scan.region(3, &region, 0, 5, None).expect("scanned");
                        take(&mut scan)
                    })
                    .collect();
                assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{metric:?} {encoder}");
            }
        }
    }
}

/// Only documents whose bit is set are found, and they are counted.
#[test]
fn live_bits_are_kept_and_counted() {
    let mut numbers = Numbers(3);
    let (dimension, count) = (12, 2000);
    let vectors = numbers.vector(dimension * count);
    let model = Arc::new(train(Metric::L2, dimension, 10, Encoder::Pq { dims: 2 }, &vectors));
    let segment = segment(&model, &vectors);
    let bytes = region(&model, &segment);
    let region = Region::new(&bytes).expect("right");
    for part in [0, 1, 10, 50, 100] {
        let mut live = vec![0u64; count.div_ceil(64)];
        let mut set = |doc: usize| live[doc / 64] |= 1 << (doc % 64);
        (0..count).filter(|_| numbers.below(100) < part).for_each(&mut set);
        let is_live = |doc: u32| live[doc as usize / 64] >> (doc % 64) & 1 == 1;
        let query = numbers.vector(dimension);
        let scan = || {
            let mut scan = Scan::new(Arc::clone(&model), &query, 30).expect("a scan");
            scan.probe(6).expect("cells");
            scan
        };
        let mut filtered = scan();
        let seen = filtered.region(0, &region, 0, 6, Some(&live)).expect("scanned");
        let mut all = Scan::new(Arc::clone(&model), &query, count).expect("a scan");
        all.probe(6).expect("cells");
        all.region(0, &region, 0, 6, None).expect("scanned");
        let mut expected = take(&mut all);
        expected.retain(|c| is_live(c.doc));
        assert_eq!(seen, expected.len() as u64);
        expected.truncate(30);
        assert_eq!(take(&mut filtered), expected);
        // Documents beyond the last word are no hits.
        let mut short = scan();
        let seen = short.region(0, &region, 0, 6, Some(&live[..5])).expect("scanned");
        assert!(take(&mut short).iter().all(|c| c.doc < 320) && seen <= 320);
    }
}

/// Estimates are what docs/FORMAT.md says, up to the eight bits of the table.
#[test]
fn estimates_are_distances_to_what_codes_stand_for() {
    let mut numbers = Numbers(4);
    for metric in METRICS {
        for encoder in [ENCODERS[0], ENCODERS[1], ENCODERS[2], ENCODERS[3]] {
            for dimension in [1, 7, 40] {
                let vectors = numbers.vector(dimension * 300);
                let model = Arc::new(train(metric, dimension, 4, encoder, &vectors));
                let query = numbers.vector(dimension);
                let segment = segment(&model, &vectors);
                let mut scan = Scan::new(Arc::clone(&model), &query, 300).expect("a scan");
                scan.probe(4).expect("cells");
                by_rows(&mut scan, 0, &segment);
                let found = take(&mut scan);
                assert_eq!(found.len(), 300);
                let section = codes::section(&model);
                let q = section.vector(&query);
                for (cell, docs, rows) in &segment.cells {
                    let centroid = section.centroid(&model, *cell);
                    for (&doc, row) in docs.iter().zip(rows.chunks(model.code_length())) {
                        let residual = section.decode(&model, row);
                        let x = centroid.iter().zip(&residual).map(|(c, r)| c + r);
                        let expected: f64 = if metric == Metric::L2 {
                            let pairs = q.iter().zip(x).map(|(q, x)| (q - x) * (q - x));
                            pairs.sum::<f64>() / (section.scale * section.scale)
                        } else {
                            let pairs = query.iter().zip(x).map(|(&q, x)| -f64::from(q) * x);
                            pairs.sum::<f64>() / section.scale
                        };
                        let found = found.iter().find(|c| c.doc == doc).expect("all are found");
                        let error = (f64::from(found.estimate) - expected).abs();
                        // No entry is off by more than half a step; a step is 1/255 of the widest range,
                        // and there are at most twice as many nibbles as components.
                        let most = dimension as f64 * 8.0 * 2.0 / 255.0;
                        assert!(error <= most, "{metric:?} {encoder} {dimension}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn wrong_arguments_are_named() {
    let vectors = Numbers(5).vector(4 * 50);
    let model = Arc::new(train(Metric::L2, 4, 3, Encoder::Pq { dims: 2 }, &vectors));
    let open = |query: &[f32], candidates| Scan::new(Arc::clone(&model), query, candidates);
    let refused = |result: Result<(), Error>, name: &str| {
        assert!(matches!(result, Err(Error::Argument(text)) if text.contains(name)), "{name}");
    };
    refused(open(&[0.0; 3], 1).map(drop), "[query]");
    refused(open(&[0.0, f32::NAN, 0.0, 0.0], 1).map(drop), "[query]");
    refused(open(&[0.0; 4], 0).map(drop), "[candidates]");
    let mut scan = open(&[0.0; 4], 5).expect("a scan");
    refused(scan.probe(0).map(drop), "[nprobe]");
    scan.probe(2).expect("cells");
    let bytes = region(&model, &segment(&model, &vectors));
    let right = Region::new(&bytes).expect("right");
    refused(scan.region(0, &right, 0, 3, None).map(drop), "[to]");
    refused(scan.region(0, &right, 2, 1, None).map(drop), "[from]");
    let length = model.code_length();
    refused(scan.rows(0, 2, &[], &[]), "[rank]");
    refused(scan.rows(0, 0, &vec![0; length + 1], &[1]), "[rows]");
    let (mut cells, mut codes) = ([0; 2], vec![0; 2 * length + 1]);
    let mut memory = WorkingMemory::default();
    refused(model.encode(&vectors[..8], &mut memory, &mut cells, &mut codes), "[codes]");
}

/// The same vectors and seed give the same model, with any number of threads.
#[test]
fn encoders_are_reproducible() {
    let vectors = Numbers(6).vector(24 * 3000);
    for encoder in ENCODERS {
        let model = train(Metric::L2, 24, 20, encoder, &vectors);
        assert_eq!(model.file(), train(Metric::L2, 24, 20, encoder, &vectors).file());
        let never = AtomicBool::new(false);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
            pool.install(|| model.with_encoder(encoder, &vectors, 5, &never)).expect("a model")
        };
        let one = with(1);
        assert_eq!(one.file(), with(3).file(), "{encoder}");
        assert!(one.centroids().row(7).eq(model.centroids().row(7)));
        let stopped = model.with_encoder(encoder, &vectors, 5, &AtomicBool::new(true));
        assert_eq!(stopped.map(drop), Err(Error::Cancelled));
    }
}

/// Vectors without residuals, of one component, huge, tiny and far away: estimates are numbers, and
/// no candidate is lost.
#[test]
fn odd_vectors_are_encoded_and_found() {
    let mut numbers = Numbers(7);
    for metric in METRICS {
        for encoder in ENCODERS {
            for dimension in [1, 2, 9, 130] {
                for size in [0.0, 1e-30, 1e-6, 1.0, 1e19, 3e38] {
                    if metric == Metric::Cosine && size != 1.0 {
                        continue;
                    }
                    let mut vectors = numbers.vector(dimension * 40);
                    vectors.iter_mut().for_each(|x| *x *= size);
                    // Some vectors several times: as many cells as there are different ones.
                    vectors.copy_within(..10 * dimension, 20 * dimension);
                    if metric == Metric::Cosine {
                        normalise(&mut vectors, dimension);
                    }
                    let model = Arc::new(train(metric, dimension, 30, encoder, &vectors));
                    let mut odd = vectors.clone();
                    odd.extend((0..dimension).map(|i| if i == 0 { f32::MAX } else { f32::MIN }));
                    odd.extend(vec![0.0; dimension]);
                    let segment = segment(&model, &odd);
                    let bytes = region(&model, &segment);
                    let region = Region::new(&bytes).expect("right");
                    for query in odd.chunks(dimension).rev().take(3) {
                        let mut scan = Scan::new(Arc::clone(&model), query, 100).expect("a scan");
                        scan.probe(30).expect("cells");
                        scan.region(0, &region, 0, 30, None).expect("scanned");
                        let found = take(&mut scan);
                        assert_eq!(found.len(), 42, "{metric:?} {encoder} {dimension} {size}");
                        assert!(found.iter().all(|c| c.estimate.is_finite()));
                        by_rows(&mut scan, 0, &segment);
                        assert_eq!(take(&mut scan), found);
                    }
                }
            }
        }
    }
}
