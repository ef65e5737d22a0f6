//! Progress bars, on standard error where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// A bar of `length` steps.
pub fn bar(what: &'static str, length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(what);
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
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}
