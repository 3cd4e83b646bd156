//! `sunmao init`: a folder for an installation, with the integrations that a company wants.

mod asking;
mod looking;
pub mod shipped;
pub mod writing;

use crate::access;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::environment::{ERP_BASE_URL, ERP_PASSWORD, ERP_USERNAME, Environment};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use clap::Args;
use looking::Looked;
use serde::Serialize;
use shipped::Integration;
use std::path::PathBuf;
use writing::{Placed, Plan};

const PHASE: &str = "setting up the installation";

/// Write sunmao.toml, .env, scripts and plugins for the chosen integrations into the working folder
#[derive(Debug, Args)]
pub struct Init {
    /// An integration to set up; what it needs comes along [default: asked for]
    #[arg(long = "integration", value_name = "NAME")]
    integrations: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "integrations")]
    all: bool,
    /// Only list the integrations that there are, with what each needs and cannot do
    #[arg(long)]
    list: bool,
    /// Address of the ERP [default: SUNMAO_ERP_BASE_URL, else asked for]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The ERP account [default: SUNMAO_ERP_USERNAME, else asked for]; its password comes from SUNMAO_ERP_PASSWORD or is asked for
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// What stands in front of the ERP's API
    #[arg(long, value_name = "INSTALLATION", default_value = "standard", value_parser = ["standard", "legacy", "gateway"])]
    installation: String,
    /// Folder with the compiled plugins that are shipped
    #[arg(long, value_name = "FOLDER", default_value = "plugins/dist")]
    plugins_folder: PathBuf,
    /// Ask the ERP nothing; credentials are filled into .env later
    #[arg(long)]
    offline: bool,
}

impl Init {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let known = shipped::all()?;
        if self.list {
            return list(&known, context.style());
        }
        let chosen = self.chosen(&known, context.style())?;
        let environment = match self.offline {
            true => self.given(context.environment.clone()),
            false => asking::credentials(self.given(context.environment.clone()), context.style())?,
        };
        let plan = Plan::of(&chosen, &environment, &self.installation, &self.plugins_folder)?;
        let looked = match self.offline {
            true => None,
            false => Some(self.look(&chosen, &environment).await?),
        };
        let placed = plan.write()?;
        tell(&chosen, looked.as_ref(), &placed, context.style());
        Ok(())
    }

    fn given(&self, mut environment: Environment) -> Environment {
        for (name, value) in [(ERP_BASE_URL, &self.base_url), (ERP_USERNAME, &self.username)] {
            if let Some(value) = value {
                environment = environment.with(name, value);
            }
        }
        environment
    }

    /// The chosen integrations with what they need, in the order in which they are shipped.
    fn chosen<'a>(&self, known: &'a [Integration], style: Style) -> Result<Vec<&'a Integration>, Failure> {
        let names: Vec<String> = match (self.all, self.integrations.is_empty()) {
            (true, _) => known.iter().map(|one| one.name.clone()).collect(),
            (false, false) => self.integrations.clone(),
            (false, true) => asking::integrations(known, style)?,
        };
        shipped::with_needs(known, &names)
    }

    /// Reads from the ERP what the chosen flows will read; nothing is written there.
    async fn look(&self, chosen: &[&Integration], environment: &Environment) -> Result<Looked, Failure> {
        let mut configuration = Configuration::default();
        configuration.erp.installation.clone_from(&self.installation);
        let client =
            access::client(environment, &configuration, None).map_err(|failure| match failure.exit() {
                Exit::Configuration if environment.get(ERP_PASSWORD).is_none() => failure.with_hint(
                    "set it in the environment or in .env, or add --offline and fill in .env later",
                ),
                _ => failure,
            })?;
        let looked = looking::look(&client, chosen).await;
        if let Err(error) = client.logout().await {
            tracing::warn!(%error, "not signed out");
        }
        looked
    }
}

/// What was set up, as programs read it.
#[derive(Serialize)]
struct Report<'a> {
    integrations: Vec<&'a str>,
    files: &'a [Placed],
    erp: Option<&'a Looked>,
}

fn tell(chosen: &[&Integration], looked: Option<&Looked>, placed: &[Placed], style: Style) {
    if style == Style::Json {
        return output::json(&Report {
            integrations: chosen.iter().map(|one| one.name.as_str()).collect(),
            files: placed,
            erp: looked,
        });
    }
    if let Some(looked) = looked {
        looked.show();
    }
    output::line("\nRights that the ERP account needs:");
    for one in chosen {
        output::line(format!("  {}: {}\n  {}", one.name, one.rights, one.rights_zh));
    }
    output::line("");
    for one in placed {
        output::line(format!("  {:8} {}", one.what, one.file.display()));
    }
    output::line(match looked {
        Some(_) => "\nNext: sunmao serve",
        None => "\nNext: fill in .env, then: sunmao doctor, and sunmao serve",
    });
}

fn list(known: &[Integration], style: Style) -> Result<(), Failure> {
    if style == Style::Json {
        output::json(&known);
        return Ok(());
    }
    for one in known {
        let needs = match one.needs.is_empty() {
            true => String::new(),
            false => format!(" (needs {})", one.needs.join(", ")),
        };
        output::line(format!("{}: {} {}{needs}", one.name, one.title, one.title_zh));
        for text in [&one.summary, &one.summary_zh, &one.limits, &one.limits_zh] {
            output::line(format!("    {text}"));
        }
    }
    Ok(())
}
