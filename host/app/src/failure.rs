//! Why a command failed, and how people and programs read it.

use crate::exit::Exit;
use serde::Serialize;
use std::fmt;
use sunmao_catalogue::{FieldFault, Operation};
use sunmao_erp_client::Error as ErpError;
use sunmao_sheets::SheetError;
use sunmao_store::StoreError;

/// Settings of an ERP account that no file holds.
const OF_THE_ENVIRONMENT: [&str; 4] = ["base_url", "username", "password", "serial"];

/// A failed command: what it was about, how far it came, what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(Box<Details>);

/// What a failure says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Details {
    #[serde(skip)]
    exit: Exit,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// How far it came.
    pub phase: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Everything that is wrong, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// A failure as programs read it.
#[derive(Serialize)]
struct Told<'a> {
    error: ToldDetails<'a>,
}

#[derive(Serialize)]
struct ToldDetails<'a> {
    #[serde(flatten)]
    details: &'a Details,
    exit_code: u8,
}

impl Failure {
    /// A failure of a subject in a phase. Either may be empty where the message says it.
    pub fn new(
        exit: Exit,
        subject: impl Into<String>,
        phase: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Failure(Box::new(Details {
            exit,
            kind: exit.word().to_owned(),
            subject: subject.into(),
            phase: phase.into(),
            message: message.into(),
            hint: String::new(),
            faults: Vec::new(),
        }))
    }

    /// The same failure with what to do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = hint.into();
        self
    }

    /// The same failure with everything that is wrong, one line each.
    pub fn with_faults(mut self, faults: Vec<String>) -> Self {
        self.0.faults = faults;
        self
    }

    /// The same failure under the kind that another system gave it.
    pub fn with_kind(mut self, kind: impl Into<String>) -> Self {
        self.0.kind = kind.into();
        self
    }

    /// Arguments that do not fit an operation.
    pub fn unsound_arguments(operation: &Operation, faults: &[FieldFault]) -> Self {
        let subject = format!("{} (menu {})", operation.name, operation.id);
        Failure::new(Exit::Usage, subject, "before sending", "unsound arguments")
            .with_faults(faults.iter().map(ToString::to_string).collect())
            .with_hint(format!(
                "`sunmao operations show {}` lists its parameters",
                operation.name
            ))
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The kind, as JSON errors carry it.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// The failure as programs read it, in the form of the HTTP API's errors.
    pub fn to_json(&self) -> String {
        let told = Told {
            error: ToldDetails {
                details: &self.0,
                exit_code: self.0.exit as u8,
            },
        };
        // Texts and a number always have a JSON form.
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// What it says, as a member of a larger answer.
    pub fn details(&self) -> &Details {
        &self.0
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        let parts = [&details.subject, &details.phase];
        let place: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        write!(formatter, "error: ")?;
        if !place.is_empty() {
            write!(formatter, "{}: ", place.join(", "))?;
        }
        write!(formatter, "{}", details.message)?;
        for fault in &details.faults {
            write!(formatter, "\n  - {fault}")?;
        }
        if !details.hint.is_empty() {
            write!(formatter, "\n  hint: {}", details.hint)?;
        }
        Ok(())
    }
}

impl From<ErpError> for Failure {
    fn from(error: ErpError) -> Self {
        match error {
            ErpError::Setting {
                setting,
                problem,
                hint,
            } => {
                let (subject, phase) = match OF_THE_ENVIRONMENT.contains(&setting) {
                    true => (
                        format!("SUNMAO_ERP_{}", setting.to_uppercase()),
                        "reading the environment",
                    ),
                    false => (format!("[erp] {setting}"), "reading the configuration"),
                };
                Failure::new(Exit::Configuration, subject, phase, problem).with_hint(hint)
            }
            ErpError::Call(failure) => Failure::new(
                Exit::from(failure.kind),
                failure.subject.to_string(),
                failure.phase.to_string(),
                failure.words.clone(),
            )
            .with_kind(failure.kind.name())
            .with_hint(failure.hint),
        }
    }
}

impl From<SheetError> for Failure {
    fn from(error: SheetError) -> Self {
        let path = error.path.display().to_string();
        Failure::new(Exit::Failed, path, error.phase, error.message)
            .with_faults(error.faults)
            .with_hint(error.hint)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::new(Exit::Failed, "store", "", error.to_string()).with_hint(error.hint())
    }
}
