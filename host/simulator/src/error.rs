//! Why a simulator, a recorder or a replayer does not start.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a simulator, a recorder or a replayer does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("simulator: cannot listen on {address}: {source}; choose another port, or 0 for any free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The ERP to record cannot be called under this address.
    #[error(
        "recorder: `{upstream}` is no address of an ERP: {reason}; write one such as https://erp.example.com"
    )]
    Upstream {
        /// What was given.
        upstream: String,
        /// Why not.
        reason: String,
    },
    /// The folder of fixtures cannot be used.
    #[error("fixtures: folder {}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file in the folder is no fixture.
    #[error("fixtures: {} is no fixture: {reason}; remove it or record it again", file.display())]
    Fixture {
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
}
