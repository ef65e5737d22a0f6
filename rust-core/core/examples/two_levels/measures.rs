//! What is measured of a model.

use ivory_core::{Model, WorkingMemory};
use ivory_kernels::{Kernels, Rows};
use std::collections::HashSet;
use std::time::Instant;

/// Queries that recall is measured with, at most.
const MOST_QUERIES: usize = 500;

/// Vectors that agreement is measured with, at most.
const MOST_COMPARED: usize = 4000;

/// Neighbours wanted.
const WANTED: usize = 10;

/// The most memory that this process has had, in bytes; 0 where the system does not tell.
pub fn most_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0usize) << 10
}

/// The numbers of the vectors nearest to each query.
pub fn nearest(base: &[f32], queries: &[f32], dimension: usize) -> Vec<Vec<u32>> {
    let rows = Rows::of_f32(base, dimension).expect("rows");
    let queries: Vec<&[f32]> = queries.chunks(dimension).take(MOST_QUERIES).collect();
    let find = |query: &&[f32]| {
        let mut distances = vec![0.0; rows.count()];
        Kernels::active().l2(query, rows, &mut distances);
        let mut order: Vec<u32> = (0..rows.count() as u32).collect();
        let by = |a: &u32, b: &u32| distances[*a as usize].total_cmp(&distances[*b as usize]);
        order.select_nth_unstable_by(WANTED - 1, by);
        order.truncate(WANTED);
        order
    };
    let half = queries.len() / 2;
    std::thread::scope(|scope| {
        let other = scope.spawn(|| queries[half..].iter().map(find).collect::<Vec<_>>());
        let mut all: Vec<_> = queries[..half].iter().map(find).collect();
        all.extend(other.join().expect("no panic"));
        all
    })
}

/// Times assignment on one thread, and compares it with an exact one.
pub fn assignment(model: &Model, base: &[f32], queries: &[f32]) {
    let dimension = model.dimension();
    let mut memory = WorkingMemory::default();
    let some = &base[..base.len().min(100_000 * dimension)];
    let mut cells = vec![0u32; some.len() / dimension];
    let each = |start: Instant, count: usize| start.elapsed().as_secs_f64() * 1e6 / count as f64;
    model.assign(&some[..dimension * 2000], &mut memory, &mut cells[..2000]).expect("assigned");
    let start = Instant::now();
    model.assign(some, &mut memory, &mut cells).expect("assigned");
    let batch = each(start, cells.len());
    let start = Instant::now();
    for (vector, cell) in some.chunks(dimension).zip(&mut cells).take(20_000) {
        model.assign(vector, &mut memory, std::slice::from_mut(cell)).expect("assigned");
    }
    println!("assigned in {batch:.1} µs a vector, one by one {:.1} µs", each(start, 20_000));
    for (name, vectors) in [("trained with", base), ("queries", queries)] {
        let count = (vectors.len() / dimension).min(MOST_COMPARED);
        let step = vectors.len() / dimension / count * dimension;
        let (mut same, mut near, mut farther) = (0, 0, 0f64);
        for vector in vectors.chunks(step).map(|part| &part[..dimension]).take(count) {
            let mut distances = vec![0f32; model.nlist()];
            Kernels::active().l2(vector, model.centroids(), &mut distances);
            let mut cell = [0];
            model.assign(vector, &mut memory, &mut cell).expect("assigned");
            let least = distances.iter().copied().fold(f32::INFINITY, f32::min);
            let found = distances[cell[0] as usize];
            same += usize::from(found <= least);
            near += usize::from(found <= least * 1.01 * 1.01);
            if least > 0.0 {
                farther += (f64::from(found) / f64::from(least)).sqrt() - 1.0;
            }
        }
        let part = |n: usize| 100.0 * n as f64 / count as f64;
        println!(
            "{name}: {count} compared, {:.2}% in the nearest cell, {:.2}% within 1% of its distance, \
             on average {:.4}% farther",
            part(same),
            part(near),
            100.0 * farther / count as f64
        );
    }
}

/// Recall by the part of the vectors scanned, and the time of a probe.
pub fn recall(model: &Model, base: &[f32], queries: &[f32], nearest: &[Vec<u32>]) {
    let dimension = model.dimension();
    let mut memory = WorkingMemory::default();
    let mut cell_of = vec![0u32; base.len() / dimension];
    model.assign(base, &mut memory, &mut cell_of).expect("assigned");
    let mut sizes = vec![0usize; model.nlist()];
    cell_of.iter().for_each(|&cell| sizes[cell as usize] += 1);
    // Recall where exactly this many vectors are scanned: the last cell counts in part.
    let parts = [0.0025, 0.005, 0.01, 0.02, 0.04];
    let mut recalls = [0f64; 5];
    let most = (model.nlist() / 8).max(1);
    let mut cells = vec![0u32; most];
    for (query, nearest) in queries.chunks(dimension).zip(nearest) {
        let wanted: HashSet<u32> = nearest.iter().map(|&i| cell_of[i as usize]).collect();
        let hits = |cell: u32| nearest.iter().filter(|&&i| cell_of[i as usize] == cell).count();
        for (part, recall) in parts.into_iter().zip(&mut recalls) {
            let goal = part * cell_of.len() as f64;
            // As a search would: so many cells as are needed for that many vectors.
            let mut nprobe = (part * model.nlist() as f64) as usize + 1;
            loop {
                nprobe = nprobe.min(most);
                model.probe(query, nprobe, &mut memory, &mut cells, None).expect("probed");
                let held: usize = cells[..nprobe].iter().map(|&cell| sizes[cell as usize]).sum();
                if held as f64 >= goal || nprobe == most {
                    break;
                }
                nprobe += nprobe / 4 + 1;
            }
            let (mut scanned, mut found) = (0f64, 0f64);
            for &cell in &cells[..nprobe] {
                let size = sizes[cell as usize] as f64;
                if wanted.contains(&cell) {
                    found += hits(cell) as f64 * ((goal - scanned) / size).clamp(0.0, 1.0);
                }
                scanned += size;
            }
            *recall += found;
        }
    }
    let count = queries.len().min(nearest.len() * dimension) / dimension;
    for (part, recall) in parts.into_iter().zip(recalls) {
        let recall = recall / (WANTED * count) as f64;
        let nprobe = (part * model.nlist() as f64) as usize;
        let start = Instant::now();
        for query in queries.chunks(dimension).take(count) {
            model.probe(query, nprobe.max(1), &mut memory, &mut cells, None).expect("probed");
        }
        let micros = start.elapsed().as_secs_f64() * 1e6 / count as f64;
        println!(
            "{:.2}% scanned: recall@10 {recall:.4}; {nprobe} cells probed in {micros:.1} µs",
            100.0 * part
        );
    }
}
