//! Whether what the ERP shows is what was written, however either is spelt.

use crate::coerce::{self, Moment};
use crate::{Field, FieldType, Value};

impl Field {
    /// Whether a shown value is the written one: numbers by their value, days and times as such, text without the white
    /// space around and within. None where the two cannot be compared: codes come back as labels, lists under other
    /// names.
    pub fn shows(&self, written: &Value, shown: &Value) -> Option<bool> {
        let is_coded = !self.values.is_empty() || self.lookup.is_some() || self.lookup_page.is_some();
        if is_coded || self.multiple || written.is_empty() {
            return None;
        }
        match self.kind {
            FieldType::Int | FieldType::Decimal => {
                Some(coerce::decimal(written)? == coerce::decimal(shown).unwrap_or_default())
            }
            FieldType::Datetime | FieldType::Date | FieldType::Time => {
                let shown = shown.as_text().and_then(coerce::moment);
                Some(shown.is_some_and(|shown| {
                    let written = written.as_text().and_then(coerce::moment);
                    written.is_some_and(|written| is_same_moment(written, shown))
                }))
            }
            FieldType::String => Some(words(written) == words(shown)),
            FieldType::Bool | FieldType::List | FieldType::Object => None,
        }
    }
}

/// A day is the same as any time on it: pages differ in what they show.
fn is_same_moment(one: Moment, other: Moment) -> bool {
    match (one, other) {
        (Moment::Time(one), Moment::Time(other)) => one == other,
        (one, other) => one.day() == other.day(),
    }
}

fn words(value: &Value) -> Vec<String> {
    let text = value.to_text().unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Catalogue, Value};

    #[test]
    fn spelling_is_no_difference_and_content_is() {
        let catalogue = Catalogue::shared();
        let company = catalogue.find("customers.save-company").unwrap();
        let shows = |wire: &str, written: &str, shown: &str| {
            let field = company.params.iter().find(|field| field.wire == wire).unwrap();
            field.shows(&Value::from(written), &Value::from(shown))
        };
        assert_eq!(
            shows("name", " 榫卯木业\n有限公司", "榫卯木业 有限公司 "),
            Some(true)
        );
        assert_eq!(shows("name", "榫卯木业", "榫卯"), Some(false));
        assert_eq!(shows("zijin", "1200.5", "1,200.50"), Some(true));
        assert_eq!(shows("zijin", "1200.5", ""), Some(false));
        assert_eq!(shows("date1", "2025-03-07", "2025-3-7"), Some(true));
        assert_eq!(shows("date1", "2025-03-07", "2025-03-07 10:00:00"), Some(true));
        assert_eq!(shows("date1", "2025-03-07", "2025-03-08"), Some(false));
        assert_eq!(
            shows("ly", "173", "陌生开发"),
            None,
            "a code comes back as its label"
        );
        assert_eq!(shows("name", "", "榫卯"), None);
    }
}
