//! How long a change in a folder takes until it serves, against compiling the same file and nothing else; and how long
//! the program takes to be ready with 50 plugins whose compiled code is on disk, against none.
//!
//! `cargo xtask guests && cargo bench --bench loading`; the first run builds the program as well.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

#[path = "../tests/support/guests.rs"]
mod guests;
mod serving;
mod summary;
#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, SamplingMode};
use guests::{automation, component};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use summary::{Bound, Results};
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{ExtensionKind, Extensions, ExtensionsSettings, Limits, scripts};
use wasmtime::component::Component;

const SCRIPT: &str = "changed script";
const PLUGIN: &str = "changed plugin";
const SERVE: &str = "serve with compiled code on disk";
/// As many as make a component of 100 KB.
const FUNCTIONS: u32 = 590;

fn settings(folder: &Path) -> ExtensionsSettings {
    ExtensionsSettings {
        plugins_folder: folder.join("plugins"),
        scripts_folder: folder.join("scripts"),
        limits: Limits::default(),
        plugins: BTreeMap::new(),
        scripts: BTreeMap::new(),
    }
}

/// A script of an everyday size that differs each time.
fn script(mark: u64) -> Vec<u8> {
    format!(
        "fn judge(contact) {{
            if contact.invalid {{ return \"marked as no real contact\"; }}
            if contact.score == () {{ return \"not scored yet\"; }}
            if contact.score < {} {{ return `score ${{contact.score}} is too low`; }}
            true
        }} // {mark}",
        mark % 100
    )
    .into_bytes()
}

/// A component of 100 KB, all but a little of it code: functions that compute, branch, load, store and call each other.
/// Its code differs each time.
fn plugin(mark: u64) -> Vec<u8> {
    let mut functions = String::new();
    for number in 0..FUNCTIONS {
        let next = (number + 1).min(FUNCTIONS - 1);
        let (odd, seed) = (2 * number + 3, u64::from(number) * 977 + mark % 100_000);
        write!(
            functions,
            "(func $f{number} (param $x i32) (result i32) (local $left i32)
                (if (i32.eqz (local.get $x)) (then (return (i32.const {number}))))
                (local.set $left (i32.and (local.get $x) (i32.const 15)))
                (block $done (loop $again
                    (br_if $done (i32.eqz (local.get $left)))
                    (local.set $x (i32.add (i32.mul (local.get $x) (i32.const {odd})) (i32.const {seed})))
                    (if (i32.lt_u (local.get $x) (i32.const {seed}))
                        (then (i32.store offset=64 (i32.and (local.get $x) (i32.const 508)) (local.get $left)))
                        (else (local.set $x (i32.xor (local.get $x)
                            (i32.load offset=64 (i32.and (local.get $x) (i32.const 508)))))))
                    (local.set $x (i32.rotl (local.get $x) (i32.shr_u (local.get $left) (i32.const 2))))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br $again)))
                (if (i32.gt_s (local.get $x) (i32.const {odd}))
                    (then (return (call $f{next} (i32.sub (local.get $x) (i32.const {odd}))))))
                (i32.add (local.get $x) (call $f{next} (i32.const 0))))\n"
        )
        .expect("memory");
    }
    let module = automation(&functions, "(drop (call $f0 (i32.const 0)))");
    component(
        "world guest { export sunmao:plugin/event-handler@0.1.0; }",
        &module,
    )
}

/// Content that differs each time: a custom section at the end changes a component's hash and nothing else.
fn marked(component: &[u8], mark: u64) -> Vec<u8> {
    let mut content = component.to_vec();
    content.extend([0, 13, 4]);
    content.extend(b"mark");
    content.extend(mark.to_le_bytes());
    content
}

async fn until_version_changes(extensions: &Extensions, kind: ExtensionKind, name: &str, old: &str) {
    loop {
        if extensions
            .get(kind, name)
            .is_some_and(|serving| serving.identity().version != old)
        {
            return;
        }
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
}

struct Change<'a> {
    group: &'static str,
    kind: ExtensionKind,
    file: PathBuf,
    content: fn(u64) -> Vec<u8>,
    compile: &'a dyn Fn(&[u8]),
}

fn changes(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let parts = runtime.block_on(support::parts());
    let folder = parts.folder.path();
    let configured = settings(folder);
    std::fs::create_dir_all(&configured.plugins_folder).expect("folder");
    std::fs::create_dir_all(&configured.scripts_folder).expect("folder");
    let (catalogue, bare) = (parts.host.catalogue.clone(), engine(None).expect("engine"));
    let compile_script = |source: &[u8]| {
        let source = std::str::from_utf8(source).expect("UTF-8");
        scripts::check(&catalogue, source).expect("sound");
    };
    let compile_plugin = |content: &[u8]| {
        Component::new(bare.wasmtime(), content).expect("sound");
    };
    let changes = [
        Change {
            group: SCRIPT,
            kind: ExtensionKind::Script,
            file: configured.scripts_folder.join("changed.rhai"),
            content: script,
            compile: &compile_script,
        },
        Change {
            group: PLUGIN,
            kind: ExtensionKind::Plugin,
            file: configured.plugins_folder.join("changed.wasm"),
            content: plugin,
            compile: &compile_plugin,
        },
    ];
    for change in &changes {
        std::fs::write(&change.file, (change.content)(0)).expect("written");
    }
    println!("the plugin has {} bytes", plugin(0).len());
    let cached = engine(Some(&folder.join("cache"))).expect("engine");
    let extensions = runtime.block_on(Extensions::start(parts.host.clone(), cached, configured.clone()));
    let mut mark = 0;
    for change in &changes {
        let mut group = criterion.benchmark_group(change.group);
        group.sample_size(20).measurement_time(Duration::from_secs(10));
        group.bench_function("compiled and no more", |bencher| {
            bencher.iter_custom(|times| {
                timed(times, || {
                    mark += 1;
                    let content = (change.content)(mark);
                    let begun = Instant::now();
                    (change.compile)(&content);
                    begun.elapsed()
                })
            });
        });
        group.bench_function("until it serves", |bencher| {
            bencher.iter_custom(|times| {
                timed(times, || {
                    mark += 1;
                    let content = (change.content)(mark);
                    let serving = extensions.get(change.kind, "changed").expect("serving");
                    let old = &serving.identity().version;
                    std::fs::write(&change.file, content).expect("written");
                    let written = Instant::now();
                    runtime.block_on(until_version_changes(&extensions, change.kind, "changed", old));
                    written.elapsed()
                })
            });
        });
        group.finish();
    }
    extensions.stop();
}

fn timed(times: u64, mut once: impl FnMut() -> Duration) -> Duration {
    (0..times).map(|_| once()).sum()
}

fn serve(criterion: &mut Criterion) {
    let Some(program) = serving::build() else {
        println!("`sunmao serve` is not measured: it could not be built");
        return;
    };
    let component = support::guest("wechat-customer");
    let folders = tempfile::tempdir().expect("folder");
    let mut group = criterion.benchmark_group(SERVE);
    group.sample_size(20).sampling_mode(SamplingMode::Flat);
    for (name, plugins) in [("no plugins", 0), ("50 plugins", 50)] {
        let folder = folders.path().join(name);
        std::fs::create_dir_all(folder.join("plugins")).expect("folder");
        for number in 0..plugins {
            let file = folder.join("plugins").join(format!("mapping-{number}.wasm"));
            std::fs::write(file, marked(&component, number)).expect("plugin");
        }
        let host = serving::Host {
            program: &program,
            folder: &folder,
        };
        host.fill_cache();
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| timed(times, || host.ready_after()));
        });
    }
    group.finish();
}

fn main() {
    let (mut criterion, results) = Results::of_this_run();
    changes(&mut criterion);
    serve(&mut criterion);
    criterion.final_summary();
    let milliseconds = |count| Bound::Whole(Duration::from_millis(count));
    summary::head();
    results.line(
        "a changed script serves",
        SCRIPT,
        "compiled and no more",
        "until it serves",
        &milliseconds(150),
    );
    results.line(
        "a changed plugin of 100 KB serves",
        PLUGIN,
        "compiled and no more",
        "until it serves",
        &milliseconds(300),
    );
    results.line(
        "`sunmao serve` is ready",
        SERVE,
        "no plugins",
        "50 plugins",
        &milliseconds(200),
    );
}
