//! `sunmao plugin new`: a folder to begin with.

use super::folder;
use crate::exit::Exit;
use crate::failure::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use sunmao_catalogue::{Catalogue, Joint, Kinds, PluginManifest, kind_called};

mod source;

/// A role as it is typed: `automation`, `merge`, `policy:contact`, `mapping:contact:customers.save-company`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewRole {
    /// Reacts to events.
    Automation,
    /// Settles what both sides changed.
    Merge,
    /// Judges records of a kind.
    Policy(String),
    /// Maps a record to another, or to arguments.
    Mapping(String, String),
}

impl FromStr for NewRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["automation"] => Ok(NewRole::Automation),
            ["merge"] => Ok(NewRole::Merge),
            ["policy", kind] => Ok(NewRole::Policy((*kind).to_owned())),
            ["mapping", from, to] => Ok(NewRole::Mapping((*from).to_owned(), (*to).to_owned())),
            _ => Err(
                "expected automation, merge, policy:KIND or mapping:FROM:TO, such as \
                      mapping:contact:customers.save-company"
                    .to_owned(),
            ),
        }
    }
}

/// Makes a Rust plugin's folder in the present one, and gives its path. It becomes a member of the workspace that has the
/// SDK, so that `cargo xtask guests` builds it.
pub fn new(here: &Path, name: &str, role: &NewRole, kinds: &Kinds) -> Result<PathBuf, Failure> {
    is_name(name)?;
    is_in_the_plugins_workspace(here)?;
    let folder = here.join(name);
    if folder.exists() {
        return Err(
            Failure::new(Exit::Usage, folder.display().to_string(), "", "is there already")
                .with_hint("choose another name, or run `sunmao plugin wit` in it"),
        );
    }
    let source = source::of(name, role, &interface(role, kinds)?);
    let manifest = source::manifest(name, role);
    let read = PluginManifest::read(&manifest)
        .map_err(|error| Failure::new(Exit::Usage, name, "writing the plugin's manifest", error))?;
    // What names nothing is told before anything is written.
    let catalogue = Catalogue::shared();
    read.resolve(&catalogue, kinds)
        .map_err(|faults| Failure::new(Exit::Usage, name, "", faults.join("\n")))?;
    let texts = [
        (PluginManifest::FILE, manifest),
        ("Cargo.toml", source::cargo(name, role)),
        ("src/lib.rs", source),
    ];
    for (path, text) in texts {
        let path = folder.join(path);
        let written = folder::write(&path, &text);
        written.map_err(|error| folder::failed(&path, "making the plugin's folder", &error))?;
    }
    folder::write_wit(&folder, &read, kinds)?;
    Ok(folder)
}

/// The module of the role's interface, and the records it speaks in.
fn interface(role: &NewRole, kinds: &Kinds) -> Result<source::Interface, Failure> {
    let catalogue = Catalogue::shared();
    let unknown = |what: String| {
        Failure::new(Exit::Usage, what, "", "is no role this host knows")
            .with_hint("`sunmao kinds list` and `sunmao operations list` show what there is")
    };
    Ok(match role {
        NewRole::Automation | NewRole::Merge => source::Interface::default(),
        NewRole::Policy(kind) => {
            let found = kind_called(kind, kinds).ok_or_else(|| unknown(format!("policy:{kind}")))?;
            source::Interface {
                name: format!("{kind}-policy"),
                from: found.shape().name.clone(),
                to: None,
                takes_known: false,
            }
        }
        NewRole::Mapping(from, to) => {
            let joint = Joint::of_names(from, to, &catalogue, kinds);
            let joint = joint.ok_or_else(|| unknown(format!("mapping:{from}:{to}")))?;
            source::Interface {
                name: joint.interface(),
                from: joint.from.shape().name.clone(),
                to: Some(joint.to.shape().name.clone()),
                takes_known: joint.to.is_kind(),
            }
        }
    })
}

fn is_name(name: &str) -> Result<(), Failure> {
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let is_legal = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if begins && name.chars().all(is_legal) && !name.ends_with('-') {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, name, "", "is no name of a plugin")
        .with_hint("small letters, digits and hyphens, beginning with a letter"))
}

/// A folder above holds a workspace that knows the SDK.
fn is_in_the_plugins_workspace(here: &Path) -> Result<(), Failure> {
    let here = std::path::absolute(here).unwrap_or_else(|_| here.to_owned());
    let knows_the_sdk = |folder: &Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.contains("[workspace.dependencies]") && manifest.contains("sunmao-plugin")
    };
    if here.ancestors().any(knows_the_sdk) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        here.display().to_string(),
        "",
        "lies in no workspace that has the Rust SDK",
    )
    .with_hint("run it in plugins/examples of Sunmao's own working tree"))
}
