//! `sunmao audit tail`: who did what in the ERP.

use super::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Target;
use crate::shutdown;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::time::Duration;

/// How often new rows are asked for.
const INTERVAL: Duration = Duration::from_millis(500);

/// Look at a running host's audit log
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the last calls
    Tail(Tail),
}

#[derive(Debug, Args)]
struct Tail {
    /// Go on with new calls as they happen, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Show this many
    #[arg(short = 'n', long, default_value_t = 20)]
    lines: u32,
    /// Only calls of this actor, such as "flow customer-push"
    #[arg(long)]
    actor: Option<String>,
    /// Only calls of this operation
    #[arg(long)]
    operation: Option<String>,
    /// Only calls that ended this way: read, applied, refused, failed, unknown
    #[arg(long)]
    outcome: Option<String>,
}

impl Audit {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        let Action::Tail(tail) = self.action;
        let filter = tail.filter();
        let mut query = filter.clone();
        query.push(("limit", tail.lines.to_string()));
        let mut page = remote.get("/v1/audit", &query).await?;
        print(&page, context.style());
        if !tail.follow {
            return Ok(());
        }
        let ended = shutdown::requested();
        tokio::pin!(ended);
        loop {
            tokio::select! {
                ended = &mut ended => return ended,
                () = tokio::time::sleep(INTERVAL) => {}
            }
            let mut query = filter.clone();
            // With no row so far, everything that comes is new.
            query.push(("after", page["next"].as_i64().unwrap_or_default().to_string()));
            page = remote.get("/v1/audit", &query).await?;
            print(&page, context.style());
        }
    }
}

impl Tail {
    fn filter(&self) -> Vec<(&'static str, String)> {
        let members = [
            ("actor", &self.actor),
            ("operation", &self.operation),
            ("outcome", &self.outcome),
        ];
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?)))
            .collect()
    }
}

fn print(page: &Value, style: Style) {
    for row in page["items"].as_array().map(Vec::as_slice).unwrap_or_default() {
        match style {
            Style::Json => output::json_line(row),
            Style::Text => output::line(line(row)),
        }
    }
}

fn line(row: &Value) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let milliseconds = row["duration_micros"].as_i64().unwrap_or_default() / 1000;
    let mut line = format!(
        "{}  {:8}  {}  {}  {milliseconds} ms",
        output::time(text("at")),
        text("outcome"),
        text("operation"),
        text("actor"),
    );
    for (label, name) in [("of", "subject"), ("because", "message")] {
        if !text(name).is_empty() {
            line.push_str(&format!("  {label} {}", text(name)));
        }
    }
    line
}
