//! What `sunmao plugin` and `sunmao script` have in common.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use serde_json::Value;
use std::path::Path;
use sunmao_runtime::LoadError;

/// Prints a host's extensions of one kind.
///
/// # Errors
/// No host answers.
pub async fn list(remote: &Remote, kind: &str, style: Style) -> Result<(), Failure> {
    let answer = remote.get("/v1/extensions", &[]).await?;
    let all = answer["items"].as_array().cloned().unwrap_or_default();
    let items: Vec<Value> = all.into_iter().filter(|item| item["kind"] == kind).collect();
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

fn row(item: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| {
        let names = value.as_array().map(Vec::as_slice).unwrap_or_default();
        names
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let error = &item["error"];
    let why = match (&error["phase"], &error["message"]) {
        (Value::String(phase), Value::String(message)) => {
            format!("{phase}: {message}\n{}", text(&error["hint"]))
        }
        _ => String::new(),
    };
    vec![
        text(&item["name"]),
        text(&item["state"]),
        text(&item["version"]),
        output::time(&text(&item["since"])),
        list(&item["surface"]["roles"]),
        list(&item["surface"]["operations"]),
        why.trim_end().to_owned(),
    ]
}
