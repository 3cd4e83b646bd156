//! What the demonstration tells, line by line.

use super::contacts::{Filed, MENDED};
use super::files::Files;
use crate::output::printable::printable;
use crate::output::{self, Style};
use console::{Alignment, pad_str, style};
use serde_json::json;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;
use sunmao_runtime::{ExtensionKind, ExtensionState, ExtensionStatus, Progress, Step};

/// Columns of the contact's name.
const NAME_WIDTH: usize = 34;

/// Where everything is.
pub struct Places {
    pub erp: String,
    pub host: String,
    pub files: Files,
    pub plugins_folder: PathBuf,
    pub scripts_folder: PathBuf,
    pub variables: [(&'static str, String); 4],
    pub ready: Duration,
}

/// Tells people, or programs in lines of JSON.
pub struct Narrator {
    style: Style,
    names: HashMap<String, String>,
    /// Contacts without an end so far, with the decision as far as it is known.
    underway: HashMap<String, String>,
    extensions: Vec<ExtensionStatus>,
    linked: u64,
    skipped: u64,
    dead: u64,
}

impl Narrator {
    pub fn new(style: Style, extensions: Vec<ExtensionStatus>) -> Self {
        Narrator {
            style,
            names: HashMap::new(),
            underway: HashMap::new(),
            extensions,
            linked: 0,
            skipped: 0,
            dead: 0,
        }
    }

    /// Whether every contact that was filed has come to an end.
    pub fn nothing_underway(&self) -> bool {
        self.underway.is_empty()
    }

    pub fn welcome(&self, places: &Places) {
        if self.style == Style::Json {
            let milliseconds = u64::try_from(places.ready.as_millis()).unwrap_or(u64::MAX);
            return output::json_line(&json!({
                "event": "ready", "erp": places.erp, "host": places.host, "milliseconds": milliseconds,
            }));
        }
        output::coloured_line(format!(
            "\n  {}  contacts on their way into the ERP\n",
            style("Sunmao 榫卯").bold()
        ));
        fact("ERP, simulated", &places.erp);
        fact("host, HTTP API", &places.host);
        fact("store", places.files.store.display());
        fact("configuration", places.files.configuration.display());
        for extension in &self.extensions {
            fact(kind(extension), told(extension));
        }
        output::coloured_line(format!(
            "\n  ready after {} ms; filing contacts\n",
            places.ready.as_millis()
        ));
    }

    pub fn filed(&mut self, filed: Filed) {
        if self.style == Style::Json {
            output::json_line(&json!({ "event": "filed", "id": filed.id, "name": filed.name }));
        }
        self.underway.insert(filed.id.clone(), String::new());
        self.names.insert(filed.id, filed.name);
    }

    pub fn corrected(&self, contact: &str, email: &str) {
        match self.style {
            Style::Json => output::json_line(&json!({ "event": "corrected", "id": contact })),
            Style::Text => self.scene(&format!(
                "A colleague corrects the customer of {contact} in the ERP: its e-mail is {email} now, and there are remarks."
            )),
        }
    }

    pub fn entered_twice(&self, phone: &str) {
        match self.style {
            Style::Json => output::json_line(&json!({ "event": "entered-twice" })),
            Style::Text => self.scene(&format!(
                "Another enters two customers with the phone {phone}; then a contact with that phone is filed."
            )),
        }
    }

    fn scene(&self, words: &str) {
        output::coloured_line(format!("\n  {} {words}\n", style("✎").cyan()));
    }

    /// The contact that a step is about, where it was filed here.
    fn about(&self, progress: &Progress) -> Option<String> {
        let record = match &progress.step {
            Step::Filed { record, .. } => record,
            _ => &progress.key,
        };
        let id = record.strip_prefix("contact/")?;
        self.names.contains_key(id).then(|| id.to_owned())
    }

    pub fn step(&mut self, progress: Progress) {
        if self.style == Style::Json {
            let id = self.about(&progress).unwrap_or_else(|| progress.key.clone());
            output::json_line(
                &json!({ "event": "step", "flow": progress.flow, "id": id, "step": progress.step }),
            );
        }
        // The story is that of the contacts that were filed here; customers that the ERP had before come over quietly.
        let Some(key) = self.about(&progress) else {
            return;
        };
        match progress.step {
            Step::Admitted { policy } => {
                let decision = policy
                    .map(|policy| format!("admitted by {policy}"))
                    .unwrap_or_default();
                self.underway.insert(key, decision);
            }
            Step::Skipped { policy, reason } => {
                self.skipped += 1;
                self.underway.remove(&key);
                self.tell(
                    &key,
                    style(format!("skipped by {policy}: {}", printable(&reason))).yellow(),
                );
            }
            Step::Linked {
                erp_key,
                number,
                mapping,
                ..
            } => {
                self.linked += 1;
                let decision = self.underway.remove(&key).unwrap_or_default();
                let customer = style(format!("customer {}", printable(&number))).green();
                self.tell(
                    &key,
                    format!("{decision} → {customer} (key {erp_key}, mapped by {mapping})"),
                );
            }
            Step::Unchanged {
                number, undecided, ..
            } => {
                self.underway.remove(&key);
                let customer = printable(&number).into_owned();
                self.tell(
                    &key,
                    format!("customer {customer}: {}", decided(&undecided, "both sides agree")),
                );
            }
            Step::Filed {
                record,
                is_changed,
                undecided,
                ..
            } => {
                self.underway.remove(&key);
                let word = if is_changed {
                    "taken over into"
                } else {
                    "nothing new for"
                };
                let record = style(printable(&record)).green();
                self.tell(&key, format!("{word} {record}{}", decided(&undecided, "")));
            }
            Step::Undecided { .. } => {
                self.underway.remove(&key);
                let words = "several customers of the ERP could be this one: a conflict waits for a person";
                self.tell(&key, style(words).yellow());
            }
            Step::Written { operation, .. } => {
                self.underway.remove(&key);
                self.tell(&key, format!("written by {operation}"));
            }
            // The story is that of the flow; an automation that heard of the contact too does not end it.
            Step::Handled | Step::Told { .. } | Step::Swept { .. } => {}
            Step::PutOff { reason } => self.tell(
                &key,
                style(format!("waits for another attempt: {}", printable(&reason))).yellow(),
            ),
            Step::Dead { message, .. } => {
                self.dead += 1;
                let decision = self.underway.remove(&key).unwrap_or_default();
                let message = printable(&message);
                let refusal = style(format!("given up, for a person to look at: {message}")).red();
                self.tell(&key, format!("{decision} → {refusal}"));
            }
        }
    }

    pub fn missed(&self, lines: u64) {
        if self.style == Style::Text {
            output::coloured_line(format!("  … {lines} lines went by too fast"));
        }
    }

    /// Tells which extensions changed since the last look.
    pub fn extensions(&mut self, now: Vec<ExtensionStatus>) {
        for extension in &now {
            let before = self
                .extensions
                .iter()
                .find(|old| old.kind == extension.kind && old.name == extension.name);
            if before
                .is_some_and(|before| before.version == extension.version && before.error == extension.error)
            {
                continue;
            }
            match self.style {
                Style::Json => output::json_line(&json!({ "event": "extension", "extension": extension })),
                Style::Text => output::coloured_line(format!(
                    "  {} {} {}",
                    style("↻").cyan(),
                    kind(extension),
                    printable(&told(extension))
                )),
            }
        }
        self.extensions = now;
    }

    pub fn suggest(&self, places: &Places) {
        if self.style == Style::Json {
            return output::json_line(&json!({ "event": "settled" }));
        }
        let variables: Vec<String> = places
            .variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let (variables, program) = (variables.join(" "), program());
        let script = places.scripts_folder.join("admission.rhai");
        let plugin = places.plugins_folder.join("wechat-customer.wasm");
        output::coloured_line(format!("\n  {}", style("What to try while this runs").bold()));
        suggestion(
            &format!(
                "Edit {} and save: the next contact is judged by the new rule.",
                script.display()
            ),
            &[],
        );
        suggestion(
            &format!(
                "Change plugins/wechat-customer and rebuild it: {} is swapped as it changes.",
                plugin.display()
            ),
            &["cargo xtask guests".to_owned()],
        );
        if self.dead > 0 {
            let (id, body) = MENDED;
            let address = format!("{}/v1/records/contact/{id}", places.host);
            suggestion(
                "Name the contact that was given up, and it goes on:",
                &[format!(
                    "curl -X PUT {address} -H 'content-type: application/json' -d '{body}'"
                )],
            );
        }
        suggestion(
            "Ask the ERP itself:",
            &[format!("{variables} {program} call customers.list")],
        );
        suggestion(
            "Look into the host:",
            &[
                format!("{program} audit tail --url {}", places.host),
                format!("{program} dead list --url {}", places.host),
                format!("{program} conflict list --url {}", places.host),
                format!("curl {}/v1/records/contact/demo-01", places.host),
            ],
        );
        output::coloured_line("\n  A new contact comes every few seconds. Ctrl-C ends everything.\n");
    }

    pub fn farewell(&self) {
        match self.style {
            Style::Json => output::json_line(&json!({
                "event": "ending", "linked": self.linked, "skipped": self.skipped, "dead": self.dead,
            })),
            Style::Text => output::coloured_line(format!(
                "\n  {} customers in the ERP, {} contacts skipped, {} given up. Signing out and closing the store.",
                self.linked, self.skipped, self.dead
            )),
        }
    }

    fn tell(&self, id: &str, what: impl std::fmt::Display) {
        if self.style == Style::Text {
            let name = self.names.get(id).map_or(id, String::as_str);
            output::coloured_line(format!(
                "  {id}  {}  {what}",
                pad_str(name, NAME_WIDTH, Alignment::Left, Some("…"))
            ));
        }
    }
}

fn fact(label: &str, value: impl std::fmt::Display) {
    output::coloured_line(format!(
        "  {}  {value}",
        pad_str(label, 15, Alignment::Left, None)
    ));
}

fn suggestion(text: &str, commands: &[String]) {
    output::coloured_line(format!("  • {text}"));
    for command in commands {
        output::coloured_line(format!("      {}", style(command).dim()));
    }
}

fn kind(extension: &ExtensionStatus) -> &'static str {
    match extension.kind {
        ExtensionKind::Plugin => "plugin",
        ExtensionKind::Script => "script",
    }
}

fn told(extension: &ExtensionStatus) -> String {
    let version = extension.version.as_deref().unwrap_or_default();
    let error = extension
        .error
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    match extension.state {
        ExtensionState::Serving => format!("{} serves in version {version}", extension.name),
        ExtensionState::ServingPrevious => format!("{error}\n    version {version} goes on serving"),
        ExtensionState::Paused => format!("{error}\n    version {version} is paused"),
        ExtensionState::Failed => error,
    }
}

/// How this program is called from the working folder.
fn program() -> String {
    let Ok(program) = std::env::current_exe() else {
        return "sunmao".to_owned();
    };
    let folder = std::env::current_dir().unwrap_or_default();
    program
        .strip_prefix(&folder)
        .unwrap_or(&program)
        .display()
        .to_string()
}

/// What a person has to decide about, or the words where there is nothing.
fn decided(undecided: &[String], otherwise: &str) -> String {
    match undecided {
        [] => otherwise.to_owned(),
        fields => format!(" a conflict waits for a person: {}", fields.join(", ")),
    }
}
