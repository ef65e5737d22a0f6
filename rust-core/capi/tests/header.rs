//! include/ivory.h is what the sources say, and names what the library exports.

mod support;

use std::collections::BTreeSet;
use support::crate_folder;

/// Writes the header instead of comparing it.
const WRITE: &str = "IVORY_WRITE_HEADER";

/// In the order in which the header tells of them.
const SOURCES: [&str; 5] = ["status.rs", "vectors.rs", "model.rs", "trainer.rs", "scan.rs"];

fn generated() -> String {
    let folder = crate_folder();
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).expect("configuration");
    let builder = SOURCES.iter().fold(cbindgen::Builder::new().with_config(config), |b, source| {
        b.with_src(folder.join("src").join(source))
    });
    let mut header = Vec::new();
    builder.generate().expect("a header").write(&mut header);
    String::from_utf8(header).expect("UTF-8")
}

#[test]
fn the_header_is_up_to_date() {
    let path = crate_folder().join("include/ivory.h");
    let generated = generated();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &generated).expect("writable");
    }
    let kept = std::fs::read_to_string(&path).expect("the header");
    let differs = kept.lines().zip(generated.lines()).find(|(kept, made)| kept != made);
    assert!(
        kept == generated,
        "include/ivory.h is not what the sources give; first difference: {differs:?}. {WRITE}=1 \
         cargo test -p ivory-capi --test header writes it."
    );
}

#[test]
#[cfg(target_os = "linux")]
fn the_library_exports_what_the_header_declares_and_no_more() {
    use std::process::Command;
    use support::{library, run};
    let header = generated();
    let declared: BTreeSet<String> = header
        .match_indices("ivory_")
        .filter_map(|(at, _)| {
            let name: String = header[at..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let declares = header[at + name.len()..].starts_with('(')
                && !header[at + name.len()..].starts_with("()");
            declares.then_some(name)
        })
        .collect();
    // What the linker adds of itself begins with an underscore.
    let told = run(Command::new("nm").args(["-D", "--defined-only"]).arg(library("so")));
    let exported: BTreeSet<String> = String::from_utf8_lossy(&told.stdout)
        .lines()
        .filter_map(|line| line.split(" T ").nth(1))
        .filter(|name| !name.starts_with('_'))
        .map(str::to_owned)
        .collect();
    assert!(declared.len() >= 20, "the header was not understood: {declared:?}");
    assert_eq!(exported, declared);
}
