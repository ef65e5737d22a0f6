//! `.npy`, `NumPy`'s format for one array (its versions 1, 2 and 3 differ in the length of a length
//! and in the header's character set).

mod header;

pub use header::write as header;

use crate::MAX_DIMENSION;
use crate::error::{Fault, Outcome};
use crate::numbers::Number;
use crate::source::{self, Input, STEP};
use header::Header;
use std::io::Read;

/// `NumPy` itself takes headers of at most 10,000 bytes.
const MAX_HEADER: u64 = 65_536;

/// A matrix, row after row.
pub(crate) struct Npy<'a> {
    input: Box<dyn Input + 'a>,
    number: Number,
    dimension: usize,
    rows: u64,
    next: u64,
    bytes: Vec<u8>,
}

impl<'a> Npy<'a> {
    pub fn open(mut input: Box<dyn Input + 'a>) -> Outcome<Self> {
        let length = source::length(&mut input)?;
        let (header, start) = read_header(&mut input, length)?;
        let number = match header.descr.as_str() {
            "<f2" => Number::F16,
            "<f4" => Number::F32,
            "<f8" => Number::F64,
            other => {
                return Err(Fault::new(format!(
                    "numbers are {other:?}, expected '<f2', '<f4' or '<f8'"
                )));
            }
        };
        if header.fortran_order {
            return Err(Fault::new("fortran_order is True, expected rows one after the other"));
        }
        let &[rows, dimension] = &header.shape[..] else {
            let shape = &header.shape;
            return Err(Fault::new(format!(
                "shape has {} dimensions, expected (rows, components)",
                shape.len()
            )));
        };
        let dimension = match usize::try_from(dimension) {
            Ok(dimension @ 1..=MAX_DIMENSION) => dimension,
            _ => {
                return Err(Fault::new(format!(
                    "rows have {dimension} components, expected 1 to {MAX_DIMENSION}"
                )));
            }
        };
        let stride = (dimension * number.size()) as u64;
        let there = length - start;
        if rows.checked_mul(stride) != Some(there) {
            let complete = there / stride;
            return Err(if complete < rows {
                let cause = format!("cut off: {rows} rows are announced, {complete} are there");
                Fault::at(complete, cause)
            } else {
                Fault::new(format!("bytes follow after the {rows} rows that are announced"))
            });
        }
        Ok(Self { input, number, dimension, rows, next: 0, bytes: Vec::new() })
    }

    pub fn dimension(&self) -> usize {
        self.dimension
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends at most `most` rows.
    pub fn read(&mut self, most: usize, into: &mut Vec<f32>) -> Outcome<usize> {
        let stride = self.dimension * self.number.size();
        let fitting = (STEP / stride).max(1);
        let count = (self.rows - self.next).min(most.min(fitting) as u64) as usize;
        source::read(&mut self.input, (count * stride) as u64, &mut self.bytes)
            .map_err(|fault| Fault { row: Some(self.next), ..fault })?;
        self.number.extend(&self.bytes, into);
        self.next += count as u64;
        Ok(count)
    }
}

/// Reads the header, and says where the numbers begin: there the input is left.
fn read_header(input: &mut impl Read, length: u64) -> Outcome<(Header, u64)> {
    let mut bytes = Vec::new();
    if length < 10 {
        return Err(Fault::new(format!("cut off in its header: the file has {length} bytes")));
    }
    source::read(input, 10, &mut bytes)?;
    if bytes[..6] != *b"\x93NUMPY" {
        return Err(Fault::new("does not begin as an .npy file does"));
    }
    let (text, start) = match bytes[6] {
        1 => (u64::from(u16::from_le_bytes([bytes[8], bytes[9]])), 10),
        2 | 3 if length >= 12 => {
            let mut more = [0; 2];
            input.read_exact(&mut more)?;
            (u64::from(u32::from_le_bytes([bytes[8], bytes[9], more[0], more[1]])), 12)
        }
        2 | 3 => return Err(Fault::new("cut off in its header")),
        version => return Err(Fault::new(format!("version is {version}, known are 1, 2 and 3"))),
    };
    if text > MAX_HEADER {
        return Err(Fault::new(format!("header has {text} bytes, more than {MAX_HEADER}")));
    }
    if start + text > length {
        return Err(Fault::new(format!("cut off in its header of {text} bytes")));
    }
    source::read(input, text, &mut bytes)?;
    let header = Header::parse(&bytes).map_err(|cause| Fault::new(format!("header: {cause}")))?;
    Ok((header, start + text))
}
