//! A day of the integration in a few lines: host and simulated ERP go by one clock, which is moved ahead from one event to
//! the next. What is told was asked of the host or of the ERP a moment before.

mod hub;
mod office;
mod sales;
mod service;
mod stage;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::shutdown::Shutdown;
use console::{Alignment, pad_str, style};
use hub::Hub;
use office::Office;
use serde_json::json;
use stage::Stage;
use std::path::Path;
use std::time::Instant;

/// The contact that the day is about, and its company.
const CONTACT: &str = "day-1";
const COMPANY: &str = "长庚示例家具有限公司";

/// Which way something goes, or where it happens.
#[derive(Clone, Copy)]
enum Way {
    Hub,
    Erp,
    IntoErp,
    IntoHub,
}

/// The day, as far as it has come.
struct Day {
    office: Office,
    hub: Hub,
    style: Style,
}

/// Plays the day; ends early where it is asked to.
///
/// # Errors
/// The host does not start, or something that belongs to the day does not happen.
pub async fn play(context: &Context, plugins_folder: &Path, shutdown: &Shutdown) -> Result<(), Failure> {
    let begun = Instant::now();
    let office = Office::open().await?;
    let stage = Stage::set(&office, plugins_folder).await?;
    let day = Day {
        hub: Hub::at(&stage.address())?,
        office,
        style: context.style(),
    };
    let played = tokio::select! {
        played = day.passes(&stage) => played,
        () = shutdown.requested() => Ok(()),
        () = output::unread() => Ok(()),
    };
    let stopped = stage.strike().await;
    if played.is_ok() && day.style == Style::Text {
        let seconds = begun.elapsed().as_secs_f64();
        output::coloured_line(format!("\n  A day in {seconds:.0} seconds.\n"));
    }
    day.office.close().await;
    played.and(stopped)
}

impl Day {
    async fn passes(&self, stage: &Stage) -> Result<(), Failure> {
        if self.style == Style::Text {
            let title = style("Sunmao 榫卯").bold();
            output::coloured_line(format!(
                "\n  {title}  a day between a Customer Hub and its ERP, both simulated\n"
            ));
        }
        self.the_books_come_over().await?;
        self.a_lead_becomes_a_customer().await?;
        self.a_colleague_corrects_the_customer(stage).await?;
        self.a_quotation_becomes_a_contract(stage).await?;
        self.money_arrives().await?;
        self.a_machine_breaks_and_is_repaired().await?;
        self.is_over().await
    }

    /// Says what just happened, at the time of the clock on the wall.
    fn tell(&self, way: Way, words: &str) {
        let now = self.office.now();
        let name = match way {
            Way::Hub => "hub",
            Way::Erp => "ERP",
            Way::IntoErp => "hub → ERP",
            Way::IntoHub => "hub ← ERP",
        };
        if self.style == Style::Json {
            let at = now.strftime("%Y-%m-%dT%H:%M").to_string();
            return output::json_line(&json!({ "event": "day", "at": at, "way": name, "words": words }));
        }
        let time = now.strftime("%H:%M").to_string();
        let name = pad_str(name, 9, Alignment::Left, None).into_owned();
        let name = match way {
            Way::IntoErp | Way::IntoHub => style(name).green(),
            Way::Hub | Way::Erp => style(name).cyan(),
        };
        output::coloured_line(format!("  {}  {name}  {words}", style(time).bold()));
    }
}
