//! `sunmao call`: one operation of the ERP, asked directly.

mod pages;

use super::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::{access, arguments, find, render};
use clap::Args;
use sunmao_catalogue::{Catalogue, Face};

/// Call an operation of the ERP, with the credentials of the environment
#[derive(Debug, Args)]
pub struct Call {
    /// The operation: its name, such as customers.list, or its menu id
    operation: String,
    /// name=value, name='[{…}]' (JSON), name=@file.json, or @file.json for all; names in English or as on the wire
    arguments: Vec<String>,
    /// Walk all pages of a list
    #[arg(long)]
    all: bool,
}

impl Call {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let catalogue = Catalogue::shared();
        let operation = find::operation(&catalogue, &self.operation)?;
        let given = arguments::read(&self.arguments)?;
        let arguments = operation
            .check(&given)
            .map_err(|faults| Failure::unsound_arguments(operation, &faults))?;
        let erp = access::client(&context.environment, &context.configuration(Vec::new())?.erp)?;
        let outcome = match self.all {
            true => pages::walk(&erp, operation, arguments).await,
            false => erp.call(operation, &arguments).await.map_err(Failure::from),
        };
        // The answer matters more than a session that the ERP ends by itself in time.
        if let Err(error) = erp.logout().await {
            tracing::warn!(%error, "not signed out");
        }
        let answer = operation.present(&outcome?, Face::Dynamic);
        match context.style() {
            Style::Json => output::json(&answer),
            Style::Text => render::answer(&answer),
        }
        Ok(())
    }
}
