//! `sunmao records`: records of a running host, filed from a file, shown, listed and printed.

mod document;
mod filing;
pub mod which;
mod writing;

use crate::api::records::{Deleted, Record, ShowQuery, ShownRecord};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::{Args, Subcommand};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::PathBuf;
use sunmao_store::DeliveryState;
use which::Which;

/// File records in a running host, or look at those that it has
#[derive(Debug, Args)]
pub struct Records {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// File the records of a file, one JSON object with an `id` on each line
    File {
        /// Their kind, such as contact
        kind: String,
        /// The file, or - for standard input
        file: PathBuf,
    },
    /// Show a record, its links and where its deliveries stand
    Show {
        /// Its kind, such as contact
        kind: String,
        /// Its id
        id: String,
        /// Kinds of records that belong to it, to be shown with it, divided by commas: contact,contract,ticket
        #[arg(long, value_name = "KINDS")]
        include: Option<String>,
        /// Ask the ERP where it was last seen there longer ago than this, such as 60s or 5m
        #[arg(long, value_name = "DURATION")]
        max_age: Option<String>,
    },
    /// Write a record into a file by the template of its kind: a page that prints on A4, or a workbook
    Document {
        /// Its kind, such as quotation
        kind: String,
        /// Its id
        id: String,
        /// The file, whose ending says what it is: .html or .xlsx
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// List records of a kind, with what became of them
    List {
        /// Their kind, such as contact
        kind: String,
        #[command(flatten)]
        which: Which,
        /// Those that were deleted
        #[arg(long)]
        deleted: bool,
        /// Show at most this many
        #[arg(short = 'n', long, default_value_t = 100)]
        lines: usize,
    },
}

impl Records {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        let style = context.style();
        match self.action {
            Action::File { kind, file } => filing::file(&remote, &kind, &file, style).await,
            Action::Show {
                kind,
                id,
                include,
                max_age,
            } => {
                let path = format!("{}/{}", path(&kind), segment(&id));
                show(&remote.get(&path, &ShowQuery { include, max_age }).await?, style);
                Ok(())
            }
            Action::Document { kind, id, output } => {
                document::document(&remote, &kind, &id, &output, style).await
            }
            Action::List {
                kind,
                which,
                deleted,
                lines,
            } => {
                let mut pages = which.pages(&remote, &kind, deleted.then_some(Deleted::True), lines);
                let mut records = Vec::new();
                while let Some(page) = pages.next().await? {
                    records.extend(page);
                }
                list(&records, style);
                if pages.is_cut() && style == Style::Text {
                    output::line(format!("… the first {lines}; -n shows more"));
                }
                Ok(())
            }
        }
    }
}

/// Where records of a kind are listed.
pub(super) fn path(kind: &str) -> String {
    format!("/v1/records/{}", segment(kind))
}

pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn show(shown: &ShownRecord, style: Style) {
    if style == Style::Json {
        return output::json(shown);
    }
    let ShownRecord {
        record,
        seen_at,
        stale,
        included,
    } = shown;
    let state = match record.deleted {
        true => "deleted",
        false => "revision",
    };
    output::line(format!(
        "{}/{}  {state} {}, change {}, {} by {}",
        record.kind,
        record.id,
        record.revision,
        record.change,
        output::time(record.updated_at),
        record.origin
    ));
    if let Some(body) = &record.body {
        output::json(body);
    }
    if let Some(seen_at) = seen_at {
        output::line(format!("seen in the ERP {}", output::time(*seen_at)));
    }
    if let Some(stale) = stale {
        output::line(format!("older than asked for: {}: {}", stale.kind, stale.message));
        output::line(format!("hint: {}", stale.hint));
    }
    for link in &record.links {
        output::line(format!("{} {} (key {})", link.link, link.number, link.erp_key));
    }
    for line in standings(record) {
        output::line(line);
    }
    for (kind, related) in included.iter().flatten() {
        for one in related {
            output::line(format!(
                "{kind}/{}  revision {}, {}",
                one.id,
                one.revision,
                output::time(one.updated_at)
            ));
            output::json(&one.body);
        }
    }
}

fn list(records: &[Record], style: Style) {
    if style == Style::Json {
        return output::json(&records);
    }
    if records.is_empty() {
        return output::line("There are none.");
    }
    output::line(output::table(
        ["id", "revision", "changed", "links", "deliveries"],
        records.iter().map(|record| {
            let links = record.links.iter();
            let links: Vec<String> = links
                .map(|link| format!("{} {}", link.link, link.number))
                .collect();
            vec![
                record.id.clone(),
                record.revision.to_string(),
                output::time(record.updated_at),
                links.join("\n"),
                standings(record).join("\n"),
            ]
        }),
    ));
}

/// A line for whoever heard of the record.
fn standings(record: &Record) -> Vec<String> {
    let lines = record.deliveries.iter().map(|standing| {
        let target = &standing.target;
        let letter = standing.letter.as_ref();
        match standing.state {
            DeliveryState::Dead => {
                let words = letter.map_or("", |letter| letter.message.as_str());
                format!("{target}: dead: {words}")
            }
            DeliveryState::Done => {
                format!("{target}: {}", standing.outcome.as_deref().unwrap_or("done"))
            }
            DeliveryState::Leased => format!("{target}: in hand"),
            DeliveryState::Pending | DeliveryState::Superseded => {
                let held_up = standing.held_up.as_ref().map(|held_up| held_up.message.as_str());
                let why = held_up.or(standing.reason.as_deref()).unwrap_or("its turn");
                format!("{target}: waits: {why}")
            }
        }
    });
    lines.collect()
}
