//! `sunmao serve`: the host.

mod clock;

use crate::configuration::Flag;
use crate::context::Context;
use crate::failure::Failure;
use crate::host::{Running, webhooks};
use crate::output::{self, Style};
use crate::shutdown::{self, Shutdown};
use crate::{access, files, logging, reload};
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Run the host, until Ctrl-C or SIGTERM
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the HTTP API listens; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The SQLite file
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Where plugins lie
    #[arg(long, value_name = "FOLDER")]
    plugins_folder: Option<PathBuf>,
    /// Where scripts lie
    #[arg(long, value_name = "FOLDER")]
    scripts_folder: Option<PathBuf>,
    /// Where compiled plugins are kept
    #[arg(long, value_name = "FOLDER")]
    cache_folder: Option<PathBuf>,
}

impl Serve {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        files::keep_to_this_account();
        logging::start(context, "info")?;
        let shutdown = Shutdown::listen_as_a_service()?;
        tokio::select! {
            outcome = self.serve(context, &shutdown) => outcome,
            () = shutdown.insisted() => Err(shutdown::cut_short()),
        }
    }

    /// From the start to an orderly stop.
    async fn serve(&self, context: &Context, shutdown: &Shutdown) -> Result<(), Failure> {
        let sources = context.sources(self.flags())?;
        let configuration = sources.read()?;
        let accounts = access::accounts(&context.environment, &configuration)?;
        let webhooks = webhooks::read(&configuration, &context.environment)?;
        // A start may take long, for what there is to load; nothing is under way yet that would have to be ended.
        let running = tokio::select! {
            running = Running::start(configuration, accounts, webhooks, clock::of(&context.environment)) => running?,
            () = shutdown.requested() => return Ok(()),
        };
        announce(&running, context);
        let follower = tokio::spawn(reload::follow(running.parts.clone(), sources, shutdown.reloads()));
        shutdown.requested().await;
        tracing::info!("stopping");
        follower.abort();
        let stopped = running.stop().await;
        tracing::info!("stopped");
        stopped
    }

    fn flags(&self) -> Vec<Option<Flag>> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        vec![
            Flag::given("--listen", "server.listen", self.listen),
            Flag::given("--store", "store.path", path(&self.store)),
            Flag::given(
                "--plugins-folder",
                "extensions.plugins_folder",
                path(&self.plugins_folder),
            ),
            Flag::given(
                "--scripts-folder",
                "extensions.scripts_folder",
                path(&self.scripts_folder),
            ),
            Flag::given(
                "--cache-folder",
                "extensions.cache_folder",
                path(&self.cache_folder),
            ),
        ]
    }
}

fn announce(running: &Running, context: &Context) {
    let url = format!("http://{}", running.address);
    let milliseconds = u64::try_from(context.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(url, milliseconds, "ready");
    match context.style() {
        Style::Json => output::announce(json!({ "url": url, "milliseconds": milliseconds })),
        Style::Text => output::announce(format!(
            "Sunmao listens on {url}, ready after {milliseconds} ms. Ctrl-C ends it."
        )),
    }
}
