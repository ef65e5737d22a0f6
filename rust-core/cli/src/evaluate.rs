//! `ivory evaluate`: recall and vectors scanned by cells probed, as if the vectors of the probed cells
//! were compared exactly. So it measures the cells; what codes and rescoring add is not in it.

mod curve;
mod plot;
mod truth;

use crate::arguments::{Column, Evaluate};
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::output::OutputFile;
use crate::parallel::Workers;
use crate::report::{Report, lines};
use crate::{interrupt, models, progress, spread};
use curve::{Curve, Point};
use ivory_core::{Metric, Model};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::slice::from_ref;
use std::time::Instant;
use truth::Truth;

pub fn run(arguments: &Evaluate) -> Result<Report, Failure> {
    let begin = Instant::now();
    let model = models::read(&arguments.model)?;
    let mut inputs = Inputs::open(&arguments.input.files, &arguments.input.column, model.metric())?;
    inputs.check_dimension(&model)?;
    let queries = queries(&arguments.queries, &arguments.input.column, &model)?;
    let plot = arguments.plot.as_deref().map(plot_file).transpose()?;
    let count = queries.len() / model.dimension();
    let k = arguments.k as usize;
    let mut truth = match &arguments.ground_truth {
        Some(path) => Truth::read(path, count, k, inputs.rows())?,
        None => Truth::exact(count, k),
    };
    let mut workers = Workers::new(arguments.threads.count())?;
    let bar = progress::bar("comparing", inputs.rows());
    let (mut block, mut cells, mut row) = (Vec::new(), Vec::new(), 0u64);
    let mut sizes = vec![0u64; model.nlist()];
    while inputs.next(&mut block)? > 0 {
        bring_to_form(model.metric(), model.dimension(), &mut block);
        workers.assign(&model, &block, &mut cells)?;
        cells.iter().for_each(|&cell| sizes[cell as usize] += 1);
        workers.pool().install(|| truth.block(&model, &queries, &block, row, &cells));
        row += cells.len() as u64;
        bar.inc(cells.len() as u64);
    }
    bar.finish_and_clear();
    interrupt::check()?;
    let curve = workers.pool().install(|| {
        Curve::measure(&model, &queries, &truth, &sizes, &nprobes(arguments, model.nlist()))
    })?;
    if let (Some(mut file), Some(path)) = (plot, &arguments.plot) {
        let drawn = plot::draw(&curve.points, k, &model, row);
        file.write(drawn.map_err(|cause| Failure::of_file(path, cause))?.as_bytes())?;
        interrupt::check()?;
        file.finish()?;
    }
    let mut json = Map::new();
    let mut put = |name: &str, value| json.insert(name.to_owned(), value);
    put("fingerprint", json!(format!("{:016x}", model.fingerprint())));
    put("vectors", json!(row));
    put("queries", json!(count));
    put("k", json!(k));
    put("cell_sizes", spread::describe(&sizes));
    put("seconds", json!(begin.elapsed().as_secs_f64()));
    let text = lines(&json) + &table(&curve.points, k);
    json.insert("points".to_owned(), curve.points.iter().map(point).collect());
    Ok(Report { json, text })
}

/// All queries; for cosine as unit vectors.
fn queries(path: &Path, column: &Column, model: &Model) -> Result<Vec<f32>, Failure> {
    let path = path.to_owned();
    let inputs = Inputs::open(from_ref(&path), column, model.metric())?;
    inputs.check_dimension(model)?;
    let mut queries = inputs.all()?;
    bring_to_form(model.metric(), model.dimension(), &mut queries);
    Ok(queries)
}

/// Brings vectors to unit length for cosine, as an index does.
fn bring_to_form(metric: Metric, dimension: usize, vectors: &mut [f32]) {
    if metric != Metric::Cosine {
        return;
    }
    for vector in vectors.chunks_exact_mut(dimension) {
        let norm = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / norm) as f32);
    }
}

/// Begins the file of the plot.
fn plot_file(path: &Path) -> Result<OutputFile, Failure> {
    let is_svg = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if !is_svg {
        return Err(Failure::Usage(format!("{}: --plot must be an .svg file", path.display())));
    }
    OutputFile::create(path)
}

/// Numbers of cells to probe, ascending.
fn nprobes(arguments: &Evaluate, nlist: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = if arguments.nprobe.is_empty() {
        (0..usize::BITS).map(|power| 1 << power).take_while(|&nprobe| nprobe < nlist).collect()
    } else {
        arguments.nprobe.iter().map(|&nprobe| (nprobe as usize).min(nlist)).collect()
    };
    if arguments.nprobe.is_empty() {
        numbers.push(nlist);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn point(point: &Point) -> Value {
    json!({
        "nprobe": point.nprobe,
        "recall": point.recall,
        "vectors_scanned": point.scanned,
        "share_scanned": point.share,
    })
}

fn table(points: &[Point], k: usize) -> String {
    let recall = format!("recall@{k}");
    let head =
        format!("\n{:>6}  {recall:>12}  {:>15}  {:>7}\n", "nprobe", "vectors scanned", "share");
    let line = |point: &Point| {
        let Point { nprobe, recall, scanned, share } = point;
        format!("{nprobe:>6}  {recall:>12.4}  {scanned:>15.1}  {:>6.2}%\n", share * 100.0)
    };
    points.iter().map(line).fold(head, |text, line| text + &line)
}
