//! Parquet.
#![no_main]

use ivory_files::Format;
use ivory_fuzz::read_all;
use libfuzzer_sys::fuzz_target;

// A packed byte can stand for some hundred others; Zstandard has a window beside them.
fuzz_target!(|bytes: &[u8]| {
    read_all(Format::Parquet, bytes, None, 32, 1500);
    read_all(Format::Parquet, bytes, Some("vector"), 32, 1500);
});
