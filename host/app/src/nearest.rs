//! The nearest known name, for hints.

use strsim::jaro_winkler;

/// Below this likeness a suggestion misleads more than it helps.
const LIKENESS: f64 = 0.75;

/// The known name that is nearest to what was written; none when nothing is near.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (jaro_winkler(name, written), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}
