//! What can end a command.

use std::fmt;

/// Why a command did not do what it was asked; shown in one line.
#[derive(Debug)]
pub enum Failure {
    /// By a signal.
    Interrupted,
    /// Arguments that do not fit one another or the files.
    Usage(String),
    /// Anything else.
    Error(String),
}

impl Failure {
    /// What the program exits with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Error(_) => 1,
            Self::Usage(_) => 2,
            Self::Interrupted => 130,
        }
    }

    /// A failure to do with a file.
    pub fn of_file(path: &std::path::Path, cause: impl fmt::Display) -> Self {
        Self::Error(format!("{}: {cause}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Interrupted => "interrupted",
            Self::Usage(text) | Self::Error(text) => text,
        };
        // Names of files may hold anything.
        for c in text.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

impl From<ivory_files::Error> for Failure {
    fn from(error: ivory_files::Error) -> Self {
        Self::Error(error.to_string())
    }
}

impl From<ivory_core::Error> for Failure {
    fn from(error: ivory_core::Error) -> Self {
        match error {
            ivory_core::Error::Cancelled => Self::Interrupted,
            other => Self::Error(other.to_string()),
        }
    }
}
