//! Properties of all kernels for random shapes and values; the seed is fixed.
//!
//! A failure means a shape or value that nobody thought of gives a wrong distance or cell; the
//! message ends with the smallest such input. Add it to the file of the kernel in question.

mod common;

use common::{Reference, bits, bytes_at};
use ivory_kernels::{Kernels, Rows, Scratch};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::atomic::AtomicBool;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(12),
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    }
}

/// Numbers of very different sizes, whose squares neither overflow nor vanish altogether.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -1f32..1.0,
        2 => -1e6f32..1e6,
        1 => (-60i32..60).prop_map(|exponent| 2f32.powi(exponent)),
        1 => Just(0.0f32),
        1 => Just(-0.0f32),
    ]
}

#[derive(Clone, Debug)]
struct Case {
    dimension: usize,
    query: Vec<f32>,
    numbers: Vec<f32>,
    index: Vec<u32>,
    offset: usize,
}

impl Case {
    fn count(&self) -> usize {
        self.numbers.len() / self.dimension
    }
}

fn case<S: Strategy<Value = f32>>(number: impl Fn() -> S) -> impl Strategy<Value = Case> {
    (1..140usize, 1..14usize).prop_flat_map(move |(dimension, count)| {
        (
            vec(number(), dimension),
            vec(number(), dimension * count),
            vec(0..count as u32, 0..20),
            0..64usize,
        )
            .prop_map(move |(query, numbers, index, offset)| Case {
                dimension,
                query,
                numbers,
                index,
                offset,
            })
    })
}

/// l2 or ip of all rows, in order.
fn in_order(kernels: &Kernels, l2: bool, query: &[f32], rows: Rows<'_>) -> Vec<f32> {
    let mut out = vec![f32::NAN; rows.count()];
    if l2 {
        kernels.l2(query, rows, &mut out)
    } else {
        kernels.ip(query, rows, &mut out)
    }
    out
}

/// l2 or ip of the rows that `index` names.
fn by_number(
    kernels: &Kernels,
    l2: bool,
    query: &[f32],
    rows: Rows<'_>,
    index: &[u32],
) -> Vec<f32> {
    let mut out = vec![f32::NAN; index.len()];
    if l2 {
        kernels.l2_at(query, rows, index, &mut out);
    } else {
        kernels.ip_at(query, rows, index, &mut out);
    }
    out
}

/// Bits, but one pattern for all that is not a number: which one arises is not promised.
fn bits_or_nan(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| if v.is_nan() { f32::NAN.to_bits() } else { v.to_bits() }).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn distances_equal_the_reference(case in case(number)) {
        let bytes = bytes_at(case.offset, &case.numbers);
        let rows = Rows::new(&bytes[case.offset..], case.count(), case.dimension).expect("shape");
        for kernels in Kernels::available() {
            for l2 in [true, false] {
                let values = in_order(kernels, l2, &case.query, rows);
                for (row, value) in case.numbers.chunks_exact(case.dimension).zip(values) {
                    let reference = if l2 { Reference::l2 } else { Reference::ip };
                    reference(&case.query, row).check(case.dimension, value, || {
                        format!("{} l2={l2}", kernels.level())
                    });
                }
            }
        }
    }

    #[test]
    fn by_number_equals_in_order_for_every_bit_pattern(
        case in case(|| any::<u32>().prop_map(f32::from_bits)),
    ) {
        let bytes = bytes_at(case.offset, &case.numbers);
        let rows = Rows::new(&bytes[case.offset..], case.count(), case.dimension).expect("shape");
        for kernels in Kernels::available() {
            for l2 in [true, false] {
                let all = in_order(kernels, l2, &case.query, rows);
                let gathered: Vec<f32> = case.index.iter().map(|&i| all[i as usize]).collect();
                let named = by_number(kernels, l2, &case.query, rows, &case.index);
                prop_assert_eq!(bits_or_nan(&named), bits_or_nan(&gathered));
            }
        }
    }

    #[test]
    fn by_number_equals_in_order_bit_for_bit(case in case(number)) {
        let rows = Rows::of_f32(&case.numbers, case.dimension).expect("shape");
        for kernels in Kernels::available() {
            for l2 in [true, false] {
                let all = in_order(kernels, l2, &case.query, rows);
                let gathered: Vec<f32> = case.index.iter().map(|&i| all[i as usize]).collect();
                let named = by_number(kernels, l2, &case.query, rows, &case.index);
                prop_assert_eq!(bits(&named), bits(&gathered));
            }
        }
    }

    #[test]
    fn a_squared_distance_is_not_negative_and_zero_to_itself(case in case(number)) {
        let rows = Rows::of_f32(&case.numbers, case.dimension).expect("shape");
        for kernels in Kernels::available() {
            let values = in_order(kernels, true, &case.query, rows);
            prop_assert!(values.iter().all(|&v| v >= 0.0), "{:?}", values);
            let own: Vec<f32> = rows.row(0).collect();
            prop_assert_eq!(in_order(kernels, true, &own, rows)[0].to_bits(), 0);
        }
    }

    #[test]
    fn nearest_equals_the_plain_loop_for_whole_numbers(
        (dimension, centroids, points, bias) in (1..40usize, 1..80usize, 0..40usize)
            .prop_flat_map(|(dimension, cells, points)| (
                Just(dimension),
                vec(-3..=3i32, dimension * cells),
                vec(-3..=3i32, dimension * points),
                vec(-9..=9i32, cells),
            ))
    ) {
        let expected: Vec<(i32, u32)> = points.chunks_exact(dimension).map(|point| {
            let product = |c: &[i32]| point.iter().zip(c).map(|(x, y)| x * y).sum::<i32>();
            let keys = centroids.chunks_exact(dimension).zip(&bias).map(|(c, b)| b - product(c));
            keys.zip(0..).min().expect("there are cells")
        }).collect();
        let floats = |numbers: &[i32]| numbers.iter().map(|&n| n as f32).collect::<Vec<_>>();
        let (centroids, points, bias) = (floats(&centroids), floats(&points), floats(&bias));
        for kernels in Kernels::available() {
            let panels = kernels.panels(&centroids, dimension, &bias).expect("memory");
            let mut cells = vec![u32::MAX; expected.len()];
            let mut keys = vec![f32::NAN; expected.len()];
            let (mut scratch, stop) = (Scratch::default(), AtomicBool::new(false));
            kernels
                .nearest(&panels, &points, &mut scratch, &mut cells, &mut keys, &stop)
                .expect("not stopped");
            let found: Vec<_> = keys.iter().map(|&key| key as i32).zip(cells).collect();
            prop_assert_eq!(&found, &expected, "{}", kernels.level());
        }
    }
}
