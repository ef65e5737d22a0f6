//! From residuals to codes, and from queries to look-up tables.
//!
//! Every encoder is a builder ([`train`]), a transform ([`Quantizer`]) and a storage form ([`read`],
//! [`Quantizer::write`]). What they share: a code is a row of nibbles and factors, and the part of
//! an estimate that depends on the nibbles is a sum of one table entry per nibble.

mod lookup;
mod place;
mod pq;
mod pq_train;
mod rabitq;
mod rotation;
mod sq;

pub(crate) use lookup::{Lookup, Spread, quantize};
pub(crate) use place::Place;

use crate::encoder::Encoder;
use crate::error::{Error, FormatError, Result, filled};
use crate::metric::Metric;
use ivory_kernels::Rows;
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};

/// The transform of one trained encoder. Vectors are in the encoder's [`Place`].
pub(crate) trait Quantizer: Debug + Send + Sync {
    /// Writes the code of a residual (relative to its cell's centroid) in row form: the nibbles and
    /// then the factors. `row` is zeroed before.
    fn encode(&self, residual: &[f32], centroid: &[f32], memory: &mut Memory, row: &mut [u8]);

    /// Writes the table of a query: entry `16 n + v` is what value `v` of nibble `n` adds to the sum
    /// of a code. Returns what all sums have in common. `table` is zeroed before.
    fn table(&self, query: &[f32], memory: &mut Memory, table: &mut [f32]) -> f32;

    /// Writes the residual that a code in row form stands for, such that the table's sums are its
    /// products with the query; nothing where codes stand for no such thing
    /// ([`crate::Model::measures`]).
    fn decode(&self, _row: &[u8], _residual: &mut [f32]) {}

    /// Appends the parameters in the form that the model file keeps them.
    fn write(&self, into: &mut Vec<u8>);

    /// Memory that the parameters occupy.
    fn size_in_bytes(&self) -> usize;
}

/// What encoding and table making work in.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub one: Vec<f32>,
    pub two: Vec<f32>,
}

/// An encoder with its parameters.
#[derive(Debug)]
pub(crate) struct Coder {
    pub encoder: Encoder,
    pub place: Place,
    pub quantizer: Box<dyn Quantizer>,
}

/// What a builder learns from.
pub(crate) struct Lesson<'a> {
    pub metric: Metric,
    pub dimension: usize,
    /// Residuals in the encoder's place, row after row.
    pub residuals: &'a [f32],
    pub seed: u64,
    pub cancelled: &'a AtomicBool,
}

impl Lesson<'_> {
    /// An error if the run was cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Trains an encoder on vectors (row after row, as they are given to be encoded) and their cells;
/// `None` for [`Encoder::None`].
pub(crate) fn train(
    (metric, dimension, encoder): (Metric, usize, Encoder),
    centroids: &[f32],
    (vectors, cells): (&[f32], &[u32]),
    seed: u64,
    cancelled: &AtomicBool,
) -> Result<Option<Coder>> {
    if encoder == Encoder::None {
        return Ok(None);
    }
    let place = Place::of(metric, dimension, centroids, vectors)?;
    let rows = match Rows::of_f32(centroids, dimension) {
        Ok(rows) => rows,
        Err(error) => unreachable!("centroids are rows: {error}"),
    };
    let mut residuals = filled(vectors.len(), 0f32)?;
    let mut centroid = filled(dimension, 0f32)?;
    let pairs = vectors.chunks_exact(dimension).zip(residuals.chunks_exact_mut(dimension));
    for ((vector, residual), &cell) in pairs.zip(cells) {
        place.vector(vector, residual);
        place.centroid(rows, cell as usize, &mut centroid);
        residual.iter_mut().zip(&centroid).for_each(|(r, &c)| *r -= c);
    }
    let lesson = Lesson { metric, dimension, residuals: &residuals, seed, cancelled };
    lesson.check()?;
    let quantizer: Box<dyn Quantizer> = match encoder {
        Encoder::None => return Ok(None),
        Encoder::Pq { dims } => Box::new(pq::Pq::train(&lesson, dims)?),
        Encoder::Sq { bits } => Box::new(sq::Sq::train(&lesson, bits)?),
        Encoder::RaBitQ { bits } => Box::new(rabitq::RaBitQ::new(metric, dimension, bits, seed)?),
    };
    Ok(Some(Coder { encoder, place, quantizer }))
}

/// Length in bytes of the encoder section of a model file.
pub(crate) fn section_length(encoder: Encoder, dimension: usize) -> u64 {
    let parameters = match encoder {
        Encoder::None => return 0,
        Encoder::Pq { dims } => 4 * 16 * dims * dimension.div_ceil(dims),
        Encoder::Sq { .. } => 4 * 2 * dimension,
        Encoder::RaBitQ { .. } => 16,
    };
    (8 + 4 * dimension + parameters) as u64
}

/// Writes the encoder section of a model file.
pub(crate) fn write(coder: &Coder, into: &mut Vec<u8>) {
    let place = &coder.place;
    into.extend(place.scale.to_le_bytes());
    into.extend(place.length.to_le_bytes());
    into.extend(place.origin.iter().flat_map(|x| x.to_le_bytes()));
    coder.quantizer.write(into);
}

/// Reads an encoder section; its length is [`section_length`].
pub(crate) fn read(
    metric: Metric,
    dimension: usize,
    encoder: Encoder,
    section: &[u8],
) -> Result<Option<Coder>> {
    if encoder == Encoder::None {
        return Ok(None);
    }
    let mut numbers = Numbers { section, at: 0 };
    let scale = numbers.f32();
    if !(scale.is_normal() && scale > 0.0 && scale.to_bits().trailing_zeros() >= 23) {
        return Err(FormatError::Scale(scale).into());
    }
    let length = numbers.f32();
    if !(length.is_normal() && length > 0.0) {
        return Err(FormatError::MeanLength(length).into());
    }
    let origin = numbers.f32s("origin", dimension)?;
    let place = Place { origin, scale, length };
    let quantizer: Box<dyn Quantizer> = match encoder {
        Encoder::None => return Ok(None),
        Encoder::Pq { dims } => {
            let count = 16 * dims * dimension.div_ceil(dims);
            Box::new(pq::Pq::new(metric, dimension, dims, numbers.f32s("codewords", count)?))
        }
        Encoder::Sq { bits } => {
            let lows = numbers.f32s("lows", dimension)?;
            Box::new(sq::Sq::new(metric, bits, lows, numbers.f32s("steps", dimension)?))
        }
        Encoder::RaBitQ { bits } => {
            let (version, zero, seed) = (numbers.u32(), numbers.u32(), numbers.u64());
            if version != rotation::VERSION || zero != 0 {
                return Err(FormatError::Rotation { version, zero }.into());
            }
            Box::new(rabitq::RaBitQ::new(metric, dimension, bits, seed)?)
        }
    };
    Ok(Some(Coder { encoder, place, quantizer }))
}

/// Reads the numbers of a section one after the other.
struct Numbers<'a> {
    section: &'a [u8],
    at: usize,
}

impl Numbers<'_> {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let bytes = std::array::from_fn(|i| self.section[self.at + i]);
        self.at += N;
        bytes
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    fn f32(&mut self) -> f32 {
        f32::from_le_bytes(self.bytes())
    }

    /// Numbers that are at most 2²⁶ in the frame (origins: finite), so that no sum of products overflows.
    fn f32s(&mut self, field: &'static str, count: usize) -> Result<Vec<f32>> {
        let most = if field == "origin" { f32::MAX } else { (1 << 26) as f32 };
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(count)?;
        for number in 0..count {
            let value = self.f32();
            if value.is_nan() || value.abs() > most {
                return Err(FormatError::Parameter { field, number: number as u32, value }.into());
            }
            numbers.push(value);
        }
        Ok(numbers)
    }
}

/// What an inner product with the query is multiplied with in an estimate.
pub(crate) fn multiplier(metric: Metric) -> f32 {
    if metric == Metric::L2 { -2.0 } else { -1.0 }
}

/// Writes a nibble of a zeroed row.
pub(crate) fn set_nibble(row: &mut [u8], nibble: usize, value: u8) {
    row[nibble / 2] |= value << (4 * (nibble % 2));
}

/// A nibble of a row.
pub(crate) fn nibble(row: &[u8], nibble: usize) -> usize {
    usize::from(row[nibble / 2] >> (4 * (nibble % 2)) & 15)
}

/// Writes factor `factor` behind the `code_bytes` bytes of the nibbles; what is not finite becomes the largest number.
pub(crate) fn set_factor(row: &mut [u8], code_bytes: usize, factor: usize, value: f64) {
    let value = (value as f32).clamp(f32::MIN, f32::MAX);
    row[code_bytes + 4 * factor..][..4].copy_from_slice(&value.to_le_bytes());
}
