//! NaN, infinities, denormal numbers and overflow in queries and rows, at every level.
//!
//! A failure means that such a value leaks into other rows' results, is hidden, or is flushed to
//! zero: a single bad document could then change or poison other documents' scores.

mod common;

use common::{Random, bits};
use ivory_kernels::{Kernels, Rows};

const COUNT: usize = 9;

fn l2_ip(kernels: &Kernels, query: &[f32], numbers: &[f32]) -> [Vec<f32>; 2] {
    let rows = Rows::of_f32(numbers, query.len()).expect("shape");
    let mut out = [vec![0.0; rows.count()], vec![0.0; rows.count()]];
    kernels.l2(query, rows, &mut out[0]);
    kernels.ip(query, rows, &mut out[1]);
    let index: Vec<u32> = (0..rows.count() as u32).rev().collect();
    let mut at = vec![0.0; rows.count()];
    for (which, values) in out.iter().enumerate() {
        if which == 0 {
            kernels.l2_at(query, rows, &index, &mut at);
        } else {
            kernels.ip_at(query, rows, &index, &mut at);
        }
        for (one, other) in values.iter().zip(at.iter().rev()) {
            let equal = one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan());
            assert!(equal, "{}: {one} in order, {other} by number", kernels.level());
        }
    }
    out
}

/// Puts `value` at each component of one row after the other; `check` gets the component, and l2
/// and ip of that row. The other rows must keep their bits.
fn in_one_row(value: f32, check: impl Fn(usize, &[f32], f32, f32, &str)) {
    let mut random = Random(4);
    for dimension in 1..=67 {
        let query = random.reals(dimension);
        let mut numbers = random.reals(COUNT * dimension);
        for kernels in Kernels::available() {
            let clean = l2_ip(kernels, &query, &numbers).map(|v| bits(&v));
            for component in 0..dimension {
                let row = (component + dimension) % COUNT;
                let place = row * dimension + component;
                let before = std::mem::replace(&mut numbers[place], value);
                let what = format!("{} {component} of {dimension}, row {row}", kernels.level());
                let [l2, ip] = l2_ip(kernels, &query, &numbers);
                check(component, &query, l2[row], ip[row], &what);
                for (values, clean) in [l2, ip].iter().zip(&clean) {
                    for i in (0..COUNT).filter(|&i| i != row) {
                        assert_eq!(values[i].to_bits(), clean[i], "{what}: row {i} changed");
                    }
                }
                numbers[place] = before;
            }
        }
    }
}

#[test]
fn nan_in_a_row_makes_that_row_nan_and_no_other() {
    in_one_row(f32::NAN, |_, _, l2, ip, what| {
        assert!(l2.is_nan() && ip.is_nan(), "{what}: {l2} {ip}");
    });
}

#[test]
fn infinity_in_a_row_stays_in_that_row_and_keeps_its_sign() {
    for infinity in [f32::INFINITY, f32::NEG_INFINITY] {
        in_one_row(infinity, |component, query, l2, ip, what| {
            assert_eq!(l2, f32::INFINITY, "{what}");
            let expected = query[component] * infinity;
            assert!(ip == expected || (ip.is_nan() && expected.is_nan()), "{what}: {ip}");
        });
    }
}

#[test]
fn nan_in_the_query_makes_every_row_nan() {
    let mut random = Random(5);
    for dimension in 1..=67 {
        let numbers = random.reals(COUNT * dimension);
        for component in 0..dimension {
            let mut query = random.reals(dimension);
            query[component] = f32::NAN;
            for kernels in Kernels::available() {
                for values in l2_ip(kernels, &query, &numbers) {
                    assert!(values.iter().all(|v| v.is_nan()), "{} {values:?}", kernels.level());
                }
            }
        }
    }
}

#[test]
fn infinity_minus_infinity_and_infinity_times_zero_are_nan() {
    for dimension in 1..=67 {
        for kernels in Kernels::available() {
            let mut query = vec![1.0; dimension];
            let mut numbers = vec![2.0; COUNT * dimension];
            query[dimension - 1] = f32::INFINITY;
            for row in numbers.chunks_exact_mut(dimension) {
                row[dimension - 1] = f32::INFINITY;
            }
            let [l2, ip] = l2_ip(kernels, &query, &numbers);
            assert!(l2.iter().all(|v| v.is_nan()), "{} {dimension}", kernels.level());
            assert!(ip.iter().all(|&v| v == f32::INFINITY), "{} {dimension}", kernels.level());
            for row in numbers.chunks_exact_mut(dimension) {
                row[dimension - 1] = 0.0;
            }
            let [l2, ip] = l2_ip(kernels, &query, &numbers);
            assert!(l2.iter().all(|&v| v == f32::INFINITY), "{} {dimension}", kernels.level());
            assert!(ip.iter().all(|v| v.is_nan()), "{} {dimension}", kernels.level());
        }
    }
}

#[test]
fn denormal_numbers_are_not_flushed_to_zero() {
    // 2⁻⁷⁰ squared is 2⁻¹⁴⁰, a denormal; so is 2⁻¹⁴⁰ × 1. All sums are exact.
    let (root, tiny) = (2f32.powi(-70), 2f32.powi(-140));
    assert!(tiny.is_subnormal());
    for dimension in 1..=67 {
        let expected = dimension as f32 * tiny;
        for kernels in Kernels::available() {
            let what = format!("{} {dimension}", kernels.level());
            let zeros = vec![0.0; COUNT * dimension];
            let [l2, _] = l2_ip(kernels, &vec![root; dimension], &zeros);
            assert_eq!(l2, [expected; COUNT], "{what}");
            let ones = vec![1.0; COUNT * dimension];
            let [_, ip] = l2_ip(kernels, &vec![tiny; dimension], &ones);
            assert_eq!(ip, [expected; COUNT], "{what}");
        }
    }
}

#[test]
fn overflow_is_infinity() {
    for dimension in 1..=67 {
        let query = vec![f32::MAX; dimension];
        for kernels in Kernels::available() {
            let [l2, _] = l2_ip(kernels, &query, &vec![-f32::MAX; COUNT * dimension]);
            assert_eq!(l2, [f32::INFINITY; COUNT], "{} {dimension}", kernels.level());
            let [l2, ip] = l2_ip(kernels, &query, &vec![f32::MAX; COUNT * dimension]);
            assert_eq!(l2, [0.0; COUNT], "{} {dimension}", kernels.level());
            assert_eq!(ip, [f32::INFINITY; COUNT], "{} {dimension}", kernels.level());
        }
    }
}
