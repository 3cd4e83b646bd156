//! Whether what the ERP shows is what was written, however either is spelt.

use crate::coerce::{self, Moment};
use crate::{Field, FieldType, IdentityForm, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use unicode_normalization::UnicodeNormalization;

/// What stands between several values of one field.
const SEPARATORS: [char; 5] = [',', '，', '、', ';', '；'];

/// Digits behind the point that pages show at least where they round.
const CENTS: u32 = 2;

impl Field {
    /// Whether a shown value is the written one, as far as the two can be compared: numbers by their value, days and times
    /// as such, codes by what they stand for, text without white space, in letters of one width. What was written empty
    /// has to be shown empty, and nothing is the same as no number. None where nobody can tell: a label that no known code
    /// has, lists under other names.
    pub fn shows(&self, written: &Value, shown: &Value) -> Option<bool> {
        if matches!(self.kind, FieldType::List | FieldType::Object) {
            return None;
        }
        if self.multiple {
            return self.shows_several(&several(written)?, &several(shown)?);
        }
        let (written_text, shown_text) = (normal(&written.to_text()?), normal(&shown.to_text()?));
        if written_text == shown_text || self.is_nothing(&written_text) && self.is_nothing(&shown_text) {
            return Some(true);
        }
        if written_text.is_empty() || shown_text.is_empty() {
            return Some(false);
        }
        if self.is_coded() {
            return self.shows_code(&written_text, &shown_text);
        }
        match self.kind {
            FieldType::Int | FieldType::Decimal => {
                Some(is_same_number(coerce::decimal(written)?, coerce::decimal(shown)?))
            }
            FieldType::Bool => Some(coerce::truth(written)? == coerce::truth(shown)?),
            FieldType::String => Some(false),
            _ => Some(is_same_moment(moment(written)?, moment(shown)?)),
        }
    }

    /// Whether a value that is given for a member says what is kept already: numbers by their value, what identifies a
    /// record in whatever spelling, other text but for the white space around it, its ends of lines and what nobody sees
    /// and no table keeps. A table that went out and comes back changes nothing by how its program writes things.
    pub fn says_the_same(&self, kept: &Value, given: &Value) -> bool {
        if kept == given {
            return true;
        }
        if let Some(numbers) = self
            .is_number()
            .then(|| coerce::decimal(kept).zip(coerce::decimal(given)))
        {
            return numbers.is_some_and(|(kept, given)| kept == given);
        }
        let (Some(kept), Some(given)) = (kept.to_text(), given.to_text()) else {
            return false;
        };
        let identity = self
            .identity
            .map(|form| (form.normal(&kept), form.normal(&given)));
        match identity {
            Some((kept, given)) if !kept.is_empty() && self.identity != Some(IdentityForm::Name) => {
                kept == given
            }
            _ => plain(&kept) == plain(&given),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, FieldType::Int | FieldType::Decimal)
    }

    /// Whether its values stand for something that pages may show in their place.
    pub fn is_coded(&self) -> bool {
        !self.values.is_empty() || self.lookup.is_some() || self.lookup_page.is_some()
    }

    fn is_nothing(&self, text: &str) -> bool {
        text.is_empty()
            || self.is_number() && coerce::decimal(&text.into()).is_some_and(|number| number.is_zero())
    }

    /// Two codes, or two labels, are compared as such. A label and a code are where the catalogue knows both; what differs
    /// from one installation to the next is known for nothing but the same.
    fn shows_code(&self, written: &str, shown: &str) -> Option<bool> {
        match (self.code(written), self.code(shown)) {
            (Some(one), Some(other)) if one == other => Some(true),
            (Some(_), Some(_)) if !self.values_are_sample => Some(false),
            _ if is_number(written) == is_number(shown) => Some(false),
            _ => None,
        }
    }

    fn shows_several(&self, written: &[String], shown: &[String]) -> Option<bool> {
        let coded = |texts: &[String]| {
            let codes = texts
                .iter()
                .map(|text| self.code(text).unwrap_or(text).to_owned());
            let mut codes: Vec<String> = codes.collect();
            codes.sort_unstable();
            codes.dedup();
            codes
        };
        let (written, shown) = (coded(written), coded(shown));
        let are_numbers = |texts: &[String]| texts.iter().all(|text| is_number(text));
        let may_be_labels = self.is_coded() && !shown.is_empty();
        match written == shown {
            true => Some(true),
            false if may_be_labels && are_numbers(&written) != are_numbers(&shown) => None,
            false => Some(false),
        }
    }

    /// The known code that a text is, or is the label of.
    fn code(&self, text: &str) -> Option<&str> {
        let is_it = |known: &&crate::EnumValue| normal(&known.code) == text || normal(&known.label) == text;
        self.values.iter().find(is_it).map(|known| known.code.as_str())
    }
}

impl Value {
    /// The same for a value that the catalogue has no field for: by its number where both are one, else by its text.
    pub fn reads_as(&self, shown: &Value) -> Option<bool> {
        let (written, text) = (normal(&self.to_text()?), normal(&shown.to_text()?));
        let numbers = coerce::decimal(self).zip(coerce::decimal(shown));
        let truths = matches!(self, Value::Bool(_)).then(|| coerce::truth(self).zip(coerce::truth(shown)));
        let is_same = numbers.is_some_and(|(written, shown)| written == shown)
            || truths.flatten().is_some_and(|(written, shown)| written == shown);
        Some(written == text || is_same)
    }
}

/// A text as the ERP may have changed it on its way: letters and digits of one width, and neither white space nor anything
/// else that nobody sees.
fn normal(text: &str) -> String {
    let is_seen = |letter: &char| {
        let has_no_width =
            matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
        !letter.is_whitespace() && !letter.is_control() && !has_no_width
    };
    text.nfkc().filter(is_seen).collect()
}

/// A text as it comes back from a table.
fn plain(text: &str) -> String {
    let ends = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let kept: String = ends.chars().filter(is_kept).collect();
    coerce::plain_number(&kept).unwrap_or_else(|| kept.trim().to_owned())
}

fn several(value: &Value) -> Option<Vec<String>> {
    let texts: Vec<String> = match value {
        Value::List(values) => values.iter().map(Value::to_text).collect::<Option<_>>()?,
        value => value.to_text()?.split(SEPARATORS).map(str::to_owned).collect(),
    };
    let texts = texts.iter().map(|text| normal(text));
    Some(texts.filter(|text| !text.is_empty()).collect())
}

fn is_number(text: &str) -> bool {
    coerce::decimal(&text.into()).is_some()
}

/// Pages may round to cents or further digits.
fn is_same_number(written: Decimal, shown: Decimal) -> bool {
    let rounded = |strategy| written.round_dp_with_strategy(shown.scale(), strategy) == shown;
    let is_rounded = (CENTS..written.scale()).contains(&shown.scale());
    written == shown
        || is_rounded
            && (rounded(RoundingStrategy::MidpointAwayFromZero)
                || rounded(RoundingStrategy::MidpointNearestEven))
}

fn moment(value: &Value) -> Option<Moment> {
    coerce::moment(value.as_text()?)
}

/// A day is the same as any time on it, and a minute as any second in it: pages differ in what they show.
fn is_same_moment(written: Moment, shown: Moment) -> bool {
    match (written, shown) {
        (Moment::Time(written), Moment::Time(shown)) => {
            let minute = |time: jiff::civil::DateTime| (time.date(), time.hour(), time.minute());
            written == shown || shown.second() == 0 && minute(written) == minute(shown)
        }
        (written, shown) => written.day() == shown.day(),
    }
}

#[cfg(test)]
mod tests;
