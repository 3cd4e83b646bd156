//! Objects and verbs: legal everywhere, and one meaning a verb.

use super::{catalogue, is_kebab, levels};
use std::collections::{BTreeSet, HashSet};

/// Every verb, what it does to the ERP's data, and the one thing it means. `-v2` marks the form of 32.15 and later.
const VERBS: [(&str, &str, &str); 44] = [
    (
        "add-to-contract",
        "write",
        "puts the record into a contract being edited",
    ),
    (
        "approve",
        "write",
        "decides the current stage of an approval (审批)",
    ),
    ("assign", "write", "makes others responsible for the record"),
    ("claim", "write", "asks to become responsible for the record"),
    ("comment", "write", "adds a remark to a record"),
    ("confirm", "write", "confirms that goods moved"),
    ("confirm-v2", "write", "confirms that goods moved"),
    ("create", "write", "makes a new record"),
    ("create-many", "write", "makes new records from one list"),
    ("delete", "write", "removes the record"),
    (
        "follow-up",
        "write",
        "adds what was discussed with the other side",
    ),
    ("get", "read", "one record"),
    ("get-type", "read", "the fields that a line of a type has"),
    ("get-unit", "read", "the fields that a line has in a unit"),
    ("handle", "write", "files how the record was dealt with"),
    ("list", "read", "a page of records"),
    (
        "list-cash-advances",
        "read",
        "cash advances that the record may refer to",
    ),
    ("list-contacts", "read", "contacts that the record may refer to"),
    ("list-customers", "read", "customers that the record may refer to"),
    ("list-details", "read", "a page of records, a row a detail"),
    ("list-people", "read", "people that the record may refer to"),
    ("list-projects", "read", "projects that the record may refer to"),
    ("list-requests", "read", "requests that the record may refer to"),
    ("list-summary", "read", "a page of records, summed up"),
    ("list-v2", "read", "a page of records"),
    ("login", "read", "opens the session"),
    ("logout", "read", "ends the session"),
    ("pay-in", "write", "books money into a bank account"),
    ("pay-out", "write", "books money out of a bank account"),
    ("protect", "write", "keeps the record from going back to the pool"),
    ("repay", "write", "files a repayment of the record"),
    ("reply", "write", "answers a remark"),
    ("reserve", "read", "allocates a key for a record to be saved"),
    ("review", "write", "passes or rejects the record (审核)"),
    (
        "save",
        "write",
        "makes the record, or changes it where the key exists",
    ),
    ("save-company", "write", "`save` for a company"),
    ("save-person", "write", "`save` for a person"),
    ("share", "write", "lets others see the record"),
    ("submit", "write", "starts an approval"),
    ("summarize", "write", "files the summary of the record"),
    ("take-back", "write", "takes the record from those responsible"),
    ("unprotect", "write", "undoes `protect`"),
    ("update", "write", "changes the record"),
    ("update-cost", "write", "changes the record's costs"),
];

/// Words that Rhai keeps for itself: no object, verb or field may be one, as neither `import::list(…)` nor
/// `#{ debug: 1 }` and `answer.debug` would parse.
const RHAI_WORDS: &str = "as async await break call case catch const continue curry debug default do each else eval \
    exit export false fn for global go goto if import in is is_def_fn is_def_var is_shared let loop match module new \
    nil null package print private protected public return shared spawn static super switch sync then this thread \
    throw true try type_of undefined unless until use var void when while with yield";

#[test]
fn names_are_legal_and_verbs_mean_one_thing() {
    let catalogue = catalogue();
    let reserved: HashSet<&str> = RHAI_WORDS.split_whitespace().collect();
    let mut used = BTreeSet::new();
    for operation in catalogue.operations() {
        let (verb, effect, _) = VERBS
            .iter()
            .find(|(verb, ..)| *verb == operation.verb)
            .unwrap_or_else(|| panic!("{}: `{}` is not a known verb", operation.id, operation.verb));
        used.insert(*verb);
        assert_eq!(operation.effect_name(), *effect, "{}", operation.name);
        assert_eq!(operation.name, format!("{}.{}", operation.object, operation.verb));
        for part in [&operation.object, &operation.verb] {
            assert!(is_kebab(part), "{}", operation.name);
            assert!(
                !reserved.contains(part.as_str()),
                "{}: Rhai keeps `{part}`",
                operation.name
            );
        }
        assert!(
            !operation.title.is_empty() && !operation.menu.is_empty(),
            "{}",
            operation.name
        );
    }
    assert_eq!(
        used.len(),
        VERBS.len(),
        "a verb that nothing uses is to be deleted"
    );
}

#[test]
fn scripts_can_write_every_field() {
    let reserved: HashSet<&str> = RHAI_WORDS.split_whitespace().collect();
    for (place, fields) in levels(&catalogue()) {
        for field in fields {
            let name = field.snake_name();
            assert!(
                !reserved.contains(&*name),
                "{place}/{}: Rhai keeps `{name}`",
                field.wire
            );
        }
    }
}
