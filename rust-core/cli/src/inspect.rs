//! `ivory inspect`: what a model file holds.

use crate::arguments::Inspect;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::parallel::Workers;
use crate::report::Report;
use crate::{models, progress, spread};
use serde_json::json;

pub fn run(arguments: &Inspect) -> Result<Report, Failure> {
    let model = models::read(&arguments.model)?;
    let mut json = models::describe(&model);
    json.insert("memory_in_bytes".to_owned(), json!(model.size_in_bytes()));
    if arguments.files.is_empty() {
        return Ok(Report::of(json));
    }
    let mut inputs = Inputs::open(&arguments.files, &arguments.column, model.metric())?;
    inputs.check_dimension(&model)?;
    let mut workers = Workers::new(arguments.threads.count())?;
    let bar = progress::bar("assigning", inputs.rows());
    let (mut block, mut cells) = (Vec::new(), Vec::new());
    let mut sizes = vec![0u64; model.nlist()];
    while inputs.next(&mut block)? > 0 {
        workers.assign(&model, &block, &mut cells)?;
        cells.iter().for_each(|&cell| sizes[cell as usize] += 1);
        bar.inc(cells.len() as u64);
    }
    bar.finish_and_clear();
    json.insert("vectors".to_owned(), json!(sizes.iter().sum::<u64>()));
    json.insert("cell_sizes".to_owned(), spread::describe(&sizes));
    Ok(Report::of(json))
}
