//! How long a change in a folder takes until it serves, and how long a host with 50 plugins takes to be ready with
//! compiled code on disk.
//!
//! `cargo xtask guests && cargo bench --bench loading`

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{ExtensionKind, Extensions, ExtensionsSettings, Limits};

fn settings(folder: &Path) -> ExtensionsSettings {
    ExtensionsSettings {
        plugins_folder: folder.join("plugins"),
        scripts_folder: folder.join("scripts"),
        limits: Limits::default(),
        plugins: BTreeMap::new(),
        scripts: BTreeMap::new(),
    }
}

/// Content that differs each time: a custom section at the end changes a component's hash and nothing else.
fn marked(component: &[u8], mark: u64) -> Vec<u8> {
    let mut content = component.to_vec();
    let mark = mark.to_le_bytes();
    content.extend([0, 13, 4]);
    content.extend(b"mark");
    content.extend(mark);
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

fn loading(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let parts = runtime.block_on(support::parts());
    let component = support::guest("wechat-customer");
    let folder = parts.folder.path();
    let configured = settings(folder);
    std::fs::create_dir_all(&configured.plugins_folder).expect("folder");
    std::fs::create_dir_all(&configured.scripts_folder).expect("folder");
    std::fs::write(configured.plugins_folder.join("mapping.wasm"), &component).expect("plugin");
    std::fs::write(
        configured.scripts_folder.join("policy.rhai"),
        "fn admit(contact) { true } // 0",
    )
    .expect("script");
    let warm = engine(Some(&folder.join("cache"))).expect("engine");
    let _context = runtime.enter();
    let extensions = runtime.block_on(Extensions::start(parts.host.clone(), warm, configured.clone()));

    let mut group = criterion.benchmark_group("until it serves");
    group.sample_size(20).measurement_time(Duration::from_secs(10));
    let mut mark = 0u64;
    for (name, kind, file) in [
        (
            "changed script",
            ExtensionKind::Script,
            configured.scripts_folder.join("policy.rhai"),
        ),
        (
            "changed plugin",
            ExtensionKind::Plugin,
            configured.plugins_folder.join("mapping.wasm"),
        ),
    ] {
        let stem = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("stem")
            .to_owned();
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| {
                let mut total = Duration::ZERO;
                for _ in 0..times {
                    mark += 1;
                    let old = extensions
                        .get(kind, &stem)
                        .expect("serving")
                        .identity()
                        .version
                        .clone();
                    let content = match kind {
                        ExtensionKind::Plugin => marked(&component, mark),
                        ExtensionKind::Script => {
                            format!("fn admit(contact) {{ true }} // {mark}").into_bytes()
                        }
                    };
                    std::fs::write(&file, content).expect("write");
                    let written = Instant::now();
                    runtime.block_on(until_version_changes(&extensions, kind, &stem, &old));
                    total += written.elapsed();
                }
                total
            });
        });
    }
    group.finish();
    extensions.stop();

    let many = folder.join("many");
    std::fs::create_dir_all(many.join("plugins")).expect("folder");
    for number in 0..50 {
        std::fs::write(
            many.join("plugins").join(format!("mapping-{number}.wasm")),
            marked(&component, 1_000_000 + number),
        )
        .expect("plugin");
    }
    let cache = folder.join("cache-of-many");
    let fill = runtime.block_on(Extensions::start(
        parts.host.clone(),
        engine(Some(&cache)).expect("engine"),
        settings(&many),
    ));
    assert_eq!(fill.serving().len(), 50);
    fill.stop();
    let mut group = criterion.benchmark_group("50 plugins");
    group.sample_size(20);
    group.bench_function("ready with compiled code on disk", |bencher| {
        bencher.iter_batched(
            || engine(Some(&cache)).expect("engine"),
            |engine| {
                let extensions =
                    runtime.block_on(Extensions::start(parts.host.clone(), engine, settings(&many)));
                extensions.stop();
                extensions.serving().len()
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, loading);
criterion_main!(benches);
