//! `sunmao export`: records of a running host into a file that people open.

use super::records::which::{Pages, Which};
use crate::api::records::Record;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::bar::spinner;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use sunmao_catalogue::Value;
use sunmao_sheets::{Export as Sheet, Format};

/// Write records of a running host into a file: CSV, XLSX or NDJSON
///
/// Columns are headed by the members' Chinese labels. CSV is UTF-8 with a byte order mark, and text that a spreadsheet would
/// take for a formula has a ' in front. In XLSX ids, phones and numbers of more than 15 digits are text. Lists of lines are
/// JSON in their cell. `sunmao import` reads all of it back and changes nothing.
#[derive(Debug, Args)]
pub struct Export {
    /// The records' kind, such as contact or erp.customers
    #[arg(long)]
    kind: String,
    /// The file: its extension (.csv, .xlsx, .ndjson) says what it is [default: NDJSON on standard output]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    /// Write at most this many
    #[arg(short = 'n', long)]
    lines: Option<usize>,
    #[command(flatten)]
    target: Target,
}

/// What was written.
#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    records: u64,
}

impl Export {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let format = self.to.as_deref().map(format).transpose()?;
        let remote = self.target.connect(context)?;
        let kind = remote.kind(&self.kind).await?;
        let most = self.lines.unwrap_or(usize::MAX);
        let mut pages = self.which.pages(&remote, &kind.name, None, most);
        let (Some(path), Some(format)) = (&self.to, format) else {
            return print(&mut pages).await;
        };
        let mut sheet = Sheet::create(path, format, kind.clone())?;
        let sign = spinner();
        let mut records = 0;
        while let Some(page) = pages.next().await? {
            for record in page {
                let id = record.id.clone();
                sheet.push(&id, &body(record)?)?;
                records += 1;
            }
            sign.set_message(format!("{records} records"));
            sign.tick();
        }
        sheet.finish()?;
        sign.finish_and_clear();
        match context.style() {
            Style::Json => output::json(&Told { file: path, records }),
            Style::Text => output::line(format!("{records} records are in {}", path.display())),
        }
        Ok(())
    }
}

async fn print(pages: &mut Pages<'_>) -> Result<(), Failure> {
    while let Some(page) = pages.next().await? {
        for record in page {
            let mut whole = serde_json::Map::new();
            whole.insert("id".to_owned(), record.id.into());
            whole.extend(record.body.unwrap_or_default());
            output::json_line(&whole);
        }
        if !output::is_read() {
            return Ok(());
        }
    }
    Ok(())
}

/// The format that a file's name says.
pub(super) fn format(path: &Path) -> Result<Format, Failure> {
    Format::of(path).ok_or_else(|| {
        let message = "its extension says no format";
        Failure::new(Exit::Usage, path.display().to_string(), "", message)
            .with_hint("name it .csv, .xlsx or .ndjson")
    })
}

/// The members of a record that was not deleted: of others the list has none.
fn body(record: Record) -> Result<sunmao_catalogue::Record, Failure> {
    let name = format!("{}/{}", record.kind, record.id);
    let body = serde_json::Value::Object(record.body.unwrap_or_default());
    match Value::deserialize(body) {
        Ok(Value::Record(body)) => Ok(*body),
        Ok(_) => Ok(sunmao_catalogue::Record::default()),
        Err(error) => Err(Failure::new(
            Exit::NoHost,
            name,
            "reading its members",
            error.to_string(),
        )),
    }
}
