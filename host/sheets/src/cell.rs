//! One cell and one row, whatever file they came from.

use rust_decimal::Decimal;

/// Digits of a number that spreadsheets keep.
const DIGITS: usize = 15;
/// From here on a number in a cell has lost its last digits.
const FIRST_INEXACT: f64 = 1e15;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, as it is written.
    Text(String),
    /// A number, as spreadsheets keep them: a float of 15 digits.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A day or a time, ISO 8601 without an offset.
    Moment(String),
    /// What a spreadsheet shows where it could not work a formula out: `#N/A`.
    Broken(String),
}

/// A row with its number, as a spreadsheet counts: from 1, headings and blank rows among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number.
    pub number: u64,
    /// Its cells, as many as there are.
    pub cells: Vec<Cell>,
}

impl Cell {
    /// Whether nothing is there that anyone sees.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What a person reads there.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Moment(text) | Cell::Broken(text) => text.clone(),
            Cell::Number(number) => match decimal(*number) {
                Some(number) => number.to_string(),
                None => number.to_string(),
            },
            Cell::Bool(truth) => if *truth { "是" } else { "否" }.to_owned(),
        }
    }

    /// Whether it is a number of which digits are lost: one with more digits than spreadsheets keep.
    pub(crate) fn has_lost_digits(&self) -> bool {
        matches!(self, Cell::Number(number) if number.abs() >= FIRST_INEXACT)
    }
}

impl Row {
    /// Whether no cell holds anything.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }

    /// A cell; empty behind the last.
    pub fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }
}

/// The number that a spreadsheet shows for a float: 0.3, where 0.1 and 0.2 were added.
pub(crate) fn decimal(number: f64) -> Option<Decimal> {
    let text = format!("{number:.*e}", DIGITS - 1);
    Some(Decimal::from_scientific(&text).ok()?.normalize())
}

/// A column's letters: A, B, … Z, AA.
pub(crate) fn letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut left = index + 1;
    while left > 0 {
        letters.push(char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or(0)));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_a_spreadsheet_shows() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (19_912_345_678.0, "19912345678"),
            (1200.5, "1200.5"),
            (-0.07, "-0.07"),
            (0.0, "0"),
            (123_456_789_012_345.0, "123456789012345"),
        ] {
            assert_eq!(Cell::Number(number).text(), text);
        }
        assert!(Cell::Number(6_222_021_234_567_890_000.0).has_lost_digits());
        assert!(!Cell::Number(123_456_789_012_345.0).has_lost_digits());
    }

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let names = [0, 25, 26, 51, 701, 702].map(letters);
        assert_eq!(names, ["A", "Z", "AA", "AZ", "ZZ", "AAA"]);
    }
}
