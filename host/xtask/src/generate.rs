//! Files that are read from the catalogue, or from the host's own API, and committed, so that a change shows in review.

use crate::cargo;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use sunmao_catalogue::{Catalogue, automation_world, openapi_text, reference_files, wit_files};

/// Options of `cargo xtask generate`.
#[derive(clap::Args)]
pub struct Options {
    /// Write nothing; fail if a file is not current.
    #[arg(long)]
    check: bool,
}

/// Something that writes files from the catalogue.
struct Generator {
    /// Files by path from the root of the working tree.
    files: fn(&Catalogue) -> Vec<(PathBuf, String)>,
    /// A folder that holds nothing but these files, where there is one.
    folder: Option<&'static str>,
}

const ERP_PACKAGE: &str = "wit/deps/zhibang-erp";
const REFERENCE: &str = "docs/reference";

const GENERATORS: [Generator; 4] = [
    Generator {
        files: |catalogue| within(ERP_PACKAGE, wit_files(catalogue)),
        folder: Some(ERP_PACKAGE),
    },
    Generator {
        files: |catalogue| vec![("wit/automation.wit".into(), automation_world(catalogue))],
        folder: None,
    },
    Generator {
        files: |catalogue| within(REFERENCE, reference_files(catalogue)),
        folder: Some(REFERENCE),
    },
    Generator {
        files: |catalogue| vec![("docs/openapi.json".into(), openapi_text(catalogue))],
        folder: None,
    },
];

/// What the HTTP API says of itself. The host alone knows, so that it is built for this.
const HTTP_API: &str = "docs/http-api.openapi.json";

fn http_api(workspace: &Workspace) -> Result<String> {
    let mut command = cargo::command(&workspace.root);
    command.args([
        "run",
        "--quiet",
        "--package",
        "sunmao",
        "--bin",
        "sunmao",
        "--",
        "openapi",
    ]);
    let shown = cargo::show(&command);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("starting `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).context("reading the description of the HTTP API")
}

fn within(folder: &str, files: Vec<(String, String)>) -> Vec<(PathBuf, String)> {
    let files = files.into_iter();
    files
        .map(|(name, text)| (Path::new(folder).join(name), text))
        .collect()
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
    for (path, text) in differences(workspace)? {
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
    let catalogue = Catalogue::load().context("reading the catalogue")?;
    let mut differences = BTreeMap::new();
    for generator in GENERATORS {
        let files = (generator.files)(&catalogue);
        if let Some(folder) = generator.folder {
            for path in present(workspace, folder)? {
                if !files.iter().any(|(known, _)| *known == path) {
                    differences.insert(path, None);
                }
            }
        }
        for (path, text) in files {
            if fs::read_to_string(workspace.root.join(&path)).ok().as_ref() != Some(&text) {
                differences.insert(path, Some(text));
            }
        }
    }
    let described = http_api(workspace)?;
    if fs::read_to_string(workspace.root.join(HTTP_API)).ok().as_ref() != Some(&described) {
        differences.insert(HTTP_API.into(), Some(described));
    }
    Ok(differences)
}

fn present(workspace: &Workspace, folder: &str) -> Result<Vec<PathBuf>> {
    let full = workspace.root.join(folder);
    if !full.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(full)?;
    entries
        .map(|entry| Ok(Path::new(folder).join(entry?.file_name())))
        .collect()
}
