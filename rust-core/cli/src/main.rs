//! `ivory`: trains models on files, looks into them, applies them and measures them.
//!
//! Exit codes: 0 done; 1 something went wrong, which the one line on standard error tells; 2 wrong
//! arguments; 130 interrupted.
#![forbid(unsafe_code)]

mod arguments;
mod assign;
mod evaluate;
mod failure;
mod inputs;
mod inspect;
mod interrupt;
mod models;
mod output;
mod parallel;
mod progress;
mod report;
mod spread;
mod train;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use report::Report;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.command).and_then(|report| report.print(arguments.json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if arguments.json {
                let object = serde_json::json!({ "error": failure.to_string() });
                // Nobody listens any more: the exit code says what can be said.
                drop(writeln!(std::io::stdout(), "{object}"));
            }
            drop(writeln!(std::io::stderr(), "ivory: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: &Command) -> Result<Report, Failure> {
    interrupt::install()?;
    match command {
        Command::Train(arguments) => train::run(arguments),
        Command::Assign(arguments) => assign::run(arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Evaluate(arguments) => evaluate::run(arguments),
    }
}
