//! Where things are, and how C is compiled.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The crate's folder.
pub fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The library that was built along with this test: `so` or `a`.
pub fn library(kind: &str) -> PathBuf {
    let suffix = if kind == "so" { std::env::consts::DLL_SUFFIX } else { ".a" };
    let name = format!("{}ivory_c{suffix}", std::env::consts::DLL_PREFIX);
    let test = std::env::current_exe().expect("a path");
    let mut folders = test.ancestors().skip(1).take(2);
    let found = folders.find_map(|folder| Some(folder.join(&name)).filter(|path| path.is_file()));
    found.unwrap_or_else(|| panic!("no {name} beside {}", test.display()))
}

/// An empty folder of this test's own below the build folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("capi-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Whether a program can be run.
pub fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs a command and gives back its output; anything but success, with all that it wrote, fails.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Compiles a C program as strictly as can be and links it with the static library.
pub fn compile(source: &Path, program: &Path, flags: &[&str]) {
    run(Command::new("cc")
        .args(["-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .args(flags)
        .arg("-I")
        .arg(crate_folder().join("include"))
        .arg(source)
        .arg(library("a"))
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(program));
}
