//! Wrong shapes are refused before anything is read.
//!
//! A failure means that a buffer that is too short reaches code that does no checks of its own, or
//! that its refusal does not say what is wrong: a wrong length from Java would then read foreign
//! memory.

mod common;

use common::refusal;
use ivory_kernels::{Kernels, Rows};

#[test]
fn bytes_too_short_are_refused() {
    for (length, count, dimension) in [(23, 2, 3), (0, 1, 1), (3, 1, 1), (24, 3, 3)] {
        let error = Rows::new(&vec![0; length], count, dimension).expect_err("too short");
        assert_eq!(
            error.to_string(),
            format!(
                "[rows] has [{length}] bytes, too short for [{count}] rows of [{dimension}] f32"
            )
        );
    }
}

#[test]
fn a_size_beyond_the_address_space_is_refused() {
    let huge = [(usize::MAX, 1), (1, usize::MAX), (usize::MAX / 4 + 1, 1), (1 << 31, 1 << 31)];
    for (count, dimension) in huge {
        let error = Rows::new(&[0; 64], count, dimension).expect_err("overflow");
        assert!(error.to_string().contains(&format!("[{count}] rows")), "{error}");
    }
}

#[test]
fn rows_with_gaps_end_with_the_last_component() {
    // Three rows of two numbers, twelve bytes apart: nothing is needed behind the last number.
    let rows = Rows::strided(&[0; 32], 3, 2, 12).expect("shape");
    assert_eq!((rows.count(), rows.stride()), (3, 12));
    assert_eq!(Rows::strided(&[], 0, 2, 12).expect("no row").count(), 0);
    let error = Rows::strided(&[0; 31], 3, 2, 12).expect_err("too short");
    assert_eq!(error.to_string(), "[rows] has [31] bytes, too short for [3] rows of [2] f32");
    let error = Rows::strided(&[0; 64], 3, 2, 7).expect_err("rows overlap");
    assert_eq!(error.to_string(), "[stride] is [7], too short for rows of [2] f32");
    let error = Rows::strided(&[0; 64], 3, 2, usize::MAX).expect_err("overflow");
    assert!(error.to_string().contains("[3] rows"), "{error}");
}

#[test]
fn rows_with_gaps_give_back_what_was_put_in() {
    let bytes: Vec<u8> =
        [1.0f32, 2.0, 9.0, 3.0, 4.0, 9.0, 5.0, 6.0].iter().flat_map(|n| n.to_le_bytes()).collect();
    let rows = Rows::strided(&bytes, 3, 2, 12).expect("shape");
    assert_eq!(rows.row(2).collect::<Vec<_>>(), [5.0, 6.0]);
    assert_eq!(rows.range(1, 3).row(1).collect::<Vec<_>>(), [5.0, 6.0]);
    assert_eq!(rows.range(1, 2).row(0).collect::<Vec<_>>(), [3.0, 4.0]);
    refusal(|| rows.row(3));
    refusal(|| rows.range(1, 4));
}

#[test]
fn dimension_zero_is_refused() {
    let error = Rows::new(&[0; 4], 1, 0).expect_err("dimension 0");
    assert_eq!(error.to_string(), "[dimension] must be at least 1, got [0]");
    let error = Rows::of_f32(&[], 0).expect_err("dimension 0");
    assert_eq!(error.to_string(), "[0] numbers are no rows of [0] f32");
}

#[test]
fn numbers_that_are_no_whole_rows_are_refused() {
    let error = Rows::of_f32(&[0.0; 7], 3).expect_err("7 is no multiple of 3");
    assert_eq!(error.to_string(), "[7] numbers are no rows of [3] f32");
}

#[test]
fn rows_give_back_what_was_put_in() {
    let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let mut bytes = vec![0xff];
    bytes.extend(numbers.iter().flat_map(|n: &f32| n.to_le_bytes()));
    bytes.extend([0xff; 5]);
    let rows = Rows::new(&bytes[1..], 3, 2).expect("longer than needed is fine");
    assert_eq!((rows.count(), rows.dimension()), (3, 2));
    assert_eq!(rows.row(2).collect::<Vec<_>>(), [5.0, 6.0]);
    assert_eq!(rows.range(1, 3).row(0).collect::<Vec<_>>(), [3.0, 4.0]);
    assert_eq!(rows.range(3, 3).count(), 0);
    assert_eq!(format!("{rows:?}"), "Rows(3 × 2)");
    refusal(|| rows.row(3));
    refusal(|| rows.range(1, 4));
    refusal(|| rows.range(2, 1));
}

#[test]
fn a_query_or_output_of_another_length_is_refused() {
    let numbers = [0.0; 12];
    let rows = Rows::of_f32(&numbers, 4).expect("shape");
    let index = [0, 2, 1];
    for kernels in Kernels::available() {
        for (query, out, text) in [
            (3, 3, "length of the query"),
            (5, 3, "length of the query"),
            (0, 3, "length of the query"),
            (4, 2, "length of the output"),
            (4, 4, "length of the output"),
        ] {
            let query = vec![0.0; query];
            let mut out = vec![0.0; out];
            assert_eq!(refusal(|| kernels.l2(&query, rows, &mut out)), text);
            assert_eq!(refusal(|| kernels.ip(&query, rows, &mut out)), text);
            assert_eq!(refusal(|| kernels.l2_at(&query, rows, &index, &mut out)), text);
            assert_eq!(refusal(|| kernels.ip_at(&query, rows, &index, &mut out)), text);
        }
    }
}

#[test]
fn a_row_number_out_of_range_is_refused_wherever_it_stands() {
    let numbers = [0.0; 12];
    let rows = Rows::of_f32(&numbers, 4).expect("shape");
    for kernels in Kernels::available() {
        for place in 0..6 {
            for wrong in [3, 4, u32::MAX] {
                let mut index = [0, 1, 2, 2, 1, 0];
                index[place] = wrong;
                let mut out = [0.0; 6];
                let text = refusal(|| kernels.l2_at(&[0.0; 4], rows, &index, &mut out));
                assert_eq!(text, "row number out of range");
                let text = refusal(|| kernels.ip_at(&[0.0; 4], rows, &index, &mut out));
                assert_eq!(text, "row number out of range");
            }
        }
        let none = rows.range(0, 0);
        let text = refusal(|| kernels.l2_at(&[0.0; 4], none, &[0], &mut [0.0]));
        assert_eq!(text, "row number out of range");
        kernels.l2_at(&[0.0; 4], none, &[], &mut []);
    }
}
