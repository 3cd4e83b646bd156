//! What an operator's files may add, and what is refused, with the file and the field.

use expect_test::{Expect, expect};
use serde_json::json;
use sunmao_catalogue::{Catalogue, CatalogueError, KindSource, Kinds};

const VISIT: &str = r#"
plural = "showroom-visits"
label = "展厅到访"
description = "A visit to one of our showrooms."
fields = [
  { name = "visitor", label = "来访人", type = "text", required = true, max_length = 50, personal = true },
  { name = "visited_on", label = "到访日期", type = "date" },
  { name = "from", label = "来自", type = "choice", default = "street", choices = { street = "路过", wechat = "微信" } },
  { name = "contact", label = "联系人", type = "reference", references = "contact" },
  { name = "customer", label = "ERP 客户", type = "reference", references = "erp.customers" },
  { name = "products", label = "看过的产品", type = "list", fields = [
    { name = "product", label = "产品", type = "reference", references = "product", required = true },
    { name = "quantity", label = "数量", type = "decimal", minimum = 0 },
  ] },
]
"#;

fn load(files: &[(&str, &str)]) -> Result<Kinds, Vec<CatalogueError>> {
    let files: Vec<(String, String)> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    Kinds::with_files(&Catalogue::load().expect("sound tables"), &files)
}

#[track_caller]
fn refused(files: &[(&str, &str)], expected: Expect) {
    let faults = load(files).expect_err("a file is unsound");
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    expected.assert_eq(&told.join("\n"));
}

fn with_fields(fields: &str) -> String {
    format!("plural = \"visits\"\nlabel = \"到访\"\ndescription = \"A visit.\"\nfields = [\n{fields}\n]\n")
}

#[test]
fn a_kind_of_the_operators_is_like_a_shipped_one() {
    let kinds = load(&[("showroom-visit.toml", VISIT)]).expect("sound");
    let visit = kinds.find("showroom-visits").expect("by its plural").clone();
    assert_eq!(
        visit.source,
        KindSource::Operator {
            file: "showroom-visit.toml".to_owned()
        }
    );
    let record = visit
        .read("v1", json!({"visitor": "鲁班", "visited_on": "2026-3-7", "products": [{"product": "p1", "quantity": "2.5"}]}))
        .expect("sound");
    assert_eq!(visit.references(&record).len(), 1);
    let faults = visit
        .read("v1", json!({"from": "mars", "products": [{}]}))
        .expect_err("unsound");
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["visitor", "from", "products[0].product"]);
    assert_eq!(visit.shape().name, "showroom-visit");
}

#[test]
fn a_file_by_a_shipped_kinds_name_adds_fields_to_it() {
    let file = "fields = [{ name = \"birthday\", label = \"生日\", type = \"date\", personal = true }]";
    let kinds = load(&[("contact.toml", file)]).expect("sound");
    let contact = kinds.find("contact").expect("shipped");
    assert_eq!(contact.source, KindSource::Shipped);
    assert_eq!(
        contact.fields.last().map(|field| field.name.as_str()),
        Some("birthday")
    );
    assert!(
        contact
            .read("1", json!({"birthday": "1990-01-01", "phone": "138"}))
            .is_ok()
    );
    assert!(contact.read("1", json!({"birthday": "soon"})).is_err());
}

#[test]
fn what_a_shipped_kind_says_of_itself_stays() {
    refused(
        &[(
            "contact.toml",
            "label = \"客户\"\nfields = [\n{ name = \"phone\", label = \"手机\", type = \"text\" },\n{ name = \"2nd_phone\", label = \"手机2\", type = \"text\" }]",
        )],
        expect![[r#"
            catalogue, contact.toml: `label` of the shipped kind `contact` cannot be changed; a file of its name has `fields` alone
            catalogue, contact.toml: field `phone`: the shipped kind `contact` has a field of that name; choose another
            catalogue, contact.toml: field `2nd_phone`: `2nd_phone` is no name: lower-case letters and digits in parts joined by `_`, none of which begins with a digit, such as `visited_on`"#]],
    );
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    refused(
        &[
            ("Visit 1.toml", VISIT),
            ("empty.toml", "label = \" \""),
            ("notes.txt", ""),
            ("typo.toml", "plurals = \"x\""),
        ],
        expect![[r#"
            catalogue, Visit 1.toml: `Visit 1` is no name: lower-case letters and digits in parts joined by `-`, none of which begins with a digit, such as `showroom-visit`
            catalogue, empty.toml: `plural` is missing
            catalogue, empty.toml: `label` is missing
            catalogue, empty.toml: `description` is missing
            catalogue, empty.toml: it has no `fields`
            catalogue, notes.txt: a kind is a file named KIND.toml
            catalogue, typo.toml: TOML parse error at line 1, column 1
              |
            1 | plurals = "x"
              | ^^^^^^^
            unknown field `plurals`, expected one of `plural`, `label`, `description`, `fields`
        "#]],
    );
}

#[test]
fn fields_that_do_not_hold_together_are_refused() {
    let visit = with_fields(
        r#"  { name = "id", label = "编号", type = "text" },
  { name = "Name", label = "名称", type = "text" },
  { name = "a", label = "", type = "integer", max_length = 5, identity = "phone" },
  { name = "a", label = "甲", type = "choice" },
  { name = "b", label = "乙", type = "text", choices = { x = "x" }, minimum = 1, references = "contact" },
  { name = "c", label = "丙", type = "integer", minimum = 5, maximum = 4 },
  { name = "d", label = "丁", type = "integer", maximum = 4, default = 5 },
  { name = "e", label = "戊", type = "choice", choices = { x = "x" }, default = "y" },
  { name = "f", label = "己", type = "reference" },
  { name = "g", label = "庚", type = "list", default = "x" },
  { name = "h", label = "辛", type = "boolean", required = true, default = true },
  { name = "i", label = "壬", type = "list", fields = [
    { name = "no-dash", label = "x", type = "text", identity = "name" },
    { name = "k", label = "癸", type = "reference", references = "contcat" },
  ] },
  { name = "l", label = "子", type = "date", default = 5, max_length = 0 },"#,
    );
    refused(
        &[("visit.toml", &visit)],
        expect![[r#"
            catalogue, visit.toml: field `id`: every record has an `id` already; choose another name
            catalogue, visit.toml: field `Name`: `Name` is no name: lower-case letters and digits in parts joined by `_`, none of which begins with a digit, such as `visited_on`
            catalogue, visit.toml: field `a`: `max_length` is for a text; this is `integer`
            catalogue, visit.toml: field `a`: `identity` is for a text that stands in no list; this is `integer`
            catalogue, visit.toml: field `a`: `label` is empty
            catalogue, visit.toml: field `a`: stands twice
            catalogue, visit.toml: field `a`: a choice needs `choices`
            catalogue, visit.toml: field `b`: `minimum` is for a number; this is `text`
            catalogue, visit.toml: field `b`: `choices` are for a choice; this is `text`
            catalogue, visit.toml: field `b`: `references` is for a reference; this is `text`
            catalogue, visit.toml: field `c`: `minimum` is above `maximum`
            catalogue, visit.toml: field `d`: the default 5 is too large (at most 4)
            catalogue, visit.toml: field `e`: the default `y` is not allowed (one of x x)
            catalogue, visit.toml: field `f`: a reference needs `references`, the kind it refers to
            catalogue, visit.toml: field `g`: a list needs `fields`, the members of its lines
            catalogue, visit.toml: field `g`: a list has no `default`
            catalogue, visit.toml: field `h`: what is required needs no `default`
            catalogue, visit.toml: field `i.no-dash`: `no-dash` is no name: lower-case letters and digits in parts joined by `_`, none of which begins with a digit, such as `visited_on`
            catalogue, visit.toml: field `i.no-dash`: `identity` is for a text that stands in no list; this is `text`
            catalogue, visit.toml: field `l`: `max_length` is for a text; this is `date`
            catalogue, visit.toml: field `l`: `max_length` is at least 1
            catalogue, visit.toml: field `l`: the default is no day (a day such as 2026-03-07)
            catalogue, visit.toml: field `i.k`: there is no kind `contcat`; did you mean `contact`?"#]],
    );
}

#[test]
fn names_that_mean_another_kind_are_refused() {
    let called = |plural: &str| VISIT.replace("showroom-visits", plural);
    refused(
        &[
            ("visit.toml", &called("contacts")),
            ("visits.toml", &called("visit")),
        ],
        expect![[r#"
            catalogue, visit.toml: `contacts` means the kind `contact`; choose another name
            catalogue, visits.toml: `visit` means the kind `visit`; choose another name"#]],
    );
    // A plural may be the name itself.
    assert!(load(&[("visit.toml", &called("visit"))]).is_ok());
}

#[test]
fn two_lists_with_one_type_are_refused() {
    let line = "{ name = \"x\", label = \"x\", type = \"text\" }";
    let visit = with_fields(&format!(
        r#"  {{ name = "a_b", label = "甲", type = "list", fields = [{line}] }},
  {{ name = "a", label = "乙", type = "list", fields = [
    {{ name = "b", label = "丙", type = "list", fields = [{line}] }},
  ] }},"#
    ));
    refused(
        &[("visit.toml", &visit)],
        expect![
            "catalogue, visit.toml: two lists would both have the type `visit-a-b`; give one of them another name"
        ],
    );
}

#[test]
fn a_reference_that_an_added_field_makes_is_told_of_the_file_that_adds_it() {
    let file = "fields = [{ name = \"visit\", label = \"到访\", type = \"reference\", references = \"showroom-visits\" }]";
    refused(
        &[("contact.toml", file), ("showroom-visit.toml", VISIT)],
        expect![
            "catalogue, contact.toml: field `visit`: there is no kind `showroom-visits`; did you mean `showroom-visit`?"
        ],
    );
}
