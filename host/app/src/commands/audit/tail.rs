//! `sunmao audit tail`: the last calls, and those to come.

use crate::api::audit::{AuditPage, AuditQuery, AuditRow};
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use crate::shutdown::Shutdown;
use clap::Args;
use std::time::Duration;

/// How often new rows are asked for.
const INTERVAL: Duration = Duration::from_millis(500);
/// Most rows the host gives at once.
const MOST: u32 = 1_000;

#[derive(Debug, Args)]
pub struct Tail {
    /// Go on with new calls as they happen, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Show this many, at most 1000; with --follow also none
    #[arg(short = 'n', long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST)))]
    lines: u32,
    /// Only calls of this actor, such as "flow customer-push"
    #[arg(long)]
    actor: Option<String>,
    /// Only calls of this operation
    #[arg(long)]
    operation: Option<String>,
    /// Only calls that stand this way: read, applied, refused, failed, unknown, open, denied, lost
    #[arg(long)]
    outcome: Option<String>,
}

/// A write that a follower saw under way.
struct UnderWay {
    sequence: i64,
    is_shown: bool,
}

impl Tail {
    /// Shows the last calls, and with `--follow` those to come.
    pub async fn run(self, remote: &Remote, style: Style) -> Result<(), Failure> {
        if !self.follow {
            return self.last(remote, style).await.map(drop);
        }
        let shutdown = Shutdown::listen()?;
        tokio::select! {
            failed = self.follow(remote, style) => failed,
            () = shutdown.requested() => Ok(()),
            () = output::unread() => Ok(()),
        }
    }

    /// Shows the last rows; where the next ones follow.
    async fn last(&self, remote: &Remote, style: Style) -> Result<i64, Failure> {
        let query = AuditQuery {
            // The last row says where the log stands, also for someone who does not want to see it.
            limit: Some(self.lines.max(1)),
            outcome: self.outcome.clone(),
            ..self.query()
        };
        let page: AuditPage = remote.get("/v1/audit", &query).await?;
        if self.lines > 0 {
            page.items.iter().for_each(|row| print(row, style));
        }
        // With no row so far, everything that comes is new.
        Ok(page.next.unwrap_or_default())
    }

    /// Shows the last rows and then new ones, however many come between two looks. A write is shown when its end is known;
    /// one that takes long is shown as open before.
    async fn follow(&self, remote: &Remote, style: Style) -> Result<(), Failure> {
        let mut after = self.last(remote, style).await?;
        let mut under_way = Vec::new();
        loop {
            let query = AuditQuery {
                limit: Some(MOST),
                after: Some(after),
                ..self.query()
            };
            let page: AuditPage = remote.get("/v1/audit", &query).await?;
            under_way = self.look_again(remote, style, under_way).await?;
            let rows = page.items.len();
            for row in &page.items {
                match row.is_under_way() {
                    true => under_way.push(UnderWay {
                        sequence: row.sequence,
                        is_shown: false,
                    }),
                    false => self.show(row, style),
                }
            }
            after = page.next.unwrap_or(after);
            if rows < MOST as usize {
                tokio::time::sleep(INTERVAL).await;
            }
        }
    }

    /// Shows what became of writes that were under way; those that still are.
    async fn look_again(
        &self,
        remote: &Remote,
        style: Style,
        under_way: Vec<UnderWay>,
    ) -> Result<Vec<UnderWay>, Failure> {
        let mut still = Vec::new();
        for write in under_way {
            let query = AuditQuery {
                limit: Some(1),
                after: Some(write.sequence - 1),
                ..AuditQuery::default()
            };
            let page: AuditPage = remote.get("/v1/audit", &query).await?;
            let mut rows = page.items.iter();
            let Some(row) = rows.next().filter(|row| row.sequence == write.sequence) else {
                continue;
            };
            let is_under_way = row.is_under_way();
            if !is_under_way || !write.is_shown {
                self.show(row, style);
            }
            if is_under_way {
                still.push(UnderWay {
                    is_shown: true,
                    ..write
                });
            }
        }
        Ok(still)
    }

    fn show(&self, row: &AuditRow, style: Style) {
        let wanted = self.outcome.as_ref();
        if wanted.is_none_or(|outcome| row.outcome == *outcome) {
            print(row, style);
        }
    }

    /// What the host chooses by. The outcome is not among it for a follower: it may change.
    fn query(&self) -> AuditQuery {
        AuditQuery {
            actor: self.actor.clone(),
            operation: self.operation.clone(),
            ..AuditQuery::default()
        }
    }
}

fn print(row: &AuditRow, style: Style) {
    match style {
        Style::Json => output::json_line(row),
        Style::Text => output::line(line(row)),
    }
}

fn line(row: &AuditRow) -> String {
    let mut line = format!(
        "{}  {:8}  {}  {}  {} ms",
        output::time(row.at),
        row.outcome,
        row.operation,
        row.actor,
        row.duration_micros / 1000,
    );
    for (label, text) in [("of", &row.subject), ("because", &row.message)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            line.push_str(&format!("  {label} {text}"));
        }
    }
    line
}
