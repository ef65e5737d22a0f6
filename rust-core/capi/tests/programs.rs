//! Programs in C, compiled and run: as they are, under AddressSanitizer, and under valgrind.
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::{compile, crate_folder, folder, has, library, run};

/// What the threads' checks need of C99.
const POSIX: &str = "-D_POSIX_C_SOURCE=200809L";

/// The sources of the checks, as one program.
fn checks(folder: &Path, flags: &[&str]) -> PathBuf {
    let c = crate_folder().join("tests/c");
    let others = ["common.c", "errors.c", "threads.c"].map(|name| c.join(name));
    let mut all: Vec<&str> = others.iter().map(|path| path.to_str().expect("UTF-8")).collect();
    all.push(POSIX);
    all.extend(flags);
    let program = folder.join("checks");
    compile(&c.join("main.c"), &program, &all);
    program
}

/// Runs the checks, which say so when all of them hold.
fn all_hold(command: &mut Command) -> String {
    let output = run(command);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "all checks hold\n", "{command:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_checks_hold_under_address_sanitizer() {
    let folder = folder("asan");
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let program = checks(&folder, &flags);
    let mut command = Command::new(&program);
    command.arg(&folder).env("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1");
    assert_eq!(all_hold(&mut command), "");
    // That it would have been seen: a program that leaks a model fails.
    let leak = folder.join("leak");
    compile(&crate_folder().join("tests/c/leak.c"), &leak, &flags);
    let output = Command::new(&leak).env("ASAN_OPTIONS", "detect_leaks=1").output().expect("runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("LeakSanitizer"), "{told}");
}

#[test]
fn the_checks_hold_under_valgrind() {
    if !has("valgrind") {
        eprintln!("valgrind is not installed; AddressSanitizer has looked");
        return;
    }
    let folder = folder("valgrind");
    // It is slow: fewer vectors.
    let program = checks(&folder, &["-DVECTORS=600"]);
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--fair-sched=yes", "--error-exitcode=9", "--leak-check=full"])
        // What a thread pool keeps for its next threads is found by pointers with marks in them.
        .args(["--show-leak-kinds=definite,indirect"])
        .args(["--errors-for-leak-kinds=definite,indirect"])
        .arg(program)
        .arg(&folder);
    if std::env::var("IVORY_SIMD").is_ok_and(|level| level == "avx512") {
        // It knows none.
        command.env("IVORY_SIMD", "avx2");
    }
    assert_eq!(all_hold(&mut command), "");
}

#[test]
fn the_example_in_the_documentation_works_with_both_libraries() {
    let text = std::fs::read_to_string(crate_folder().join("../../docs/C.md")).expect("docs/C.md");
    let example = text.split("```c\n").nth(1).and_then(|rest| rest.split("```").next());
    let folder = folder("example");
    let source = folder.join("example.c");
    std::fs::write(&source, example.expect("an example")).expect("writable");
    compile(&source, &folder.join("static"), &[]);
    let shared = library("so");
    run(Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(crate_folder().join("include"))
        .arg(&source)
        .arg(&shared)
        .args(["-lm", "-o"])
        .arg(folder.join("shared")));
    let beside = shared.parent().expect("a folder");
    for name in ["static", "shared"] {
        let mut command = Command::new(folder.join(name));
        command.current_dir(&folder).env("LD_LIBRARY_PATH", beside);
        let told = String::from_utf8(run(&mut command).stdout).expect("UTF-8");
        assert!(told.contains("nearest: 42 "), "{name}: {told}");
    }
}

#[test]
fn the_header_is_cpp_too() {
    if !has("c++") {
        eprintln!("there is no C++ compiler");
        return;
    }
    let source = folder("cpp").join("header.cpp");
    std::fs::write(&source, "#include <ivory.h>\n").expect("writable");
    run(Command::new("c++")
        .args(["-std=c++11", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(crate_folder().join("include"))
        .arg(&source));
}
