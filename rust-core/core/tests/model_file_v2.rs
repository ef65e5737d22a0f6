//! The model file, version 2: what is written, what is read, and what is refused.

mod codes;
mod support;

use codes::{ENCODERS, train};
use ivory_core::{Encoder, Error, FormatError, Metric, Model, WorkingMemory, file_length_range};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use support::{METRICS, Numbers, seal_checksum};
use xxhash_rust::xxh3::xxh3_64;

/// The golden files' centroids: 3 cells of 5 components.
const CENTROIDS: [f32; 15] =
    [1.0, -2.0, 0.5, 0.0, 100.0, 4.0, -2.0, 2.0, 0.75, -50.0, -2.0, 1.0, 0.5, 0.75, -20.0];

/// The environment variable that asks for golden files to be written; only ever for a new version.
const WRITE: &str = "IVORY_WRITE_GOLDEN";

/// A right file, written field by field after docs/FORMAT.md.
fn file_of(
    metric: u32,
    dimension: u32,
    centroids: &[f32],
    encoder: (u32, u32),
    section: &[u8],
) -> Vec<u8> {
    let nlist = centroids.len() as u32 / dimension;
    let mut file = b"IVORYMDL".to_vec();
    for number in [2, metric, dimension, nlist] {
        file.extend(number.to_le_bytes());
    }
    file.extend([0; 8]);
    file.extend(encoder.0.to_le_bytes());
    file.extend(encoder.1.to_le_bytes());
    file.extend([0; 24]);
    centroids.iter().for_each(|x| file.extend(x.to_le_bytes()));
    file.extend(section);
    file.extend([0; 8]);
    seal(&mut file);
    file
}

fn seal(file: &mut [u8]) {
    let content = file.len() - 8;
    let hashed = [&file[12..24], &file[32..40], &file[64..content]].concat();
    file[24..32].copy_from_slice(&xxh3_64(&hashed).max(1).to_le_bytes());
    seal_checksum(file);
}

/// Scale ¼, length 1, an origin, and codewords of three sub-vectors of two components; the last one
/// has only one.
fn section() -> Vec<u8> {
    let mut numbers = vec![0.25, 1.0, 1.0, -2.0, 0.5, 0.75, -20.0];
    for component in 0..6u8 {
        let words = (0..16u8).map(|word| f32::from(word * (component + 1) % 16) * 0.5 - 3.75);
        numbers.extend(words.map(|word| if component == 5 { 0.0 } else { word }));
    }
    numbers.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn golden_file() -> Vec<u8> {
    file_of(0, 5, &CENTROIDS, (1, 2), &section())
}

/// Bytes of a golden file; `right` is what it should be.
fn golden(name: &str, right: &[u8]) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, right).expect("writable");
    }
    std::fs::read(path).expect("the golden file")
}

fn refused(file: Vec<u8>) -> FormatError {
    match Model::from_file(file) {
        Err(Error::Format(error)) => error,
        other => panic!("expected a format error, got {other:?}"),
    }
}

/// The golden file with bytes at an offset changed, well sealed.
fn with(offset: usize, bytes: [u8; 4]) -> Vec<u8> {
    let mut file = golden_file();
    file[offset..offset + 4].copy_from_slice(&bytes);
    seal(&mut file);
    file
}

/// Bytes of the golden file's parts: the section starts at 124 and has 8 + 20 + 384 bytes.
const SECTION: usize = 124;

#[test]
fn the_golden_file_is_the_documented_format_and_is_read() {
    let file = golden("model-v2.ivory", &golden_file());
    assert_eq!(file, golden_file());
    assert_eq!(file.len(), SECTION + 8 + 20 + 384 + 8);
    let model = Model::from_file(file.clone()).expect("readable");
    assert_eq!(model.fingerprint(), 0x56db_439c_2616_d285);
    assert_eq!((model.metric(), model.encoder()), (Metric::L2, Encoder::Pq { dims: 2 }));
    assert_eq!((model.code_bytes(), model.factors(), model.code_length()), (2, 1, 6));
    assert_eq!(model.file(), file);
}

/// The code of a vector under the golden model, by hand: its cell is the second, and in the frame the
/// residual is (1, ½, −½, 0, 2).
#[test]
fn the_golden_model_gives_these_codes() {
    let model = Model::from_file(golden_file()).expect("readable");
    let vector = [8.0, 0.0, 0.0, 0.75, -42.0];
    let (mut cells, mut codes) = ([9], [0xff; 6]);
    model
        .encode(&vector, &mut WorkingMemory::default(), &mut cells, &mut codes)
        .expect("a right vector");
    assert_eq!(cells, [1]);
    // Codeword w of sub-vector s: ((2s + 1) w mod 16 / 2 − 3.75, (2s + 2) w mod 16 / 2 − 3.75).
    let word = |s: u32, w: u32| {
        let component = |times: u32| f64::from(times * w % 16) * 0.5 - 3.75;
        [component(2 * s + 1), if s == 2 { 0.0 } else { component(2 * s + 2) }]
    };
    let residual = [[1.0, 0.5], [-0.5, 0.0], [2.0, 0.0]];
    let centroid = [[0.75, 0.0], [0.375, 0.0], [-7.5, 0.0]];
    let (mut nibbles, mut a) = ([0u8; 3], 0.0);
    for s in 0..3 {
        let far = |w: u32| {
            let x = word(s, w);
            (0..2).map(|i| (residual[s as usize][i] - x[i]).powi(2)).sum::<f64>()
        };
        let best = (0..16).min_by(|&v, &w| far(v).total_cmp(&far(w))).expect("sixteen");
        nibbles[s as usize] = best as u8;
        let x = word(s, best);
        a += (0..2).map(|i| x[i] * (x[i] + 2.0 * centroid[s as usize][i])).sum::<f64>();
    }
    assert_eq!(codes[..2], [nibbles[0] | nibbles[1] << 4, nibbles[2]]);
    assert_eq!(codes[2..], (a as f32).to_le_bytes());
}

/// A golden file with the encoder `rabitq`, field by field.
fn rabitq() -> Vec<u8> {
    let mut section: Vec<u8> = [1f32 / 64.0, 1.0, 1.0, -2.0, 0.5, 0.75, -20.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    section.extend([1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
    file_of(0, 5, &CENTROIDS, (3, 2), &section)
}

/// `RaBitQ` learns nothing but scale and origin, so this file does not change with training.
#[test]
fn todays_writer_makes_the_golden_bytes() {
    let plain = Model::from_file(support::model_file(0, 5, &CENTROIDS)).expect("readable");
    let never = AtomicBool::new(false);
    let encoder = Encoder::RaBitQ { bits: 2 };
    let model = plain.with_encoder(encoder, &CENTROIDS, 7, &never).expect("a model");
    assert_eq!(golden("model-v2-rabitq.ivory", &rabitq()), rabitq());
    assert_eq!(model.file(), rabitq());
    let without = model.with_encoder(Encoder::None, &CENTROIDS, 7, &never).expect("a model");
    assert_eq!(without.file(), plain.file());
}

#[test]
fn every_encoder_is_written_as_documented() {
    let mut numbers = Numbers(1);
    for (code, metric) in support::METRICS.into_iter().enumerate() {
        for dimension in [1u32, 3, 16, 19] {
            let vectors = numbers.vector(dimension as usize * 60);
            for encoder in ENCODERS {
                let model = train(metric, dimension as usize, 4, encoder, &vectors);
                let file = model.file().to_vec();
                let section = &file[64 + 16 * dimension as usize..file.len() - 8];
                let form = (encoder.code(), encoder.parameter());
                let centroids = support::centroids(&model);
                assert_eq!(file, file_of(code as u32, dimension, &centroids, form, section));
                assert!(file_length_range().contains(&(file.len() as u64)));
                let again = Model::from_file(file).expect("readable");
                assert_eq!(again.encoder(), encoder);
                assert_eq!(again.code_length(), model.code_length());
            }
        }
    }
    assert_eq!(METRICS.len(), 3);
}

#[test]
fn each_field_has_its_error() {
    for (code, parameter) in [(0, 0), (1, 0), (1, 3), (2, 2), (3, 8), (4, 2), (u32::MAX, 4)] {
        let mut file = with(32, u32::to_le_bytes(code));
        file[36..40].copy_from_slice(&u32::to_le_bytes(parameter));
        assert_eq!(refused(file), FormatError::Encoder { code, parameter });
    }
    for offset in 40..64 {
        let mut file = golden_file();
        file[offset] = 1;
        seal(&mut file);
        assert_eq!(refused(file), FormatError::Reserved(offset as u64));
    }
    assert_eq!(
        refused(with(36, 4u32.to_le_bytes())),
        FormatError::Length { length: 544, expected: 72 + 60 + 28 + 512 }
    );
    for scale in [0.0, -1.0, 3.0, f32::INFINITY, 1e-40] {
        assert_eq!(refused(with(SECTION, scale.to_le_bytes())), FormatError::Scale(scale));
    }
    assert!(matches!(
        refused(with(SECTION, f32::NAN.to_le_bytes())),
        FormatError::Scale(scale) if scale.is_nan()
    ));
    for length in [0.0, -1.0, f32::INFINITY] {
        let error = refused(with(SECTION + 4, length.to_le_bytes()));
        assert_eq!(error, FormatError::MeanLength(length));
    }
    let parameter = |field, number: u32, value| FormatError::Parameter { field, number, value };
    assert_eq!(
        refused(with(SECTION + 8 + 4, f32::INFINITY.to_le_bytes())),
        parameter("origin", 1, f32::INFINITY)
    );
    assert_eq!(
        refused(with(SECTION + 28 + 4 * 95, 1e9f32.to_le_bytes())),
        parameter("codewords", 95, 1e9)
    );
    let rotation = rabitq();
    for (offset, version, zero) in [(SECTION + 28, 2, 0), (SECTION + 32, 1, 2)] {
        let mut file = rotation.clone();
        file[offset] = 2;
        seal(&mut file);
        assert_eq!(refused(file), FormatError::Rotation { version, zero });
    }
}

#[test]
fn every_flipped_bit_and_every_other_length_is_refused() {
    for bit in 0..golden_file().len() * 8 {
        let mut file = golden_file();
        file[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(file).to_string().starts_with("model file: ["), "bit {bit}");
    }
    for length in (0..golden_file().len()).chain([545, 600]) {
        let mut file = golden_file();
        file.resize(length, 0);
        assert!(matches!(refused(file), FormatError::TooShort { .. } | FormatError::Length { .. }));
    }
}
