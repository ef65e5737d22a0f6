//! The scan of 4-bit codes with one factor, in the second-level cache: nanoseconds a vector are the
//! figure over the number of vectors (criterion prints its inverse). `full` scans 2,048 vectors in
//! full blocks; `width` 400 cells of so many vectors each, one call a cell. The threshold lets about
//! one of 500 through.
//!
//! `cargo bench -p ivory-kernels --bench scan`
#![allow(missing_docs, reason = "criterion's macros generate undocumented functions")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ivory_kernels::{Affine, Found, Kernels, Tables};
use std::hint::black_box;
use std::time::Duration;

fn bytes(count: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}

struct Query {
    tables: Tables,
    affine: Affine,
    threshold: f32,
}

/// Tables, and a threshold about three deviations of the sum below its mean.
fn query(kernels: &Kernels, code_bytes: usize) -> Query {
    let mut tables = Tables::default();
    kernels.tables(&bytes(code_bytes * 32), &mut tables).unwrap();
    let affine = Affine { base: 0.0, scale: 1.0, offset: 0.0, factors: 1 };
    let nibbles = 2.0 * code_bytes as f32;
    Query { tables, affine, threshold: 127.5 * nibbles - 2.9 * 74.0 * nibbles.sqrt() }
}

fn scan(c: &mut Criterion) {
    for code_bytes in [32, 48, 64, 96] {
        let length = code_bytes + 4;
        let mut blocks = bytes(2048 * length + 64);
        // Factors of zero: full blocks of 32 vectors.
        for block in blocks.chunks_exact_mut(32 * length) {
            block[32 * code_bytes..].fill(0);
        }
        let mut out: Vec<Found> = Vec::with_capacity(2048);
        let mut group = c.benchmark_group(format!("scan/full/{code_bytes}"));
        group.throughput(Throughput::Elements(2048));
        for kernels in Kernels::available() {
            let q = query(kernels, code_bytes);
            group.bench_function(BenchmarkId::from_parameter(kernels.level()), |b| {
                b.iter(|| {
                    out.clear();
                    let blocks = black_box(&blocks);
                    kernels.scan(&q.tables, &q.affine, blocks, 2048, q.threshold, 0, &mut out);
                    out.len()
                });
            });
        }
    }
}

fn widths(c: &mut Criterion) {
    const CELLS: usize = 400;
    for code_bytes in [32, 64] {
        for width in (1..=8).chain([12, 16, 20, 31]) {
            let cell = width * (code_bytes + 4);
            let mut blocks = bytes(CELLS * cell + 64);
            for block in blocks.chunks_exact_mut(cell) {
                block[width * code_bytes..].fill(0);
            }
            let mut out: Vec<Found> = Vec::with_capacity(CELLS * width);
            let mut group = c.benchmark_group(format!("scan/width/{code_bytes}/{width}"));
            group.throughput(Throughput::Elements(CELLS as u64));
            for kernels in Kernels::available() {
                let q = query(kernels, code_bytes);
                group.bench_function(BenchmarkId::from_parameter(kernels.level()), |b| {
                    b.iter(|| {
                        out.clear();
                        let blocks = black_box(&blocks);
                        for i in 0..CELLS {
                            let cell = &blocks[i * cell..];
                            let first = (i * width) as u32;
                            kernels.scan(
                                &q.tables,
                                &q.affine,
                                cell,
                                width,
                                q.threshold,
                                first,
                                &mut out,
                            );
                        }
                        out.len()
                    });
                });
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(20);
    targets = scan, widths
}
criterion_main!(benches);
