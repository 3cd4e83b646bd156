//! Kinds of records: what the shipped ones take and refuse, and what an operator's files may add.

use serde_json::json;
use sunmao_catalogue::{Catalogue, Face, Kinds, Value};

#[test]
fn a_contact_is_read_with_all_its_faults_at_once() {
    let kinds = Kinds::shipped(&Catalogue::load().unwrap()).unwrap();
    let contact = kinds.find("contacts").unwrap();
    let read = contact
        .read(
            "42",
            json!({"id": "42", "score": 80.0, "wx_id": "wx_1", "phone": "138 0000 0000", "email": "", "type": "lead"}),
        )
        .unwrap();
    assert_eq!(read.get("score"), Some(&Value::Integer(80)));
    let names: Vec<&str> = read.keys().map(String::as_str).collect();
    assert_eq!(names, ["wx_id", "type", "phone", "score"]);
    let faults = contact
        .read(
            "4 2",
            json!({"id": "43", "wxid": "x", "phone": 138, "score": 101, "source": "fax", "confidence": 1.5,
            "has_order": 1, "updated_at": "yesterday", "email": "x".repeat(51)}),
        )
        .unwrap_err();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 10, "{told:#?}");
    assert!(
        told.iter().any(|fault| fault.contains("did you mean `wx_id`")),
        "{told:#?}"
    );
    let shown = contact.present("42", &read, Face::Dynamic);
    assert_eq!(shown.get_index(0), Some((&"id".to_owned(), &Value::from("42"))));
    assert_eq!(shown["invalid"], Value::Bool(false));
    assert_eq!(shown["remark"], Value::from(""));
}
