//! Files of vectors as one stream of rows.

use crate::arguments::Column;
use crate::failure::Failure;
use crate::interrupt;
use ivory_core::Metric;
use ivory_files::{Options, VectorReader};
use std::path::{Path, PathBuf};

/// Rows and components of a block, at most: few enough for the cache that cores share.
const BLOCK_ROWS: usize = 4096;
const BLOCK_NUMBERS: usize = 1 << 20;

/// Files that all have vectors of one dimension, read one after the other. Only the one that is read
/// is open.
#[derive(Debug)]
pub struct Inputs<'a> {
    files: &'a [PathBuf],
    options: Options,
    metric: Metric,
    dimension: usize,
    rows: u64,
    /// The file that is opened next.
    next: usize,
    reader: Option<VectorReader<'static>>,
}

impl<'a> Inputs<'a> {
    /// Looks into all files. For cosine, a zero vector is an error when it is read.
    pub fn open(files: &'a [PathBuf], column: &Column, metric: Metric) -> Result<Self, Failure> {
        let options = Options { column: column.column.clone() };
        let (mut dimension, mut rows, mut first) = (0, 0u64, None);
        for path in files {
            interrupt::check()?;
            let reader = open(path, &options)?;
            // A file without rows says nothing of its dimension.
            if reader.rows() == 0 {
                continue;
            }
            match first {
                None => (dimension, first) = (reader.dimension(), Some(path)),
                Some(first) if reader.dimension() != dimension => {
                    let cause = format!(
                        "vectors of {} components, those of {} have {dimension}",
                        reader.dimension(),
                        first.display()
                    );
                    return Err(Failure::of_file(path, cause));
                }
                Some(_) => {}
            }
            rows += reader.rows();
        }
        if rows == 0 {
            let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            return Err(Failure::Error(format!("{}: there are no vectors", names.join(", "))));
        }
        Ok(Self { files, options, metric, dimension, rows, next: 0, reader: None })
    }

    /// Components of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Vectors in all files.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// An error if the model is for vectors of another dimension.
    pub fn check_dimension(&self, model: &ivory_core::Model) -> Result<(), Failure> {
        if self.dimension == model.dimension() {
            return Ok(());
        }
        let cause = format!(
            "vectors of {} components, the model is for {}",
            self.dimension,
            model.dimension()
        );
        Err(self
            .files
            .first()
            .map_or(Failure::Error(cause.clone()), |path| Failure::of_file(path, cause)))
    }

    /// Replaces `block` by the next rows and says how many they are: 0 at the end.
    pub fn next(&mut self, block: &mut Vec<f32>) -> Result<usize, Failure> {
        let most = BLOCK_ROWS.min(BLOCK_NUMBERS / self.dimension).max(1);
        block.clear();
        let mut count = 0;
        while count < most {
            interrupt::check()?;
            let reader = match &mut self.reader {
                Some(reader) => reader,
                None if self.next == self.files.len() => break,
                closed => closed.insert(open(&self.files[self.next], &self.options)?),
            };
            let (row, before) = (reader.position(), block.len());
            match reader.read(most - count, block)? {
                0 => {
                    self.reader = None;
                    self.next += 1;
                }
                read => {
                    if reader.dimension() != self.dimension {
                        let cause = "was changed while it was read";
                        return Err(Failure::of_file(&self.files[self.next], cause));
                    }
                    self.check_directions(&block[before..], row)?;
                    count += read;
                }
            }
        }
        Ok(count)
    }

    /// Reads all vectors: for queries, which are few.
    pub fn all(mut self) -> Result<Vec<f32>, Failure> {
        let (mut all, mut block) = (Vec::new(), Vec::new());
        while self.next(&mut block)? > 0 {
            all.try_reserve(block.len()).map_err(|error| {
                let path = self.files.first().map_or(Path::new("queries"), PathBuf::as_path);
                Failure::of_file(path, format!("not enough memory: {error}"))
            })?;
            all.extend_from_slice(&block);
        }
        Ok(all)
    }

    fn check_directions(&self, vectors: &[f32], row: u64) -> Result<(), Failure> {
        if self.metric != Metric::Cosine {
            return Ok(());
        }
        let zero = |vector: &[f32]| vector.iter().all(|&x| x == 0.0);
        match vectors.chunks_exact(self.dimension).position(zero) {
            None => Ok(()),
            Some(i) => {
                let cause = format!("row {}: is zero, which has no direction", row + i as u64);
                Err(Failure::of_file(&self.files[self.next], cause))
            }
        }
    }
}

/// Opens a file; only Parquet files are asked for the column.
fn open(path: &Path, options: &Options) -> Result<VectorReader<'static>, Failure> {
    let is_parquet = ivory_files::Format::of(path) == Some(ivory_files::Format::Parquet);
    let none = Options::default();
    Ok(VectorReader::open(path, if is_parquet { options } else { &none })?)
}
