//! A random rotation that costs `O(d log d)`: four rounds of random signs, a Hadamard transform and,
//! where the length is no power of two, plane rotations between the halves (a walk in Kac's manner,
//! as in the `RaBitQ` library). It follows from a seed; another rotation at query time would give
//! garbage without any error, so the procedure has a version.

use crate::error::{Result, filled};
use crate::random::Random;

/// Of the procedure; stored beside the seed.
pub(super) const VERSION: u32 = 1;

const ROUNDS: usize = 4;

/// The rotation of one seed and length.
#[derive(Debug)]
pub(super) struct Rotation {
    length: usize,
    /// For every round `length` signs, 1 or −1.
    signs: Vec<f32>,
}

impl Rotation {
    /// Rotates vectors of `length` components, a multiple of 8.
    pub fn new(length: usize, seed: u64) -> Result<Self> {
        let mut random = Random::new(seed ^ 0x726f_7461_7469_6f6e);
        let mut signs = filled(length * ROUNDS, 1f32)?;
        for signs in signs.chunks_mut(64) {
            let bits = random.next();
            for (bit, sign) in signs.iter_mut().enumerate() {
                if bits >> bit & 1 == 1 {
                    *sign = -1.0;
                }
            }
        }
        Ok(Self { length, signs })
    }

    /// Components of a vector.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Rotates `vector`, continued with zeros, into `into`.
    pub fn apply(&self, vector: &[f32], into: &mut Vec<f32>) {
        into.clear();
        into.extend_from_slice(vector);
        into.resize(self.length, 0.0);
        // The largest power of two that fits.
        let part = 1usize << self.length.ilog2();
        for (round, signs) in self.signs.chunks_exact(self.length).enumerate() {
            into.iter_mut().zip(signs).for_each(|(x, &sign)| *x *= sign);
            if part == self.length {
                hadamard(into);
                continue;
            }
            if round % 2 == 0 {
                hadamard(&mut into[..part]);
            } else {
                hadamard(&mut into[self.length - part..]);
            }
            let (first, second) = into.split_at_mut(self.length / 2);
            for (a, b) in first.iter_mut().zip(second) {
                (*a, *b) = turned(*a, *b, std::f32::consts::FRAC_1_SQRT_2);
            }
        }
    }

    /// Memory that the signs occupy.
    pub fn size_in_bytes(&self) -> usize {
        size_of_val(&*self.signs)
    }
}

fn turned(a: f32, b: f32, scale: f32) -> (f32, f32) {
    ((a + b) * scale, (a - b) * scale)
}

/// The Walsh-Hadamard transform scaled to keep lengths; the length is a power of two.
fn hadamard(numbers: &mut [f32]) {
    let mut half = 1;
    while half < numbers.len() {
        for pair in numbers.chunks_exact_mut(2 * half) {
            let (first, second) = pair.split_at_mut(half);
            for (a, b) in first.iter_mut().zip(second) {
                (*a, *b) = turned(*a, *b, 1.0);
            }
        }
        half *= 2;
    }
    let scale = (1.0 / (numbers.len() as f64).sqrt()) as f32;
    numbers.iter_mut().for_each(|x| *x *= scale);
}

#[cfg(test)]
mod tests {
    use super::Rotation;
    use crate::random::Random;

    fn vector(length: usize, random: &mut Random) -> Vec<f32> {
        (0..length).map(|_| random.unit() as f32 - 0.5).collect()
    }

    #[test]
    fn lengths_and_angles_stay() {
        let mut random = Random::new(1);
        for length in (8..=136).step_by(8).chain([384, 1000]) {
            let rotation = Rotation::new(length, 5).expect("memory");
            let (a, b) = (vector(length, &mut random), vector(length - 3, &mut random));
            let (mut ra, mut rb) = (Vec::new(), Vec::new());
            rotation.apply(&a, &mut ra);
            rotation.apply(&b, &mut rb);
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
            let most = 1e-5 * length as f32;
            assert!((dot(&a, &a) - dot(&ra, &ra)).abs() < most, "{length}");
            assert!((dot(&b, &b) - dot(&rb, &rb)).abs() < most, "{length}");
            assert!((dot(&a, &b) - dot(&ra, &rb)).abs() < most, "{length}");
        }
    }

    /// One direction is spread over all components, whichever it is.
    #[test]
    fn a_unit_vector_is_spread() {
        for length in [64, 104, 128, 384] {
            let rotation = Rotation::new(length, 9).expect("memory");
            for component in [0, length / 2, length - 1] {
                let mut unit = vec![0.0; length];
                unit[component] = 1.0;
                let mut rotated = Vec::new();
                rotation.apply(&unit, &mut rotated);
                let largest = rotated.iter().fold(0f32, |most, x| most.max(x.abs()));
                assert!(largest < 6.0 / (length as f32).sqrt(), "{length}: {largest}");
            }
        }
    }

    /// Stored codes depend on it for ever.
    #[test]
    fn version_1_never_changes() {
        let rotation = Rotation::new(24, 42).expect("memory");
        let vector: Vec<f32> = (0..24u8).map(|i| f32::from(i) - 7.5).collect();
        let mut rotated = Vec::new();
        rotation.apply(&vector, &mut rotated);
        let bits: Vec<u32> = rotated.iter().map(|x| x.to_bits()).collect();
        let hash = xxhash_rust::xxh3::xxh3_64(
            &bits.iter().flat_map(|b| b.to_le_bytes()).collect::<Vec<_>>(),
        );
        assert_eq!(hash, 0x88ec_2ddb_0370_52fb, "{rotated:?}");
    }
}
