//! Members that are computed, given, fixed or required in some states, and the states behind each state.

use super::{kind, lines, read, told};
use expect_test::expect;
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Kinds, Record};

fn quotation(status: &str) -> Json {
    json!({
        "subject": "门窗", "customer": "c-1", "status": status, "quoted_on": "2026-03-01", "valid_until": "2026-03-15",
        "lines": [
            { "description": "门", "quantity": 3, "unit_price": "0.335", "tax_rate": 13 },
            { "description": "窗", "quantity": "2.5", "unit_price": "39.99", "discount": "0.9", "tax_rate": 6 },
        ],
    })
}

fn record(body: &Json) -> Record {
    kind("quotation").read("q-1", body.clone()).unwrap()
}

fn becomes(kept: &Json, next: &Json) -> String {
    match kind("quotation").may_become(&record(kept), &record(next)) {
        Ok(()) => "may".to_owned(),
        Err(faults) => lines(&faults),
    }
}

#[test]
fn what_is_computed_is_computed_whatever_is_filed() {
    let mut body = quotation("draft");
    body["total"] = json!(-5);
    body["lines"][0]["amount"] = json!("99999");
    let filed = serde_json::to_value(record(&body)).unwrap();
    let line = |index: usize, member: &str| filed["lines"][index][member].clone();
    assert_eq!(line(0, "amount"), "1.01");
    assert_eq!(line(0, "tax"), "0.12");
    assert_eq!(
        (line(1, "list_amount"), line(1, "amount")),
        (json!("99.98"), json!("89.98"))
    );
    assert_eq!(line(1, "tax"), "5.09");
    let totals = ["list_total", "total", "tax", "concession"].map(|member| filed[member].clone());
    assert_eq!(totals, ["100.99", "90.99", "5.21", "10.00"]);
    assert_eq!(
        filed["number"], "BJ-q-1",
        "the hub gives a number where nobody filed one"
    );
    let names: Vec<&String> = filed.as_object().unwrap().keys().collect();
    assert_eq!(names[0], "number", "members stand in the kind's order");
    body["number"] = json!("2026-77");
    assert_eq!(record(&body)["number"].to_text().unwrap(), "2026-77");
    body["lines"][0]["quantity"] = json!("79228162514264337593543950335");
    body["lines"][0]["unit_price"] = json!(9);
    expect![[r#"
        lines[0].list_amount: is too large to be reckoned exactly (it is round(quantity * unit_price, 2))
        lines[0].amount: is too large to be reckoned exactly (it is round(quantity * unit_price * default(discount, 1), 2))"#]]
    .assert_eq(&told(&kind("quotation"), body));
}

#[test]
fn a_state_asks_for_what_it_needs() {
    let mut body = quotation("sent");
    body["lines"][1].as_object_mut().unwrap().remove("unit_price");
    body.as_object_mut().unwrap().remove("valid_until");
    expect![[r#"
        valid_until: 有效期至 is required once the record is `sent`
        lines[1].unit_price: 含税单价 is required once the record is `sent`"#]]
    .assert_eq(&told(&kind("quotation"), body.clone()));
    body["status"] = json!("draft");
    assert!(kind("quotation").read("q-1", body).is_ok());
}

#[test]
fn a_record_goes_from_state_to_state_as_declared() {
    let allowed = [
        ("draft", "sent"),
        ("sent", "draft"),
        ("sent", "accepted"),
        ("sent", "rejected"),
        ("sent", "expired"),
        ("rejected", "draft"),
        ("expired", "draft"),
    ];
    let states = ["draft", "sent", "accepted", "rejected", "expired"];
    for before in states {
        for after in states {
            let told = becomes(&quotation(before), &quotation(after));
            let is_allowed = before == after || allowed.contains(&(before, after));
            assert_eq!(told == "may", is_allowed, "{before} to {after}: {told}");
        }
    }
    expect!["status: cannot go from `rejected` to `accepted` (behind `rejected` comes `draft`)"]
        .assert_eq(&becomes(&quotation("rejected"), &quotation("accepted")));
    expect!["status: cannot go from `accepted` to `draft` (`accepted` is its last state)"]
        .assert_eq(&becomes(&quotation("accepted"), &quotation("draft")));
    let mut silent = quotation("draft");
    silent.as_object_mut().unwrap().remove("status");
    expect!["status: cannot go from `draft` to `accepted` (behind `draft` comes `sent`)"]
        .assert_eq(&becomes(&silent, &quotation("accepted")));
}

#[test]
fn what_is_fixed_in_a_state_changes_with_the_state_or_not_at_all() {
    let sent = quotation("sent");
    let mut other = sent.clone();
    other["lines"][0]["quantity"] = json!(4);
    expect!["lines: is fixed once status is `sent` (set status to `draft` with the change)"]
        .assert_eq(&becomes(&sent, &other));
    other["status"] = json!("accepted");
    expect!["lines: is fixed once status is `sent` (set status to `draft` with the change)"]
        .assert_eq(&becomes(&sent, &other));
    other["status"] = json!("draft");
    assert_eq!(becomes(&sent, &other), "may");
    let mut later = sent.clone();
    later["valid_until"] = json!("2026-04-01");
    later["subject"] = json!("门窗二期");
    assert_eq!(becomes(&sent, &later), "may", "an offer may be prolonged");
    let accepted = quotation("accepted");
    other["status"] = json!("accepted");
    expect!["lines: is fixed once status is `accepted` (leave it as it is; file another record for what is to be otherwise)"]
        .assert_eq(&becomes(&accepted, &other));
    let mut same = accepted.clone();
    same["lines"][0]["quantity"] = json!("3.00");
    same["lines"][0]["amount"] = json!("7");
    assert_eq!(
        becomes(&accepted, &same),
        "may",
        "the same number in other digits"
    );
}

#[test]
fn rules_name_what_is_there() {
    let file = r#"
        plural = "visits"
        label = "到访"
        description = "A visit."
        fields = [
          { name = "number", label = "编号", type = "text", max_length = 50, assigned = "V-" },
          { name = "deposit", label = "定金", type = "decimal", computed = "round(price * 0.3, 2)" },
          { name = "price", label = "价格", type = "decimal", required_in = ["gone"] },
          { name = "state", label = "状态", type = "choice", choices = { open = "开", done = "完" }, transitions = { open = ["shut"] } },
          { name = "mood", label = "意向", type = "choice", choices = { hot = "强" }, transitions = { hot = [] } },
          { name = "notes", label = "备注", type = "text", computed = "1 +" },
          { name = "lines", label = "明细", type = "list", fields = [
            { name = "text", label = "文字", type = "text", lookup = "name", fixed_in = ["done"] },
          ] },
        ]
    "#;
    let files = [("visit.toml".to_owned(), file.to_owned())];
    let faults = Kinds::with_files(&Catalogue::shared(), &files).unwrap_err();
    let faults: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
    expect![[r#"
        field `notes`: `computed` is for a decimal; this is `text`
        field `notes`: computed: a member or a number is expected at ``
        field `lines.text`: `lookup` is for a text that stands in no list; this is `text`
        field `lines.text`: `fixed_in` is for a whole list, not for a member of it"#]]
    .assert_eq(&faults.join("\n"));
    let mended = file
        .replace(", computed = \"1 +\"", "")
        .replace(", lookup = \"name\", fixed_in = [\"done\"]", "");
    let files = [("visit.toml".to_owned(), mended)];
    let faults = Kinds::with_files(&Catalogue::shared(), &files).unwrap_err();
    let faults: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
    expect![[r#"
        field `mood`: `state` has `transitions` already; a record has one state
        field `state`: transitions: `shut` is none of its choices
        field `number`: assigned: with the record's id it may have 66 characters; let `max_length` be as much
        field `deposit`: computed: `price` is no number that stands in front of it
        field `price`: required_in: `gone` is no state; a choice with `transitions` has them"#]]
    .assert_eq(&faults.join("\n"));
}

#[test]
fn a_product_is_looked_up_by_its_model_and_not_known_by_it() {
    let kind = kind("product");
    let product = read(&kind, json!({"name": "螺丝", "number": "A-1", "model": "Ｍ8×20"}));
    let named =
        |found: Vec<(String, String)>| -> Vec<String> { found.into_iter().map(|(name, _)| name).collect() };
    assert_eq!(named(kind.identities(&product)), ["number", "name"]);
    assert_eq!(named(kind.indexed(&product)), ["number", "name", "model"]);
}
