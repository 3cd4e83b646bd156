//! Answers under the catalogue's names: exactly the shape for typed guests, records for everybody else, nothing lost.

#![cfg(test)]

#[path = "support/shapes.rs"]
mod shapes;
mod support;

use expect_test::{Expect, expect};
use shapes::assert_shape;
use sunmao_catalogue::{
    Ack, Answer, Column, Document, DocumentField, Face, Field, FieldType, NamedTable, Operation, Page,
    ResultKind, Table, Value,
};
use support::{field, operation, record};

fn answering(result: ResultKind, fields: Vec<Field>) -> Operation {
    Operation {
        result,
        fields,
        ..operation(Vec::new())
    }
}

fn order_fields() -> Vec<Field> {
    vec![
        field("record-key", "ord", "单据ID", FieldType::Int),
        field("order-title", "title", "订单主题", FieldType::String),
        field("signed-on", "date1", "签订日期", FieldType::Datetime),
        field("total", "money", "总额", FieldType::Decimal),
        field("urgent", "jj", "加急", FieldType::Bool),
    ]
}

fn table(columns: &[(&str, &str)], rows: &str) -> Table {
    let Value::List(rows) = serde_json::from_str(rows).unwrap() else {
        panic!("rows are a list");
    };
    Table {
        columns: columns
            .iter()
            .map(|(name, caption)| column(name, caption))
            .collect(),
        rows: rows.iter().map(|row| row.as_list().unwrap().to_vec()).collect(),
        page: Page {
            size: 20,
            index: 1,
            count: 1,
            total: 2,
        },
    }
}

fn column(name: &str, caption: &str) -> Column {
    Column {
        name: name.to_owned(),
        caption: caption.to_owned(),
    }
}

fn document() -> Document {
    let field = |name: &str, caption: &str, value: Value, text: &str| DocumentField {
        name: name.to_owned(),
        caption: caption.to_owned(),
        value,
        text: text.to_owned(),
    };
    Document {
        key: Some(7),
        caption: "订单".to_owned(),
        fields: vec![
            field("title", "订单主题", Value::from("甲"), ""),
            field("ly", "来源", Value::Integer(173), "陌生开发"),
            field("", "总额", Value::from("1,200.50"), ""),
        ],
        tables: vec![NamedTable {
            name: "mx".to_owned(),
            table: table(&[("cp", "产品")], r#"[["螺丝"], [null]]"#),
        }],
    }
}

fn check(operation: &Operation, answer: &Answer, face: Face, expected: Expect) {
    let presented = operation.present(answer.clone(), face);
    if face == Face::Typed {
        assert_shape("", &operation.response_shape(), &presented);
    }
    expected.assert_eq(&serde_json::to_string(&presented).unwrap());
}

#[test]
fn known_columns_are_matched_by_wire_name_in_any_case_and_by_caption() {
    let answer = Answer::Table(table(
        &[
            ("ORD", ""),
            ("c2", "订单主题"),
            ("签订日期", ""),
            ("zdy1", "自定义"),
            ("money", "总额"),
        ],
        r#"[["1,005", "甲", "2025-3-7", "x", "1,200.50"], [6, null, "2025-03-07 10:00:00", "", 7]]"#,
    ));
    let operation = answering(ResultKind::Table, order_fields());
    check(
        &operation,
        &answer,
        Face::Typed,
        expect![[
            r#"{"items":[{"record-key":1005,"order-title":"甲","signed-on":"2025-03-07","total":"1200.50","urgent":null,"extra":[{"name":"zdy1","value":"x"}]},{"record-key":6,"order-title":"","signed-on":"2025-03-07T10:00:00","total":"7","urgent":null,"extra":[{"name":"zdy1","value":""}]}],"page":{"size":20,"index":1,"count":1,"total":2}}"#
        ]],
    );
    check(
        &operation,
        &answer,
        Face::Dynamic,
        expect![[
            r#"{"items":[{"record-key":1005,"order-title":"甲","signed-on":"2025-03-07","total":"1200.50","urgent":null,"extra":{"zdy1":"x"}},{"record-key":6,"order-title":"","signed-on":"2025-03-07T10:00:00","total":"7","urgent":null,"extra":{"zdy1":""}}],"page":{"size":20,"index":1,"count":1,"total":2}}"#
        ]],
    );
}

#[test]
fn a_wire_name_beats_a_caption_and_a_field_takes_one_column() {
    let answer = Answer::Table(table(
        &[("x", "总额"), ("money", "金额"), ("MONEY", "")],
        r#"[[1, 2, 3]]"#,
    ));
    let operation = answering(
        ResultKind::Table,
        vec![field("total", "money", "总额", FieldType::Decimal)],
    );
    check(
        &operation,
        &answer,
        Face::Dynamic,
        expect![[
            r#"{"items":[{"total":"2","extra":{"x":"1","MONEY":"3"}}],"page":{"size":20,"index":1,"count":1,"total":2}}"#
        ]],
    );
}

#[test]
fn what_does_not_fit_goes_to_extra_as_text() {
    let answer = Answer::Record(record(
        r#"{"ord": "five", "title": ["a", 1], "date1": "soon", "money": "1,2", "jj": 1, "more": {"a": 1}}"#,
    ));
    check(
        &answering(ResultKind::Record, order_fields()),
        &answer,
        Face::Typed,
        expect![[
            r#"{"record-key":null,"order-title":"[\"a\",1]","signed-on":null,"total":null,"urgent":true,"extra":[{"name":"ord","value":"five"},{"name":"date1","value":"soon"},{"name":"money","value":"1,2"},{"name":"more","value":"{\"a\":1}"}]}"#
        ]],
    );
}

#[test]
fn lists_and_objects_inside_a_record_are_presented_too() {
    let lines = Field {
        fields: vec![
            field("product-key", "ProductID", "产品", FieldType::Int),
            field("unit-price", "Price", "单价", FieldType::Decimal),
        ],
        ..field("lines", "OrderList", "明细", FieldType::List)
    };
    let operation = answering(
        ResultKind::Record,
        vec![
            lines,
            field("steps", "Steps", "步骤", FieldType::List),
            field("parent", "Parent", "父件", FieldType::Object),
        ],
    );
    let answer = Answer::Record(record(
        r#"{"orderlist": [{"productid": "5", "Price": "free", "zdy1": "x"}], "Steps": [{"a": 1}, {}], "Parent": {"b": [2]}}"#,
    ));
    check(
        &operation,
        &answer,
        Face::Typed,
        expect![[
            r#"{"lines":[{"product-key":5,"unit-price":null,"extra":[{"name":"Price","value":"free"},{"name":"zdy1","value":"x"}]}],"steps":[[{"name":"a","value":"1"}],[]],"parent":[{"name":"b","value":"[2]"}],"extra":[]}"#
        ]],
    );
    check(
        &operation,
        &answer,
        Face::Dynamic,
        expect![[
            r#"{"lines":[{"product-key":5,"unit-price":null,"extra":{"Price":"free","zdy1":"x"}}],"steps":[{"a":1},{}],"parent":{"b":[2]},"extra":{}}"#
        ]],
    );
    let odd = Answer::Record(record(r#"{"OrderList": "none", "Steps": {"a": 1}, "Parent": 5}"#));
    check(
        &operation,
        &odd,
        Face::Typed,
        expect![[
            r#"{"lines":[],"steps":[[{"name":"a","value":"1"}]],"parent":[],"extra":[{"name":"OrderList","value":"none"},{"name":"Parent","value":"5"}]}"#
        ]],
    );
}

#[test]
fn unknown_tables_are_text_for_guests_and_records_for_the_others() {
    let operation = answering(ResultKind::Table, Vec::new());
    let answer = Answer::Table(table(
        &[("ord", "编号"), ("", "名称"), ("ord", "再次"), ("", "")],
        r#"[[5, "甲", true, {"a": 1}], [6]]"#,
    ));
    check(
        &operation,
        &answer,
        Face::Typed,
        expect![[
            r#"{"columns":[{"name":"ord","caption":"编号"},{"name":"","caption":"名称"},{"name":"ord","caption":"再次"},{"name":"","caption":""}],"rows":[["5","甲","true","{\"a\":1}"],["6","","",""]],"page":{"size":20,"index":1,"count":1,"total":2}}"#
        ]],
    );
    check(
        &operation,
        &answer,
        Face::Dynamic,
        expect![[
            r#"{"items":[{"ord":"5","名称":"甲","ord-2":"true","column-4":"{\"a\":1}"},{"ord":"6","名称":"","ord-2":"","column-4":""}],"page":{"size":20,"index":1,"count":1,"total":2},"columns":[{"name":"ord","caption":"编号"},{"name":"","caption":"名称"},{"name":"ord","caption":"再次"},{"name":"","caption":""}]}"#
        ]],
    );
}

#[test]
fn documents_keep_captions_labels_and_tables() {
    let operation = answering(ResultKind::Bill, Vec::new());
    let answer = Answer::Document(document());
    check(
        &operation,
        &answer,
        Face::Typed,
        expect![[
            r#"{"key":7,"caption":"订单","fields":[{"name":"title","caption":"订单主题","value":"甲","text":""},{"name":"ly","caption":"来源","value":"173","text":"陌生开发"},{"name":"","caption":"总额","value":"1,200.50","text":""}],"tables":[{"name":"mx","table":{"columns":[{"name":"cp","caption":"产品"}],"rows":[["螺丝"],[""]],"page":{"size":20,"index":1,"count":1,"total":2}}}]}"#
        ]],
    );
    check(
        &operation,
        &answer,
        Face::Dynamic,
        expect![[
            r#"{"key":7,"caption":"订单","fields":{"title":"甲","ly":"173","总额":"1,200.50"},"labels":{"ly":"陌生开发"},"tables":{"mx":[{"cp":"螺丝"},{"cp":""}]},"columns":[{"name":"title","caption":"订单主题"},{"name":"ly","caption":"来源"},{"name":"","caption":"总额"}]}"#
        ]],
    );
}

#[test]
fn accepted_commands_keep_the_words_and_the_rest() {
    let operation = answering(ResultKind::Message, Vec::new());
    let answer = Answer::Ack(Ack {
        message: "保存成功".to_owned(),
        key: Some(7),
        data: record(r#"{"url": "/a", "wait": 3}"#),
    });
    check(
        &operation,
        &answer,
        Face::Typed,
        expect![[
            r#"{"message":"保存成功","key":7,"data":[{"name":"url","value":"/a"},{"name":"wait","value":"3"}]}"#
        ]],
    );
    check(
        &operation,
        &answer,
        Face::Dynamic,
        expect![[r#"{"message":"保存成功","key":7,"data":{"url":"/a","wait":"3"}}"#]],
    );
}

#[test]
fn an_answer_of_another_kind_is_put_into_the_announced_form() {
    let known = answering(ResultKind::Record, order_fields());
    check(
        &known,
        &Answer::Document(document()),
        Face::Typed,
        expect![[
            r#"{"record-key":7,"order-title":"甲","signed-on":null,"total":"1200.50","urgent":null,"extra":[{"name":"ly","value":"173"},{"name":"mx","value":"[{\"cp\":\"螺丝\"},{\"cp\":null}]"}]}"#
        ]],
    );
    check(
        &answering(ResultKind::Bill, Vec::new()),
        &Answer::Record(record(
            r#"{"Ord": "7", "title": "甲", "lines": [{"a": 1}, {"b": 2}]}"#,
        )),
        Face::Dynamic,
        expect![[
            r#"{"key":7,"caption":"","fields":{"Ord":"7","title":"甲"},"labels":{},"tables":{"lines":[{"a":"1","b":""},{"a":"","b":"2"}]},"columns":[{"name":"Ord","caption":""},{"name":"title","caption":""}]}"#
        ]],
    );
    check(
        &answering(ResultKind::Ack, Vec::new()),
        &Answer::Table(table(&[("ord", "")], "[[5], [6]]")),
        Face::Dynamic,
        expect![[r#"{"message":"","key":null,"data":{"items":"[{\"ord\":5},{\"ord\":6}]"}}"#]],
    );
    check(
        &answering(ResultKind::Table, order_fields()),
        &Answer::Ack(Ack::default()),
        Face::Typed,
        expect![[r#"{"items":[],"page":{"size":0,"index":0,"count":0,"total":0}}"#]],
    );
}

/// A screen whose members are known is a record for typed guests, and what else it shows is in `extra`; whoever gets it
/// as a screen still does.
#[test]
fn a_screen_of_known_members_is_a_record_for_guests() {
    let operation = answering(ResultKind::Bill, order_fields());
    check(
        &operation,
        &Answer::Document(document()),
        Face::Typed,
        expect![[
            r#"{"record-key":7,"order-title":"甲","signed-on":null,"total":"1200.50","urgent":null,"extra":[{"name":"ly","value":"173"},{"name":"mx","value":"[{\"cp\":\"螺丝\"},{\"cp\":null}]"}]}"#
        ]],
    );
    let unpublished = answering(ResultKind::Bill, Vec::new());
    let answer = Answer::Document(document());
    assert_eq!(
        operation.present(answer.clone(), Face::Dynamic),
        unpublished.present(answer, Face::Dynamic)
    );
}

#[test]
fn an_empty_key_field_does_not_hide_the_key() {
    let mut screen = document();
    screen.fields = vec![DocumentField {
        name: "ord".to_owned(),
        ..DocumentField::default()
    }];
    let operation = answering(ResultKind::Bill, order_fields());
    let presented = operation.present(Answer::Document(screen), Face::Typed);
    assert_eq!(presented.get("record-key"), Some(&Value::Integer(7)));
}
