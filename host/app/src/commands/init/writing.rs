//! The files of an installation: all that is in their way is told before any of them is written.

use super::PHASE;
use super::shipped::Integration;
use crate::environment::{ERP_BASE_URL, ERP_PASSWORD, ERP_USERNAME, Environment};
use crate::exit::Exit;
use crate::failure::Failure;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = "sunmao.toml";
const CREDENTIALS: &str = ".env";

/// What became of a file.
#[derive(Debug, Serialize)]
pub struct Placed {
    pub file: PathBuf,
    /// `written`, or `kept` where it was there.
    pub what: &'static str,
}

/// The files that are to be.
pub struct Plan {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Where they are there, they stay as they are.
    kept: Vec<PathBuf>,
}

impl Plan {
    /// # Errors
    /// A plugin is missing, or a file that is there says something else; all are named.
    pub fn of(
        chosen: &[&Integration],
        environment: &Environment,
        installation: &str,
        plugins: &Path,
    ) -> Result<Self, Failure> {
        let mut files: Vec<(PathBuf, Vec<u8>)> = vec![(
            CONFIGURATION.into(),
            configuration(chosen, installation).into_bytes(),
        )];
        for integration in chosen {
            for (name, text) in integration.scripts()? {
                files.push((Path::new("scripts").join(name), text.as_bytes().to_vec()));
            }
            for (name, text) in integration.templates()? {
                files.push((Path::new("templates").join(name), text.as_bytes().to_vec()));
            }
            for (name, text) in integration.fixtures() {
                files.push((Path::new("fixtures").join(name), text.as_bytes().to_vec()));
            }
            for name in &integration.plugins {
                let name = Path::new(name).with_extension("wasm");
                files.push((Path::new("plugins").join(&name), plugin(&plugins.join(&name))?));
            }
        }
        // Several integrations share a script.
        let mut seen = BTreeSet::new();
        files.retain(|(file, _)| seen.insert(file.clone()));
        let mut plan = Plan {
            files,
            kept: Vec::new(),
        };
        plan.look()?;
        if Path::new(CREDENTIALS).exists() {
            plan.kept.push(CREDENTIALS.into());
        } else {
            plan.files
                .push((CREDENTIALS.into(), credentials(environment).into_bytes()));
        }
        Ok(plan)
    }

    /// Leaves out what is there and the same.
    fn look(&mut self) -> Result<(), Failure> {
        let mut others = Vec::new();
        for (file, content) in std::mem::take(&mut self.files) {
            match fs::read(&file) {
                Ok(there) if there == content => self.kept.push(file),
                Ok(_) => others.push(file.display().to_string()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.files.push((file, content)),
                Err(error) => return Err(unwritable(&file, &error)),
            }
        }
        match others.is_empty() {
            true => Ok(()),
            false => Err(Failure::new(
                Exit::Failed,
                others.join(", "),
                PHASE,
                "is there already and says something else; nothing was written",
            )
            .with_hint("move it away, or run this in an empty folder and copy from there what is missing")),
        }
    }

    /// # Errors
    /// A file cannot be written.
    pub fn write(self) -> Result<Vec<Placed>, Failure> {
        let mut placed = Vec::new();
        for (file, content) in self.files {
            write(&file, &content).map_err(|error| unwritable(&file, &error))?;
            placed.push(Placed {
                file,
                what: "written",
            });
        }
        let kept = self.kept.into_iter();
        placed.extend(kept.map(|file| Placed { file, what: "kept" }));
        Ok(placed)
    }
}

fn plugin(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| {
        Failure::new(Exit::Failed, file.display().to_string(), PHASE, error.to_string()).with_hint(
            "name the folder with the shipped plugins: --plugins-folder; in a checkout `cargo xtask guests` builds them",
        )
    })
}

/// Credentials are for their owner's eyes.
fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file == Path::new(CREDENTIALS) {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)?.write_all(content)
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, file.display().to_string(), PHASE, error.to_string())
        .with_hint("see that this account may write to the folder, and that it has room")
}

/// `sunmao.toml` with the tables of these integrations.
pub fn configuration(chosen: &[&Integration], installation: &str) -> String {
    let mut text = format!(
        "# Every setting is explained in sunmao.toml.example. Changes of [limits], [script.*], [plugin.*] and [flow.*] take effect\n\
         # while the host runs. 每个设置的说明见 sunmao.toml.example。\n\n\
         [server]\nlisten = \"127.0.0.1:7070\"\n\n\
         [store]\npath = \"data/sunmao.sqlite\"\n\n\
         [extensions]\nplugins_folder = \"plugins\"\nscripts_folder = \"scripts\"\nfixtures_folder = \"fixtures\"\ncache_folder = \"data/cache\"\n\n\
         [erp]\ninstallation = \"{installation}\"\n"
    );
    for (index, one) in chosen.iter().enumerate() {
        text.push_str(&format!(
            "\n# {}: {}\n# {}\n# ERP: {}\n# {}\n",
            one.title, one.summary, one.summary_zh, one.rights, one.rights_zh
        ));
        let later: Vec<&str> = chosen[index + 1..]
            .iter()
            .flat_map(|one| one.tables())
            .map(header)
            .collect();
        // One that needs another may have a flow of its own in the place of the other's.
        for table in one
            .tables()
            .into_iter()
            .filter(|table| !later.contains(&header(table)))
        {
            text.push_str(table.trim_end());
            text.push('\n');
        }
    }
    text
}

fn header(table: &str) -> &str {
    table.lines().next().unwrap_or_default().trim()
}

/// Single quotes keep what a value holds; one within them ends them for a moment.
fn credentials(environment: &Environment) -> String {
    let line = |name: &str| {
        let value = environment.get(name).unwrap_or_default();
        format!("{name}='{}'\n", value.replace('\'', r"'\''"))
    };
    let lines: String = [ERP_BASE_URL, ERP_USERNAME, ERP_PASSWORD].map(line).concat();
    format!("# How the ERP is signed in to; for nobody else's eyes.\n{lines}")
}
