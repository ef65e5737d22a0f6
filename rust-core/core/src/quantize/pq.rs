//! Product codes: each sub-vector of a residual is replaced by the nearest of 16 codewords (Jégou,
//! Douze and Schmid, "Product quantization for nearest neighbor search", 2011; 4-bit codes as in
//! André, Kermarrec and Le Scouarnec, "Cache locality is not enough", 2015).

use super::{Lesson, Memory, Quantizer, multiplier, nibble, pq_train, set_factor, set_nibble};
use crate::error::Result;
use crate::metric::Metric;

/// Codewords of a sub-vector.
pub(super) const WORDS: usize = 16;

/// Trained codebooks.
#[derive(Debug)]
pub(super) struct Pq {
    metric: Metric,
    dims: usize,
    code_bytes: usize,
    /// Sub-vector after sub-vector, component after component: that component of 16 codewords.
    /// Components beyond the vector's end are zero.
    words: Vec<f32>,
}

impl Pq {
    pub fn new(metric: Metric, dimension: usize, dims: usize, words: Vec<f32>) -> Self {
        let code_bytes = dimension.div_ceil(dims).div_ceil(2);
        Self { metric, dims, code_bytes, words }
    }

    pub fn train(lesson: &Lesson<'_>, dims: usize) -> Result<Self> {
        let words = pq_train::codebooks(lesson, dims)?;
        Ok(Self::new(lesson.metric, lesson.dimension, dims, words))
    }
}

/// The number of the codeword nearest to a part of a vector; among equals the smallest.
///
/// `words` holds one component of all codewords after the other; missing components of `part` are zero.
#[inline]
pub(super) fn nearest(words: &[f32], part: &[f32]) -> (usize, f32) {
    let mut distances = [0f32; WORDS];
    for (component, words) in words.chunks_exact(WORDS).enumerate() {
        let x = part.get(component).copied().unwrap_or(0.0);
        for (distance, &word) in distances.iter_mut().zip(words) {
            *distance += (x - word) * (x - word);
        }
    }
    let mut best = (0, distances[0]);
    for (word, &distance) in distances.iter().enumerate().skip(1) {
        if distance < best.1 {
            best = (word, distance);
        }
    }
    best
}

impl Pq {
    fn decode_parts<const DIMS: usize>(&self, row: &[u8], residual: &mut [f32]) {
        let words = self.words.as_chunks::<WORDS>().0.as_chunks::<DIMS>().0;
        let (parts, rest) = residual.as_chunks_mut::<DIMS>();
        for ((number, part), words) in parts.iter_mut().enumerate().zip(words) {
            let word = nibble(row, number);
            *part = std::array::from_fn(|component| words[component][word]);
        }
        if let Some(words) = words.get(parts.len()) {
            let word = if rest.is_empty() { 0 } else { nibble(row, parts.len()) };
            rest.iter_mut().zip(words).for_each(|(x, words)| *x = words[word]);
        }
    }
}

impl Quantizer for Pq {
    fn encode(&self, residual: &[f32], centroid: &[f32], _: &mut Memory, row: &mut [u8]) {
        let mut factor = 0f64;
        let parts = residual.chunks(self.dims).zip(centroid.chunks(self.dims));
        let words = self.words.chunks_exact(WORDS * self.dims);
        for (nibble, ((part, centroid), words)) in parts.zip(words).enumerate() {
            let (word, _) = nearest(words, part);
            set_nibble(row, nibble, word as u8);
            for (component, &c) in centroid.iter().enumerate() {
                let x = f64::from(words[component * WORDS + word]);
                factor += x * (x + 2.0 * f64::from(c));
            }
        }
        if self.metric == Metric::L2 {
            set_factor(row, self.code_bytes, 0, factor);
        }
    }

    fn table(&self, query: &[f32], _: &mut Memory, table: &mut [f32]) -> f32 {
        let multiplier = multiplier(self.metric);
        let words = self.words.chunks_exact(WORDS * self.dims);
        for ((part, words), table) in
            query.chunks(self.dims).zip(words).zip(table.chunks_exact_mut(WORDS))
        {
            for (&q, words) in part.iter().zip(words.chunks_exact(WORDS)) {
                let q = multiplier * q;
                table.iter_mut().zip(words).for_each(|(entry, &word)| *entry += q * word);
            }
        }
        0.0
    }

    fn decode(&self, row: &[u8], residual: &mut [f32]) {
        // The lengths that there are, as constants, make loops of known ends.
        match self.dims {
            2 => self.decode_parts::<2>(row, residual),
            _ => self.decode_parts::<4>(row, residual),
        }
    }

    fn write(&self, into: &mut Vec<u8>) {
        into.extend(self.words.iter().flat_map(|x| x.to_le_bytes()));
    }

    fn size_in_bytes(&self) -> usize {
        size_of_val(&*self.words)
    }
}
