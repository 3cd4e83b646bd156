//! Reading a neutral value from JSON and other self-describing formats.

use crate::exact_json::NUMBER;
use crate::{Record, Value};
use compact_str::CompactString;
use rust_decimal::Decimal;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// From here on (2^53) neighbouring whole numbers share one float.
const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor { room: 0 })
    }
}

/// Reads one value. The rows of a page are alike, so that each is given the room that the one before it took: growing
/// from nothing would copy every row several times.
#[derive(Clone, Copy)]
struct ValueVisitor {
    /// Values in the list or record before this one.
    room: usize,
}

impl ValueVisitor {
    /// The visitor of the value behind this one.
    fn behind(value: &Value) -> Self {
        let room = match value {
            Value::List(values) => values.len(),
            Value::Record(record) => record.len(),
            _ => 0,
        };
        ValueVisitor { room }
    }
}

impl<'de> DeserializeSeed<'de> for ValueVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or_else(|_| Value::Decimal(Decimal::from(value)), Value::Integer))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        Ok(whole(value))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        Ok(i128::try_from(value).map_or_else(|_| Value::from(value.to_string()), whole))
    }

    /// The shortest decimal that reads back as the same float is what the writer wrote. Where a float is too large to
    /// tell, its digits would be made up: it stays text, in a notation that no exact number is read from. One such
    /// number does not make everything around it unreadable.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let exact = match value.abs() < FIRST_INEXACT {
            true => value.to_string().parse().ok(),
            false => None,
        };
        Ok(exact.map_or_else(|| Value::Text(format!("{value:e}").into()), Value::Decimal))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        let mut element = ValueVisitor { room: 0 };
        while let Some(value) = sequence.next_element_seed(element)? {
            if values.is_empty() {
                values.reserve_exact(self.room);
            }
            element = ValueVisitor::behind(&value);
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut record = Record::default();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(ValueVisitor { room: 0 })?;
            if let (NUMBER, true, Value::Text(number)) = (name.as_str(), record.is_empty(), &value) {
                // The reader's own way to show a number has nothing behind it.
                return Ok(exact(number.clone()));
            }
            if record.is_empty() {
                record.reserve(self.room);
            }
            record.insert(name, value);
        }
        Ok(Value::from(record))
    }
}

/// The number that a text writes, or the text where no number of ours is exactly that.
fn exact(text: CompactString) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return Value::Integer(number);
    }
    match plain(&text).or_else(|| worked_out(&text)) {
        // Nobody means anything by the sign of nothing.
        Some(number) if number.is_zero() => Value::Decimal(number.abs()),
        Some(number) => Value::Decimal(number),
        None => Value::Text(text),
    }
}

fn plain(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok()
}

/// A number with an exponent: its point is moved, without a digit getting lost.
fn worked_out(text: &str) -> Option<Decimal> {
    let (digits, exponent) = text.split_once(['e', 'E'])?;
    let mut number = plain(digits)?;
    let scale = i32::try_from(number.scale())
        .ok()?
        .checked_sub(exponent.parse().ok()?)?;
    if let Ok(scale) = u32::try_from(scale) {
        number.set_scale(scale).ok()?;
        return Some(number);
    }
    number.set_scale(0).ok()?;
    let power = i128::checked_pow(10, scale.unsigned_abs())?;
    number.checked_mul(Decimal::try_from_i128_with_scale(power, 0).ok()?)
}

/// A whole number of any size, as text where it fits no number of ours.
fn whole(value: i128) -> Value {
    let decimal = || Decimal::try_from_i128_with_scale(value, 0).map(Value::Decimal);
    match i64::try_from(value) {
        Ok(value) => Value::Integer(value),
        Err(_) => decimal().unwrap_or_else(|_| Value::from(value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error, I128Deserializer, U128Deserializer};

    fn read(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    fn decimal(text: &str) -> Value {
        Value::Decimal(text.parse().unwrap())
    }

    #[test]
    fn numbers_stay_exact_as_far_as_the_reader_shows_them_exactly() {
        assert_eq!(read("9223372036854775807"), Value::Integer(i64::MAX));
        assert_eq!(read("18446744073709551615"), decimal("18446744073709551615"));
        assert_eq!(read("1200.50"), decimal("1200.5"));
        assert_eq!(read("-0.1"), decimal("-0.1"));
        assert_eq!(read("123456789012.345"), decimal("123456789012.345"));
    }

    #[test]
    fn a_number_whose_digits_are_lost_is_text_that_no_exact_number_is_read_from() {
        for (json, beginning) in [
            ("123456789012345678901234", "1.23456789012345"),
            ("-123456789012345678901234", "-1.23456789012345"),
            ("12345678901234567.89", "1.23456789012345"),
        ] {
            let value = read(json);
            let text = value.as_text().unwrap();
            assert!(
                text.starts_with(beginning) && text.contains('e'),
                "{json} became {text}"
            );
            assert_eq!(crate::coerce::decimal(&value), None, "{json}");
            assert_eq!(crate::coerce::integer(&value), None, "{json}");
        }
    }

    #[test]
    fn a_number_beyond_every_decimal_leaves_what_is_around_it_readable() {
        let value = read(r#"{"name": "榫", "huge": 1e300, "rows": [[1, -1e40]]}"#);
        assert_eq!(value.get("name"), Some(&"榫".into()));
        assert_eq!(value.get("huge"), Some(&"1e300".into()));
        let row = Value::List(vec![1.into(), "-1e40".into()]);
        assert_eq!(value.get("rows"), Some(&Value::List(vec![row])));
    }

    #[test]
    fn wide_whole_numbers_keep_their_digits() {
        let signed = |number| Value::deserialize(I128Deserializer::<Error>::new(number)).unwrap();
        let unsigned = |number| Value::deserialize(U128Deserializer::<Error>::new(number)).unwrap();
        assert_eq!(signed(-7), Value::Integer(-7));
        assert_eq!(
            signed(123_456_789_012_345_678_901_234),
            decimal("123456789012345678901234")
        );
        assert_eq!(signed(i128::MIN), i128::MIN.to_string().into());
        assert_eq!(unsigned(7), Value::Integer(7));
        assert_eq!(unsigned(u128::MAX), u128::MAX.to_string().into());
    }
}
