//! The directions in which centroids differ most.
//!
//! A randomized singular value decomposition (Halko, Martinsson and Tropp, "Finding structure with
//! randomness", 2011, algorithm 4.4) in `f32`: the directions are orthonormal but for rounding, and
//! nearly the best ones.

use crate::error::{Result, filled};
use crate::model::squared_norm;
use crate::random::Random;
use ivory_kernels::{Kernels, Rows};

/// Products with the rows and their transpose.
const ROUNDS: usize = 2;

/// `count` orthonormal directions (row after row), the most telling ones first. Where rows fill
/// fewer, the others are zeros.
pub(super) fn principal(
    kernels: &Kernels,
    rows: &[f32],
    dimension: usize,
    count: usize,
) -> Result<Vec<f32>> {
    let mut random = Random::new(0);
    let mut weights = filled(rows.len() / dimension, 0f32)?;
    let mut directions = filled(count * dimension, 0f32)?;
    for direction in directions.chunks_exact_mut(dimension) {
        weights.fill_with(|| if random.next() & 1 == 0 { 1.0 } else { -1.0 });
        add_up(&weights, rows, direction);
    }
    orthonormal(&mut directions, dimension)?;
    for _ in 0..ROUNDS {
        for direction in directions.chunks_exact_mut(dimension) {
            products(kernels, direction, rows, &mut weights);
            add_up(&weights, rows, direction);
        }
        orthonormal(&mut directions, dimension)?;
    }
    Ok(directions)
}

/// Keeps the first directions, one less than a multiple of `step`: as few as leave at most the part
/// `wanted` of the rows' variance, else all. Gives back the part that they leave.
pub(super) fn keep(
    kernels: &Kernels,
    directions: &mut Vec<f32>,
    rows: &[f32],
    dimension: usize,
    step: usize,
    wanted: f64,
) -> Result<f64> {
    let mut values = filled(rows.len() / dimension, 0f32)?;
    let mut middle = filled(dimension, 0f32)?;
    values.fill(1.0);
    add_up(&values, rows, &mut middle);
    let all = squared_norm(rows);
    let variance = all - squared_norm(&middle) / values.len() as f64;
    let (mut rest, mut kept) = (all, 0);
    for direction in directions.chunks_exact(dimension) {
        if (kept + 1) % step == 0 && rest <= wanted * variance {
            break;
        }
        products(kernels, direction, rows, &mut values);
        rest -= squared_norm(&values);
        kept += 1;
    }
    directions.truncate(kept * dimension);
    Ok(rest / variance)
}

/// The Frobenius norm of what differs between the directions' products with one another and those of
/// orthonormal ones; directions of zeros count as none.
pub(super) fn skew(directions: &[f32], dimension: usize) -> f64 {
    let mut sum = 0f64;
    for (i, a) in directions.chunks_exact(dimension).enumerate() {
        let norm = squared_norm(a);
        sum += if norm > 0.0 { (norm - 1.0).powi(2) } else { 0.0 };
        for b in directions.chunks_exact(dimension).take(i) {
            let product: f64 = a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            sum += 2.0 * product * product;
        }
    }
    sum.sqrt()
}

fn products(kernels: &Kernels, direction: &[f32], rows: &[f32], into: &mut [f32]) {
    let rows = Rows::of_f32(rows, direction.len()).expect("whole rows");
    kernels.ip(direction, rows, into);
}

/// `sum = Σ weight · row`.
fn add_up(weights: &[f32], rows: &[f32], sum: &mut [f32]) {
    sum.fill(0.0);
    for (weight, row) in weights.iter().zip(rows.chunks_exact(sum.len())) {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x);
    }
}

/// Makes rows orthonormal, one after the other (Gram and Schmidt, twice); one that depends on those
/// before becomes zeros.
fn orthonormal(rows: &mut [f32], dimension: usize) -> Result<()> {
    let mut done = filled(rows.len(), 0f64)?;
    let mut row = filled(dimension, 0f64)?;
    for (number, stored) in rows.chunks_exact_mut(dimension).enumerate() {
        row.iter_mut().zip(&*stored).for_each(|(x, &s)| *x = f64::from(s));
        let (before, from) = done.split_at_mut(number * dimension);
        let long = dot(&row, &row).sqrt();
        for _ in 0..2 {
            for other in before.chunks_exact(dimension) {
                let along = dot(&row, other);
                row.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
            }
        }
        let left = dot(&row, &row).sqrt();
        let kept = &mut from[..dimension];
        for ((kept, stored), x) in kept.iter_mut().zip(stored).zip(&row) {
            // Zeros, too, where it is not a number.
            *kept = if left > long * 1e-6 { x / left } else { 0.0 };
            *stored = *kept as f32;
        }
    }
    Ok(())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Eight sums side by side.
    let mut sums = [0f64; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for (sum, (x, y)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += x * y;
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows whose components have ever less to say, turned so that no component is a direction.
    fn rows(count: usize, dimension: usize) -> Vec<f32> {
        let mut random = Random::new(3);
        let mut turned = filled(dimension * dimension, 0f32).unwrap();
        turned.fill_with(|| random.unit() as f32 - 0.5);
        orthonormal(&mut turned, dimension).unwrap();
        let mut rows = vec![0f32; count * dimension];
        for row in rows.chunks_exact_mut(dimension) {
            let weights: Vec<f32> = (0..dimension)
                .map(|i| (random.unit() as f32 - 0.5) * 100.0 * 0.8f32.powi(i as i32))
                .collect();
            add_up(&weights, &turned, row);
        }
        rows
    }

    #[test]
    fn first_directions_hold_most() {
        let (count, dimension) = (600, 40);
        let rows = rows(count, dimension);
        for kernels in Kernels::available() {
            let mut found = principal(kernels, &rows, dimension, 20).unwrap();
            assert!(skew(&found, dimension) < 1e-5);
            let part = keep(kernels, &mut found, &rows, dimension, 4, 0.07).unwrap();
            // 0.64^k of the variance is left by the best k directions: .069 by six.
            assert_eq!(found.len(), 7 * dimension);
            assert!((0.04..0.06).contains(&part), "{part}");
        }
    }

    #[test]
    fn fewer_directions_than_asked_for() {
        let (dimension, mut rows) = (40, rows(600, 40));
        // Five that repeat themselves, and their sums.
        rows.copy_within(0..5 * dimension, 5 * dimension);
        rows.truncate(10 * dimension);
        let kernels = Kernels::active();
        let mut found = principal(kernels, &rows, dimension, 20).unwrap();
        assert!(skew(&found, dimension) < 1e-5);
        let zeros = found.chunks(dimension).filter(|row| row.iter().all(|&x| x == 0.0)).count();
        assert_eq!(zeros, 15);
        let part = keep(kernels, &mut found, &rows, dimension, 4, 0.0).unwrap();
        assert!(part.abs() < 1e-5, "{part}");
        let mut same = vec![1.5f32; 10 * dimension];
        let mut found = principal(kernels, &same, dimension, 20).unwrap();
        keep(kernels, &mut found, &same, dimension, 4, 0.07).unwrap();
        same.fill(0.0);
        assert!(principal(kernels, &same, dimension, 20).unwrap().iter().all(|&x| x == 0.0));
    }
}
