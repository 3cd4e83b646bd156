//! `sunmao records document`: a record as a page that prints or as a workbook.

use super::{path, segment};
use crate::api::printed::{DocumentFormat, DocumentQuery};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    bytes: usize,
}

/// Writes the document of a record into a file, whose ending says what it is.
pub async fn document(
    remote: &Remote,
    kind: &str,
    id: &str,
    file: &Path,
    style: Style,
) -> Result<(), Failure> {
    let query = DocumentQuery {
        format: format(file)?,
    };
    let address = format!("{}/{}/document", path(kind), segment(id));
    let bytes = remote.bytes(&address, &query).await?;
    std::fs::write(file, &bytes).map_err(|error| {
        Failure::new(
            Exit::Failed,
            file.display().to_string(),
            "writing the document",
            error.to_string(),
        )
        .with_hint("see that this account may write there, and that it has room")
    })?;
    match style {
        Style::Json => output::json(&Told {
            file,
            bytes: bytes.len(),
        }),
        Style::Text => output::line(format!("{kind}/{id} is in {}", file.display())),
    }
    Ok(())
}

fn format(file: &Path) -> Result<DocumentFormat, Failure> {
    let ending = file
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "html" | "htm" => Ok(DocumentFormat::Html),
        "xlsx" => Ok(DocumentFormat::Xlsx),
        _ => Err(Failure::new(
            Exit::Usage,
            file.display().to_string(),
            "",
            "its ending says no format",
        )
        .with_hint("name it .html or .xlsx")),
    }
}
