//! The guard cannot be gone round: no function is exported but by the table of natives.

use std::path::Path;

fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn functions_are_exported_by_the_table_only() {
    let mut exports = 0;
    for (name, text) in sources() {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let exports_one =
                ["extern \"", "no_mangle", "export_name", "jni_mangle", "native_method!"]
                    .iter()
                    .any(|way| line.contains(way));
            if exports_one {
                assert_eq!(name, "natives.rs", "{line}");
                exports += 1;
            }
        }
    }
    // The macro's one use, its one row template, and JNI_OnLoad's two lines.
    assert_eq!(exports, 3, "another way to export a function has come");
}

#[test]
fn every_row_of_the_table_has_the_policy() {
    let (_, natives) = sources().into_iter().find(|(name, _)| name == "natives.rs").unwrap();
    assert_eq!(natives.matches("error_policy = Policy").count(), 1);
    assert!(!natives.contains("raw "), "a raw native method has no guard");
    assert!(!natives.contains("catch_unwind = false"));
}
