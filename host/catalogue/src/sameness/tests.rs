//! Spelling is no difference, and content is.

use crate::{Catalogue, Value};

fn shows(operation: &str, wire: &str, written: &str, shown: &str) -> Option<bool> {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(operation).unwrap();
    let field = operation.params.iter().find(|field| field.wire == wire).unwrap();
    field.shows(&Value::from(written), &Value::from(shown))
}

fn company(wire: &str, written: &str, shown: &str) -> Option<bool> {
    shows("customers.save-company", wire, written, shown)
}

#[test]
fn text_is_compared_without_white_space_and_width() {
    for shown in [
        "榫卯木业 有限公司 ",
        "榫卯木业有限公司",
        "榫卯\u{200b}木业\u{b}有限公司",
    ] {
        assert_eq!(
            company("name", " 榫卯木业\n有限公司", shown),
            Some(true),
            "{shown:?}"
        );
    }
    assert_eq!(company("name", "榫卯（上海）", "榫卯(上海)"), Some(true));
    assert_eq!(
        company("mobile", "１９９００００１１１１", "19900001111"),
        Some(true)
    );
    assert_eq!(company("name", "榫卯木业", "榫卯"), Some(false));
    assert_eq!(company("mobile", "19900001111", "19900002222"), Some(false));
}

#[test]
fn numbers_and_days_are_compared_as_such() {
    assert_eq!(company("zijin", "1200.5", "1,200.50"), Some(true));
    assert_eq!(company("zijin", "1200.5", ""), Some(false));
    assert_eq!(company("zijin", "0", ""), Some(true));
    assert_eq!(
        company("zijin", "1200.555", "1200.56"),
        Some(true),
        "rounded to cents"
    );
    assert_eq!(company("zijin", "1200.5", "1201"), Some(false));
    assert_eq!(company("zijin", "1200.5", "面议"), None);
    assert_eq!(company("date1", "2025-03-07", "2025-3-7"), Some(true));
    assert_eq!(company("date1", "2025-03-07", "2025-03-07 10:00:00"), Some(true));
    assert_eq!(
        company("date1", "2025-03-07 10:00:37", "2025-03-07 10:00"),
        Some(true)
    );
    assert_eq!(company("date1", "2025-03-07", "2025-03-08"), Some(false));
    assert_eq!(company("date1", "2025-03-07", ""), Some(false));
}

#[test]
fn codes_are_compared_with_codes_and_with_labels_that_are_known() {
    assert_eq!(company("ly", "173", "173"), Some(true));
    assert_eq!(company("ly", "173", "171"), Some(false));
    assert_eq!(company("ly", "173", "陌生开发"), Some(true));
    assert_eq!(
        company("ly", "173", "网站注册"),
        None,
        "the codes are those of another installation"
    );
    assert_eq!(company("ly", "173", "抖音"), None);
    assert_eq!(company("ly", "173", ""), Some(false));
    let rated = |written, shown| shows("contracts.create", "PaybackMode", written, shown);
    assert_eq!(rated("1", "明细"), Some(false), "there are no other codes");
    assert_eq!(rated("汇总", "1"), Some(true));
}

#[test]
fn what_was_written_empty_is_shown_empty() {
    assert_eq!(company("mobile", "", ""), Some(true));
    assert_eq!(company("mobile", "", "19900001111"), Some(false));
    assert_eq!(company("ly", "", "173"), Some(false));
    assert_eq!(company("zijin", "", "0.00"), Some(true));
}
