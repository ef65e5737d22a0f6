//! Every level of the distance kernels against a reference in f64, and against each other to the
//! bit, at the shapes that leave every tail length.
//!
//! A failure means that a level computes a wrong distance for some shape, or that its results
//! depend on alignment, on the other rows or on the order of row numbers: searches then return
//! other hits or scores on one machine than on another.

mod common;

use common::{Random, Reference, bits, bytes_at};
use ivory_kernels::{Kernels, Rows};

const COUNTS: [usize; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 33];

fn dimensions() -> impl Iterator<Item = usize> {
    (1..=67).chain([96, 100, 127, 128, 129, 384, 768, 1536])
}

/// The four results of one call each: l2, ip, l2_at, ip_at; the latter two for `index`.
fn all(kernels: &Kernels, query: &[f32], rows: Rows<'_>, index: &[u32]) -> [Vec<f32>; 4] {
    // NaN shows a place that was not written.
    let fresh = |count| vec![f32::NAN; count];
    let mut out =
        [fresh(rows.count()), fresh(rows.count()), fresh(index.len()), fresh(index.len())];
    kernels.l2(query, rows, &mut out[0]);
    kernels.ip(query, rows, &mut out[1]);
    kernels.l2_at(query, rows, index, &mut out[2]);
    kernels.ip_at(query, rows, index, &mut out[3]);
    out
}

/// Row numbers out of order, some repeated, some left out.
fn some_index(random: &mut Random, count: usize) -> Vec<u32> {
    let length = if count == 0 { 0 } else { count + 3 };
    (0..length).map(|_| random.below(count) as u32).collect()
}

#[test]
fn every_level_has_the_same_bits_within_the_tolerance_at_every_shape_and_alignment() {
    let mut random = Random(1);
    for dimension in dimensions() {
        let query = random.reals(dimension);
        for count in COUNTS {
            let numbers = random.reals(count * dimension);
            let index = some_index(&mut random, count);
            let expected: Vec<[Reference; 2]> = numbers
                .chunks_exact(dimension)
                .map(|row| [Reference::l2(&query, row), Reference::ip(&query, row)])
                .collect();
            let mut same = None;
            for offset in 0..4 {
                let bytes = bytes_at(offset, &numbers);
                let rows = Rows::new(&bytes[offset..], count, dimension).expect("shape");
                for kernels in Kernels::available() {
                    let out = all(kernels, &query, rows, &index);
                    for (which, values) in out.iter().enumerate() {
                        for (i, &value) in values.iter().enumerate() {
                            let row = if which < 2 { i } else { index[i] as usize };
                            expected[row][which % 2].check(dimension, value, || {
                                format!(
                                    "{} {} row {row} of {count} × {dimension}, offset {offset}",
                                    kernels.level(),
                                    ["l2", "ip", "l2_at", "ip_at"][which]
                                )
                            });
                        }
                    }
                    let out = out.map(|values| bits(&values));
                    let same = same.get_or_insert_with(|| out.clone());
                    assert_eq!(
                        &out,
                        same,
                        "{} {count} × {dimension} at offset {offset}",
                        kernels.level()
                    );
                }
            }
        }
    }
}

#[test]
fn whole_numbers_are_exact_at_every_level() {
    let mut random = Random(2);
    for dimension in dimensions() {
        let query = random.wholes(dimension, 20);
        for count in COUNTS {
            // No partial sum exceeds 1536 × 40² < 2²⁴.
            let numbers = random.wholes(count * dimension, 20);
            let index = some_index(&mut random, count);
            let rows = Rows::of_f32(&numbers, dimension).expect("shape");
            let exact: Vec<[f32; 2]> = numbers
                .chunks_exact(dimension)
                .map(|row| [Reference::l2(&query, row), Reference::ip(&query, row)])
                .map(|both| both.map(|reference| reference.value as f32))
                .collect();
            for kernels in Kernels::available() {
                let out = all(kernels, &query, rows, &index);
                for (which, values) in out.iter().enumerate() {
                    for (i, &value) in values.iter().enumerate() {
                        let row = if which < 2 { i } else { index[i] as usize };
                        assert_eq!(
                            value,
                            exact[row][which % 2],
                            "{} kernel {which} row {row} of {count} × {dimension}",
                            kernels.level()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_value_does_not_depend_on_how_a_scan_is_cut() {
    let mut random = Random(3);
    // The largest is beyond a mebibyte, from which on consecutive rows are taken one by one.
    for (dimension, count) in [(1, 50), (37, 50), (129, 21), (67, 4001), (1536, 175)] {
        let query = random.reals(dimension);
        let numbers = random.reals(count * dimension);
        let rows = Rows::of_f32(&numbers, dimension).expect("shape");
        let index: Vec<u32> = (0..count as u32).collect();
        for kernels in Kernels::available() {
            let [l2, ip, l2_at, ip_at] = all(kernels, &query, rows, &index).map(|v| bits(&v));
            assert_eq!(l2, l2_at, "{} {count} × {dimension}", kernels.level());
            assert_eq!(ip, ip_at, "{} {count} × {dimension}", kernels.level());
            let mut from = 0;
            while from < count {
                let to = (from + 1 + random.below(9)).min(count);
                let part = rows.range(from, to);
                assert_eq!((part.count(), part.dimension()), (to - from, dimension));
                let [l2_part, ip_part, ..] = all(kernels, &query, part, &[]).map(|v| bits(&v));
                assert_eq!(l2_part, l2[from..to], "{} {from}..{to}", kernels.level());
                assert_eq!(ip_part, ip[from..to], "{} {from}..{to}", kernels.level());
                from = to;
            }
        }
    }
}
