//! Regions: their bytes, and what is refused.

mod codes;
mod support;

use codes::{region, segment, train};
use ivory_core::{Encoder, Error, FormatError, Metric, Region, RegionWriter, Scan};
use std::path::PathBuf;
use std::sync::Arc;
use support::Numbers;

const WRITE: &str = "IVORY_WRITE_GOLDEN";

/// Cells 1 (40 documents: a full block and a rest), 64 and 130 of a model with 3 bytes and a factor.
fn cells() -> Vec<(u32, Vec<u32>, Vec<u8>)> {
    let cell = |cell: u32, docs: Vec<u32>| {
        let rows = docs.iter().flat_map(|&d| (0..7).map(move |i| (d * 7 + i + cell) as u8));
        (cell, docs.clone(), rows.collect())
    };
    vec![cell(1, (0..40).map(|i| i * 3).collect()), cell(64, vec![1, 1000]), cell(130, vec![2])]
}

fn written() -> Vec<u8> {
    let mut writer = RegionWriter::new(0x0123_4567_89ab_cdef, 3, 1);
    for (cell, docs, rows) in cells() {
        writer.add(cell, &docs, &rows).expect("in order");
    }
    writer.finish().expect("memory")
}

/// The same bytes, made field by field after the description of the format.
fn by_hand() -> Vec<u8> {
    let cells = cells();
    let mut bytes = Vec::new();
    let word = |bytes: &mut Vec<u8>, x: u32| bytes.extend(x.to_le_bytes());
    let pad = |bytes: &mut Vec<u8>, to: usize| {
        bytes.resize(bytes.len().next_multiple_of(to), 0);
    };
    for x in [0x4756_5649, 1, 0x89ab_cdef, 0x0123_4567, 43, 3, 131, 3, 1, 10] {
        word(&mut bytes, x);
    }
    bytes.extend(576u64.to_le_bytes());
    pad(&mut bytes, 64);
    for bits in [1u64 << 1, 1, 1 << 2] {
        bytes.extend(bits.to_le_bytes());
    }
    [0, 1, 2].into_iter().for_each(|rank| word(&mut bytes, rank));
    pad(&mut bytes, 8);
    [0, 40, 42, 43].into_iter().for_each(|start| word(&mut bytes, start));
    pad(&mut bytes, 8);
    let at = bytes.len();
    bytes.resize(at + (43 * 10usize).div_ceil(8) + 8, 0);
    for (position, doc) in cells.iter().flat_map(|(_, docs, _)| docs).enumerate() {
        for bit in (0..10).filter(|bit| doc >> bit & 1 == 1) {
            let place = position * 10 + bit;
            bytes[at + place / 8] |= 1 << (place % 8);
        }
    }
    pad(&mut bytes, 64);
    for (_, docs, rows) in &cells {
        for block in rows.chunks(32 * 7) {
            let rows: Vec<&[u8]> = block.chunks(7).collect();
            (0..3).for_each(|byte| bytes.extend(rows.iter().map(|row| row[byte])));
            rows.iter().for_each(|row| bytes.extend(&row[3..]));
        }
        assert_eq!(rows.len(), docs.len() * 7);
    }
    bytes.extend([0; 64]);
    pad(&mut bytes, 64);
    bytes
}

#[test]
fn the_golden_region_is_the_documented_format() {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "data", "region-v1.bin"].iter().collect();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, by_hand()).expect("writable");
    }
    let golden = std::fs::read(path).expect("the golden file");
    assert_eq!(golden, by_hand());
    assert_eq!(golden, written());
}

#[test]
fn a_region_gives_back_what_was_written() {
    let bytes = written();
    let region = Region::new(&bytes).expect("right");
    assert_eq!((region.documents(), region.cells(), region.code_length()), (43, 3, 7));
    assert_eq!(region.fingerprint(), 0x0123_4567_89ab_cdef);
    for cell in 0..200 {
        let positions = region.cell(cell).expect("right");
        let docs: Vec<u32> = positions.map(|position| region.doc(position)).collect();
        let cells = cells();
        let expected = cells.iter().find(|(c, ..)| *c == cell);
        assert_eq!(docs, expected.map_or(Vec::new(), |(_, docs, _)| docs.clone()));
    }
    let empty = RegionWriter::new(1, 3, 1).finish().expect("memory");
    assert_eq!(Region::new(&empty).expect("right").cell(0), Ok(0..0));
    let mut bare = RegionWriter::new(1, 0, 0);
    bare.add(3, &[7, 9], &[]).expect("in order");
    let bare = bare.finish().expect("memory");
    assert_eq!(Region::new(&bare).expect("no codes are right too").cell(3), Ok(0..2));
}

#[test]
fn the_writer_refuses_what_is_out_of_order() {
    let mut writer = RegionWriter::new(1, 2, 0);
    writer.add(5, &[1, 2], &[0; 4]).expect("in order");
    for (cell, docs, rows) in
        [(5, vec![3], 2), (6, vec![3, 3], 4), (6, vec![3], 3), (70_000, vec![], 0)]
    {
        let result = writer.add(cell, &docs, &vec![0; rows]);
        assert!(matches!(result, Err(Error::Argument(_))), "{cell} {docs:?}");
    }
}

fn refused(bytes: &[u8]) -> &'static str {
    match Region::new(bytes) {
        Err(FormatError::Region { field, .. }) => field,
        other => panic!("expected a format error, got {other:?}"),
    }
}

#[test]
fn each_field_of_the_header_has_its_error() {
    for (offset, value, field) in [
        (0, 0, "magic"),
        (4, 2, "version"),
        (16, u32::MAX, "documents"),
        (16, 2, "cells"),
        (16, 44, "starts"),
        (16, 60, "length"),
        (16, 42, "starts"),
        (20, 132, "cells"),
        (20, 0, "cells"),
        (24, 70_000, "span"),
        (24, 500, "length"),
        (28, u32::MAX, "code_bytes"),
        (28, 5, "length"),
        (32, 4, "factors"),
        (32, 0, "length"),
        (36, 0, "cells"),
        (36, 32, "doc_bits"),
        (36, 31, "length"),
        (40, 577, "length"),
        (44, 1, "length"),
        (48, 1, "reserved"),
        (60, 1 << 24, "reserved"),
    ] {
        let mut bytes = written();
        bytes[offset..offset + 4].copy_from_slice(&u32::to_le_bytes(value));
        assert_eq!(refused(&bytes), field, "{value} at {offset}");
        let text = Region::new(&bytes).map(drop).expect_err("refused").to_string();
        assert!(text.starts_with(&format!("region: [{field}]")), "{text}");
    }
    let bytes = written();
    for length in 0..bytes.len() {
        assert_eq!(refused(&bytes[..length]), "length");
    }
    assert_eq!(refused(&[bytes, vec![0; 64]].concat()), "length");
}

/// Whatever the bytes are, a scan ends in candidates or an error: the memory beyond the region cannot
/// be read (all access is by checked slices) and nothing panics.
#[test]
fn a_damaged_region_is_an_error_or_gives_candidates() {
    let mut numbers = Numbers(1);
    let vectors = numbers.vector(6 * 400);
    let model = Arc::new(train(Metric::L2, 6, 70, Encoder::Pq { dims: 2 }, &vectors));
    let right = region(&model, &segment(&model, &vectors));
    let tables = 64 + 8 * 2 + 8 + 4 * 71 + 400;
    let mut errors = 0;
    for round in 0..20_000 {
        let mut bytes = right.clone();
        for _ in 0..1 + numbers.below(4) {
            let at = numbers.below(if round % 2 == 0 { tables } else { bytes.len() });
            bytes[at] = numbers.next() as u8;
        }
        let mut scan = Scan::new(Arc::clone(&model), &vectors[..6], 20).expect("a scan");
        scan.probe(70).expect("cells");
        let live = vec![u64::MAX; 7];
        let result = Region::new(&bytes).map_err(Error::from).and_then(|region| {
            scan.region(0, &region, 0, 70, None)?;
            scan.region(0, &region, 0, 70, Some(&live))
        });
        errors += usize::from(matches!(result, Err(Error::Format(FormatError::Region { .. }))));
        assert!(result.is_ok() || matches!(result, Err(Error::Format(_))));
    }
    assert!(errors > 1000, "{errors}");
}

#[test]
fn a_region_of_another_model_is_refused() {
    let vectors = Numbers(2).vector(6 * 100);
    let model = Arc::new(train(Metric::L2, 6, 3, Encoder::Pq { dims: 2 }, &vectors));
    let mut scan = Scan::new(model, &vectors[..6], 20).expect("a scan");
    scan.probe(3).expect("cells");
    let bytes = written();
    let error = scan.region(0, &Region::new(&bytes).expect("right"), 0, 3, None);
    assert!(matches!(error, Err(Error::Format(FormatError::Region { field: "fingerprint", .. }))));
}
