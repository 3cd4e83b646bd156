//! A weekend in minutes: the real binary serves while its log is closed, disks fill up, the ERP goes away and comes
//! back, clocks jump, terminals close, descriptors run out and somebody kills it every twenty seconds. At the end
//! everything that was accepted is in the ERP once, and the host has stayed within its bounds.
//!
//! `WEEKEND_MINUTES` and `WEEKEND_SEED` choose the length and the order; `cargo xtask weekend` sets them.

#![cfg(test)]

#[path = "weekend/disk.rs"]
mod disk;
#[path = "weekend/filing.rs"]
mod filing;
#[path = "weekend/hazards.rs"]
mod hazards;
#[path = "weekend/host.rs"]
mod host;
#[path = "weekend/reckoning.rs"]
mod reckoning;
#[path = "weekend/relay.rs"]
mod relay;
mod support;

use disk::Disk;
use filing::Books;
use hazards::{Hazard, Scene};
use host::Host;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use relay::Relay;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use sunmao_simulator::{Options, Simulator, Variant};

/// People who file contacts at once.
const FILERS: usize = 3;
const TICK: Duration = Duration::from_millis(200);
/// Between two kills, more or less.
const KILL: Duration = Duration::from_secs(20);
/// Of a hazard's slot, the part that it lasts; the rest is calm.
const LASTS: f64 = 0.6;
/// The ERP's clock is moved by as much of the weekend as has passed of the run.
const ERP_HOURS: f64 = 60.0;
/// Hazards take turns of at most this long.
const LONGEST_SLOT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn after_a_weekend_everything_accepted_is_in_the_erp_once() {
    let minutes: f64 = setting("WEEKEND_MINUTES", 5.0);
    let seed: u64 = setting("WEEKEND_SEED", 6_021);
    println!("{minutes} minutes, seed {seed}");
    let length = Duration::from_secs_f64(minutes * 60.0);

    let options = Options {
        size: 20,
        now: Some("2026-03-06T18:00:00".parse().expect("a Friday")),
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .expect("simulator");
    let relay = Relay::start(simulator.address()).await;
    let folder = tempfile::tempdir().expect("folder");
    let disk = Disk::at(&folder.path().join("disk"));
    let clock_file = folder.path().join("clock");
    furnish(folder.path());
    let environment = environment(&relay, &options, &clock_file);
    let mut host = Host::new(folder.path(), environment);
    host.keep_running(None);

    let books = Arc::new(Books::default());
    let done = Arc::new(AtomicBool::new(false));
    let filers: Vec<_> = (0..FILERS)
        .map(|name| tokio::spawn(filing::file(name, seed, host.url(), books.clone(), done.clone())))
        .collect();
    let mut scene = Scene::new(&simulator, &relay, &disk, &clock_file, &host);
    let mut ledger = reckoning::Ledger::of(&simulator);
    let kills = befall(&mut scene, &mut host, &mut ledger, length, seed).await;
    done.store(true, Ordering::Relaxed);
    for filer in filers {
        until(&mut host, filer).await;
    }
    println!("{kills} kills, {} filings", books.filings.load(Ordering::Relaxed));
    reckoning::settle(&mut host, &simulator, &mut ledger, &books, &disk).await;
}

/// Lets the hazards happen in a seeded order, each once before one comes again. Returns how often the host was killed.
async fn befall(
    scene: &mut Scene<'_>,
    host: &mut Host,
    ledger: &mut reckoning::Ledger,
    length: Duration,
    seed: u64,
) -> u32 {
    let mut random = StdRng::seed_from_u64(seed);
    let http = reqwest::Client::new();
    let slot = (length / u32::try_from(Hazard::ALL.len()).expect("few")).min(LONGEST_SLOT);
    let begun = Instant::now();
    let mut kills = 0;
    let mut next_kill = begun + KILL;
    let mut moved = 0_i64;
    let mut order: Vec<Hazard> = Vec::new();
    while begun.elapsed() + slot / 2 < length {
        if order.is_empty() {
            order = Hazard::ALL.to_vec();
            order.shuffle(&mut random);
        }
        let Some(hazard) = order.pop() else { continue };
        println!("{:>5.0} s: {hazard:?}", begun.elapsed().as_secs_f64());
        scene.begin(hazard, host).await;
        let slot_begun = Instant::now();
        let mut is_over = false;
        while slot_begun.elapsed() < slot {
            if !is_over && slot_begun.elapsed() >= slot.mul_f64(LASTS) {
                scene.end(hazard, host).await;
                is_over = true;
            }
            if !is_over {
                scene.go_on(hazard, host).await;
            }
            if Instant::now() >= next_kill {
                host.kill().await;
                kills += 1;
                next_kill = Instant::now() + KILL.mul_f64(random.random_range(0.7..1.3));
            }
            // A host that gave up for want of room may be on its way out for a moment longer.
            host.keep_running(hazard.may_end_it().then_some("no room"));
            let hours = (ERP_HOURS * begun.elapsed().as_secs_f64() / length.as_secs_f64()) as i64;
            if hours > moved {
                ledger.advance(&http, hours - moved).await;
                moved = hours;
            }
            ledger.read(&http).await;
            tokio::time::sleep(TICK).await;
        }
    }
    kills
}

async fn until(host: &mut Host, filer: tokio::task::JoinHandle<()>) {
    let begun = Instant::now();
    while !filer.is_finished() {
        host.keep_running(None);
        assert!(
            begun.elapsed() < support::PATIENCE,
            "the last contacts were not accepted: {}",
            host.last_words()
        );
        tokio::time::sleep(TICK).await;
    }
    filer.await.expect("filer");
}

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    let Ok(text) = std::env::var(name) else {
        return default;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("{name}: {text} is no number"))
}

fn environment(relay: &Relay, options: &Options, clock_file: &Path) -> Vec<(String, String)> {
    let clock_file = clock_file.display().to_string();
    [
        ("SUNMAO_ERP_BASE_URL", format!("http://{}", relay.address)),
        ("SUNMAO_ERP_USERNAME", options.username.clone()),
        ("SUNMAO_ERP_PASSWORD", options.password.clone()),
        ("SUNMAO_ERP_SERIAL", "weekend".to_owned()),
        ("SUNMAO_STATE_FOLDER", "state".to_owned()),
        ("SUNMAO_TEST_CLOCK_FILE", clock_file),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn furnish(folder: &Path) {
    support::furnish(folder, Variant::Standard);
    let configuration = r#"
        [server]
        listen = "127.0.0.1:0"
        [store]
        path = "disk/sunmao.sqlite"
        [extensions]
        plugins_folder = "plugins"
        scripts_folder = "scripts"
        cache_folder = "cache"
        [erp]
        requests_per_second = 1000
        concurrency = 4
        timeout_seconds = 5
        [flow.customer-push]
        on = "contact.saved"
        policy = "scripts/admission.rhai"
        mapping = "plugins/wechat-customer.wasm"
        write = "customers.save-company"
        link = "customer"
    "#;
    std::fs::write(folder.join("sunmao.toml"), configuration).expect("configuration");
}
