//! The C API's ways to load a model, from memory and from a file.
#![no_main]

use ivory_c::*;
use ivory_fuzz::{sealed, within};
use libfuzzer_sys::fuzz_target;
use std::ffi::{CStr, CString};
use std::path::PathBuf;
use std::ptr::null_mut;
use std::sync::LazyLock;

/// A file of this process; scripts/fuzz has temporary files in memory.
static FILE: LazyLock<(PathBuf, CString)> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("ivory-fuzz-{}.ivory", std::process::id()));
    let text = CString::new(path.to_str().expect("UTF-8")).expect("no zero bytes");
    (path, text)
});

fuzz_target!(|bytes: &[u8]| {
    let (path, text) = &*FILE;
    for file in [bytes.to_vec(), sealed(bytes)] {
        let limit = (1 << 20) + 200 * file.len();
        let (mut read, mut loaded) = (null_mut(), null_mut());
        // SAFETY: the bytes are as many as is said, and a model may be written.
        let first =
            within(limit, || unsafe { ivory_model_read(file.as_ptr(), file.len(), &mut read) });
        std::fs::write(path, &file).expect("a place for temporary files");
        // SAFETY: the text ends with a zero byte, and a model may be written.
        let second = within(limit, || unsafe { ivory_model_load(text.as_ptr(), &mut loaded) });
        assert_eq!(first, second);
        if first == Status::Ok {
            // SAFETY: both are models that were handed out, and are freed once.
            unsafe {
                use_of(read);
                assert_eq!(ivory_model_free(read), Status::Ok);
                use_of(loaded);
                assert_eq!(ivory_model_free(loaded), Status::Ok);
            }
        } else {
            assert_eq!(first, Status::Format);
            assert!(read.is_null() && loaded.is_null());
            // SAFETY: a text that ends with a zero byte, until this thread's next failure.
            let cause = unsafe { CStr::from_ptr(ivory_last_error()) };
            assert!(cause.to_bytes().starts_with(b"ivory_model_load: model file: ["));
        }
    }
});

/// # Safety
/// The model is live.
unsafe fn use_of(model: *const CModel) {
    let mut info = std::mem::MaybeUninit::<CModelInfo>::uninit();
    // SAFETY: the model is live; all arrays are as long as is said.
    unsafe {
        assert_eq!(ivory_model_inspect(model, info.as_mut_ptr()), Status::Ok);
        let info = info.assume_init();
        let mut centroids = vec![0.0; info.nlist * info.dimension];
        let status = ivory_model_centroids(model, centroids.as_mut_ptr(), centroids.len());
        assert_eq!(status, Status::Ok);
        let mut cells = vec![0; info.nlist];
        let (vectors, count) = (centroids.as_ptr(), cells.len());
        let status = ivory_model_assign(model, vectors, centroids.len(), cells.as_mut_ptr(), count);
        assert_eq!(status, Status::Ok);
        assert!(cells.iter().all(|&cell| (cell as usize) < info.nlist));
    }
}
