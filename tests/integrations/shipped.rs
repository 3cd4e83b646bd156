//! What is shipped of an integration: its table reads, its flows resolve, each can be switched off alone, and its scripts are
//! replaced while they run.

use crate::stage::{Stage, names, with_needed};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use sunmao_catalogue::Catalogue;
use sunmao_runtime::{ExtensionSettings, FlowSettings};

/// `integration.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    pub title: String,
    pub title_zh: String,
    /// What it does.
    pub summary: String,
    pub summary_zh: String,
    /// The integrations without which it is of no use. Where two have a flow of one name, the one that needs the other has its way.
    pub needs: Vec<String>,
    /// The operations that it uses.
    pub operations: Vec<String>,
    /// Which rights the ERP's account needs, in words.
    pub rights: String,
    pub rights_zh: String,
    /// What it cannot do.
    pub limits: String,
    pub limits_zh: String,
    /// Plugins that it uses.
    #[serde(default)]
    pub plugins: Vec<String>,
    /// Scripts of the folder `scripts` that it uses, beside its own.
    #[serde(default)]
    pub shared_scripts: Vec<String>,
    /// Templates of documents that it brings.
    #[serde(default)]
    pub templates: Vec<String>,
    /// As in `sunmao.toml`.
    #[serde(default)]
    pub flow: BTreeMap<String, FlowSettings>,
    #[serde(default)]
    pub script: BTreeMap<String, ExtensionSettings>,
}

impl Integration {
    pub fn folder(name: &str) -> PathBuf {
        crate::support::root().join("integrations").join(name)
    }

    pub fn read(name: &str) -> Integration {
        let file = Integration::folder(name).join("integration.toml");
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// The scripts of its own, by name.
    pub fn scripts(name: &str) -> Vec<String> {
        files(&Integration::folder(name).join("scripts"), "rhai")
    }
}

/// The names of files with an ending, in order.
pub fn files(folder: &Path, ending: &str) -> Vec<String> {
    let found = std::fs::read_dir(folder).into_iter().flatten();
    let paths = found.map(|file| file.expect("a file").path());
    let named = paths.filter(|path| path.extension().is_some_and(|own| own == ending));
    let mut names: Vec<String> = named
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn each_says_what_it_is_in_both_languages_and_names_what_it_uses() {
    let catalogue = Catalogue::shared();
    let all = names();
    assert_eq!(all.len(), 12, "{all:?}");
    for name in &all {
        let integration = Integration::read(name);
        for (english, chinese) in [
            (&integration.title, &integration.title_zh),
            (&integration.summary, &integration.summary_zh),
            (&integration.rights, &integration.rights_zh),
            (&integration.limits, &integration.limits_zh),
        ] {
            assert!(
                english.ends_with('.') || english == &integration.title,
                "{name}: {english}"
            );
            assert!(!english.is_empty(), "{name}");
            let is_chinese = |letter: char| ('\u{4e00}'..'\u{a000}').contains(&letter);
            assert!(chinese.chars().any(is_chinese), "{name}: {chinese}");
        }
        for operation in &integration.operations {
            assert!(catalogue.find(operation).is_some(), "{name}: {operation}");
        }
        for needed in &integration.needs {
            assert!(all.contains(needed), "{name} needs {needed}");
        }
        assert!(!integration.flow.is_empty(), "{name}");
        for (flow, settings) in &integration.flow {
            let named = [&settings.sweep, &settings.detail, &settings.write];
            for operation in named.into_iter().flatten() {
                assert!(
                    integration.operations.contains(operation),
                    "{name}: {flow} uses {operation}"
                );
            }
        }
        let provided = provided(name);
        for (flow, settings) in &integration.flow {
            let steps = [
                &settings.policy,
                &settings.mapping,
                &settings.merge,
                &settings.handle,
            ];
            for file in steps.into_iter().flatten() {
                assert!(provided.contains(file), "{name}: {flow} uses {file}");
            }
        }
        for script in integration.script.keys() {
            let file = format!("scripts/{script}.rhai");
            assert!(provided.contains(&file), "{name}: grants of {script}");
        }
    }
}

/// The files that an integration and those that it needs bring with them.
fn provided(name: &str) -> Vec<String> {
    let mut provided = Vec::new();
    for name in with_needed(&[name]) {
        let integration = Integration::read(&name);
        let scripts = Integration::scripts(&name);
        for script in &integration.shared_scripts {
            let file = crate::support::root().join(format!("scripts/{script}.rhai"));
            assert!(file.is_file(), "{name}: {} is not there", file.display());
        }
        let scripts = scripts.into_iter().chain(integration.shared_scripts);
        provided.extend(scripts.map(|script| format!("scripts/{script}.rhai")));
        let plugins = integration.plugins.into_iter();
        provided.extend(plugins.map(|plugin| format!("plugins/{plugin}.wasm")));
    }
    provided
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_run_beside_each_other_and_each_flow_can_be_switched_off_alone() {
    let all = names();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let stage = Stage::with(&all).await;
    let flows = stage.get("/v1/flows").await;
    let flows: Vec<&str> = items(&flows, "name");
    let mut wanted: Vec<String> = all
        .iter()
        .flat_map(|name| Integration::read(name).flow.into_keys())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    assert_eq!(flows, wanted);
    let paused = async || {
        let flows = stage.get("/v1/flows").await;
        let items = flows["items"].as_array().expect("flows").clone();
        let paused = items.iter().filter(|flow| flow["paused"] == true);
        paused.map(|flow| flow["name"].clone()).collect::<Vec<Json>>()
    };
    for flow in &wanted {
        stage.post(&format!("/v1/flows/{flow}/pause"), &json!({})).await;
        assert_eq!(paused().await, [json!(flow)]);
        stage.post(&format!("/v1/flows/{flow}/resume"), &json!({})).await;
    }
    assert!(paused().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_script_is_replaced_while_it_runs() {
    let all = names();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let stage = Stage::with(&all).await;
    let versions = async || {
        let shown = stage.get("/v1/extensions").await;
        let items = shown["items"].as_array().expect("extensions").clone();
        let of = |one: &Json| {
            assert_eq!(one["state"], "serving", "{one}");
            let name = one["name"].as_str().unwrap_or_default().to_owned();
            (name, one["version"].clone())
        };
        items.iter().map(of).collect::<BTreeMap<String, Json>>()
    };
    let before = versions().await;
    let scripts: Vec<String> = all.iter().flat_map(|name| Integration::scripts(name)).collect();
    for script in &scripts {
        let file = stage.installation.script(script);
        let text = std::fs::read_to_string(&file).expect("a script");
        let aside = file.with_extension("tmp");
        std::fs::write(&aside, format!("{text}\n// Changed by whoever runs it.\n")).expect("written");
        std::fs::rename(&aside, &file).expect("replaced");
    }
    stage
        .installation
        .until("every script is another version", async |_| {
            let after = versions().await;
            let is_new = |script: &String| after.get(script) != before.get(script);
            scripts.iter().all(is_new).then_some(())
        })
        .await;
}

/// A member of each item of a page.
fn items<'a>(page: &'a Json, member: &str) -> Vec<&'a str> {
    let items = page["items"].as_array().expect("items");
    items.iter().filter_map(|item| item[member].as_str()).collect()
}
