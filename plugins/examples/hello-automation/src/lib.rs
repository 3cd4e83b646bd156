//! The smallest useful automation: on every event it counts itself, asks the ERP how many customers it has, and says so.
//!
//! `sunmao plugin inspect hello-automation.wasm` shows all it can do: `customers.list`, the log and its own state. The
//! operator subscribes it to events and grants `customers.list` in `sunmao.toml`.

use sunmao_plugin::automation::{Automation, Event, Failure};
use sunmao_plugin::erp::customers;
use sunmao_plugin::host::state;
use sunmao_plugin::info;

struct Hello;

impl Automation for Hello {
    fn handle(event: Event) -> Result<(), Failure> {
        let seen = state::count("events-seen")?;
        let answer = customers::list(&customers::ListRequest {
            page_size: Some(1),
            ..Default::default()
        })?;
        info!(
            seen = seen,
            key = event.key,
            "{}: the ERP has {} customers",
            event.name,
            answer.page.total
        );
        Ok(())
    }
}

sunmao_plugin::export_automation!(Hello);
