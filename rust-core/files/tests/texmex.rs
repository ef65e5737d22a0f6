//! `.fvecs`, `.bvecs` and `.ivecs`.

mod common;

use common::{COMPONENTS, ROWS, expected, read_bytes, texmex};
use ivory_files::{Format, IdReader, Options, VectorReader};
use std::io::Cursor;

fn fvecs() -> Vec<u8> {
    texmex(&expected(ROWS), COMPONENTS, |x| x.to_le_bytes().to_vec())
}

#[test]
fn all_three_are_read() {
    assert!(read_bytes(Format::Fvecs, &fvecs()).expect("right") == expected(ROWS));
    let whole: Vec<f32> = expected(ROWS).iter().map(|x| x.trunc()).collect();
    let ivecs = texmex(&whole, COMPONENTS, |x| (x as i32).to_le_bytes().to_vec());
    assert!(read_bytes(Format::Ivecs, &ivecs).expect("right") == whole);
    let bytes: Vec<f32> = expected(ROWS).iter().map(|x| (x * 8.0 + 100.0).round()).collect();
    let bvecs = texmex(&bytes, COMPONENTS, |x| vec![x as u8]);
    assert!(read_bytes(Format::Bvecs, &bvecs).expect("right") == bytes);
}

#[test]
fn ids_are_read_as_integers() {
    let ivecs = texmex(&[1.0, -1.0, 7.0, 9.0], 2, |x| (x as i32 | 1 << 30).to_le_bytes().to_vec());
    let mut reader = IdReader::new(Cursor::new(&ivecs), "ids").expect("right");
    assert_eq!((reader.rows(), reader.width()), (2, 2));
    let mut ids = Vec::new();
    assert_eq!(reader.read(1, &mut ids).expect("a row"), 1);
    assert_eq!(reader.read(9, &mut ids).expect("a row"), 1);
    assert_eq!(reader.read(9, &mut ids).expect("the end"), 0);
    assert_eq!(ids, [1 | 1 << 30, -1, 7 | 1 << 30, 9 | 1 << 30]);
    let error = IdReader::open("x.fvecs".as_ref()).expect_err("no .ivecs");
    assert_eq!(error.to_string(), "x.fvecs: expected an .ivecs file");
}

#[test]
fn faults_name_file_row_and_cause() {
    let row = 4 + 4 * COMPONENTS;
    let broken = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fvecs();
        change(&mut bytes);
        read_bytes(Format::Fvecs, &bytes).expect_err("broken").to_string()
    };
    assert_eq!(
        broken(&|bytes| bytes.truncate(5 * row + 3)),
        "file: row 5: cut off, or of another dimension than row 0: rows of 6 have 28 bytes, and 3 \
         are left"
    );
    assert_eq!(broken(&|bytes| bytes.truncate(3)), "file: row 0: cut off: the file has 3 bytes");
    assert_eq!(
        broken(&|bytes| bytes[200 * row] = 5),
        "file: row 200: dimension is 5, that of the rows before is 6"
    );
    assert_eq!(
        broken(&|bytes| bytes[3] = 0x80),
        "file: row 0: dimension is -2147483642, expected 1 to 65536"
    );
    assert_eq!(
        broken(&|bytes| bytes[..4].fill(0)),
        "file: row 0: dimension is 0, expected 1 to 65536"
    );
    assert_eq!(
        broken(&|bytes| bytes[17 * row + 8..][..4].copy_from_slice(&f32::NAN.to_le_bytes())),
        "file: row 17: component 1 must be finite as f32, got NaN"
    );
}

#[test]
fn a_failed_read_leaves_the_output_as_it_was() {
    let mut bytes = fvecs();
    bytes[10 * 28 + 4..][..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let mut reader =
        VectorReader::new(Format::Fvecs, Cursor::new(&bytes), "file", &Options::default())
            .expect("right so far");
    let mut numbers = Vec::new();
    assert_eq!(reader.read(10, &mut numbers).expect("right so far"), 10);
    let error = reader.read(10, &mut numbers).expect_err("infinite");
    assert_eq!((error.row(), error.file(), numbers.len()), (Some(10), "file", 60));
    assert_eq!(error.cause(), "component 0 must be finite as f32, got inf");
}

#[test]
fn names_cannot_break_a_message_in_lines() {
    let error = VectorReader::open("a\nb\u{7}.npy".as_ref(), &Options::default());
    let text = error.expect_err("no such file").to_string();
    assert!(text.starts_with("a\\nb\\u{7}.npy: ") && !text.contains(char::is_control), "{text}");
}
