//! The Markdown reference: every operation under its heading, every link on something that exists.

use crate::{assert_current, root};
use std::collections::{BTreeMap, BTreeSet};
use sunmao_catalogue::{Catalogue, reference_files};

const FOLDER: &str = "docs/reference";

fn files() -> BTreeMap<String, String> {
    reference_files(&Catalogue::shared()).into_iter().collect()
}

/// The anchors that GitHub makes of the headings of a file.
fn anchors(text: &str) -> BTreeSet<&str> {
    let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
    headings.collect()
}

#[test]
fn the_committed_files_are_current() {
    let files = files();
    for (name, text) in &files {
        assert_current(&format!("{FOLDER}/{name}"), text);
    }
    for entry in std::fs::read_dir(root().join(FOLDER)).expect("the folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name");
        assert!(
            files.contains_key(&name),
            "{name} is left over; run `cargo xtask generate`"
        );
    }
}

#[test]
fn every_operation_stands_under_its_heading() {
    let files = files();
    let index = &files["README.md"];
    let mut count = 0;
    for operation in Catalogue::shared().operations() {
        let text = &files[&format!("{}.md", operation.object)];
        assert!(
            anchors(text).contains(operation.verb.as_str()),
            "{}",
            operation.name
        );
        assert!(
            text.contains(&format!("\n{}\n", operation.title)),
            "{}",
            operation.name
        );
        let link = format!("]({}.md#{})", operation.object, operation.verb);
        assert!(index.contains(&link), "{}", operation.name);
        for field in operation.params.iter().chain(&operation.fields) {
            let row = format!("| `{}` | `{}` | {} |", field.name, field.wire, field.label);
            assert!(text.contains(&row), "{}: {row}", operation.name);
        }
        count += 1;
    }
    assert_eq!(count, Catalogue::shared().operations().len());
}

#[test]
fn every_link_leads_somewhere() {
    let files = files();
    let mut followed = 0;
    for (name, text) in &files {
        for rest in text.split("](").skip(1) {
            let (target, _) = rest.split_once(')').expect("the end of a link");
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if file.starts_with("../") {
                let path = root().join(FOLDER).join(file);
                assert!(path.is_file(), "{name} links {target}");
                continue;
            }
            let linked = files.get(file).unwrap_or_else(|| panic!("{name} links {target}"));
            assert!(
                anchor.is_empty() || anchors(linked).contains(anchor),
                "{name} links {target}"
            );
            followed += 1;
        }
    }
    assert!(
        followed > 2 * Catalogue::shared().operations().len(),
        "{followed}"
    );
}

#[test]
fn no_two_headings_of_a_file_are_the_same() {
    for (name, text) in files() {
        let headings = text.lines().filter(|line| line.starts_with("## "));
        assert_eq!(headings.count(), anchors(&text).len(), "{name}");
    }
}

#[test]
fn every_file_says_where_it_comes_from() {
    for (name, text) in files() {
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.contains("Generated") && first.contains("`cargo xtask generate`"),
            "{name}"
        );
    }
}

#[test]
fn every_table_row_has_the_cells_of_its_head() {
    for (name, text) in files() {
        let mut width = 0;
        for line in text.lines() {
            if !line.starts_with('|') {
                width = 0;
                continue;
            }
            let cells = line.replace("\\|", "").matches('|').count();
            if width == 0 {
                width = cells;
            }
            assert_eq!(cells, width, "{name}: {line}");
        }
    }
}
