//! Bounds from codes: no vector as near as the bar is ever left out, and few others stay.

mod codes;
mod slices;
mod support;

use codes::{ENCODERS, Segment, region, segment, train};
use ivory_core::{Encoder, Error, FormatError, Metric, Model, Region, Scan};
use ivory_kernels::{Kernels, Rows};
use std::sync::Arc;
use support::{METRICS, Numbers, normalise};

/// What the search compares with: the kernels' raw values.
fn raws(metric: Metric, query: &[f32], vectors: &[f32]) -> Vec<f32> {
    let rows = Rows::of_f32(vectors, query.len()).expect("rows");
    let mut raws = vec![0f32; rows.count()];
    match metric {
        Metric::L2 => Kernels::active().l2(query, rows, &mut raws),
        Metric::Cosine | Metric::InnerProduct => Kernels::active().ip(query, rows, &mut raws),
    }
    raws
}

fn is_near(metric: Metric, raw: f32, bar: f32) -> bool {
    if metric == Metric::L2 { raw <= bar } else { raw >= bar }
}

/// The errors of all cells, measured in two parts.
fn measure(model: &Model, bytes: &[u8], vectors: &[f32], documents: Option<&[u64]>) -> Vec<f32> {
    let region = Region::new(bytes).expect("right");
    let rows = Rows::of_f32(vectors, model.dimension()).expect("rows");
    let cells = region.cells() as usize;
    let mut errors = vec![0f32; cells];
    let (first, second) = errors.split_at_mut(cells / 3);
    model.measure(&region, rows, documents, cells / 3, cells, second).expect("measured");
    model.measure(&region, rows, documents, 0, cells / 3, first).expect("measured");
    errors
}

/// The documents marked for a bar, found in two parts.
fn within(
    scan: &mut Scan,
    bytes: &[u8],
    errors: &[f32],
    bar: f32,
    documents: usize,
) -> Option<Vec<bool>> {
    let region = Region::new(bytes).expect("right");
    let middle = errors.len() / 2;
    let mut words = vec![0u64; documents.div_ceil(64)];
    let first = scan.within(&region, 0, middle, &errors[..middle], bar, &mut words);
    let first = first.expect("looked at")?;
    let second = scan.within(&region, middle, errors.len(), &errors[middle..], bar, &mut words);
    let marked = first + second.expect("looked at").expect("the same answer for both");
    assert_eq!(marked, words.iter().map(|word| u64::from(word.count_ones())).sum::<u64>());
    Some((0..documents).map(|doc| words[doc / 64] >> (doc % 64) & 1 == 1).collect())
}

/// Asserts that nothing is left out whatever the bar, and gives back how many were marked for the
/// tenth best; `None` where nothing could be said.
fn check(
    model: &Arc<Model>,
    bytes: &[u8],
    errors: &[f32],
    query: &[f32],
    v: &[f32],
) -> Option<usize> {
    let (metric, raws) = (model.metric(), raws(model.metric(), query, v));
    let mut sorted: Vec<f32> = raws.iter().copied().filter(|raw| !raw.is_nan()).collect();
    if sorted.is_empty() {
        return None;
    }
    sorted.sort_by(f32::total_cmp);
    if metric != Metric::L2 {
        sorted.reverse();
    }
    let mut scan = Scan::new(Arc::clone(model), query, 1).expect("a scan");
    let places = [0, 9, sorted.len() / 10, sorted.len() / 2, sorted.len() - 1];
    let mut tenth = None;
    for place in places {
        let bar = sorted[place.min(sorted.len() - 1)];
        let marked = within(&mut scan, bytes, errors, bar, raws.len());
        let Some(marked) = marked else { continue };
        for (doc, (&raw, &marked)) in raws.iter().zip(&marked).enumerate() {
            let what = (metric, model.encoder(), model.dimension());
            assert!(marked || !is_near(metric, raw, bar), "{doc} of {what:?}: {raw} within {bar}");
        }
        if place == 9 {
            tenth = Some(marked.iter().filter(|&&marked| marked).count());
        }
    }
    tenth
}

#[test]
fn nothing_as_near_as_the_bar_is_left_out() {
    let mut numbers = Numbers(41);
    for metric in METRICS {
        for (dimension, nlist, count) in [(1, 3, 90), (7, 5, 400), (18, 7, 700), (100, 9, 600)] {
            let mut vectors = numbers.vector(dimension * count);
            // Documents that are the same, in different cells' neighbourhoods: ties at the bar.
            let copied = count / 4 * dimension;
            vectors.copy_within(0..copied, 2 * copied);
            if metric == Metric::Cosine {
                normalise(&mut vectors, dimension);
            }
            for encoder in ENCODERS {
                let model = Arc::new(train(metric, dimension, nlist, encoder, &vectors));
                let bytes = region(&model, &segment(&model, &vectors));
                let errors = measure(&model, &bytes, &vectors, None);
                let measures = !matches!(encoder, Encoder::RaBitQ { .. });
                assert_eq!(model.measures(), measures);
                assert!(errors.iter().all(|error| error.is_finite() == measures));
                for again in 0..4 {
                    let mut query = numbers.vector(dimension);
                    if again == 0 {
                        query.copy_from_slice(&vectors[..dimension]);
                    }
                    if metric == Metric::Cosine {
                        normalise(&mut query, dimension);
                    }
                    let marked = check(&model, &bytes, &errors, &query, &vectors);
                    assert!(marked.is_some_and(|marked| measures || marked == count));
                }
            }
        }
    }
}

/// Vectors far from zero, huge, tiny and of very different lengths: a bound that holds or none.
#[test]
fn hostile_numbers() {
    let mut numbers = Numbers(42);
    let (dimension, count) = (24, 500);
    let plain = numbers.vector(dimension * count);
    for metric in [Metric::L2, Metric::InnerProduct] {
        for (scale, offset, answers) in [
            (1e-3f32, 1000f32, true),
            (1.0, 1e6, true),
            (1e6, 0.0, true),
            (1e-6, 0.0, true),
            (1e12, 0.0, false),
            (1e-15, 0.0, false),
            (1e19, 0.0, false),
            (1e-25, 0.0, false),
            (1e38, 0.0, false),
        ] {
            let mut vectors: Vec<f32> = plain.iter().map(|x| x * scale + offset).collect();
            // Every tenth vector is up to a thousand times as long.
            for (i, row) in vectors.chunks_exact_mut(dimension).enumerate().step_by(10) {
                row.iter_mut().for_each(|x| *x = (*x * (i + 1) as f32).clamp(-3e38, 3e38));
            }
            for encoder in
                [Encoder::Pq { dims: 2 }, Encoder::Pq { dims: 4 }, Encoder::Sq { bits: 8 }]
            {
                let model = Arc::new(train(metric, dimension, 6, encoder, &vectors));
                let bytes = region(&model, &segment(&model, &vectors));
                let errors = measure(&model, &bytes, &vectors, None);
                let far = numbers.vector(dimension).iter().map(|x| x * 1e30).collect::<Vec<_>>();
                let small = numbers.vector(dimension).iter().map(|x| x * 1e-30).collect();
                let near = vectors[30 * dimension..31 * dimension].to_vec();
                for query in [near, far, small] {
                    let said = check(&model, &bytes, &errors, &query, &vectors).is_some();
                    let near = query[0].abs() > 1e-20 && query[0].abs() < 1e20;
                    assert!(said || !answers || !near, "{metric:?} {scale} {offset}");
                }
            }
        }
    }
}

/// A zero query, and bars that no vector or every vector passes.
#[test]
fn bars_beyond_all_vectors() {
    let mut numbers = Numbers(43);
    let vectors = numbers.vector(10 * 300);
    for metric in METRICS {
        let model = Arc::new(train(metric, 10, 4, Encoder::Pq { dims: 2 }, &vectors));
        let bytes = region(&model, &segment(&model, &vectors));
        let errors = measure(&model, &bytes, &vectors, None);
        let zero = vec![0f32; 10];
        check(&model, &bytes, &errors, &zero, &vectors);
        let mut scan = Scan::new(Arc::clone(&model), &numbers.vector(10), 1).expect("a scan");
        let mut marked = |bar| within(&mut scan, &bytes, &errors, bar, 300);
        assert!(marked(f32::INFINITY).is_none() && marked(f32::NEG_INFINITY).is_none());
        let none = if metric == Metric::L2 { -1.0 } else { 1e6 };
        assert!(marked(none).expect("an answer").iter().filter(|&&marked| marked).count() < 100);
        let all = if metric == Metric::L2 { 1e6 } else { -1e6 };
        assert!(marked(all).expect("an answer").iter().all(|&marked| marked));
    }
}

/// Rows of some documents only.
#[test]
fn documents_without_a_vector() {
    let mut numbers = Numbers(44);
    let (dimension, count) = (20, 600);
    let vectors = numbers.vector(dimension * count);
    let model = Arc::new(train(Metric::L2, dimension, 8, Encoder::Pq { dims: 2 }, &vectors));
    let dense = segment(&model, &vectors);
    let errors = measure(&model, &region(&model, &dense), &vectors, None);
    // Row i is document 3i + i % 2.
    let doc = |row: u32| 3 * row + row % 2;
    let mut cells = dense.cells;
    cells.iter_mut().for_each(|(_, docs, _)| docs.iter_mut().for_each(|row| *row = doc(*row)));
    let bytes = region(&model, &Segment { cells });
    let mut documents = vec![0u64; (3 * count).div_ceil(64)];
    (0..count as u32).map(doc).for_each(|doc| documents[doc as usize / 64] |= 1 << (doc % 64));
    assert_eq!(measure(&model, &bytes, &vectors, Some(&documents)), errors);

    let rows = Rows::of_f32(&vectors, dimension).expect("rows");
    let region = Region::new(&bytes).expect("right");
    let cells = region.cells() as usize;
    let mut all = vec![0f32; cells];
    let mut refused = |rows: Rows<'_>, documents: Option<&[u64]>| {
        let error = model.measure(&region, rows, documents, 0, cells, &mut all).map(drop);
        assert!(
            matches!(error, Err(Error::Format(FormatError::Region { field: "docs", .. }))),
            "{error:?}"
        );
    };
    refused(rows, None);
    refused(rows.range(0, count - 1), Some(&documents));
    refused(rows, Some(&documents[1..]));
    documents[3] = 0;
    refused(rows, Some(&documents));

    let mut scan = Scan::new(Arc::clone(&model), &vectors[..dimension], 1).expect("a scan");
    let mut words = [0u64; 5];
    let result = scan.within(&region, 0, cells, &errors, 1e6, &mut words);
    assert!(matches!(result, Err(Error::Format(FormatError::Region { field: "docs", .. }))));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut numbers = Numbers(45);
    let vectors = numbers.vector(10 * 200);
    let model = Arc::new(train(Metric::L2, 10, 4, Encoder::Sq { bits: 4 }, &vectors));
    let bytes = region(&model, &segment(&model, &vectors));
    let region = Region::new(&bytes).expect("right");
    let cells = region.cells() as usize;
    let rows = Rows::of_f32(&vectors, 10).expect("rows");
    let mut scan = Scan::new(Arc::clone(&model), &vectors[..10], 1).expect("a scan");
    let (errors, mut words) = (vec![0f32; cells + 1], [0u64; 4]);
    for (from, to, errors, bar) in [
        (0, cells + 1, &errors[..], 1.0),
        (2, 1, &errors[..0], 1.0),
        (0, cells, &errors[..], 1.0),
        (0, cells, &errors[..cells], f32::NAN),
    ] {
        let result = scan.within(&region, from, to, errors, bar, &mut words);
        assert!(matches!(result, Err(Error::Argument(_))), "{result:?}");
        if !bar.is_nan() {
            let result = model.measure(&region, rows, None, from, to, &mut errors.to_vec());
            assert!(matches!(result, Err(Error::Argument(_))), "{result:?}");
        }
    }
    // A cell that the model does not have.
    let mut foreign = segment(&model, &vectors);
    foreign.cells.last_mut().expect("cells").0 = model.nlist() as u32;
    let foreign = codes::region(&model, &foreign);
    let foreign = Region::new(&foreign).expect("right");
    let mut all = vec![0f32; cells];
    for result in [
        model.measure(&foreign, rows, None, 0, cells, &mut all),
        scan.within(&foreign, 0, cells, &errors[..cells], 1.0, &mut words).map(drop),
    ] {
        let field = |error| match error {
            Err(Error::Format(FormatError::Region { field, .. })) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(result), "cell");
    }
    let other = train(Metric::L2, 10, 3, Encoder::Sq { bits: 4 }, &vectors);
    let result = other.measure(&region, rows, None, 0, cells, &mut errors[1..].to_vec());
    assert!(matches!(result, Err(Error::Format(_))), "{result:?}");
}

/// Neither a code nor a factor that is not the vector's makes a bound wrong.
#[test]
fn damaged_codes_leave_nothing_out() {
    let mut numbers = Numbers(46);
    let (dimension, count) = (12, 400);
    let vectors = numbers.vector(dimension * count);
    for metric in METRICS {
        let model = Arc::new(train(metric, dimension, 6, Encoder::Pq { dims: 2 }, &vectors));
        let mut segment = segment(&model, &vectors);
        for (_, _, rows) in segment.cells.iter_mut().take(3) {
            rows.iter_mut().for_each(|byte| *byte = numbers.next() as u8);
        }
        let bytes = region(&model, &segment);
        let errors = measure(&model, &bytes, &vectors, None);
        assert!(errors[3..].iter().all(|error| error.is_finite()));
        for _ in 0..5 {
            check(&model, &bytes, &errors, &numbers.vector(dimension), &vectors);
        }
    }
}

/// On real vectors few stay, and the same at every level.
#[test]
fn few_stay_of_real_vectors() {
    let slice = slices::sift(20_000, 20);
    let dimension = slice.dimension;
    let model = train(Metric::L2, dimension, 256, Encoder::Pq { dims: 2 }, &slice.base);
    let bytes = region(&model, &segment(&model, &slice.base));
    let file = model.file().to_vec();
    let mut found = Vec::new();
    for kernels in Kernels::available() {
        let model = Arc::new(Model::from_file_for(file.clone(), kernels).expect("readable"));
        let errors = measure(&model, &bytes, &slice.base, None);
        let marked =
            |query: &[f32]| check(&model, &bytes, &errors, query, &slice.base).expect("an answer");
        found.push(slice.queries.chunks(dimension).map(marked).collect::<Vec<_>>());
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
    let mean = found[0].iter().sum::<usize>() / found[0].len();
    assert!(mean < 3000, "{mean} of 20,000: {:?}", found[0]);
}
