//! What a component maps, judges and settles: called by the types of both sides, which are compared with ours before
//! anything runs.

use super::guests::{MANIFEST, component, merge, trapping, wit_of};
use super::support::{self, Parts, parts};
use super::{contacts, load, permit};
use sunmao_catalogue::{Joint, Kinds, Record, Value};
use sunmao_runtime::merge::Ruling;
use sunmao_runtime::plugins::Plugin;
use sunmao_runtime::{Change, Extension, ExtensionError, Invocation, Limits, LoadError};

const VISIT: &str = r#"
plural = "showroom-visits"
label = "展厅到访"
description = "A visit to one of our showrooms."
fields = [{ name = "visitor", label = "来访人", type = "text", required = true }]
"#;
const JUDGES_VISITS: &str =
    "name = \"p\"\nlanguage = \"text\"\nroles = [{ role = \"policy\", kind = \"showroom-visit\" }]";

fn record<const N: usize>(members: [(&str, Value); N]) -> Record {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn joint(parts: &Parts, from: &str, to: &str) -> Joint {
    let kinds = parts.host.kinds.load();
    Joint::of_names(from, to, &parts.host.catalogue, &kinds).expect("a joint")
}

async fn map(
    parts: &Parts,
    plugin: &Plugin,
    joint: &Joint,
    from: &Record,
    known: Option<&Record>,
) -> Result<Record, ExtensionError> {
    let invocation = Invocation::at(parts.host.clock.now());
    plugin.map(&invocation, joint, from, known).await
}

fn shipped(parts: &Parts) -> Plugin {
    let content = support::guest("wechat-customer");
    load(parts, permit(parts, &[], Limits::default()), &content).expect("load")
}

fn with_kinds(parts: &Parts, file: &str, text: &str) {
    let files = [(file.to_owned(), text.to_owned())];
    let kinds = Kinds::with_files(&parts.host.catalogue, &files).expect("sound kinds");
    parts.host.kinds.store(kinds.into());
}

#[tokio::test]
async fn one_component_maps_both_ways() {
    let parts = parts().await;
    let plugin = shipped(&parts);
    assert_eq!(
        plugin.surface().roles,
        [
            "mapping contact-to-customers-save-company",
            "mapping customers-to-contact"
        ]
    );
    let contact = record([
        ("id", "c-1".into()),
        ("company_name", "榫卯家具".into()),
        ("score", Value::Integer(80)),
        ("phone", "19900000000".into()),
        ("k_code", "K7".into()),
    ]);
    let push = joint(&parts, "contact", "customers.save-company");
    let arguments = map(&parts, &plugin, &push, &contact, None).await.expect("mapped");
    assert_eq!(arguments.get("customer-name"), Some(&"榫卯家具".into()));
    assert_eq!(arguments.get("customer-number"), Some(&"WXc-1".into()));
    assert_eq!(arguments.get("value-rating"), Some(&Value::Integer(289)));
    // The kind's own default, where the record says nothing.
    assert_eq!(arguments.get("source"), Some(&Value::Integer(171)));
    assert!(!arguments.contains_key("email") && !arguments.contains_key("extra"));

    // Columns that nobody knows, and values of another type than announced, break nothing.
    let row = record([
        ("id", "4711".into()),
        ("customer_name", "榫卯木业".into()),
        ("contact_name", "林森".into()),
        ("mobile", Value::Integer(19_900_000_009)),
        ("source", "老客户介绍".into()),
        ("zdy1", "甲".into()),
    ]);
    let pull = joint(&parts, "customers", "contact");
    let read = map(&parts, &plugin, &pull, &row, Some(&contact))
        .await
        .expect("mapped");
    assert_eq!(read.get("id"), Some(&"c-1".into()));
    assert_eq!(read.get("company_name"), Some(&"榫卯木业".into()));
    assert_eq!(read.get("phone"), Some(&"19900000009".into()));
    assert_eq!(read.get("k_code"), Some(&"K7".into()));
    assert_eq!(read.get("score"), Some(&Value::Integer(80)));
    let new = map(&parts, &plugin, &pull, &row, None).await.expect("mapped");
    assert_eq!(new.get("id"), Some(&"erp-4711".into()));
    contacts(&parts).check(&new).expect("a sound contact");
}

#[tokio::test]
async fn what_cannot_be_mapped_is_told_field_by_field() {
    let parts = parts().await;
    let plugin = shipped(&parts);
    let push = joint(&parts, "contact", "customers.save-company");
    let nameless = record([("id", "c-1".into()), ("email", "e".repeat(51).into())]);
    let error = map(&parts, &plugin, &push, &nameless, None)
        .await
        .expect_err("refused");
    let ExtensionError::Data { faults, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(faults.len(), 2);
    assert!(
        faults[0].starts_with("company_name: ") && faults[1].starts_with("email: "),
        "{faults:?}"
    );
    let other = joint(&parts, "contact", "ticket");
    let error = map(&parts, &plugin, &other, &nameless, None)
        .await
        .expect_err("not played");
    assert!(
        matches!(error, ExtensionError::NotProvided { role: "mapping", .. }),
        "{error}"
    );
}

/// The guest was built before the operator gave contacts another field: it works on, and the field is not lost.
#[tokio::test]
async fn a_field_that_a_component_does_not_know_is_kept() {
    let parts = parts().await;
    with_kinds(
        &parts,
        "contact.toml",
        "fields = [{ name = \"vip_level\", label = \"级别\", type = \"text\" }]",
    );
    let plugin = shipped(&parts);
    let pull = joint(&parts, "customers", "contact");
    let row = record([("id", "4711".into()), ("customer_name", "榫卯木业".into())]);
    let known = record([("id", "c-1".into()), ("vip_level", "gold".into())]);
    let read = map(&parts, &plugin, &pull, &row, Some(&known))
        .await
        .expect("mapped");
    assert_eq!(read.get("vip_level"), Some(&"gold".into()));
}

fn refused(parts: &Parts, files: &[(String, String)]) -> LoadError {
    let content = trapping(files);
    let error = load(parts, permit(parts, &[], Limits::default()), &content).expect_err("refused");
    assert_eq!(error.phase, "check types", "{error}");
    error
}

#[tokio::test]
async fn other_types_than_ours_are_refused_with_the_difference() {
    let parts = parts().await;
    let ours = wit_of(MANIFEST, &parts.host.kinds.load());
    load(&parts, permit(&parts, &[], Limits::default()), &trapping(&ours)).expect("equal");
    for (file, was, is, difference) in [
        (
            "deps/sunmao-records/contact.wit",
            "phone: option<string>",
            "phone: option<u32>",
            "`contact.phone`: not text",
        ),
        (
            "deps/sunmao-records/contact.wit",
            "phone: option<string>",
            "telephone: option<string>",
            "`contact` has `telephone`, which ours has not",
        ),
        (
            "deps/sunmao-records/contact.wit",
            "score: option<s64>",
            "score: s64",
            "`contact.score`: not an option",
        ),
        (
            "deps/zhibang-erp/customers.wit",
            "customer-name: string,",
            "",
            "`save-company-request` lacks `customer-name`",
        ),
        (
            "deps/zhibang-erp/customers.wit",
            "source: option<s64>",
            "source: option<string>",
            "`save-company-request.source`: not a whole number",
        ),
        (
            "deps/zhibang-erp/types.wit",
            "value: string",
            "value: s64",
            "`field.value`: not text",
        ),
        (
            "deps/sunmao-host/host.wit",
            "skip(string)",
            "skip(string), later",
            "not `decision`",
        ),
        (
            "plugin.wit",
            "result<save-company-request, list<fault>>",
            "result<save-company-request, string>",
            "not `list<fault>`",
        ),
        (
            "plugin.wit",
            "row: customers, known: option<contact>",
            "row: customers",
            "1 parameters instead of 2",
        ),
        (
            "plugin.wit",
            "known: option<contact>",
            "known: contact",
            "`known` is not an option",
        ),
    ] {
        let files: Vec<(String, String)> = ours
            .iter()
            .map(|(path, text)| match path == file {
                true => (path.clone(), text.replace(was, is)),
                false => (path.clone(), text.clone()),
            })
            .collect();
        assert_ne!(files, ours, "{was}");
        let error = refused(&parts, &files);
        assert!(error.message.contains(difference), "{is}: {error}");
        assert!(error.message.contains("sunmao plugin wit"), "{error}");
    }
}

#[tokio::test]
async fn an_operators_kind_is_judged_once_the_host_knows_it() {
    let other = parts().await;
    let parts = parts().await;
    with_kinds(&parts, "showroom-visit.toml", VISIT);
    let files = wit_of(JUDGES_VISITS, &parts.host.kinds.load());
    let plugin = load(&parts, permit(&parts, &[], Limits::default()), &trapping(&files)).expect("load");
    assert_eq!(plugin.surface().roles, ["policy showroom-visit"]);
    let error = refused(&other, &files);
    assert!(
        error
            .message
            .contains("sunmao:plugin/showroom-visit-policy@0.1.0"),
        "{error}"
    );
    assert!(error.message.contains("sunmao kinds list"), "{error}");
}

#[tokio::test]
async fn a_component_settles_what_both_sides_changed() {
    let parts = parts().await;
    let change = Change {
        flow: "customer-push".to_owned(),
        kind: "contact".to_owned(),
        field: "mobile".to_owned(),
        base: Value::Null,
        hub: "199".into(),
        erp: "188".into(),
        record: record([("id", "c-1".into())]),
        erp_record: Record::default(),
        hub_changed_at: None,
        erp_changed_at: Some(parts.host.clock.now()),
    };
    let world = "world guest { export sunmao:plugin/merge@0.1.0; }";
    // The case, and a text of one digit: the length of the change's own field, in JSON.
    for (case, ruling) in [
        (0, Ruling::Undecided),
        (1, Ruling::Erp),
        (2, Ruling::Hub),
        (3, Ruling::Newer),
        (4, Ruling::ErpUnlessVerified),
        (5, Ruling::Value(Value::Integer(6))),
    ] {
        let body = format!(
            "(i32.store8 (i32.const 1024) (i32.const {case}))
             (i32.store (i32.const 1028) (i32.const 2048)) (i32.store (i32.const 1032) (i32.const 1))
             (i32.store8 (i32.const 2048) (i32.add (i32.const 48) (i32.load (i32.add (local.get 0) (i32.const {FIELD_LENGTH})))))"
        );
        let content = component(world, &merge(&body));
        let plugin = load(&parts, permit(&parts, &[], Limits::default()), &content).expect("load");
        let invocation = Invocation::at(parts.host.clock.now());
        assert_eq!(plugin.merge(&invocation, &change).await.expect("ruled"), ruling);
    }
}

/// Where the length of `field` lies in a change: behind three texts of eight bytes, and its own place.
const FIELD_LENGTH: u32 = 3 * 8 + 4;
