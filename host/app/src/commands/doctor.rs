//! `sunmao doctor`: whether a host could work here, and which operations the installation knows.

pub(in crate::commands) mod probe;
mod store;

use crate::access;
use crate::api::status::{Status, Unshown};
use crate::configuration::Configuration;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Details, Failure};
use crate::kinds;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::Args;
use probe::Probed;
use serde::Serialize;
use std::path::Path;
use sunmao_catalogue::{Arguments, Catalogue};
use sunmao_erp_client::{ErpClient, LoginTally};
use sunmao_runtime::Accounts;

/// Check the configuration, the folders and every ERP account; with --probe, find out what an installation knows
#[derive(Debug, Args)]
pub struct Doctor {
    /// Ask for every operation that only reads, to see which the installation knows
    #[arg(long)]
    probe: bool,
    /// The only account to look at, as in [erp.NAME] of the configuration
    #[arg(long, value_name = "NAME")]
    erp: Option<String>,
    #[command(flatten)]
    host: Target,
}

/// One thing that was looked at.
struct Finding {
    subject: String,
    problem: Option<Failure>,
    note: String,
}

impl Doctor {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let configuration = context.configuration(Vec::new())?;
        let mut findings = places(&configuration);
        findings.extend(store::growth(&configuration.store.path).await);
        let mut probes = Vec::new();
        for name in configuration.account_names(self.erp.as_deref()) {
            let client = access::client(&context.environment, &configuration, Some(&name));
            let (finding, probed) = match &client {
                Ok(client) => self.visit(&name, client).await,
                Err(failure) => (Finding::of_account(&name, Err(failure.clone())), None),
            };
            findings.push(finding);
            findings.extend(
                client
                    .ok()
                    .map(|client| Finding::of_logins(&name, &client.login_tally())),
            );
            probes.extend(probed.map(|probed| (name, probed)));
        }
        findings.push(self.unshown(context).await?);
        match context.style() {
            Style::Json => output::json(&report(&findings, &probes)),
            Style::Text => show(&findings, &probes),
        }
        let problems: Vec<String> = findings
            .iter()
            .filter_map(|finding| finding.problem.as_ref().map(ToString::to_string))
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Failed,
            "",
            "looking the installation over",
            "not everything is well",
        )
        .with_faults(problems))
    }

    /// What a running host has noticed that an ERP does not show.
    async fn unshown(&self, context: &Context) -> Result<Finding, Failure> {
        let remote = self.host.connect(context)?;
        let note = match remote.get::<Status>("/v1/status", &()).await {
            Ok(status) if status.unshown.is_empty() => "none noticed".to_owned(),
            Ok(status) => told(&status.unshown),
            Err(_) => "not known: no host is running".to_owned(),
        };
        Ok(Finding::well("fields that the ERP never shows", note))
    }

    /// Signs in to an account, probes where that is wanted, and signs out.
    async fn visit(&self, name: &str, client: &ErpClient) -> (Finding, Option<Vec<Probed>>) {
        let catalogue = Catalogue::shared();
        let signed_in = sign_in(client, &catalogue).await;
        let probed = match (&signed_in, self.probe) {
            (Ok(_), true) => Some(probe::probe(client, &catalogue).await),
            _ => None,
        };
        if let Err(error) = client.logout().await {
            tracing::warn!(%error, "not signed out");
        }
        let finding = Finding::of_account(name, signed_in);
        (finding.with_doubt(client.doubt()), probed)
    }
}

/// The smallest list there is brings a login about; whatever the ERP says of the list itself, it was reached.
async fn sign_in(client: &ErpClient, catalogue: &Catalogue) -> Result<String, Failure> {
    let Some(operation) = catalogue.find("customers.list") else {
        return Ok(String::new());
    };
    let mut arguments = Arguments::default();
    if let Some(paging) = &operation.paging {
        arguments.set(&paging.size, 1.into());
        arguments.set(&paging.index, 1.into());
    }
    let outcome = client.call(operation, &arguments).await;
    let status = client.session_status();
    match outcome {
        Err(error) if !status.signed_in => Err(error.into()),
        _ => Ok(status.application_version.unwrap_or_default()),
    }
}

impl Finding {
    fn well(subject: impl Into<String>, note: impl Into<String>) -> Self {
        Finding {
            subject: subject.into(),
            problem: None,
            note: note.into(),
        }
    }

    fn with_doubt(mut self, doubt: Option<String>) -> Self {
        if let Some(doubt) = doubt {
            self.note = format!("{}; {doubt}", self.note);
        }
        self
    }

    /// What is counted of an account's logins. That none is sent any more is said by the account's own finding.
    fn of_logins(name: &str, tally: &LoginTally) -> Self {
        let subject = format!("{} logins", section(name));
        let problem = tally.problem.as_ref().map(|problem| {
            Failure::new(Exit::Failed, &subject, "counting logins", problem.clone()).with_hint(
                "see that the folder may be written to and has room: every start would else try anew",
            )
        });
        Finding {
            note: tally.to_string(),
            subject,
            problem,
        }
    }

    fn of_account(name: &str, signed_in: Result<String, Failure>) -> Self {
        let subject = section(name);
        match signed_in {
            Ok(version) if version.is_empty() => {
                Finding::well(subject, "signs in; the ERP does not say its version")
            }
            Ok(version) => Finding::well(subject, format!("signs in; version {version}")),
            Err(failure) => Finding {
                subject,
                note: failure.message().to_owned(),
                problem: Some(failure),
            },
        }
    }
}

/// Fields by account and operation: `[erp] customers.save-company: mobile, remark`.
fn told(unshown: &[Unshown]) -> String {
    let groups =
        unshown.chunk_by(|one, other| (&one.account, &one.operation) == (&other.account, &other.operation));
    let groups = groups.filter_map(|group| {
        let Unshown {
            account, operation, ..
        } = group.first()?;
        let fields: Vec<&str> = group.iter().map(|known| known.field.as_str()).collect();
        Some(format!("{} {operation}: {}", section(account), fields.join(", ")))
    });
    groups.collect::<Vec<_>>().join("; ")
}

fn section(account: &str) -> String {
    match account {
        Accounts::MAIN => "[erp]".to_owned(),
        name => format!("[erp.{name}]"),
    }
}

/// The folders of the extensions and of the store.
fn places(configuration: &Configuration) -> Vec<Finding> {
    let extensions = &configuration.extensions;
    let mut findings = vec![Finding::well("configuration", "sound")];
    for (subject, folder) in [
        ("[extensions] plugins_folder", extensions.plugins_folder.as_path()),
        ("[extensions] scripts_folder", extensions.scripts_folder.as_path()),
    ] {
        let note = match folder.is_dir() {
            true => folder.display().to_string(),
            false => format!(
                "{} is not there yet; no extension will be loaded",
                folder.display()
            ),
        };
        findings.push(Finding::well(subject, note));
    }
    findings.push(kinds_of_records(&configuration.hub.kinds_folder));
    findings.push(store::file(&configuration.store.path));
    findings.push(store::copies(&configuration.store));
    findings
}

fn kinds_of_records(folder: &Path) -> Finding {
    let subject = "[hub] kinds_folder";
    match kinds::read(folder) {
        Ok(kinds) => Finding::well(
            subject,
            format!("{}: {} kinds of records", folder.display(), kinds.own().count()),
        ),
        Err(failure) => Finding {
            subject: subject.to_owned(),
            note: folder.display().to_string(),
            problem: Some(failure),
        },
    }
}

fn show(findings: &[Finding], probes: &[(String, Vec<Probed>)]) {
    let rows = findings.iter().map(|finding| {
        let word = if finding.problem.is_some() { "FAULT" } else { "ok" };
        vec![word.to_owned(), finding.subject.clone(), finding.note.clone()]
    });
    output::line(output::table(["", "subject", "finding"], rows));
    for (account, probed) in probes {
        output::line(format!(
            "\nOperations that the installation of `{account}` knows:"
        ));
        let rows = probe::by_module(probed).into_iter().map(|module| {
            let count = |number: usize| number.to_string();
            vec![
                module.name,
                count(module.known),
                count(module.unknown),
                count(module.unclear),
            ]
        });
        output::line(output::table(["module", "known", "unknown", "not told"], rows));
        for unknown in probed
            .iter()
            .filter(|probed| probed.state == probe::State::Unknown)
        {
            output::line(format!("  unknown here: {}  {}", unknown.name, unknown.title));
        }
    }
}

/// What was found out, as programs read it.
#[derive(Serialize)]
struct Report<'a> {
    findings: Vec<ReportedFinding<'a>>,
    probes: Vec<ReportedProbe<'a>>,
}

#[derive(Serialize)]
struct ReportedFinding<'a> {
    subject: &'a str,
    sound: bool,
    note: &'a str,
    error: Option<&'a Details>,
}

#[derive(Serialize)]
struct ReportedProbe<'a> {
    account: &'a str,
    operations: &'a [Probed],
}

fn report<'a>(findings: &'a [Finding], probes: &'a [(String, Vec<Probed>)]) -> Report<'a> {
    let findings = findings.iter().map(|finding| ReportedFinding {
        subject: &finding.subject,
        sound: finding.problem.is_none(),
        note: &finding.note,
        error: finding.problem.as_ref().map(Failure::details),
    });
    let probes = probes
        .iter()
        .map(|(account, operations)| ReportedProbe { account, operations });
    Report {
        findings: findings.collect(),
        probes: probes.collect(),
    }
}
