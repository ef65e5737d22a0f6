//! Length-prefixed records in a file: request bodies on the way in, answers on the way out.
//!
//! A record is a little-endian `u32`, the number of bytes, and then the bytes.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

/// All records of a file, held in one piece of memory.
#[derive(Debug)]
pub struct Records {
    bytes: Vec<u8>,
    ranges: Vec<Range<usize>>,
}

impl Records {
    /// Reads a whole file.
    ///
    /// # Errors
    /// What reading gives, and `InvalidData` where a record goes beyond the end of the file.
    pub fn read(path: &Path) -> io::Result<Self> {
        Self::parse(fs::read(path)?)
    }

    /// Finds the records in bytes.
    ///
    /// # Errors
    /// `InvalidData` where a record goes beyond the end.
    pub fn parse(bytes: Vec<u8>) -> io::Result<Self> {
        let mut ranges = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let cut = || {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("record {} is cut off", ranges.len()),
                )
            };
            let head = bytes.get(at..at + 4).ok_or_else(cut)?;
            let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let range = at + 4..at + 4 + length;
            bytes.get(range.clone()).ok_or_else(cut)?;
            at = range.end;
            ranges.push(range);
        }
        Ok(Self { bytes, ranges })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The bytes of one record; `index` is below `len()`.
    pub fn get(&self, index: usize) -> &[u8] {
        &self.bytes[self.ranges[index].clone()]
    }
}

/// Writes one record.
///
/// # Errors
/// What writing gives, and `InvalidInput` for more bytes than a `u32` counts.
pub fn write(out: &mut impl Write, record: &[u8]) -> io::Result<()> {
    let length = u32::try_from(record.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a record of 4 GiB or more"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(record)
}
