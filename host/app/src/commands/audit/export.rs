//! `sunmao audit export`: calls as a table, for whoever has to account for them.

use crate::api::audit::{AuditPage, AuditQuery, AuditRow};
use crate::commands::export::format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::bar::spinner;
use crate::output::{self, Style};
use crate::remote::Remote;
use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Kinds, Record, RecordKind, Value};
use sunmao_sheets::Export as Sheet;

/// Rows the host is asked for at once.
const PAGE: u32 = 1_000;

/// What a row says, and how its columns are headed.
const ROW: (&str, &str) = ("audit-row", include_str!("row.toml"));

/// Personal data and secrets are in no row, and so in no file.
#[derive(Debug, Args)]
pub struct Export {
    /// The file: its extension (.csv, .xlsx, .ndjson) says what it is [default: NDJSON on standard output]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Only calls of this actor, such as "flow customer-push"
    #[arg(long)]
    actor: Option<String>,
    /// Only calls of this operation
    #[arg(long)]
    operation: Option<String>,
    /// Only calls that ended, or stand, this way
    #[arg(long)]
    outcome: Option<String>,
    /// Only calls about this record, such as contact/42
    #[arg(long)]
    subject: Option<String>,
    /// Not before, such as 2026-11-01T00:00:00+08:00
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Before
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

/// What was written.
#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    rows: u64,
}

impl Export {
    pub async fn run(self, context: &Context, remote: &Remote) -> Result<(), Failure> {
        let Some(path) = &self.to else {
            let print = |row: &AuditRow| {
                output::json_line(row);
                Ok(())
            };
            return self.pages(remote, print).await;
        };
        let mut sheet = Sheet::create(path, format(path)?, kind()?)?;
        let sign = spinner();
        let mut rows = 0;
        let each = |row: &AuditRow| {
            sheet.push(&row.sequence.to_string(), &body(row)?)?;
            rows += 1;
            sign.tick();
            Ok(())
        };
        self.pages(remote, each).await?;
        sheet.finish()?;
        sign.finish_and_clear();
        match context.style() {
            Style::Json => output::json(&Told { file: path, rows }),
            Style::Text => output::line(format!("{rows} rows are in {}", path.display())),
        }
        Ok(())
    }

    async fn pages(
        &self,
        remote: &Remote,
        mut each: impl FnMut(&AuditRow) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut after = 0;
        loop {
            let query = AuditQuery {
                after: Some(after),
                limit: Some(PAGE),
                actor: self.actor.clone(),
                operation: self.operation.clone(),
                outcome: self.outcome.clone(),
                subject: self.subject.clone(),
                since: self.since,
                until: self.until,
            };
            let page: AuditPage = remote.get("/v1/audit", &query).await?;
            page.items.iter().try_for_each(&mut each)?;
            let Some(last) = page.items.last() else {
                return Ok(());
            };
            after = last.sequence;
        }
    }
}

/// A row as a record of a kind of its own, so that it is written as all others are.
fn kind() -> Result<Arc<RecordKind>, Failure> {
    let file = (format!("{}.toml", ROW.0), ROW.1.to_owned());
    let kinds = Kinds::with_files(&Catalogue::shared(), &[file]);
    let kinds = kinds.map_err(|faults| unread(format!("{faults:?}")))?;
    kinds
        .find(ROW.0)
        .cloned()
        .ok_or_else(|| unread("it is not there".to_owned()))
}

fn body(row: &AuditRow) -> Result<Record, Failure> {
    let row = serde_json::to_value(row).map_err(|error| unread(error.to_string()))?;
    match Value::deserialize(row) {
        Ok(Value::Record(mut body)) => {
            // In one cell, as it is kept.
            let arguments = serde_json::to_string(&body.get("arguments")).ok();
            let arguments = arguments.filter(|arguments| arguments != "null");
            body.insert("arguments".to_owned(), arguments.map_or(Value::Null, Value::from));
            Ok(*body)
        }
        Ok(_) => Ok(Record::default()),
        Err(error) => Err(unread(error.to_string())),
    }
}

fn unread(words: String) -> Failure {
    Failure::new(Exit::NoHost, "a row of the audit log", "reading it", words)
}
