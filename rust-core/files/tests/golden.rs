//! What others wrote is read: the files in tests/data are NumPy's and Arrow's (see make.py there).

mod common;

use common::{COMPONENTS, ROWS, data, expected, read_all, read_bytes};
use ivory_files::{Format, Options, VectorReader, Vectors};
use std::path::Path;

fn open(name: &str, column: Option<&str>) -> ivory_files::Result<VectorReader<'static>> {
    VectorReader::open(&data(name), &Options { column: column.map(str::to_owned) })
}

#[test]
fn all_forms_hold_the_same_rows() {
    let mut forms = vec!["f4_v1.npy", "f2_v2.npy", "f8_v3.npy"];
    forms.extend(["half.parquet", "float.parquet", "double.parquet"]);
    forms.extend(["half_fixed.parquet", "float_fixed.parquet", "double_fixed.parquet"]);
    forms.extend(["gzip.parquet", "zstd.parquet", "lz4.parquet", "split.parquet"]);
    forms.extend(["pages_v1.parquet", "pages_v2.parquet"]);
    for name in forms {
        let reader = open(name, None).expect(name);
        assert_eq!((reader.rows(), reader.dimension()), (ROWS as u64, COMPONENTS), "{name}");
        for most in [usize::MAX, 7, 1] {
            let numbers = read_all(open(name, None).expect(name), most).expect(name);
            assert!(numbers == expected(ROWS), "{name} by {most}");
        }
    }
}

#[test]
fn a_whole_file_is_read_if_it_has_rows() {
    let read = |name| Vectors::read(&data(name), &Options::default());
    for name in ["f4_v1.npy", "split.parquet"] {
        let vectors = read(name).expect(name);
        assert_eq!((vectors.count(), vectors.dimension), (ROWS, COMPONENTS), "{name}");
        assert!(vectors.numbers == expected(ROWS), "{name}");
        assert_eq!(vectors.row(ROWS - 1), &expected(ROWS)[(ROWS - 1) * COMPONENTS..], "{name}");
    }
    let refused = read("no_rows.parquet").expect_err("no rows").to_string();
    assert!(refused.ends_with("no_rows.parquet: there are no vectors"), "{refused}");
}

#[test]
fn columns_are_chosen_by_name() {
    for column in ["other", "other.list.element", "doc", "doc.vector", "doc.vector.list.element"] {
        let reader = open("nested.parquet", Some(column)).expect(column);
        assert!(read_all(reader, 64).expect(column) == expected(ROWS), "{column}");
    }
    let refused = |column| open("nested.parquet", column).expect_err("no such column").to_string();
    let lists = "doc.vector.list.element, other.list.element";
    let several = format!("has several columns with lists, name one of them: {lists}");
    assert!(refused(None).ends_with(&several), "{}", refused(None));
    for column in ["do", "id", "doc.name", ""] {
        let cause = format!(
            "has no column {column:?} with lists of half, float or double; there are: {lists}"
        );
        assert!(refused(Some(column)).ends_with(&cause), "{}", refused(Some(column)));
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_cause() {
    for (name, cause) in [
        ("fortran.npy", "fortran_order is True, expected rows one after the other"),
        ("big_endian.npy", "numbers are \">f4\", expected '<f2', '<f4' or '<f8'"),
        ("one_dimension.npy", "shape has 1 dimensions, expected (rows, components)"),
        ("null_list.parquet", "row 7: has no vector: the list is empty or null"),
        ("empty_list.parquet", "row 7: has no vector: the list is empty or null"),
        ("null_component.parquet", "row 7: a component is null"),
        ("short_row.parquet", "row 7: has 5 components, expected 6"),
        ("long_row.parquet", "row 7: has more than 6 components"),
        ("short_end.parquet", "row 7: has 5 components, expected 6"),
        ("no_lists.parquet", "has no column with lists of half, float or double"),
        ("brotli.parquet", "row 0: compression 4 (Brotli) cannot be read"),
        ("make.py", "format is not known, expected .fvecs, .bvecs, .ivecs, .npy, .parquet"),
        ("missing.npy", "No such file or directory (os error 2)"),
        ("", "format is not known, expected .fvecs, .bvecs, .ivecs, .npy, .parquet"),
    ] {
        for most in [64, 1] {
            let result = open(name, None).and_then(|reader| read_all(reader, most));
            let error = result.expect_err(name);
            let path = data(name);
            assert_eq!(error.to_string(), format!("{}: {cause}", path.display()), "by {most}");
        }
    }
    let column = open("f4_v1.npy", Some("v")).expect_err("no columns").to_string();
    assert!(column.ends_with("has no column \"v\": only Parquet files have columns"), "{column}");
}

#[test]
fn files_without_rows_are_no_error() {
    let mut reader = open("no_rows.parquet", None).expect("no rows");
    assert_eq!((reader.rows(), reader.dimension()), (0, 0));
    assert_eq!(reader.read(10, &mut Vec::new()).expect("the end"), 0);
    for format in [Format::Fvecs, Format::Bvecs, Format::Ivecs] {
        assert_eq!(read_bytes(format, &[]).expect("no rows"), []);
    }
}

#[test]
fn formats_are_told_by_extension() {
    assert_eq!(Format::of(Path::new("a/B.FVECS")), Some(Format::Fvecs));
    assert_eq!(Format::of(Path::new("x.parquet")), Some(Format::Parquet));
    assert_eq!(Format::of(Path::new("parquet")), None);
    assert_eq!(Format::of(Path::new("x.npy.gz")), None);
}
