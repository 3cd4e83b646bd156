//! What a caller gives, and what goes to the wire: names, types, limits, codes, and every fault at once.

#![cfg(test)]

mod support;

use expect_test::{Expect, expect};
use sunmao_catalogue::{Arguments, EnumValue, Field, FieldType, Kind, Operation, Record, Value};
use support::{field, operation, record};

fn codes(values: &[(&str, &str)]) -> Vec<EnumValue> {
    values
        .iter()
        .map(|(code, label)| EnumValue {
            code: (*code).to_owned(),
            label: (*label).to_owned(),
        })
        .collect()
}

fn order() -> Operation {
    let price = Field {
        required: true,
        minimum: Some(0),
        ..field("unit-price", "Price", "单价", FieldType::Decimal)
    };
    operation(vec![
        field("record-key", "ord", "单据ID", FieldType::Int),
        Field {
            required: true,
            max_length: Some(4),
            ..field("order-title", "title", "订单主题", FieldType::String)
        },
        field("signed-on", "date1", "签订日期", FieldType::Datetime),
        field("total", "money", "总额", FieldType::Decimal),
        field("urgent", "jj", "加急", FieldType::Bool),
        Field {
            values: codes(&[("1", "按合同"), ("2", "按出库"), ("3", "其他"), ("4", "其他")]),
            ..field("billing", "mode", "对账方式", FieldType::Int)
        },
        Field {
            values: codes(&[("173", "陌生开发"), ("171", "网站注册")]),
            values_are_sample: true,
            multiple: true,
            ..field("source", "ly", "来源", FieldType::String)
        },
        Field {
            fields: vec![
                field("product-key", "ProductID", "产品", FieldType::Int),
                price,
                field("memo", "bz", "备注", FieldType::String),
            ],
            ..field("lines", "OrderList", "明细", FieldType::List)
        },
        Field {
            fields: vec![field("city", "cs", "城市", FieldType::String)],
            ..field("delivery", "Delivery", "交货", FieldType::Object)
        },
    ])
}

fn json(arguments: &Arguments) -> String {
    let record: Record = arguments
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    serde_json::to_string(&record).unwrap()
}

/// Checks a call of `order`, and shows the wire arguments or the faults, one a line.
fn check(given: &str, expected: Expect) {
    let shown = match order().check(&record(given)) {
        Ok(arguments) => json(&arguments),
        Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn english_snake_and_wire_names_are_understood_and_go_out_in_the_vendors_order() {
    check(
        r#"{"signed_on": "2025-3-7", "money": "1,200.50", "order-title": "订单", "ord": "5"}"#,
        expect![[r#"{"ord":5,"title":"订单","date1":"2025-03-07","money":"1200.50"}"#]],
    );
}

#[test]
fn english_names_come_before_wire_names() {
    let operation = operation(vec![
        field("customer-name", "name", "客户名称", FieldType::String),
        field("name", "title", "名称", FieldType::String),
    ]);
    let arguments = operation.check(&record(r#"{"name": "甲"}"#)).unwrap();
    assert_eq!(json(&arguments), r#"{"title":"甲"}"#);
}

#[test]
fn null_and_empty_lists_are_absent_and_empty_text_is_not() {
    check(
        r#"{"order-title": "订单", "ord": null, "lines": [], "source": [], "signed-on": "", "delivery": {}}"#,
        expect![[r#"{"title":"订单","date1":"","Delivery":{}}"#]],
    );
}

#[test]
fn loose_values_become_the_vendors_types() {
    check(
        r#"{"order-title": 42, "ord": 5.00, "total": 7, "urgent": "是", "billing": "1.0", "date1": "2025-03-07T02:00:00Z"}"#,
        expect![[r#"{"ord":5,"title":"42","date1":"2025-03-07 10:00:00","money":"7","jj":true,"mode":1}"#]],
    );
}

#[test]
fn labels_become_codes_and_several_are_joined() {
    check(
        r#"{"order-title": "订单", "billing": "按出库", "source": ["陌生开发", 999]}"#,
        expect![[r#"{"title":"订单","mode":2,"ly":"173,999"}"#]],
    );
    check(
        r#"{"order-title": "订单", "source": "网站注册， 173,"}"#,
        expect![[r#"{"title":"订单","ly":"171,173"}"#]],
    );
}

#[test]
fn a_closed_enumeration_names_what_it_allows() {
    check(
        r#"{"order-title": "订单", "billing": 9}"#,
        expect![[r#"
            billing: `9` is not allowed (one of 1 按合同, 2 按出库, 3 其他, 4 其他)
        "#]],
    );
    check(
        r#"{"order-title": "订单", "billing": "其他"}"#,
        expect![[r#"
            billing: `其他` is the label of several codes (give one of 3, 4)
        "#]],
    );
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    check(
        r#"{
            "record-key": "five", "signed-on": "2025-02-30", "total": [1], "urgent": 7, "order_titel": "x",
            "lines": [{"unit-price": 1}, {"Price": -1, "memmo": "x"}, {"memo": "x"}, 4],
            "delivery": "here"
        }"#,
        expect![[r#"
            order_titel: is no parameter (did you mean `order-title`? The installation's own fields go into `extra`)
            record-key: `five` is no whole number (for example 5)
            order-title: 订单主题 is required
            signed-on: `2025-02-30` is no date (for example 2025-03-07 or 2025-03-07 10:00:00)
            total: is more than one value (give text, a number or a truth value)
            urgent: `7` is no truth value (true or false)
            lines[1].memmo: is no parameter (did you mean `memo`? The installation's own fields go into `extra`)
            lines[1].Price: -1 is too small (at least 0)
            lines[2].unit-price: 单价 is required
            lines[3]: is no record (give the members by name)
            delivery: is no record (give the members by name)
        "#]],
    );
}

#[test]
fn a_label_leads_to_its_parameter_and_nonsense_to_extra() {
    check(
        r#"{"title": "订单", "总额": 1, "xyzzy": 1}"#,
        expect![[r#"
            总额: is no parameter (did you mean `total`? The installation's own fields go into `extra`)
            xyzzy: is no parameter (the installation's own fields go into `extra`)
        "#]],
    );
}

#[test]
fn length_counts_characters_and_empty_is_missing_where_required() {
    check(r#"{"title": "四个汉字"}"#, expect![[r#"{"title":"四个汉字"}"#]]);
    check(
        r#"{"title": "五个汉字了"}"#,
        expect![[r#"
            title: is 5 characters long (at most 4 characters)
        "#]],
    );
    check(
        r#"{"title": ""}"#,
        expect![[r#"
            title: 订单主题 is required
        "#]],
    );
}

#[test]
fn the_same_field_twice_is_a_fault() {
    check(
        r#"{"title": "订单", "order-title": "另一", "extra": {"money": 1, "total": 2}}"#,
        expect![[r#"
            order-title: is given twice, also as `title` (keep one of them)
            total: is given twice, also as `money` (keep one of them)
        "#]],
    );
    check(
        r#"{"title": "订单", "extra": [{"name": "zdy1", "value": "a"}, {"name": "zdy1", "value": "b"}]}"#,
        expect![[r#"
            zdy1: is given twice (keep one of them)
        "#]],
    );
}

#[test]
fn extra_is_passed_on_and_known_names_in_it_are_the_parameters() {
    check(
        r#"{"title": "订单", "extra": {"zdy1": 5, "ord": "7", "zdy2": null}}"#,
        expect![[r#"{"ord":7,"title":"订单","zdy1":5}"#]],
    );
    check(
        r#"{"title": "订单", "extra": [{"name": "zdy1", "value": "a"}, {"name": "signed-on", "value": "2025/3/7"}],
            "lines": [{"unit-price": 1, "extra": {"zdy9": "x"}}]}"#,
        expect![[
            r#"{"title":"订单","date1":"2025-03-07","OrderList":[{"Price":"1","zdy9":"x"}],"zdy1":"a"}"#
        ]],
    );
    check(
        r#"{"title": "订单", "extra": [{"value": "a"}]}"#,
        expect![[r#"
            extra[0]: is no record of a `name` and a `value`
        "#]],
    );
    check(
        r#"{"title": "订单", "extra": "zdy1"}"#,
        expect![[r#"
            extra: is neither a record nor a list of `{name, value}` (give the wire names and values of the further fields)
        "#]],
    );
}

#[test]
fn undocumented_operations_take_whatever_is_named() {
    let operation = Operation {
        documented: false,
        ..operation(vec![field("record-key", "ord", "单据ID", FieldType::Int)])
    };
    let arguments = operation
        .check(&record(
            r#"{"title": "甲", "record_key": "3", "extra": [{"name": "bz", "value": "乙"}]}"#,
        ))
        .unwrap();
    assert_eq!(json(&arguments), r#"{"ord":3,"title":"甲","bz":"乙"}"#);
}

#[test]
fn what_the_installation_decides_is_not_required() {
    let operation = operation(vec![Field {
        required_by_policy: true,
        ..field("remarks", "intro", "备注", FieldType::String)
    }]);
    assert!(operation.check(&Record::default()).is_ok());
}

#[test]
fn faults_travel_as_one_with_the_operation_named() {
    let operation = order();
    let faults = operation
        .check(&record(r#"{"ord": "x", "xyzzy": 1}"#))
        .unwrap_err();
    let fault = operation.invalid(&faults);
    assert_eq!(fault.kind, Kind::Invalid);
    expect!["orders.save (menu 7): 3 arguments are unsound: xyzzy: is no parameter (the installation's own fields go into `extra`); ord: `x` is no whole number (for example 5); order-title: 订单主题 is required"].assert_eq(&fault.message);
    assert_eq!(fault.hint, "sunmao operations show orders.save");
}

#[test]
fn the_gateway_can_put_a_key_in() {
    let mut arguments = order().check(&record(r#"{"title": "订单", "ord": 1}"#)).unwrap();
    arguments.set("ord", Value::Integer(9));
    arguments.set("zdy1", Value::from("x"));
    assert_eq!(json(&arguments), r#"{"ord":9,"title":"订单","zdy1":"x"}"#);
    assert_eq!(arguments.get("ord"), Some(&Value::Integer(9)));
    assert_eq!(arguments.get("record-key"), None);
}

#[test]
fn several_empty_values_are_none_where_one_is_required() {
    let operation = operation(vec![Field {
        required: true,
        multiple: true,
        ..field("workers", "CateIDs", "生产人员", FieldType::String)
    }]);
    for given in [
        r#"{"workers": []}"#,
        r#"{"workers": [""]}"#,
        r#"{"workers": [null, " "]}"#,
        r#"{"workers": ","}"#,
        r#"{"workers": "， ,"}"#,
        r#"{"workers": ""}"#,
        r#"{}"#,
    ] {
        let faults = operation.check(&record(given)).expect_err(given);
        assert_eq!(faults.len(), 1, "{given}");
        assert_eq!(faults[0].message, "生产人员 is required", "{given}");
    }
    let arguments = operation.check(&record(r#"{"workers": ["", "3"]}"#)).unwrap();
    assert_eq!(json(&arguments), r#"{"CateIDs":"3"}"#);
}

#[test]
fn several_empty_values_empty_a_field_that_is_not_required() {
    check(
        r#"{"title": "订单", "source": [""]}"#,
        expect![[r#"{"title":"订单","ly":""}"#]],
    );
}
