//! The golden `.ivc` file of the postings format, which the Java side writes and reads in its tests:
//! both sides hold on to the same bytes.
//!
//! A failure means that the library no longer reads what Lucene's side writes, or that one of the two
//! writers has changed the format.

use ivory_core::{Region, RegionWriter};
use std::path::PathBuf;

const ALIGNMENT: usize = 64;
/// Lucene's footer, behind the last region.
const FOOTER: usize = 16;

fn file() -> Vec<u8> {
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "../../java-plugin/lucene/src/test/resources/org/ivory/lucene/codec/cells-v1.ivc",
    ]
    .iter()
    .collect();
    std::fs::read(path).expect("the golden file")
}

/// The regions of a file: each starts at a multiple of 64 and says how long it is.
fn regions(file: &[u8]) -> Vec<&[u8]> {
    let mut regions = Vec::new();
    // Lucene's header is shorter than the alignment.
    let mut at = ALIGNMENT;
    while at + FOOTER < file.len() {
        let length = file[at + 40..at + 48].try_into().map(u64::from_le_bytes).expect("8 bytes");
        regions.push(&file[at..at + length as usize]);
        at += length as usize;
    }
    assert_eq!(at + FOOTER, file.len(), "nothing between the last region and the footer");
    regions
}

fn word(bytes: &[u8], at: usize) -> usize {
    bytes[at..at + 4].try_into().map(u32::from_le_bytes).expect("4 bytes") as usize
}

/// The codes at these positions, one after the other.
fn rows(region: &Region<'_>, code_bytes: usize, positions: std::ops::Range<usize>) -> Vec<u8> {
    let length = region.code_length();
    let mut rows = vec![0; positions.len() * length];
    for first in positions.clone().step_by(32) {
        let width = (positions.end - first).min(32);
        let block = &region.codes(first)[..width * length];
        for j in 0..width {
            let row = &mut rows[(first - positions.start + j) * length..][..length];
            for (byte, place) in row.iter_mut().enumerate() {
                *place = if byte < code_bytes {
                    block[byte * width + j]
                } else {
                    let (factor, byte) = ((byte - code_bytes) / 4, (byte - code_bytes) % 4);
                    block[code_bytes * width + 4 * (factor * width + j) + byte]
                };
            }
        }
    }
    rows
}

#[test]
fn the_library_reads_what_the_postings_format_wrote_and_writes_the_same() {
    let file = file();
    let mut found = Vec::new();
    for bytes in regions(&file) {
        let region = Region::new(bytes).expect("right");
        let (code_bytes, factors) = (word(bytes, 28), word(bytes, 32));
        let mut writer = RegionWriter::new(region.fingerprint(), code_bytes, factors);
        let (mut documents, mut cells) = (0, 0);
        for cell in 0..word(bytes, 24) as u32 {
            let positions = region.cell(cell).expect("right");
            let docs: Vec<u32> = positions.clone().map(|at| region.doc(at)).collect();
            assert!(docs.is_sorted() && docs.iter().all(|&doc| doc < 150), "{docs:?}");
            if !docs.is_empty() {
                writer.add(cell, &docs, &rows(&region, code_bytes, positions)).expect("in order");
                documents += docs.len();
                cells += 1;
            }
        }
        assert_eq!((documents, cells), (region.documents() as usize, region.cells()));
        assert!(writer.finish().expect("memory") == bytes, "{:x}", region.fingerprint());
        found.push((region.fingerprint(), code_bytes, factors));
    }
    // Two fields, in each the documents of no model and of three.
    let field = [
        (0, 0, 0),
        (0x0102_0304_0506_0708, 3, 0),
        (0x1112_1314_1516_1718, 2, 1),
        (0xf1f2_f3f4_f5f6_f7f8, 4, 2),
    ];
    assert_eq!(found, field.repeat(2));
}
