//! `.npy`.
#![no_main]

use ivory_files::Format;
use ivory_fuzz::read_all;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_all(Format::Npy, bytes, None, 1, 16));
