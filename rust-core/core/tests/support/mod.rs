//! What the tests share: numbers from a seed, and model files made by hand after docs/FORMAT.md.
#![allow(dead_code, reason = "every test file uses its own part")]

use ivory_core::{Metric, Model};
use xxhash_rust::xxh3::xxh3_64;

/// All metrics.
pub const METRICS: [Metric; 3] = [Metric::L2, Metric::Cosine, Metric::InnerProduct];

/// splitmix64: a generator of the tests' own.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// A number in `[-1, 1)`.
    pub fn signed(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    /// `count` numbers in `[-1, 1)`.
    pub fn vector(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.signed()).collect()
    }
}

/// Scales rows to unit length.
pub fn normalise(rows: &mut [f32], dimension: usize) {
    for row in rows.chunks_exact_mut(dimension) {
        let norm = row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        row.iter_mut().for_each(|x| *x = (f64::from(*x) / norm) as f32);
    }
}

/// A right model file, written field by field.
pub fn model_file(metric: u32, dimension: u32, centroids: &[f32]) -> Vec<u8> {
    let nlist = centroids.len() as u32 / dimension;
    let mut file = b"IVORYMDL".to_vec();
    for number in [1, metric, dimension, nlist] {
        file.extend(number.to_le_bytes());
    }
    file.extend([0; 8 + 32]);
    centroids.iter().for_each(|x| file.extend(x.to_le_bytes()));
    file.extend([0; 8]);
    seal(&mut file);
    file
}

/// Writes the fingerprint and the checksum that fit the rest.
pub fn seal(file: &mut [u8]) {
    let content = file.len() - 8;
    let hashed = [&file[12..24], &file[64..content]].concat();
    file[24..32].copy_from_slice(&xxh3_64(&hashed).max(1).to_le_bytes());
    seal_checksum(file);
}

/// Writes the checksum that fits the rest.
pub fn seal_checksum(file: &mut [u8]) {
    let content = file.len() - 8;
    let checksum = xxh3_64(&file[..content]);
    file[content..].copy_from_slice(&checksum.to_le_bytes());
}

/// The model of these centroids.
pub fn model(metric: Metric, dimension: usize, centroids: &[f32]) -> Model {
    Model::from_file(model_file(metric.code(), dimension as u32, centroids)).expect("a right file")
}

/// A model's centroids, row after row.
pub fn centroids(model: &Model) -> Vec<f32> {
    (0..model.nlist()).flat_map(|cell| model.centroids().row(cell)).collect()
}
