//! The simulator as a server: HTTP in front of the ERP and of the admin path.

use crate::admin;
use crate::call::erp_call;
use crate::erp::Erp;
use crate::error::Error;
use crate::ledger::LedgerEntry;
use crate::options::Options;
use crate::serving::Serving;
use axum::Router;
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;
use sunmao_catalogue::Catalogue;

/// A running simulator. It ends when it is stopped or dropped.
pub struct Simulator {
    erp: Arc<Erp>,
    serving: Serving,
}

impl Simulator {
    /// Starts listening; port 0 takes any free port.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(options: Options, address: SocketAddr) -> Result<Simulator, Error> {
        let erp = Arc::new(Erp::new(Catalogue::shared(), options));
        let router = Router::new()
            .nest("/_simulator", admin::router())
            .route("/openapi.json", get(admin::openapi))
            .fallback(erp_call)
            .with_state(erp.clone());
        let serving = Serving::start(router, address).await?;
        Ok(Simulator { erp, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// What a client takes as the ERP's base URL.
    pub fn base_url(&self) -> String {
        self.serving.base_url()
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
        self.serving.stop().await;
    }
}
