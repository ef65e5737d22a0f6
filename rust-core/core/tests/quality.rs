//! How good training is, also with data that nobody would choose.

mod support;

use ivory_core::{Encoder, Metric, Model, Progress, Trainer, TrainingParameters, WorkingMemory};
use support::{METRICS, Numbers, centroids, model};

/// Trains `nlist` cells.
fn train(metric: Metric, dimension: usize, nlist: usize, vectors: &[f32]) -> (Model, Progress) {
    let trainer = Trainer::new(TrainingParameters {
        metric,
        dimension,
        nlist,
        seed: 42,
        max_iterations: 10,
        max_sample: 1_000_000,
        threads: 2,
        encoder: Encoder::None,
    });
    let trainer = trainer.unwrap();
    trainer.add(vectors).unwrap();
    (trainer.run().unwrap(), trainer.progress())
}

fn assign(model: &Model, vectors: &[f32]) -> Vec<u32> {
    let mut cells = vec![0; vectors.len() / model.dimension()];
    model.assign(vectors, &mut WorkingMemory::default(), &mut cells).unwrap();
    cells
}

/// `count` vectors, vector `i` near centre `i` modulo `groups`, far from all others.
fn groups(groups: usize, count: usize, dimension: usize) -> Vec<f32> {
    let mut numbers = Numbers(7);
    let centres = numbers.vector(groups * dimension);
    let centres = centres.iter().cycle().take(count * dimension);
    centres.map(|centre| centre + 0.005 * numbers.signed()).collect()
}

/// The measure is a plain, slow k-means in double precision with more iterations.
#[test]
fn as_good_as_a_textbook_run() {
    let (dimension, nlist) = (6, 40);
    let vectors = Numbers(1).vector(3_000 * dimension);
    let ours = train(Metric::L2, dimension, nlist, &vectors).1.inertia;
    let textbook = textbook(&vectors, dimension, nlist, 25);
    assert!(ours < 1.01 * textbook, "{ours}, a textbook run has {textbook}");
}

/// Lloyd's algorithm from the first `nlist` vectors on; the last inertia.
fn textbook(vectors: &[f32], dimension: usize, nlist: usize, iterations: usize) -> f64 {
    let vectors = vectors.chunks(dimension);
    let points: Vec<Vec<f64>> =
        vectors.map(|vector| vector.iter().map(|&x| f64::from(x)).collect()).collect();
    let mut centroids = points[..nlist].to_vec();
    let mut inertia = 0.0;
    for _ in 0..iterations {
        let mut sums = vec![vec![0.0; dimension]; nlist];
        let mut sizes = vec![0.0; nlist];
        inertia = 0.0;
        for point in &points {
            let distance = |centroid: &Vec<f64>| -> f64 {
                centroid.iter().zip(point).map(|(c, x)| (c - x) * (c - x)).sum()
            };
            let distances = centroids.iter().map(distance).enumerate();
            let (cell, least) = distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            inertia += least / points.len() as f64;
            sizes[cell] += 1.0;
            sums[cell].iter_mut().zip(point).for_each(|(sum, x)| *sum += x);
        }
        for ((centroid, sum), size) in centroids.iter_mut().zip(sums).zip(sizes) {
            if size > 0.0 {
                *centroid = sum.into_iter().map(|sum| sum / size).collect();
            }
        }
    }
    inertia
}

#[test]
fn a_run_ends_when_it_stops_paying() {
    for metric in METRICS {
        let progress = train(metric, 8, 20, &groups(20, 4_000, 8)).1;
        assert!(progress.iteration <= 3, "{metric:?}: {progress:?}");
        assert_eq!(progress.imbalance, 1.0, "{metric:?}: each group has its cell: {progress:?}");
    }
}

#[test]
fn spherical_centroids_are_unit_vectors() {
    let vectors: Vec<f32> = Numbers(2).vector(4_000 * 12).iter().map(|x| x * 50.0 + 20.0).collect();
    for metric in [Metric::Cosine, Metric::InnerProduct] {
        for centroid in centroids(&train(metric, 12, 64, &vectors).0).chunks(12) {
            let norm: f32 = centroid.iter().map(|x| x * x).sum();
            assert!((norm - 1.0).abs() < 1e-5, "{metric:?}: {norm}");
        }
    }
}

/// A few vectors far away from a mass of equal ones: a seeding at random would miss most of them.
#[test]
fn a_few_among_many_equal_ones_are_found() {
    let mut vectors = [1.0, 1.0].repeat(50_000);
    vectors.extend(Numbers(3).vector(30 * 2).iter().map(|x| x * 100.0));
    let progress = train(Metric::L2, 2, 31, &vectors).1;
    assert!(progress.inertia < 0.02, "{progress:?}");
}

/// One vector beyond all others takes a cell, not the digits of the rest.
#[test]
fn an_outlier_does_no_harm() {
    for outlier in [1e6, 1e20, 1e30] {
        let mut vectors = groups(20, 4_000, 8);
        vectors[..8].fill(outlier);
        let (model, _) = train(Metric::L2, 8, 21, &vectors);
        let cells = assign(&model, &vectors);
        assert!(cells[1..].iter().all(|&cell| cell != cells[0]), "{outlier:e} is alone");
        for (i, cell) in cells.iter().enumerate().skip(1) {
            assert_eq!(*cell, cells[i % 20 + 20], "{outlier:e}: vectors of a group share a cell");
        }
        let mut used = cells[20..40].to_vec();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used.len(), 20, "{outlier:e}: every group has a cell of its own");
    }
}

/// Vectors far beyond the centroids, up to the largest numbers there are, go by their direction.
#[test]
fn vectors_beyond_all_centroids_go_by_direction() {
    let cross = [1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0];
    for metric in METRICS {
        let model = model(metric, 2, &cross);
        for length in [1e3, 1e15, 1e25, 3e38] {
            let far = [length, 0.1, -0.2, length, -length, length * 0.9, 0.1 * length, -length];
            assert_eq!(assign(&model, &far), [0, 1, 2, 3], "{metric:?} {length:e}");
        }
    }
}
