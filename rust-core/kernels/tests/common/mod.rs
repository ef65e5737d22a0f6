//! What the tests of the kernels share: seeded numbers, references in f64, and the tolerance.

#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

use std::panic::{AssertUnwindSafe, catch_unwind};

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number of `0..bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// `count` numbers of -1..1.
    pub fn reals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0).collect()
    }

    /// `count` whole numbers of `-most..=most`.
    pub fn wholes(&mut self, count: usize, most: usize) -> Vec<f32> {
        (0..count).map(|_| self.below(2 * most + 1) as f32 - most as f32).collect()
    }
}

/// A value computed in f64, and the sum of its terms' absolute values, to which errors are relative.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    pub value: f64,
    pub magnitude: f64,
}

impl Reference {
    pub fn l2(query: &[f32], row: &[f32]) -> Self {
        Self::sum(query, row, |q, r| (q - r) * (q - r))
    }

    pub fn ip(query: &[f32], row: &[f32]) -> Self {
        Self::sum(query, row, |q, r| q * r)
    }

    fn sum(query: &[f32], row: &[f32], term: impl Fn(f64, f64) -> f64) -> Self {
        assert_eq!(query.len(), row.len());
        let terms = query.iter().zip(row).map(|(&q, &r)| term(f64::from(q), f64::from(r)));
        let (mut value, mut magnitude) = (0.0, 0.0);
        for term in terms {
            value += term;
            magnitude += term.abs();
        }
        Self { value, magnitude }
    }

    /// The tolerance: `(dimension + 4) · 2⁻²⁴ · Σ|terms|`, and as many smallest f32 for underflow.
    ///
    /// A sum of n terms in any order is off by at most about n roundings of `Σ|terms|`; a term of a
    /// squared distance brings three more (the difference counts twice), the reference's own
    /// errors are far below one (Higham, Accuracy and Stability of Numerical Algorithms, 4.2).
    pub fn tolerance(&self, dimension: usize) -> f64 {
        let roundings = (dimension + 4) as f64;
        roundings * (2f64.powi(-24) * self.magnitude + 2f64.powi(-149))
    }

    /// Panics unless `got` is within the tolerance.
    pub fn check(&self, dimension: usize, got: f32, what: impl FnOnce() -> String) {
        let error = (f64::from(got) - self.value).abs();
        let tolerance = self.tolerance(dimension);
        assert!(
            error <= tolerance,
            "{}: {got} instead of {}, off by {error:e}, tolerance {tolerance:e}",
            what(),
            self.value
        );
    }
}

/// The bytes of `numbers`, `offset` bytes behind the start of the vector returned.
pub fn bytes_at(offset: usize, numbers: &[f32]) -> Vec<u8> {
    let mut bytes = vec![0xff; offset];
    bytes.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    bytes
}

/// Bit patterns, so that -0 and 0 differ and NaN equals itself.
pub fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|n| n.to_bits()).collect()
}

/// As [`bits`].
pub fn bits64(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|n| n.to_bits()).collect()
}

/// The text of the panic that `action` must end in.
pub fn refusal<T>(action: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(action)).map(drop).expect_err("must be refused");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a panic with a text")).to_owned(),
    }
}
