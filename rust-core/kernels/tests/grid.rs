//! Points on a grid: the nearest cells are the exact ones, to the bit, at every level.

mod common;

use common::{Random, bits64, refusal};
use ivory_kernels::{Grid, GridCells, GridPoints, GridScratch, Kernels, Stopped};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::atomic::AtomicBool;

/// Points as the kernel takes them.
struct Rounded {
    numbers: Vec<f32>,
    bytes: Vec<u8>,
    spreads: Vec<f32>,
    errors: Vec<f32>,
}

impl Rounded {
    fn new(grid: &Grid, numbers: &[f32]) -> Self {
        let count = numbers.len() / grid.dimension();
        let mut bytes = vec![0xee; count * grid.row_bytes()];
        let (mut spreads, mut errors) = (vec![f32::NAN; count], vec![f32::NAN; count]);
        grid.round(numbers, &mut bytes, &mut spreads, &mut errors);
        Self { numbers: numbers.to_vec(), bytes, spreads, errors }
    }

    fn points(&self) -> GridPoints<'_> {
        let Self { numbers, bytes, spreads, errors } = self;
        GridPoints { numbers, bytes, spreads, errors }
    }
}

/// Cells and keys so far, then what `nearer` makes of them.
type Best = (Vec<u32>, Vec<f64>);

fn none(count: usize) -> Best {
    (vec![0; count], vec![f64::INFINITY; count])
}

fn nearer(
    kernels: &Kernels,
    cells: &GridCells<'_>,
    points: &GridPoints<'_>,
    first: u32,
    (mut best, mut keys): Best,
) -> Best {
    let (mut scratch, stop) = (GridScratch::default(), AtomicBool::new(false));
    kernels
        .nearer(cells, points, first, &mut best, &mut keys, &mut scratch, &stop)
        .expect("not stopped");
    (best, keys)
}

/// What `nearer` promises, by computing every key.
fn reference(
    points: &[f32],
    centroids: &[f32],
    dimension: usize,
    halves: bool,
    first: u32,
    (mut best, mut keys): Best,
) -> Best {
    let kernels = Kernels::available().next().expect("the plain one");
    for (i, point) in points.chunks(dimension).enumerate() {
        for (number, centroid) in (first..).zip(centroids.chunks(dimension)) {
            let bias = if halves { kernels.product(centroid, centroid) / 2.0 } else { 0.0 };
            let key = bias - kernels.product(point, centroid);
            if key < keys[i] || (key == keys[i] && number < best[i]) {
                (best[i], keys[i]) = (number, key);
            }
        }
    }
    (best, keys)
}

/// Compares all levels with the reference: from nothing, and from cells found before.
fn check(points: &[f32], centroids: &[f32], dimension: usize, what: &str) {
    let grid = Grid::around(points, dimension).expect("memory");
    let rounded = Rounded::new(&grid, points);
    let count = points.len() / dimension;
    for halves in [true, false] {
        let expected = reference(points, centroids, dimension, halves, 0, none(count));
        let part = centroids.len() / dimension / 3 * dimension;
        for kernels in Kernels::available() {
            let what = format!("{what} at {}, halves {halves}", kernels.level());
            let cells = kernels.grid_cells(&grid, centroids, halves).expect("memory");
            let found = nearer(kernels, &cells, &rounded.points(), 0, none(count));
            assert_eq!(found.0, expected.0, "{what}");
            assert_eq!(bits64(&found.1), bits64(&expected.1), "{what}");
            let mut own = vec![f64::NAN; count];
            kernels.keys_of(&cells, points, &found.0, &mut own);
            assert_eq!(bits64(&own), bits64(&expected.1), "{what}");
            // In two parts, the second of which begins with what the first found.
            let parts = [&centroids[..part], &centroids[part..]];
            let mut found = none(count);
            for (part, first) in parts.into_iter().zip([0, part / dimension]) {
                let cells = kernels.grid_cells(&grid, part, halves).expect("memory");
                found = nearer(kernels, &cells, &rounded.points(), first as u32, found);
            }
            assert_eq!(found.0, expected.0, "{what}, parts");
            assert_eq!(bits64(&found.1), bits64(&expected.1), "{what}, parts");
        }
    }
}

#[test]
fn the_exact_nearest_cells_are_found() {
    let mut random = Random(50);
    for dimension in [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100, 129, 384] {
        for cells in [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65, 200] {
            let centroids = random.reals(cells * dimension);
            let points = random.reals(31 * dimension);
            check(&points, &centroids, dimension, &format!("{cells} × {dimension}"));
        }
    }
}

#[test]
fn every_number_of_points_up_to_three_groups() {
    let mut random = Random(51);
    let centroids = random.reals(40 * 19);
    for count in 0..=43 {
        check(&random.reals(count * 19), &centroids, 19, &format!("{count} points"));
    }
}

/// So many cells equally near that not all can be noted; the smallest number wins.
#[test]
fn ties_go_by_number() {
    let mut random = Random(52);
    let rows = random.reals(10 * 12);
    for copies in [2, 5, 60] {
        check(&random.reals(30 * 12), &rows.repeat(copies), 12, &format!("{copies} copies"));
    }
    check(&[0.5; 40], &[0.5; 400], 4, "all equal");
    check(&[0.0; 40], &[0.0; 400], 4, "all zero");
}

/// Whole numbers lie on the grid exactly.
#[test]
fn whole_numbers() {
    let mut random = Random(53);
    for scale in [1.0, 0.125, 2f32.powi(45)] {
        let mut points = random.wholes(200 * 24, 120);
        let mut centroids = random.reals(70 * 24);
        points.iter_mut().for_each(|x| *x *= scale);
        centroids.iter_mut().for_each(|x| *x *= 100.0 * scale);
        check(&points, &centroids, 24, "whole numbers");
    }
}

/// Points and centroids of which eight bits say little or nothing: still the exact result.
#[test]
fn odd_numbers_lose_nothing() {
    let mut random = Random(54);
    for variant in 0..9 {
        for dimension in [1, 3, 16, 37] {
            let mut points = random.reals(60 * dimension);
            let mut centroids = random.reals(90 * dimension);
            let all = points.iter_mut().enumerate().chain(centroids.iter_mut().enumerate());
            for (i, x) in all {
                let k = i % dimension;
                match variant {
                    0 => *x *= 10f32.powi(k as i32 % 13 - 6),
                    1 if k % 2 == 0 => *x = 0.75,
                    2 => *x += 1000.0,
                    3 if i % 50 == 7 => *x = 1e6,
                    4 => *x *= 2f32.powi(52),
                    5 => *x *= 1e-30,
                    6 => *x *= 1e-42,
                    7 if i / dimension % 4 == 1 => *x *= 1e9,
                    8 => *x = if i % 2 == 0 { 1e30 } else { -1e30 },
                    _ => {}
                }
            }
            check(&points, &centroids, dimension, &format!("variant {variant} of {dimension}"));
        }
    }
}

#[test]
fn the_largest_dimension_does_not_overflow() {
    let dimension = 16_000;
    let rows: Vec<f32> =
        (0..9).flat_map(|i| vec![if i % 2 == 0 { 1.0 } else { -1.0 }; dimension]).collect();
    check(&rows[..5 * dimension], &rows, dimension, "the largest dimension");
}

#[test]
fn how_points_are_batched_does_not_matter() {
    let mut random = Random(55);
    let (dimension, count) = (33, 700);
    let (centroids, points) = (random.reals(77 * dimension), random.reals(count * dimension));
    let grid = Grid::around(&points, dimension).expect("memory");
    for kernels in Kernels::available() {
        let cells = kernels.grid_cells(&grid, &centroids, true).expect("memory");
        let rounded = Rounded::new(&grid, &points);
        let whole = nearer(kernels, &cells, &rounded.points(), 0, none(count));
        let mut scratch = GridScratch::default();
        for step in [1, 13, 14, 29, 300] {
            let mut parts = none(0);
            for part in points.chunks(step * dimension) {
                let rounded = Rounded::new(&grid, part);
                let (mut best, mut keys) = none(part.len() / dimension);
                let stop = AtomicBool::new(false);
                kernels
                    .nearer(&cells, &rounded.points(), 0, &mut best, &mut keys, &mut scratch, &stop)
                    .expect("not stopped");
                parts.0.extend(best);
                parts.1.extend(keys);
            }
            assert_eq!(parts, whole, "{} in parts of {step}", kernels.level());
        }
    }
}

#[test]
fn a_set_flag_stops_it() {
    let points = Random(56).reals(30);
    let grid = Grid::around(&points, 3).expect("memory");
    let rounded = Rounded::new(&grid, &points);
    for kernels in Kernels::available() {
        let cells = kernels.grid_cells(&grid, &points, true).expect("memory");
        let ((mut best, mut keys), stop) = (none(10), AtomicBool::new(true));
        let mut scratch = GridScratch::default();
        let result =
            kernels.nearer(&cells, &rounded.points(), 0, &mut best, &mut keys, &mut scratch, &stop);
        assert!(matches!(result, Err(Stopped::Cancelled)), "{result:?}");
    }
}

#[test]
fn wrong_shapes_and_levels_are_refused() {
    let points = Random(57).reals(30);
    let grid = Grid::around(&points, 3).expect("memory");
    let rounded = Rounded::new(&grid, &points);
    for kernels in Kernels::available() {
        assert_eq!(refusal(|| kernels.product(&points, &points[1..])), "lengths of the vectors");
        assert_eq!(
            refusal(|| kernels.add_at(&points, &[10], &mut [0.0; 3])),
            "row number out of range"
        );
        let text = refusal(|| {
            let _ = kernels.grid_cells(&grid, &points[1..], true);
        });
        assert_eq!(text, "shape of the centroids");
        let cells = kernels.grid_cells(&grid, &points, true).expect("memory");
        assert_eq!((cells.count(), cells.dimension(), cells.level()), (10, 3, kernels.level()));
        assert_eq!(
            refusal(|| nearer(kernels, &cells, &rounded.points(), 0, none(9))),
            "length of the outputs"
        );
        let short = GridPoints { bytes: &rounded.bytes[1..], ..rounded.points() };
        assert_eq!(refusal(|| nearer(kernels, &cells, &short, 0, none(10))), "shape of the points");
        for other in Kernels::available().filter(|other| other.level() != kernels.level()) {
            assert_eq!(
                refusal(|| nearer(other, &cells, &rounded.points(), 0, none(10))),
                "cells of another level"
            );
        }
    }
}

#[test]
fn sums_have_the_same_bits_at_every_level() {
    let mut random = Random(58);
    for length in (0..70).chain([127, 128, 384, 1000]) {
        let (a, b) = (random.reals(length), random.reals(length));
        let exact: f64 = a.iter().zip(&b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
        let index: Vec<u32> = (0..37).map(|_| random.below(9) as u32).collect();
        let numbers = random.reals(9 * length);
        let mut plain = vec![0.25f64; length];
        for &row in &index {
            let row = &numbers[row as usize * length..][..length];
            plain.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        let mut first = None;
        for kernels in Kernels::available() {
            let product = kernels.product(&a, &b);
            assert!((product - exact).abs() <= 1e-14 * (length as f64 + 1.0), "{length}");
            assert_eq!(*first.get_or_insert(product.to_bits()), product.to_bits(), "{length}");
            if length > 0 {
                let mut sums = vec![0.25f64; length];
                kernels.add_at(&numbers, &index, &mut sums);
                assert_eq!(bits64(&sums), bits64(&plain), "{} {length}", kernels.level());
            }
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 100,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(13),
        max_shrink_iters: 1000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_finite_numbers(
        dimension in 1usize..20,
        numbers in prop::collection::vec(-1e18f32..1e18, 20..400),
        exponents in prop::collection::vec(-30i32..1, 20..400),
    ) {
        let scaled: Vec<f32> = numbers.iter().zip(exponents).map(|(x, e)| x * 10f32.powi(e)).collect();
        let whole = scaled.len() / dimension;
        let (points, centroids) = scaled[..whole * dimension].split_at(whole / 2 * dimension);
        if !centroids.is_empty() {
            check(points, centroids, dimension, "any");
        }
    }
}
