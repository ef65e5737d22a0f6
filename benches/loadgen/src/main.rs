//! Command line of the load generator; `benches/node` calls it.

#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use ivory_loadgen::client::Target;
use ivory_loadgen::requests::{self, Records};
use ivory_loadgen::run::{Outcome, run};

const USAGE: &str = "usage: ivory-loadgen --address HOST:PORT --path PATH --requests FILE
    [--method POST] [--content-type application/json] [--clients 1] [--rounds 1]
    [--answers FILE]     the last answer to each request, as length-prefixed records
    [--latencies FILE]   three little-endian u64 a request: its number, start and duration in ns
Prints one line of JSON: requests, seconds, and the CPU seconds that it took itself.
";

const OPTIONS: [&str; 9] = [
    "address",
    "path",
    "requests",
    "method",
    "content-type",
    "clients",
    "rounds",
    "answers",
    "latencies",
];

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "ivory-loadgen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn std::error::Error>> {
    let options = options(std::env::args().skip(1))?;
    let get = |name: &str| options.get(name).cloned();
    let need = |name: &str| get(name).ok_or(format!("--{name} is missing\n{USAGE}"));
    let count = |name: &str| -> Result<usize, String> {
        let text = get(name).unwrap_or_else(|| "1".to_owned());
        match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("--{name} {text} is no positive number")),
        }
    };
    let target = Target {
        address: need("address")?,
        method: get("method").unwrap_or_else(|| "POST".to_owned()),
        path: need("path")?,
        content_type: get("content-type").unwrap_or_else(|| "application/json".to_owned()),
    };
    let file = need("requests")?;
    let records = Records::read(Path::new(&file)).map_err(|error| format!("{file}: {error}"))?;
    if records.is_empty() {
        return Err(format!("{file} holds no request").into());
    }
    let before = cpu_seconds();
    let keep = options.contains_key("answers");
    let outcome = run(&target, &records, count("clients")?, count("rounds")?, keep)?;
    let cpu = cpu_seconds() - before;
    save(&outcome, get("answers"), get("latencies"))?;
    writeln!(
        io::stdout(),
        "{{\"requests\": {}, \"seconds\": {:.6}, \"cpu_seconds\": {cpu:.2}}}",
        outcome.timings.len(),
        outcome.seconds
    )?;
    Ok(())
}

fn options(arguments: impl Iterator<Item = String>) -> Result<HashMap<String, String>, String> {
    let mut found = HashMap::new();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let name = argument.strip_prefix("--").unwrap_or_default().to_owned();
        if !OPTIONS.contains(&name.as_str()) {
            return Err(format!("{argument} is no option\n{USAGE}"));
        }
        let value = arguments.next().ok_or(format!("{argument} has no value\n{USAGE}"))?;
        found.insert(name, value);
    }
    Ok(found)
}

fn save(outcome: &Outcome, answers: Option<String>, latencies: Option<String>) -> io::Result<()> {
    if let Some(path) = answers {
        let mut out = BufWriter::new(File::create(path)?);
        for answer in &outcome.answers {
            requests::write(&mut out, answer)?;
        }
        out.flush()?;
    }
    if let Some(path) = latencies {
        let mut out = BufWriter::new(File::create(path)?);
        for timing in &outcome.timings {
            let numbers = [timing.request as u128, timing.start.as_nanos(), timing.took.as_nanos()];
            for number in numbers {
                out.write_all(&u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes())?;
            }
        }
        out.flush()?;
    }
    Ok(())
}

/// User and system time of this process, from /proc (in ticks of 10 ms); 0 where there is none.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> =
        text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |index: usize| fields.get(index).and_then(|field| field.parse().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
