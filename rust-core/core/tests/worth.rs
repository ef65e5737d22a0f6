//! Which cells are worth a visit: those that the rule says, whatever way the candidates came, and no
//! neighbours to speak of are lost by it.

mod codes;
mod slices;
mod support;

use codes::{by_rows, distance, region, segment, take, train};
use ivory_core::{Encoder, Error, Metric, Model, Region, Scan, WorkingMemory};
use slices::{Slice, glove, sift};
use std::sync::Arc;
use support::{METRICS, Numbers, normalise};

const ENCODER: Encoder = Encoder::Pq { dims: 2 };

/// Distances of the query to the nearest cells.
fn to_cells(model: &Model, query: &[f32], nprobe: usize) -> Vec<f64> {
    let (mut cells, mut raw) = (vec![0; nprobe], vec![0f32; nprobe]);
    let mut memory = WorkingMemory::default();
    model.probe(query, nprobe, &mut memory, &mut cells, Some(&mut raw)).expect("probed");
    raw.into_iter().map(|raw| length(model.metric(), f64::from(raw))).collect()
}

/// The distance of unit vectors, or of any, by a raw value.
fn length(metric: Metric, raw: f64) -> f64 {
    if metric == Metric::L2 { raw.sqrt() } else { (2.0 - 2.0 * raw).max(0.0).sqrt() }
}

#[test]
fn cells_are_worth_a_visit_up_to_a_share_of_the_last_candidates_distance() {
    let mut numbers = Numbers(7);
    let (dimension, count, nlist, nprobe) = (8, 4000, 60, 40);
    for metric in METRICS {
        let mut vectors = numbers.vector(dimension * count);
        if metric == Metric::Cosine {
            normalise(&mut vectors, dimension);
        }
        let model = Arc::new(train(metric, dimension, nlist, ENCODER, &vectors));
        let segment = segment(&model, &vectors);
        let bytes = region(&model, &segment);
        let region = Region::new(&bytes).expect("right");
        let mut fewer = 0;
        for _ in 0..50 {
            let mut query = numbers.vector(dimension);
            if metric == Metric::Cosine {
                normalise(&mut query, dimension);
            }
            let scan = || {
                let mut scan = Scan::new(Arc::clone(&model), &query, 30).expect("a scan");
                scan.probe(nprobe).expect("cells");
                scan
            };
            let mut whole = scan();
            assert_eq!(whole.worth(nprobe).expect("all"), nprobe, "nothing is known yet");
            assert!(matches!(whole.worth(nprobe + 1), Err(Error::Argument(_))));
            whole.region(0, &region, 0, nprobe, None).expect("scanned");
            let worth = whole.worth(nprobe).expect("a number");
            let mut reversed = scan();
            for rank in (0..nprobe).rev() {
                reversed.region(0, &region, rank, rank + 1, None).expect("scanned");
            }
            assert_eq!(reversed.worth(nprobe).expect("a number"), worth);
            let mut copied = scan();
            by_rows(&mut copied, 0, &segment);
            assert_eq!(copied.worth(nprobe).expect("a number"), worth);
            assert_eq!(whole.worth(worth).expect("a number"), worth);
            if metric == Metric::InnerProduct {
                assert_eq!(worth, nprobe);
                continue;
            }
            let last = take(&mut whole)[29].estimate;
            let sign = if metric == Metric::L2 { 1.0 } else { -1.0 };
            let reach = 0.7 * length(metric, sign * f64::from(last));
            let distances = to_cells(&model, &query, nprobe);
            let beyond = |rank: usize| distances[rank] - distances[0] - reach;
            assert!((0..worth).all(|rank| beyond(rank) < 1e-3), "{metric:?}");
            assert!(worth == nprobe || beyond(worth) > -1e-3, "{metric:?}");
            fewer += usize::from(worth < nprobe);
        }
        assert!(metric == Metric::InnerProduct || fewer > 5, "{metric:?}: {fewer}");
    }
}

/// Shares of vectors still visited, and of neighbours lost, by leaving out what is not worth it.
fn shares(metric: Metric, slice: &Slice, nlist: usize, nprobe: usize) -> (f64, f64) {
    let dimension = slice.dimension;
    let model = Arc::new(train(metric, dimension, nlist, ENCODER, &slice.base));
    let segment = segment(&model, &slice.base);
    let bytes = region(&model, &segment);
    let region = Region::new(&bytes).expect("right");
    let mut cell_of = vec![0; slice.base.len() / dimension];
    model.assign(&slice.base, &mut WorkingMemory::default(), &mut cell_of).expect("assigned");
    let (mut all, mut visited, mut there, mut found) = (0, 0, 0usize, 0usize);
    for query in slice.queries.chunks_exact(dimension) {
        let mut scan = Scan::new(Arc::clone(&model), query, 100).expect("a scan");
        let cells = scan.probe(nprobe).expect("cells").to_vec();
        let part = nprobe.div_ceil(4);
        scan.region(0, &region, 0, part, None).expect("scanned");
        let worth = scan.worth(nprobe).expect("a number").max(part);
        let mut documents: Vec<_> = slice.base.chunks_exact(dimension).enumerate().collect();
        documents.sort_by_cached_key(|(_, x)| (distance(metric, query, x) * 1e6) as i64);
        let place = |doc: usize| cells.iter().position(|&cell| cell == cell_of[doc]);
        let places: Vec<usize> = documents.iter().filter_map(|&(doc, _)| place(doc)).collect();
        all += places.len();
        visited += places.iter().filter(|&&place| place < worth).count();
        let nearest = documents[..10].iter().filter_map(|&(doc, _)| place(doc));
        for place in nearest {
            there += 1;
            found += usize::from(place < worth);
        }
    }
    (visited as f64 / all as f64, 1.0 - found as f64 / there as f64)
}

/// Few dimensions are hard: there a vector may well be as far to the side as it is away.
#[test]
fn little_is_lost_in_few_dimensions() {
    let mut numbers = Numbers(8);
    for dimension in [2, 4, 8, 12] {
        let base = numbers.vector(dimension * 20_000);
        let queries = numbers.vector(dimension * 60);
        let slice = Slice { dimension, base, queries };
        let (visited, lost) = shares(Metric::L2, &slice, 400, 48);
        assert!(lost <= 0.004, "{dimension}: {visited} visited, {lost} lost");
    }
}

#[test]
fn next_to_nothing_is_lost_on_real_vectors() {
    let (visited, lost) = shares(Metric::L2, &sift(20_000, 60), 400, 60);
    assert!(visited < 0.97 && lost <= 0.002, "sift: {visited} visited, {lost} lost");
    let (visited, lost) = shares(Metric::Cosine, &glove(20_000, 60), 400, 120);
    assert!(lost <= 0.002, "glove: {visited} visited, {lost} lost");
}
