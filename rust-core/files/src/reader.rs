//! The readers that others use.

use crate::error::{Fault, Outcome, Result};
use crate::npy::Npy;
use crate::numbers::Number;
use crate::parquet::Parquet;
use crate::source::Input;
use crate::texmex::Texmex;
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TEXMEX, `f32`.
    Fvecs,
    /// TEXMEX, `u8`.
    Bvecs,
    /// TEXMEX, `i32`.
    Ivecs,
    /// `NumPy`.
    Npy,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Fvecs, Self::Bvecs, Self::Ivecs, Self::Npy, Self::Parquet];

    /// The file name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Fvecs => "fvecs",
            Self::Bvecs => "bvecs",
            Self::Ivecs => "ivecs",
            Self::Npy => "npy",
            Self::Parquet => "parquet",
        }
    }

    /// The format that a file's name tells, if it does; case does not matter.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

/// What a reader must be told beyond the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The Parquet column: the name of the list, or the full path with dots. It may be left out
    /// where only one column could be meant; other formats have none.
    pub column: Option<String>,
}

/// Vectors of one file, row after row.
///
/// All rows have the same number of components, which are finite.
pub struct VectorReader<'a> {
    name: String,
    format: Format,
    source: Source<'a>,
    next: u64,
}

enum Source<'a> {
    Texmex(Texmex<'a>),
    Npy(Npy<'a>),
    Parquet(Box<Parquet<'a>>),
}

impl VectorReader<'static> {
    /// Opens a file; its name's extension tells the format.
    ///
    /// # Errors
    /// If the file cannot be read, or its header (for Parquet also its first row) is wrong.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let name = path.display().to_string();
        let Some(format) = Format::of(path) else {
            let known = Format::ALL.map(|format| format!(".{}", format.extension())).join(", ");
            return Err(Fault::new(format!("format is not known, expected {known}")).of(&name));
        };
        let file = open(path).map_err(|fault| fault.of(&name))?;
        Self::new(format, file, &name, options)
    }
}

impl<'a> VectorReader<'a> {
    /// Reads any input, such as `std::io::Cursor` over bytes. `name` is what errors call it.
    ///
    /// # Errors
    /// See [`VectorReader::open`].
    pub fn new(
        format: Format,
        input: impl Read + Seek + Send + 'a,
        name: &str,
        options: &Options,
    ) -> Result<Self> {
        let source = Source::open(format, Box::new(input), options);
        let source = source.map_err(|fault| fault.of(name))?;
        Ok(Self { name: name.to_owned(), format, source, next: 0 })
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Components of a row: 1 to [`crate::MAX_DIMENSION`]; 0 where there is no row to tell.
    pub fn dimension(&self) -> usize {
        match &self.source {
            Source::Texmex(source) => source.dimension(),
            Source::Npy(source) => source.dimension(),
            Source::Parquet(source) => source.dimension(),
        }
    }

    /// Rows of the whole file, as its header or its length tells.
    pub fn rows(&self) -> u64 {
        match &self.source {
            Source::Texmex(source) => source.rows(),
            Source::Npy(source) => source.rows(),
            Source::Parquet(source) => source.rows(),
        }
    }

    /// The row that is read next, from 0.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Appends the next rows, at most `most`, to `into`, and says how many they are: 0 only at the
    /// end (or if `most` is 0). There may be fewer than `most` before the end, too.
    ///
    /// # Errors
    /// If a row is wrong, or the file cannot be read. `into` then holds what it held before, and the
    /// reader is of no further use.
    pub fn read(&mut self, most: usize, into: &mut Vec<f32>) -> Result<usize> {
        let before = into.len();
        let result = self.read_finite(most, into);
        if result.is_err() {
            into.truncate(before);
        }
        let count = result.map_err(|fault| fault.of(&self.name))?;
        self.next += count as u64;
        Ok(count)
    }

    fn read_finite(&mut self, most: usize, into: &mut Vec<f32>) -> Outcome<usize> {
        let before = into.len();
        let count = match &mut self.source {
            Source::Texmex(source) => source.read(most, into)?,
            Source::Npy(source) => source.read(most, into)?,
            Source::Parquet(source) => source.read(most, into)?,
        };
        let numbers = &into[before..];
        // Adding up `x × 0` is 0 unless some x is infinite or not a number; no branch in the loop.
        if numbers.iter().fold(0f32, |sum, x| sum + x * 0.0) != 0.0
            && let Some(at) = numbers.iter().position(|x| !x.is_finite())
        {
            let (row, component) = (at / self.dimension(), at % self.dimension());
            return Err(Fault::at(
                self.next + row as u64,
                format!("component {component} must be finite as f32, got {}", numbers[at]),
            ));
        }
        Ok(count)
    }
}

impl<'a> Source<'a> {
    fn open(format: Format, input: Box<dyn Input + 'a>, options: &Options) -> Outcome<Self> {
        match (format, &options.column) {
            (Format::Parquet, column) => {
                Ok(Self::Parquet(Box::new(Parquet::open(input, column.as_deref())?)))
            }
            (_, Some(column)) => {
                let cause = format!("has no column {column:?}: only Parquet files have columns");
                Err(Fault::new(cause))
            }
            (Format::Fvecs, None) => Ok(Self::Texmex(Texmex::open(input, Number::F32)?)),
            (Format::Bvecs, None) => Ok(Self::Texmex(Texmex::open(input, Number::U8)?)),
            (Format::Ivecs, None) => Ok(Self::Texmex(Texmex::open(input, Number::I32)?)),
            (Format::Npy, None) => Ok(Self::Npy(Npy::open(input)?)),
        }
    }
}

/// Rows of numbers of vectors, such as a ground truth: `.ivecs` read as integers.
pub struct IdReader<'a> {
    name: String,
    source: Texmex<'a>,
}

impl IdReader<'static> {
    /// Opens an `.ivecs` file.
    ///
    /// # Errors
    /// If it is not named so, cannot be read, or its length or first row is wrong.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        if Format::of(path) != Some(Format::Ivecs) {
            return Err(Fault::new("expected an .ivecs file").of(&name));
        }
        let file = open(path).map_err(|fault| fault.of(&name))?;
        Self::new(file, &name)
    }
}

impl<'a> IdReader<'a> {
    /// Reads any input; `name` is what errors call it.
    ///
    /// # Errors
    /// See [`IdReader::open`].
    pub fn new(input: impl Read + Seek + Send + 'a, name: &str) -> Result<Self> {
        let source = Texmex::open(Box::new(input), Number::I32).map_err(|fault| fault.of(name))?;
        Ok(Self { name: name.to_owned(), source })
    }

    /// Numbers in a row; 0 where there is no row.
    pub fn width(&self) -> usize {
        self.source.dimension()
    }

    /// Rows of the whole file.
    pub fn rows(&self) -> u64 {
        self.source.rows()
    }

    /// Appends the next rows, at most `most`, and says how many they are: 0 only at the end.
    ///
    /// # Errors
    /// If a row is wrong, or the file cannot be read.
    pub fn read(&mut self, most: usize, into: &mut Vec<i32>) -> Result<usize> {
        let take = |row: &[u8]| {
            into.extend(row.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])));
        };
        self.source.block(most, take).map_err(|fault| fault.of(&self.name))
    }
}

/// Without a buffer: all readers read in large blocks.
fn open(path: &Path) -> Outcome<File> {
    // To open a pipe would wait for its other end; a folder would give confusing faults later.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Fault::new("is not a regular file"));
    }
    Ok(File::open(path)?)
}

impl fmt::Debug for VectorReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VectorReader({} × {} of {:?})", self.rows(), self.dimension(), self.name)
    }
}

impl fmt::Debug for IdReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdReader({} × {} of {:?})", self.rows(), self.width(), self.name)
    }
}
