//! Real vectors: slices in tests/data.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::io::Read;
use std::path::PathBuf;

/// Rows of a slice in tests/data; its README says how they are stored.
pub struct Slice {
    pub dimension: usize,
    pub base: Vec<f32>,
    pub queries: Vec<f32>,
}

fn file(name: &str) -> Vec<u8> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "data", name].iter().collect();
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn sift(base: usize, queries: usize) -> Slice {
    let rows = |name, count: usize| {
        let bytes = file(name);
        let mut rows = vec![0; count * 132];
        flate2::read::GzDecoder::new(&bytes[..]).read_exact(&mut rows).expect("enough rows");
        let row = |row: &[u8]| {
            assert_eq!(row[..4], 128u32.to_le_bytes());
            row[4..].iter().map(|&x| f32::from(x)).collect::<Vec<_>>()
        };
        rows.chunks(132).flat_map(row).collect()
    };
    Slice {
        dimension: 128,
        base: rows("sift/base.bvecs.gz", base),
        queries: rows("sift/query.bvecs.gz", queries),
    }
}

pub fn glove(base: usize, queries: usize) -> Slice {
    let rows = |name, count: usize| -> Vec<f32> {
        let bytes = file(name);
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        let text = String::from_utf8_lossy(&bytes[10..header]);
        assert!(text.contains("'<f2'") && text.contains(", 100)"), "{text}");
        let numbers = bytes[header..][..2 * count * 100].chunks(2);
        numbers.map(|pair| f32_of_f16(u16::from_le_bytes([pair[0], pair[1]]))).collect()
    };
    Slice {
        dimension: 100,
        base: rows("glove/base_f16.npy", base),
        queries: rows("glove/query_f16.npy", queries),
    }
}

fn f32_of_f16(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    assert!(exponent < 31, "finite");
    sign * if exponent == 0 {
        fraction * 2f32.powi(-14)
    } else {
        (1.0 + fraction) * 2f32.powi(exponent - 15)
    }
}
