//! What a file's end says: the schema, and where the columns lie.

use super::schema::{Column, SchemaElement, choose};
use super::thrift::{Flaw, Thrift, kind};
use crate::error::{Fault, Outcome};
use crate::source::{self, Input};
use std::io::SeekFrom;

/// Where the chosen column lies within one group of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    pub rows: u64,
    /// Numbers in it; an empty or missing list counts as one.
    pub values: u64,
    pub codec: i64,
    pub start: u64,
    pub length: u64,
}

/// The end of a file, of which only the chosen column is kept.
#[derive(Debug)]
pub(super) struct Footer {
    pub rows: u64,
    pub column: Column,
    pub chunks: Vec<Chunk>,
}

impl Footer {
    /// Reads the end of the file and chooses the column.
    pub fn read(input: &mut dyn Input, wanted: Option<&str>) -> Outcome<Self> {
        let mut input = input;
        let length = source::length(&mut input)?;
        if length < 12 {
            return Err(Fault::new(format!("no Parquet file: it has {length} bytes")));
        }
        input.seek(SeekFrom::Start(length - 8))?;
        let mut bytes = Vec::new();
        source::read(&mut input, 8, &mut bytes)?;
        match &bytes[4..] {
            b"PAR1" => {}
            b"PARE" => return Err(Fault::new("encrypted Parquet files cannot be read")),
            _ => return Err(Fault::new("does not end as a Parquet file does")),
        }
        let size = u64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        if size > length - 12 {
            return Err(Fault::new(format!(
                "footer is said to have {size} bytes, the file has {length}"
            )));
        }
        let end = length - 8 - size;
        input.seek(SeekFrom::Start(end))?;
        source::read(&mut input, size, &mut bytes)?;
        Self::parse(&bytes, end, wanted)
    }

    /// `end` is the offset of the footer: columns lie before it.
    fn parse(bytes: &[u8], end: u64, wanted: Option<&str>) -> Outcome<Self> {
        let (mut schema, mut rows, mut groups) = (Vec::new(), None, None);
        let mut thrift = Thrift::new(bytes);
        thrift
            .fields(|thrift, number, kind| match (number, kind) {
                (2, kind::LIST) => {
                    let (_, count) = thrift.list()?;
                    for _ in 0..count {
                        schema.push(SchemaElement::parse(thrift)?);
                    }
                    Ok(true)
                }
                (3, kind::I64) => {
                    rows = Some(thrift.integer()?);
                    Ok(true)
                }
                (4, kind::LIST) => {
                    groups = Some(thrift.position());
                    Ok(false)
                }
                _ => Ok(false),
            })
            .map_err(fault)?;
        let column = choose(&schema, wanted)?;
        drop(schema);
        let rows = rows.and_then(|rows| u64::try_from(rows).ok());
        let (Some(rows), Some(groups)) = (rows, groups) else {
            return Err(Fault::new("footer: number of rows or groups of rows are missing"));
        };
        let mut thrift = Thrift::new(&bytes[groups..]);
        let (_, count) = thrift.list().map_err(fault)?;
        let mut chunks = Vec::new();
        for group in 0..count {
            let chunk = row_group(&mut thrift, column.leaf).map_err(fault)?;
            chunks.push(chunk.check(end).map_err(|cause| {
                Fault::new(format!("group of rows {group}, column {:?}: {cause}", column.name))
            })?);
        }
        let mut total = 0u64;
        for chunk in &chunks {
            total = total.saturating_add(chunk.rows);
        }
        if total != rows {
            return Err(Fault::new(format!(
                "footer: {rows} rows are announced, the groups have {total}"
            )));
        }
        Ok(Self { rows, column, chunks })
    }
}

pub(super) fn fault(flaw: Flaw) -> Fault {
    Fault::new(match flaw {
        Flaw::Ended => "footer ends early".to_owned(),
        Flaw::Wrong(cause) => format!("footer: {cause}"),
    })
}

/// A chunk as the footer has it, unchecked.
#[derive(Default)]
struct Stated {
    rows: i64,
    found: bool,
    elsewhere: bool,
    encrypted: bool,
    values: i64,
    codec: i64,
    size: i64,
    data: i64,
    dictionary: Option<i64>,
}

impl Stated {
    fn check(self, end: u64) -> Result<Chunk, &'static str> {
        if !self.found {
            return Err("is missing");
        }
        if self.elsewhere {
            return Err("lies in another file");
        }
        if self.encrypted {
            return Err("is encrypted");
        }
        // A file without a dictionary may give its place as 0.
        let start = match self.dictionary {
            Some(dictionary) if dictionary > 0 => dictionary.min(self.data),
            _ => self.data,
        };
        let number = |number| u64::try_from(number).map_err(|_| "a number is negative");
        let chunk = Chunk {
            rows: number(self.rows)?,
            values: number(self.values)?,
            codec: self.codec,
            start: number(start)?,
            length: number(self.size)?,
        };
        if chunk.values == 0 && chunk.rows == 0 {
            return Ok(chunk);
        }
        if chunk.start < 4 || chunk.start.checked_add(chunk.length).is_none_or(|to| to > end) {
            return Err("does not lie within the file");
        }
        if chunk.values < chunk.rows {
            return Err("has fewer values than rows");
        }
        Ok(chunk)
    }
}

fn row_group(thrift: &mut Thrift<'_>, leaf: usize) -> Result<Stated, Flaw> {
    let mut stated = Stated::default();
    thrift.fields(|thrift, number, kind| match (number, kind) {
        (1, kind::LIST) => {
            let (_, count) = thrift.list()?;
            for column in 0..count {
                if column == leaf {
                    stated.found = true;
                    column_chunk(thrift, &mut stated)?;
                } else {
                    thrift.fields(|_, _, _| Ok(false))?;
                }
            }
            Ok(true)
        }
        (3, kind::I64) => {
            stated.rows = thrift.integer()?;
            Ok(true)
        }
        _ => Ok(false),
    })?;
    Ok(stated)
}

fn column_chunk(thrift: &mut Thrift<'_>, stated: &mut Stated) -> Result<(), Flaw> {
    let mut has_data = false;
    thrift.fields(|thrift, number, kind| match (number, kind) {
        (1, kind::BINARY) => {
            stated.elsewhere = true;
            Ok(false)
        }
        (8, _) => {
            stated.encrypted = true;
            Ok(false)
        }
        (3, kind::STRUCT) => {
            has_data = true;
            thrift.fields(|thrift, number, kind| {
                let place = match (number, kind) {
                    (4, kind::I32) => &mut stated.codec,
                    (5, kind::I64) => &mut stated.values,
                    (7, kind::I64) => &mut stated.size,
                    (9, kind::I64) => &mut stated.data,
                    (11, kind::I64) => stated.dictionary.insert(0),
                    _ => return Ok(false),
                };
                *place = thrift.integer()?;
                Ok(true)
            })?;
            Ok(true)
        }
        _ => Ok(false),
    })?;
    if has_data { Ok(()) } else { Err(Flaw::Wrong("a column without its metadata")) }
}
