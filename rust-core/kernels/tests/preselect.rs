//! Preselection by bytes: never loses a cell that is among the nearest, at any level, and leaves
//! few; and the keys of the few have the bits of the blocked product.
//!
//! A failure means that vectors are put into cells that are not their nearest, or that searches
//! visit wrong cells.

mod common;

use common::{Random, bits};
use ivory_kernels::{Kernels, Preselection, Scratch};
use std::slice::from_ref;
use std::sync::atomic::AtomicBool;

struct Case {
    dimension: usize,
    centroids: Vec<f32>,
    bias: Vec<f32>,
}

impl Case {
    fn new(dimension: usize, centroids: Vec<f32>, l2: bool) -> Self {
        let half_norm =
            |c: &[f32]| (c.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / 2.0) as f32;
        let bias = centroids.chunks(dimension).map(|c| if l2 { half_norm(c) } else { 0.0 });
        let bias = bias.collect();
        Self { dimension, centroids, bias }
    }

    /// Keys as `nearest` computes them at that level.
    fn keys(&self, kernels: &Kernels, point: &[f32]) -> Vec<f32> {
        let mut keys = vec![f32::NAN; self.bias.len()];
        kernels.keys(point, &self.centroids, &self.bias, &mut keys);
        keys
    }

    /// Checks one point; gives back how many cells were left, none if the bound was useless.
    fn check(&self, kernels: &Kernels, point: &[f32], count: usize) -> Option<usize> {
        let coarse = kernels.coarse(&self.centroids, self.dimension, &self.bias).expect("memory");
        let mut memory = Preselection::default();
        if !kernels.preselect(&coarse, point, count, &mut memory).expect("memory") {
            assert!(memory.cells().is_empty());
            return None;
        }
        let cells = memory.cells();
        assert!(cells.is_sorted_by(|a, b| a < b), "{cells:?}");
        assert!(cells.iter().all(|&cell| (cell as usize) < self.bias.len()));
        let exact: Vec<f64> = self
            .centroids
            .chunks(self.dimension)
            .zip(&self.bias)
            .map(|(c, &bias)| {
                let products = c.iter().zip(point).map(|(&c, &x)| f64::from(c) * f64::from(x));
                f64::from(bias) - products.sum::<f64>()
            })
            .collect();
        let rounded: Vec<f64> =
            self.keys(kernels, point).iter().map(|&key| f64::from(key)).collect();
        if count == 1 {
            self.check_below(kernels, point, &rounded);
        }
        for keys in [exact, rounded] {
            let mut sorted = keys.clone();
            sorted.sort_by(f64::total_cmp);
            for (cell, &key) in (0u32..).zip(&keys) {
                let lost = key <= sorted[count - 1] && cells.binary_search(&cell).is_err();
                assert!(!lost, "{} lost {cell}, {count} of {key}", kernels.level());
            }
        }
        Some(cells.len())
    }

    /// Checks that all cells are found whose key is at most that of the one that was asked for.
    fn check_below(&self, kernels: &Kernels, point: &[f32], keys: &[f64]) {
        let coarse = kernels.coarse(&self.centroids, self.dimension, &self.bias).expect("memory");
        let mut memory = Preselection::default();
        let mut asked = Vec::new();
        let exact = |cell| {
            asked.push(cell);
            keys[cell as usize]
        };
        assert!(kernels.preselect_below(&coarse, point, 0.0, exact, &mut memory).expect("memory"));
        let &[nearest] = &asked[..] else { panic!("asked for {asked:?}") };
        for (cell, &key) in (0u32..).zip(keys) {
            let lost =
                key <= keys[nearest as usize] && memory.cells().binary_search(&cell).is_err();
            assert!(!lost, "{} lost {cell} below {nearest}", kernels.level());
        }
        assert!(memory.cells().is_sorted_by(|a, b| a < b));
        let all = kernels.preselect_below(&coarse, point, f64::INFINITY, |_| 0.0, &mut memory);
        assert_eq!(all, Ok(false));
    }
}

/// Ranges of cells are preselected as centroids of their own would be: no cell that is among the
/// nearest of them is lost, and none outside is found.
#[test]
fn no_near_cell_of_some_ranges_is_lost() {
    let mut random = Random(31);
    for dimension in [1, 5, 33, 128] {
        let case = Case::new(dimension, random.reals(dimension * 300), true);
        let (last, all) = (299..300, 0..300);
        let neighbours = [3..17, 17..18, 40..41, 48..64, 70..200];
        for kernels in Kernels::available() {
            let coarse = kernels.coarse(&case.centroids, dimension, &case.bias).expect("memory");
            for ranges in [from_ref(&last), &neighbours, from_ref(&all)] {
                let cells: Vec<u32> = ranges.iter().cloned().flatten().collect();
                for count in [1, 2, 20, cells.len(), cells.len() + 1] {
                    let point = random.reals(dimension);
                    let mut memory = Preselection::default();
                    let found = kernels.preselect_in(&coarse, &point, ranges, count, &mut memory);
                    if !found.expect("memory") {
                        assert!(count >= cells.len() || dimension == 1, "{count}");
                        continue;
                    }
                    let left = memory.cells();
                    assert!(left.is_sorted_by(|a, b| a < b), "{left:?}");
                    assert!(left.iter().all(|cell| cells.contains(cell)), "{left:?}");
                    let keys = case.keys(kernels, &point);
                    let mut sorted: Vec<f32> = cells.iter().map(|&i| keys[i as usize]).collect();
                    sorted.sort_by(f32::total_cmp);
                    for &cell in &cells {
                        let near = keys[cell as usize] <= sorted[count - 1];
                        assert!(!near || left.contains(&cell), "{} lost {cell}", kernels.level());
                    }
                }
            }
            let mut memory = Preselection::default();
            memory.take_all(&neighbours).expect("memory");
            assert_eq!(memory.cells().len(), 14 + 1 + 1 + 16 + 130);
        }
    }
}

const DIMENSIONS: [usize; 13] = [1, 2, 3, 4, 5, 7, 8, 31, 64, 100, 128, 129, 384];

#[test]
fn no_near_cell_is_lost() {
    let mut random = Random(30);
    for dimension in DIMENSIONS {
        for cells in [1, 2, 15, 16, 17, 63, 64, 65, 200, 1025] {
            for l2 in [true, false] {
                let case = Case::new(dimension, random.reals(dimension * cells), l2);
                for count in [1, 2, 7, cells / 2 + 1, cells] {
                    let point = random.reals(dimension);
                    let mut left = None;
                    for kernels in Kernels::available() {
                        let found = case.check(kernels, &point, count.min(cells));
                        assert_eq!(*left.get_or_insert(found), found, "levels differ");
                    }
                    assert_eq!(left.flatten().is_some(), count < cells);
                }
            }
        }
    }
}

#[test]
fn few_cells_are_left() {
    let mut random = Random(31);
    // Points near the centroids, as real ones are.
    for (dimension, cells) in [(32, 4096), (128, 4096), (384, 2048)] {
        let case = Case::new(dimension, random.reals(dimension * cells), true);
        let mut left = [0; 2];
        for _ in 0..10 {
            let at = random.below(cells) * dimension;
            let noise = random.reals(dimension);
            let point: Vec<f32> = case.centroids[at..at + dimension]
                .iter()
                .zip(noise)
                .map(|(c, noise)| c + noise * 0.7)
                .collect();
            for (left, count) in left.iter_mut().zip([1, 64]) {
                *left += case.check(Kernels::active(), &point, count).expect("a bound");
            }
        }
        assert!(left[0] <= 10 * 3, "{left:?} of {cells} × {dimension}");
        assert!(left[1] <= 10 * 200, "{left:?} of {cells} × {dimension}");
    }
}

#[test]
fn cells_that_are_equally_near_are_all_kept() {
    let mut random = Random(32);
    let rows = random.reals(21 * 13);
    let rows = [&rows[..], &rows, &rows, &rows].concat();
    for l2 in [true, false] {
        let case = Case::new(13, rows.clone(), l2);
        for kernels in Kernels::available() {
            for count in [1, 2, 3, 4, 5, 30, 83] {
                case.check(kernels, &random.reals(13), count).expect("a bound");
            }
        }
    }
}

/// Components of very different sizes, constant ones, a far origin, outliers.
#[test]
fn odd_centroids_lose_nothing() {
    let mut random = Random(33);
    for variant in 0..6 {
        for dimension in [3, 16, 37] {
            let mut rows = random.reals(100 * dimension);
            for (i, x) in rows.iter_mut().enumerate() {
                let k = i % dimension;
                match variant {
                    0 => *x *= 10f32.powi(k as i32 % 13 - 6),
                    1 if k % 2 == 0 => *x = 0.75,
                    2 => *x += 1000.0,
                    3 if i == 50 => *x = 1e6,
                    4 => *x *= 1e18,
                    5 => *x *= 1e-18,
                    _ => {}
                }
            }
            let scale = rows.iter().fold(0f32, |most, x| most.max(x.abs()));
            for l2 in [true, false] {
                let case = Case::new(dimension, rows.clone(), l2);
                for kernels in Kernels::available() {
                    for factor in [1e-3, 1.0, 100.0] {
                        let mut point = random.reals(dimension);
                        point.iter_mut().for_each(|x| *x *= scale * factor);
                        case.check(kernels, &point, 5);
                    }
                    case.check(kernels, &rows[..dimension], 1);
                    case.check(kernels, &vec![0.0; dimension], 1);
                }
            }
        }
    }
}

#[test]
fn what_is_no_number_or_too_large_gives_no_bound() {
    let mut random = Random(34);
    let case = Case::new(8, random.reals(800), true);
    for kernels in Kernels::available() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut point = random.reals(8);
            point[3] = bad;
            assert_eq!(case.check(kernels, &point, 1), None);
        }
        let huge = Case::new(2, vec![3e38, -3e38, -3e38, 3e38, 1.0, 1.0], false);
        huge.check(kernels, &[3e38, 1e38], 1);
        let tiny = Case::new(2, vec![1e-44, -1e-44, -1e-44, 1e-45, 0.0, 0.0], false);
        tiny.check(kernels, &[3e38, 1e38], 1);
    }
}

#[test]
fn the_largest_dimension_does_not_overflow() {
    let mut random = Random(35);
    let dimension = 16_000;
    // All bytes 0 or 255, all weights the largest.
    let rows: Vec<f32> =
        (0..20).flat_map(|i| vec![if i % 2 == 0 { 1.0 } else { -1.0 }; dimension]).collect();
    let case = Case::new(dimension, rows, true);
    for kernels in Kernels::available() {
        for sign in [1.0, -1.0] {
            assert_eq!(case.check(kernels, &vec![sign; dimension], 1), Some(10));
        }
        case.check(kernels, &random.reals(dimension), 3);
    }
}

#[test]
fn keys_of_some_cells_are_those_of_the_blocked_product() {
    let mut random = Random(36);
    for dimension in DIMENSIONS {
        for cells in [1, 7, 8, 9, 40] {
            let case = Case::new(dimension, random.reals(dimension * cells), true);
            for kernels in Kernels::available() {
                let panels =
                    kernels.panels(&case.centroids, dimension, &case.bias).expect("memory");
                let never = AtomicBool::new(false);
                for _ in 0..5 {
                    let point = random.reals(dimension);
                    let keys = case.keys(kernels, &point);
                    let (mut cell, mut key) = ([0], [0.0]);
                    kernels
                        .nearest(
                            &panels,
                            &point,
                            &mut Scratch::default(),
                            &mut cell,
                            &mut key,
                            &never,
                        )
                        .expect("not stopped");
                    let smallest = keys.iter().copied().fold(f32::INFINITY, f32::min);
                    assert_eq!(bits(&key), bits(&[smallest]), "{}", kernels.level());
                    assert_eq!(cell[0] as usize, keys.iter().position(|&k| k == smallest).unwrap());
                }
            }
        }
    }
}
