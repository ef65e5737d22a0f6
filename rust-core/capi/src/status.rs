//! What every function runs behind: an error or a panic becomes a status and a text.

use ivory_core::{Error, panic_text};
use std::cell::RefCell;
use std::collections::TryReserveError;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a call ended.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It did what was asked.
    Ok = 0,
    /// An argument is wrong: a null pointer, a length that does not fit, a number that is out of
    /// range or not finite. Nothing was done.
    Argument = 1,
    /// The call does not fit what happened before.
    State = 2,
    /// A model file is damaged, or codes belong to another model.
    Format = 3,
    /// The training run was cancelled.
    Cancelled = 4,
    /// Memory, or a thread, could not be had.
    Memory = 5,
    /// A file could not be read or written.
    Io = 6,
    /// A fault of the library. The objects of the call should be freed and not used again.
    Panic = 7,
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    text: String,
}

impl Failure {
    pub fn argument(text: impl Into<String>) -> Self {
        Self { status: Status::Argument, text: text.into() }
    }

    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self { status: Status::Io, text: format!("[path] {}: {error}", path.display()) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Argument(_) => Status::Argument,
            Error::State(_) => Status::State,
            Error::Format(_) => Status::Format,
            Error::Cancelled => Status::Cancelled,
            Error::Memory(_) => Status::Memory,
        };
        Self { status, text: error.to_string() }
    }
}

impl From<TryReserveError> for Failure {
    fn from(error: TryReserveError) -> Self {
        Error::from(error).into()
    }
}

thread_local! {
    static LAST: RefCell<Option<CString>> = const { RefCell::new(None) };
}

/// Runs one function's body. `name` opens the text of its failures.
pub(crate) fn guard(name: &str, body: impl FnOnce() -> Result<(), Failure>) -> Status {
    let (status, text) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return Status::Ok,
        Ok(Err(failure)) => (failure.status, failure.text),
        Err(payload) => (Status::Panic, format!("fault of the library: {}", panic_text(payload))),
    };
    let text: Vec<u8> = format!("{name}: {text}").bytes().filter(|&byte| byte != 0).collect();
    // Neither can fail but in a thread that is ending; then nobody can ask for the text.
    let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut l| *l = CString::new(text).ok()));
    status
}

/// Why the calling thread's last failed call failed: the function, a colon, the cause; empty if none
/// has failed. UTF-8, ended by a zero byte. It stays until the thread's next failing call and is not
/// to be freed. A call that succeeds leaves it.
#[unsafe(no_mangle)]
pub extern "C" fn ivory_last_error() -> *const c_char {
    let none: &'static CStr = c"";
    LAST.try_with(|last| {
        last.try_borrow().ok().and_then(|last| last.as_ref().map(|text| text.as_ptr()))
    })
    .ok()
    .flatten()
    .unwrap_or(none.as_ptr())
}

/// The library's version, as "0.1.0"; ended by a zero byte, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn ivory_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("a version without zero bytes"),
        };
    VERSION.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last() -> String {
        // SAFETY: a text that ends with a zero byte, of this thread, which calls nothing meanwhile.
        unsafe { CStr::from_ptr(ivory_last_error()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_panic_becomes_a_status_and_a_text() {
        let status = guard("ivory_x", || panic!("number {}", 7));
        assert_eq!(
            (status, last().as_str()),
            (Status::Panic, "ivory_x: fault of the library: number 7")
        );
        let status = guard("ivory_x", || std::panic::panic_any(7));
        assert_eq!(
            (status, last().as_str()),
            (Status::Panic, "ivory_x: fault of the library: no text")
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "what panics a second time is leaked, and Miri sees it")]
    fn a_payload_that_panics_when_it_is_dropped_is_survived() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        assert_eq!(guard("ivory_x", || std::panic::panic_any(Bomb)), Status::Panic);
    }

    #[test]
    fn every_error_has_its_status() {
        let text = || "text".to_owned();
        let format = ivory_core::FormatError::Version(9);
        for (error, status) in [
            (Error::Argument(text()), Status::Argument),
            (Error::State(text()), Status::State),
            (Error::Format(format), Status::Format),
            (Error::Cancelled, Status::Cancelled),
            (Error::Memory(text()), Status::Memory),
        ] {
            assert_eq!(guard("ivory_x", || Err(error.clone().into())), status);
            assert_eq!(last(), format!("ivory_x: {error}"));
        }
    }

    #[test]
    fn texts_are_of_their_thread_and_stay_until_the_next() {
        assert_eq!(guard("ivory_x", || Err(Failure::argument("a\0b"))), Status::Argument);
        assert_eq!(guard("ivory_y", || Ok(())), Status::Ok);
        std::thread::spawn(|| assert_eq!(last(), "")).join().unwrap();
        assert_eq!(last(), "ivory_x: ab");
    }
}
