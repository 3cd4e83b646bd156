//! A plugin's folder: its manifest, and the `wit/` that follows from it.

use crate::exit::Exit;
use crate::failure::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use sunmao_catalogue::{Catalogue, Kinds, PluginManifest, plugin_wit};

/// The folder of what is generated.
const WIT: &str = "wit";

/// Reads the manifest of a folder.
pub fn manifest(folder: &Path) -> Result<PluginManifest, Failure> {
    let path = folder.join(PluginManifest::FILE);
    let text = fs::read_to_string(&path).map_err(|error| {
        Failure::new(
            Exit::Usage,
            path.display().to_string(),
            "reading the plugin's manifest",
            error.to_string(),
        )
        .with_hint("name the plugin's folder; `sunmao plugin new` makes one")
    })?;
    PluginManifest::read(&text).map_err(|error| unsound(&path, vec![error]))
}

/// Writes the `wit/` of a folder, and takes away what an earlier manifest had asked for. Gives the files it wrote.
pub fn write_wit(folder: &Path, manifest: &PluginManifest, kinds: &Kinds) -> Result<Vec<PathBuf>, Failure> {
    let catalogue = Catalogue::shared();
    let parts = manifest.resolve(&catalogue, kinds);
    let parts = parts.map_err(|faults| unsound(&folder.join(PluginManifest::FILE), faults))?;
    let wit = folder.join(WIT);
    let files: Vec<(PathBuf, String)> = plugin_wit(&parts)
        .into_iter()
        .map(|(path, text)| (wit.join(path), text))
        .collect();
    let written = replace(&wit, &files);
    written.map_err(|error| failed(&wit, "writing what the plugin speaks in", &error))?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn replace(wit: &Path, files: &[(PathBuf, String)]) -> std::io::Result<()> {
    if wit.is_dir() {
        fs::remove_dir_all(wit)?;
    }
    for (path, text) in files {
        write(path, text)?;
    }
    Ok(())
}

/// Writes a file and the folders that it lies in.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// What the machine refused.
pub fn failed(path: &Path, phase: &str, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, path.display().to_string(), phase, error.to_string())
}

fn unsound(path: &Path, faults: Vec<String>) -> Failure {
    Failure::new(
        Exit::Usage,
        path.display().to_string(),
        "reading the plugin's manifest",
        faults.join("\n"),
    )
    .with_hint("`sunmao kinds list` and `sunmao operations list` show what there is")
}
