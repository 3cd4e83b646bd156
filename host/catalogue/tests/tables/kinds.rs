//! A label's kind of value has one type: measures are exact decimals, dates are dates, and no enumeration is closed
//! around the one code that the vendor happened to print.

use super::{catalogue, levels};
use sunmao_catalogue::{Field, FieldType};

/// Words in labels of what is measured or counted out: a whole number would refuse half a kilogram.
const MEASURES: [&str; 34] = [
    "数量",
    "件数",
    "金额",
    "单价",
    "总价",
    "总额",
    "税额",
    "税率",
    "折扣",
    "优惠",
    "抹零",
    "比例",
    "率",
    "毛利",
    "提成",
    "成本",
    "进价",
    "售价",
    "工价",
    "工时",
    "库存",
    "容量",
    "资本",
    "限制",
    "运杂费",
    "维修费",
    "批量",
    "用量",
    "采购量",
    "包装量",
    "供货量",
    "积分",
    "进度",
    "超量",
];
/// Labels that hold such a word and are no measure: people, units, a date, states, flags, codes, lists.
const NO_MEASURES: [&str; 12] = [
    "人员数量-销售",
    "人员数量-技术",
    "人员数量(销售)",
    "人员数量(技术)",
    "工时单位",
    "派工时间",
    "成本核算状态",
    "执行进度",
    "是否积分",
    "产品提成基数值",
    "产品提成比例方式值",
    "生产人员ID及工资分摊比例",
];

/// Words in labels of a day or a moment.
const DATES: [&str; 7] = ["日期", "时间", "生日", "合同开始", "合同截止", "开工期", "完工期"];
/// Labels that hold such a word and are no date: durations, their unit, a day of the month, free text in a contract.
const NO_DATES: [&str; 7] = [
    "准备时间",
    "加工时间",
    "搬运时间",
    "计划总时间",
    "时间单位",
    "结算日期",
    "交货时间",
];

fn is_of(field: &Field, words: &[&str], exceptions: &[&str]) -> bool {
    !exceptions.contains(&&*field.label) && words.iter().any(|word| field.label.contains(word))
}

/// Every field as `id object.verb side/wire`, with what it is.
fn each_field(mut look: impl FnMut(&str, &Field)) {
    for (place, fields) in levels(&catalogue()) {
        for field in fields {
            look(&format!("{place}/{}", field.wire), field);
        }
    }
}

#[test]
fn what_is_measured_is_an_exact_decimal() {
    let mut measures = 0;
    each_field(|place, field| {
        if is_of(field, &MEASURES, &NO_MEASURES) {
            measures += 1;
            assert_eq!(field.kind, FieldType::Decimal, "{place}: {}", field.label);
        }
    });
    assert!(measures > 250, "{measures}");
}

#[test]
fn days_and_moments_are_dates() {
    let mut dates = 0;
    each_field(|place, field| {
        if is_of(field, &DATES, &NO_DATES) {
            dates += 1;
            assert_eq!(field.kind, FieldType::Datetime, "{place}: {}", field.label);
        }
    });
    assert!(dates > 200, "{dates}");
}

#[test]
fn what_is_no_measure_or_date_after_all_still_exists() {
    let mut labels = std::collections::HashSet::new();
    each_field(|_, field| {
        labels.insert(field.label.clone());
    });
    for label in NO_MEASURES.iter().chain(&NO_DATES) {
        assert!(labels.contains(*label), "{label} is to be deleted here");
    }
}

#[test]
fn a_closed_enumeration_leaves_a_choice() {
    each_field(|place, field| {
        let closed = !field.values.is_empty() && !field.values_are_sample;
        assert!(
            !closed || field.values.len() > 1,
            "{place}: {} has one code",
            field.label
        );
        let codes: Vec<&str> = field.values.iter().map(|value| value.code.as_str()).collect();
        let says_yes = closed && field.values.iter().any(|value| value.label == "是");
        assert!(
            !says_yes || codes.contains(&"0"),
            "{place}: {} cannot be undone",
            field.label
        );
    });
}

/// What the staff of one installation called their own columns would be taken for a standard column's caption elsewhere.
#[test]
fn an_installations_own_fields_have_no_label_of_their_own() {
    let mut own = 0;
    each_field(|place, field| {
        let is_own = ["sysIcus", "SysCusmf", "@InheritId"]
            .iter()
            .any(|mark| field.wire.contains(mark))
            || field.wire.starts_with("zdy");
        if is_own {
            own += 1;
            let number = field.label.trim_start_matches("明细").strip_prefix("自定义");
            assert!(
                number.is_some_and(|number| number.parse::<u8>().is_ok()),
                "{place}: {}",
                field.label
            );
        }
    });
    assert!(own > 100, "{own}");
}
