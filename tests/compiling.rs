//! Plugins that are made to bring the compiler down: the host that is given one serves on, and says why it does not serve
//! that one, now and after a restart.

#![cfg(test)]

mod support;

use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use sunmao_simulator::{Options, Simulator};
use support::{Installation, PATIENCE, contact, guest, sunmao};

const COMPONENT: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
const MODULE: [u8; 8] = [0, b'a', b's', b'm', 1, 0, 0, 0];

fn length(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(length & 0x7f).expect("seven bits");
        length >>= 7;
        if length == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], length(content.len()).as_slice(), content].concat()
}

/// Components inside of components, as deep as fits so many bytes.
fn nested(bytes: usize) -> Vec<u8> {
    let mut component = COMPONENT.to_vec();
    while component.len() < bytes {
        component = [COMPONENT.to_vec(), section(4, &component)].concat();
    }
    component
}

/// A component with functions that are as long as functions may be: minutes and gigabytes of compiling.
fn endless(functions: usize) -> Vec<u8> {
    // The parameter times seven, a million times.
    let body = [
        vec![0],
        [0x20, 0, 0x41, 7, 0x6c, 0x21, 0].repeat(1_000_000),
        vec![0x20, 0, 0x0b],
    ]
    .concat();
    let code = [length(body.len()), body].concat();
    let module = [
        MODULE.to_vec(),
        section(1, &[1, 0x60, 1, 0x7f, 1, 0x7f]),
        section(3, &[length(functions), vec![0; functions]].concat()),
        section(10, &[length(functions), code.repeat(functions)].concat()),
    ]
    .concat();
    [COMPONENT.to_vec(), section(1, &module)].concat()
}

/// What the host says against a plugin, once it says something.
async fn complaint(host: &Installation, name: &str) -> String {
    let begun = Instant::now();
    loop {
        let all = host.get("/v1/extensions").await;
        let items = all["items"].as_array().expect("items").clone();
        let found = items.into_iter().find(|item| item["name"] == name);
        if let Some(Value::String(message)) = found.map(|item| item["error"]["message"].clone()) {
            return message;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing is said of {name}: {all}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn bounded(host: &Installation, megabytes: u64, seconds: u64) {
    let file = host.folder.path().join("sunmao.toml");
    let text = std::fs::read_to_string(&file).expect("configuration");
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains("compile_")).collect();
    let bounds = format!("[extensions]\ncompile_megabytes = {megabytes}\ncompile_seconds = {seconds}");
    std::fs::write(&file, kept.join("\n").replace("[extensions]", &bounds)).expect("configuration");
}

#[tokio::test]
async fn components_nested_without_end_are_not_compiled_at_all() {
    let host = Installation::start(|_| {}).await;
    let file = nested(238_000);
    assert!(file.len() < 250_000);
    std::fs::write(host.plugin("nested"), file).expect("plugin");
    let why = complaint(&host, "nested").await;
    assert!(why.contains("nested deeper than 16"), "{why}");
    assert_eq!(host.stop().await, Some(0));
}

#[tokio::test]
async fn a_plugin_that_takes_all_memory_is_given_up_and_not_tried_again() {
    let mut host = Installation::start(|_| {}).await;
    bounded(&host, 128, 600);
    host.crash_and_start().await;
    std::fs::write(host.plugin("endless"), endless(8)).expect("plugin");
    let why = complaint(&host, "endless").await;
    assert_eq!(
        why,
        "compiling it takes more than 128 MiB of memory (compile_megabytes)"
    );
    host.crash_and_start().await;
    let why = complaint(&host, "endless").await;
    assert!(
        why.ends_with("(compile_megabytes) when it was last tried"),
        "{why}"
    );
    // What it is given more of may be enough.
    bounded(&host, 160, 600);
    host.crash_and_start().await;
    let why = complaint(&host, "endless").await;
    assert_eq!(
        why,
        "compiling it takes more than 160 MiB of memory (compile_megabytes)"
    );
    host.file(&[contact(1)]).await;
    assert_eq!(host.until_idle().await["dead"], 0);
}

#[tokio::test]
async fn a_plugin_that_takes_all_time_is_given_up() {
    let mut host = Installation::start(|_| {}).await;
    bounded(&host, 64_000, 1);
    host.crash_and_start().await;
    std::fs::write(host.plugin("endless"), endless(8)).expect("plugin");
    let why = complaint(&host, "endless").await;
    assert_eq!(why, "compiling it takes longer than 1 s (compile_seconds)");
}

#[tokio::test]
async fn while_one_plugin_compiles_others_are_loaded_and_the_host_can_stop() {
    let mut host = Installation::start(|_| {}).await;
    bounded(&host, 6_000, 6_000);
    std::fs::write(host.plugin("endless"), endless(8)).expect("plugin");
    // It serves although one plugin is not loaded yet.
    host.crash_and_start().await;
    let folder = host.folder.path().to_owned();
    until_one_compiles(&folder).await;
    // With a section that says nothing, it is a plugin nobody has compiled before.
    let other = [
        guest("plugins/dist/wechat-customer.wasm"),
        section(0, b"\x04note"),
    ]
    .concat();
    std::fs::write(host.plugin("another"), other).expect("plugin");
    std::fs::write(host.script("another"), "fn handle(event) { }").expect("script");
    let begun = Instant::now();
    loop {
        let all = host.get("/v1/extensions").await;
        let items = all["items"].as_array().expect("items");
        let serving = items
            .iter()
            .filter(|item| item["name"] == "another" && item["state"] == "serving");
        if serving.count() == 2 {
            assert!(
                items.iter().all(|item| item["name"] != "endless"),
                "it is still at it: {all}"
            );
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{all}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(host.stop().await, Some(0));
    until_none_compiles(&folder).await;
}

#[tokio::test]
async fn a_host_that_is_asked_to_stop_while_it_starts_does() {
    let options = Options {
        size: 1,
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .expect("simulator");
    let folder = tempfile::tempdir().expect("folder");
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins).expect("folder");
    std::fs::write(plugins.join("endless.wasm"), endless(8)).expect("plugin");
    let settings = "[server]\nlisten = \"127.0.0.1:0\"\n[extensions]\nplugins_folder = \"plugins\"\n\
                    compile_megabytes = 6000\ncompile_seconds = 6000\n";
    std::fs::write(folder.path().join("sunmao.toml"), settings).expect("configuration");
    let mut command = sunmao(&simulator, &options);
    let mut host = command
        .current_dir(folder.path())
        .arg("serve")
        .kill_on_drop(true)
        .spawn()
        .expect("sunmao serve");
    until_one_compiles(folder.path()).await;
    let id = host.id().expect("running").to_string();
    let asked = std::process::Command::new("kill").args(["-TERM", &id]).status();
    assert!(asked.expect("kill").success());
    let ended = tokio::time::timeout(PATIENCE, host.wait()).await;
    assert_eq!(ended.expect("in time").expect("a status").code(), Some(0));
    until_none_compiles(folder.path()).await;
}

#[tokio::test]
async fn what_changes_or_goes_while_it_compiles_is_compiled_no_more() {
    let mut host = Installation::start(|_| {}).await;
    bounded(&host, 6_000, 6_000);
    host.crash_and_start().await;
    let folder = host.folder.path().to_owned();
    std::fs::write(host.plugin("changing"), endless(8)).expect("plugin");
    until_one_compiles(&folder).await;
    std::fs::copy(host.plugin("wechat-customer"), host.plugin("changing")).expect("plugin");
    let begun = Instant::now();
    loop {
        let all = host.get("/v1/extensions").await;
        let items = all["items"].as_array().expect("items");
        if items
            .iter()
            .any(|item| item["name"] == "changing" && item["state"] == "serving")
        {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{all}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    until_none_compiles(&folder).await;
    std::fs::write(host.plugin("going"), endless(8)).expect("plugin");
    until_one_compiles(&folder).await;
    std::fs::remove_file(host.plugin("going")).expect("removed");
    until_none_compiles(&folder).await;
}

#[tokio::test]
async fn inspecting_a_plugin_has_the_same_bounds_as_serving_it() {
    let host = Installation::start(|_| {}).await;
    bounded(&host, 128, 600);
    for (file, content, why) in [
        (
            "endless.wasm",
            endless(8),
            "compiling it takes more than 128 MiB of memory",
        ),
        ("nested.wasm", nested(238_000), "nested deeper than 16"),
    ] {
        std::fs::write(host.folder.path().join(file), content).expect("plugin");
        let mut command = sunmao(&host.simulator, &Options::default());
        let inspecting = command
            .current_dir(host.folder.path())
            .args(["plugin", "inspect", file]);
        let ended = inspecting.output().await.expect("sunmao plugin inspect");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.code() == Some(1) && said.contains(why), "{said}");
    }
    let mut command = sunmao(&host.simulator, &Options::default());
    let inspecting =
        command
            .current_dir(host.folder.path())
            .args(["plugin", "inspect", "plugins/wechat-customer.wasm"]);
    let ended = inspecting.output().await.expect("sunmao plugin inspect");
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}

async fn until_one_compiles(folder: &Path) {
    until("a compiler runs", || compilers(folder) > 0).await;
}

async fn until_none_compiles(folder: &Path) {
    until("no compiler runs any more", || compilers(folder) == 0).await;
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many processes compile for a host in this folder.
fn compilers(folder: &Path) -> usize {
    let folder = folder.display().to_string();
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    processes
        .filter(|process| {
            let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            let place = std::fs::read_link(process.path().join("cwd")).unwrap_or_default();
            String::from_utf8_lossy(&command).contains("compile-plugin")
                && place.display().to_string().starts_with(&folder)
        })
        .count()
}
