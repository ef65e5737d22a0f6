//! Assigning and probing against a slow reference in double precision.

mod support;

use ivory_core::{Error, Metric, Model, WorkingMemory};
use ivory_kernels::Kernels;
use support::{METRICS, Numbers, model, model_file, normalise};

/// A centroid's rank key by the metric's definition: smaller is nearer.
fn key(metric: Metric, query: &[f32], centroid: &[f32]) -> f64 {
    let pairs = query.iter().zip(centroid).map(|(&q, &c)| (f64::from(q), f64::from(c)));
    match metric {
        Metric::L2 => pairs.map(|(q, c)| (q - c).powi(2)).sum(),
        Metric::Cosine | Metric::InnerProduct => -pairs.map(|(q, c)| q * c).sum::<f64>(),
    }
}

struct Case {
    metric: Metric,
    dimension: usize,
    rows: Vec<f32>,
    queries: Vec<f32>,
}

impl Case {
    fn new(metric: Metric, dimension: usize, nlist: usize, queries: usize) -> Self {
        let mut numbers = Numbers((dimension * 1000 + nlist) as u64 ^ u64::from(metric.code()));
        let mut rows = numbers.vector(dimension * nlist);
        let mut queries = numbers.vector(dimension * queries);
        if metric.is_spherical() {
            normalise(&mut rows, dimension);
        }
        if metric == Metric::Cosine {
            normalise(&mut queries, dimension);
        }
        Self { metric, dimension, rows, queries }
    }

    fn keys(&self, query: &[f32]) -> Vec<f64> {
        self.rows.chunks(self.dimension).map(|c| key(self.metric, query, c)).collect()
    }

    fn model(&self, kernels: &'static Kernels) -> Model {
        let file = model_file(self.metric.code(), self.dimension as u32, &self.rows);
        Model::from_file_for(file, kernels).expect("a right file")
    }
}

fn cases() -> impl Iterator<Item = Case> {
    // Around the widths of registers and panels, and more vectors than one batch.
    let shapes = [(1, 1), (1, 7), (2, 64), (3, 17), (8, 33), (31, 100), (64, 16), (100, 257)];
    METRICS
        .into_iter()
        .flat_map(move |metric| shapes.map(|(dimension, nlist)| (metric, dimension, nlist)))
        .map(|(metric, dimension, nlist)| Case::new(metric, dimension, nlist, 300))
}

fn assign(model: &Model, vectors: &[f32]) -> Vec<u32> {
    let mut cells = vec![u32::MAX; vectors.len() / model.dimension()];
    model.assign(vectors, &mut WorkingMemory::default(), &mut cells).expect("assigned");
    cells
}

/// Cells and raw values, with outputs that are exactly long enough.
fn probe(model: &Model, query: &[f32], nprobe: usize) -> (Vec<u32>, Vec<f32>) {
    let room = nprobe.min(model.nlist());
    let (mut cells, mut raw) = (vec![u32::MAX; room], vec![f32::NAN; room]);
    let mut memory = WorkingMemory::default();
    let found = model.probe(query, nprobe, &mut memory, &mut cells, Some(&mut raw));
    assert_eq!(found, Ok(room));
    (cells, raw)
}

#[test]
fn assignment_finds_the_nearest() {
    for case in cases() {
        for kernels in Kernels::available() {
            let model = case.model(kernels);
            let cells = assign(&model, &case.queries);
            let mut off = 0;
            for (query, &cell) in case.queries.chunks(case.dimension).zip(&cells) {
                let keys = case.keys(query);
                let best = keys.iter().copied().fold(f64::INFINITY, f64::min);
                let slack = 1e-5 * case.dimension as f64;
                assert!(keys[cell as usize] <= best + slack, "{kernels:?} {model:?}");
                off += usize::from(keys[cell as usize] > best);
            }
            // Rounding may swap what is all but equally near; that is rare.
            assert!(off * 50 <= cells.len(), "{off} of {} in {model:?}", cells.len());
        }
    }
}

#[test]
fn probing_finds_the_nearest_in_order() {
    for case in cases() {
        let nlist = case.rows.len() / case.dimension;
        let model = case.model(Kernels::active());
        for (i, query) in case.queries.chunks(case.dimension).take(12).enumerate() {
            let keys = case.keys(query);
            let mut sorted = keys.clone();
            sorted.sort_by(f64::total_cmp);
            for nprobe in [1, 2, 1 + i, nlist / 2 + 1, nlist, nlist + 1, usize::MAX] {
                let (cells, raw) = probe(&model, query, nprobe);
                let slack = 1e-5 * case.dimension as f64;
                for (rank, (&cell, &raw)) in cells.iter().zip(&raw).enumerate() {
                    let key = keys[cell as usize];
                    assert!((key - sorted[rank]).abs() <= slack, "rank {rank} in {model:?}");
                    let value = if case.metric.is_spherical() { -raw } else { raw };
                    assert!((f64::from(value) - key).abs() <= slack, "raw value in {model:?}");
                }
                let ordered = |pair: &[f32]| match case.metric {
                    Metric::L2 => pair[0] <= pair[1],
                    Metric::Cosine | Metric::InnerProduct => pair[0] >= pair[1],
                };
                assert!(raw.windows(2).all(ordered), "{raw:?}");
                let mut distinct = cells.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), nprobe.min(nlist));
            }
        }
    }
}

#[test]
fn fewer_probes_are_a_prefix_of_more() {
    for case in cases() {
        let model = case.model(Kernels::active());
        let query = &case.queries[..case.dimension];
        let (all, raw) = probe(&model, query, model.nlist());
        for nprobe in 1..=model.nlist() {
            let (cells, values) = probe(&model, query, nprobe);
            assert_eq!((&cells[..], &values[..]), (&all[..nprobe], &raw[..nprobe]));
        }
    }
}

#[test]
fn the_first_probe_is_the_assigned_cell() {
    for case in cases() {
        let model = case.model(Kernels::active());
        let cells = assign(&model, &case.queries);
        let differing = case.queries.chunks(case.dimension).zip(&cells);
        let differing = differing.filter(|&(q, &cell)| probe(&model, q, 1).0[0] != cell).count();
        assert!(differing * 50 <= cells.len(), "{differing} in {model:?}");
    }
}

/// Four copies of every centroid: the copies are equally near, bit for bit.
#[test]
fn ties_go_by_number() {
    for metric in METRICS {
        let Case { dimension, mut rows, queries, .. } = Case::new(metric, 13, 21, 100);
        rows = [&rows[..], &rows, &rows, &rows].concat();
        for kernels in Kernels::available() {
            let file = model_file(metric.code(), dimension as u32, &rows);
            let model = Model::from_file_for(file, kernels).expect("a right file");
            assert!(assign(&model, &queries).iter().all(|&cell| cell < 21), "{kernels:?}");
            for query in queries.chunks(dimension) {
                for nprobe in [1, 2, 3, 4, 5, 8, 30, 84] {
                    let (cells, raw) = probe(&model, query, nprobe);
                    for (rank, &cell) in cells.iter().enumerate() {
                        assert_eq!(cell, cells[rank - rank % 4] + 21 * (rank as u32 % 4));
                        assert_eq!(raw[rank], raw[rank - rank % 4]);
                    }
                }
            }
        }
    }
}

#[test]
fn different_centroids_at_one_distance_tie_by_number() {
    // The axes' ends: their mean is 0, and every number here is exact.
    let rows: Vec<f32> = (0..16)
        .flat_map(|i| {
            (0..8).map(move |j| if i / 2 == j { 1.0 - 2.0 * (i % 2) as f32 } else { 0.0 })
        })
        .collect();
    for metric in METRICS {
        let model = model(metric, 8, &rows);
        assert_eq!(assign(&model, &[0.0; 8]), [0]);
        assert_eq!(probe(&model, &[0.0; 8], 16).0, (0..16).collect::<Vec<_>>());
        let query = [0.0, 0.0, -0.5, 0.0, 0.0, 0.5, 0.0, 0.0];
        assert_eq!(assign(&model, &query), [5]);
        let expected = [5, 10, 0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 4, 11];
        assert_eq!(probe(&model, &query, 16).0, expected);
    }
}

#[test]
fn a_batch_is_its_vectors_one_by_one() {
    for case in cases() {
        for kernels in Kernels::available() {
            let model = case.model(kernels);
            let batch = assign(&model, &case.queries);
            let single: Vec<u32> =
                case.queries.chunks(case.dimension).flat_map(|q| assign(&model, q)).collect();
            assert_eq!(batch, single, "{kernels:?} {model:?}");
        }
    }
}

#[test]
fn working_memory_of_other_models_does_no_harm() {
    let mut memory = WorkingMemory::default();
    for _ in 0..2 {
        for case in cases().collect::<Vec<_>>().iter().rev() {
            let model = case.model(Kernels::active());
            let mut cells = vec![0; case.queries.len() / case.dimension];
            model.assign(&case.queries, &mut memory, &mut cells).expect("assigned");
            assert_eq!(cells, assign(&model, &case.queries));
            let query = &case.queries[..case.dimension];
            let mut cells = vec![0; model.nlist()];
            let found = model.probe(query, usize::MAX, &mut memory, &mut cells, None);
            assert_eq!(found, Ok(model.nlist()));
            assert_eq!(cells, probe(&model, query, model.nlist()).0);
        }
    }
}

#[test]
fn threads_get_the_same_bits() {
    let case = Case::new(Metric::L2, 48, 200, 300);
    let model = case.model(Kernels::active());
    let answer = || {
        let probes = case.queries.chunks(48).map(|query| {
            let (cells, raw) = probe(&model, query, 9);
            (cells, raw.iter().map(|raw| raw.to_bits()).collect::<Vec<_>>())
        });
        (assign(&model, &case.queries), probes.collect::<Vec<_>>())
    };
    let expected = answer();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(answer)).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), expected);
        }
    });
}

#[test]
fn outputs_may_be_longer_than_needed() {
    let model = model(Metric::L2, 2, &[0.0, 0.0, 1.0, 0.0, 5.0, 0.0]);
    let (mut cells, mut raw) = ([77; 5], [-1.0; 4]);
    let mut memory = WorkingMemory::default();
    let found = model.probe(&[2.0, 0.0], 2, &mut memory, &mut cells, Some(&mut raw));
    assert_eq!((found, cells, raw), (Ok(2), [1, 0, 77, 77, 77], [1.0, 4.0, -1.0, -1.0]));
}

#[test]
fn no_vectors_are_no_error() {
    let model = model(Metric::Cosine, 2, &[1.0, 0.0]);
    assert_eq!(model.assign(&[], &mut WorkingMemory::default(), &mut []), Ok(()));
}

/// Lengths whose squares are beyond f32, and whose inner products with a centroid could be.
#[test]
fn huge_vectors_find_their_cells() {
    let rows = [3e37, 3e37, -3e37, 3e37, 3e37, -3e37, -3e37, -3e37];
    let queries = [3e38, 1e38, -1e38, 3e38, 3e38, -3e38, -1e37, -3e38];
    for metric in METRICS {
        let mut rows = rows;
        if metric.is_spherical() {
            normalise(&mut rows, 2);
        }
        assert_eq!(assign(&model(metric, 2, &rows), &queries), [0, 1, 2, 3], "{metric:?}");
    }
}

fn refused<T: std::fmt::Debug>(result: ivory_core::Result<T>, parts: &[&str]) {
    match result {
        Err(Error::Argument(text)) => {
            assert!(parts.iter().all(|part| text.contains(part)), "{text}: {parts:?}");
        }
        other => panic!("expected a wrong argument, got {other:?}"),
    }
}

#[test]
fn wrong_arguments_are_refused_and_named() {
    let model = model(Metric::L2, 3, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    let memory = &mut WorkingMemory::default();
    let mut cells = [0; 2];
    for length in [0, 3, 5, 7, 9] {
        let vectors = vec![0.0; length];
        let named = format!("[{length}]");
        refused(model.assign(&vectors, memory, &mut cells), &["[vectors]", &named, "[2]", "[3]"]);
    }
    for length in [0, 2, 4, 6] {
        let query = vec![0.0; length];
        let named = format!("[{length}]");
        let result = model.probe(&query, 1, memory, &mut cells, None);
        refused(result, &["[query]", &named, "[3]"]);
    }
    let query = [0.0; 3];
    refused(model.probe(&query, 0, memory, &mut cells, None), &["[nprobe]", "[0]"]);
    refused(model.probe(&query, 2, memory, &mut cells[..1], None), &["[1]", "[2]"]);
    let raw = Some(&mut [0.0][..]);
    refused(model.probe(&query, 2, memory, &mut cells, raw), &["[1]", "[2]"]);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let named = format!("[{bad}]");
        let vectors = [0.0, 0.0, 0.0, 0.0, bad, 0.0];
        let named = ["[vectors]", "component [1]", "vector [1]", &named];
        refused(model.assign(&vectors, memory, &mut cells), &named);
        let result = model.probe(&[0.0, 0.0, bad], 1, memory, &mut cells, None);
        refused(result, &["[query]", "component [2]"]);
    }
}
