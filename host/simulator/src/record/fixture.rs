//! Fixtures as files: one request and its answer each, in the order of the recording.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use sunmao_catalogue::Dialect;

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Fixture {
    /// Full names of the operations that the request stands for; none where the catalogue knows nothing of it.
    pub(super) operations: Vec<String>,
    /// Their menu ids.
    pub(super) ids: Vec<u32>,
    pub(super) dialect: Option<Dialect>,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) request: Body,
    pub(super) response: Answer,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Body {
    Nothing,
    Json(Json),
    Text(String),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    /// The JSON had raw control characters inside its strings.
    #[serde(default)]
    pub(super) raw_control_characters: bool,
    pub(super) body: Body,
}

impl Fixture {
    /// Writes the fixture under its number: whole, or not at all.
    pub(super) async fn write(&self, folder: &Path, number: u64) -> Result<(), Error> {
        let name = self.operations.first().map_or("unknown", String::as_str);
        let file = folder.join(format!("{number:06}-{name}.json"));
        let unfinished = file.with_extension("part");
        let wrong = |source| Error::Folder {
            folder: folder.to_owned(),
            source,
        };
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| wrong(error.into()))?;
        text.push(b'\n');
        tokio::fs::write(&unfinished, text).await.map_err(wrong)?;
        tokio::fs::rename(&unfinished, &file).await.map_err(wrong)
    }

    fn read(file: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Fixture {
            file: file.to_owned(),
            reason,
        };
        let text = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))
    }
}

/// All fixtures of a folder, in the order of the recording.
pub(super) fn read_all(folder: &Path) -> Result<Vec<Fixture>, Error> {
    files(folder)?
        .iter()
        .map(|(_, file)| Fixture::read(file))
        .collect()
}

/// The number behind those of a folder's fixtures.
pub(super) fn next_number(folder: &Path) -> Result<u64, Error> {
    Ok(files(folder)?.last().map_or(1, |(number, _)| number + 1))
}

/// A folder's fixtures by number. What does not end in `.json` is none, so that notes may stand beside them.
fn files(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let wrong = |source| Error::Folder {
        folder: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let file = entry.map_err(wrong)?.path();
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let number = file
            .file_name()
            .and_then(|name| name.to_str()?.split('-').next()?.parse().ok())
            .ok_or_else(|| Error::Fixture {
                file: file.clone(),
                reason: "its name does not begin with its number in the recording".to_owned(),
            })?;
        files.push((number, file));
    }
    files.sort();
    Ok(files)
}
