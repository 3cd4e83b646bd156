//! The pages in `docs/integrations`: each integration has one in either language, which says the same things in the same order,
//! names every flow, operation and script, and begins with the words that `sunmao init` shows.

use crate::shipped::Integration;
use crate::stage::names;
use crate::support::root;

/// A language: how its files end, and what its sections are called.
struct Language {
    ending: &'static str,
    other: &'static str,
    sections: [&'static str; 5],
}

const LANGUAGES: [Language; 2] = [
    Language {
        ending: "",
        other: "[中文]",
        sections: [
            "Which way, how often",
            "Whose field",
            "What the account needs in the ERP",
            "What it cannot do",
            "How to change it",
        ],
    },
    Language {
        ending: ".zh-CN",
        other: "[English]",
        sections: [
            "方向与频率",
            "字段归属",
            "ERP 账号所需权限",
            "做不到的事",
            "如何修改",
        ],
    },
];

/// A text without its spaces and line breaks.
fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn each_integration_is_described_in_both_languages_section_by_section() {
    for name in names() {
        let integration = Integration::read(&name);
        for language in &LANGUAGES {
            let file = format!("docs/integrations/{name}{}.md", language.ending);
            let page =
                std::fs::read_to_string(root().join(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            let summary = match language.ending {
                "" => &integration.summary,
                _ => &integration.summary_zh,
            };
            let mut parts = page.split("\n## ");
            let head = parts.next().unwrap_or_default();
            assert!(
                head.starts_with("# ") && head.contains(language.other),
                "{file}: {head}"
            );
            // Lines may be broken anywhere.
            assert!(
                bare(head).contains(&bare(summary)),
                "{file} does not say what it does: {summary}"
            );
            let sections: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('\n')).collect();
            // A page may say more between them.
            let wanted = language.sections;
            let sections: Vec<(&str, &str)> = sections
                .into_iter()
                .filter(|(title, _)| wanted.contains(title))
                .collect();
            let titles: Vec<&str> = sections.iter().map(|(title, _)| *title).collect();
            assert_eq!(titles, wanted, "{file}");
            for (title, text) in &sections {
                assert!(text.trim().chars().count() > 10, "{file}: {title} is empty");
            }
            for flow in integration.flow.keys() {
                assert!(
                    sections[0].1.contains(&format!("`{flow}`")),
                    "{file} does not name {flow}"
                );
            }
            for operation in &integration.operations {
                assert!(
                    sections[2].1.contains(&format!("`{operation}`")),
                    "{file} does not name {operation}"
                );
            }
            for script in Integration::scripts(&name) {
                assert!(
                    sections[4].1.contains(&script),
                    "{file} does not say what {script} decides"
                );
            }
        }
    }
}

#[test]
fn no_page_sends_its_readers_to_an_integration_that_is_gone() {
    let known = names();
    let mut seen = 0;
    for file in std::fs::read_dir(root().join("docs/integrations")).expect("pages") {
        let file = file.expect("a page").path();
        let page = std::fs::read_to_string(&file).expect("a page");
        for (named, _) in page
            .split("](../../integrations/")
            .skip(1)
            .filter_map(|rest| rest.split_once('/'))
        {
            assert!(
                known.iter().any(|one| one == named),
                "{}: {named}",
                file.display()
            );
            seen += 1;
        }
    }
    assert!(seen >= known.len(), "{seen}");
}
