//! Training product codebooks: k-means of 16 codewords for each sub-vector.
//!
//! Each sub-vector is one task that computes in the order of the points, with random numbers of its
//! own, so that the codebooks do not depend on the number of threads.

use super::Lesson;
use super::pq::{WORDS, nearest};
use crate::error::{Result, filled};
use crate::random::Random;
use rayon::prelude::*;

/// Most iterations of k-means.
const ITERATIONS: usize = 25;

/// When an iteration lowers the error by less than this part, it was the last.
const LEAST_GAIN: f64 = 1e-4;

/// Codebooks of all sub-vectors, as [`super::pq::Pq`] holds them.
pub(super) fn codebooks(lesson: &Lesson<'_>, dims: usize) -> Result<Vec<f32>> {
    let mut words = filled(lesson.dimension.div_ceil(dims) * dims * WORDS, 0f32)?;
    words.par_chunks_exact_mut(dims * WORDS).enumerate().try_for_each(|(part, words)| {
        let from = part * dims;
        let to = (from + dims).min(lesson.dimension);
        let points = points(lesson, from, to)?;
        let stream = lesson.seed ^ 0x7071_2d77_6f72_6473 ^ (part as u64).wrapping_mul(0x9e37_79b9);
        cluster(lesson, &points, to - from, &mut Random::new(stream), words)
    })?;
    Ok(words)
}

/// The components `from..to` of all residuals.
fn points(lesson: &Lesson<'_>, from: usize, to: usize) -> Result<Vec<f32>> {
    let mut points = Vec::new();
    points.try_reserve_exact(lesson.residuals.len() / lesson.dimension * (to - from))?;
    for residual in lesson.residuals.chunks_exact(lesson.dimension) {
        points.extend_from_slice(&residual[from..to]);
    }
    Ok(points)
}

/// Clusters points of `wide` components; `words` holds one component of all 16 after the other.
fn cluster(
    lesson: &Lesson<'_>,
    points: &[f32],
    wide: usize,
    random: &mut Random,
    words: &mut [f32],
) -> Result<()> {
    let count = points.len() / wide;
    if count == 0 {
        return Ok(());
    }
    let words = &mut words[..wide * WORDS];
    let mut distances = filled(count, f32::INFINITY)?;
    seed(points, wide, random, &mut distances, words);
    let mut before = f64::INFINITY;
    for _ in 0..ITERATIONS {
        lesson.check()?;
        let mut sums = [[0f64; WORDS]; 4];
        let mut sizes = [0u64; WORDS];
        let mut error = 0f64;
        for (point, distance) in points.chunks_exact(wide).zip(&mut distances) {
            let word;
            (word, *distance) = nearest(words, point);
            error += f64::from(*distance);
            sizes[word] += 1;
            sums.iter_mut().zip(point).for_each(|(sum, &x)| sum[word] += f64::from(x));
        }
        for word in 0..WORDS {
            for component in 0..wide {
                let place = &mut words[component * WORDS + word];
                if sizes[word] > 0 {
                    *place = (sums[component][word] / sizes[word] as f64) as f32;
                }
            }
            if sizes[word] == 0 {
                restart(points, wide, &mut distances, words, word);
            }
        }
        if before - error <= LEAST_GAIN * before {
            break;
        }
        before = error;
    }
    Ok(())
}

/// Chooses the first codewords among the points, far points more likely (k-means++).
fn seed(
    points: &[f32],
    wide: usize,
    random: &mut Random,
    distances: &mut [f32],
    words: &mut [f32],
) {
    let mut chosen = random.below(distances.len() as u64) as usize;
    for word in 0..WORDS {
        let codeword = &points[chosen * wide..][..wide];
        for (component, &x) in codeword.iter().enumerate() {
            words[component * WORDS + word] = x;
        }
        let mut total = 0f64;
        for (point, nearest) in points.chunks_exact(wide).zip(&mut *distances) {
            let distance = point.iter().zip(codeword).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            *nearest = nearest.min(distance);
            total += f64::from(*nearest);
        }
        let mut left = random.unit() * total;
        chosen = distances
            .iter()
            .position(|&distance| {
                left -= f64::from(distance);
                left < 0.0
            })
            .unwrap_or(0);
    }
}

/// Moves a codeword that has no points to the point that is farthest from its own.
fn restart(points: &[f32], wide: usize, distances: &mut [f32], words: &mut [f32], word: usize) {
    let mut farthest = 0;
    for (point, &distance) in distances.iter().enumerate() {
        if distance > distances[farthest] {
            farthest = point;
        }
    }
    if distances[farthest] > 0.0 {
        distances[farthest] = 0.0;
        for component in 0..wide {
            words[component * WORDS + word] = points[farthest * wide + component];
        }
    }
}
