//! Kernels against each other and against a library that others wrote.

mod common;

use common::{Random, Reference};
use ivory_kernels::{Kernels, Level, Rows, Scratch};
use simsimd::SpatialSimilarity;
use std::sync::atomic::AtomicBool;

#[test]
fn an_independent_library_agrees() {
    let mut random = Random(1);
    for dimension in [96, 100, 128, 384, 768, 1536] {
        let (query, row) = (random.reals(dimension), random.reals(dimension));
        let rows = Rows::of_f32(&row, dimension).unwrap();
        let (l2, ip) = (Reference::l2(&query, &row), Reference::ip(&query, &row));
        for kernels in Kernels::available() {
            let (mut own_l2, mut own_ip) = ([0.0], [0.0]);
            kernels.l2(&query, rows, &mut own_l2);
            kernels.ip(&query, rows, &mut own_ip);
            let peer_l2 = f32::sqeuclidean(&query, &row).unwrap();
            let peer_ip = f32::dot(&query, &row).unwrap();
            // Both may be off by the tolerance.
            let near = |own: f32, peer: f64, reference: Reference| {
                (f64::from(own) - peer).abs() <= 2.0 * reference.tolerance(dimension)
            };
            assert!(near(own_l2[0], peer_l2, l2), "{kernels:?} {dimension}: {own_l2:?} {peer_l2}");
            assert!(near(own_ip[0], peer_ip, ip), "{kernels:?} {dimension}: {own_ip:?} {peer_ip}");
        }
    }
}

/// The levels with fused multiply-add compute the key of a point and a cell by the same chain.
#[test]
fn fused_levels_assign_bit_by_bit_alike() {
    let mut random = Random(2);
    let (dimension, cells, count) = (129, 100, 50);
    let (centroids, bias) = (random.reals(cells * dimension), random.reals(cells));
    let points = random.reals(count * dimension);
    let results: Vec<_> = Kernels::available()
        .filter(|kernels| kernels.level() != Level::Scalar)
        .map(|kernels| {
            let panels = kernels.panels(&centroids, dimension, &bias).unwrap();
            let (mut found, mut keys) = (vec![0; count], vec![0.0; count]);
            let never = AtomicBool::new(false);
            let scratch = &mut Scratch::default();
            kernels.nearest(&panels, &points, scratch, &mut found, &mut keys, &never).unwrap();
            (found, common::bits(&keys))
        })
        .collect();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}
