//! Lines that were written, and lines that a page shows.

use crate::{Catalogue, Record, ShownLines, Value};
use serde_json::{Value as Json, json};

fn record(json: Json) -> Record {
    serde_json::from_value(json).unwrap()
}

/// What lines of a contract, as shown, say of lines that were written.
fn shown(written: &Json, shown: &[Json]) -> Option<ShownLines> {
    let catalogue = Catalogue::shared();
    let create = catalogue.find("contracts.create").unwrap();
    let list = create
        .params
        .iter()
        .find(|field| field.wire == "contractList")
        .unwrap();
    let written: Value = serde_json::from_value(written.clone()).unwrap();
    let shown: Vec<Record> = shown.iter().cloned().map(record).collect();
    list.shows_lines(&written, &shown)
}

fn line(code: &str, quantity: &str) -> Json {
    json!({"ProductName": "松木榫", "ProductCode": code, "Num": quantity, "Intro": ""})
}

fn otherwise(lines: &ShownLines) -> Vec<(&str, usize)> {
    let members = lines.members.iter().filter(|(_, otherwise)| *otherwise > 0);
    members
        .map(|(name, otherwise)| (name.as_str(), *otherwise))
        .collect()
}

#[test]
fn lines_are_found_in_any_order_and_spelling() {
    let written = json!([line("A-1", "2"), line("A-2", "3.50"), line("A-2", "1")]);
    let page = [
        line("A-2", "1.00"),
        line("A-1", "2.0000"),
        line("Ａ－２", "3.5"),
        line("Z", "9"),
    ];
    let lines = shown(&written, &page).unwrap();
    assert!(lines.agree(), "{lines:?}");
    assert_eq!((lines.written, lines.missing), (3, 0));
}

#[test]
fn a_line_that_is_not_there_is_missed_and_not_taken_for_another() {
    let written = json!([line("A-1", "2"), line("A-1", "2")]);
    let lines = shown(&written, &[line("A-1", "2")]).unwrap();
    assert_eq!((lines.missing, lines.agree()), (1, false));
    let lines = shown(&written, &[]).unwrap();
    assert_eq!(lines.missing, 2);
}

#[test]
fn a_member_that_reads_otherwise_is_named_with_the_number_of_lines() {
    let written = json!([line("A-1", "2"), line("A-2", "3")]);
    let lines = shown(&written, &[line("A-2", "4"), line("A-1", "2")]).unwrap();
    assert_eq!(lines.missing, 0);
    assert_eq!(otherwise(&lines), [("quantity", 1)]);
}

#[test]
fn a_key_tells_lines_apart_and_what_a_known_line_clears_is_compared() {
    let known = |key: i64, intro: &str| json!({"Id": key, "ProductCode": "A-1", "Num": "1", "Intro": intro});
    let written = json!([known(7, ""), known(8, "乙")]);
    let lines = shown(&written, &[known(8, "乙"), known(7, "甲")]).unwrap();
    assert_eq!(otherwise(&lines), [("remarks", 1)]);
    let lines = shown(&written, &[known(9, "乙"), known(7, "")]).unwrap();
    assert_eq!(lines.missing, 1);
}

#[test]
fn what_a_new_line_leaves_empty_is_filled_by_whoever_keeps_it() {
    let page = json!({"ProductName": "松木榫", "ProductCode": "A-1", "Num": "2", "Intro": "默认"});
    assert!(shown(&json!([line("A-1", "2")]), &[page]).unwrap().agree());
}

#[test]
fn a_page_that_shows_other_members_says_how_many_lines_there_are_and_no_more() {
    let written = json!([line("A-1", "2"), line("A-2", "1")]);
    let bare = json!({"UnitName": "件"});
    assert_eq!(shown(&written, &[bare.clone(), bare.clone()]), None);
    assert_eq!(shown(&written, &[bare]).unwrap().missing, 1);
    assert_eq!(shown(&json!("no list"), &[line("A-1", "2")]), None);
    assert_eq!(shown(&json!([]), &[line("A-1", "2")]), None);
}
