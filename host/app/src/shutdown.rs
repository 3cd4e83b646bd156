//! Waiting for someone to end the process.

use crate::exit::Exit;
use crate::failure::Failure;

/// Returns when Ctrl-C was pressed or, on Unix, SIGTERM came in.
///
/// # Errors
/// The system does not let us listen to signals.
pub async fn requested() -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::new(Exit::Failed, "", "waiting for signals", error.to_string());
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(failed),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
}
