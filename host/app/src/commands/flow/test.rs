//! `sunmao flow test`: what each guest makes of its fixtures.

mod case;
mod guests;
mod outcome;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::kinds;
use crate::output::{self, Style};
use case::Case;
use clap::Args;
use guests::{Folders, Guest, Loader};
use outcome::Difference;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PHASE: &str = "testing guests";
/// Of what is asked with a record, which has no fixtures: it acts on the ERP and the hub.
const AUTOMATION: &str = "automation";

/// Run the fixtures of scripts and plugins: fixtures/NAME.json holds cases of scripts/NAME.rhai or plugins/NAME.wasm
#[derive(Debug, Args)]
pub struct Test {
    /// A flow, a script or a plugin [default: all that have fixtures]
    names: Vec<String>,
    /// A folder with scripts/, plugins/ and fixtures/ in it, such as integrations/products [default: the configuration's folders]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Fail too where a guest has no case of one of its roles
    #[arg(long)]
    complete: bool,
}

/// What came of one guest.
#[derive(Debug, Serialize)]
struct Tested {
    guest: String,
    file: PathBuf,
    cases: Vec<Ran>,
    /// Its roles of which there is no case.
    untested: Vec<String>,
}

/// What came of one case.
#[derive(Debug, Serialize)]
struct Ran {
    title: String,
    role: String,
    passed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
}

impl Test {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let configuration = context.configuration(Vec::new())?;
        let folders = Folders::of(self.folder.as_deref(), &configuration);
        let wanted = guests::wanted(&self.names, &configuration, &folders)?;
        let kinds = kinds::read(&configuration.hub.kinds_folder)?;
        let loader = Loader::new(kinds, &configuration).await?;
        let mut tested = Vec::new();
        for guest in &wanted {
            tested.push(self.test(&loader, guest, &folders).await?);
        }
        tell(&tested, context.style());
        self.judge(&tested)
    }

    async fn test(&self, loader: &Loader, guest: &Guest, folders: &Folders) -> Result<Tested, Failure> {
        let file = folders.fixtures.join(format!("{}.json", guest.name));
        let cases = read(&file)?;
        let extension = loader.load(guest).await?;
        let mut ran = Vec::new();
        for case in &cases {
            let differences = case.run(loader.host(), &extension).await;
            ran.push(Ran {
                title: case.title.clone(),
                role: case.role.word().to_owned(),
                passed: differences.is_empty(),
                differences,
            });
        }
        let covered: BTreeSet<&str> = cases.iter().map(|case| case.role.word()).collect();
        // A plugin says what it maps and judges as well.
        let plays = |role: &String| role.split(' ').next().unwrap_or_default().to_owned();
        let roles: BTreeSet<String> = extension.surface().roles.iter().map(plays).collect();
        let untested = roles
            .into_iter()
            .filter(|role| role != AUTOMATION && !covered.contains(role.as_str()));
        Ok(Tested {
            guest: guest.name.clone(),
            file: guest.file.clone(),
            cases: ran,
            untested: untested.collect(),
        })
    }

    fn judge(&self, tested: &[Tested]) -> Result<(), Failure> {
        let cases = || tested.iter().flat_map(|guest| &guest.cases);
        let failed = cases().filter(|case| !case.passed).count();
        if failed > 0 {
            let message = format!("{failed} of {} cases came out otherwise", cases().count());
            return Err(Failure::new(Exit::Failed, "flow test", PHASE, message)
                .with_hint("mend the guest, or the fixture where the guest is right"));
        }
        let untested: Vec<String> = tested
            .iter()
            .flat_map(|guest| {
                let roles = guest.untested.iter();
                roles.map(|role| format!("{}: no case of its role {role}", guest.guest))
            })
            .collect();
        if self.complete && !untested.is_empty() {
            let message = "roles without a case";
            return Err(Failure::new(Exit::Failed, "flow test", PHASE, message)
                .with_faults(untested)
                .with_hint("add a case for each to fixtures/NAME.json"));
        }
        Ok(())
    }
}

/// The cases of a file; none where it is not there.
fn read(file: &Path) -> Result<Vec<Case>, Failure> {
    let unsound = |message: String| {
        Failure::new(
            Exit::Failed,
            file.display().to_string(),
            "reading fixtures",
            message,
        )
        .with_hint("a list of cases: title, role, from, to where it maps, input, known, now, expected")
    };
    match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| unsound(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(unsound(error.to_string())),
    }
}

fn tell(tested: &[Tested], style: Style) {
    if style == Style::Json {
        return output::json(&tested);
    }
    for guest in tested {
        let passed = guest.cases.iter().filter(|case| case.passed).count();
        let word = if passed == guest.cases.len() {
            "ok"
        } else {
            "FAILED"
        };
        output::line(format!(
            "{word:6} {}: {passed} of {} cases",
            guest.guest,
            guest.cases.len()
        ));
        for case in guest.cases.iter().filter(|case| !case.passed) {
            output::line(format!("       {} ({})", case.title, case.role));
            case.differences
                .iter()
                .for_each(|difference| output::line(format!("         {difference}")));
        }
        if !guest.untested.is_empty() {
            output::line(format!("       no case of: {}", guest.untested.join(", ")));
        }
    }
}
