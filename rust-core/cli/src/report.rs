//! What a command found, for people or for machines.

use crate::failure::Failure;
use serde_json::{Map, Value};
use std::io::{self, Write};

/// The outcome of a command.
#[derive(Debug)]
pub struct Report {
    /// For machines.
    pub json: Map<String, Value>,
    /// For people; ends with a line break.
    pub text: String,
}

impl Report {
    /// A report whose text has a line for every entry.
    pub fn of(json: Map<String, Value>) -> Self {
        let text = lines(&json);
        Self { json, text }
    }

    /// Writes one of both to standard output.
    pub fn print(&self, json: bool) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = if json {
            serde_json::to_writer(&mut out, &self.json)
                .map_err(io::Error::from)
                .and_then(|()| writeln!(out))
        } else {
            out.write_all(self.text.as_bytes())
        };
        match written.and_then(|()| out.flush()) {
            // The reader has seen enough, as `head` has.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.map_err(|error| Failure::Error(format!("standard output: {error}"))),
        }
    }
}

/// A line for every entry: its name and its value.
pub fn lines(map: &Map<String, Value>) -> String {
    let width = map.keys().map(String::len).max().unwrap_or(0);
    map.iter().map(|(name, value)| format!("{name:width$}  {}\n", plain(value))).collect()
}

/// A value without the marks of JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text
            .chars()
            .flat_map(|c| {
                let escaped: Vec<char> =
                    if c.is_control() { c.escape_default().collect() } else { vec![c] };
                escaped
            })
            .collect(),
        Value::Object(map) => {
            let parts: Vec<String> =
                map.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
            parts.join(", ")
        }
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
