//! What the tests of the program share.
#![allow(dead_code, reason = "every test file uses its own part")]

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder that is removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and gives back where it is.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    /// Names of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The program, ready to be started in a folder.
pub fn command(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ivory"));
    command.current_dir(&folder.0);
    command
}

/// Runs the program.
pub fn run<S: AsRef<OsStr>>(folder: &Folder, arguments: &[S]) -> Output {
    command(folder).args(arguments).output().expect("started")
}

/// Runs the program with `--json`, which must succeed, and gives back what it printed.
pub fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    assert_eq!(errors, "", "{arguments:?}");
    serde_json::from_slice(&output.stdout).expect("one JSON object and nothing else")
}

/// Runs the program, which must fail with that code; gives back the line that it printed.
pub fn fails(folder: &Folder, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    let errors = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    let line = errors.strip_prefix("ivory: ").and_then(|rest| rest.strip_suffix('\n'));
    let line = line.unwrap_or_else(|| panic!("{arguments:?}: {errors:?}"));
    assert!(!line.contains('\n'), "{arguments:?}: {errors:?}");
    line.to_owned()
}

/// A file of tests/data; its README tells what is in it.
pub fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "data", name].iter().collect()
}

/// The first rows of a SIFT file, as they are.
pub fn sift(name: &str, rows: usize) -> Vec<u8> {
    let packed = fs::read(data(&format!("sift/{name}.bvecs.gz"))).expect("tests/data");
    let mut bytes = vec![0; rows * 132];
    flate2::read::GzDecoder::new(&packed[..]).read_exact(&mut bytes).expect("enough rows");
    bytes
}

/// The same as numbers.
pub fn numbers(bvecs: &[u8]) -> Vec<f32> {
    bvecs.chunks(132).flat_map(|row| row[4..].iter().map(|&x| f32::from(x))).collect()
}

pub fn npy(numbers: &[f32], dimension: usize) -> Vec<u8> {
    let rows = (numbers.len() / dimension) as u64;
    let mut bytes = ivory_files::npy_header("<f4", &[rows, dimension as u64]);
    numbers.iter().for_each(|x| bytes.extend(x.to_le_bytes()));
    bytes
}

pub fn fvecs(numbers: &[f32], dimension: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in numbers.chunks(dimension) {
        bytes.extend((row.len() as u32).to_le_bytes());
        row.iter().for_each(|x| bytes.extend(x.to_le_bytes()));
    }
    bytes
}
