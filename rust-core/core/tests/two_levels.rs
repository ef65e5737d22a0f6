//! Models of two levels: near the exact assignment, the same from any number of threads and at any
//! level, with cells of about one size, and as well stored as flat ones.

mod support;

use ivory_core::{Encoder, Error, FormatError, Metric, Model, Trainer, TrainingParameters};
use ivory_core::{Progress, WorkingMemory, file_length_range};
use ivory_kernels::Kernels;
use std::path::PathBuf;
use std::sync::OnceLock;
use support::{METRICS, Numbers, normalise, seal_checksum};
use xxhash_rust::xxh3::xxh3_64;

const DIMENSION: usize = 12;
const NLIST: usize = 4200;
const COUNT: usize = 24_000;

/// Vectors around many centres, some of which have far more than others.
fn vectors(metric: Metric, count: usize, seed: u64) -> Vec<f32> {
    let centres = Numbers(7).vector(300 * DIMENSION);
    let mut numbers = Numbers(seed);
    let mut vectors = Vec::new();
    for _ in 0..count {
        let centre = (numbers.below(300) * numbers.below(300)) / 300;
        let noise = numbers.vector(DIMENSION);
        let centre = &centres[centre * DIMENSION..][..DIMENSION];
        vectors.extend(centre.iter().zip(noise).map(|(c, x)| 2.0 * c + 0.7 * x));
    }
    if metric == Metric::Cosine {
        normalise(&mut vectors, DIMENSION);
    }
    vectors
}

fn parameters(metric: Metric, threads: usize) -> TrainingParameters {
    TrainingParameters {
        metric,
        dimension: DIMENSION,
        nlist: NLIST,
        seed: 5,
        max_iterations: 4,
        max_sample: COUNT,
        threads,
        encoder: Encoder::None,
    }
}

fn train(metric: Metric, threads: usize, kernels: &'static Kernels) -> (Model, Progress) {
    let trainer = Trainer::for_kernels(parameters(metric, threads), kernels).expect("parameters");
    trainer.add(&vectors(metric, COUNT, 1)).expect("vectors");
    let model = trainer.run().expect("a model");
    (model, trainer.progress())
}

/// A model of each metric, trained once.
fn trained(metric: Metric) -> &'static (Model, Progress) {
    static TRAINED: [OnceLock<(Model, Progress)>; 3] = [const { OnceLock::new() }; 3];
    TRAINED[metric.code() as usize].get_or_init(|| train(metric, 2, Kernels::active()))
}

/// Squared distances of a vector (for spherical metrics: of its direction) to all centroids.
fn distances(model: &Model, vector: &[f32]) -> Vec<f64> {
    let mut vector = vector.to_vec();
    if model.metric().is_spherical() {
        normalise(&mut vector, DIMENSION);
    }
    let distance = |cell: usize| {
        let row = model.centroids().row(cell);
        row.zip(&vector).map(|(c, &x)| (f64::from(c) - f64::from(x)).powi(2)).sum()
    };
    (0..model.nlist()).map(distance).collect()
}

#[test]
fn assignment_agrees_with_an_exact_one() {
    for metric in METRICS {
        let (model, _) = trained(metric);
        assert!(model.groups() > 100 && model.groups_searched() * 3 < model.groups());
        // Vectors that the model has not seen.
        let vectors = vectors(metric, 1500, 2);
        let mut cells = vec![0; 1500];
        model.assign(&vectors, &mut WorkingMemory::default(), &mut cells).expect("assigned");
        let mut near = 0;
        for (vector, &cell) in vectors.chunks(DIMENSION).zip(&cells) {
            let distances = distances(model, vector);
            let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
            near += usize::from(distances[cell as usize].sqrt() <= 1.01 * least.sqrt() + 1e-6);
        }
        assert!(near >= 1500 * 98 / 100, "{metric:?}: {near} of 1500");
    }
}

#[test]
fn probing_finds_nearly_all_of_the_nearest_in_order() {
    for metric in METRICS {
        let (model, _) = trained(metric);
        let mut memory = WorkingMemory::default();
        for nprobe in [1, 7, 64, 500, NLIST / 8 + 1, NLIST] {
            let (mut found, mut wanted) = (0, 0);
            for query in vectors(metric, 40, 3).chunks(DIMENSION) {
                let (mut cells, mut raw) = (vec![0; nprobe], vec![0.0; nprobe]);
                let count = model.probe(query, nprobe, &mut memory, &mut cells, Some(&mut raw));
                assert_eq!(count, Ok(nprobe));
                let ordered = |pair: &[f32]| (pair[0] <= pair[1]) != metric.is_spherical();
                assert!(raw.windows(2).all(|pair| pair[0] == pair[1] || ordered(pair)));
                let distances = distances(model, query);
                let mut sorted = distances.clone();
                sorted.sort_by(f64::total_cmp);
                let last = sorted[nprobe - 1] + 1e-6;
                found += cells.iter().filter(|&&cell| distances[cell as usize] <= last).count();
                wanted += nprobe;
                cells.sort_unstable();
                cells.dedup();
                assert_eq!(cells.len(), nprobe, "each cell once");
            }
            let least = if nprobe > NLIST / 8 { wanted } else { wanted * 96 / 100 };
            assert!(found >= least, "{metric:?} {nprobe}: {found} of {wanted}");
        }
    }
}

#[test]
fn one_by_one_is_as_many_at_once() {
    for kernels in Kernels::available() {
        let file = trained(Metric::L2).0.file().to_vec();
        let model = Model::from_file_for(file, kernels).expect("a right file");
        let vectors = vectors(Metric::L2, 3000, 4);
        let mut memory = WorkingMemory::default();
        let mut many = vec![0; 3000];
        model.assign(&vectors, &mut memory, &mut many).expect("assigned");
        let mut differing = 0;
        for (vector, &cell) in vectors.chunks(DIMENSION).zip(&many) {
            let mut one = [u32::MAX];
            model.assign(vector, &mut memory, &mut one).expect("assigned");
            assert_eq!(one[0], cell, "{kernels:?}");
            let mut first = [u32::MAX];
            model.probe(vector, 1, &mut memory, &mut first, None).expect("probed");
            differing += usize::from(first[0] != cell);
        }
        assert!(differing < 10, "{kernels:?}: {differing} first probes are other cells");
    }
}

#[test]
fn threads_and_levels_do_not_change_a_bit() {
    let (expected, _) = trained(Metric::L2);
    let levels = Kernels::available().map(|kernels| (1, kernels));
    for (threads, kernels) in levels.chain([(16, Kernels::active())]) {
        let (model, _) = train(Metric::L2, threads, kernels);
        assert!(model.file() == expected.file(), "{threads} threads, {kernels:?}");
    }
}

#[test]
fn cells_have_about_one_size() {
    for metric in METRICS {
        let (model, progress) = trained(metric);
        let mean = (COUNT / NLIST) as u64 + 1;
        assert!(progress.imbalance < 2.0, "{metric:?} {progress:?}");
        assert!(progress.largest_cell <= 12 * mean, "{metric:?} {progress:?}");
        let mut cells = vec![0; COUNT];
        let vectors = vectors(metric, COUNT, 1);
        model.assign(&vectors, &mut WorkingMemory::default(), &mut cells).expect("assigned");
        let mut sizes = vec![0; NLIST];
        cells.iter().for_each(|&cell| sizes[cell as usize] += 1);
        let empty = sizes.iter().filter(|&&size| size == 0).count();
        assert!(empty * 50 < NLIST, "{metric:?}: {empty} empty cells");
    }
}

#[test]
fn a_model_is_refined() {
    let (older, before) = trained(Metric::L2);
    let refine = |parameters| -> Result<(Model, Progress), Error> {
        let trainer = Trainer::refining(parameters, older)?;
        trainer.add(&vectors(Metric::L2, COUNT, 1)).expect("vectors");
        let model = trainer.run().expect("a model");
        Ok((model, trainer.progress()))
    };
    let one = TrainingParameters { max_iterations: 1, ..parameters(Metric::L2, 2) };
    let (model, after) = refine(one.clone()).expect("the same kind");
    assert_eq!(model.nlist(), NLIST);
    assert_ne!(model.fingerprint(), older.fingerprint());
    // One iteration on the same vectors goes on where the older run has ended.
    assert!(after.inertia < 1.001 * before.inertia, "{} {}", after.inertia, before.inertia);
    for (name, wrong) in [
        ("[nlist]", TrainingParameters { nlist: NLIST - 1, ..one.clone() }),
        ("[metric]", TrainingParameters { metric: Metric::Cosine, ..one.clone() }),
        ("[dimension]", TrainingParameters { dimension: 6, ..one.clone() }),
    ] {
        match refine(wrong) {
            Err(Error::Argument(text)) => assert!(text.contains(name), "{text}"),
            other => panic!("expected a wrong argument, got {other:?}"),
        }
    }
    // The same for models without groups.
    let flat = TrainingParameters { nlist: 50, ..one };
    let trainer = Trainer::new(flat.clone()).expect("parameters");
    trainer.add(&vectors(Metric::L2, 4000, 1)).expect("vectors");
    let trainer = Trainer::refining(flat, &trainer.run().expect("a model")).expect("parameters");
    trainer.add(&vectors(Metric::L2, 4000, 1)).expect("vectors");
    let model = trainer.run().expect("a model");
    assert_eq!((model.nlist(), model.groups()), (50, 0));
}

/// 5 cells of 2 components in 3 groups.
fn golden_file(encoder: (u32, u32), section: &[u8]) -> Vec<u8> {
    let mut file = b"IVORYMDL".to_vec();
    for number in [3u32, 0, 2, 5, 0, 0, encoder.0, encoder.1, 3] {
        file.extend(number.to_le_bytes());
    }
    file.resize(64, 0);
    for x in [0.0f32, 1.0, 0.5, -1.0, 8.0, 8.0, 9.0, 8.5, -4.0, 20.0] {
        file.extend(x.to_le_bytes());
    }
    file.extend(section);
    for x in [0.25f32, 0.0, 8.5, 8.25, -4.0, 20.0] {
        file.extend(x.to_le_bytes());
    }
    for number in [0u32, 2, 4, 5, 1, 2, 3, 3, 3, 3, 3, 3, 3] {
        file.extend(number.to_le_bytes());
    }
    file.extend([0; 8]);
    seal(&mut file);
    file
}

fn seal(file: &mut [u8]) {
    let content = file.len() - 8;
    let hashed = [&file[12..24], &file[32..44], &file[64..content]].concat();
    file[24..32].copy_from_slice(&xxh3_64(&hashed).max(1).to_le_bytes());
    seal_checksum(file);
}

/// Offset of the groups in the golden file.
const GROUPS: usize = 64 + 40;

/// The environment variable that asks for golden files to be written; only ever for a new version.
const WRITE: &str = "IVORY_WRITE_GOLDEN";

#[test]
fn the_golden_file_is_the_documented_format_and_is_read() {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "data", "model-v3.ivory"].iter().collect();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, golden_file((0, 0), &[])).expect("writable");
    }
    let file = std::fs::read(path).expect("the golden file");
    assert_eq!(file, golden_file((0, 0), &[]));
    let model = Model::from_file(file.clone()).expect("readable");
    assert_eq!((model.groups(), model.groups_searched(), model.nlist()), (3, 1, 5));
    assert_eq!(model.file(), file);
    let mut memory = WorkingMemory::default();
    let mut cells = [9; 4];
    model
        .assign(&[0.1, 0.9, 8.9, 8.4, -4.0, 0.0, 1.0, -1.0], &mut memory, &mut cells)
        .expect("assigned");
    assert_eq!(cells, [0, 3, 0, 1], "the nearest cell of the nearest group");
}

/// Writing what was read gives the same bytes, with an encoder, too.
#[test]
fn todays_writer_makes_the_golden_bytes() {
    let never = std::sync::atomic::AtomicBool::new(false);
    let model = Model::from_file(golden_file((0, 0), &[])).expect("readable");
    let lesson = [0.0, 1.0, 8.0, 8.0];
    let encoder = Encoder::RaBitQ { bits: 1 };
    let coded = model.with_encoder(encoder, &lesson, 7, &never).expect("a model");
    let section = &coded.file()[GROUPS..][..8 + 8 + 16];
    assert_eq!(coded.file(), golden_file((encoder.code(), encoder.parameter()), section));
    assert_eq!((coded.groups(), coded.encoder()), (3, encoder));
    let plain = coded.with_encoder(Encoder::None, &lesson, 7, &never).expect("a model");
    assert_eq!(plain.file(), golden_file((0, 0), &[]));
    let trained = trained(Metric::L2).0.file();
    let again = Model::from_file(trained.to_vec()).expect("readable");
    assert!(again.file() == trained && file_length_range().contains(&(trained.len() as u64)));
}

fn refused(file: Vec<u8>) -> FormatError {
    match Model::from_file(file) {
        Err(Error::Format(error)) => error,
        other => panic!("expected a format error, got {other:?}"),
    }
}

#[test]
fn each_field_has_its_error() {
    let with = |offset: usize, value: u32| {
        let mut file = golden_file((0, 0), &[]);
        file[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
        seal(&mut file);
        refused(file)
    };
    let number = |field, number, value| FormatError::Number { field, number, value };
    for groups in [0, 6, u32::MAX] {
        assert_eq!(with(40, groups), number("groups", None, groups));
    }
    assert_eq!(with(40, 2), FormatError::Length { length: 188, expected: 176 });
    assert_eq!(with(44, 1), FormatError::Reserved(44));
    let infinite = f32::INFINITY;
    let (field, value) = ("group_centroids", infinite);
    let expected = FormatError::Parameter { field, number: 5, value };
    assert_eq!(with(GROUPS + 20, infinite.to_bits()), expected);
    for (place, value) in [(0, 1), (1, 0), (1, 4), (2, 2), (2, 5), (3, 4), (3, 6), (3, u32::MAX)] {
        let at = GROUPS + 24 + 4 * place;
        // A number that is too large is one that the next does not exceed.
        let wrong = match (place, value) {
            (1, 4) => number("offsets", Some(2), 4),
            (2, 5) => number("offsets", Some(3), 5),
            _ => number("offsets", Some(place as u32), value),
        };
        assert_eq!(with(at, value), wrong);
    }
    for (step, value) in [(0, 0), (0, 4), (1, 0), (8, 2), (8, 4), (8, u32::MAX)] {
        let at = GROUPS + 24 + 16 + 4 * step;
        assert_eq!(with(at, value), number("searched", Some(step as u32), value));
    }
}

#[test]
fn every_flipped_bit_and_every_other_length_is_refused() {
    let golden = golden_file((0, 0), &[]);
    for bit in 0..golden.len() * 8 {
        let mut file = golden.clone();
        file[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(file).to_string().starts_with("model file: ["), "bit {bit}");
    }
    for length in (0..golden.len()).chain([golden.len() + 1, 300]) {
        let mut file = golden.clone();
        file.resize(length, 0);
        assert!(matches!(refused(file), FormatError::TooShort { .. } | FormatError::Length { .. }));
    }
}
