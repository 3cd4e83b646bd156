//! Operations and records built by hand, for rules that no single operation of the catalogue shows.

use sunmao_catalogue::{Dialect, Effect, Field, FieldType, Operation, Record, ResultKind, Value};

/// A documented read of the given parameters.
pub fn operation(params: Vec<Field>) -> Operation {
    Operation {
        id: 7,
        object: "orders".to_owned(),
        verb: "save".to_owned(),
        name: "orders.save".to_owned(),
        title: "保存订单".to_owned(),
        menu: vec!["销售".to_owned()],
        dialect: Dialect::Json,
        path: "/orders/save".to_owned(),
        legacy_path: None,
        fixed_query: Vec::new(),
        cmdkey: None,
        mode: None,
        documented: true,
        params,
        result: ResultKind::Ack,
        fields: Vec::new(),
        paging: None,
        effect: Effect::Read,
        newer_form: None,
        subjects: Vec::new(),
        observed_order: Vec::new(),
    }
}

/// An optional field without limits.
pub fn field(name: &str, wire: &str, label: &str, kind: FieldType) -> Field {
    Field {
        name: name.to_owned(),
        wire: wire.to_owned(),
        label: label.to_owned(),
        kind,
        ..Field::default()
    }
}

/// A record as a caller writes it in JSON.
pub fn record(json: &str) -> Record {
    match serde_json::from_str(json).expect("JSON") {
        Value::Record(record) => *record,
        other => panic!("{other:?} is no record"),
    }
}
