//! Texts that guests hand over, kept to a length that a log, a database and a reader can bear.

use sunmao_catalogue::{Record, Value};

/// At most `longest` bytes of the text's beginning, and then how long it was.
pub(crate) fn cut(text: String, longest: usize) -> String {
    if text.len() <= longest {
        return text;
    }
    let length = text.len();
    let mut kept = text;
    kept.truncate(kept.floor_char_boundary(longest));
    // What was long is not carried on with its room.
    kept.shrink_to_fit();
    format!("{kept}… ({} in all)", size(length))
}

/// A list of texts, each cut, and no more of them than fit `longest` bytes together.
pub(crate) fn cut_all(texts: Vec<String>, longest: usize) -> Vec<String> {
    let count = texts.len();
    let mut room = longest;
    let mut kept = Vec::new();
    for text in texts {
        if room == 0 {
            kept.push(format!("… ({count} in all)"));
            break;
        }
        let text = cut(text, room);
        room = room.saturating_sub(text.len().max(1));
        kept.push(text);
    }
    kept
}

/// Bytes of all names and texts in a record.
pub(crate) fn record_bytes(record: &Record) -> usize {
    record
        .iter()
        .map(|(name, value)| name.len() + value_bytes(value))
        .sum()
}

pub(crate) fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(values) => values.iter().map(value_bytes).sum::<usize>() + values.len(),
        Value::Record(record) => record_bytes(record),
        _ => 1,
    }
}

/// A length as people read it.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_and_the_rest_is_cut_between_characters() {
        assert_eq!(cut("客户".to_owned(), 6), "客户");
        assert_eq!(cut("客户".to_owned(), 5), "客… (6 bytes in all)");
        assert_eq!(cut("y".repeat(58_000_000), 3), "yyy… (58 MB in all)");
        assert_eq!(cut("客".to_owned(), 0), "… (3 bytes in all)");
    }

    #[test]
    fn a_list_is_cut_as_a_whole() {
        let list = |count: usize| vec!["12345".to_owned(); count];
        assert_eq!(cut_all(list(2), 10), list(2));
        assert_eq!(cut_all(list(9), 10), ["12345", "12345", "… (9 in all)"]);
        let empty = cut_all(vec![String::new(); 1_000], 10);
        assert_eq!(empty.len(), 11, "{empty:?}");
    }
}
