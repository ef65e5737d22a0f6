//! Training: reproducible, near the ideal, and finite or refused whatever the vectors are.

mod support;

use ivory_core::{
    Encoder, Error, MAX_DIMENSION, MAX_NLIST, Metric, Model, Phase, Progress, Trainer,
    TrainingParameters, WorkingMemory,
};
use ivory_kernels::Kernels;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use support::{METRICS, Numbers, centroids};

fn parameters(metric: Metric, dimension: usize, nlist: usize) -> TrainingParameters {
    let (max_iterations, max_sample) = (20, 100_000);
    let (seed, threads, encoder) = (7, 2, Encoder::None);
    TrainingParameters {
        metric,
        dimension,
        nlist,
        seed,
        max_iterations,
        max_sample,
        threads,
        encoder,
    }
}

fn trained(parameters: TrainingParameters, vectors: &[f32]) -> (Model, Progress) {
    let trainer = Trainer::new(parameters).expect("right parameters");
    trainer.add(vectors).expect("right vectors");
    let model = trainer.run().expect("a model");
    (model, trainer.progress())
}

/// `per_cluster` vectors around each of these centres, none farther than `radius` in a component, in
/// an order that mixes the clusters.
fn clusters(centres: &[f32], dimension: usize, per_cluster: usize, radius: f32) -> Vec<f32> {
    let mut numbers = Numbers(5);
    (0..per_cluster)
        .flat_map(|_| centres.chunks(dimension))
        .flatten()
        .map(|&x| x + radius * numbers.signed())
        .collect()
}

/// Sum of the squared distances of all vectors to the centres of their clusters.
fn ideal(vectors: &[f32], centres: &[f32]) -> f64 {
    let pairs = vectors.iter().zip(centres.iter().cycle());
    pairs.map(|(&x, &c)| (f64::from(x) - f64::from(c)).powi(2)).sum()
}

fn close(left: &[f32], right: &[f32], tolerance: f32) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| (a - b).abs() <= tolerance)
}

#[test]
fn threads_and_levels_do_not_change_a_bit() {
    for (metric, cells) in METRICS.into_iter().zip([70, 120, 70]) {
        let vectors = Numbers(1).vector(5000 * 24);
        let mut expected = None;
        for kernels in Kernels::available() {
            for threads in [1, 2, 16] {
                let parameters = TrainingParameters {
                    threads,
                    max_iterations: 6,
                    encoder: Encoder::Pq { dims: 2 },
                    ..parameters(metric, 24, cells)
                };
                let trainer = Trainer::for_kernels(parameters, kernels).expect("parameters");
                trainer.add(&vectors).expect("vectors");
                let file = trainer.run().expect("a model").file().to_vec();
                let same = *expected.get_or_insert_with(|| file.clone()) == file;
                assert!(same, "{metric:?} {kernels:?} {threads}");
            }
        }
    }
}

#[test]
fn how_vectors_are_batched_does_not_matter() {
    let vectors = Numbers(2).vector(3000 * 8);
    let parameters = TrainingParameters { max_sample: 900, ..parameters(Metric::Cosine, 8, 30) };
    let (whole, _) = trained(parameters.clone(), &vectors);
    let trainer = Trainer::new(parameters).expect("right parameters");
    for (i, part) in vectors.chunks(8 * 77).enumerate() {
        trainer.add(part).expect("right vectors");
        assert_eq!(trainer.progress().vectors_offered, ((i + 1) * 77).min(3000) as u64);
    }
    assert_eq!(trainer.run().expect("a model").file(), whole.file());
}

#[test]
fn another_seed_gives_another_model() {
    let vectors = Numbers(3).vector(2000 * 8);
    for metric in METRICS {
        let fingerprints: BTreeSet<u64> = (0..5)
            .map(|seed| {
                let parameters = TrainingParameters { seed, ..parameters(metric, 8, 40) };
                trained(parameters, &vectors).0.fingerprint()
            })
            .collect();
        assert_eq!(fingerprints.len(), 5, "{metric:?}");
    }
}

/// With half as many cells again as clusters no cluster is missed, whatever the seed: one that is would
/// share a centroid that is far from it, and make the inertia tens of times as large.
#[test]
fn separated_clusters_are_found() {
    let centres: Vec<f32> = Numbers(4).vector(20 * 16).iter().map(|x| 100.0 + 10.0 * x).collect();
    let vectors = clusters(&centres, 16, 100, 0.5);
    let ideal = ideal(&vectors, &centres) / 2000.0;
    for seed in 0..10 {
        for (nlist, least) in [(30, 0.9), (60, 0.6)] {
            let parameters = TrainingParameters { seed, ..parameters(Metric::L2, 16, nlist) };
            let (_, progress) = trained(parameters, &vectors);
            let ratio = progress.inertia / ideal;
            assert!((least..1.0).contains(&ratio), "{nlist} cells, seed {seed}: {ratio}");
        }
    }
}

/// Directions under every spherical metric: lengths must not matter.
#[test]
fn directions_are_found_whatever_the_lengths() {
    let centres: Vec<f32> = (0..64).map(|i| if i % 9 == 0 { 1.0 } else { 0.0 }).collect();
    let mut vectors = clusters(&centres, 8, 200, 0.02);
    for (i, vector) in vectors.chunks_mut(8).enumerate() {
        vector.iter_mut().for_each(|x| *x *= [1e-3, 1.0, 1e4][i % 3]);
    }
    for metric in [Metric::Cosine, Metric::InnerProduct] {
        let (model, progress) = trained(parameters(metric, 8, 24), &vectors);
        assert!(progress.inertia < 0.001, "{progress:?}");
        for centre in centres.chunks(8) {
            let near = |cell| {
                let row = model.centroids().row(cell);
                row.zip(centre).map(|(x, c)| x * c).sum::<f32>() > 0.99
            };
            assert!((0..24).any(near), "{metric:?}");
        }
        for centroid in centroids(&model).chunks(8) {
            let norm: f32 = centroid.iter().map(|x| x * x).sum();
            assert!((norm - 1.0).abs() < 1e-5, "{norm}");
        }
    }
}

#[test]
fn the_report_fits_the_model() {
    let centres: Vec<f32> = (0..8).map(|i| (i * 10) as f32).collect();
    // Cluster i has 10 × (i + 1) vectors.
    let mut numbers = Numbers(6);
    let vectors: Vec<f32> = centres
        .iter()
        .enumerate()
        .flat_map(|(i, &centre)| vec![centre; 10 * (i + 1)])
        .map(|x| x + numbers.signed())
        .collect();
    for seed in 0..5 {
        let parameters = TrainingParameters { seed, ..parameters(Metric::L2, 1, 16) };
        let (model, progress) = trained(parameters, &vectors);
        let mut cells = vec![0; vectors.len()];
        model.assign(&vectors, &mut WorkingMemory::default(), &mut cells).expect("assigned");
        let mut sizes = [0u64; 16];
        let mut cost = 0f64;
        for (&x, &cell) in vectors.iter().zip(&cells) {
            sizes[cell as usize] += 1;
            cost += f64::from(x - centroids(&model)[cell as usize]).powi(2);
        }
        sizes.sort_unstable();
        assert_eq!(sizes.iter().sum::<u64>(), 360);
        assert_eq!((progress.vectors_offered, progress.vectors_used), (360, 360));
        assert_eq!((progress.smallest_cell, progress.largest_cell), (sizes[0], sizes[15]));
        assert_eq!(progress.median_cell, sizes[8]);
        let squares: u64 = sizes.iter().map(|n| n * n).sum();
        let imbalance = 16.0 * squares as f64 / (360.0 * 360.0);
        assert!((progress.imbalance - imbalance).abs() < 1e-9, "{progress:?}");
        assert!((progress.inertia / (cost / 360.0) - 1.0).abs() < 1e-3, "{progress:?}, {cost}");
        assert!((1..=20).contains(&progress.iteration) && progress.max_iterations == 20);
        assert_eq!(progress.phase, Phase::Done);
    }
}

#[test]
fn one_cell_is_the_mean() {
    let vectors = Numbers(8).vector(3000 * 3);
    let mean = |vectors: &[f32]| -> Vec<f32> {
        let sum = |i| vectors.iter().skip(i).step_by(3).map(|&x| f64::from(x)).sum::<f64>();
        (0..3).map(|i| (sum(i) / 3000.0) as f32).collect()
    };
    let (model, _) = trained(parameters(Metric::L2, 3, 1), &vectors);
    assert!(close(&centroids(&model), &mean(&vectors), 1e-5));
    for metric in [Metric::Cosine, Metric::InnerProduct] {
        let (model, _) = trained(parameters(metric, 3, 1), &vectors);
        let mut unit = vectors.clone();
        support::normalise(&mut unit, 3);
        let mut direction = mean(&unit);
        support::normalise(&mut direction, 3);
        assert!(close(&centroids(&model), &direction, 1e-3), "{metric:?}");
    }
}

#[test]
fn as_many_cells_as_vectors_are_the_vectors() {
    for (dimension, count) in [(1, 1), (1, 40), (6, 100)] {
        let vectors = Numbers(9).vector(count * dimension);
        let (model, progress) = trained(parameters(Metric::L2, dimension, count), &vectors);
        assert!(progress.inertia < 1e-6, "{progress:?}");
        assert_eq!((progress.smallest_cell, progress.largest_cell), (1, 1));
        for vector in vectors.chunks(dimension) {
            let rows = centroids(&model);
            assert!(rows.chunks(dimension).any(|centroid| close(centroid, vector, 1e-5)));
        }
    }
}

#[test]
fn fewer_distinct_vectors_than_cells() {
    for metric in METRICS {
        let distinct = Numbers(10).vector(5 * 4);
        let vectors: Vec<f32> = distinct.iter().copied().cycle().take(400 * 4).collect();
        let (model, progress) = trained(parameters(metric, 4, 20), &vectors);
        assert!(progress.inertia < 1e-6, "{progress:?}");
        assert_eq!(model.nlist(), 20);
        let mut expected = distinct.clone();
        if metric.is_spherical() {
            support::normalise(&mut expected, 4);
        }
        for vector in expected.chunks(4) {
            assert!(centroids(&model).chunks(4).any(|c| close(c, vector, 1e-5)), "{metric:?}");
        }
    }
}

#[test]
fn equal_vectors() {
    for metric in METRICS {
        let vectors: Vec<f32> = [0.3, -0.4, 0.0].repeat(500);
        let (model, progress) = trained(parameters(metric, 3, 9), &vectors);
        let expected = if metric.is_spherical() { [0.6, -0.8, 0.0] } else { [0.3, -0.4, 0.0] };
        assert!(centroids(&model).chunks(3).all(|c| close(c, &expected, 1e-6)), "{metric:?}");
        assert!(progress.inertia < 1e-6 && progress.imbalance.is_finite(), "{progress:?}");
        assert_eq!(progress.largest_cell, 500, "all in one cell: ties go by number");
    }
}

#[test]
fn every_magnitude_gives_a_finite_model() {
    for metric in METRICS {
        for scale in [f32::MAX, 1e38, 1e30, 1e19, 1e-19, 1e-30, 1e-38, 1e-44] {
            let vectors: Vec<f32> = Numbers(11).vector(300 * 6).iter().map(|x| x * scale).collect();
            let trainer = Trainer::new(parameters(metric, 6, 12)).expect("right parameters");
            match trainer.add(&vectors) {
                Ok(()) => {}
                // Below the smallest number vectors become zero.
                Err(Error::Argument(_)) if metric == Metric::Cosine && scale < 1e-43 => continue,
                Err(error) => panic!("{metric:?} {scale:e}: {error}"),
            }
            let model = trainer.run().expect("a model");
            assert!(centroids(&model).iter().all(|x| x.is_finite()), "{metric:?} {scale:e}");
            let mut cells = vec![0; 300];
            model.assign(&vectors, &mut WorkingMemory::default(), &mut cells).expect("assigned");
            let used = cells.iter().collect::<BTreeSet<_>>().len();
            assert!(used > 6 || scale < 1e-43, "{metric:?} {scale:e}: {used} cells");
            let progress = trainer.progress();
            assert!(!progress.inertia.is_nan(), "{metric:?} {scale:e}: {progress:?}");
        }
    }
}

#[test]
fn far_from_the_origin_clusters_are_told_apart() {
    let centres: Vec<f32> = [1.0e6, 1.0e6 + 64.0, 1.0e6 + 128.0, 1.0e6 + 192.0].to_vec();
    let vectors = clusters(&centres, 1, 50, 1.0);
    let (_, progress) = trained(parameters(Metric::L2, 1, 8), &vectors);
    assert!(progress.inertia < 1.0, "{progress:?}");
}

#[test]
fn zero_vectors() {
    let mut vectors = Numbers(12).vector(200 * 4);
    for zero in [0, 17, 199] {
        vectors[zero * 4..][..4].fill(0.0);
    }
    for metric in [Metric::L2, Metric::InnerProduct] {
        for vectors in [&vectors, &vec![0.0; 800]] {
            let (model, _) = trained(parameters(metric, 4, 10), vectors);
            assert!(centroids(&model).iter().all(|x| x.is_finite()), "{metric:?}");
        }
    }
    let trainer = Trainer::new(parameters(Metric::Cosine, 4, 10)).expect("right parameters");
    refused(trainer.add(&vectors[4..]), &["[vectors]", "[16]", "zero"]);
    assert_eq!(trainer.progress().vectors_offered, 0, "none is taken");
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
fn wrong_vectors_are_refused_and_none_taken() {
    for metric in METRICS {
        let trainer = Trainer::new(parameters(metric, 4, 2)).expect("right parameters");
        refused(trainer.add(&[1.0; 7]), &["[vectors]", "[7]", "[4]"]);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut vectors = [1.0; 12];
            vectors[9] = bad;
            refused(trainer.add(&vectors), &["component [1]", "vector [2]", &format!("[{bad}]")]);
        }
        assert_eq!(trainer.progress().vectors_offered, 0);
    }
}

#[test]
fn fewer_vectors_than_cells_are_refused_and_more_may_follow() {
    let trainer = Trainer::new(parameters(Metric::L2, 2, 123)).expect("right parameters");
    trainer.add(&Numbers(13).vector(2 * 99)).expect("right vectors");
    refused(trainer.run(), &["[nlist]", "[123]", "[99]"]);
    trainer.add(&Numbers(14).vector(2 * 24)).expect("right vectors");
    assert_eq!(trainer.run().expect("a model").nlist(), 123);
}

#[test]
fn parameters_out_of_range_are_refused() {
    let right = || parameters(Metric::L2, 8, 4);
    let refused =
        |parameters, name: &str, value: &str| refused(Trainer::new(parameters), &[name, value]);
    for dimension in [0, MAX_DIMENSION + 1] {
        let value = format!("[{dimension}]");
        refused(TrainingParameters { dimension, ..right() }, "[dimension]", &value);
    }
    for nlist in [0, MAX_NLIST + 1] {
        let value = format!("[{nlist}]");
        refused(TrainingParameters { nlist, ..right() }, "[nlist]", &value);
    }
    refused(TrainingParameters { max_iterations: 0, ..right() }, "[max_iterations]", "[0]");
    refused(TrainingParameters { max_sample: 3, ..right() }, "[max_sample]", "[3]");
    refused(TrainingParameters { threads: 0, ..right() }, "[threads]", "[0]");
    refused(TrainingParameters { threads: 1025, ..right() }, "[threads]", "[1025]");
}

/// With as many cells as sampled vectors the centroids are the sample.
fn sample(seed: u64) -> Vec<usize> {
    let parameters = TrainingParameters {
        seed,
        max_sample: 50,
        max_iterations: 1,
        threads: 1,
        ..parameters(Metric::L2, 1, 50)
    };
    let vectors: Vec<f32> = (0..1000u16).map(f32::from).collect();
    let (model, progress) = trained(parameters, &vectors);
    assert_eq!((progress.vectors_offered, progress.vectors_used), (1000, 50));
    let mut sample: Vec<usize> = centroids(&model).iter().map(|x| x.round() as usize).collect();
    assert!(centroids(&model).iter().all(|x| (x - x.round()).abs() < 1e-3));
    sample.sort_unstable();
    sample.dedup();
    assert_eq!(sample.len(), 50);
    sample
}

#[test]
fn the_sample_is_bounded_seeded_and_fair() {
    assert_eq!(sample(1), sample(1));
    assert_ne!(sample(1), sample(2));
    // 400 samples of 50 of 1000: each tenth of the stream is expected 2000 times.
    let mut tenths = [0f64; 10];
    for seed in 0..400 {
        sample(seed).iter().for_each(|&vector| tenths[vector / 100] += 1.0);
    }
    let chi_square: f64 = tenths.iter().map(|n| (n - 2000.0).powi(2) / 2000.0).sum();
    assert!(chi_square < 27.9, "{chi_square}: {tenths:?} (9 degrees of freedom, 0.1 %)");
}

/// A run that would take minutes.
fn long_run() -> Trainer {
    let parameters = TrainingParameters {
        max_iterations: 1000,
        max_sample: 60_000,
        ..parameters(Metric::L2, 64, 8192)
    };
    let trainer = Trainer::new(parameters).expect("right parameters");
    trainer.add(&Numbers(15).vector(60_000 * 64)).expect("right vectors");
    trainer
}

/// How long a run goes on that is cancelled after so many milliseconds.
fn cancelled_after(wait: u64) -> Duration {
    let trainer = long_run();
    let took = std::thread::scope(|scope| {
        let run = scope.spawn(|| trainer.run());
        while trainer.progress().phase == Phase::Collecting {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(wait));
        assert!(matches!(trainer.run(), Err(Error::State(_))), "it is going on");
        assert!(matches!(trainer.add(&[0.0; 64]), Err(Error::State(_))), "it is going on");
        let start = Instant::now();
        trainer.cancel();
        assert_eq!(run.join().expect("no panic").err(), Some(Error::Cancelled));
        start.elapsed()
    });
    assert_ne!(trainer.progress().phase, Phase::Done);
    assert!(matches!(trainer.run(), Err(Error::State(_))));
    took
}

/// A busy machine may hold up one or the other, but not every one.
#[test]
fn a_run_is_cancelled_soon() {
    for wait in [0, 30, 400] {
        let soon = (0..10).any(|_| cancelled_after(wait) < Duration::from_secs(1));
        assert!(soon, "after {wait} ms");
    }
}

#[test]
fn closing_waits_for_the_run() {
    let trainer = long_run();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| trainer.run());
        while trainer.progress().phase == Phase::Collecting {
            std::thread::yield_now();
        }
        trainer.close();
        assert!(matches!(trainer.run(), Err(Error::State(_))));
        assert_eq!(run.join().expect("no panic").err(), Some(Error::Cancelled));
    });
    trainer.close();
}

#[test]
fn cancelled_before_it_starts() {
    let trainer = Trainer::new(parameters(Metric::L2, 2, 2)).expect("right parameters");
    trainer.add(&[1.0, 2.0, 3.0, 4.0]).expect("right vectors");
    trainer.cancel();
    assert_eq!(trainer.run().err(), Some(Error::Cancelled));
}

#[test]
fn a_trainer_runs_once() {
    let trainer = Trainer::new(parameters(Metric::L2, 2, 2)).expect("right parameters");
    trainer.add(&[1.0, 2.0, 3.0, 4.0]).expect("right vectors");
    trainer.run().expect("a model");
    assert!(matches!(trainer.run(), Err(Error::State(_))));
    assert!(matches!(trainer.add(&[1.0, 2.0]), Err(Error::State(_))));
    let closed = Trainer::new(parameters(Metric::L2, 2, 2)).expect("right parameters");
    closed.close();
    assert!(matches!(closed.run(), Err(Error::State(_))));
}

/// What is seen of a run while it goes on.
fn watched() -> Vec<Progress> {
    let parameters = TrainingParameters { max_iterations: 8, ..parameters(Metric::L2, 32, 500) };
    let trainer = Trainer::new(parameters).expect("right parameters");
    trainer.add(&Numbers(16).vector(20_000 * 32)).expect("right vectors");
    let before = trainer.progress();
    assert_eq!((before.phase, before.vectors_used), (Phase::Collecting, 20_000));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| trainer.run().map(drop));
        let mut seen = vec![before];
        while !run.is_finished() {
            let now = trainer.progress();
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        run.join().expect("no panic").expect("a model");
        seen.push(trainer.progress());
        seen
    })
}

/// Who gets no processor for a while misses phases; not every time.
#[test]
fn progress_only_goes_forward() {
    let steps = |p: &Progress| (p.phase, p.iteration, p.repaired_cells);
    let moves = (0..20).any(|_| {
        let seen = watched();
        for pair in seen.windows(2) {
            let ((phase, iteration, repaired), next) = (steps(&pair[0]), steps(&pair[1]));
            assert!(phase <= next.0 && iteration <= next.1 && repaired <= next.2, "{pair:?}");
        }
        let last = &seen[seen.len() - 1];
        assert_eq!(last.phase, Phase::Done);
        assert!(last.smallest_cell <= last.median_cell && last.median_cell <= last.largest_cell);
        assert!(last.imbalance >= 1.0 && last.inertia > 0.0, "{last:?}");
        seen.iter().map(|p| p.phase).collect::<BTreeSet<Phase>>().len() >= 3
    });
    assert!(moves, "no run was seen in three phases");
}
