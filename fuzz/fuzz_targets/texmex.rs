//! `.fvecs`, `.bvecs` and `.ivecs`, the last as vectors and as numbers of vectors.
#![no_main]

use ivory_files::{Format, IdReader};
use ivory_fuzz::{read_all, within};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Fvecs, Format::Bvecs, Format::Ivecs] {
        read_all(format, bytes, None, 1, 16);
    }
    within((1 << 20) + 16 * bytes.len(), || {
        let Ok(mut reader) = IdReader::new(Cursor::new(bytes), "file") else { return };
        let (mut ids, mut rows) = (Vec::new(), 0);
        while let Ok(count @ 1..) = reader.read(100, &mut ids) {
            rows += count as u64;
            assert_eq!(ids.len(), count * reader.width());
            ids.clear();
        }
        assert!(rows <= reader.rows());
    });
});
