//! Vector files in the TEXMEX layout.

use std::fs;
use std::io;
use std::path::Path;

/// Rows of float32 numbers.
#[derive(Debug)]
pub struct Vectors {
    /// Row after row.
    pub numbers: Vec<f32>,
    /// Numbers in a row.
    pub dimension: usize,
}

impl Vectors {
    /// Reads an `.fvecs` file.
    ///
    /// # Errors
    /// What reading gives, and `InvalidData` if it is none.
    pub fn read(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, format!("{}", path.display()));
        if bytes.len() < 4 {
            return Err(wrong());
        }
        let dimension = u32::from_le_bytes(word(0)) as usize;
        let width = 4 + 4 * dimension;
        if dimension == 0 || !bytes.len().is_multiple_of(width) {
            return Err(wrong());
        }
        let mut numbers = Vec::with_capacity(bytes.len() / width * dimension);
        for row in (0..bytes.len()).step_by(width) {
            numbers.extend((1..=dimension).map(|i| f32::from_le_bytes(word(row + 4 * i))));
        }
        Ok(Self { numbers, dimension })
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.numbers.len() / self.dimension
    }
}
