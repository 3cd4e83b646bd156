//! Five small integrations as independent people write them for live installations, each with its own idea of the wire.
//! They parse what they expect, from the simulator over HTTP, and share nothing with Sunmao's own client.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's own steps fail by panicking, inside its functions and beside them"
)]

mod field_guide;
mod literals;
mod query_hub;
mod shop_bridge;
mod sync_client;

use sunmao_simulator::{Options, Simulator, Variant};

/// An ERP of some records a list.
async fn erp(variant: Variant, size: usize) -> Simulator {
    let options = Options {
        variant,
        size,
        ..Options::default()
    };
    Simulator::start(options, ([127, 0, 0, 1], 0).into())
        .await
        .unwrap()
}
