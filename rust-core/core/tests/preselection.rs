//! Probing and assigning by preselection give what an exact scan of all cells gives, to the bit.
//!
//! A failure means that the answer depends on a shortcut: on the number of vectors of a call, or on
//! how well the centroids happen to fit eight bits.

mod support;

use ivory_core::{Metric, Model, WorkingMemory};
use ivory_kernels::Kernels;
use support::{METRICS, Numbers, model_file, normalise};

/// Numbers that leave every kind of trace in eight bits.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Even,
    /// Centroids in a few tight groups: many are all but equally near.
    Clustered,
    /// Every centroid four times: ties.
    Repeated,
    /// One component far larger than the others: eight bits say little of them.
    Lopsided,
    /// Far from the origin.
    Far,
    /// Different in few directions, far from the origin: a few components say nearly all.
    Fading,
}

struct Case {
    metric: Metric,
    dimension: usize,
    rows: Vec<f32>,
    queries: Vec<f32>,
}

impl Case {
    fn new(kind: Kind, metric: Metric, dimension: usize, nlist: usize) -> Self {
        let mut numbers = Numbers((dimension * 1000 + nlist) as u64 ^ u64::from(metric.code()));
        let mut rows = numbers.vector(dimension * nlist);
        let queries = 64;
        match kind {
            Kind::Even => {}
            Kind::Clustered => {
                let middles = numbers.vector(8 * dimension);
                for (cell, row) in rows.chunks_mut(dimension).enumerate() {
                    let middle = &middles[cell % 8 * dimension..][..dimension];
                    row.iter_mut().zip(middle).for_each(|(x, m)| *x = m + *x * 0.01);
                }
            }
            Kind::Repeated => {
                let quarter = rows.len() / 4;
                for copy in 1..4 {
                    rows.copy_within(..quarter, copy * quarter);
                }
            }
            Kind::Lopsided => rows.iter_mut().step_by(dimension).for_each(|x| *x *= 1000.0),
            Kind::Far => rows.iter_mut().for_each(|x| *x += 300.0),
            Kind::Fading => {
                for row in rows.chunks_mut(dimension) {
                    row.iter_mut().zip(0..).for_each(|(x, k)| *x = *x * 0.9f32.powi(k) + 3.0);
                    // So that no component is a direction.
                    (1..dimension).for_each(|k| row[k] += row[k - 1] * 0.5);
                }
            }
        }
        // Near some centroid, exactly at it, in between, and anywhere.
        let mut points = Vec::new();
        for i in 0..queries {
            let from = numbers.below(nlist) * dimension;
            let to = numbers.below(nlist) * dimension;
            let noise = numbers.vector(dimension);
            let way = [0.0, 0.5, 0.3, 0.1][i % 4];
            let noisy = [0.0, 0.0, 0.5, 2.0][i % 4];
            points.extend((0..dimension).map(|k| {
                rows[from + k] + (rows[to + k] - rows[from + k]) * way + noise[k] * noisy
            }));
        }
        if metric.is_spherical() {
            normalise(&mut rows, dimension);
        }
        if metric == Metric::Cosine {
            normalise(&mut points, dimension);
        }
        Self { metric, dimension, rows, queries: points }
    }

    fn model(&self, kernels: &'static Kernels) -> Model {
        let mut file = model_file(self.metric.code(), self.dimension as u32, &self.rows);
        file.shrink_to_fit();
        Model::from_file_for(file, kernels).expect("a right file")
    }
}

fn cases() -> impl Iterator<Item = (Kind, Case)> {
    use Kind::*;
    let kinds = [Even, Clustered, Repeated, Lopsided, Far, Fading];
    let shapes = [(2, 512), (7, 1024), (33, 600), (128, 1024)];
    kinds.into_iter().flat_map(move |kind| {
        METRICS.into_iter().flat_map(move |metric| {
            shapes.map(|(dimension, nlist)| (kind, Case::new(kind, metric, dimension, nlist)))
        })
    })
}

/// All cells, nearest first, ties by number, and their raw values, by one scan of all centroids.
fn exact(model: &Model, kernels: &Kernels, query: &[f32]) -> Vec<(u32, u32)> {
    let mut raw = vec![0f32; model.nlist()];
    let spherical = model.metric().is_spherical();
    if spherical {
        kernels.ip(query, model.centroids(), &mut raw);
    } else {
        kernels.l2(query, model.centroids(), &mut raw);
    }
    let key = |cell: u32| {
        let raw = raw[cell as usize];
        if spherical { -raw } else { raw }
    };
    let mut cells: Vec<u32> = (0..model.nlist() as u32).collect();
    cells.sort_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
    cells.into_iter().map(|cell| (cell, raw[cell as usize].to_bits())).collect()
}

#[test]
fn probing_is_an_exact_scan() {
    let mut memory = WorkingMemory::default();
    for (kind, case) in cases() {
        for kernels in Kernels::available() {
            let model = case.model(kernels);
            for query in case.queries.chunks(case.dimension) {
                let expected = exact(&model, kernels, query);
                for nprobe in [1, 2, 10, 64, 100] {
                    let (mut cells, mut raw) = (vec![0; nprobe], vec![0.0; nprobe]);
                    let found = model.probe(query, nprobe, &mut memory, &mut cells, Some(&mut raw));
                    assert_eq!(found, Ok(nprobe));
                    let found: Vec<_> =
                        cells.into_iter().zip(raw.iter().map(|raw| raw.to_bits())).collect();
                    let what = format!("{kind:?} {model:?} {kernels:?} {nprobe}");
                    assert_eq!(found, expected[..nprobe], "{what}");
                }
            }
        }
    }
}

#[test]
fn one_by_one_is_as_many_at_once() {
    let mut memory = WorkingMemory::default();
    for (kind, case) in cases() {
        for kernels in Kernels::available() {
            let model = case.model(kernels);
            let mut many = vec![0; case.queries.len() / case.dimension];
            model.assign(&case.queries, &mut memory, &mut many).expect("assigned");
            for (query, expected) in case.queries.chunks(case.dimension).zip(&many) {
                let mut one = [u32::MAX];
                model.assign(query, &mut memory, &mut one).expect("assigned");
                assert_eq!(one[0], *expected, "{kind:?} {model:?} {kernels:?}");
            }
            for (queries, expected) in case.queries.chunks(case.dimension * 7).zip(many.chunks(7)) {
                let mut some = vec![u32::MAX; expected.len()];
                model.assign(queries, &mut memory, &mut some).expect("assigned");
                assert_eq!(some, expected, "{kind:?} {model:?} {kernels:?}");
            }
        }
    }
}

#[test]
fn extreme_lengths_are_answered_as_by_a_scan() {
    for metric in METRICS {
        for scale in [1e-40, 1e-30, 1e-15, 1e15, 1e18, 1e30, 1e37] {
            let any = Numbers(9).vector(4 * 512);
            extremes(metric, 4, any, scale);
            let fading = Case::new(Kind::Fading, metric, 40, 600).rows;
            extremes(metric, 40, fading, scale / 10.0);
        }
    }
}

fn extremes(metric: Metric, dimension: usize, mut rows: Vec<f32>, scale: f32) {
    let mut memory = WorkingMemory::default();
    let mut numbers = Numbers(10);
    if metric.is_spherical() {
        normalise(&mut rows, dimension);
    } else {
        rows.iter_mut().for_each(|x| *x *= scale);
    }
    for kernels in Kernels::available() {
        let file = model_file(metric.code(), dimension as u32, &rows);
        let model = Model::from_file_for(file, kernels).expect("a right file");
        for _ in 0..20 {
            let query: Vec<f32> =
                numbers.vector(dimension).iter().map(|x| x * scale * 3.0).collect();
            let expected = exact(&model, kernels, &query);
            let mut cells = [0; 8];
            model.probe(&query, 8, &mut memory, &mut cells, None).expect("probed");
            let expected: Vec<u32> = expected[..8].iter().map(|&(cell, _)| cell).collect();
            assert_eq!(cells[..], expected, "{metric:?} {scale} {kernels:?}");
            let many = query.repeat(64);
            let mut assigned = [0; 64];
            model.assign(&many, &mut memory, &mut assigned).expect("assigned");
            let mut one = [0];
            model.assign(&query, &mut memory, &mut one).expect("assigned");
            assert_eq!(assigned, [one[0]; 64], "{metric:?} {scale} {kernels:?}");
        }
    }
}

#[test]
fn packing_for_the_matrix_product_is_put_off_until_it_is_needed() {
    let mut case = Case::new(Kind::Even, Metric::L2, 64, 1024);
    let centroids = 64 * 1024 * 4;
    let mut memory = WorkingMemory::default();
    let mut cells = [0; 64];
    for outlier in [false, true] {
        if outlier {
            // So far away that eight bits say nothing of the others.
            case.rows[..64].fill(1e6);
        }
        let model = case.model(Kernels::active());
        let before = model.size_in_bytes();
        // The file, and a quarter in eight bits.
        assert!((centroids * 5 / 4..centroids * 3 / 2).contains(&before), "{before}");
        model.assign(&case.queries, &mut memory, &mut cells).expect("assigned");
        let packed = model.size_in_bytes() >= before + centroids;
        assert_eq!(packed, outlier);
        for (query, &cell) in case.queries.chunks(64).zip(&cells) {
            let mut one = [u32::MAX];
            model.assign(query, &mut memory, &mut one).expect("assigned");
            assert_eq!(one[0], cell);
        }
    }
}
