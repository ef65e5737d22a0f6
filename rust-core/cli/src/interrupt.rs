//! Ctrl-C and its like: a flag, so that nothing is left half done.

use crate::failure::Failure;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on such signals set the flag.
pub fn install() -> Result<(), Failure> {
    let flag = FLAG.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag))
            .map_err(|error| Failure::Error(format!("signal {signal}: {error}")))?;
    }
    Ok(())
}

/// Whether a signal came.
pub fn is_set() -> bool {
    FLAG.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// An error once a signal came; called between blocks of work.
pub fn check() -> Result<(), Failure> {
    if is_set() { Err(Failure::Interrupted) } else { Ok(()) }
}
