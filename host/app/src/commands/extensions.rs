//! What `sunmao plugin` and `sunmao script` have in common.

use crate::api::extensions::{Extension, Extensions};
use crate::api::word;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use std::path::Path;
use sunmao_runtime::{ExtensionKind, LoadError};

/// Prints a host's extensions of one kind.
///
/// # Errors
/// No host answers.
pub async fn list(remote: &Remote, kind: ExtensionKind, style: Style) -> Result<(), Failure> {
    let answer: Extensions = remote.get("/v1/extensions", &()).await?;
    let all = answer.items.into_iter();
    let items: Vec<Extension> = all.filter(|item| item.kind == kind).collect();
    if style == Style::Json {
        output::json(&items);
        return Ok(());
    }
    let rows = items.iter().map(row);
    output::line(output::table(
        [
            "name",
            "state",
            "version",
            "since",
            "roles",
            "operations",
            "error",
        ],
        rows,
    ));
    Ok(())
}

/// A file's stem: the name of the extension it holds.
pub fn name(file: &Path) -> String {
    file.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// A file's content.
///
/// # Errors
/// It cannot be read.
pub fn content(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        Failure::new(
            Exit::Failed,
            file.display().to_string(),
            "reading",
            error.to_string(),
        )
    })
}

/// A file that would not be put into service.
pub fn broken(file: &Path, error: LoadError) -> Failure {
    Failure::new(
        Exit::Failed,
        file.display().to_string(),
        error.phase,
        error.message,
    )
    .with_hint(error.hint)
}

fn row(item: &Extension) -> Vec<String> {
    let error = item.error.as_ref();
    let why = error.map(|error| format!("{}: {}\n{}", error.phase, error.message, error.hint));
    vec![
        item.name.clone(),
        word(&item.state),
        item.version.clone().unwrap_or_default(),
        item.since.map(output::time).unwrap_or_default(),
        item.surface.roles.join(", "),
        item.surface.operations.join(", "),
        why.unwrap_or_default().trim_end().to_owned(),
    ]
}
