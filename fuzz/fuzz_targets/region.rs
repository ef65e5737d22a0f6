//! A segment's region: looking at it, scanning it, and measuring its codes, damaged or not.
#![no_main]

use ivory_core::{Model, Region, RegionWriter, Scan};
use ivory_fuzz::{MODELS, within};
use ivory_kernels::Rows;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

/// Vectors that a region's codes are compared with.
const VECTORS: usize = 200;

/// Most documents of a cell that are asked for one by one.
const FEW: usize = 100;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"IVVG") {
        let mut region = bytes.to_vec();
        let field = |at: usize| {
            let bytes = region.get(at..at + 4)?;
            Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
        };
        let shape = field(28).zip(field(32));
        let fits = |model: &&Arc<Model>| Some((model.code_bytes(), model.factors())) == shape;
        let model = MODELS.iter().find(fits).unwrap_or(&MODELS[0]);
        if let Some(place) = region.get_mut(8..16) {
            place.copy_from_slice(&model.fingerprint().to_le_bytes());
        }
        look(&region, model);
    } else if let [which, cells, damages, rest @ ..] = bytes {
        let model = &MODELS[usize::from(*which) % MODELS.len()];
        let (mut region, rest) = written(model, usize::from(cells % 70), rest);
        // Two bytes say where, the third what is written there.
        for damage in rest.chunks_exact(3).take(usize::from(*damages)) {
            let at = usize::from(damage[0]) << 8 | usize::from(damage[1]);
            if let Some(byte) = region.get_mut(at) {
                *byte = damage[2];
            }
        }
        look(&region, model);
    }
});

/// A region of so many cells, whose numbers, documents and codes are taken from the bytes; and the
/// bytes that are left.
fn written<'a>(model: &Model, cells: usize, mut bytes: &'a [u8]) -> (Vec<u8>, &'a [u8]) {
    let mut next = || match bytes.split_first() {
        Some((&first, rest)) => {
            bytes = rest;
            u32::from(first)
        }
        None => 0,
    };
    let mut writer = RegionWriter::new(model.fingerprint(), model.code_bytes(), model.factors());
    let mut cell = 0;
    for _ in 0..cells {
        let count = next() % 80;
        let mut doc = 0;
        let docs: Vec<u32> = (0..count)
            .map(|_| {
                doc += 1 + next() * next();
                doc
            })
            .collect();
        let codes: Vec<u8> =
            (0..count as usize * model.code_length()).map(|i| (i * 31 % 251) as u8).collect();
        writer.add(cell, &docs, &codes).expect("in order");
        cell += 1 + next() % 3;
    }
    (writer.finish().expect("memory"), bytes)
}

fn look(bytes: &[u8], model: &Arc<Model>) {
    let Ok(region) = within(4096, || Region::new(bytes)) else { return };
    for cell in 0..200 {
        if let Ok(range) = region.cell(cell) {
            assert!(range.end <= region.documents() as usize);
            for position in range.take(FEW) {
                region.doc(position);
                region.codes(position);
            }
        }
    }
    let query = [3.0, 500.0, 7.5, 0.0, 1000.0];
    let live: Vec<u64> = bytes.chunks_exact(8).map(|b| u64::from(b[0]) * 0x0101_0101).collect();
    for live in [None, Some(&live[..])] {
        let mut scan = Scan::new(model.clone(), &query, 20).expect("a finite query");
        let cells = scan.probe(70).expect("a right number").len();
        // What is found of a block at a time, and a place for each block.
        let seen = within((1 << 20) + 16 * bytes.len(), || scan.region(7, &region, 0, cells, live));
        let mut best = Vec::new();
        scan.take(&mut best).expect("memory");
        assert!(best.len() <= 20);
        assert!(best.iter().all(|candidate| candidate.segment == 7));
        assert!(seen.is_err() || seen.is_ok_and(|seen| seen >= best.len() as u64));
        measure(&region, model, &mut scan, live, bytes.len());
    }
}

/// What bounds are made of, for all cells and for one more than there are.
fn measure(
    region: &Region<'_>,
    model: &Model,
    scan: &mut Scan,
    documents: Option<&[u64]>,
    length: usize,
) {
    let dimension = model.dimension();
    let numbers: Vec<f32> = (0..VECTORS * dimension).map(|i| (i * 37 % 1009) as f32).collect();
    let vectors = Rows::of_f32(&numbers, dimension).expect("rows");
    let most = (1 << 20) + 64 * length;
    let cells = region.cells() as usize;
    let mut errors = vec![0f32; cells + 1];
    let beyond = model.measure(region, vectors, documents, 0, cells + 1, &mut errors);
    assert!(beyond.is_err());
    let errors = &mut errors[..cells];
    let measured = within(most, || model.measure(region, vectors, documents, 0, cells, errors));
    assert!(measured.is_err() || errors.iter().all(|&error| error >= 0.0));
    let mut marks = vec![0u64; VECTORS.div_ceil(64)];
    for bar in [0.0, 1e6, f32::MAX] {
        let marked = within(most, || scan.within(region, 0, cells, errors, bar, &mut marks));
        let most = u64::from(region.documents());
        assert!(
            marked.is_err() || marked.is_ok_and(|count| count.is_none_or(|count| count <= most))
        );
        marks.fill(0);
    }
}
