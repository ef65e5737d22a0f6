//! What goes wrong: one line that names file, row and cause, the right exit code, no file left behind.

mod common;

use common::{Folder, command, data, fails, fvecs, json, npy, run};
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Four components, few rows.
fn small(rows: usize) -> Vec<f32> {
    (0..rows * 4).map(|i| ((i * 37) % 101) as f32 - 50.0).collect()
}

#[test]
fn faults_of_files_are_told_in_one_line() {
    let folder = Folder::new("faults");
    folder.write("a.npy", &npy(&small(100), 4));
    json(&folder, &["train", "a.npy", "-o", "m", "--nlist", "5"]);
    let mut broken = small(100);
    broken[4 * 17 + 2] = f32::NAN;
    folder.write("nan.fvecs", &fvecs(&broken, 4));
    broken[4 * 17..][..4].fill(0.0);
    folder.write("zero.fvecs", &fvecs(&broken, 4));
    folder.write("five.npy", &npy(&small(100), 5));
    folder.write("none.fvecs", &[]);
    folder.write("cut.npy", &npy(&small(100), 4)[..1000]);
    let mut model = fs::read(folder.path("m")).expect("a model");
    folder.write("cut", &model[..100]);
    model[77] ^= 1;
    folder.write("flipped", &model);
    folder.write("t.ivecs", &[1, 0, 0, 0, 100, 0, 0, 0].repeat(100));
    let before = folder.names();
    let train =
        |files: &[&str], code| fails(&folder, &[&["train", "-o", "x"], files].concat(), code);
    let cut = "cut.npy: row 54: cut off: 100 rows are announced, 54 are there";
    for (files, cause) in [
        (&["no.npy"][..], "no.npy: No such file or directory (os error 2)"),
        (&["m"], "m: format is not known, expected .fvecs, .bvecs, .ivecs, .npy, .parquet"),
        (&["cut.npy"], cut),
        (&["a.npy", "cut.npy"], cut),
        (&["a.npy", "nan.fvecs"], "nan.fvecs: row 17: component 2 must be finite as f32, got NaN"),
        (&["a.npy", "five.npy"], "five.npy: vectors of 5 components, those of a.npy have 4"),
        (&["none.fvecs"], "none.fvecs: there are no vectors"),
        (
            &["zero.fvecs", "--space-type", "cosinesimil"],
            "zero.fvecs: row 17: is zero, which has no direction",
        ),
        (&["a.npy", "--nlist", "101"], "there are only 100 vectors, fewer than the 101 cells"),
    ] {
        assert_eq!(train(files, 1), cause, "{files:?}");
    }
    assert_eq!(
        train(&["a.npy", "--nlist", "50", "--sample", "49"], 2),
        "--sample 49 must not be less than the 50 cells"
    );
    let assign =
        |arguments: &[&str], code| fails(&folder, &[&["assign"], arguments].concat(), code);
    for (model, cause) in [
        ("no", "no: No such file or directory (os error 2)"),
        (".", ".: is not a regular file"),
        ("a.npy", "a.npy: model file: [magic] is \"\\\\x93NUMPY\\\\x01\\\\x00\""),
    ] {
        assert_eq!(assign(&["-m", model, "-o", "x.npy", "a.npy"], 1), cause);
    }
    let cut = assign(&["-m", "cut", "-o", "x.npy", "a.npy"], 1);
    assert!(cut.starts_with("cut: model file: [length] is 100 bytes"), "{cut}");
    let flipped = assign(&["-m", "flipped", "-o", "x.npy", "a.npy"], 1);
    assert!(flipped.starts_with("flipped: model file: [checksum] is "), "{flipped}");
    assert_eq!(
        assign(&["-m", "m", "-o", "x.npy", "five.npy"], 1),
        "five.npy: vectors of 5 components, the model is for 4"
    );
    assert_eq!(
        assign(&["-m", "m", "-o", "no/x.npy", "a.npy"], 1),
        "no/x.npy: No such file or directory (os error 2)"
    );
    assert_eq!(
        assign(&["-m", "m", "-o", "x.fvecs", "a.npy"], 2),
        "x.fvecs: --output must be an .npy or .ivecs file"
    );
    let evaluate = |more: &[&str], code| {
        fails(&folder, &[&["evaluate", "-m", "m", "a.npy", "-q", "a.npy"], more].concat(), code)
    };
    for (more, code, cause) in [
        (&["-g", "a.npy"][..], 1, "a.npy: expected an .ivecs file"),
        (&["-g", "t.ivecs"], 1, "t.ivecs: has 1 neighbours in a row, -k is 10"),
        (&["-g", "t.ivecs", "-k", "1"], 1, "t.ivecs: row 0: 100 is none of the 100 vectors"),
        (&["--plot", "x.png"], 2, "x.png: --plot must be an .svg file"),
    ] {
        assert_eq!(evaluate(more, code), cause, "{more:?}");
    }
    assert_eq!(folder.names(), before, "files are left behind");
}

#[test]
fn machines_are_told_by_json_and_exit_code() {
    let folder = Folder::new("machines");
    let output = run(&folder, &["inspect", "a\nb", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let line = "a\\nb: No such file or directory (os error 2)";
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("ivory: {line}\n"));
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(object, serde_json::json!({ "error": line }));
    for arguments in [
        &["train"][..],
        &["train", "x.npy"],
        &["train", "x.npy", "-o", "m", "--nlist", "65537"],
        &["train", "x.npy", "-o", "m", "--encoder", "pq:3"],
        &["train", "x.npy", "-o", "m", "--from", "n", "--nlist", "3"],
        &["evaluate", "-m", "m", "x.npy", "-q", "q.npy", "--nprobe", "0"],
        &["nothing"],
    ] {
        assert_eq!(run(&folder, arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert!(run(&folder, &["--help"]).status.success());
    assert!(run(&folder, &["--version"]).stdout.starts_with(b"ivory "));
}

/// A large file of zeros, most of which the file system need not keep.
fn zeros(folder: &Folder, name: &str, rows: u64, dimension: u64) {
    let header = ivory_files::npy_header("<f4", &[rows, dimension]);
    let length = header.len() as u64 + rows * dimension * 4;
    let path = folder.write(name, &header);
    let file = fs::File::options().write(true).open(path).expect("the file");
    file.set_len(length).expect("a sparse file");
}

/// 670 MB within 400 MB of address space, of which threads' stacks and the program itself take their
/// part.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    let folder = Folder::new("memory");
    zeros(&folder, "big.npy", 40_960, 4096);
    for arguments in [
        "train big.npy -o m --nlist 4 --sample 1000 --encoder none --iterations 1 --threads 2",
        "assign -m m -o cells.npy big.npy --threads 2",
    ] {
        let script = format!("ulimit -v 400000 && exec \"$0\" {arguments}");
        let mut shell = std::process::Command::new("sh");
        shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_ivory"));
        let output = shell.current_dir(folder.path("")).output().expect("started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(fs::metadata(folder.path("cells.npy")).expect("cells").len() > 4 * 40_960);
    // The whole of it does not fit: it is an error, not an end by force.
    let script = "ulimit -v 400000 && exec \"$0\" train big.npy -o n --nlist 4 --sample 40960";
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_ivory"));
    let output = shell.current_dir(folder.path("")).output().expect("started");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("ivory: not enough memory: "), "{text}");
    assert_eq!(folder.names(), ["big.npy", "cells.npy", "m"]);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_and_leaves_nothing() {
    let folder = Folder::new("signal");
    // Read to its end it would take a minute: the signal comes long before.
    zeros(&folder, "big.npy", 1 << 24, 1024);
    folder.write("out.ivory", b"what was there");
    let mut command = command(&folder);
    let arguments = ["train", "big.npy", "-o", "out.ivory", "--nlist", "4", "--sample", "4"];
    let mut child = command.args(arguments).stderr(Stdio::piped()).spawn().expect("started");
    let begin = Instant::now();
    while folder.names().len() < 3 {
        assert!(begin.elapsed() < Duration::from_secs(60), "no temporary file");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill").success());
    let status = child.wait().expect("ended");
    assert_eq!(status.code(), Some(130));
    assert_eq!(folder.names(), ["big.npy", "out.ivory"]);
    assert_eq!(fs::read(folder.path("out.ivory")).expect("a file"), b"what was there");
}

#[test]
fn parquet_columns_are_named() {
    let folder = Folder::new("columns");
    let golden = data("../../rust-core/files/tests/data");
    let (nested, plain) = (golden.join("nested.parquet"), golden.join("zstd.parquet"));
    let (nested, plain) = (nested.display().to_string(), plain.display().to_string());
    let refused = fails(&folder, &["train", &nested, "-o", "m", "--nlist", "4"], 1);
    assert!(refused.contains("has several columns with lists, name one of them: "), "{refused}");
    json(&folder, &["train", &nested, "-o", "a", "--nlist", "4", "--column", "doc.vector"]);
    json(&folder, &["train", &plain, "-o", "b", "--nlist", "4"]);
    assert_eq!(fs::read(folder.path("a")).expect("a"), fs::read(folder.path("b")).expect("b"));
}
