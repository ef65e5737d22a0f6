//! Writing a region.

use super::region::{HEADER, Layout, MAGIC, VERSION};
use crate::error::{Error, Result, filled};
use crate::model::MAX_NLIST;
use ivory_kernels::{BLOCK, Kernels};

/// Makes a region's bytes of cells offered in ascending order. It needs about as much memory as the
/// region; the plugin writes its regions as a stream.
#[derive(Debug)]
pub struct RegionWriter {
    fingerprint: u64,
    code_bytes: usize,
    factors: usize,
    cells: Vec<u32>,
    starts: Vec<u32>,
    docs: Vec<u32>,
    codes: Vec<u8>,
}

impl RegionWriter {
    /// Begins a region of a model's vectors.
    pub fn new(fingerprint: u64, code_bytes: usize, factors: usize) -> Self {
        let (cells, starts, docs, codes) = (Vec::new(), vec![0], Vec::new(), Vec::new());
        Self { fingerprint, code_bytes, factors, cells, starts, docs, codes }
    }

    /// Adds a cell: its documents, ascending, and their codes in row form. A cell without documents
    /// is left out.
    ///
    /// # Errors
    /// [`Error::Argument`] if the cell is not above the one before, a document not above the one
    /// before in its cell, or the codes' length does not fit; [`Error::Memory`].
    pub fn add(&mut self, cell: u32, docs: &[u32], rows: &[u8]) -> Result<()> {
        let length = self.code_bytes + 4 * self.factors;
        let ascending = self.cells.last().is_none_or(|&last| last < cell);
        if !ascending || cell as usize >= MAX_NLIST {
            return Err(Error::Argument(format!("[cell] [{cell}] is out of order or of range")));
        }
        if docs.windows(2).any(|pair| pair[0] >= pair[1]) || docs.iter().any(|&d| d >> 31 == 1) {
            return Err(Error::Argument(format!("[docs] of cell [{cell}] do not ascend")));
        }
        if rows.len() != docs.len() * length {
            return Err(Error::Argument(format!(
                "[rows] has [{}] bytes, expected [{}] of [{length}]",
                rows.len(),
                docs.len()
            )));
        }
        if docs.is_empty() {
            return Ok(());
        }
        self.docs.try_reserve(docs.len())?;
        self.docs.extend_from_slice(docs);
        self.cells.push(cell);
        self.starts.push(self.docs.len() as u32);
        self.codes.try_reserve(rows.len())?;
        if length == 0 {
            return Ok(());
        }
        for rows in rows.chunks(BLOCK * length) {
            let count = rows.len() / length;
            let at = self.codes.len();
            self.codes.resize(at + rows.len(), 0);
            let block = &mut self.codes[at..];
            Kernels::active().pack(rows, count, self.code_bytes, self.factors, block);
        }
        Ok(())
    }

    /// The region's bytes.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn finish(self) -> Result<Vec<u8>> {
        let span = self.cells.last().map_or(0, |&last| last + 1);
        let largest = self.docs.iter().copied().max().unwrap_or(0);
        let doc_bits = (32 - largest.leading_zeros()).max(1);
        let (documents, cells) = (self.docs.len() as u32, self.cells.len() as u32);
        let code_length = self.code_bytes + 4 * self.factors;
        let layout = Layout::of(documents, cells, span, code_length, doc_bits);
        let mut bytes = filled(layout.length as usize, 0u8)?;
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        let header =
            [documents, cells, span, self.code_bytes as u32, self.factors as u32, doc_bits];
        put(0, &MAGIC.to_le_bytes());
        put(4, &VERSION.to_le_bytes());
        put(8, &self.fingerprint.to_le_bytes());
        for (i, value) in header.into_iter().enumerate() {
            put(16 + 4 * i, &value.to_le_bytes());
        }
        put(40, &layout.length.to_le_bytes());
        for (i, start) in self.starts.iter().enumerate() {
            put(layout.starts as usize + 4 * i, &start.to_le_bytes());
        }
        put(layout.codes as usize, &self.codes);
        for cell in self.cells {
            bytes[HEADER + cell as usize / 8] |= 1 << (cell % 8);
        }
        let mut rank = 0u32;
        for word in 0..span.div_ceil(64) as usize {
            bytes[layout.ranks as usize + 4 * word..][..4].copy_from_slice(&rank.to_le_bytes());
            let present = &bytes[HEADER + 8 * word..][..8];
            rank += present.iter().map(|byte| byte.count_ones()).sum::<u32>();
        }
        for (position, &doc) in self.docs.iter().enumerate() {
            let bit = position * doc_bits as usize;
            let place = &mut bytes[layout.docs as usize + bit / 8..][..8];
            let shifted = u64::from(doc) << (bit % 8);
            place.iter_mut().zip(shifted.to_le_bytes()).for_each(|(byte, more)| *byte |= more);
        }
        Ok(bytes)
    }
}
