//! `sunmao schedule`: when flows are due, and how punctual they are.

use crate::api::flows::{Schedule as Standing, SchedulePage, rhythm};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::{Args, Subcommand};
use jiff::Timestamp;

/// Look when the flows of a running host are due
#[derive(Debug, Args)]
pub struct Schedule {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    host: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List schedules: last and next fire, how late the last was, how many times were missed
    List,
}

impl Schedule {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.host.connect(context)?;
        let Action::List = self.action;
        let page: SchedulePage = remote.get("/v1/schedules", &()).await?;
        show(&page, context.style());
        Ok(())
    }
}

fn show(page: &SchedulePage, style: Style) {
    if style == Style::Json {
        return output::json(page);
    }
    if page.items.is_empty() {
        return output::line("No flow has a schedule.");
    }
    let header = ["flow", "for", "schedule", "last", "late", "missed", "next"];
    output::line(output::table(header, page.items.iter().map(row)));
}

fn row(schedule: &Standing) -> Vec<String> {
    let next = match schedule.paused {
        true => "paused".to_owned(),
        false => time(schedule.next_fire_at),
    };
    let late = schedule.drift_milliseconds.map(|late| format!("{late} ms"));
    vec![
        schedule.flow.clone(),
        rhythm(schedule.rhythm).to_owned(),
        schedule.rule.clone(),
        time(schedule.last_fire_at),
        late.unwrap_or_default(),
        schedule.missed.to_string(),
        next,
    ]
}

/// A time for people; nothing where there is none.
pub fn time(time: Option<Timestamp>) -> String {
    time.map(output::time).unwrap_or_default()
}
