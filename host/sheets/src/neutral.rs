//! Text that a spreadsheet would take for a formula: written with `'` in front, as OWASP has it, and read without.

/// What formulas begin with, in both widths, and what spreadsheets pass over in front of them.
const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
const MARK: char = '\'';

/// Text for a file of plain text. A text that has a mark already gets one more, so that it comes back as it is.
pub(crate) fn neutralised(text: &str) -> String {
    match is_in_question(text) {
        true => format!("{MARK}{text}"),
        false => text.to_owned(),
    }
}

/// The same text as it was.
pub(crate) fn restored(text: &str) -> &str {
    match text.strip_prefix(MARK) {
        Some(rest) if is_in_question(rest) => rest,
        _ => text,
    }
}

fn is_in_question(text: &str) -> bool {
    text.trim_start_matches(MARK).starts_with(BEGINNINGS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_text_is_a_formula_and_none_is_changed() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+86 199", "'+86 199"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("1+1", "1+1"),
            ("", ""),
        ] {
            assert_eq!(neutralised(text), written);
            assert_eq!(restored(written), text);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_again(text in "['=+@a\\-\\t]{0,5}") {
            let written = neutralised(&text);
            prop_assert_eq!(restored(&written), text.as_str());
            prop_assert!(!written.starts_with(BEGINNINGS));
        }
    }
}
