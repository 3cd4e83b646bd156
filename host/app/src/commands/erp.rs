//! `sunmao erp`: what is counted of an account's logins, and how a person lets the next one go.

use crate::access;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use clap::{Args, Subcommand};
use serde::Serialize;
use sunmao_erp_client::{ErpClient, LoginTally};

/// Show what is counted of the ERP accounts' logins, or forget it; nothing is asked of the ERP
#[derive(Debug, Args)]
pub struct Erp {
    #[command(subcommand)]
    action: Action,
    /// The only account that is meant, as in [erp.NAME] of the configuration
    #[arg(long, global = true, value_name = "NAME")]
    erp: Option<String>,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Action {
    /// Show the logins that were turned down, those whose outcome nobody saw, and when the next one may go out
    Status,
    /// Forget them, so that the next login may go out: once the account was put right, or the captcha answered
    Unlock,
}

impl Erp {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let configuration = context.configuration(Vec::new())?;
        let names = configuration.account_names(self.erp.as_deref());
        let mut tallies = Vec::new();
        for name in names {
            let client = access::client(&context.environment, &configuration, Some(&name))?;
            if matches!(self.action, Action::Unlock) {
                unlock(&name, &client).await?;
            }
            tallies.push((name, client.login_tally()));
        }
        show(&tallies, context.style());
        Ok(())
    }
}

async fn unlock(name: &str, client: &ErpClient) -> Result<(), Failure> {
    client.unlock_logins().await.map_err(|error| {
        let file = client.login_tally().file.unwrap_or_default();
        Failure::new(
            Exit::Failed,
            format!("[erp.{name}] {}", file.display()),
            "forgetting the logins that are counted",
            error.to_string(),
        )
        .with_hint("see that this account may write to the folder, and that no login is under way")
    })
}

/// An account and what is counted of its logins, as programs read it.
#[derive(Serialize)]
struct Counted<'a> {
    account: &'a str,
    logins: &'a LoginTally,
}

fn show(tallies: &[(String, LoginTally)], style: Style) {
    if style == Style::Json {
        let accounts = tallies.iter();
        let accounts = accounts.map(|(account, logins)| Counted { account, logins });
        return output::json(&accounts.collect::<Vec<_>>());
    }
    let rows = tallies.iter().map(|(name, tally)| {
        let file = tally.file.as_ref();
        let place = file.map_or_else(|| "in memory".to_owned(), |file| file.display().to_string());
        vec![name.clone(), tally.to_string(), place]
    });
    output::line(output::table(["account", "logins", "counted in"], rows));
}
