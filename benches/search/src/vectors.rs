//! Vector files in the TEXMEX layout, and how fast memory streams.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

/// Bytes that are streamed: several times a last-level cache.
const STREAMED: usize = 1 << 28;

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

    /// One row.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.numbers[index * self.dimension..][..self.dimension]
    }

    /// The rows as little-endian bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }
}

/// Bytes a second at which one thread reads memory that no cache holds, the best of a few.
pub fn bandwidth() -> f64 {
    let bytes: Vec<u8> = (0..STREAMED).map(|at| (at >> 12) as u8).collect();
    let mut best = f64::INFINITY;
    let mut total = 0u64;
    for _ in 0..5 {
        let begin = Instant::now();
        let mut sums = [0u64; 16];
        for chunk in bytes.chunks_exact(128) {
            for (sum, word) in sums.iter_mut().zip(chunk.as_chunks::<8>().0) {
                *sum = sum.wrapping_add(u64::from_le_bytes(*word));
            }
        }
        total = sums.iter().fold(total, |all, &sum| all.wrapping_add(sum));
        best = best.min(begin.elapsed().as_secs_f64());
    }
    std::hint::black_box(total);
    bytes.len() as f64 / best
}
