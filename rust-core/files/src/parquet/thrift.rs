//! Thrift's compact protocol, as much of it as Parquet's metadata needs.

/// Why bytes are no Thrift.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The bytes ended; with more of them it may be right.
    Ended,
    /// Wrong, whatever follows.
    Wrong(&'static str),
}

type Parsed<T> = Result<T, Flaw>;

/// Structs within structs, at most.
const MAX_DEPTH: usize = 24;

/// Types of values on the wire.
pub(super) mod kind {
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const I16: u8 = 4;
    pub const I32: u8 = 5;
    pub const I64: u8 = 6;
    pub const BINARY: u8 = 8;
    pub const LIST: u8 = 9;
    pub const STRUCT: u8 = 12;
}

/// Reads from the beginning of some bytes.
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Thrift<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that were read.
    pub fn position(&self) -> usize {
        self.at
    }

    fn take(&mut self, count: usize) -> Parsed<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..count).ok_or(Flaw::Ended)?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Parsed<u8> {
        Ok(self.take(1)?[0])
    }

    fn varint(&mut self) -> Parsed<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(Flaw::Wrong("a number has more than 64 bits"))
    }

    /// A signed number of any size.
    pub fn integer(&mut self) -> Parsed<i64> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Bytes with their length before them.
    pub fn binary(&mut self) -> Parsed<&'a [u8]> {
        let length = self.varint()?;
        self.take(usize::try_from(length).map_err(|_| Flaw::Wrong("a length is too large"))?)
    }

    /// A list's type of elements and their number, which is at most that of the bytes left.
    pub fn list(&mut self) -> Parsed<(u8, usize)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            few => u64::from(few),
        };
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(Flaw::Ended);
        }
        Ok((head & 15, count as usize))
    }

    /// Reads a struct: `field` gets each field's number and type; it reads the value and says true,
    /// or leaves it and says false.
    pub fn fields(
        &mut self,
        mut field: impl FnMut(&mut Self, i64, u8) -> Parsed<bool>,
    ) -> Parsed<()> {
        let mut number = 0i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            number = match head >> 4 {
                0 => self.integer()?,
                step => number.saturating_add(i64::from(step)),
            };
            let kind = head & 15;
            if !field(self, number, kind)? {
                self.skip(kind, MAX_DEPTH)?;
            }
        }
    }

    /// Leaves out a value. A boolean field has no bytes: its type is its value.
    fn skip(&mut self, kind: u8, depth: usize) -> Parsed<()> {
        if depth == 0 {
            return Err(Flaw::Wrong("structures lie too deep within one another"));
        }
        match kind {
            kind::TRUE | kind::FALSE => {}
            3 => drop(self.byte()?),
            kind::I16 | kind::I32 | kind::I64 => drop(self.varint()?),
            7 => drop(self.take(8)?),
            kind::BINARY => drop(self.binary()?),
            kind::LIST | 10 => {
                let (kind, count) = self.list()?;
                for _ in 0..count {
                    self.skip_element(kind, depth - 1)?;
                }
            }
            11 => {
                let count = self.varint()?;
                if count > 0 {
                    let kinds = self.byte()?;
                    for _ in 0..count {
                        self.skip_element(kinds >> 4, depth - 1)?;
                        self.skip_element(kinds & 15, depth - 1)?;
                    }
                }
            }
            kind::STRUCT => loop {
                let head = self.byte()?;
                if head == 0 {
                    break;
                }
                if head >> 4 == 0 {
                    self.varint()?;
                }
                self.skip(head & 15, depth - 1)?;
            },
            _ => return Err(Flaw::Wrong("a type is not known")),
        }
        Ok(())
    }

    /// Leaves out an element of a list or map, where a boolean has a byte.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Parsed<()> {
        match kind {
            kind::TRUE | kind::FALSE => self.byte().map(drop),
            _ => self.skip(kind, depth),
        }
    }
}
