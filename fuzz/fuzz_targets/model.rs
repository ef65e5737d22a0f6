//! The model file: reading it, and working with what was read.
#![no_main]

use ivory_core::Model;
use ivory_fuzz::{sealed, within, work_with};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes.to_vec(), sealed(bytes)] {
        let kept = file.clone();
        // Centroids are kept in blocks of 64 cells, in more than one form.
        let model = within((1 << 20) + 200 * file.len(), || Model::from_file(file));
        if let Ok(model) = model {
            assert_eq!(model.file(), kept);
            work_with(model);
        }
    }
});
