//! Files that are read from the catalogue, or from the host's own API, and committed, so that a change shows in review.

use crate::cargo;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use sunmao_catalogue::{
    Catalogue, Kinds, PluginManifest, automation_world, kinds_reference, openapi_text, plugin_wit,
    record_files, reference_files, wit_files,
};
use walkdir::WalkDir;

/// Options of `cargo xtask generate`.
#[derive(clap::Args)]
pub struct Options {
    /// Write nothing; fail if a file is not current.
    #[arg(long)]
    check: bool,
}

/// Files that are written from the catalogue.
struct Generated {
    /// By path from the root of the working tree.
    files: Vec<(PathBuf, String)>,
    /// A folder that holds nothing but these files, where there is one.
    folder: Option<PathBuf>,
}

const ERP_PACKAGE: &str = "wit/deps/zhibang-erp";
const RECORDS_PACKAGE: &str = "wit/deps/sunmao-records";
const REFERENCE: &str = "docs/reference";
/// Folders whose folders may be plugins.
const PLUGINS: [&str; 3] = ["plugins", "plugins/examples", "tests/guests"];

impl Generated {
    fn files(files: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Generated {
            files: files
                .into_iter()
                .map(|(path, text)| (path.into(), text))
                .collect(),
            folder: None,
        }
    }

    fn folder(folder: impl Into<PathBuf>, files: Vec<(String, String)>) -> Self {
        let folder = folder.into();
        Generated {
            files: files
                .into_iter()
                .map(|(name, text)| (folder.join(name), text))
                .collect(),
            folder: Some(folder),
        }
    }
}

fn generated(workspace: &Workspace) -> Result<Vec<Generated>> {
    let catalogue = Catalogue::load().context("reading the catalogue")?;
    let kinds = Kinds::shipped(&catalogue).context("reading the record kinds")?;
    let mut all = vec![
        Generated::folder(ERP_PACKAGE, wit_files(&catalogue)),
        Generated::folder(RECORDS_PACKAGE, record_files(&kinds)),
        Generated::folder(REFERENCE, reference_files(&catalogue)),
        Generated::files([
            ("wit/automation.wit", automation_world(&catalogue)),
            ("docs/openapi.json", openapi_text(&catalogue)),
            ("docs/kinds.md", kinds_reference(&kinds)),
        ]),
    ];
    for folder in PLUGINS.map(|folder| workspace.root.join(folder)) {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let plugin = path.strip_prefix(&workspace.root)?;
            all.extend(
                plugin_wit_of(&path, plugin, &catalogue, &kinds)
                    .with_context(|| plugin.display().to_string())?,
            );
        }
    }
    Ok(all)
}

/// The `wit/` of a plugin's folder; none if it is no plugin's.
fn plugin_wit_of(
    path: &Path,
    plugin: &Path,
    catalogue: &Catalogue,
    kinds: &Kinds,
) -> Result<Option<Generated>> {
    let Ok(manifest) = fs::read_to_string(path.join(PluginManifest::FILE)) else {
        return Ok(None);
    };
    let manifest = PluginManifest::read(&manifest).map_err(anyhow::Error::msg)?;
    let parts = manifest.resolve(catalogue, kinds);
    let parts = parts.map_err(|faults| anyhow::Error::msg(faults.join("; ")))?;
    Ok(Some(Generated::folder(plugin.join("wit"), plugin_wit(&parts))))
}

/// What the HTTP API says of itself. The host alone knows, so that it is built for this; a test of the host's holds the
/// committed document against what it serves.
const HTTP_API: &str = "docs/http-api.openapi.json";

fn http_api(workspace: &Workspace) -> Result<String> {
    let mut build = cargo::command(&workspace.root);
    // The whole workspace chooses the features, so that nothing is compiled twice.
    build.args(["build", "--quiet", "--locked", "--bin", "sunmao"]);
    cargo::run(&mut build)?;
    let mut host = Command::new(workspace.target.join("debug/sunmao"));
    let output = host.arg("openapi").stderr(Stdio::inherit()).output();
    let output = output.context("starting the host for the description of its API")?;
    if !output.status.success() {
        bail!("`sunmao openapi` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).context("reading the description of the HTTP API")
}

/// Writes the files, or checks them.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.check {
        check(workspace)
    } else {
        write(workspace)
    }
}

/// Fails with the names of the files that are not current.
pub fn check(workspace: &Workspace) -> Result<()> {
    let differences = differences(workspace)?;
    if differences.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = differences
        .keys()
        .map(|path| path.display().to_string())
        .collect();
    bail!(
        "not current: {}\nrun `cargo xtask generate` and commit the result",
        names.join(", ")
    )
}

fn write(workspace: &Workspace) -> Result<()> {
    let mut differences = differences(workspace)?;
    let described = http_api(workspace)?;
    if fs::read_to_string(workspace.root.join(HTTP_API)).ok().as_ref() != Some(&described) {
        differences.insert(HTTP_API.into(), Some(described));
    }
    for (path, text) in differences {
        let full = workspace.root.join(&path);
        match text {
            Some(text) => {
                fs::create_dir_all(full.parent().context("a file is in a folder")?)?;
                fs::write(&full, text)?;
                println!("wrote {}", path.display());
            }
            None => {
                fs::remove_file(&full)?;
                println!("removed {}", path.display());
            }
        }
    }
    Ok(())
}

/// Files to write with their text, and files to remove (`None`).
fn differences(workspace: &Workspace) -> Result<BTreeMap<PathBuf, Option<String>>> {
    let mut differences = BTreeMap::new();
    for generated in generated(workspace)? {
        if let Some(folder) = &generated.folder {
            for path in present(workspace, folder)? {
                if !generated.files.iter().any(|(known, _)| *known == path) {
                    differences.insert(path, None);
                }
            }
        }
        for (path, text) in generated.files {
            if fs::read_to_string(workspace.root.join(&path)).ok().as_ref() != Some(&text) {
                differences.insert(path, Some(text));
            }
        }
    }
    Ok(differences)
}

fn present(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let full = workspace.root.join(folder);
    if !full.is_dir() {
        return Ok(Vec::new());
    }
    let files = WalkDir::new(full).into_iter();
    files
        .filter(|entry| !entry.as_ref().is_ok_and(|entry| entry.file_type().is_dir()))
        .map(|entry| Ok(entry?.path().strip_prefix(&workspace.root)?.to_owned()))
        .collect()
}
