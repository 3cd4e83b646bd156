//! The files of the folder of the operator's kinds.

use crate::text::{self, TextFault};
use std::io::ErrorKind;
use std::path::Path;
use sunmao_catalogue::CatalogueError;

/// Largest file of a kind, in bytes. People write them.
const LARGEST: u64 = 1024 * 1024;

/// The texts of the folder's files by name, in alphabetical order.
///
/// # Errors
/// Every file that cannot be read.
pub(super) fn read(folder: &Path) -> Result<Vec<(String, String)>, Vec<CatalogueError>> {
    let unreadable = |file: &str, message: String| CatalogueError {
        file: file.to_owned(),
        message,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(vec![unreadable(&folder.display().to_string(), error.to_string())]),
    };
    let (mut texts, mut faults) = (Vec::new(), Vec::new());
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What editors and people leave beside them is no kind.
        if !name.ends_with(".toml") || name.starts_with('.') || entry.path().is_dir() {
            continue;
        }
        match read_file(&entry.path()) {
            Ok(text) => texts.push((name, text)),
            Err(message) => faults.push(unreadable(&name, message)),
        }
    }
    texts.sort();
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

fn read_file(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > LARGEST {
        return Err(format!("{length} bytes are more than a kind has ({LARGEST})"));
    }
    let content = std::fs::read(path).map_err(|error| error.to_string())?;
    let (text, _) = text::decode(&content).map_err(|fault| format!("{fault}; {}", TextFault::HINT))?;
    Ok(text.into_owned())
}
