//! `.fvecs`, `.bvecs` and `.ivecs`: each row is its dimension as an `i32` and then that many numbers.

use crate::MAX_DIMENSION;
use crate::error::{Fault, Outcome};
use crate::numbers::Number;
use crate::source::{self, Input, STEP};
use std::io::Read;

/// Rows of one dimension.
pub(crate) struct Texmex<'a> {
    input: Box<dyn Input + 'a>,
    number: Number,
    dimension: usize,
    rows: u64,
    next: u64,
    bytes: Vec<u8>,
}

impl<'a> Texmex<'a> {
    /// Reads the first row's dimension, which says how long every row is.
    pub fn open(mut input: Box<dyn Input + 'a>, number: Number) -> Outcome<Self> {
        let length = source::length(&mut input)?;
        if length == 0 {
            return Ok(Self { input, number, dimension: 0, rows: 0, next: 0, bytes: Vec::new() });
        }
        if length < 4 {
            return Err(Fault::at(0, format!("cut off: the file has {length} bytes")));
        }
        let mut first = [0; 4];
        input.read_exact(&mut first)?;
        input.rewind()?;
        let dimension = dimension(first).map_err(|cause| Fault::at(0, cause))?;
        let stride = 4 + (dimension * number.size()) as u64;
        let (rows, left) = (length / stride, length % stride);
        if left > 0 {
            let cause = format!(
                "cut off, or of another dimension than row 0: rows of {dimension} have {stride} \
                 bytes, and {left} are left"
            );
            return Err(Fault::at(rows, cause));
        }
        Ok(Self { input, number, dimension, rows, next: 0, bytes: Vec::new() })
    }

    pub fn dimension(&self) -> usize {
        self.dimension
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Hands at most `most` rows to `take`, one by one and without their dimension, and says how
    /// many they were: 0 at the end.
    pub fn block(&mut self, most: usize, mut take: impl FnMut(&[u8])) -> Outcome<usize> {
        let stride = 4 + self.dimension * self.number.size();
        let fitting = (STEP / stride).max(1);
        let count = (self.rows - self.next).min(most.min(fitting) as u64) as usize;
        source::read(&mut self.input, (count * stride) as u64, &mut self.bytes)
            .map_err(|fault| Fault { row: Some(self.next), ..fault })?;
        for row in self.bytes.chunks_exact(stride) {
            let found = i32::from_le_bytes([row[0], row[1], row[2], row[3]]);
            if usize::try_from(found) != Ok(self.dimension) {
                let expected = self.dimension;
                let cause = format!("dimension is {found}, that of the rows before is {expected}");
                return Err(Fault::at(self.next, cause));
            }
            take(&row[4..]);
            self.next += 1;
        }
        Ok(count)
    }

    /// Appends at most `most` rows.
    pub fn read(&mut self, most: usize, into: &mut Vec<f32>) -> Outcome<usize> {
        let number = self.number;
        self.block(most, |row| number.extend(row, into))
    }
}

fn dimension(bytes: [u8; 4]) -> Result<usize, String> {
    let found = i32::from_le_bytes(bytes);
    match usize::try_from(found) {
        Ok(dimension @ 1..=MAX_DIMENSION) => Ok(dimension),
        _ => Err(format!("dimension is {found}, expected 1 to {MAX_DIMENSION}")),
    }
}
