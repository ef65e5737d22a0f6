//! What the tests of readers share.
#![allow(dead_code, reason = "every test file uses its own part")]

use ivory_files::{Format, Options, VectorReader};
use std::io::Cursor;
use std::path::PathBuf;

/// Rows and components of the golden files.
pub const ROWS: usize = 300;
pub const COMPONENTS: usize = 6;

pub fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect()
}

/// The first rows of the golden files: see make.py.
pub fn expected(rows: usize) -> Vec<f32> {
    let number = |r: usize, c: usize| (((31 * r + 7 * c) % 64) as f32 - 32.0) / 8.0;
    (0..rows).flat_map(|r| (0..COMPONENTS).map(move |c| number(r, c))).collect()
}

/// All rows, at most `most` at a time.
pub fn read_all(mut reader: VectorReader<'_>, most: usize) -> ivory_files::Result<Vec<f32>> {
    let mut numbers = Vec::new();
    loop {
        let before = numbers.len();
        let count = reader.read(most, &mut numbers)?;
        assert!(count <= most);
        assert_eq!(numbers.len() - before, count * reader.dimension());
        if count == 0 {
            assert_eq!(reader.position(), reader.rows());
            return Ok(numbers);
        }
    }
}

/// Reads bytes as a file called `file`.
pub fn read_bytes(format: Format, bytes: &[u8]) -> ivory_files::Result<Vec<f32>> {
    let reader = VectorReader::new(format, Cursor::new(bytes), "file", &Options::default())?;
    read_all(reader, 1000)
}

/// A TEXMEX file of these rows, whose numbers `bytes` writes.
pub fn texmex(rows: &[f32], dimension: usize, bytes: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    for row in rows.chunks(dimension) {
        file.extend((row.len() as u32).to_le_bytes());
        row.iter().for_each(|&x| file.extend(bytes(x)));
    }
    file
}
