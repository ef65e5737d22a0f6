//! Models, and what is done with one that was read.

use ivory_core::{Encoder, Metric, Model, Scan, Trainer, TrainingParameters, WorkingMemory};
use std::sync::{Arc, LazyLock};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Components of the vectors of [`MODELS`].
const DIMENSION: usize = 5;

/// One small model for each encoder that makes codes.
pub static MODELS: LazyLock<Vec<Arc<Model>>> = LazyLock::new(|| {
    let encoders = Encoder::ALL.into_iter().filter(|&encoder| encoder != Encoder::None);
    encoders.map(|encoder| Arc::new(trained(encoder))).collect()
});

fn trained(encoder: Encoder) -> Model {
    let trainer = Trainer::new(TrainingParameters {
        metric: Metric::L2,
        dimension: DIMENSION,
        nlist: 70,
        seed: 1,
        max_iterations: 2,
        max_sample: 1000,
        threads: 1,
        encoder,
    });
    let trainer = trainer.expect("right parameters");
    let numbers: Vec<f32> = (0..1000 * DIMENSION).map(|i| (i * i % 1009) as f32).collect();
    trainer.add(&numbers).expect("right vectors");
    trainer.run().expect("a model")
}

/// The bytes with a fingerprint and a checksum that fit, so that what comes behind these is reached.
pub fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut file = bytes.to_vec();
    if file.len() < 72 {
        return file;
    }
    let content = file.len() - 8;
    let mut hash = Xxh3::new();
    hash.update(&file[12..24]);
    match file[8] {
        1 => {}
        2 => hash.update(&file[32..40]),
        _ => hash.update(&file[32..44]),
    }
    hash.update(&file[64..content]);
    file[24..32].copy_from_slice(&hash.digest().max(1).to_le_bytes());
    let checksum = xxh3_64(&file[..content]);
    file[content..].copy_from_slice(&checksum.to_le_bytes());
    file
}

/// Assigns, probes, encodes and scans with a model of whatever content.
pub fn work_with(model: Model) {
    let dimension = model.dimension();
    let mut vectors: Vec<f32> = model.centroids().row(model.nlist() - 1).collect();
    vectors.extend((0..dimension).map(|i| (i as f32 - 3.5) * 1e3));
    vectors.extend((0..dimension).map(|i| if i % 2 == 0 { f32::MAX } else { -1e-40 }));
    let mut memory = WorkingMemory::default();
    let mut cells = [u32::MAX; 3];
    let mut codes = vec![0; 3 * model.code_length()];
    model.encode(&vectors, &mut memory, &mut cells, &mut codes).expect("finite vectors");
    assert!(cells.iter().all(|&cell| (cell as usize) < model.nlist()));
    let mut assigned = [u32::MAX; 3];
    model.assign(&vectors, &mut memory, &mut assigned).expect("finite vectors");
    assert_eq!(assigned, cells);
    let (mut probed, mut raw) = ([u32::MAX; 9], [0.0; 9]);
    for query in vectors.chunks(dimension) {
        let found = model.probe(query, 9, &mut memory, &mut probed, Some(&mut raw));
        let found = found.expect("a finite query");
        assert_eq!(found, model.nlist().min(9));
        assert!(probed[..found].iter().all(|&cell| (cell as usize) < model.nlist()));
    }
    if model.code_length() == 0 {
        return;
    }
    let model = Arc::new(model);
    for query in vectors.chunks(dimension) {
        let mut scan = Scan::new(model.clone(), query, 2).expect("a finite query");
        scan.probe(9).expect("a right number");
        scan.rows(0, 0, &codes, &[1, 2, 3]).expect("right lengths");
        let mut best = Vec::new();
        scan.take(&mut best).expect("memory");
        assert!(best.len() <= 2);
    }
}
