//! The model file, versions 1 and 2. docs/FORMAT.md is its description; all numbers are little
//! endian.

use super::{MAX_DIMENSION, MAX_NLIST};
use crate::encoder::Encoder;
use crate::error::{FormatError, Result};
use crate::metric::Metric;
use crate::quantize::section_length;
use ivory_kernels::Rows;
use std::ops::RangeInclusive;
use xxhash_rust::xxh3::xxh3_64;

const MAGIC: [u8; 8] = *b"IVORYMDL";
/// Without an encoder.
const VERSION_1: u32 = 1;
/// With an encoder section behind the centroids.
const VERSION_2: u32 = 2;
/// Offset of the first centroid.
const HEADER: usize = 64;
/// Offset of the reserved bytes of version 1, which end at the header's end.
const RESERVED_1: usize = 32;
/// Offset of those of version 2.
const RESERVED_2: usize = 40;
/// Bytes of the checksum at the end.
const FOOTER: usize = 8;

/// What the header says.
pub(super) struct Header {
    pub metric: Metric,
    pub dimension: usize,
    pub nlist: usize,
    pub fingerprint: u64,
    pub encoder: Encoder,
}

/// Lengths that a model file can have, in bytes.
pub fn file_length_range() -> RangeInclusive<u64> {
    let longest = Encoder::ALL.map(|encoder| section_length(encoder, MAX_DIMENSION));
    let longest = longest.into_iter().fold(0, u64::max);
    length(1, 1)..=length(MAX_DIMENSION, MAX_NLIST) + longest
}

/// Without an encoder section.
fn length(dimension: usize, nlist: usize) -> u64 {
    (HEADER + FOOTER) as u64 + 4 * dimension as u64 * nlist as u64
}

/// Writes the file form of centroids (row after row; dimension and number within their bounds) and
/// an encoder with its section: the oldest version that can hold them.
pub(super) fn write(
    metric: Metric,
    dimension: usize,
    centroids: &[f32],
    encoder: Encoder,
    section: &[u8],
) -> Result<Vec<u8>> {
    let nlist = centroids.len() / dimension;
    debug_assert!(dimension <= MAX_DIMENSION && nlist <= MAX_NLIST);
    let mut file = Vec::new();
    file.try_reserve_exact(HEADER + centroids.len() * 4 + section.len() + FOOTER)?;
    file.extend_from_slice(&MAGIC);
    let version = if encoder == Encoder::None { VERSION_1 } else { VERSION_2 };
    file.extend_from_slice(&version.to_le_bytes());
    file.extend_from_slice(&metric.code().to_le_bytes());
    file.extend_from_slice(&(dimension as u32).to_le_bytes());
    file.extend_from_slice(&(nlist as u32).to_le_bytes());
    // The fingerprint's place; it covers the whole file but itself and the checksum.
    file.resize(32, 0);
    file.extend_from_slice(&encoder.code().to_le_bytes());
    file.extend_from_slice(&encoder.parameter().to_le_bytes());
    file.resize(HEADER, 0);
    file.extend(centroids.iter().flat_map(|x| x.to_le_bytes()));
    file.extend_from_slice(section);
    let fingerprint = fingerprint(&file);
    file[24..32].copy_from_slice(&fingerprint.to_le_bytes());
    let checksum = xxh3_64(&file);
    file.extend_from_slice(&checksum.to_le_bytes());
    Ok(file)
}

/// Hash of metric, dimension, number of cells, encoder, centroids and encoder section; never 0.
/// `file` is without its footer. A model without an encoder has the same one in every version.
fn fingerprint(file: &[u8]) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    hash.update(&file[12..24]);
    if u32_at(file, 8) != VERSION_1 {
        hash.update(&file[32..40]);
    }
    hash.update(&file[HEADER..]);
    hash.digest().max(1)
}

/// Checks all of a file and reads its header.
pub(super) fn read(file: &[u8]) -> std::result::Result<Header, FormatError> {
    let smallest = length(1, 1);
    if (file.len() as u64) < smallest {
        return Err(FormatError::TooShort { length: file.len() as u64, needed: smallest });
    }
    if file[..8] != MAGIC {
        return Err(FormatError::Magic(std::array::from_fn(|i| file[i])));
    }
    let version = u32_at(file, 8);
    let reserved = match version {
        VERSION_1 => RESERVED_1,
        VERSION_2 => RESERVED_2,
        _ => return Err(FormatError::Version(version)),
    };
    if let Some(at) = file[reserved..HEADER].iter().position(|&byte| byte != 0) {
        return Err(FormatError::Reserved((reserved + at) as u64));
    }
    let metric = Metric::of_code(u32_at(file, 12)).ok_or(FormatError::Metric(u32_at(file, 12)))?;
    let dimension = u32_at(file, 16);
    if !(1..=MAX_DIMENSION as u32).contains(&dimension) {
        return Err(FormatError::Dimension(dimension));
    }
    let nlist = u32_at(file, 20);
    if !(1..=MAX_NLIST as u32).contains(&nlist) {
        return Err(FormatError::Nlist(nlist));
    }
    let (code, parameter) = (u32_at(file, 32), u32_at(file, 36));
    let encoder = Encoder::of(code, parameter);
    // Without an encoder a model is written as version 1.
    let encoder = encoder.filter(|&e| version == VERSION_1 || e != Encoder::None);
    let encoder = encoder.ok_or(FormatError::Encoder { code, parameter })?;
    let (dimension, nlist) = (dimension as usize, nlist as usize);
    let expected = length(dimension, nlist) + section_length(encoder, dimension);
    if file.len() as u64 != expected {
        return Err(FormatError::Length { length: file.len() as u64, expected });
    }
    let content = &file[..file.len() - FOOTER];
    let (stored, computed) = (u64_at(file, content.len()), xxh3_64(content));
    if stored != computed {
        return Err(FormatError::Checksum { stored, computed });
    }
    let (stored, computed) = (u64_at(file, 24), fingerprint(content));
    if stored != computed {
        return Err(FormatError::Fingerprint { stored, computed });
    }
    let header = Header { metric, dimension, nlist, fingerprint: stored, encoder };
    let rows = centroids(file, &header);
    for cell in 0..nlist {
        if let Some(component) = rows.row(cell).position(|x| !x.is_finite()) {
            let (cell, component) = (cell as u32, component as u32);
            return Err(FormatError::Centroid { cell, component });
        }
    }
    Ok(header)
}

/// The centroids of a file whose header is this.
pub(super) fn centroids<'a>(file: &'a [u8], header: &Header) -> Rows<'a> {
    centroid_rows(file, header.nlist, header.dimension)
}

/// The encoder section of a checked file.
pub(super) fn section<'a>(file: &'a [u8], header: &Header) -> &'a [u8] {
    &file[HEADER + 4 * header.nlist * header.dimension..file.len() - FOOTER]
}

/// The centroids of a checked file.
pub(super) fn centroid_rows(file: &[u8], nlist: usize, dimension: usize) -> Rows<'_> {
    match Rows::new(&file[HEADER..], nlist, dimension) {
        Ok(rows) => rows,
        Err(error) => unreachable!("the length was checked: {error}"),
    }
}

fn u32_at(file: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|i| file[offset + i]))
}

fn u64_at(file: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|i| file[offset + i]))
}
