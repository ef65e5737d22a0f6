//! The numbers of a page.

use super::hybrid::Hybrid;
use crate::numbers::Number;

/// The physical types that hold numbers of vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    F16,
    F32,
    F64,
}

impl Type {
    fn number(self) -> Number {
        match self {
            Self::F16 => Number::F16,
            Self::F32 => Number::F32,
            Self::F64 => Number::F64,
        }
    }

    /// Bytes of one number.
    pub fn size(self) -> usize {
        self.number().size()
    }

    /// Appends all numbers of `bytes`.
    pub fn extend(self, bytes: &[u8], into: &mut Vec<f32>) {
        self.number().extend(bytes, into);
    }
}

/// Encodings of values, as page headers number them.
mod encoding {
    pub const PLAIN: i64 = 0;
    pub const PLAIN_DICTIONARY: i64 = 2;
    pub const RLE_DICTIONARY: i64 = 8;
    pub const BYTE_STREAM_SPLIT: i64 = 9;
}

const ENDED: &str = "a page's values end early";

/// Whether a dictionary page's values are encoded as they must be.
pub(super) fn is_dictionary(code: i64) -> bool {
    matches!(code, encoding::PLAIN | encoding::PLAIN_DICTIONARY)
}

/// The numbers of one page, which lie in bytes that the caller keeps.
#[derive(Debug)]
pub(super) enum Values {
    /// One after the other, from this byte on.
    Plain(usize),
    /// First bytes of all numbers, then all second bytes and so on.
    Split { start: usize, count: usize, next: usize },
    /// Places in a dictionary.
    Places(Hybrid),
}

impl Values {
    /// `count` numbers, or fewer if there are nulls, from byte `start` to the end of `bytes`.
    pub fn new(
        code: i64,
        number: Type,
        bytes: &[u8],
        start: usize,
        count: usize,
        dictionary: &[f32],
    ) -> Result<Self, String> {
        let (there, size) = (bytes.len() - start, number.size());
        match code {
            encoding::PLAIN => Ok(Self::Plain(start)),
            // Nulls, which only the levels tell, have no value: there may be fewer than `count`.
            encoding::BYTE_STREAM_SPLIT
                if there.is_multiple_of(size) && there <= count.saturating_mul(size) =>
            {
                Ok(Self::Split { start, count: there / size, next: 0 })
            }
            encoding::BYTE_STREAM_SPLIT => {
                Err(format!("{there} bytes cannot be {count} values of {size} bytes"))
            }
            encoding::PLAIN_DICTIONARY | encoding::RLE_DICTIONARY => {
                if dictionary.is_empty() {
                    return Err("the dictionary is missing".to_owned());
                }
                let Some(&width) = bytes.get(start) else {
                    return Err("the width of places is missing".to_owned());
                };
                Ok(Self::Places(Hybrid::new(start + 1, bytes.len(), u32::from(width))?))
            }
            other => Err(format!("values of encoding {other} cannot be read")),
        }
    }

    /// Appends the next `places.len()` numbers; what is in `places` is lost.
    pub fn read(
        &mut self,
        number: Type,
        bytes: &[u8],
        dictionary: &[f32],
        places: &mut [u32],
        into: &mut Vec<f32>,
    ) -> Result<(), String> {
        let (count, size) = (places.len(), number.size());
        match self {
            Self::Plain(at) => {
                if count * size > bytes.len() - *at {
                    return Err(ENDED.to_owned());
                }
                number.extend(&bytes[*at..*at + count * size], into);
                *at += count * size;
            }
            Self::Split { start, count: all, next } => {
                if count > *all - *next {
                    return Err(ENDED.to_owned());
                }
                for i in *next..*next + count {
                    let mut whole = [0; 8];
                    for (byte, place) in whole[..size].iter_mut().enumerate() {
                        *place = bytes[*start + byte * *all + i];
                    }
                    number.extend(&whole[..size], into);
                }
                *next += count;
            }
            Self::Places(hybrid) => {
                hybrid.fill(bytes, places)?;
                for &mut place in places {
                    let Some(&number) = dictionary.get(place as usize) else {
                        return Err(format!(
                            "place {place} in a dictionary of {}",
                            dictionary.len()
                        ));
                    };
                    into.push(number);
                }
            }
        }
        Ok(())
    }
}
