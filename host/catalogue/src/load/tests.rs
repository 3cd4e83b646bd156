//! A table says what it means, or is refused with what to do.

use super::operations;
use crate::{Effect, FieldType, Glossary, Operation, Repeat};

const ENTRY: &str = r#"
[[operation]]
id = 7
verb = "create"
title = "样品添加"
menu = ["样品"]
dialect = "json"
path = "/samples/add"
result = "ack"
"#;

fn read(rest: &str) -> Result<Vec<Operation>, String> {
    let glossary = Glossary::parse("number = [\"编号\"]\nsource = [\"客户来源\"]")
        .and_then(|glossary| glossary.with_exceptions("[sibling]\nown-name = [\"编号\"]"))
        .map_err(|error| error.to_string())?;
    let text = format!("{ENTRY}{rest}");
    let read = operations("lab/samples.toml", &text, &glossary);
    read.map(|(_, operations)| operations)
        .map_err(|error| error.to_string())
}

#[track_caller]
fn refused(rest: &str, parts: &[&str]) {
    let message = read(rest).expect_err("the table is unsound");
    for part in parts.iter().chain(&["lab/samples.toml"]) {
        assert!(message.contains(part), "`{part}` is missing in: {message}");
    }
}

#[test]
fn a_row_says_only_what_differs() {
    let found = read(
        r#"effect.write = { repeat.unique-number = { parameter = "bh", find = "samples.list", filter = "bh" } }
params = [
  { wire = "bh", label = "编号", type = "string", required = true, samples = { 2 = "b", 1 = "a" } },
  { name = "own-name", wire = "x", label = "编号", type = "list", fields = [
    { wire = "bh", label = "编号", type = "int", values = { 1 = "a" } },
  ] },
]"#,
    )
    .expect("the table is sound");
    let operation = &found[0];
    assert_eq!(operation.name, "samples.create");
    assert!(operation.documented && operation.paging.is_none());
    let Effect::Write(write) = &operation.effect else {
        panic!("it writes");
    };
    assert!(matches!(&write.repeat, Repeat::UniqueNumber { find, .. } if find == "samples.list"));
    assert!(!write.judged && write.read_back.is_none());
    let [number, list] = &operation.params[..] else {
        panic!("two parameters");
    };
    assert_eq!((number.name.as_str(), number.kind), ("number", FieldType::String));
    assert!(number.required && number.values_are_sample);
    let codes: Vec<&str> = number.values.iter().map(|value| value.code.as_str()).collect();
    assert_eq!(codes, ["2", "1"], "codes keep the vendor's order");
    assert_eq!(list.name, "own-name");
    assert!(!list.fields[0].values_are_sample);
}

#[test]
fn the_effect_is_never_left_out() {
    refused("", &["missing field `effect`"]);
}

#[test]
fn unknown_keys_are_refused() {
    refused("effect = \"read\"\nefect = 1", &["efect"]);
    refused(
        "effect.write = { repeat = \"never\", readback = \"x.get\" }",
        &["readback"],
    );
    refused(
        "effect = \"read\"\nparams = [{ wire = \"bh\", label = \"编号\", type = \"int\", requried = true }]",
        &["requried"],
    );
}

#[test]
fn a_label_without_an_english_name_is_refused() {
    refused(
        "effect = \"read\"\nparams = [{ wire = \"zl\", label = \"重量\", type = \"decimal\" }]",
        &["operation 7", "`zl`", "重量", "glossary"],
    );
}

#[test]
fn a_name_of_its_own_is_refused_unless_the_list_has_it() {
    let named = |name: &str, label: &str| {
        format!(
            "effect = \"read\"\nparams = [{{ name = \"{name}\", wire = \"ly\", label = \"{label}\", type = \"int\" }}]"
        )
    };
    refused(
        &named("foo", "客户来源"),
        &[
            "operation 7",
            "`ly`",
            "客户来源",
            "`source`",
            "`foo`",
            "glossary-exceptions.toml",
        ],
    );
    refused(&named("own-name", "客户来源"), &["`own-name`"]);
    refused(&named("source", "客户来源"), &["leave `name` out"]);
    refused(&named("weight", "重量"), &["重量", "glossary.toml"]);
    assert!(read(&named("own-name", "编号")).is_ok());
}

#[test]
fn a_field_may_say_where_its_codes_come_from_and_that_it_is_unique() {
    let found = read(
        r#"effect = "read"
params = [{ wire = "bh", label = "编号", type = "string", unique = true, lookup-page = "/numbers.asp" }]"#,
    )
    .expect("the table is sound");
    let field = &found[0].params[0];
    assert!(field.unique);
    assert_eq!(field.lookup_page.as_deref(), Some("/numbers.asp"));
}

#[test]
fn codes_are_closed_or_samples() {
    let both = r#"effect = "read"
params = [{ wire = "bh", label = "编号", type = "int", values = { 1 = "a" }, samples = { 2 = "b" } }]"#;
    refused(both, &["operation 7", "`bh`", "samples"]);
}

#[test]
fn a_head_names_what_the_operations_have() {
    let glossary = Glossary::parse("number = [\"编号\"]\nrecord-key = [\"标识\"]").unwrap();
    let rows = r#"
effect.write = { repeat = "never" }
params = [ { wire = "ord", label = "标识", type = "int" }, { wire = "bh", label = "编号", type = "string" } ]

[[operation]]
id = 8
verb = "list"
title = "样品列表"
menu = ["样品"]
dialect = "json"
path = "/samples/list"
result = "table"
effect = "read"
fields = [ { wire = "Id", label = "标识", type = "int" }, { wire = "BH", label = "编号", type = "string" } ]
"#;
    let read = |head: &str| {
        let text = format!("[object]\n{head}\n{ENTRY}{rows}");
        let read = operations("lab/samples.toml", &text, &glossary);
        read.map(|(object, _)| object).map_err(|error| error.to_string())
    };
    let object =
        read("key = \"ord\"\nkey-column = \"Id\"\nnumber = \"bh\"\nidentity = { bh = \"number\" }").unwrap();
    assert_eq!(object.list.as_deref(), Some("samples.list"));
    assert_eq!(object.get, None);
    assert_eq!(
        object.key_names().collect::<Vec<_>>(),
        ["record-key", "Id", "标识", "ord"]
    );
    assert_eq!(
        object.number_names().collect::<Vec<_>>(),
        ["number", "bh", "编号", "BH"]
    );
    for (head, part) in [
        ("number = \"zz\"", "no field is called `zz`"),
        ("key = \"ord\"\nlist = \"list-all\"", "no operation `list-all`"),
        ("identity = { zz = \"phone\" }", "no operation takes `zz`"),
        ("keys = \"ord\"", "unknown field `keys`"),
    ] {
        let message = read(head).unwrap_err();
        assert!(
            message.contains(part) && message.contains("lab/samples.toml"),
            "{message}"
        );
    }
}
