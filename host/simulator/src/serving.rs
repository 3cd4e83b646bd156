//! Listening, serving and ending: what the simulator, the recorder and the replayer have in common.

use crate::connection::{Cut, CuttingListener};
use crate::error::Error;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Largest body that is read, in bytes.
pub(crate) const LARGEST_BODY: usize = 32 << 20;

/// A running server. It ends when it is stopped or dropped.
pub(crate) struct Serving {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Serving {
    pub(crate) async fn start(router: Router, address: SocketAddr) -> Result<Serving, Error> {
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let service = router
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .into_make_service_with_connect_info::<Cut>();
        let (end, ended) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let served = axum::serve(CuttingListener(listener), service).with_graceful_shutdown(async {
                // A dropped sender ends the server as well.
                let _ = ended.await;
            });
            if let Err(error) = served.await {
                tracing::error!(%error, "the simulator stopped serving");
            }
        });
        Ok(Serving {
            address,
            end,
            serving,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and waits until the calls under way are answered.
    pub(crate) async fn stop(self) {
        let _ = self.end.send(());
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the simulator ended badly");
        }
    }
}
