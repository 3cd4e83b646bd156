//! Plugins as components, under the crate's name: `plugins/dist/wechat-customer.wasm`,
//! `plugins/dist/examples/hello-automation.wasm`; components that exist to be tested with in `tests/dist`.

use crate::component;
use crate::toolchain::{Choice, Lockfile, Toolchain};
use crate::workspace::{GuestWorkspace, Workspace};
use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message};
use std::collections::BTreeSet;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// In a folder of components: those that were built here, a line each.
const SHIPPED: &str = ".built";

/// Options of `cargo xtask guests`.
#[derive(clap::Args)]
pub struct Options {
    /// What to compile with.
    #[arg(long, value_enum, default_value_t)]
    toolchain: Choice,
}

/// Builds the guests of every guest workspace.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    build(workspace, options.toolchain, Lockfile::Open)
}

/// Builds the guests of every guest workspace. What has not changed is neither compiled nor written again.
pub fn build(workspace: &Workspace, choice: Choice, lockfile: Lockfile) -> Result<()> {
    let toolchain = Toolchain::find(choice)?;
    for guests in workspace.guests() {
        build_workspace(workspace, &guests, toolchain, lockfile)
            .with_context(|| format!("building the guests of {}", guests.folder.display()))?;
    }
    Ok(())
}

fn build_workspace(
    workspace: &Workspace,
    guests: &GuestWorkspace,
    toolchain: Toolchain,
    lockfile: Lockfile,
) -> Result<()> {
    let mut shipped = BTreeSet::new();
    for artifact in compile(workspace, &guests.folder, toolchain, lockfile)? {
        let Some(module) = artifact
            .filenames
            .iter()
            .find(|file| file.extension() == Some("wasm"))
        else {
            continue;
        };
        let place = place(&artifact);
        ship(module.as_std_path(), &guests.dist.join(&place))
            .with_context(|| artifact.target.name.clone())?;
        shipped.insert(place);
    }
    remove_forgotten(&guests.dist, &shipped)
}

fn compile(
    workspace: &Workspace,
    folder: &Path,
    toolchain: Toolchain,
    lockfile: Lockfile,
) -> Result<Vec<Artifact>> {
    let mut command = toolchain.build(folder, lockfile);
    command.arg("--message-format=json-render-diagnostics");
    command.env("CARGO_TARGET_DIR", workspace.guests_target());
    let mut child = command.stdout(Stdio::piped()).spawn().context("starting cargo")?;
    let output = child.stdout.take().context("reading cargo's messages")?;
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::CompilerArtifact(artifact) = message? {
            artifacts.push(artifact);
        }
    }
    if !child.wait()?.success() {
        bail!("the guests do not compile");
    }
    Ok(artifacts)
}

fn place(artifact: &Artifact) -> PathBuf {
    let file = format!("{}.wasm", artifact.target.name.replace('_', "-"));
    let is_example = artifact
        .manifest_path
        .components()
        .any(|part| part.as_str() == "examples");
    if is_example {
        Path::new("examples").join(file)
    } else {
        file.into()
    }
}

/// A component that is unchanged stays untouched, so that a host which watches the folder does not load it again.
fn ship(module: &Path, path: &Path) -> Result<()> {
    let component = component::wrap(&fs::read(module)?)?;
    let calls = component::calls(&component)?;
    if !fs::read(path).is_ok_and(|present| present == component) {
        replace(path, &component)?;
    }
    let size = component.len().div_ceil(1024);
    println!("{} ({size} KB) calls {}", path.display(), in_short(&calls));
    Ok(())
}

fn in_short(calls: &[String]) -> String {
    match calls.len() {
        0 => "nothing".to_owned(),
        1..=6 => calls.join(", "),
        many => format!("{many} functions"),
    }
}

/// In one step, as a host may be reading.
fn replace(path: &Path, component: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file is in a folder")?;
    fs::create_dir_all(folder)?;
    let draft = path.with_extension("draft");
    fs::write(&draft, component)?;
    fs::rename(&draft, path)?;
    Ok(())
}

/// Removes what an earlier build put there from crates that are no more, and nothing else: people put their own plugins
/// into the folder too.
fn remove_forgotten(dist: &Path, shipped: &BTreeSet<PathBuf>) -> Result<()> {
    let list = dist.join(SHIPPED);
    let earlier = fs::read_to_string(&list).unwrap_or_default();
    for place in earlier.lines().map(Path::new) {
        let path = dist.join(place);
        if !shipped.contains(place) && path.is_file() {
            println!("{} has no crate any more: removed", path.display());
            fs::remove_file(path)?;
        }
    }
    let lines = shipped.iter().map(|place| format!("{}\n", place.display()));
    fs::create_dir_all(dist)?;
    fs::write(list, lines.collect::<String>())?;
    Ok(())
}
