//! `ivory assign`: the cell of each vector.

use crate::arguments::Assign;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::output::OutputFile;
use crate::parallel::Workers;
use crate::report::Report;
use crate::{interrupt, models, progress, spread};
use ivory_files::{Format, npy_header};
use serde_json::json;
use std::time::Instant;

pub fn run(arguments: &Assign) -> Result<Report, Failure> {
    let begin = Instant::now();
    let format = match Format::of(&arguments.output) {
        Some(format @ (Format::Npy | Format::Ivecs)) => format,
        _ => {
            let path = arguments.output.display();
            return Err(Failure::Usage(format!("{path}: --output must be an .npy or .ivecs file")));
        }
    };
    let model = models::read(&arguments.model)?;
    let mut inputs = Inputs::open(&arguments.input.files, &arguments.input.column, model.metric())?;
    inputs.check_dimension(&model)?;
    let mut output = OutputFile::create(&arguments.output)?;
    if format == Format::Npy {
        output.write(&npy_header("<u4", &[inputs.rows()]))?;
    }
    let mut workers = Workers::new(arguments.threads.count())?;
    let bar = progress::bar("assigning", inputs.rows());
    let (mut block, mut cells, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    let mut sizes = vec![0u64; model.nlist()];
    while inputs.next(&mut block)? > 0 {
        workers.assign(&model, &block, &mut cells)?;
        bytes.clear();
        for &cell in &cells {
            sizes[cell as usize] += 1;
            if format == Format::Ivecs {
                bytes.extend(1u32.to_le_bytes());
            }
            bytes.extend(cell.to_le_bytes());
        }
        output.write(&bytes)?;
        bar.inc(cells.len() as u64);
    }
    bar.finish_and_clear();
    let vectors: u64 = sizes.iter().sum();
    if vectors != inputs.rows() {
        let cause = format!("{} vectors were announced, {vectors} were read", inputs.rows());
        return Err(Failure::Error(cause));
    }
    interrupt::check()?;
    output.finish()?;
    let mut json = serde_json::Map::new();
    let mut put = |name: &str, value| json.insert(name.to_owned(), value);
    put("output", json!(arguments.output.display().to_string()));
    put("fingerprint", json!(format!("{:016x}", model.fingerprint())));
    put("vectors", json!(vectors));
    put("cell_sizes", spread::describe(&sizes));
    put("seconds", json!(begin.elapsed().as_secs_f64()));
    Ok(Report::of(json))
}
