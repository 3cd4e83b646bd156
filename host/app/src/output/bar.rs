//! How far a long command came, on a terminal; elsewhere nobody sees it.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for work of a length that is known.
pub fn bar(length: u64) -> ProgressBar {
    styled(ProgressBar::new(length), "{bar:40} {percent}%  {msg}  {elapsed}")
}

/// A sign of life for work of which nobody knows the length.
pub fn spinner() -> ProgressBar {
    styled(ProgressBar::new_spinner(), "{spinner} {msg}  {elapsed}")
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    // The template is a constant; should a later indicatif refuse it, its own look serves as well.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
