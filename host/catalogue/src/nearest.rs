//! What somebody probably meant who wrote a name that there is not.

/// Below this likeness (normalised Damerau-Levenshtein distance) a suggestion misleads more than it helps.
const LEAST_LIKENESS: f64 = 0.5;

/// The known name that is nearest to what was written, letter case and the sort of dash aside; none when none is near.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = plain(written);
    known
        .into_iter()
        .map(|name| (likeness(&written, name), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name)
}

fn likeness(written: &str, name: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&plain(name), written)
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}
