//! Two operations never share an id or a name, and a label never has two names.

use super::Catalogue;
use crate::{Glossary, NameException};

fn entry(id: u32, verb: &str) -> String {
    format!(
        "[[operation]]\nid = {id}\nverb = \"{verb}\"\ntitle = \"样品\"\nmenu = [\"样品\"]\ndialect = \"json\"\n\
         path = \"/samples\"\nresult = \"ack\"\neffect = \"read\"\n"
    )
}

fn read(tables: &[(&str, String)]) -> Result<Catalogue, String> {
    let tables = tables
        .iter()
        .map(|(file, text)| ((*file).to_owned(), text.as_str()))
        .collect();
    Catalogue::read(tables, Glossary::default()).map_err(|error| error.to_string())
}

#[test]
fn operations_are_sorted_by_id_over_all_tables() {
    let catalogue = read(&[
        ("lab/samples.toml", entry(9, "get") + &entry(3, "list")),
        ("lab/racks.toml", entry(5, "list")),
    ])
    .expect("the tables are sound");
    let names: Vec<&str> = catalogue
        .operations()
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names, ["samples.list", "racks.list", "samples.get"]);
    assert_eq!(
        catalogue.by_id(9).map(|operation| operation.name.as_str()),
        Some("samples.get")
    );
    assert_eq!(
        catalogue.find("racks.list").map(|operation| operation.id),
        Some(5)
    );
}

#[test]
fn an_id_stands_once() {
    let tables = [
        ("lab/samples.toml", entry(3, "list")),
        ("lab/racks.toml", entry(3, "list")),
    ];
    let message = read(&tables).expect_err("3 stands twice");
    assert!(
        message.contains("lab/racks.toml") && message.contains("operation 3"),
        "{message}"
    );
}

#[test]
fn a_name_stands_once() {
    let tables = [("lab/samples.toml", entry(3, "list") + &entry(4, "list"))];
    let message = read(&tables).expect_err("samples.list stands twice");
    assert!(message.contains("samples.list"), "{message}");
}

#[test]
fn an_exception_is_another_name_of_a_known_label() {
    let exceptions = |text: &str| {
        let glossary = Glossary::parse("number = [\"编号\"]").expect("a sound glossary");
        glossary.with_exceptions(text).map_err(|error| error.to_string())
    };
    let sound = exceptions("[sibling]\nother-number = [\"编号\"]").expect("sound exceptions");
    let listed: Vec<_> = sound.exceptions().collect();
    assert_eq!(listed, [("编号", "other-number", NameException::Sibling)]);
    for (text, part) in [
        ("[meaning]\nweight = [\"重量\"]", "重量"),
        ("[meaning]\nnumber = [\"编号\"]", "anyway"),
        (
            "[sibling]\nkey = [\"编号\"]\n[meaning]\nkey = [\"编号\"]",
            "twice",
        ),
        ("[taste]\nkey = [\"编号\"]", "taste"),
    ] {
        let message = exceptions(text).expect_err(text);
        assert!(
            message.contains("glossary-exceptions.toml") && message.contains(part),
            "{message}"
        );
    }
}

#[test]
fn a_label_has_one_english_name() {
    let message = Glossary::parse("number = [\"编号\"]\ncode = [\"代码\", \"编号\"]")
        .expect_err("two names for one label")
        .to_string();
    assert!(
        message.contains("编号") && message.contains("`number`") && message.contains("`code`"),
        "{message}"
    );
}
