//! What can go wrong, by what the caller can do about it.

use ivory_kernels::Stopped;
use std::collections::TryReserveError;
use std::fmt;

/// Result of this crate's fallible functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// An argument is wrong; the text names it and its value.
    Argument(String),
    /// The call does not fit what happened before.
    State(String),
    /// A model file is damaged.
    Format(FormatError),
    /// The work was cancelled.
    Cancelled,
    /// Memory (or a thread) could not be had; the text says for what.
    Memory(String),
}

/// What is wrong with a model file or a region; one variant for each part of it.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatError {
    /// Shorter than the smallest model file.
    TooShort {
        /// Bytes that there are.
        length: u64,
        /// Bytes that the smallest file has.
        needed: u64,
    },
    /// Less has arrived than was announced.
    Incomplete {
        /// Bytes that arrived.
        received: u64,
        /// Bytes that were announced.
        announced: u64,
    },
    /// The first bytes are not a model file's.
    Magic([u8; 8]),
    /// A version that this library does not read.
    Version(u32),
    /// No known metric.
    Metric(u32),
    /// A dimension out of range.
    Dimension(u32),
    /// A number of cells out of range.
    Nlist(u32),
    /// Reserved bytes that are not zero; the offset of the first.
    Reserved(u64),
    /// No known encoder, or none in a version that must have one.
    Encoder {
        /// The kind's number.
        code: u32,
        /// Its parameter.
        parameter: u32,
    },
    /// An encoder's scale that is no power of two.
    Scale(f32),
    /// An encoder's mean length of vectors that is not above zero.
    MeanLength(f32),
    /// A parameter of an encoder that is out of range.
    Parameter {
        /// Which parameters.
        field: &'static str,
        /// The number's place among them.
        number: u32,
        /// The number.
        value: f32,
    },
    /// A whole number that is out of range.
    Number {
        /// Which number, or which numbers.
        field: &'static str,
        /// Its place among them, where there are several.
        number: Option<u32>,
        /// The number.
        value: u32,
    },
    /// A procedure of rotation that this library does not know.
    Rotation {
        /// The procedure's version.
        version: u32,
        /// What should be zero.
        zero: u32,
    },
    /// A part of a region that is wrong.
    Region {
        /// Which part.
        field: &'static str,
        /// What it says.
        found: u64,
        /// What it should say, or the most that it may say.
        expected: u64,
    },
    /// The length does not fit dimension and number of cells.
    Length {
        /// Bytes that there are.
        length: u64,
        /// Bytes that there should be.
        expected: u64,
    },
    /// The checksum does not fit the bytes.
    Checksum {
        /// As stored.
        stored: u64,
        /// As computed.
        computed: u64,
    },
    /// The fingerprint does not fit the content.
    Fingerprint {
        /// As stored.
        stored: u64,
        /// As computed.
        computed: u64,
    },
    /// A component that is not finite.
    Centroid {
        /// The cell.
        cell: u32,
        /// The component's number within the centroid.
        component: u32,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Region { field, found, expected } = self {
            return write!(f, "region: [{field}] is {found}, expected {expected}");
        }
        f.write_str("model file: ")?;
        match self {
            Self::TooShort { length, needed } => {
                write!(f, "[length] is {length} bytes, the smallest has {needed}")
            }
            Self::Incomplete { received, announced } => {
                write!(f, "[length] is {received} bytes, announced were {announced}")
            }
            Self::Magic(found) => write!(f, "[magic] is {:?}", found.escape_ascii().to_string()),
            Self::Version(found) => write!(f, "[version] is {found}, this library reads 1 to 3"),
            Self::Metric(found) => write!(f, "[metric] is {found}, known are 0, 1 and 2"),
            Self::Dimension(found) => write!(f, "[dimension] {found} is out of range"),
            Self::Nlist(found) => write!(f, "[nlist] {found} is out of range"),
            Self::Encoder { code, parameter } => {
                write!(f, "[encoder] {code} with parameter {parameter} is not known here")
            }
            Self::Scale(found) => write!(f, "[scale] is {found}, no power of two"),
            Self::MeanLength(found) => write!(f, "[length] of vectors is {found}"),
            Self::Parameter { field, number, value } => {
                write!(f, "[{field}] number {number} is {value}")
            }
            Self::Number { field, number: Some(number), value } => {
                write!(f, "[{field}] number {number} is {value}, which is out of range")
            }
            Self::Number { field, number: None, value } => {
                write!(f, "[{field}] {value} is out of range")
            }
            Self::Rotation { version, zero } => {
                write!(f, "[rotation] is {version} with {zero}, this library knows 1 with 0")
            }
            Self::Region { .. } => Ok(()),
            Self::Reserved(offset) => write!(f, "[reserved] byte at {offset} is not zero"),
            Self::Length { length, expected } => {
                write!(f, "[length] is {length} bytes, dimension and nlist ask for {expected}")
            }
            Self::Checksum { stored, computed } => {
                write!(f, "[checksum] is {stored:016x}, the bytes have {computed:016x}")
            }
            Self::Fingerprint { stored, computed } => {
                write!(f, "[fingerprint] is {stored:016x}, the content has {computed:016x}")
            }
            Self::Centroid { cell, component } => {
                write!(f, "[centroids] component {component} of cell {cell} is not finite")
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(text) | Self::State(text) => f.write_str(text),
            Self::Format(error) => error.fmt(f),
            Self::Cancelled => f.write_str("training was cancelled"),
            Self::Memory(text) => write!(f, "not enough memory: {text}"),
        }
    }
}

impl std::error::Error for Error {}
impl std::error::Error for FormatError {}

impl From<FormatError> for Error {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

impl From<TryReserveError> for Error {
    fn from(error: TryReserveError) -> Self {
        Self::Memory(error.to_string())
    }
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Cancelled => Self::Cancelled,
            Stopped::Memory(error) => error.into(),
        }
    }
}

/// A vector of `length` copies of `value`, or an error instead of an abort where memory is short.
pub(crate) fn filled<T: Clone>(length: usize, value: T) -> Result<Vec<T>> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(length)?;
    vector.resize(length, value);
    Ok(vector)
}

/// As [`filled`], in memory that is kept.
pub(crate) fn refill<T: Clone>(kept: &mut Vec<T>, length: usize, value: T) -> Result<()> {
    make_room(kept, length)?;
    kept.resize(length, value);
    Ok(())
}

/// Empties memory that is kept, and sees to room for that many.
pub(crate) fn make_room<T>(kept: &mut Vec<T>, length: usize) -> Result<()> {
    kept.clear();
    Ok(kept.try_reserve(length)?)
}
