//! Manual pages: one of each dialect as it is, and what holds for all of them.

use expect_test::expect_file;
use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Operation, Record, Value, manual_page};

fn page(name: &str) -> String {
    let catalogue = Catalogue::shared();
    manual_page(&catalogue, catalogue.find(name).expect("an operation"))
}

#[test]
fn a_page_of_each_dialect() {
    expect_file!["pages/customers.save-person.txt"].assert_eq(&page("customers.save-person"));
    expect_file!["pages/stock-receipts.confirm-v2.txt"].assert_eq(&page("stock-receipts.confirm-v2"));
    expect_file!["pages/quality-inspections.review.txt"].assert_eq(&page("quality-inspections.review"));
}

#[test]
fn a_page_of_what_nobody_publishes() {
    expect_file!["pages/announcements.save.txt"].assert_eq(&page("announcements.save"));
    expect_file!["pages/session.login.txt"].assert_eq(&page("session.login"));
}

#[test]
fn every_operation_has_a_page_of_its_own_with_every_field() {
    let catalogue = Catalogue::shared();
    let mut pages = BTreeSet::new();
    for operation in catalogue.operations() {
        let page = manual_page(&catalogue, operation);
        let lines: BTreeSet<&str> = page.lines().map(str::trim).collect();
        for field in operation.params.iter().chain(&operation.fields) {
            let head = format!("{} ({}) {}", field.name, field.wire, field.label);
            assert!(lines.contains(head.as_str()), "{}: {head}", operation.name);
        }
        let name = format!("{} - {}", operation.name, operation.title);
        assert!(lines.contains(name.as_str()), "{page}");
        assert!(pages.insert(page));
    }
    assert_eq!(pages.len(), catalogue.operations().len());
}

#[test]
fn pages_fit_into_a_hundred_columns() {
    let catalogue = Catalogue::shared();
    for operation in catalogue.operations() {
        for line in manual_page(&catalogue, operation).lines() {
            let width = textwrap::core::display_width(line);
            assert!(width <= 100, "{}: {width}: {line}", operation.name);
        }
    }
}

#[test]
fn examples_are_sound_calls() {
    let catalogue = Catalogue::shared();
    for operation in catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        let words = words(&example(&manual_page(&catalogue, operation)));
        assert_eq!(words[..3], ["sunmao", "call", operation.name.as_str()]);
        let given = arguments(&words[3..]);
        let checked = operation.check(&given);
        assert!(checked.is_ok(), "{}: {words:?}: {checked:?}", operation.name);
        assert_required(operation, &given);
    }
}

/// What the ERP asks for is in the example.
fn assert_required(operation: &Operation, given: &Record) {
    for field in &operation.params {
        let needed = field.required || field.required_by_policy;
        assert!(
            !needed || given.contains_key(&field.name),
            "{}: {}",
            operation.name,
            field.name
        );
    }
}

/// The command line of a page.
fn example(page: &str) -> String {
    let (_, rest) = page.split_once("EXAMPLE\n").expect("an example");
    let lines: Vec<&str> = rest
        .lines()
        .take_while(|line| !line.is_empty())
        .map(str::trim)
        .collect();
    lines.join("\n")
}

/// The words of a command line as a shell reads them: spaces part them, quotes hold them together, a backslash at the
/// end of a line continues it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.replace("\\\n", "").chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            '\n' if !is_quoted => panic!("{line}"),
            letter => words.last_mut().expect("a word").push(letter),
        }
    }
    assert!(!is_quoted, "{line}");
    words
}

/// Arguments as `sunmao call` reads them.
fn arguments(words: &[String]) -> Record {
    let read = |word: &String| {
        let (name, value) = word.split_once('=').expect("name=value");
        assert!(!value.starts_with('@'), "{word}");
        let value = match value.starts_with(['[', '{']) {
            true => serde_json::from_str(value).expect("JSON"),
            false => Value::from(value),
        };
        (name.to_owned(), value)
    };
    words.iter().map(read).collect()
}
