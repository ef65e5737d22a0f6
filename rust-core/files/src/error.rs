//! What went wrong, in which file and row.

use std::fmt;
use std::io;

/// Result of this crate's fallible functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file could not be read. Shown in one line: `FILE: row N: cause`; rows count from 0.
#[derive(Debug)]
pub struct Error {
    file: String,
    row: Option<u64>,
    cause: String,
    source: Option<io::Error>,
}

impl Error {
    /// The file, as it was named when it was opened.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The row, from 0, where the fault is one row's.
    pub fn row(&self) -> Option<u64> {
        self.row
    }

    /// The cause without file and row.
    pub fn cause(&self) -> &str {
        &self.cause
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", one_line(&self.file))?;
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        f.write_str(&one_line(&self.cause))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Names in files may hold anything; a message is one line without control characters.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

/// A fault before it is known in which file: what the readers of single formats give.
#[derive(Debug)]
pub(crate) struct Fault {
    pub row: Option<u64>,
    pub cause: String,
    pub source: Option<io::Error>,
}

/// Result within the readers.
pub(crate) type Outcome<T> = std::result::Result<T, Fault>;

impl Fault {
    pub fn new(cause: impl Into<String>) -> Self {
        Self { row: None, cause: cause.into(), source: None }
    }

    pub fn at(row: u64, cause: impl Into<String>) -> Self {
        Self { row: Some(row), ..Self::new(cause) }
    }

    pub fn of(self, file: &str) -> Error {
        Error { file: file.to_owned(), row: self.row, cause: self.cause, source: self.source }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        let cause = if error.kind() == io::ErrorKind::UnexpectedEof {
            "the file ended early".to_owned()
        } else {
            error.to_string()
        };
        Self { row: None, cause, source: Some(error) }
    }
}
