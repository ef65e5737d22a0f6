//! One query against many rows: our levels, and simsimd's best kernel called once a row.
//!
//! `cargo bench -p ivory-kernels --bench distance`. The figure is the time of one call; divide by the
//! throughput's elements for the time of one row. `cache`: 256 KiB of rows, one after the other.
//! `scattered`: rows by number, drawn from 64 MiB.
#![allow(missing_docs, reason = "criterion's macros generate undocumented functions")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ivory_kernels::{Kernels, Rows};
use simsimd::SpatialSimilarity;
use std::hint::black_box;
use std::time::Duration;

const DIMENSIONS: [usize; 6] = [96, 100, 128, 384, 768, 1536];

/// Numbers in [-1, 1) that are the same in every run.
fn numbers(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn cache(c: &mut Criterion) {
    for metric in ["l2", "ip"] {
        let mut group = c.benchmark_group(format!("{metric}/cache"));
        for dimension in DIMENSIONS {
            let count = (256 * 1024 / 4 / dimension).next_multiple_of(4);
            let (query, rows) = (numbers(dimension), numbers(count * dimension));
            let mut out = vec![0f32; count];
            group.throughput(Throughput::Elements(count as u64));
            for kernels in Kernels::available() {
                let id = BenchmarkId::new(kernels.level().name(), dimension);
                group.bench_function(id, |b| {
                    let rows = Rows::of_f32(&rows, dimension).unwrap();
                    b.iter(|| match metric {
                        "l2" => kernels.l2(black_box(&query), rows, &mut out),
                        _ => kernels.ip(black_box(&query), rows, &mut out),
                    });
                });
            }
            group.bench_function(BenchmarkId::new("simsimd", dimension), |b| {
                b.iter(|| {
                    for (out, row) in out.iter_mut().zip(rows.chunks_exact(dimension)) {
                        *out = peer(metric, black_box(&query), row);
                    }
                });
            });
        }
    }
}

fn scattered(c: &mut Criterion) {
    let mut group = c.benchmark_group("l2/scattered");
    for dimension in DIMENSIONS {
        let count = 64 * 1024 * 1024 / 4 / dimension;
        let (query, rows) = (numbers(dimension), numbers(count * dimension));
        // A fresh part of a long random order every time, so that no row is in a near cache.
        let order: Vec<u32> =
            numbers(count).iter().map(|x| ((x + 1.0) / 2.0 * count as f32) as u32).collect();
        let mut parts = order.chunks_exact(512).cycle();
        let mut out = vec![0f32; 512];
        group.throughput(Throughput::Elements(512));
        for kernels in Kernels::available() {
            let id = BenchmarkId::new(kernels.level().name(), dimension);
            group.bench_function(id, |b| {
                let rows = Rows::of_f32(&rows, dimension).unwrap();
                b.iter(|| {
                    kernels.l2_at(black_box(&query), rows, parts.next().unwrap(), &mut out);
                });
            });
        }
        group.bench_function(BenchmarkId::new("simsimd", dimension), |b| {
            b.iter(|| {
                for (out, &i) in out.iter_mut().zip(parts.next().unwrap()) {
                    let row = &rows[i as usize * dimension..][..dimension];
                    *out = peer("l2", black_box(&query), row);
                }
            });
        });
    }
}

fn peer(metric: &str, query: &[f32], row: &[f32]) -> f32 {
    let value = if metric == "l2" { f32::sqeuclidean(query, row) } else { f32::dot(query, row) };
    value.unwrap() as f32
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .sample_size(20);
    targets = cache, scattered
}
criterion_main!(benches);
