//! What was saved can be read, under the names that the vendor publishes for it.

use crate::common::{Caller, example, field, rows, small, text, total};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Field, FieldType, Operation};

/// Arguments whose every value is its own, without the fields that mean other records or lists.
fn distinct(operation: &Operation, own: &Json) -> (Map<String, Json>, Vec<(String, String)>) {
    let mut arguments = own.as_object().unwrap().clone();
    let mut values = Vec::new();
    let fields = operation.params.iter().enumerate();
    for (position, field) in fields.filter(|(_, field)| !own.as_object().unwrap().contains_key(&field.wire)) {
        let Some(value) = value_of(field, position, &operation.name) else {
            continue;
        };
        arguments.insert(field.wire.clone(), json!(value));
        values.push((field.wire.clone(), value));
    }
    for name in ["zdy77", "sysIcus_size", "@InheritId9"] {
        arguments.insert(name.to_owned(), json!(format!("own {name}")));
        values.push((name.to_owned(), format!("own {name}")));
    }
    (arguments, values)
}

/// Texts differ from one operation to the next, too, since no number may be used twice.
fn value_of(field: &Field, position: usize, operation: &str) -> Option<String> {
    let mark = operation.len();
    Some(match field.kind {
        FieldType::List | FieldType::Object => return None,
        FieldType::Datetime | FieldType::Date | FieldType::Time => format!("20{:02}-11-12", 30 + position),
        FieldType::Int => (700 + position).to_string(),
        FieldType::Decimal => format!("{}.25", 500 + position),
        FieldType::String | FieldType::Bool => format!("v{position}-{mark}"),
    })
}

/// The values of the newest record on its screen or, for contracts, in their list, which writes the values used here as
/// they were sent.
async fn shown(caller: &Caller, object: &str, ord: i64) -> BTreeSet<String> {
    let texts = |values: Vec<Json>| values.iter().map(as_text).collect();
    if object == "contracts" {
        let found = rows(&caller.call("contracts.list", json!({"ord": ord})).await);
        return texts(found[0].values().cloned().collect());
    }
    let answer = caller.call(&format!("{object}.get"), json!({"ord": ord})).await;
    let groups = answer["body"]["bill"]["groups"].as_array().unwrap();
    let fields = groups
        .iter()
        .flat_map(|group| group["fields"].as_array().unwrap());
    texts(fields.map(|field| field["value"].clone()).collect())
}

fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A contract whose sums add up, since others are not kept.
fn sound_sums() -> Json {
    json!({"ord": 5, "company": 7, "premoney": "900.25", "yhvalue": "100.25", "money1": "800.00"})
}

#[tokio::test]
async fn every_saved_field_is_shown() {
    let caller = small().await;
    let customer = rows(&caller.call("customers.list", json!({"telord": 7})).await);
    let catalogue = Catalogue::shared();
    let mut faults = Vec::new();
    for (name, own, ord) in [
        ("customers.save-company", json!({"ord": 5}), 5),
        ("customers.save-person", json!({"ord": 6}), 6),
        ("customers.create", json!({"sort2": 1}), 31),
        ("customers.update", json!({"ord": 8, "sort2": 1}), 8),
        ("customer-contacts.save", json!({"ord": 9, "company": 7}), 9),
        ("contracts.save", sound_sums(), 5),
        (
            "contracts.create",
            json!({"CompanyName": customer[0]["name"]}),
            31,
        ),
        ("products.create", json!({}), 31),
        ("products.update", json!({"ord": 5}), 5),
    ] {
        let operation = catalogue.find(name).unwrap();
        let (arguments, values) = distinct(operation, &own);
        caller.call(name, Json::Object(arguments)).await;
        let entry = caller.simulator.ledger().pop().unwrap();
        let stored = entry.changes.first().map(|change| change.ord);
        assert_eq!(stored, Some(ord), "{name}: {}", entry.message);
        let shown = shown(&caller, &operation.object, ord).await;
        let lost = values.iter().filter(|(_, value)| !shown.contains(value));
        faults.extend(lost.map(|(wire, value)| format!("{name}: {wire} = {value}")));
    }
    assert!(faults.is_empty(), "not shown:\n{}", faults.join("\n"));
}

#[tokio::test]
async fn a_contracts_details_show_what_its_screen_saved() {
    let caller = small().await;
    let catalogue = Catalogue::shared();
    let save = catalogue.find("contracts.save").unwrap();
    let (arguments, values) = distinct(save, &sound_sums());
    caller.call("contracts.save", Json::Object(arguments)).await;
    let data = caller.call("contracts.get", json!({"ord": 5})).await["Data"].clone();
    let mut compared = 0;
    for (wire, value) in &values {
        let label = save.param(wire).map(|field| field.label.as_str());
        let published = &catalogue.find("contracts.get").unwrap().fields;
        let is_it = |field: &&Field| Some(field.label.as_str()) == label && field.kind != FieldType::List;
        if let Some(field) = published.iter().find(is_it) {
            assert_eq!(&as_text(&data[&field.wire]), value, "{wire} as {}", field.wire);
            compared += 1;
        }
    }
    assert!(compared >= 15, "{compared}");
    assert_eq!(data["zdy77"], "own zdy77");
}

fn line(product: &str, number: &str, price: &str) -> Json {
    json!({"ProductName": product, "ProductCode": "CP000001", "productUnitName": "箱", "InvoiceTypeName": "增值税专用发票",
           "Num": number, "Discount": 1, "TaxRate": "0.13", "Price": price, "IsTax": 1, "Intro": "加急"})
}

#[tokio::test]
async fn a_contract_of_lines_has_their_sum_and_shows_them_as_published() {
    let caller = small().await;
    let customer = rows(&caller.call("customers.list", json!({"telord": 7})).await);
    let mut contract = example(Catalogue::shared().find("contracts.create").unwrap());
    contract["HTId"] = json!("HT-L");
    contract["CompanyName"] = customer[0]["name"].clone();
    contract["contractList"] = json!([line("支架", "2", "10.05"), line("轴承", "1,000", "0.5")]);
    contract["contractList"][1]["Concessions"] = json!(20);
    assert_eq!(
        caller.call("contracts.create", contract.clone()).await["Code"],
        200
    );
    let data = caller.call("contracts.get", json!({"ord": 31})).await["Data"].clone();
    assert_eq!(
        (&data["Premoney"], &data["YhMoneyM"], &data["Money1"]),
        (&json!("520.10"), &json!("20.00"), &json!("500.10"))
    );
    let first = &data["contractList"][0];
    for (name, value) in [
        ("Title", "支架"),
        ("Order1", "CP000001"),
        ("Unit", "241"),
        ("Num1", "2"),
        ("InvoiceType", "增值税专用发票"),
        ("Intro", "加急"),
        ("Num3", ""),
        ("Price", "10.05"),
    ] {
        assert_eq!(as_text(&first[name]), value, "{name} in {first}");
    }
    let generated = caller.call("contracts.get", json!({"ord": 3})).await;
    let generated = generated["Data"]["contractList"][0].as_object().unwrap();
    assert!(
        generated["Title"].is_string() && generated.contains_key("Num1"),
        "{generated:?}"
    );

    contract["HTId"] = json!("HT-M");
    contract["CompanyName"] = json!("没有这家公司");
    let refused = caller.call("contracts.create", contract).await;
    assert_eq!(refused["Msg"], "关联客户不存在，不能保存！");
}

#[tokio::test]
async fn a_salesperson_is_given_by_key_or_name_and_shown_by_name() {
    let caller = small().await;
    let staff = caller.call("accounts.get", json!({"ord": 9})).await["Data"].clone();
    let mut contract = example(Catalogue::shared().find("contracts.save").unwrap());
    contract["ord"] = json!(5);
    contract["company"] = json!(7);
    contract["cateid"] = json!("9");
    contract["person2id"] = json!(8);
    assert_eq!(text(&caller.call("contracts.save", contract).await), "保存成功！");
    let data = caller.call("contracts.get", json!({"ord": 5})).await["Data"].clone();
    assert!(staff.to_string().contains(data["CateName"].as_str().unwrap()));
    let contact = caller.call("customer-contacts.get", json!({"ord": 8})).await;
    assert_eq!(data["Person2"], field(&contact, "person_name")["value"]);
}

#[tokio::test]
async fn a_renamed_customer_is_renamed_everywhere() {
    let caller = small().await;
    let renamed = json!({"ord": 7, "name": "改名有限公司", "sort1": "一般", "person_name": "林一"});
    caller.call("customers.save-company", renamed).await;
    for (list, filter) in [("customer-contacts.list", "name"), ("contracts.list", "khmc")] {
        let found = caller.call(list, json!({filter: "改名"})).await;
        assert_eq!(total(&found), 1, "{list}");
    }
    let written = caller.admin("records/contracts?written=true").await;
    assert_eq!(written["records"], json!([]), "no call has changed a contract");
}

#[tokio::test]
async fn a_customer_shows_what_became_of_its_main_contact() {
    let caller = small().await;
    let contact = json!({"ord": 7, "company": 7, "person_name": "赵小满", "mobile": "199-0000-7777", "intro": "联系人的备注"});
    caller.call("customer-contacts.save", contact).await;
    let shown = caller.call("customers.get", json!({"ord": 7})).await;
    assert_eq!(field(&shown, "person_name")["value"], "赵小满");
    assert_eq!(field(&shown, "mobile")["value"], "199-0000-7777");
    assert_ne!(field(&shown, "intro")["value"], "联系人的备注");
    let other = json!({"company": 7, "person_name": "钱多", "mobile": "199-0000-8888"});
    caller.call("customer-contacts.save", other).await;
    let shown = caller.call("customers.get", json!({"ord": 7})).await;
    assert_eq!(field(&shown, "mobile")["value"], "199-0000-7777");
}

#[tokio::test]
async fn a_person_is_the_contact() {
    let caller = small().await;
    let person = json!({"name": "孙一", "sort1": "一般", "mobile": "199-0000-9001"});
    let saved = caller.call("customers.save-person", person).await;
    assert_eq!(text(&saved), "保存成功！");
    let found = rows(
        &caller
            .call("customer-contacts.list", json!({"company": 31}))
            .await,
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["person_name"], "孙一");
    assert_eq!(found[0]["mobile"], "199-0000-9001");
}
