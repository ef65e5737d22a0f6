//! Pages: their headers, and the levels and values in them.

use super::codec::unpack;
use super::footer::Chunk;
use super::hybrid::Hybrid;
use super::schema::Column;
use super::thrift::{Flaw, Thrift, kind};
use super::values::{Values, is_dictionary};

/// The kinds of pages.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dictionary,
    /// Levels and values are compressed together.
    V1,
    /// Levels lie before the compressed values.
    V2 {
        repetitions: usize,
        definitions: usize,
        compressed: bool,
    },
    /// Of no use here.
    Other,
}

/// What stands before a page.
#[derive(Debug)]
pub(super) struct Header {
    pub kind: Kind,
    pub length: usize,
    pub packed: usize,
    pub crc: Option<u32>,
    pub values: usize,
    pub encoding: i64,
    /// Encoding of levels of a [`Kind::V1`] page: 3 is the hybrid.
    levels: [i64; 2],
}

impl Header {
    /// Reads a header from the beginning of `bytes`, and says how long it is.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), Flaw> {
        let (mut sort, mut length, mut packed, mut crc) = (None, None, None, None);
        let mut inner = [None; 10];
        let mut thrift = Thrift::new(bytes);
        thrift.fields(|thrift, number, kind| {
            match (number, kind) {
                (1, kind::I32) => sort = Some(thrift.integer()?),
                (2, kind::I32) => length = Some(thrift.integer()?),
                (3, kind::I32) => packed = Some(thrift.integer()?),
                (4, kind::I32) => crc = Some(thrift.integer()? as u32),
                (5 | 7 | 8, kind::STRUCT) => thrift.fields(|thrift, number, kind| {
                    let Some(place) = usize::try_from(number).ok().and_then(|n| inner.get_mut(n))
                    else {
                        return Ok(false);
                    };
                    match kind {
                        kind::I32 => *place = Some(thrift.integer()?),
                        kind::TRUE | kind::FALSE => {
                            *place = Some(i64::from(kind == kind::TRUE));
                        }
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let size = |number: Option<i64>| {
            let number = number.and_then(|number| i32::try_from(number).ok());
            number
                .and_then(|number| usize::try_from(number).ok())
                .ok_or(Flaw::Wrong("a length in a page's header is missing or wrong"))
        };
        let (kind, encoding) = match sort {
            Some(0) => (Kind::V1, inner[2]),
            Some(2) => (Kind::Dictionary, inner[2]),
            Some(3) => {
                let (definitions, repetitions) = (size(inner[5])?, size(inner[6])?);
                (Kind::V2 { repetitions, definitions, compressed: inner[7] != Some(0) }, inner[4])
            }
            _ => (Kind::Other, None),
        };
        let header = Self {
            values: if kind == Kind::Other { 0 } else { size(inner[1])? },
            kind,
            length: size(length)?,
            packed: size(packed)?,
            crc,
            encoding: encoding.unwrap_or(-1),
            levels: [inner[4].unwrap_or(-1), inner[3].unwrap_or(-1)],
        };
        Ok((header, thrift.position()))
    }
}

/// The levels and values of one page.
#[derive(Debug)]
pub(super) struct Page {
    bytes: Vec<u8>,
    repetitions: Hybrid,
    definitions: Hybrid,
    values: Values,
    /// Values that were not read yet.
    pub left: usize,
}

impl Page {
    /// Unpacks a page with data.
    pub fn new(
        header: &Header,
        packed: &[u8],
        chunk: &Chunk,
        column: &Column,
        dictionary: &[f32],
    ) -> Result<Self, String> {
        let mut bytes = Vec::new();
        let (repetitions, definitions, start);
        let width = u32::BITS - column.defined.leading_zeros();
        match header.kind {
            Kind::V2 { repetitions: first, definitions: second, compressed } => {
                let levels = first.saturating_add(second);
                if levels > packed.len() || levels > header.length {
                    return Err("levels are longer than their page".to_owned());
                }
                bytes.extend_from_slice(&packed[..levels]);
                let codec = if compressed { chunk.codec } else { 0 };
                unpack(codec, &packed[levels..], header.length - levels, &mut bytes)?;
                repetitions = Hybrid::new(0, first, 1)?;
                definitions = Hybrid::new(first, levels, width)?;
                start = levels;
            }
            _ => {
                unpack(chunk.codec, packed, header.length, &mut bytes)?;
                let first = levels(&bytes, 0, header.levels[0])?;
                let second = levels(&bytes, first.1, header.levels[1])?;
                repetitions = Hybrid::new(first.0, first.1, 1)?;
                definitions = Hybrid::new(second.0, second.1, width)?;
                start = second.1;
            }
        }
        let values =
            Values::new(header.encoding, column.number, &bytes, start, header.values, dictionary)?;
        Ok(Self { bytes, repetitions, definitions, values, left: header.values })
    }

    /// Fills in the next levels: repetitions and definitions, as many of both.
    pub fn levels(
        &mut self,
        repetitions: &mut [u32],
        definitions: &mut [u32],
    ) -> Result<(), String> {
        self.repetitions.fill(&self.bytes, repetitions)?;
        Ok(self.definitions.fill(&self.bytes, definitions)?)
    }

    /// Appends the next `places.len()` values, at most `left`.
    pub fn read(
        &mut self,
        column: &Column,
        dictionary: &[f32],
        places: &mut [u32],
        into: &mut Vec<f32>,
    ) -> Result<(), String> {
        self.left -= places.len();
        self.values.read(column.number, &self.bytes, dictionary, places, into)
    }
}

/// The range of levels that have their length before them, at `at`.
fn levels(bytes: &[u8], at: usize, encoding: i64) -> Result<(usize, usize), String> {
    if encoding != 3 {
        return Err(format!("levels of encoding {encoding} cannot be read"));
    }
    let Some(&[a, b, c, d]) = bytes.get(at..at + 4) else {
        return Err("levels are missing".to_owned());
    };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > bytes.len() - at - 4 {
        return Err("levels are longer than their page".to_owned());
    }
    Ok((at + 4, at + 4 + length))
}

/// The numbers of a dictionary page.
pub(super) fn dictionary(
    header: &Header,
    packed: &[u8],
    chunk: &Chunk,
    column: &Column,
) -> Result<Vec<f32>, String> {
    if !is_dictionary(header.encoding) {
        return Err(format!("a dictionary of encoding {} cannot be read", header.encoding));
    }
    let mut bytes = Vec::new();
    unpack(chunk.codec, packed, header.length, &mut bytes)?;
    let needed = header.values.saturating_mul(column.number.size());
    if bytes.len() < needed {
        return Err(format!("a dictionary of {needed} bytes has {}", bytes.len()));
    }
    let mut numbers = Vec::new();
    column.number.extend(&bytes[..needed], &mut numbers);
    Ok(numbers)
}
