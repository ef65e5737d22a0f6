//! Damaged files: whatever the bytes are, there are rows or an error, no panic and no great memory.

mod common;

use common::{COMPONENTS, ROWS, data, expected, read_bytes, texmex};
use ivory_files::Format;

/// Files of every format and of every way that Parquet pages are read.
fn files() -> Vec<(Format, Vec<u8>)> {
    let mut files =
        vec![(Format::Fvecs, texmex(&expected(20), COMPONENTS, |x| x.to_le_bytes().to_vec()))];
    for name in ["f4_v1.npy", "f2_v2.npy"] {
        files.push((Format::Npy, std::fs::read(data(name)).expect(name)));
    }
    for name in ["half_fixed", "gzip", "zstd", "lz4", "split", "pages_v1", "pages_v2", "null_list"]
    {
        let name = format!("{name}.parquet");
        files.push((Format::Parquet, std::fs::read(data(&name)).expect(&name)));
    }
    files
}

/// A generator by Marsaglia; its period is all numbers but 0.
fn xorshift(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as usize
}

#[test]
fn no_truncated_file_is_read_whole() {
    for (format, bytes) in files() {
        for length in (1..bytes.len()).step_by(1 + bytes.len() / 200) {
            // A TEXMEX file may be cut between two rows.
            let result = read_bytes(format, &bytes[..length]);
            let whole = format == Format::Fvecs && length % (4 + 4 * COMPONENTS) == 0;
            assert_eq!(result.is_ok(), whole, "{format:?} cut to {length}");
        }
    }
}

#[test]
fn changed_bits_and_bytes_do_no_harm() {
    let mut state = 0x1234_5678_9abc_def1;
    for (format, bytes) in files() {
        // All bits of small files' headers and footers, then bytes anywhere.
        for round in 0..800 {
            let mut bytes = bytes.clone();
            let length = bytes.len();
            if round < 300 {
                let near = xorshift(&mut state) % 400.min(length);
                let at = if round % 2 == 0 { near } else { length - 1 - near };
                bytes[at] ^= 1 << (xorshift(&mut state) % 8);
            } else {
                for _ in 0..1 + round % 4 {
                    bytes[xorshift(&mut state) % length] = xorshift(&mut state) as u8;
                }
            }
            match read_bytes(format, &bytes) {
                Ok(numbers) => assert!(numbers.len() <= 4 * ROWS * COMPONENTS),
                Err(error) => assert_eq!(error.file(), "file"),
            }
        }
    }
}

#[test]
fn pages_with_checksums_do_not_change_unnoticed() {
    let bytes = std::fs::read(data("pages_v2.parquet")).expect("a golden file");
    let right = read_bytes(Format::Parquet, &bytes).expect("right");
    let mut state = 7;
    for _ in 0..1000 {
        let mut bytes = bytes.clone();
        let at = xorshift(&mut state) % bytes.len();
        bytes[at] ^= 1 << (xorshift(&mut state) % 8);
        if let Ok(numbers) = read_bytes(Format::Parquet, &bytes) {
            // Bits of what is not needed, such as statistics.
            assert!(numbers == right, "bit of byte {at}");
        }
    }
}

#[test]
fn stated_lengths_are_not_believed() {
    let npy = |shape: &[u64]| ivory_files::npy_header("<f4", shape);
    for (shape, cause) in [
        (&[1 << 60, 16][..], "row 0: cut off: 1152921504606846976 rows are announced, 0 are there"),
        (&[u64::MAX, 1], "row 0: cut off: 18446744073709551615 rows are announced, 0 are there"),
        (&[1, 1 << 60], "rows have 1152921504606846976 components, expected 1 to 65536"),
        (&[1, 0], "rows have 0 components, expected 1 to 65536"),
    ] {
        let error = read_bytes(Format::Npy, &npy(shape)).expect_err("too long").to_string();
        assert_eq!(error, format!("file: {cause}"));
    }
    let mut long = npy(&[2, 2]);
    long.extend([0; 17]);
    let error = read_bytes(Format::Npy, &long).expect_err("too long").to_string();
    assert_eq!(error, "file: bytes follow after the 2 rows that are announced");
    let mut footer = b"PAR1".to_vec();
    footer.extend(u32::MAX.to_le_bytes());
    footer.extend(b"PAR1");
    let error = read_bytes(Format::Parquet, &footer).expect_err("no footer").to_string();
    assert_eq!(error, "file: footer is said to have 4294967295 bytes, the file has 12");
}
