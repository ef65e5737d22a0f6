//! How fast memory streams.

use std::time::Instant;

/// Bytes that are streamed: several times a last-level cache.
const STREAMED: usize = 1 << 28;

/// Bytes a second at which one thread reads memory that no cache holds, the best of a few.
pub fn bandwidth() -> f64 {
    let bytes: Vec<u8> = (0..STREAMED).map(|at| (at >> 12) as u8).collect();
    let mut best = f64::INFINITY;
    let mut total = 0u64;
    for _ in 0..5 {
        let begin = Instant::now();
        let mut sums = [0u64; 16];
        for chunk in bytes.chunks_exact(128) {
            for (sum, word) in sums.iter_mut().zip(chunk.as_chunks::<8>().0) {
                *sum = sum.wrapping_add(u64::from_le_bytes(*word));
            }
        }
        total = sums.iter().fold(total, |all, &sum| all.wrapping_add(sum));
        best = best.min(begin.elapsed().as_secs_f64());
    }
    std::hint::black_box(total);
    bytes.len() as f64 / best
}
