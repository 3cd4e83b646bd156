//! A simulated ERP, a host in front of it, and the three faces of an operation: a plugin, a script, the command line.
#![allow(dead_code, reason = "each test uses its part")]

use crate::support;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Kinds, Operation, Value};
use sunmao_erp_client::{ErpClient, GatewayBodies, Installation, Settings};
use sunmao_runtime::plugins::{Plugin, engine};
use sunmao_runtime::scripts::Script;
use sunmao_runtime::{
    Clock, Event, Extension, ExtensionError, Gateway, Grants, Host, Invocation, Limits, Permit,
};
use sunmao_simulator::{Options, Simulator, Variant};
use sunmao_store::Store;

pub const OPERATIONS: usize = 215;

/// What an ERP may say of an example.
pub const REFUSED: [&str; 3] = ["refused", "not-found", "notfound"];

/// A simulated ERP with a host in front of it, and a plugin that imports every operation.
pub struct Stage {
    pub simulator: Simulator,
    pub options: Options,
    pub folder: tempfile::TempDir,
    pub host: Arc<Host>,
    pub erp: ErpClient,
    pub permit: Arc<Permit>,
    pub plugin: Plugin,
}

impl Stage {
    pub async fn start(options: Options) -> Self {
        let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
            .await
            .expect("simulator");
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("sunmao.toml");
        std::fs::write(file, configuration(options.variant)).expect("configuration");
        let (host, erp) = host(&simulator, &options, folder.path()).await;
        let permit = Arc::new(Permit {
            grants: Grants::everything(&host.catalogue),
            limits: Limits::default(),
            ..Permit::default()
        });
        let component = support::guest("tests/dist/all-operations.wasm");
        let engine = engine(None).expect("engine");
        let plugin = Plugin::load(&engine, host.clone(), permit.clone(), "all", &component);
        let plugin = plugin.expect("a plugin that imports every operation");
        assert_eq!(plugin.surface().operations.len(), OPERATIONS);
        Stage {
            simulator,
            options,
            folder,
            host,
            erp,
            permit,
            plugin,
        }
    }

    pub async fn by_plugin(&self, operation: &Operation) -> Result<(), ExtensionError> {
        let invocation = Invocation::at(self.host.clock.now());
        self.plugin.handle(&invocation, &event(operation)).await
    }

    pub async fn by_script(&self, operation: &Operation) -> Result<(), ExtensionError> {
        let script = Script::load(self.host.clone(), self.permit.clone(), "all", &script(operation));
        let invocation = Invocation::at(self.host.clock.now());
        script
            .expect("script")
            .handle(&invocation, &event(operation))
            .await
    }

    pub async fn stop(self) {
        // Some installations' logout fails as their calls do.
        let _ = self.erp.logout().await;
        self.host.store.close().await.expect("close");
    }
}

async fn host(simulator: &Simulator, options: &Options, folder: &std::path::Path) -> (Arc<Host>, ErpClient) {
    let base_url = simulator.base_url().parse().expect("base URL");
    let mut settings = Settings::new(
        base_url,
        options.username.clone(),
        options.password.clone().into(),
        "sunmaotest",
    );
    settings.requests_per_second = 10_000;
    settings.installation = installation(options.variant).parse().expect("installation");
    if let (Variant::GatewayPlain, Installation::Gateway { bodies, .. }) =
        (options.variant, &mut settings.installation)
    {
        *bodies = GatewayBodies::Plain;
    }
    let erp = ErpClient::new(settings).expect("client");
    let store = Store::open(&folder.join("sunmao.sqlite")).await.expect("store");
    let clock = Clock::system();
    let gateway = Gateway::new(erp.clone(), store.clone(), clock.clone());
    let catalogue = Catalogue::shared();
    let kinds = Kinds::shipped(&catalogue).expect("kinds");
    (Arc::new(Host::new(catalogue, kinds, gateway, store, clock)), erp)
}

fn installation(variant: Variant) -> &'static str {
    match variant {
        Variant::Legacy => "legacy",
        Variant::Gateway | Variant::GatewayPlain => "gateway",
        _ => "standard",
    }
}

fn configuration(variant: Variant) -> String {
    let bodies = match variant {
        Variant::GatewayPlain => "gateway_bodies = \"plain\"\n",
        _ => "",
    };
    format!("[erp]\ninstallation = \"{}\"\n{bodies}", installation(variant))
}

fn event(operation: &Operation) -> Event {
    Event {
        id: 1,
        name: operation.name.clone(),
        key: String::new(),
        payload: "{}".to_owned(),
        attempt: 1,
    }
}

/// The ERP may refuse an example, but it has to have been asked and understood.
pub fn answered(
    outcome: Result<(), ExtensionError>,
    operation: &Operation,
    allowed: &[&str],
    faults: &mut Vec<String>,
) {
    let Err(error) = outcome else { return };
    let text = error.to_string().to_ascii_lowercase();
    if !allowed.iter().any(|kind| text.contains(kind)) {
        faults.push(format!("{}: {error}", operation.name));
    }
}

pub async fn command_line(
    simulator: &Simulator,
    options: &Options,
    operation: &Operation,
    folder: &std::path::Path,
    allowed: &[&str],
    faults: &mut Vec<String>,
) {
    let file = folder.join("arguments.json");
    std::fs::write(&file, serde_json::to_vec(&operation.example()).expect("JSON")).expect("arguments");
    let mut command = support::sunmao(simulator, options);
    command
        .current_dir(folder)
        .args(["call", &operation.name, &format!("@{}", file.display()), "--json"]);
    let output = command.output().await.expect("sunmao call");
    let error = String::from_utf8_lossy(&output.stderr);
    let is_allowed = allowed.iter().any(|kind| error.contains(kind));
    if !output.status.success() && !is_allowed {
        faults.push(format!("{} by call: {}: {error}", operation.name, output.status));
    }
    if output.status.success() && serde_json::from_slice::<serde_json::Value>(&output.stdout).is_err() {
        faults.push(format!("{} by call: the answer is no JSON", operation.name));
    }
}

/// A script that makes the call, with the example as Rhai literals.
fn script(operation: &Operation) -> String {
    let module = operation.object.replace('-', "_");
    let function = operation.verb.replace('-', "_");
    let example = operation.example();
    let argument = if example.is_empty() {
        String::new()
    } else {
        literal(&Value::from(example))
    };
    format!("fn handle(event) {{ {module}::{function}({argument}); }}")
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "()".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Decimal(value) => format!("\"{value}\""),
        Value::Text(value) => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        Value::List(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Record(record) => {
            let members = record
                .iter()
                .map(|(name, value)| format!("\"{}\": {}", name.replace('-', "_"), literal(value)));
            format!("#{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}
