//! Questions to whoever sits at the terminal; without one, what would be asked has to be said.

use super::PHASE;
use super::shipped::Integration;
use crate::environment::{ERP_BASE_URL, ERP_PASSWORD, ERP_USERNAME, Environment};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Style;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, MultiSelect, Password};
use std::io::IsTerminal;

fn can_ask(style: Style) -> bool {
    style == Style::Text && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn unanswered(error: dialoguer::Error) -> Failure {
    Failure::new(Exit::Failed, "", PHASE, error.to_string())
        .with_hint("say it with flags: sunmao init --help")
}

/// The names of the integrations that are wanted.
///
/// # Errors
/// Nobody can be asked, or nothing was chosen.
pub fn integrations(known: &[Integration], style: Style) -> Result<Vec<String>, Failure> {
    let names: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
    let unsaid = |words: &str| {
        Failure::new(Exit::Usage, "--integration", PHASE, words)
            .with_hint(format!("name one or more of: {}; or --all", names.join(", ")))
    };
    if !can_ask(style) {
        return Err(unsaid("not said, and nobody can be asked here"));
    }
    let lines: Vec<String> = known
        .iter()
        .map(|one| format!("{}  {} {}", one.name, one.title, one.title_zh))
        .collect();
    let preset: Vec<bool> = known.iter().map(|one| one.name == "customers").collect();
    let chosen = MultiSelect::with_theme(&ColorfulTheme::default())
        .with_prompt("Integrations (space to choose, enter when done)")
        .items(&lines)
        .defaults(&preset)
        .interact()
        .map_err(unanswered)?;
    if chosen.is_empty() {
        return Err(unsaid("none was chosen"));
    }
    Ok(chosen.into_iter().map(|index| names[index].to_owned()).collect())
}

/// The environment with the credentials that it lacked.
///
/// # Errors
/// Nobody can be asked; what is missing is named when the ERP is reached for.
pub fn credentials(environment: Environment, style: Style) -> Result<Environment, Failure> {
    if !can_ask(style) {
        return Ok(environment);
    }
    let mut environment = environment;
    for (name, prompt) in [
        (
            ERP_BASE_URL,
            "Address of the ERP, such as https://erp.example.com",
        ),
        (ERP_USERNAME, "ERP account"),
    ] {
        if environment.get(name).is_none() {
            let given: String = Input::with_theme(&ColorfulTheme::default())
                .with_prompt(prompt)
                .interact_text()
                .map_err(unanswered)?;
            environment = environment.with(name, given.trim());
        }
    }
    if environment.get(ERP_PASSWORD).is_none() {
        let given = Password::with_theme(&ColorfulTheme::default())
            .with_prompt("Its password")
            .interact()
            .map_err(unanswered)?;
        environment = environment.with(ERP_PASSWORD, &given);
    }
    Ok(environment)
}
