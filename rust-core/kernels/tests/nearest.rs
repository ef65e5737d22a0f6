//! The blocked search for the nearest cell against a plain loop over all cells.
//!
//! A failure means that documents are put into another cell than the nearest one, or that the cell
//! depends on how a batch was cut or on the threads: a search then misses them, and two builds from
//! the same data differ.

mod common;

use common::{Random, bits, refusal};
use ivory_kernels::{Kernels, Level, Panels, Scratch, Stopped};
use std::sync::atomic::AtomicBool;

/// No multiple of any panel's width (8, 16, 32) among them but also those, and one beyond each.
const CELLS: [usize; 18] = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 257];

fn nearest(kernels: &Kernels, panels: &Panels, points: &[f32]) -> (Vec<u32>, Vec<f32>) {
    with_scratch(kernels, panels, points, &mut Scratch::default())
}

fn with_scratch(
    kernels: &Kernels,
    panels: &Panels,
    points: &[f32],
    scratch: &mut Scratch,
) -> (Vec<u32>, Vec<f32>) {
    let count = points.len() / panels.dimension();
    let (mut cells, mut keys) = (vec![u32::MAX; count], vec![f32::NAN; count]);
    let stop = AtomicBool::new(false);
    kernels.nearest(panels, points, scratch, &mut cells, &mut keys, &stop).expect("not stopped");
    (cells, keys)
}

/// `‖c‖² / 2` of each centroid, as for Euclidean distance.
fn half_squares(centroids: &[f32], dimension: usize) -> Vec<f32> {
    centroids.chunks_exact(dimension).map(|c| c.iter().map(|x| x * x).sum::<f32>() / 2.0).collect()
}

/// All keys of one point in f64, and for each the sum of its terms' absolute values.
fn slow_keys(point: &[f32], centroids: &[f32], bias: &[f32]) -> Vec<(f64, f64)> {
    let cells = centroids.chunks_exact(point.len()).zip(bias);
    cells
        .map(|(centroid, &bias)| {
            let terms = point.iter().zip(centroid).map(|(&x, &c)| f64::from(x) * f64::from(c));
            terms.fold((f64::from(bias), f64::from(bias).abs()), |(key, sum), term| {
                (key - term, sum + term.abs())
            })
        })
        .collect()
}

/// The smallest key, and the first cell that has it.
fn slow_nearest(point: &[f32], centroids: &[f32], bias: &[f32]) -> (u32, f64) {
    let mut best = (0, f64::INFINITY);
    for (cell, (key, _)) in slow_keys(point, centroids, bias).into_iter().enumerate() {
        if key < best.1 {
            best = (cell as u32, key);
        }
    }
    best
}

#[test]
fn whole_numbers_give_the_exact_key_and_ties_the_lowest_cell() {
    let mut random = Random(6);
    let mut ties = 0;
    for dimension in [1, 2, 3, 5, 16, 33, 100] {
        for cells in CELLS {
            // Few values, so that with few components many cells are equal.
            let centroids = random.wholes(cells * dimension, 2);
            for bias in [half_squares(&centroids, dimension), vec![0.0; cells]] {
                for count in (0..=30).chain([43, 97]) {
                    let points = random.wholes(count * dimension, 2);
                    let expected: Vec<_> = points
                        .chunks_exact(dimension)
                        .map(|point| slow_nearest(point, &centroids, &bias))
                        .collect();
                    for kernels in Kernels::available() {
                        let panels = kernels.panels(&centroids, dimension, &bias).expect("memory");
                        let (found, keys) = nearest(kernels, &panels, &points);
                        for (i, &(cell, key)) in expected.iter().enumerate() {
                            assert_eq!(
                                (found[i], f64::from(keys[i])),
                                (cell, key),
                                "{} point {i} of {count}, {cells} cells × {dimension}",
                                kernels.level()
                            );
                        }
                    }
                    ties += points
                        .chunks_exact(dimension)
                        .zip(&expected)
                        .filter(|(point, (_, best))| {
                            let keys = slow_keys(point, &centroids, &bias);
                            keys.iter().filter(|(key, _)| key == best).count() > 1
                        })
                        .count();
                }
            }
        }
    }
    assert!(ties > 1000, "the data have too few ties to prove anything: {ties}");
}

#[test]
fn equal_cells_everywhere_give_cell_zero() {
    for cells in CELLS {
        for kernels in Kernels::available() {
            let panels = kernels.panels(&vec![1.0; cells * 3], 3, &vec![1.5; cells]);
            let (found, keys) = nearest(kernels, &panels.expect("memory"), &[1.0; 60]);
            assert_eq!(found, [0; 20], "{} {cells}", kernels.level());
            assert_eq!(keys, [-1.5; 20], "{} {cells}", kernels.level());
        }
    }
}

#[test]
fn real_numbers_give_a_key_within_rounding_of_the_smallest() {
    let mut random = Random(7);
    // Points beyond a block of 256 KiB with the wider ones; the last leaves a block of one group.
    for (dimension, cells, count) in
        [(1, 40, 50), (67, 100, 100), (384, 70, 200), (1536, 33, 100), (66_000, 3, 20)]
    {
        let centroids = random.reals(cells * dimension);
        let points = random.reals(count * dimension);
        let bias = half_squares(&centroids, dimension);
        for kernels in Kernels::available() {
            let panels = kernels.panels(&centroids, dimension, &bias).expect("memory");
            let (found, keys) = nearest(kernels, &panels, &points);
            for (i, point) in points.chunks_exact(dimension).enumerate() {
                let slow = slow_keys(point, &centroids, &bias);
                let (key, sum) = slow[found[i] as usize];
                // One chain of n multiply-adds and the bias: n + 2 roundings of all terms at most.
                let tolerance = (dimension + 2) as f64 * 2f64.powi(-24) * sum;
                let what = format!("{} point {i}, {cells} × {dimension}", kernels.level());
                assert!((f64::from(keys[i]) - key).abs() <= tolerance, "{what}");
                for &(other, other_sum) in &slow {
                    let both = tolerance + other_sum * tolerance / sum;
                    assert!(key <= other + both, "{what}: {key} chosen, {other} there");
                }
            }
        }
    }
}

#[test]
fn the_result_has_the_same_bits_however_points_are_cut_and_by_whatever_thread() {
    let mut random = Random(8);
    for (dimension, cells, count) in [(1, 33, 500), (7, 65, 500), (129, 40, 300), (1536, 17, 90)] {
        let centroids = random.reals(cells * dimension);
        let points = random.reals(count * dimension);
        let bias = half_squares(&centroids, dimension);
        for kernels in Kernels::available() {
            let panels = kernels.panels(&centroids, dimension, &bias).expect("memory");
            let (cells, keys) = nearest(kernels, &panels, &points);
            let whole = (cells, bits(&keys));
            for step in [1, 3, 4, 6, 14, 15, 41, 64] {
                let mut scratch = Scratch::default();
                let mut parts = (Vec::new(), Vec::new());
                for part in points.chunks(step * dimension) {
                    let (cells, keys) = with_scratch(kernels, &panels, part, &mut scratch);
                    parts.0.extend(cells);
                    parts.1.extend(bits(&keys));
                }
                assert_eq!(parts, whole, "{} in parts of {step}", kernels.level());
            }
            let mut parts = (Vec::new(), Vec::new());
            std::thread::scope(|scope| {
                let chunks = points.chunks(count.div_ceil(5) * dimension);
                let threads: Vec<_> =
                    chunks.map(|part| scope.spawn(|| nearest(kernels, &panels, part))).collect();
                for thread in threads {
                    let (cells, keys) = thread.join().expect("no panic");
                    parts.0.extend(cells);
                    parts.1.extend(bits(&keys));
                }
            });
            assert_eq!(parts, whole, "{} in five threads", kernels.level());
        }
    }
}

#[test]
fn scratch_of_another_shape_leaves_no_trace() {
    let mut random = Random(9);
    for kernels in Kernels::available() {
        let mut scratch = Scratch::default();
        for (dimension, cells, count) in [(50, 40, 100), (3, 9, 5), (200, 70, 33), (1, 1, 1)] {
            let centroids = random.reals(cells * dimension);
            let points = random.reals(count * dimension);
            let panels = kernels.panels(&centroids, dimension, &vec![0.0; cells]).expect("memory");
            let (used, used_keys) = with_scratch(kernels, &panels, &points, &mut scratch);
            let (fresh, fresh_keys) = nearest(kernels, &panels, &points);
            assert_eq!(used, fresh, "{}", kernels.level());
            assert_eq!(bits(&used_keys), bits(&fresh_keys), "{}", kernels.level());
        }
    }
}

#[test]
fn a_key_that_is_not_a_number_never_wins() {
    for kernels in Kernels::available() {
        for cells in CELLS {
            for good in [0, cells / 2, cells - 1] {
                let mut centroids = vec![f32::NAN; cells];
                centroids[good] = 1.0;
                let panels = kernels.panels(&centroids, 1, &vec![0.0; cells]).expect("memory");
                let (found, keys) = nearest(kernels, &panels, &[2.0, f32::NAN, -3.0]);
                let what = format!("{} {good} of {cells}", kernels.level());
                assert_eq!(found, [good as u32, 0, good as u32], "{what}");
                assert_eq!(keys, [-2.0, f32::INFINITY, 3.0], "{what}");
            }
            let infinite = vec![f32::INFINITY; cells];
            let panels = kernels.panels(&vec![1.0; cells], 1, &infinite).expect("memory");
            assert_eq!(nearest(kernels, &panels, &[1.0]), (vec![0], vec![f32::INFINITY]));
            let panels = kernels.panels(&infinite, 1, &vec![0.0; cells]).expect("memory");
            let (found, keys) = nearest(kernels, &panels, &[1.0, -1.0, 0.0]);
            assert_eq!(found, [0; 3], "{} {cells}", kernels.level());
            let expected = [f32::NEG_INFINITY, f32::INFINITY, f32::INFINITY];
            assert_eq!(keys, expected, "{} {cells}", kernels.level());
        }
    }
}

#[test]
fn no_points_and_no_cells_are_fine() {
    for kernels in Kernels::available() {
        let panels = kernels.panels(&[1.0, 2.0], 2, &[0.0]).expect("memory");
        assert_eq!(nearest(kernels, &panels, &[]), (vec![], vec![]));
        let none = kernels.panels(&[], 2, &[]).expect("memory");
        assert_eq!((none.count(), none.dimension(), none.level()), (0, 2, kernels.level()));
        assert_eq!(nearest(kernels, &none, &[1.0; 4]), (vec![0; 2], vec![f32::INFINITY; 2]));
    }
}

#[test]
fn a_set_flag_stops_it() {
    for kernels in Kernels::available() {
        let panels = kernels.panels(&[1.0; 100], 1, &[0.0; 100]).expect("memory");
        let (mut cells, mut keys) = ([7; 3], [7.0; 3]);
        let result = kernels.nearest(
            &panels,
            &[1.0; 3],
            &mut Scratch::default(),
            &mut cells,
            &mut keys,
            &AtomicBool::new(true),
        );
        assert!(matches!(result, Err(Stopped::Cancelled)), "{result:?}");
    }
}

#[test]
fn wrong_shapes_are_refused() {
    for kernels in Kernels::available() {
        for (centroids, dimension, bias) in [(5, 2, 2), (6, 2, 2), (3, 2, 2), (0, 0, 0), (2, 0, 1)]
        {
            let text = refusal(|| {
                let _ = kernels.panels(&vec![0.0; centroids], dimension, &vec![0.0; bias]);
            });
            assert_eq!(text, "shape of the centroids");
        }
        let panels = kernels.panels(&[0.0; 6], 3, &[0.0; 2]).expect("memory");
        for (points, cells, keys) in [(5, 2, 2), (7, 2, 2), (6, 1, 2), (6, 2, 1), (6, 3, 3)] {
            let text = refusal(|| {
                let (mut cells, mut keys) = (vec![0; cells], vec![0.0; keys]);
                let (points, stop) = (vec![0.0; points], AtomicBool::new(false));
                let mut scratch = Scratch::default();
                let _ =
                    kernels.nearest(&panels, &points, &mut scratch, &mut cells, &mut keys, &stop);
            });
            assert_eq!(text, "shape of the points");
        }
    }
}

#[test]
fn panels_of_another_level_are_refused() {
    let levels: Vec<Level> = Kernels::available().map(Kernels::level).collect();
    for one in Kernels::available() {
        let panels = one.panels(&[0.0; 6], 3, &[0.0; 2]).expect("memory");
        for other in levels.iter().filter(|&&level| level != one.level()) {
            let other = Kernels::at(*other).expect("available");
            assert_eq!(refusal(|| nearest(other, &panels, &[0.0; 3])), "panels of another level");
        }
    }
}
