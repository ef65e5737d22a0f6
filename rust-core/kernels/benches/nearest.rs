//! Assignment of points to their nearest of 1,024 cells: our levels. The figure is the time of one
//! call; `one` assigns one point a call, `batch` 1,024. One assignment is `2 × 1,024 × dimension`
//! floating-point operations.
//!
//! `cargo bench -p ivory-kernels --bench nearest`
#![allow(missing_docs, reason = "criterion's macros generate undocumented functions")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ivory_kernels::{Kernels, Scratch};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const CELLS: usize = 1024;

fn numbers(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn nearest(c: &mut Criterion) {
    for (name, count) in [("one", 1), ("batch", 1024)] {
        let mut group = c.benchmark_group(format!("nearest/{name}"));
        for dimension in [100, 128, 384, 768] {
            let (centroids, points) = (numbers(CELLS * dimension), numbers(count * dimension));
            group.throughput(Throughput::Elements((2 * count * CELLS * dimension) as u64));
            for kernels in Kernels::available() {
                let panels = kernels.panels(&centroids, dimension, &[0.5; CELLS]).unwrap();
                let mut scratch = Scratch::default();
                let (mut cells, mut keys) = (vec![0; count], vec![0.0; count]);
                let never = AtomicBool::new(false);
                let id = BenchmarkId::new(kernels.level().name(), dimension);
                group.bench_function(id, |b| {
                    b.iter(|| {
                        let points = black_box(&points);
                        kernels
                            .nearest(&panels, points, &mut scratch, &mut cells, &mut keys, &never)
                            .unwrap();
                    });
                });
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .sample_size(20);
    targets = nearest
}
criterion_main!(benches);
