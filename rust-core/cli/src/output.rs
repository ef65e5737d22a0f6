//! Files that are there whole or not at all.

use crate::failure::Failure;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Names to try for the temporary file before giving up.
const TRIES: u32 = 100;

/// A file that takes its name when it is complete. Until then it lies beside its place under another
/// name; dropped before, it leaves nothing behind, and what had the name keeps it.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<BufWriter<File>>,
}

impl OutputFile {
    /// Begins a file: where it cannot be written, that is found before the work is done.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let Some(name) = path.file_name() else {
            return Err(Failure::of_file(path, "is not the name of a file"));
        };
        if path.is_dir() {
            return Err(Failure::of_file(path, "is a folder"));
        }
        for number in 0..TRIES {
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{number}.tmp", std::process::id()));
            let temporary = path.with_file_name(hidden);
            match OpenOptions::new().write(true).create_new(true).open(&temporary) {
                Ok(file) => {
                    let writer = Some(BufWriter::with_capacity(1 << 16, file));
                    return Ok(Self { path: path.to_owned(), temporary, writer });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Failure::of_file(path, error)),
            }
        }
        Err(Failure::of_file(path, "temporary files of that name are in the way"))
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match &mut self.writer {
            Some(writer) => writer.write_all(bytes),
            None => Ok(()),
        };
        written.map_err(|error| Failure::of_file(&self.path, error))
    }

    /// Gives the file its name, once its bytes are on the disk.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.commit().map_err(|error| Failure::of_file(&self.path, error))
    }

    fn commit(&mut self) -> io::Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let moved = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&self.temporary, &self.path));
        if let Err(error) = moved {
            drop(std::fs::remove_file(&self.temporary));
            return Err(error);
        }
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            drop(std::fs::remove_file(&self.temporary));
        }
    }
}
