//! A host with real parts: a simulator on loopback, a SQLite file, the shipped guests.
#![allow(dead_code, reason = "each test uses its part")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Kinds};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_runtime::{Actor, Caller, Clock, Gateway, Grants, Host, Invocation, Limits, Permit};
use sunmao_simulator::{Options, Simulator};
use sunmao_store::Store;

pub struct Parts {
    pub simulator: Simulator,
    pub erp: ErpClient,
    pub host: Arc<Host>,
    pub folder: tempfile::TempDir,
}

pub async fn parts() -> Parts {
    parts_with(|_| {}).await
}

pub async fn parts_with(change: impl FnOnce(&mut Options)) -> Parts {
    let mut options = Options {
        size: 200,
        ..Options::default()
    };
    change(&mut options);
    let (username, password) = (options.username.clone(), options.password.clone());
    let address: SocketAddr = ([127, 0, 0, 1], 0).into();
    let simulator = Simulator::start(options, address).await.expect("simulator");
    let base_url = simulator.base_url();
    parts_behind(simulator, &base_url, username, password).await
}

/// The same, reaching the simulator by way of another address.
pub async fn parts_behind(simulator: Simulator, base_url: &str, username: String, password: String) -> Parts {
    let base_url = base_url.parse().expect("base URL");
    let mut settings = Settings::new(base_url, username, password.into(), "sunmaotest");
    settings.requests_per_second = 1_000_000;
    settings.retries = 0;
    let erp = ErpClient::new(settings).expect("client");
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open(&folder.path().join("sunmao.sqlite"))
        .await
        .expect("store");
    let clock = Clock::system();
    let gateway = Gateway::new(erp.clone(), store.clone(), clock.clone());
    let host = Arc::new(Host::new(
        Catalogue::shared(),
        Kinds::shipped(&Catalogue::shared()).expect("kinds"),
        gateway,
        store,
        clock,
    ));
    Parts {
        simulator,
        erp,
        host,
        folder,
    }
}

pub fn caller(host: &Host) -> Caller {
    let permit = Permit {
        grants: Grants::everything(&host.catalogue),
        limits: Limits::default(),
        ..Permit::default()
    };
    Caller::new(
        Actor::Http,
        "0",
        Arc::new(permit),
        Invocation::at(host.clock.now()),
    )
}

/// A component that `cargo xtask guests` built.
pub fn guest(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins/dist")
        .join(format!("{name}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask guests` first", path.display()))
}
