//! A whole file in memory.

use crate::error::{Fault, Result};
use crate::reader::{Options, VectorReader};
use std::path::Path;

/// Rows that are read at a time.
const BLOCK: usize = 4096;

/// All rows of a file, as `f32`: for what is known to fit into memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// Row after row.
    pub numbers: Vec<f32>,
    /// Components of a row, at least 1.
    pub dimension: usize,
}

impl Vectors {
    /// Reads a file; its name's extension tells the format.
    ///
    /// # Errors
    /// See [`VectorReader::open`] and [`VectorReader::read`]; also if there is no row.
    pub fn read(path: &Path, options: &Options) -> Result<Self> {
        let mut reader = VectorReader::open(path, options)?;
        let mut numbers = Vec::new();
        while reader.read(BLOCK, &mut numbers)? > 0 {}
        if numbers.is_empty() {
            return Err(Fault::new("there are no vectors").of(reader.name()));
        }
        Ok(Self { numbers, dimension: reader.dimension() })
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.numbers.len() / self.dimension
    }

    /// One row.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.numbers[index * self.dimension..][..self.dimension]
    }
}
