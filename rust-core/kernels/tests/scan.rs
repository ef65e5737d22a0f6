//! The scan of 4-bit codes: every level against an obvious reference, bit for bit.
//!
//! A failure means that a level returns other candidates than the formula of the estimates says, or
//! that results differ between machines.

mod common;

use common::{Random, refusal};
use ivory_kernels::{Affine, BLOCK, Found, Kernels, MAX_CODE_BYTES, Tables};

/// Codes of one cell, row after row, with a query's tables.
struct Case {
    code_bytes: usize,
    count: usize,
    rows: Vec<u8>,
    entries: Vec<u8>,
    affine: Affine,
}

impl Case {
    fn new(random: &mut Random, code_bytes: usize, factors: usize, count: usize) -> Self {
        let real = |random: &mut Random| random.reals(1)[0] * 100.0;
        let mut rows = Vec::new();
        for _ in 0..count {
            rows.extend((0..code_bytes).map(|_| random.next() as u8));
            rows.extend((0..factors).flat_map(|_| real(random).to_le_bytes()));
        }
        let entries = (0..code_bytes * 32).map(|_| random.next() as u8).collect();
        let affine = Affine {
            base: real(random),
            scale: real(random) / 50.0,
            offset: real(random),
            factors: factors as u32,
        };
        Self { code_bytes, count, rows, entries, affine }
    }

    fn length(&self) -> usize {
        self.code_bytes + 4 * self.affine.factors as usize
    }

    /// Block form, written down byte by byte as the documentation has it.
    fn blocks(&self) -> Vec<u8> {
        let length = self.length();
        let mut blocks = Vec::new();
        for rows in self.rows.chunks((BLOCK * length).max(1)) {
            let width = rows.len() / length;
            for p in 0..self.code_bytes {
                blocks.extend((0..width).map(|j| rows[j * length + p]));
            }
            for f in 0..self.affine.factors as usize {
                for j in 0..width {
                    let at = j * length + self.code_bytes + 4 * f;
                    blocks.extend_from_slice(&rows[at..at + 4]);
                }
            }
        }
        blocks
    }

    /// The estimate of every vector, by the formula.
    fn estimates(&self) -> Vec<f32> {
        let Affine { base, scale, offset, factors } = self.affine;
        let length = self.length();
        let estimate = |row: usize| {
            let row = &self.rows[row * length..(row + 1) * length];
            let sum: u32 = (0..2 * self.code_bytes)
                .map(|n| {
                    let nibble = (row[n / 2] >> (4 * (n % 2))) & 15;
                    u32::from(self.entries[16 * n + usize::from(nibble)])
                })
                .sum();
            let factor = |f: usize| {
                let at = self.code_bytes + 4 * f;
                f32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]])
            };
            match factors {
                0 => base + scale * sum as f32,
                1 => (base + scale * sum as f32) + factor(0),
                _ => (base + factor(0)) + factor(1) * (scale * sum as f32 + offset),
            }
        };
        (0..self.count).map(estimate).collect()
    }

    /// What the scan must find.
    fn expected(&self, threshold: f32, first: u32) -> Vec<(u32, u32)> {
        let estimates = self.estimates().into_iter().zip(first..);
        estimates.filter(|(e, _)| *e <= threshold).map(|(e, i)| (i, e.to_bits())).collect()
    }

    fn scan(
        &self,
        kernels: &Kernels,
        blocks: &[u8],
        threshold: f32,
        first: u32,
    ) -> Vec<(u32, u32)> {
        let mut tables = Tables::default();
        kernels.tables(&self.entries, &mut tables).expect("memory");
        assert_eq!(tables.code_bytes(), self.code_bytes);
        // What is there already stays, and nothing is written beyond the room asked for.
        let before = Found { position: 7, estimate: 8.0 };
        let mut out = Vec::with_capacity(self.count + 1);
        out.push(before);
        kernels.scan(&tables, &self.affine, blocks, self.count, threshold, first, &mut out);
        assert_eq!(out[0], before);
        out[1..].iter().map(|f| (f.position, f.estimate.to_bits())).collect()
    }

    fn check(&self, kernels: &Kernels, blocks: &[u8]) {
        let mut sorted = self.estimates();
        sorted.sort_by(f32::total_cmp);
        let some = sorted.get(self.count / 3).copied().unwrap_or(0.0);
        for threshold in [f32::INFINITY, some, f32::NEG_INFINITY, f32::NAN] {
            assert_eq!(
                self.scan(kernels, blocks, threshold, 1000),
                self.expected(threshold, 1000),
                "{} {} × {} bytes, {} factors, threshold {threshold}",
                kernels.level(),
                self.count,
                self.code_bytes,
                self.affine.factors
            );
        }
    }
}

#[test]
fn every_width_and_code_length() {
    let mut random = Random(20);
    for code_bytes in (1..=19).chain([31, 32, 33, 48, 63, 64, 65, 96, 192]) {
        for factors in 0..=3 {
            for count in (0..=33).chain([63, 64, 65, 77, 100]) {
                let case = Case::new(&mut random, code_bytes, factors, count);
                let blocks = case.blocks();
                assert_eq!(blocks.len(), count * case.length());
                for kernels in Kernels::available() {
                    case.check(kernels, &blocks);
                }
            }
        }
    }
}

#[test]
fn what_follows_the_blocks_has_no_influence() {
    let mut random = Random(21);
    for (code_bytes, count) in [(5, 3), (32, 5), (16, 17), (33, 40), (1, 1), (8, 16)] {
        let case = Case::new(&mut random, code_bytes, 1, count);
        let mut blocks = case.blocks();
        blocks.extend((0..300).map(|_| random.next() as u8));
        for kernels in Kernels::available() {
            case.check(kernels, &blocks);
        }
    }
}

#[test]
fn the_largest_sums_do_not_overflow() {
    let mut random = Random(22);
    for code_bytes in [127, 128, 129, 255, 256, 257, 300, 8000, 16_000, MAX_CODE_BYTES] {
        for count in [1, 5, 16, 32, 45] {
            let mut case = Case::new(&mut random, code_bytes, 1, count);
            case.entries.fill(255);
            case.affine = Affine { base: 0.0, scale: 1.0, offset: 0.0, factors: 1 };
            let length = case.length();
            for row in case.rows.chunks_mut(length) {
                row[code_bytes..].fill(0);
            }
            let sum = (255 * 2 * code_bytes) as f32;
            assert!(case.estimates().iter().all(|&e| e == sum));
            let blocks = case.blocks();
            for kernels in Kernels::available() {
                case.check(kernels, &blocks);
            }
        }
    }
}

#[test]
fn codes_without_bytes_have_their_factors_only() {
    let mut random = Random(23);
    for factors in 0..=3 {
        let case = Case::new(&mut random, 0, factors, 50);
        let blocks = if factors == 0 { Vec::new() } else { case.blocks() };
        for kernels in Kernels::available() {
            case.check(kernels, &blocks);
        }
    }
}

#[test]
fn estimates_that_are_no_numbers_are_never_found() {
    let mut random = Random(24);
    let mut case = Case::new(&mut random, 4, 1, 40);
    let length = case.length();
    for (j, row) in case.rows.chunks_mut(length).enumerate() {
        let factor = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0][j % 4];
        row[4..].copy_from_slice(&factor.to_le_bytes());
    }
    let blocks = case.blocks();
    for kernels in Kernels::available() {
        case.check(kernels, &blocks);
        assert_eq!(case.scan(kernels, &blocks, f32::INFINITY, 0).len(), 30);
    }
}

#[test]
fn packing_gives_the_block_form() {
    let mut random = Random(25);
    for code_bytes in [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 100, 1000] {
        for factors in 0..=3 {
            for count in 0..=BLOCK {
                let case = Case::new(&mut random, code_bytes, factors, count);
                let expected = if case.length() == 0 { Vec::new() } else { case.blocks() };
                for kernels in Kernels::available() {
                    let mut block = vec![0xaa; count * case.length()];
                    kernels.pack(&case.rows, count, code_bytes, factors, &mut block);
                    assert_eq!(block, expected, "{count} × {code_bytes} + {factors}");
                }
            }
        }
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let mut random = Random(26);
    let case = Case::new(&mut random, 3, 1, 4);
    let blocks = case.blocks();
    let all: Vec<_> = Kernels::available().collect();
    for kernels in &all {
        let mut tables = Tables::default();
        kernels.tables(&case.entries, &mut tables).expect("memory");
        let scan = |kernels: &Kernels, affine: Affine, blocks: &[u8], room| {
            let mut out = Vec::with_capacity(room);
            refusal(|| kernels.scan(&tables, &affine, blocks, 4, 0.0, 0, &mut out))
        };
        assert!(scan(kernels, case.affine, &blocks[1..], 4).contains("length of the blocks"));
        assert!(scan(kernels, case.affine, &blocks, 3).contains("room"));
        let many = Affine { factors: 4, ..case.affine };
        assert!(scan(kernels, many, &blocks, 4).contains("factors"));
        for other in all.iter().filter(|other| other.level() != kernels.level()) {
            assert!(scan(other, case.affine, &blocks, 4).contains("another level"));
        }
        assert!(refusal(|| kernels.tables(&[0; 33], &mut Tables::default())).contains("whole"));
        let many = vec![0; 32 * (MAX_CODE_BYTES + 1)];
        assert!(refusal(|| kernels.tables(&many, &mut Tables::default())).contains("nibbles"));
        for (rows, block, count) in [(13, 14, 2), (14, 13, 2), (7 * 33, 7 * 33, 33)] {
            let (rows, mut block) = (vec![0; rows], vec![0; block]);
            refusal(|| kernels.pack(&rows, count, 3, 1, &mut block));
        }
        let mut out = Vec::with_capacity(4);
        let none = Tables::default();
        let text = refusal(|| kernels.scan(&none, &case.affine, &blocks, 4, 0.0, 0, &mut out));
        assert!(text.contains("another level"));
    }
}
