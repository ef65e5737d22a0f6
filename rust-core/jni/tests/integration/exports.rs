//! The exported functions against docs/JNI.md and the Java class: none missing, none extra.

use object::{Object, ObjectSymbol};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const CLASS: &str = "Java_org_ivory_nativelib_Natives_";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The library that was built along with this test.
fn library() -> PathBuf {
    let name = format!("{}ivory{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let test = std::env::current_exe().unwrap();
    let folders = test.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(&name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no {name} beside {}", test.display()))
}

/// The names that the library exports, but for those that the linker adds.
fn exported() -> BTreeSet<String> {
    let bytes = std::fs::read(library()).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    file.dynamic_symbols()
        .filter(|symbol| symbol.is_definition() && symbol.kind() == object::SymbolKind::Text)
        .map(|symbol| symbol.name().unwrap().to_owned())
        .filter(|name| !["_init", "_fini"].contains(&name.as_str()))
        .collect()
}

/// The name under which the JVM looks for a method declared like `void score(int metric, …)`: the
/// long one, with the types of the arguments.
fn symbol(declaration: &str) -> String {
    let (head, arguments) = declaration.trim_end_matches(')').split_once('(').unwrap();
    let method = head.split_whitespace().last().unwrap();
    let types = arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty());
    let types: String =
        types.map(|argument| mangled(argument.split(' ').next().unwrap())).collect();
    format!("{CLASS}{method}__{types}")
}

fn mangled(java: &str) -> String {
    if let Some(element) = java.strip_suffix("[]") {
        return format!("_3{}", mangled(element));
    }
    match java {
        "int" => "I",
        "long" => "J",
        "float" => "F",
        "double" => "D",
        "byte" => "B",
        "boolean" => "Z",
        "ByteBuffer" => "Ljava_nio_ByteBuffer_2",
        "String" => "Ljava_lang_String_2",
        other => panic!("a type that this test does not know: {other}"),
    }
    .to_owned()
}

/// The declarations in the first column of the table of natives.
fn documented() -> BTreeSet<String> {
    let text = read("docs/JNI.md");
    let table = text.lines().skip_while(|line| !line.starts_with("| native ")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.map(|row| symbol(row.split('`').nth(1).unwrap())).collect()
}

/// The native methods of the Java class.
fn declared() -> BTreeSet<String> {
    let text = read("java-plugin/native/src/main/java/org/ivory/nativelib/Natives.java");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let methods = text.split("static native ").skip(1);
    methods.map(|method| symbol(method.split(';').next().unwrap())).collect()
}

#[test]
fn the_library_exports_what_the_contract_says() {
    let mut expected = documented();
    assert!(expected.len() >= 20, "the table in docs/JNI.md was not understood: {expected:?}");
    expected.insert("JNI_OnLoad".to_owned());
    assert_eq!(exported(), expected);
}

#[test]
fn java_declares_what_the_contract_says() {
    assert_eq!(declared(), documented());
}

#[test]
fn names_are_mangled_as_the_specification_says() {
    assert_eq!(symbol("int abiVersion()"), format!("{CLASS}abiVersion__"));
    let score = "void score(int metric, float[] query, ByteBuffer rows, int count, float[] out)";
    assert_eq!(symbol(score), format!("{CLASS}score__I_3FLjava_nio_ByteBuffer_2I_3F"));
}

/// Only what every Linux has: nothing of this is looked for on the user's machine.
#[test]
#[cfg(target_os = "linux")]
fn the_library_needs_no_other_library() {
    let output = std::process::Command::new("ldd").arg(library()).output();
    let Ok(output) = output else { return };
    let known = ["linux-vdso", "libgcc_s.", "libc.", "libm.", "ld-linux", "libpthread.", "libdl."];
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        assert!(known.iter().any(|name| line.contains(name)), "{line}");
    }
}
