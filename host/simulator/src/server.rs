//! The simulator as a server: HTTP in front of the ERP and of the admin path.

use crate::admin;
use crate::call::erp_call;
use crate::connection::{Cut, CuttingListener};
use crate::erp::Erp;
use crate::error::Error;
use crate::ledger::LedgerEntry;
use crate::options::Options;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use std::net::SocketAddr;
use std::sync::Arc;
use sunmao_catalogue::Catalogue;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Largest body that is read, in bytes.
const LARGEST_BODY: usize = 32 << 20;

/// A running simulator. It ends when it is stopped or dropped.
pub struct Simulator {
    erp: Arc<Erp>,
    address: SocketAddr,
    end: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Simulator {
    /// Starts listening; port 0 takes any free port.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(options: Options, address: SocketAddr) -> Result<Simulator, Error> {
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let erp = Arc::new(Erp::new(Catalogue::shared(), options));
        let router = Router::new()
            .nest("/_simulator", admin::router())
            .fallback(erp_call)
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .with_state(erp.clone())
            .into_make_service_with_connect_info::<Cut>();
        let (end, ended) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let served = axum::serve(CuttingListener(listener), router).with_graceful_shutdown(async {
                // A dropped sender ends the server as well.
                let _ = ended.await;
            });
            if let Err(error) = served.await {
                tracing::error!(%error, "the simulator stopped serving");
            }
        });
        Ok(Simulator {
            erp,
            address,
            end,
            serving,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client takes as the ERP's base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The newest ledger entries, oldest first.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.erp.state().ledger.after(0).cloned().collect()
    }

    /// Ends all sessions, as an ERP that restarts does; how many there were.
    pub fn drop_sessions(&self) -> usize {
        self.erp.state().sessions.drop_all()
    }

    /// Stops listening and waits until the calls under way are answered.
    pub async fn stop(self) {
        let _ = self.end.send(());
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the simulator ended badly");
        }
    }
}
