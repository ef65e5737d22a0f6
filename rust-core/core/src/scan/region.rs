//! A segment's vectors of one model, as they lie in a file: docs/FORMAT.md, "Region".

use crate::error::{Error, FormatError};
use crate::model::{MAX_DIMENSION, MAX_NLIST};

pub(super) const MAGIC: u32 = 0x4756_5649;
pub(super) const VERSION: u32 = 1;
/// Bytes of the header.
pub(super) const HEADER: usize = 64;
/// Bytes behind the last code, so that kernels may load whole registers.
pub(super) const PADDING: usize = 64;

/// A checked view of a region's bytes.
///
/// The header is checked against the length once; what the tables say is checked where it is used,
/// so that a damaged region is an error and never a read outside.
#[derive(Clone, Copy, Debug)]
pub struct Region<'a> {
    fingerprint: u64,
    documents: u32,
    cells: u32,
    span: u32,
    doc_bits: u32,
    code_length: usize,
    bitmap: &'a [u8],
    ranks: &'a [u8],
    starts: &'a [u8],
    docs: &'a [u8],
    /// To the region's end, so that kernels may load more than they need.
    codes: &'a [u8],
}

/// Cells that are present, ascending, and where their vectors are.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub cells: Vec<u32>,
    pub positions: Vec<std::ops::Range<usize>>,
}

/// Where the parts of a region begin.
pub(super) struct Layout {
    pub ranks: u64,
    pub starts: u64,
    pub docs: u64,
    pub codes: u64,
    pub length: u64,
}

impl Layout {
    pub fn of(documents: u32, cells: u32, span: u32, code_length: usize, doc_bits: u32) -> Self {
        let words = u64::from(span).div_ceil(64);
        let ranks = HEADER as u64 + 8 * words;
        let starts = ranks + (4 * words).next_multiple_of(8);
        let docs = starts + (4 * (u64::from(cells) + 1)).next_multiple_of(8);
        let bits = u64::from(documents) * u64::from(doc_bits);
        let codes = (docs + bits.div_ceil(8) + 8).next_multiple_of(64);
        let bytes = u64::from(documents) * code_length as u64;
        let length = (codes + bytes + PADDING as u64).next_multiple_of(64);
        Self { ranks, starts, docs, codes, length }
    }
}

impl<'a> Region<'a> {
    /// Looks at a region; `bytes` is exactly as long as it.
    ///
    /// # Errors
    /// [`FormatError::Region`] naming the field that is wrong. Takes time that does not depend on the
    /// region's size.
    pub fn new(bytes: &'a [u8]) -> Result<Self, FormatError> {
        if bytes.len() < HEADER {
            return Err(wrong("length", bytes.len() as u64, HEADER as u64));
        }
        let word = |at: usize| u32_at(bytes, at);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let exactly = |field, found: u64, expected: u64| {
            if found == expected { Ok(()) } else { Err(wrong(field, found, expected)) }
        };
        let at_most = |field, found: u32, most: u64| {
            if u64::from(found) <= most { Ok(()) } else { Err(wrong(field, found.into(), most)) }
        };
        exactly("magic", word(0).into(), MAGIC.into())?;
        exactly("version", word(4).into(), VERSION.into())?;
        let (documents, cells, span) = (word(16), word(20), word(24));
        let (code_bytes, factors, doc_bits) = (word(28), word(32), word(36));
        at_most("documents", documents, i32::MAX as u64)?;
        at_most("span", span, MAX_NLIST as u64)?;
        at_most("cells", cells, u64::from(span.min(documents)))?;
        at_most("code_bytes", code_bytes, MAX_DIMENSION as u64)?;
        at_most("factors", factors, 3)?;
        at_most("doc_bits", doc_bits, 31)?;
        if (documents == 0) != (cells == 0) || doc_bits == 0 {
            return Err(wrong("cells", cells.into(), documents.into()));
        }
        if let Some(at) = bytes[48..HEADER].iter().position(|&byte| byte != 0) {
            return Err(wrong("reserved", bytes[48 + at].into(), 0));
        }
        let code_length = code_bytes as usize + 4 * factors as usize;
        let layout = Layout::of(documents, cells, span, code_length, doc_bits);
        exactly("length", long(40), layout.length)?;
        exactly("length", bytes.len() as u64, layout.length)?;
        // All are below the length now, which is one of a slice.
        let part = |from: u64, to: u64| &bytes[from as usize..to as usize];
        let region = Self {
            fingerprint: long(8),
            documents,
            cells,
            span,
            doc_bits,
            code_length,
            bitmap: part(HEADER as u64, layout.ranks),
            ranks: part(layout.ranks, layout.starts),
            starts: part(layout.starts, layout.docs),
            docs: part(layout.docs, layout.codes),
            codes: part(layout.codes, layout.length),
        };
        exactly("starts", u32_at(region.starts, 4 * cells as usize).into(), documents.into())?;
        Ok(region)
    }

    /// Fingerprint of the model that the vectors belong to.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Number of vectors.
    pub fn documents(&self) -> u32 {
        self.documents
    }

    /// Number of cells that have vectors here.
    pub fn cells(&self) -> u32 {
        self.cells
    }

    /// Bytes of a vector's code.
    pub fn code_length(&self) -> usize {
        self.code_length
    }

    /// The positions `from..to` of a cell's vectors; none of a cell that is not present.
    ///
    /// # Errors
    /// [`FormatError::Region`] if the tables contradict each other.
    pub fn cell(&self, cell: u32) -> Result<std::ops::Range<usize>, FormatError> {
        if cell >= self.span {
            return Ok(0..0);
        }
        let word = cell as usize / 64;
        let bits = u64_at(self.bitmap, 8 * word);
        let bit = 1u64 << (cell % 64);
        if bits & bit == 0 {
            return Ok(0..0);
        }
        let rank =
            u64::from(u32_at(self.ranks, 4 * word)) + u64::from((bits & (bit - 1)).count_ones());
        if rank >= u64::from(self.cells) {
            return Err(wrong("ranks", rank, self.cells.into()));
        }
        self.positions(rank as usize)
    }

    /// The positions `from..to` of the vectors of one of the cells that are present, by its place
    /// among them.
    fn positions(&self, place: usize) -> Result<std::ops::Range<usize>, FormatError> {
        let from = u32_at(self.starts, 4 * place);
        let to = u32_at(self.starts, 4 * place + 4);
        if from > to {
            return Err(wrong("starts", from.into(), to.into()));
        }
        if to > self.documents {
            return Err(wrong("starts", to.into(), self.documents.into()));
        }
        Ok(from as usize..to as usize)
    }

    /// The cells at the places `from..to` among those that are present, each with its positions.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no such places; [`FormatError::Region`] if the tables
    /// contradict each other, or name a cell that a model with `nlist` cells does not have;
    /// [`Error::Memory`].
    pub(super) fn present(&self, from: usize, to: usize, nlist: usize) -> Result<Present, Error> {
        if from > to || to > self.cells as usize {
            return Err(Error::Argument(format!(
                "[from] [{from}] and [to] [{to}] are not among the [{}] cells of the region",
                self.cells
            )));
        }
        let mut present = Present::default();
        present.cells.try_reserve_exact(to - from)?;
        present.positions.try_reserve_exact(to - from)?;
        let mut place = 0;
        for word in 0..self.bitmap.len() / 8 {
            let mut bits = u64_at(self.bitmap, 8 * word);
            let count = bits.count_ones() as usize;
            if place + count <= from {
                place += count;
                continue;
            }
            while bits != 0 && place < to {
                if place >= from {
                    present.cells.push(64 * word as u32 + bits.trailing_zeros());
                    present.positions.push(self.positions(place)?);
                }
                bits &= bits - 1;
                place += 1;
            }
        }
        if place < to {
            return Err(wrong("bitmap", place as u64, self.cells.into()).into());
        }
        // They ascend.
        if let Some(&last) = present.cells.last()
            && last as usize >= nlist
        {
            return Err(wrong("cell", last.into(), nlist as u64 - 1).into());
        }
        Ok(present)
    }

    /// The document at a position, which is below [`Region::documents`].
    #[inline]
    pub fn doc(&self, position: usize) -> u32 {
        let bit = position * self.doc_bits as usize;
        let mask = (1u64 << self.doc_bits) - 1;
        // Eight bytes can be read there: the part ends with eight more.
        (u64_at(self.docs, bit / 8) >> (bit % 8) & mask) as u32
    }

    /// The packed numbers of one or two documents from a position on.
    pub(super) fn docs(&self, position: usize) -> &'a [u8] {
        &self.docs[position * self.doc_bits as usize / 8..][..8]
    }

    /// Codes in block form from a position on that starts a block, to the region's end.
    #[inline]
    pub fn codes(&self, position: usize) -> &'a [u8] {
        &self.codes[position * self.code_length..]
    }
}

fn wrong(field: &'static str, found: u64, expected: u64) -> FormatError {
    FormatError::Region { field, found, expected }
}

#[inline]
fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let bytes = &bytes[offset..offset + 4];
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[inline]
fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    let b = &bytes[offset..offset + 8];
    u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])
}
