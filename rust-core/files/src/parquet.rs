//! Apache Parquet: one column with a list of numbers in each row, page after page.
//!
//! Written for this one purpose: what a file states is compared with the bytes that there are before
//! it is believed, so that no file, however damaged, costs more memory than a page of it may have.

mod codec;
mod footer;
mod hybrid;
mod page;
mod schema;
mod thrift;
mod values;

use crate::MAX_DIMENSION;
use crate::error::{Fault, Outcome};
use crate::source::{self, Input, STEP};
use footer::{Chunk, Footer};
use page::{Header, Kind, Page, dictionary};
use std::io::SeekFrom;
use thrift::Flaw;

/// Most bytes of a page after decompression; writers make them of about a megabyte.
pub(crate) const MAX_PAGE: usize = 256 << 20;

/// Bytes that are read to find a page's header, at first and at most: it may hold statistics.
const HEADER: (u64, u64) = (256, 16 << 20);

/// Values that are decoded at a time.
const PART: usize = 4096;

/// The rows of one column.
pub(crate) struct Parquet<'a> {
    input: Box<dyn Input + 'a>,
    footer: Footer,
    dimension: usize,
    /// Rows that were read.
    next: u64,
    /// The chunk that is read next, once the one that is open is at its end.
    group: usize,
    open: Option<Open>,
    packed: Vec<u8>,
    repetitions: Vec<u32>,
    definitions: Vec<u32>,
}

/// A column chunk on its way.
struct Open {
    chunk: Chunk,
    at: u64,
    /// Values and rows that were not read yet.
    values: u64,
    rows: u64,
    dictionary: Vec<f32>,
    page: Option<Page>,
}

impl<'a> Parquet<'a> {
    pub fn open(mut input: Box<dyn Input + 'a>, column: Option<&str>) -> Outcome<Self> {
        let footer = Footer::read(&mut *input, column)?;
        let mut parquet = Self {
            input,
            footer,
            dimension: 0,
            next: 0,
            group: 0,
            open: None,
            packed: Vec::new(),
            repetitions: vec![0; PART],
            definitions: vec![0; PART],
        };
        if parquet.footer.rows > 0 {
            parquet.dimension = parquet.measure()?;
            (parquet.group, parquet.open) = (0, None);
        }
        Ok(parquet)
    }

    pub fn dimension(&self) -> usize {
        self.dimension
    }

    pub fn rows(&self) -> u64 {
        self.footer.rows
    }

    /// Components of the first row.
    fn measure(&mut self) -> Outcome<usize> {
        let mut length = 0;
        while self.turn_to_page().map_err(|fault| in_row(fault, 0))? {
            let Some(Open { page: Some(page), .. }) = &mut self.open else { break };
            let count = page.left.min(PART);
            let levels = (&mut self.repetitions[..count], &mut self.definitions[..count]);
            page.levels(levels.0, levels.1).map_err(|cause| Fault::at(0, cause))?;
            let start = usize::from(length == 0);
            check_levels(&levels.1[..1], self.footer.column.defined, self.footer.column.element)
                .map_err(|(_, cause)| Fault::at(0, cause))?;
            let end = levels.0[start..].iter().position(|&level| level == 0);
            length += end.map_or(count, |end| end + start);
            if length > MAX_DIMENSION {
                let cause = format!("has more than {MAX_DIMENSION} components");
                return Err(Fault::at(0, cause));
            }
            if end.is_some() {
                break;
            }
            // The row may go on in the next page of the chunk.
            page.left -= count;
            let Some(open) = &mut self.open else { break };
            open.values -= count as u64;
            if open.values == 0 {
                break;
            }
        }
        Ok(length)
    }

    /// Appends at most `most` rows.
    pub fn read(&mut self, most: usize, into: &mut Vec<f32>) -> Outcome<usize> {
        let most = most.min((STEP / 4 / self.dimension.max(1)).max(1)) as u64;
        let wanted = most.min(self.footer.rows - self.next) as usize;
        let start = into.len();
        let mut missing = wanted * self.dimension;
        while missing > 0 {
            // Where in its row the next number stands.
            let at = (into.len() - start) % self.dimension;
            let row = self.next + ((into.len() - start) / self.dimension) as u64;
            if !self.turn_to_page().map_err(|fault| in_row(fault, row))? {
                return Err(Fault::at(row, "the groups of rows end early"));
            }
            let Some(open) = &mut self.open else { break };
            let Some(page) = &mut open.page else { break };
            let count = missing.min(page.left).min(PART);
            let repetitions = &mut self.repetitions[..count];
            let definitions = &mut self.definitions[..count];
            page.levels(repetitions, definitions).map_err(|cause| Fault::at(row, cause))?;
            let column = &self.footer.column;
            let rows = check_rows(repetitions, at, self.dimension);
            let missing_at = check_levels(definitions, column.defined, column.element);
            let rows = match (rows, missing_at) {
                (Ok(rows), Ok(())) => rows,
                (Err((i, cause)), missing)
                    if missing.as_ref().map_or_else(|m| i < m.0, |()| true) =>
                {
                    let place = row + ((at + i) / self.dimension) as u64;
                    // A number too many is the fault of the row before.
                    let place = place - u64::from(repetitions[i] > 0 && place > 0);
                    return Err(Fault::at(place, cause));
                }
                (_, Err((i, cause))) => {
                    return Err(Fault::at(row + ((at + i) / self.dimension) as u64, cause));
                }
                (Err((_, cause)), Ok(())) => return Err(Fault::at(row, cause)),
            };
            page.read(column, &open.dictionary, definitions, into)
                .map_err(|cause| Fault::at(row, cause))?;
            missing -= count;
            open.values -= count as u64;
            open.rows = open.rows.checked_sub(rows).ok_or_else(|| {
                Fault::at(row, "the group of rows has more rows than are announced")
            })?;
            if open.values == 0 {
                let row = row + ((at + count) / self.dimension) as u64;
                self.end_of_group((at + count) % self.dimension, row)?;
            }
        }
        self.next += wanted as u64;
        Ok(wanted)
    }

    fn end_of_group(&mut self, left: usize, row: u64) -> Outcome<()> {
        if left > 0 {
            let cause = format!("has {left} components, expected {}", self.dimension);
            return Err(Fault::at(row, cause));
        }
        match self.open.take() {
            Some(open) if open.rows > 0 => {
                let cause =
                    format!("the group of rows has {} rows less than are announced", open.rows);
                Err(Fault::at(row, cause))
            }
            _ => Ok(()),
        }
    }

    /// Sees to it that a page with values is open; false at the end of the last group.
    fn turn_to_page(&mut self) -> Outcome<bool> {
        loop {
            match &mut self.open {
                Some(open) if open.page.as_ref().is_some_and(|page| page.left > 0) => {
                    return Ok(true);
                }
                Some(open) => {
                    open.page = None;
                    open.next_page(&mut *self.input, &mut self.packed, &self.footer)?;
                }
                None => {
                    let Some(&chunk) = self.footer.chunks.get(self.group) else {
                        return Ok(false);
                    };
                    self.group += 1;
                    if chunk.values > 0 {
                        self.open = Some(Open {
                            chunk,
                            at: chunk.start,
                            values: chunk.values,
                            rows: chunk.rows,
                            dictionary: Vec::new(),
                            page: None,
                        });
                    }
                }
            }
        }
    }
}

impl Open {
    /// Reads the next page of any kind.
    fn next_page(
        &mut self,
        input: &mut dyn Input,
        packed: &mut Vec<u8>,
        footer: &Footer,
    ) -> Outcome<()> {
        let mut input = input;
        let end = self.chunk.start + self.chunk.length;
        let (header, start) = self.header(input, packed, end)?;
        if header.packed as u64 > end - start {
            let cause = format!("a page of {} bytes does not lie in its column", header.packed);
            return Err(Fault::new(cause));
        }
        input.seek(SeekFrom::Start(start))?;
        source::read(&mut input, header.packed as u64, packed)?;
        self.at = start + header.packed as u64;
        if let Some(stated) = header.crc {
            let found = crc32fast::hash(packed);
            if found != stated {
                let cause = format!("a page's checksum is {found:08x}, stated is {stated:08x}");
                return Err(Fault::new(cause));
            }
        }
        match header.kind {
            Kind::Dictionary => {
                self.dictionary =
                    dictionary(&header, packed, &self.chunk, &footer.column).map_err(Fault::new)?;
            }
            Kind::V1 | Kind::V2 { .. } => {
                if header.values as u64 > self.values {
                    return Err(Fault::new("a page has more values than its column"));
                }
                let page =
                    Page::new(&header, packed, &self.chunk, &footer.column, &self.dictionary);
                self.page = Some(page.map_err(Fault::new)?);
            }
            Kind::Other => {}
        }
        Ok(())
    }

    /// Reads the header of the next page, and says where the page begins.
    fn header(
        &self,
        mut input: &mut dyn Input,
        bytes: &mut Vec<u8>,
        end: u64,
    ) -> Outcome<(Header, u64)> {
        let left = end - self.at;
        let mut size = HEADER.0;
        loop {
            let count = size.min(left);
            input.seek(SeekFrom::Start(self.at))?;
            source::read(&mut input, count, bytes)?;
            match Header::parse(bytes) {
                Ok((header, length)) => return Ok((header, self.at + length as u64)),
                Err(Flaw::Ended) if count < left && size < HEADER.1 => size *= 16,
                Err(Flaw::Ended) if left == 0 => {
                    return Err(Fault::new("the column has fewer values than are announced"));
                }
                Err(Flaw::Ended) => return Err(Fault::new("a page's header ends early")),
                Err(Flaw::Wrong(cause)) => {
                    return Err(Fault::new(format!("a page's header: {cause}")));
                }
            }
        }
    }
}

fn in_row(fault: Fault, row: u64) -> Fault {
    Fault { row: fault.row.or(Some(row)), ..fault }
}

/// Holds against the repetition levels that all rows have `dimension` numbers, `at` of the first one
/// being read already; says how many rows begin, or what is wrong at which level.
fn check_rows(
    repetitions: &[u32],
    mut at: usize,
    dimension: usize,
) -> Result<u64, (usize, String)> {
    let mut rows = 0;
    for (i, &level) in repetitions.iter().enumerate() {
        if level != u32::from(at > 0) {
            return Err((
                i,
                if level == 0 {
                    format!("has {at} components, expected {dimension}")
                } else {
                    format!("has more than {dimension} components")
                },
            ));
        }
        rows += u64::from(at == 0);
        at += 1;
        if at == dimension {
            at = 0;
        }
    }
    Ok(rows)
}

/// Holds against the definition levels that every number is there; says what is wrong at which.
fn check_levels(
    definitions: &[u32],
    defined: u32,
    element: u32,
) -> Result<(), (usize, &'static str)> {
    match definitions.iter().position(|&level| level != defined) {
        None => Ok(()),
        Some(i) if definitions[i] > defined => Err((i, "a definition level is out of range")),
        Some(i) if definitions[i] >= element => Err((i, "a component is null")),
        Some(i) => Err((i, "has no vector: the list is empty or null")),
    }
}
