//! The fixtures of the shipped guests: what each makes of an input, role by role, as their users test them.

use crate::stage::names;
use crate::support::root;
use serde_json::{Value as Json, json};
use std::path::Path;
use std::process::{Command, Output};

fn sunmao(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sunmao"));
    command.current_dir(folder).args(arguments);
    command.env_remove("SUNMAO_ERP_BASE_URL");
    command.output().expect("the program")
}

/// A folder with all integrations, as `sunmao init` writes it.
fn installation() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let plugins = root().join("plugins/dist").display().to_string();
    let made = sunmao(
        folder.path(),
        &["init", "--all", "--offline", "--plugins-folder", &plugins],
    );
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
}

fn report(output: &Output) -> Vec<Json> {
    let words = String::from_utf8_lossy(&output.stderr);
    let report: Json =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {words}"));
    report.as_array().expect("guests").clone()
}

#[test]
fn each_role_of_each_guest_does_as_its_fixtures_say() {
    let folder = installation();
    let tested = sunmao(folder.path(), &["--json", "flow", "test", "--complete"]);
    let guests = report(&tested);
    let cases: Vec<&Json> = guests
        .iter()
        .flat_map(|guest| guest["cases"].as_array().expect("cases"))
        .collect();
    let failed: Vec<&&Json> = cases.iter().filter(|case| case["passed"] != true).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let words = String::from_utf8_lossy(&tested.stderr);
    assert!(tested.status.success(), "{words}");
    assert!(cases.len() > 40, "{}", cases.len());
    assert!(guests.iter().any(|guest| guest["guest"] == "wechat-customer"));
    // Each integration's own folder is tested the same way, before anybody sets it up.
    for name in names() {
        let own = root().join("integrations").join(&name);
        let Ok(fixtures) = own.join("fixtures").read_dir() else {
            panic!("{name} has no fixtures");
        };
        assert!(fixtures.count() > 0, "{name}");
    }
}

#[test]
fn what_comes_out_otherwise_is_told_field_by_field_and_fails() {
    let folder = installation();
    let script = folder.path().join("scripts/product-pull.rhai");
    let text = std::fs::read_to_string(&script).expect("a script");
    let changed = text.replace("unit: shown(row, [\"unit_name\"", "unit: shown(row, [\"nothing\"");
    std::fs::write(&script, changed.replace("\"unitname\", \"单位名称\"", "\"none\"")).expect("written");
    let tested = sunmao(folder.path(), &["--json", "flow", "test", "product-pull"]);
    assert_eq!(tested.status.code(), Some(1));
    // The flow's name means its guests: the mapping and the merge.
    let guests = report(&tested);
    let names: Vec<&Json> = guests.iter().map(|guest| &guest["guest"]).collect();
    assert_eq!(names, ["product-merge", "product-pull"]);
    let cases = guests[1]["cases"].as_array().expect("cases");
    let failed = cases.iter().find(|case| case["passed"] == false).expect("a case");
    let differences = failed["differences"].as_array().expect("differences");
    let fields: Vec<&Json> = differences.iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["unit"], "{failed}");
    assert!(differences[0]["expected"].is_string());
    assert_eq!(differences[0]["found"], Json::Null);
    let told = sunmao(folder.path(), &["flow", "test", "product-pull"]);
    let words = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(words.contains("FAILED product-pull"), "{words}");
    assert!(words.contains("unit: expected"), "{words}");
    assert!(words.contains("found nothing"), "{words}");
}

#[test]
fn what_is_no_guest_no_case_and_no_sound_record_is_told() {
    let folder = installation();
    let fails = |arguments: &[&str], code: i32| {
        let all = [&["--json", "flow", "test"], arguments].concat();
        let output = sunmao(folder.path(), &all);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let texts = [&output.stderr, &output.stdout];
        texts.map(|text| String::from_utf8_lossy(text)).concat()
    };
    let words = fails(&["product-pul"], 2);
    assert!(words.contains("did you mean product-pull?"), "{words}");
    let fixtures = folder.path().join("fixtures");
    std::fs::write(fixtures.join("product-merge.json"), "[]").expect("written");
    let words = fails(&["product-merge", "--complete"], 1);
    assert!(
        words.contains("product-merge: no case of its role merge"),
        "{words}"
    );
    let case = json!([{ "title": "t", "role": "policy", "from": "ticket", "input": { "status": "opne" }, "expected": true }]);
    std::fs::write(fixtures.join("ticket-resolved.json"), case.to_string()).expect("written");
    let words = fails(&["ticket-resolved"], 1);
    assert!(words.contains("is no sound ticket"), "{words}");
    std::fs::write(fixtures.join("lost.json"), "[]").expect("written");
    let words = fails(&[], 1);
    assert!(
        words.contains("lost.json") && words.contains("not there"),
        "{words}"
    );
}
