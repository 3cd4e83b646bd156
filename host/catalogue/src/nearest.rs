//! What somebody probably meant who wrote a name that there is not.

/// Below this likeness (normalised Damerau-Levenshtein) a suggestion misleads more than it helps.
const LEAST_LIKENESS: f64 = 0.5;

/// The known name that is nearest to what was written, letter case and the sort of dash aside; none when none is near.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_of(written, known.into_iter().map(|name| (name, name)))
}

/// The same of things that go by several names, each given with one of them.
pub(crate) fn nearest_of<'a, T>(written: &str, known: impl IntoIterator<Item = (&'a str, T)>) -> Option<T> {
    let written = plain(written);
    known
        .into_iter()
        .map(|(name, thing)| {
            (
                strsim::normalized_damerau_levenshtein(&plain(name), &written),
                thing,
            )
        })
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, thing)| thing)
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_understood_and_anything_else_is_not_guessed_at() {
        let known = ["wx_id", "company_name", "real_name", "phone"];
        for (written, meant) in [
            ("wxid", Some("wx_id")),
            ("WX-ID", Some("wx_id")),
            ("companyname", Some("company_name")),
            ("phnoe", Some("phone")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
        assert_eq!(nearest("phone", []), None);
    }
}
