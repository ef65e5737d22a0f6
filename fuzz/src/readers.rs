//! What is done with a file of vectors.

use crate::within;
use ivory_files::{Format, Options, VectorReader};
use std::io::Cursor;

/// Numbers after which a file has been read enough: some bytes can stand for any number of rows.
const ENOUGH: usize = 1 << 18;

/// Reads bytes as a file of a format. What the reader holds may be a few of its own blocks, and
/// `factor` times the bytes, whatever lengths they state.
pub fn read_all(format: Format, bytes: &[u8], column: Option<&str>, blocks: usize, factor: usize) {
    let options = Options { column: column.map(str::to_owned) };
    within((blocks << 20) + factor * bytes.len(), || {
        let Ok(mut reader) = VectorReader::new(format, Cursor::new(bytes), "file", &options) else {
            return;
        };
        let mut numbers = Vec::new();
        let mut seen = 0;
        while seen < ENOUGH {
            numbers.clear();
            match reader.read(100, &mut numbers) {
                Ok(0) => {
                    assert_eq!(reader.position(), reader.rows());
                    return;
                }
                Ok(count) => {
                    assert!(count <= 100);
                    assert_eq!(numbers.len(), count * reader.dimension());
                    assert!(numbers.iter().all(|x| x.is_finite()));
                }
                Err(error) => {
                    assert!(error.to_string().starts_with("file: "));
                    assert!(numbers.is_empty());
                    return;
                }
            }
            seen += numbers.len();
        }
    });
}
