//! The model file: what is written, what is read, and what is refused.

mod support;

use ivory_core::{
    Encoder, Error, FormatError, Metric, Model, Trainer, TrainingParameters, file_length_range,
};
use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;
use std::sync::LazyLock;
use support::{Numbers, centroids, model_file, seal, seal_checksum};

/// The golden file's centroids: 3 cells of 5 components, all exact in training's arithmetic.
const CENTROIDS: [f32; 15] =
    [1.0, -2.0, 0.5, 0.0, 100.0, 4.0, -2.0, 2.0, 0.75, -50.0, -2.0, 1.0, 0.5, 0.75, -20.0];

/// The golden file's fingerprint.
const FINGERPRINT: u64 = 0x1b4a_0dc5_f19f_41bc;

/// The environment variable that asks for the golden file to be written; only ever for a new version.
const WRITE: &str = "IVORY_WRITE_GOLDEN";

/// The golden file's bytes; read once.
fn golden() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let path: PathBuf =
            [env!("CARGO_MANIFEST_DIR"), "tests", "data", "model-v1.ivory"].iter().collect();
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&path, model_file(0, 5, &CENTROIDS)).expect("writable");
        }
        std::fs::read(path).expect("the golden file")
    });
    BYTES.clone()
}

fn refused(file: Vec<u8>) -> FormatError {
    match Model::from_file(file) {
        Err(Error::Format(error)) => error,
        other => panic!("expected a format error, got {other:?}"),
    }
}

/// The golden file with a number at an offset changed; checksum and fingerprint are left as they are.
fn with(offset: usize, number: u32) -> Vec<u8> {
    let mut file = golden();
    file[offset..offset + 4].copy_from_slice(&number.to_le_bytes());
    file
}

#[test]
fn the_golden_file_is_the_documented_format() {
    assert_eq!(golden(), model_file(0, 5, &CENTROIDS));
}

#[test]
fn the_golden_file_is_read() {
    let model = Model::from_file(golden()).expect("readable");
    assert_eq!((model.metric(), model.dimension(), model.nlist()), (Metric::L2, 5, 3));
    assert_eq!(model.fingerprint(), FINGERPRINT);
    assert_eq!(centroids(&model), CENTROIDS);
    assert_eq!(model.file(), golden());
}

/// Training on three vectors with three cells gives those vectors as centroids, in an order that
/// depends on the seed; some seed gives the golden file's.
#[test]
fn the_writer_writes_the_golden_file() {
    let written = (0..200).find_map(|seed| {
        let trainer = Trainer::new(TrainingParameters {
            metric: Metric::L2,
            dimension: 5,
            nlist: 3,
            seed,
            max_iterations: 1,
            max_sample: 3,
            threads: 1,
            encoder: Encoder::None,
        })
        .expect("right parameters");
        trainer.add(&CENTROIDS).expect("right vectors");
        let model = trainer.run().expect("a model");
        assert_eq!(model.file(), model_file(0, 5, &centroids(&model)));
        (centroids(&model) == CENTROIDS).then(|| model.file().to_vec())
    });
    assert_eq!(written.expect("a seed with that order"), golden());
}

#[test]
fn every_metric_and_shape_is_read() {
    let mut numbers = Numbers(1);
    for (code, metric) in support::METRICS.into_iter().enumerate() {
        for (dimension, nlist) in [(1, 1), (1, 9), (7, 1), (16, 5), (33, 70)] {
            let rows = numbers.vector(dimension * nlist);
            let file = model_file(code as u32, dimension as u32, &rows);
            assert!(file_length_range().contains(&(file.len() as u64)));
            let model = Model::from_file(file.clone()).expect("readable");
            assert_eq!(model.metric(), metric);
            assert_eq!((model.dimension(), model.nlist()), (dimension, nlist));
            assert_eq!(model.file(), file);
            assert_eq!(centroids(&model), rows);
            assert_ne!(model.fingerprint(), 0);
        }
    }
}

#[test]
fn the_fingerprint_tells_models_apart() {
    let fingerprint = |metric, dimension, rows: &[f32]| {
        Model::from_file(model_file(metric, dimension, rows)).expect("readable").fingerprint()
    };
    let mut changed = CENTROIDS;
    changed[14] = -20.000_002;
    let all = [
        fingerprint(0, 5, &CENTROIDS),
        fingerprint(1, 5, &CENTROIDS),
        fingerprint(2, 5, &CENTROIDS),
        fingerprint(0, 3, &CENTROIDS),
        fingerprint(0, 5, &changed),
    ];
    for (i, one) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|other| one != other), "{all:x?}");
    }
}

#[test]
fn each_field_has_its_error() {
    let mut magic = golden();
    magic[7] = b'l';
    assert_eq!(refused(magic), FormatError::Magic(*b"IVORYMDl"));
    for version in [0, 4, u32::MAX] {
        assert_eq!(refused(with(8, version)), FormatError::Version(version));
    }
    for metric in [3, u32::MAX] {
        assert_eq!(refused(with(12, metric)), FormatError::Metric(metric));
    }
    for dimension in [0, 16_001, u32::MAX] {
        assert_eq!(refused(with(16, dimension)), FormatError::Dimension(dimension));
    }
    for nlist in [0, 65_537, u32::MAX] {
        assert_eq!(refused(with(20, nlist)), FormatError::Nlist(nlist));
    }
    for (field, number, expected) in [(16, 4, 120), (16, 6, 144), (20, 2, 112), (20, 4, 152)] {
        assert_eq!(
            refused(with(field, number)),
            FormatError::Length { length: 132, expected },
            "{number} at {field}"
        );
    }
}

/// A well-sealed file with reserved bytes is refused too: only another version may use them.
#[test]
fn reserved_bytes_must_be_zero() {
    for offset in 32..64 {
        let mut file = golden();
        file[offset] = 1;
        assert_eq!(refused(file.clone()), FormatError::Reserved(offset as u64));
        seal(&mut file);
        assert_eq!(refused(file), FormatError::Reserved(offset as u64));
    }
}

#[test]
fn damaged_content_fails_the_checksum() {
    for offset in (24..32).chain(64..132) {
        let mut file = golden();
        file[offset] ^= 0x10;
        let stored = u64::from_le_bytes(file[124..].try_into().expect("8 bytes"));
        assert!(
            matches!(refused(file), FormatError::Checksum { stored: s, .. } if s == stored),
            "{offset}"
        );
    }
}

#[test]
fn content_under_anothers_fingerprint_is_refused() {
    for offset in (24..32).chain([12]).chain(64..124) {
        let mut file = golden();
        file[offset] ^= 1;
        seal_checksum(&mut file);
        let stored = u64::from_le_bytes(file[24..32].try_into().expect("8 bytes"));
        assert!(
            matches!(refused(file), FormatError::Fingerprint { stored: s, .. } if s == stored),
            "{offset}"
        );
    }
    let mut file = golden();
    file[24..32].fill(0);
    seal_checksum(&mut file);
    assert!(matches!(refused(file), FormatError::Fingerprint { stored: 0, .. }));
}

#[test]
fn centroids_must_be_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for (cell, component) in [(0u32, 0u32), (1, 3), (2, 4)] {
            let mut rows = CENTROIDS;
            rows[(cell * 5 + component) as usize] = bad;
            assert_eq!(refused(model_file(0, 5, &rows)), FormatError::Centroid { cell, component });
        }
    }
}

/// Every error of a file has a text of its own that starts alike and names the part.
#[test]
fn every_flipped_bit_is_found() {
    let kinds = |names: &[FormatError]| names.iter().map(discriminant).collect::<Vec<_>>();
    let of_offset = |offset: usize| -> Vec<Discriminant<FormatError>> {
        match offset {
            0..8 => kinds(&[FormatError::Magic([0; 8])]),
            // Version 3 asks for groups.
            8..12 => kinds(&[
                FormatError::Version(0),
                FormatError::Number { field: "groups", number: None, value: 0 },
            ]),
            12..16 => {
                kinds(&[FormatError::Metric(0), FormatError::Checksum { stored: 0, computed: 0 }])
            }
            16..20 => {
                kinds(&[FormatError::Dimension(0), FormatError::Length { length: 0, expected: 0 }])
            }
            20..24 => {
                kinds(&[FormatError::Nlist(0), FormatError::Length { length: 0, expected: 0 }])
            }
            32..64 => kinds(&[FormatError::Reserved(0)]),
            _ => kinds(&[FormatError::Checksum { stored: 0, computed: 0 }]),
        }
    };
    for bit in 0..golden().len() * 8 {
        let mut file = golden();
        file[bit / 8] ^= 1 << (bit % 8);
        let error = refused(file);
        assert!(of_offset(bit / 8).contains(&discriminant(&error)), "bit {bit}: {error:?}");
        assert!(error.to_string().starts_with("model file: ["), "{error}");
    }
}

#[test]
fn every_shorter_and_every_longer_file_is_refused() {
    let file = golden();
    for length in 0..file.len() {
        let error = refused(file[..length].to_vec());
        let length = length as u64;
        if length < 76 {
            assert_eq!(error, FormatError::TooShort { length, needed: 76 });
        } else {
            assert_eq!(error, FormatError::Length { length, expected: 132 });
        }
    }
    for more in 1..100 {
        let mut file = file.clone();
        file.resize(132 + more, 0);
        let length = file.len() as u64;
        assert_eq!(refused(file), FormatError::Length { length, expected: 132 });
    }
}

#[test]
fn random_damage_is_never_another_model() {
    let mut numbers = Numbers(2);
    for _ in 0..20_000 {
        let mut file = golden();
        for _ in 0..1 + numbers.below(4) {
            let offset = numbers.below(file.len());
            file[offset] = numbers.below(256) as u8;
        }
        if file != golden() {
            refused(file);
        }
    }
}

/// The header asks for 4 GiB; the reader compares lengths before it asks for memory.
#[test]
fn a_huge_header_takes_no_memory() {
    let most = 72 + 4 * 16_000 * 65_536;
    // The longest encoder section: scale, length, origin and 16 codewords.
    let section = 8 + 4 * 16_000 + 4 * 16 * 16_000;
    let groups = 4 * (4096 * 16_000 + 4096 + 1 + 9);
    assert_eq!(*file_length_range().end(), most + section + groups);
    let before = peak_memory();
    let mut file = golden();
    file[16..20].copy_from_slice(&16_000u32.to_le_bytes());
    file[20..24].copy_from_slice(&65_536u32.to_le_bytes());
    seal(&mut file);
    for _ in 0..100 {
        assert_eq!(refused(file.clone()), FormatError::Length { length: 132, expected: most });
    }
    // Virtual memory: what other tests' threads reserve meanwhile is less, on many cores, too.
    assert!(peak_memory() - before < 3 << 30);
}

/// The most virtual memory that the process ever had, in bytes; 0 where that cannot be read.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmPeak:"));
    let kilobytes = peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
