//! The composition root: the only place that puts a host together from its parts and takes it apart again.

pub mod backups;
pub mod compiler;
pub mod webhooks;

use crate::configuration::Configuration;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::http::{self, serving};
use crate::kinds;
use crate::parts::Parts;
use arc_swap::{ArcSwap, ArcSwapOption};
use backups::{Backups, Plan};
use compiler::compiler;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Kinds};
use sunmao_erp_client::{ErpClient, SessionEvent};
use sunmao_runtime::{
    Accounts, Clock, Extensions, FlowError, Flows, Gateway, Grants, Host, KindsFolder, LoadError, Webhooks,
    plugins, supervised,
};
use sunmao_store::Store;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, broadcast, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use webhooks::HttpCourier;

/// Most who follow the changes at once: each of them looks into the store by itself.
const FOLLOWERS: usize = 64;
/// How long requests under way may take once the host is asked to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(4);
/// How long those that were cut off may take to say so.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long an ERP may take to end a session. It ends those that nobody uses by itself in time.
const LAST_CALLS: Duration = Duration::from_secs(3);

/// A host that serves.
pub struct Running {
    /// Its parts.
    pub parts: Arc<Parts>,
    /// Where it listens.
    pub address: SocketAddr,
    accounts: Accounts,
    end: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    sessions_end: CancellationToken,
    sessions: JoinSet<()>,
}

impl Running {
    /// Puts a host together: listener, store, plugin engine, gateway, extensions, flows, HTTP.
    ///
    /// # Errors
    /// The address is taken, the store or the code cache cannot be opened, or a flow is unsound. A broken plugin or
    /// script is no error: the others serve.
    pub async fn start(
        configuration: Configuration,
        accounts: impl Into<Accounts>,
        webhooks: Webhooks,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let accounts = accounts.into();
        let extensions_settings = configuration.extensions_settings();
        extensions_settings
            .check(&Catalogue::shared())
            .map_err(|errors| unsound_extensions(&errors))?;
        let backup_plan = configuration
            .store
            .backup
            .as_ref()
            .map(Plan::read)
            .transpose()?
            .flatten();
        let limits = serving::Limits::of(&configuration.server);
        let listener = listen(configuration.server.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|error| not_listening(configuration.server.listen, &error))?;
        let cache_folder = &configuration.extensions.cache_folder;
        files::private_folder(cache_folder).map_err(|error| no_cache(cache_folder, &error))?;
        let engine = plugins::engine(Some(cache_folder)).map_err(|error| no_engine(&error.to_string()))?;
        let engine = engine.with_compiler(compiler(cache_folder, configuration.compile_bounds())?);
        let store = Store::open(&configuration.store.path).await?;
        let kinds_folder = KindsFolder::new(&configuration.hub.kinds_folder);
        let kinds = kinds::at_start(&kinds_folder, &store).await?;
        check(&configuration, &kinds)?;
        let gateway = Gateway::new(accounts.clone(), store.clone(), clock.clone());
        let host = Arc::new(Host::new(Catalogue::shared(), kinds, gateway, store, clock));
        let courier = HttpCourier::new()?;
        host.courier.get_or_init(|| Arc::new(courier));
        let extensions = Extensions::start(host.clone(), engine, extensions_settings).await;
        let flows = Flows::start(
            host.clone(),
            extensions.clone(),
            &configuration.flow,
            configuration.limits,
        )
        .map_err(|errors| unsound_flows(&errors))?;
        // Before anything can be filed: who hears of a record is decided when it is.
        flows.tell(webhooks);
        flows.keep(configuration.store.keep.retention());
        let parts = Arc::new(Parts {
            started_at: host.clock.now(),
            host,
            extensions,
            flows,
            configuration: ArcSwap::from_pointee(configuration),
            refused_configuration: ArcSwapOption::empty(),
            kinds: kinds_folder,
            kinds_changed: watch::Sender::new(0),
            stopping: CancellationToken::new(),
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
            cut_off: CancellationToken::new(),
            backups: Backups::default(),
        });
        if let Some(plan) = backup_plan {
            tokio::spawn(backups::follow(plan, parts.clone()));
        }
        tokio::spawn(kinds::follow(parts.clone()));
        let sessions_end = CancellationToken::new();
        let mut sessions = JoinSet::new();
        for (name, erp) in accounts.iter() {
            sessions.spawn(audit_sessions(
                parts.clone(),
                name.to_owned(),
                (erp.clone(), erp.session_events()),
                sessions_end.clone(),
            ));
        }
        let (end, ended) = oneshot::channel();
        let serving = tokio::spawn(serving::serve(
            listener,
            http::router(parts.clone()),
            limits,
            ended,
        ));
        Ok(Running {
            parts,
            address,
            accounts,
            end,
            serving,
            sessions_end,
            sessions,
        })
    }

    /// Stops in order: no new requests and no new work, the ERP session ended, the store closed. It takes a few seconds
    /// at most, whatever guests and clients do: what is in hand then is given back, and goes on with the next start.
    ///
    /// # Errors
    /// The store could not write what was still held back.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stop_within(LAST_REQUESTS).await
    }

    async fn stop_within(mut self, last_requests: Duration) -> Result<(), Failure> {
        self.parts.stopping.cancel();
        // The server may have ended by itself.
        let _ = self.end.send(());
        let flows = self.parts.flows.clone();
        tokio::join!(
            end_requests(&mut self.serving, &self.parts.cut_off, last_requests),
            flows.stop()
        );
        self.parts.extensions.stop();
        let sign_outs = self.accounts.iter().map(|(account, erp)| async move {
            match tokio::time::timeout(LAST_CALLS, erp.close()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(account, %error, "not signed out; the ERP ends the session by itself in time");
                }
                Err(_) => tracing::warn!(account, "not signed out in time; the ERP ends the session by itself"),
            }
        });
        futures::future::join_all(sign_outs).await;
        self.sessions_end.cancel();
        self.sessions.join_all().await;
        Ok(self.parts.host.store.close().await?)
    }
}

/// Lets requests under way come to their end, for so long.
async fn end_requests(serving: &mut JoinHandle<()>, cut_off: &CancellationToken, last_requests: Duration) {
    if tokio::time::timeout(last_requests, &mut *serving).await.is_ok() {
        return;
    }
    tracing::warn!("requests are cut off that take too long to end");
    // Each connection is a task of its own that outlives the server: its handler has to be told.
    cut_off.cancel();
    if tokio::time::timeout(LAST_WORDS, &mut *serving).await.is_err() {
        // Whoever is left neither reads nor writes, and reaches no handler any more.
        serving.abort();
    }
}

/// Everything that is wrong with the flows, as one failure.
pub fn unsound_flows(errors: &[FlowError]) -> Failure {
    let faults = errors
        .iter()
        .map(|error| format!("{error} (hint: {})", error.hint))
        .collect();
    Failure::new(
        Exit::Configuration,
        "[flow]",
        "reading the configuration",
        "a flow is unsound",
    )
    .with_faults(faults)
}

/// Tables of `[plugin.*]` and `[script.*]` that name what does not exist.
pub fn unsound_extensions(errors: &[LoadError]) -> Failure {
    Failure::new(
        Exit::Configuration,
        "[plugin] and [script]",
        "reading the configuration",
        "what they grant or limit is unsound",
    )
    .with_faults(errors.iter().map(ToString::to_string).collect())
}

/// Whether what is granted and told over HTTP is known.
///
/// # Errors
/// Everything that is not, with the nearest that is.
pub fn check(configuration: &Configuration, kinds: &Kinds) -> Result<(), Failure> {
    let grants = Grants::resolve(&Catalogue::shared(), &configuration.server.grants);
    let unknown = grants.err().unwrap_or_default();
    let mut faults: Vec<String> = unknown
        .iter()
        .map(|grant| format!("[server] grants: {grant}"))
        .collect();
    for (name, webhook) in &configuration.webhook {
        let unknown = webhook
            .kinds
            .iter()
            .filter(|kind| kinds.iter().all(|known| known.name != **kind));
        faults.extend(unknown.map(|kind| {
            let nearest = kinds
                .nearest(kind)
                .map(|nearest| format!("; did you mean {nearest}?"));
            let nearest = nearest.unwrap_or_default();
            format!("[webhook.{name}] kinds: no kind of records is called {kind}{nearest}")
        }));
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(
            Exit::Configuration,
            "[server] and [webhook]",
            "reading the configuration",
            "what they name is not there",
        )
        .with_faults(faults)),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "the HTTP API is open to the network and asks nobody for a password");
    }
    TcpListener::bind(address)
        .await
        .map_err(|error| not_listening(address, &error))
}

fn not_listening(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        address.to_string(),
        "starting to listen",
        error.to_string(),
    )
    .with_hint("end what listens there, or choose another address with --listen")
}

fn no_cache(folder: &Path, error: &std::io::Error) -> Failure {
    let folder = folder.display().to_string();
    Failure::new(
        Exit::Failed,
        folder,
        "opening the cache of compiled plugins",
        error.to_string(),
    )
    .with_hint("give the folder to this account, or name another one: [extensions] cache_folder")
}

fn no_engine(message: &str) -> Failure {
    Failure::new(Exit::Failed, "", "starting the plugin engine", message)
        .with_hint("check that the cache folder may be created and written to")
}

async fn audit_sessions(
    parts: Arc<Parts>,
    account: String,
    (erp, events): (ErpClient, broadcast::Receiver<SessionEvent>),
    ended: CancellationToken,
) {
    let host = &parts.host;
    let mut events = Some(events);
    let keep = || {
        let events = events.take().unwrap_or_else(|| erp.session_events());
        host.gateway.audit_sessions(&account, events, ended.cancelled())
    };
    supervised(&host.vitals, "the audit of sign-ins", keep).await;
}

#[cfg(test)]
mod tests;
