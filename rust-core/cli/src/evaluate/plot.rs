//! Recall over vectors scanned, as a drawing.

use super::curve::Point;
use ivory_core::Model;
use plotters::prelude::*;

const SIZE: (u32, u32) = (800, 500);
const FONT: (&str, i32) = ("sans-serif", 14);

/// The drawing as SVG; `vectors` is the number of all vectors.
pub fn draw(points: &[Point], k: usize, model: &Model, vectors: u64) -> Result<String, String> {
    let mut svg = String::new();
    paint(&mut svg, points, k, model, vectors).map_err(|error| error.to_string())?;
    Ok(svg)
}

fn paint(
    svg: &mut String,
    points: &[Point],
    k: usize,
    model: &Model,
    vectors: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    // A cell may be empty, and the scale is logarithmic.
    let least = 1.0 / vectors as f64;
    let place = |point: &Point| (point.share.max(least) * 100.0, point.recall);
    let shares = || points.iter().map(|point| place(point).0);
    let from = shares().fold(f64::INFINITY, f64::min) / 1.3;
    let to = shares().fold(from, f64::max) * 1.3;
    let lowest = points.iter().map(|point| point.recall).fold(1.0, f64::min);
    let floor = (lowest * 10.0).floor() / 10.0;
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let title =
        format!("recall@{k} over vectors scanned: {} cells, {vectors} vectors", model.nlist());
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(15)
        .x_label_area_size(45)
        .y_label_area_size(60)
        .build_cartesian_2d((from..to).log_scale(), floor.min(0.9)..1.02)?;
    chart
        .configure_mesh()
        .x_desc("vectors scanned, % of all (labels: nprobe)")
        .y_desc(format!("recall@{k}"))
        .x_label_formatter(&|x| format!("{x}"))
        .y_label_formatter(&|y| format!("{y:.2}"))
        .label_style(FONT)
        .draw()?;
    chart.draw_series(LineSeries::new(points.iter().map(place), &BLUE))?;
    chart.draw_series(points.iter().map(|point| Circle::new(place(point), 3, BLUE.filled())))?;
    chart.draw_series(points.iter().map(|point| {
        let label = Text::new(point.nprobe.to_string(), (6, 4), FONT);
        EmptyElement::at(place(point)) + label
    }))?;
    root.present()?;
    drop(chart);
    drop(root);
    Ok(())
}
