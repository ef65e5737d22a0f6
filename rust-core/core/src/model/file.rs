//! The model file, versions 1 to 3. docs/FORMAT.md is its description; all numbers are little
//! endian.

use super::groups::{Groups, MAX_GROUPS, STEPS};
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
/// With groups behind the encoder section, which may be none.
const VERSION_3: u32 = 3;
/// Offset of the first centroid.
const HEADER: usize = 64;
/// Offset of the reserved bytes of version 1, which end at the header's end.
const RESERVED_1: usize = 32;
/// Offset of those of version 2.
const RESERVED_2: usize = 40;
/// Offset of those of version 3.
const RESERVED_3: usize = 44;
/// Bytes of the checksum at the end.
const FOOTER: usize = 8;

/// What the header says.
pub(super) struct Header {
    pub metric: Metric,
    pub dimension: usize,
    pub nlist: usize,
    pub fingerprint: u64,
    pub encoder: Encoder,
    pub groups: usize,
}

/// Lengths that a model file can have, in bytes.
pub fn file_length_range() -> RangeInclusive<u64> {
    let longest = Encoder::ALL.map(|encoder| section_length(encoder, MAX_DIMENSION));
    let longest = longest.into_iter().fold(0, u64::max);
    let groups = groups_length(MAX_DIMENSION, MAX_GROUPS);
    length(1, 1)..=length(MAX_DIMENSION, MAX_NLIST) + longest + groups
}

/// Bytes of the groups at the end; 0 if there are none.
fn groups_length(dimension: usize, groups: usize) -> u64 {
    match groups {
        0 => 0,
        _ => 4 * (groups as u64 * dimension as u64 + groups as u64 + 1 + STEPS as u64),
    }
}

/// Without an encoder section.
fn length(dimension: usize, nlist: usize) -> u64 {
    (HEADER + FOOTER) as u64 + 4 * dimension as u64 * nlist as u64
}

/// Writes the file form of centroids (row after row; dimension and number within their bounds), an
/// encoder with its section, and groups: the oldest version that can hold them.
pub(super) fn write(
    (metric, dimension): (Metric, usize),
    centroids: &[f32],
    encoder: Encoder,
    section: &[u8],
    groups: Option<&Groups>,
) -> Result<Vec<u8>> {
    let nlist = centroids.len() / dimension;
    debug_assert!(dimension <= MAX_DIMENSION && nlist <= MAX_NLIST);
    let mut file = Vec::new();
    let count = groups.map_or(0, |groups| groups.offsets.len() - 1);
    let groups_length = groups_length(dimension, count) as usize;
    let content = centroids.len() * 4 + section.len() + groups_length;
    file.try_reserve_exact(HEADER + content + FOOTER)?;
    file.extend_from_slice(&MAGIC);
    let version = match (groups, encoder) {
        (Some(_), _) => VERSION_3,
        (None, Encoder::None) => VERSION_1,
        (None, _) => VERSION_2,
    };
    file.extend_from_slice(&version.to_le_bytes());
    file.extend_from_slice(&metric.code().to_le_bytes());
    file.extend_from_slice(&(dimension as u32).to_le_bytes());
    file.extend_from_slice(&(nlist as u32).to_le_bytes());
    // The fingerprint's place; it covers the whole file but itself and the checksum.
    file.resize(32, 0);
    file.extend_from_slice(&encoder.code().to_le_bytes());
    file.extend_from_slice(&encoder.parameter().to_le_bytes());
    file.extend_from_slice(&(count as u32).to_le_bytes());
    file.resize(HEADER, 0);
    file.extend(centroids.iter().flat_map(|x| x.to_le_bytes()));
    file.extend_from_slice(section);
    if let Some(groups) = groups {
        file.extend(groups.centroids.iter().flat_map(|x| x.to_le_bytes()));
        let numbers = groups.offsets.iter().chain(&groups.searched);
        file.extend(numbers.flat_map(|x| x.to_le_bytes()));
    }
    let fingerprint = fingerprint(&file);
    file[24..32].copy_from_slice(&fingerprint.to_le_bytes());
    let checksum = xxh3_64(&file);
    file.extend_from_slice(&checksum.to_le_bytes());
    Ok(file)
}

/// Hash of metric, dimension, number of cells, encoder, number of groups, and all that comes behind the
/// header; never 0. `file` is without its footer.
fn fingerprint(file: &[u8]) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    hash.update(&file[12..24]);
    match u32_at(file, 8) {
        VERSION_1 => {}
        VERSION_2 => hash.update(&file[32..RESERVED_2]),
        _ => hash.update(&file[32..RESERVED_3]),
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
        VERSION_3 => RESERVED_3,
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
    // With neither encoder nor groups a model is written as version 1.
    let encoder = encoder.filter(|&e| version != VERSION_2 || e != Encoder::None);
    let encoder = encoder.ok_or(FormatError::Encoder { code, parameter })?;
    let groups = if version == VERSION_3 { u32_at(file, RESERVED_2) } else { 0 };
    let fewest = u32::from(version == VERSION_3);
    if !(fewest..=(MAX_GROUPS as u32).min(nlist)).contains(&groups) {
        return Err(FormatError::Number { field: "groups", number: None, value: groups });
    }
    let (dimension, nlist, groups) = (dimension as usize, nlist as usize, groups as usize);
    let section = section_length(encoder, dimension);
    let expected = length(dimension, nlist) + section + groups_length(dimension, groups);
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
    let header = Header { metric, dimension, nlist, fingerprint: stored, encoder, groups };
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
    let from = HEADER + 4 * header.nlist * header.dimension;
    &file[from..][..section_length(header.encoder, header.dimension) as usize]
}

/// Checks and copies the groups of a checked file, if it has some.
pub(super) fn groups(file: &[u8], header: &Header) -> Result<Option<Groups>> {
    let (count, dimension) = (header.groups, header.dimension);
    if count == 0 {
        return Ok(None);
    }
    let end = file.len() - FOOTER;
    let words = |from: usize, count: usize| (0..count).map(move |i| u32_at(file, from + 4 * i));
    let collect = |from: usize, count: usize| -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(count)?;
        numbers.extend(words(from, count));
        Ok(numbers)
    };
    let start = end - groups_length(dimension, count) as usize;
    let mut centroids = Vec::new();
    centroids.try_reserve_exact(count * dimension)?;
    centroids.extend(words(start, count * dimension).map(f32::from_bits));
    if let Some(at) = centroids.iter().position(|x| !x.is_finite()) {
        let (field, number, value) = ("group_centroids", at as u32, centroids[at]);
        return Err(FormatError::Parameter { field, number, value }.into());
    }
    let start = start + 4 * count * dimension;
    let offsets = collect(start, count + 1)?;
    let number = |field, number: usize, value| {
        Err(FormatError::Number { field, number: Some(number as u32), value }.into())
    };
    if offsets[0] != 0 {
        return number("offsets", 0, offsets[0]);
    }
    if let Some(at) = (1..=count).find(|&at| offsets[at] <= offsets[at - 1]) {
        return number("offsets", at, offsets[at]);
    }
    if offsets[count] as usize != header.nlist {
        return number("offsets", count, offsets[count]);
    }
    let start = start + 4 * (count + 1);
    let searched: [u32; STEPS] = std::array::from_fn(|step| u32_at(file, start + 4 * step));
    let mut least = 1;
    for (step, &groups) in searched.iter().enumerate() {
        if !(least..=count as u32).contains(&groups) {
            return number("searched", step, groups);
        }
        least = groups;
    }
    Ok(Some(Groups { centroids, offsets, searched }))
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
