//! The integrations that are shipped, as they are compiled in: tables, scripts and what is said of them.

use super::PHASE;
use crate::exit::Exit;
use crate::failure::Failure;
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use std::path::Path;
use sunmao_catalogue::nearest;

static INTEGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../integrations");
/// Scripts that several integrations share.
static SCRIPTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../scripts");

/// What an integration's `integration.toml` says.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Integration {
    #[serde(skip_deserializing)]
    pub name: String,
    pub title: String,
    pub title_zh: String,
    pub summary: String,
    pub summary_zh: String,
    /// Other integrations that it does not work without.
    pub needs: Vec<String>,
    /// What it calls in the ERP.
    pub operations: Vec<String>,
    pub rights: String,
    pub rights_zh: String,
    pub limits: String,
    pub limits_zh: String,
    #[serde(default)]
    pub plugins: Vec<String>,
    #[serde(default)]
    pub shared_scripts: Vec<String>,
    /// Templates of documents that it brings, by file name.
    #[serde(default)]
    pub templates: Vec<String>,
    /// Its flows.
    #[serde(default)]
    pub flow: toml::Table,
    /// Its tables as they stand there, with their comments.
    #[serde(skip)]
    text: String,
}

/// All of them, by name.
///
/// # Errors
/// One cannot be read.
pub fn all() -> Result<Vec<Integration>, Failure> {
    let mut all: Vec<Integration> = INTEGRATIONS.dirs().map(read).collect::<Result<_, _>>()?;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

fn read(folder: &Dir<'_>) -> Result<Integration, Failure> {
    let path = folder.path().join("integration.toml");
    let unsound = |words: String| Failure::new(Exit::Failed, path.display().to_string(), PHASE, words);
    let text = folder.get_file(&path).and_then(|file| file.contents_utf8());
    let text = text.ok_or_else(|| unsound("is missing".to_owned()))?;
    let mut integration: Integration = toml::from_str(text).map_err(|error| unsound(error.to_string()))?;
    integration.name = folder.path().display().to_string();
    let tables = text
        .split_inclusive('\n')
        .skip_while(|line| !line.starts_with('['));
    integration.text = tables.collect();
    Ok(integration)
}

/// The integrations of these names and what they need, each before those that need it.
///
/// # Errors
/// None bears a name.
pub fn with_needs<'a>(known: &'a [Integration], names: &[String]) -> Result<Vec<&'a Integration>, Failure> {
    let mut chosen = Vec::new();
    for name in names {
        add(known, name, &mut chosen)?;
    }
    Ok(chosen)
}

fn add<'a>(known: &'a [Integration], name: &str, chosen: &mut Vec<&'a Integration>) -> Result<(), Failure> {
    if chosen.iter().any(|one| one.name == name) {
        return Ok(());
    }
    let all = || known.iter().map(|one| one.name.as_str());
    let found = known.iter().find(|one| one.name == name).ok_or_else(|| {
        let hint = match nearest(name, all()) {
            Some(nearest) => format!("did you mean {nearest}? `sunmao init --list` lists them"),
            None => format!("there are: {}", all().collect::<Vec<_>>().join(", ")),
        };
        Failure::new(Exit::Usage, name, PHASE, "no integration is called so").with_hint(hint)
    })?;
    for need in &found.needs {
        add(known, need, chosen)?;
    }
    chosen.push(found);
    Ok(())
}

impl Integration {
    /// Its tables, each from its header on.
    pub fn tables(&self) -> Vec<&str> {
        let mut starts: Vec<usize> = self.text.match_indices("\n[").map(|(at, _)| at + 1).collect();
        starts.insert(0, 0);
        let ends = starts.iter().skip(1).copied().chain([self.text.len()]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| &self.text[*start..end])
            .collect()
    }

    /// Its templates by file name.
    ///
    /// # Errors
    /// One is not there.
    pub fn templates(&self) -> Result<Vec<(String, &'static str)>, Failure> {
        let read = |name: &String| {
            let path = Path::new(&self.name).join("templates").join(name);
            let text = INTEGRATIONS.get_file(&path).and_then(|file| file.contents_utf8());
            let text = text.ok_or_else(|| missing(&path))?;
            Ok((name.clone(), text))
        };
        self.templates.iter().map(read).collect()
    }

    /// Its scripts by file name, those included that it shares.
    ///
    /// # Errors
    /// One is not there.
    pub fn scripts(&self) -> Result<Vec<(String, &'static str)>, Failure> {
        let own = INTEGRATIONS.get_dir(Path::new(&self.name).join("scripts"));
        let own = own.into_iter().flat_map(|folder| folder.files());
        let own = own.map(|file| (file.path().to_path_buf(), file.contents_utf8()));
        let shared = self.shared_scripts.iter().map(|name| {
            let path = Path::new(name).with_extension("rhai");
            let text = SCRIPTS.get_file(&path).and_then(|file| file.contents_utf8());
            (path, text)
        });
        own.chain(shared)
            .map(|(path, text)| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                match (name, text) {
                    (Some(name), Some(text)) => Ok((name, text)),
                    _ => Err(missing(&path)),
                }
            })
            .collect()
    }

    /// What its guests are tested with: files' names and texts.
    pub fn fixtures(&self) -> impl Iterator<Item = (String, &'static str)> {
        let folder = INTEGRATIONS.get_dir(Path::new(&self.name).join("fixtures"));
        let files = folder.into_iter().flat_map(|folder| folder.files());
        files.filter_map(|file| {
            let name = file.path().file_name()?.to_string_lossy().into_owned();
            Some((name, file.contents_utf8()?))
        })
    }
}

fn missing(path: &Path) -> Failure {
    Failure::new(Exit::Failed, path.display().to_string(), PHASE, "is missing")
}
