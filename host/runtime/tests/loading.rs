//! From a file in a folder to an extension that serves, and out of service again.

#![cfg(test)]

#[path = "support/guests.rs"]
mod guests;
mod support;

use guests::{automation, component};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{
    ExtensionKind, ExtensionSettings, ExtensionState, ExtensionStatus, Extensions, ExtensionsSettings, Limits,
};
use support::{Parts, parts};

/// Whatever a test waits for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(120);
const LISTING: &str = "fn judge(contact) { customers::list(); true }";

fn settings(folder: &Path) -> ExtensionsSettings {
    ExtensionsSettings {
        plugins_folder: folder.join("plugins"),
        scripts_folder: folder.join("scripts"),
        limits: Limits::default(),
        plugins: BTreeMap::new(),
        scripts: BTreeMap::new(),
    }
}

fn granting(grants: &[&str]) -> ExtensionSettings {
    ExtensionSettings {
        grants: grants.iter().map(|grant| (*grant).to_owned()).collect(),
        ..ExtensionSettings::default()
    }
}

/// The settings of `folder` with a script `judge` that has these grants.
fn judge(folder: &Path, grants: &[&str]) -> ExtensionsSettings {
    ExtensionsSettings {
        scripts: BTreeMap::from([("judge".to_owned(), granting(grants))]),
        ..settings(folder)
    }
}

fn write(folder: &Path, file: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
    std::fs::write(path, content).expect("file");
}

async fn start(parts: &Parts, settings: ExtensionsSettings) -> Extensions {
    Extensions::start(parts.host.clone(), engine(None).expect("engine"), settings).await
}

fn status(extensions: &Extensions, name: &str) -> Option<ExtensionStatus> {
    extensions
        .status()
        .into_iter()
        .find(|extension| extension.name == name)
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn serves(extensions: &Extensions, name: &str) -> bool {
    extensions
        .serving()
        .iter()
        .any(|extension| extension.identity().name == name)
}

#[tokio::test]
async fn an_idle_folder_is_looked_at_in_intervals_only() {
    let parts = parts().await;
    let folder = parts.folder.path();
    write(folder, "scripts/judge.rhai", "fn judge(contact) { true }");
    write(folder, "plugins/broken.wasm", "no component");
    let extensions = start(&parts, settings(folder)).await;
    let kinds = [ExtensionKind::Script, ExtensionKind::Plugin];
    let before = kinds.map(|kind| extensions.looks(kind));
    tokio::time::sleep(Duration::from_secs(5)).await;
    for (kind, before) in kinds.into_iter().zip(before) {
        let looks = extensions.looks(kind) - before;
        // One when the watch begins, and one each two seconds; a watch that woke itself would make hundreds.
        assert!((1..=8).contains(&looks), "{kind:?}: {looks} looks");
    }
}

#[tokio::test]
async fn a_revoked_grant_stops_what_serves_and_is_named() {
    let parts = parts().await;
    let folder = parts.folder.path();
    write(folder, "scripts/judge.rhai", LISTING);
    let extensions = start(&parts, judge(folder, &["customers.list"])).await;
    assert!(serves(&extensions, "judge"));

    extensions.reconfigure(judge(folder, &["contracts.list"])).await;
    let found = status(&extensions, "judge").expect("still listed");
    assert_eq!((found.state, &found.version), (ExtensionState::Failed, &None));
    let error = found.error.expect("why");
    assert_eq!(error.phase, "check grants");
    assert_eq!(error.message, "not granted: customers.list");
    assert!(extensions.get(ExtensionKind::Script, "judge").is_none());

    extensions.reconfigure(judge(folder, &["customers.*"])).await;
    assert!(serves(&extensions, "judge"));
}

#[tokio::test]
async fn a_new_version_that_asks_for_more_leaves_the_old_one_serving() {
    let parts = parts().await;
    let folder = parts.folder.path();
    write(folder, "scripts/judge.rhai", "fn judge(contact) { true }");
    let extensions = start(&parts, settings(folder)).await;
    write(folder, "scripts/judge.rhai", LISTING);
    let is_refused = || {
        let found = status(&extensions, "judge");
        found.is_some_and(|found| found.state == ExtensionState::ServingPrevious)
    };
    until("the new version is refused", is_refused).await;
    // Settings that change nothing for it do not take it out of service either.
    extensions.reconfigure(judge(folder, &["contracts.list"])).await;
    assert!(serves(&extensions, "judge"));
}

/// A plugin whose start never ends keeps the plugins' folder busy for as long as it may compute.
#[tokio::test]
async fn a_script_does_not_wait_for_a_slow_plugin() {
    let parts = parts().await;
    let folder = parts.folder.path();
    let limits = Limits {
        wall_time_milliseconds: 600_000,
        ..Limits::default()
    };
    let extensions = start(
        &parts,
        ExtensionsSettings {
            limits,
            ..settings(folder)
        },
    )
    .await;
    let module = automation("(func $start (loop (br 0))) (start $start)", "");
    let idle = Arc::strong_count(&parts.host);
    write(
        folder,
        "plugins/slow.wasm",
        component(
            "world guest { export sunmao:plugin/event-handler@0.1.0; }",
            &module,
        ),
    );
    until("the plugin is being loaded", || {
        Arc::strong_count(&parts.host) > idle
    })
    .await;
    write(folder, "scripts/judge.rhai", "fn judge(contact) { true }");
    until("the script serves", || serves(&extensions, "judge")).await;
    assert_eq!(
        status(&extensions, "slow"),
        None,
        "the plugin is still being loaded"
    );
    extensions.stop();
}

#[tokio::test]
async fn folders_may_come_and_files_may_go() {
    let parts = parts().await;
    let folder = parts.folder.path();
    let extensions = start(&parts, settings(folder)).await;
    write(folder, "scripts/judge.rhai", "fn judge(contact) { true }");
    until("the script serves", || serves(&extensions, "judge")).await;
    std::fs::remove_file(folder.join("scripts/judge.rhai")).expect("removed");
    until("the script is gone", || status(&extensions, "judge").is_none()).await;
}

#[tokio::test]
async fn a_file_larger_than_any_plugin_is_refused_unread() {
    let parts = parts().await;
    let folder = parts.folder.path();
    write(folder, "plugins/large.wasm", "");
    let file = std::fs::File::options()
        .write(true)
        .open(folder.join("plugins/large.wasm"))
        .expect("file");
    file.set_len(64 * 1024 * 1024 + 1).expect("a sparse file");
    let extensions = start(&parts, settings(folder)).await;
    let error = status(&extensions, "large")
        .and_then(|found| found.error)
        .expect("refused");
    assert_eq!(error.phase, "read");
    assert_eq!(error.message, "larger than the 64 MiB that a plugin may have");
}

#[tokio::test]
async fn other_folders_take_effect_at_the_next_start() {
    let parts = parts().await;
    let folder = parts.folder.path();
    write(folder, "scripts/judge.rhai", "fn judge(contact) { true }");
    let extensions = start(&parts, settings(folder)).await;
    extensions.reconfigure(settings(&folder.join("elsewhere"))).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(serves(&extensions, "judge"));
}

#[tokio::test]
async fn grants_of_files_that_are_not_there_are_resolved() {
    let catalogue = sunmao_catalogue::Catalogue::shared();
    let mut written = settings(Path::new("."));
    assert_eq!(written.check(&catalogue), Ok(()));
    written
        .plugins
        .insert("absent".to_owned(), granting(&["customers.lst"]));
    written
        .scripts
        .insert("absent".to_owned(), granting(&["recordz"]));
    let errors = written.check(&catalogue).expect_err("two mistakes");
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "[plugin.absent]: read grants: grant `customers.lst` names no operation and no service \
             (hint: nearest known: customers.lst → customers.list)",
            "[script.absent]: read grants: grant `recordz` names no operation and no service \
             (hint: nearest known: recordz → records)",
        ]
    );
}
