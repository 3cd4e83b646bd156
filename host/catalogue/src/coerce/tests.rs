//! The loose forms that are read, and those that are not.

use super::*;

fn iso(text: &str) -> Option<String> {
    moment(text).map(Moment::iso)
}

#[test]
fn dates_in_any_usual_form_become_iso() {
    for text in [
        "2025-03-07",
        "2025-3-7",
        "2025/3/7",
        "2025.03.07",
        "2025年3月7日",
        "20250307",
        " 2025-3-7 ",
    ] {
        assert_eq!(iso(text).as_deref(), Some("2025-03-07"), "{text}");
    }
    for text in [
        "2025-03-07 10:00:00",
        "2025-3-7 10:00",
        "2025/3/7 10:00:00.000",
        "2025-03-07T10:00:00",
        "2025年3月7日 10:00",
        "2025年3月7日10时00分",
        "2025年3月7日 10时00分00秒",
        "2025-03-07T02:00:00Z",
        "2025-03-07T04:00:00+02:00",
        "2025-03-07T10:00:00+0800",
        "2025-03-07T10:00:00+08",
        "2025-03-06T22:00-04",
        "2025-03-07 03:00+01",
    ] {
        assert_eq!(iso(text).as_deref(), Some("2025-03-07T10:00:00"), "{text}");
    }
}

#[test]
fn impossible_dates_are_none() {
    for text in [
        "",
        "soon",
        "2025-02-30",
        "2025-13-01",
        "25-3-7",
        "2025-03-07 25:00",
        "2025-03-07 10:00 pm",
        "2025",
    ] {
        assert_eq!(moment(text), None, "{text}");
    }
}

#[test]
fn the_wire_form_has_no_t_and_no_fraction() {
    let read = |text| moment(text).map(Moment::wire);
    assert_eq!(read("2025-3-7").as_deref(), Some("2025-03-07"));
    assert_eq!(
        read("2025-03-07T10:00:00.123").as_deref(),
        Some("2025-03-07 10:00:00")
    );
}

#[test]
fn numbers_with_separators_are_read_and_lists_of_codes_are_not() {
    let read = |text: &str| decimal(&Value::from(text)).map(|number| number.to_string());
    assert_eq!(read("1,200.50").as_deref(), Some("1200.50"));
    assert_eq!(read("-1,234,567").as_deref(), Some("-1234567"));
    assert_eq!(read(" 3 ").as_deref(), Some("3"));
    for text in [
        "", "1,2", "1,2345", "1_000", "1e3", "0x10", "一", "-", "1.2.3", ",123",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn whole_numbers_have_no_fraction() {
    assert_eq!(integer(&Value::from("5")), Some(5));
    assert_eq!(integer(&Value::from("5.00")), Some(5));
    assert_eq!(integer(&Value::from("1,200")), Some(1200));
    assert_eq!(integer(&Value::from("5.5")), None);
    assert_eq!(integer(&Value::from("99999999999999999999")), None);
}

#[test]
fn a_value_is_a_whole_number_to_everyone_or_to_no_one() {
    for text in ["5", " 5 ", "5.00", "1,200", "1,2", "5.5", "five", ""] {
        let value = Value::from(text);
        assert_eq!(value.as_integer(), integer(&value), "{text}");
    }
    assert_eq!(Value::from("1,2").as_integer(), None);
    assert_eq!(Value::Bool(true).as_integer(), None, "a flag is no key");
}

#[test]
fn truth_is_a_word_or_a_digit() {
    for (text, expected) in [
        ("true", true),
        ("1", true),
        ("是", true),
        ("FALSE", false),
        ("0", false),
        ("否", false),
    ] {
        assert_eq!(truth(&Value::from(text)), Some(expected), "{text}");
    }
    assert_eq!(truth(&Value::from(2)), None);
    assert_eq!(truth(&Value::from("perhaps")), None);
}
