//! What guests and clients see of a record, what identifies it, and what it refers to.

use super::{kind, kinds, read};
use serde_json::json;
use sunmao_catalogue::{Face, KindSource, Record, Shape, Value};

#[test]
fn a_record_is_shown_whole_with_its_id_first() {
    let contact = kind("contact");
    let record = read(&contact, json!({"phone": "138", "type": "lead"}));
    let shown = contact.present("42", &record, Face::Dynamic);
    assert_eq!(shown.get_index(0), Some((&"id".to_owned(), &Value::from("42"))));
    assert_eq!(shown.len(), contact.fields.len() + 1);
    // What was filed, what has a default, and what is absent: "", false and null, so that a script can ask of each.
    assert_eq!(shown["phone"], Value::from("138"));
    assert_eq!(shown["type"], Value::from("lead"));
    assert_eq!(shown["source"], Value::from("wechat"));
    assert_eq!(shown["confidence"], Value::Integer(0));
    assert_eq!(shown["invalid"], Value::Bool(false));
    assert_eq!(shown["wx_id"], Value::from(""));
    assert_eq!(shown["updated_at"], Value::from(""));
    assert_eq!(shown["score"], Value::Null);
    let typed = contact.present("42", &record, Face::Typed);
    assert_eq!(typed["wx_id"], Value::Null);
    assert_eq!(typed["source"], Value::from("wechat"));
    assert_eq!(
        contact.present("42", &Record::default(), Face::Typed)["invalid"],
        Value::Bool(false)
    );
}

#[test]
fn lines_are_shown_whole_too() {
    let contract = kind("contract");
    let record = read(
        &contract,
        json!({"subject": "x", "customer": "7", "lines": [{"quantity": 2}]}),
    );
    let shown = contract.present("1", &record, Face::Dynamic);
    let line = shown["lines"]
        .as_list()
        .and_then(<[Value]>::first)
        .expect("a line");
    assert_eq!(line.get("product"), Some(&Value::from("")));
    assert_eq!(line.get("unit_price"), Some(&Value::Null));
    let bare = read(&contract, json!({"subject": "x", "customer": "7"}));
    assert_eq!(
        contract.present("1", &bare, Face::Dynamic)["lines"],
        Value::List(Vec::new())
    );
}

#[test]
fn a_shape_says_what_may_be_absent() {
    let shape = kind("contact").shape();
    let member = |name: &str| {
        let found = shape.members.iter().find(|member| member.name == name);
        found.expect("a member").shape.clone()
    };
    assert_eq!(shape.members[0].name, "id");
    assert_eq!(member("id"), Shape::Text);
    assert_eq!(member("wx-id"), Shape::Optional(Box::new(Shape::Text)));
    assert_eq!(member("source"), Shape::Text, "it has a default");
    assert_eq!(member("invalid"), Shape::Bool);
    assert_eq!(member("score"), Shape::Optional(Box::new(Shape::Integer)));
    let contract = kind("contract").shape();
    let lines = contract
        .members
        .iter()
        .find(|member| member.name == "lines")
        .expect("lines");
    let Shape::List(line) = &lines.shape else {
        panic!("{:?} is no list", lines.shape)
    };
    let Shape::Record(line) = &**line else {
        panic!("{line:?} is no record")
    };
    assert_eq!(line.name, "contract-lines");
}

#[test]
fn a_record_is_known_by_what_is_there() {
    let contact = kind("contact");
    let known = |body| contact.identities(&read(&contact, body));
    assert_eq!(known(json!({"real_name": "鲁班"})), []);
    let both = known(json!({"phone": "138 0000-0000", "wx_id": "wx_1"}));
    let both: Vec<(&str, &str)> = both
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(both, [("wx_id", "wx_1"), ("phone", "13800000000")]);
}

#[test]
fn references_are_found_in_lines_too() {
    let contract = kind("contract");
    let body = json!({"subject": "x", "customer": "7", "lines": [{"quantity": 1}, {"quantity": 1, "product": "p/1"}]});
    let references = contract.references(&read(&contract, body));
    let told: Vec<String> = references
        .iter()
        .map(|reference| format!("{} -> {}/{}", reference.field, reference.kind, reference.id))
        .collect();
    assert_eq!(told, ["customer -> contact/7", "lines[1].product -> product/p/1"]);
}

#[test]
fn rows_of_the_erp_are_taken_as_they_come() {
    let kinds = kinds();
    let customers = kinds.find("erp.customers").expect("a kind of the ERP's rows");
    assert_eq!(
        customers.source,
        KindSource::Erp {
            object: "customers".to_owned()
        }
    );
    let row = Record::from_iter([
        ("record-key".to_owned(), Value::Integer(7)),
        ("customer-name".to_owned(), Value::from("榫卯木业")),
        ("mobile".to_owned(), Value::from("")),
        ("zdy1".to_owned(), Value::from("A")),
    ]);
    let taken = customers.check(&row).expect("anything is taken");
    let names: Vec<&String> = taken.keys().collect();
    assert_eq!(names, ["record_key", "customer_name", "zdy1"]);
    assert!(customers.check(&Record::default()).is_ok(), "nothing is required");
    let shown = customers.present("7", &taken, Face::Dynamic);
    assert_eq!(
        (&shown["mobile"], &shown["zdy1"]),
        (&Value::from(""), &Value::from("A"))
    );
    assert!(
        kinds.find("erp.attendance-records").is_none(),
        "the ERP shows none"
    );
    assert!(kinds.own().all(|kind| !kind.name.starts_with("erp.")));
}
