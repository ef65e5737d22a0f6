//! Progress bars, on standard error where that is a terminal. However a command ends, none is left.

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::time::Duration;

/// A bar of `length` steps.
pub fn bar(what: &'static str, length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(what).with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template(
        "{msg:10} [{bar:40}] {human_pos} of {human_len}, {elapsed} of about {duration}",
    ) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// Something whose end cannot be foreseen.
pub fn spinner(what: &'static str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what);
    let spinner = spinner.with_finish(ProgressFinish::AndClear);
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}
