//! `sunmao call`: one operation of the ERP, asked directly.

mod arguments;
mod pages;
mod render;

use super::find;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::shutdown::Shutdown;
use crate::{access, custom_fields, logging};
use clap::Args;
use pages::Walked;
use std::time::Duration;
use sunmao_catalogue::{Arguments, Catalogue, Effect, Face, Kind, Operation};
use sunmao_erp_client::ErpClient;
use sunmao_runtime::Accounts;

/// Call an operation of the ERP, with the credentials of the environment
#[derive(Debug, Args)]
pub struct Call {
    /// The operation: its name, such as customers.list, or its menu id
    operation: String,
    /// name=value, name='[{…}]' (JSON), name=@file.json, or @file.json for all; names in English or as on the wire. A
    /// text that itself begins with [, { or @ comes from a file: name=@file.json with the text in double quotes in it
    arguments: Vec<String>,
    /// Walk all pages of a list
    #[arg(long)]
    all: bool,
    /// The account to ask, as in [erp.NAME] of the configuration
    #[arg(long, value_name = "NAME")]
    erp: Option<String>,
}

impl Call {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let catalogue = Catalogue::shared();
        let operation = find::operation(&catalogue, &self.operation)?;
        let given = arguments::read(&self.arguments)?;
        let account = self.erp.as_deref().unwrap_or(Accounts::MAIN);
        let arguments = operation
            .check_with(&given, &custom_fields::read(account)?)
            .map_err(|faults| Failure::unsound_arguments(operation, &faults))?;
        let configuration = context.configuration(Vec::new())?;
        let erp = access::client(&context.environment, &configuration, self.erp.as_deref())?;
        if let (Some(doubt), Style::Text) = (erp.doubt(), context.style()) {
            logging::complaint(format!("warning: {doubt}"));
        }
        let shutdown = Shutdown::listen()?;
        let outcome = tokio::select! {
            outcome = self.ask(&erp, operation, arguments) => outcome,
            () = shutdown.requested() => Err(interrupted(operation)),
        };
        sign_out(&erp, &shutdown).await;
        let Walked { answer, doubt } = outcome?;
        let answer = operation.present(answer, Face::Dynamic);
        match context.style() {
            Style::Json => output::json(&answer),
            Style::Text => render::answer(&answer),
        }
        doubt.map_or(Ok(()), Err)
    }

    async fn ask(
        &self,
        erp: &ErpClient,
        operation: &Operation,
        arguments: Arguments,
    ) -> Result<Walked, Failure> {
        if self.all {
            return pages::walk(erp, operation, arguments).await;
        }
        Ok(Walked {
            answer: erp.call_within(operation, &arguments, Duration::MAX).await?,
            doubt: None,
        })
    }
}

/// Ends the session, unless someone insists on an end. The answer matters more than a session that the ERP ends by
/// itself in time.
async fn sign_out(erp: &ErpClient, shutdown: &Shutdown) {
    tokio::select! {
        signed_out = erp.logout() => if let Err(error) = signed_out {
            tracing::warn!(%error, "not signed out");
        },
        () = shutdown.insisted() => {}
    }
}

/// What is known of a call whose answer nobody waited for.
fn interrupted(operation: &Operation) -> Failure {
    let subject = format!("{} (menu {})", operation.name, operation.id);
    let phase = "waiting for the ERP";
    match operation.effect {
        Effect::Read => Failure::new(Exit::Failed, subject, phase, "interrupted"),
        Effect::Write(_) => Failure::new(
            Exit::Unconfirmed,
            subject,
            phase,
            "interrupted before the ERP's answer came; it may have been carried out",
        )
        .with_kind(Kind::Unconfirmed.name())
        .with_hint("look the record up in the ERP before you call this again"),
    }
}
