//! How the ERP is reached: the four variables of the environment, the budget from the configuration, and the file that
//! keeps a third wrong password from being sent by the next run.

use crate::configuration::Erp;
use crate::environment::{ERP_BASE_URL, ERP_PASSWORD, ERP_SERIAL, ERP_USERNAME, Environment, STATE_FOLDER};
use crate::exit::Exit;
use crate::failure::Failure;
use etcetera::base_strategy::{BaseStrategy, choose_base_strategy};
use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;
use sunmao_erp_client::{ErpClient, Settings};
use url::Url;

/// The device name where none is given.
const SERIAL: &str = "SUNMAO01";

/// The file in the state folder.
const ATTEMPTS: &str = "login-attempts.json";

/// A client for the ERP that the environment names.
///
/// # Errors
/// A variable is missing or unsound; all that are missing are named.
pub fn client(environment: &Environment, erp: &Erp) -> Result<ErpClient, Failure> {
    Ok(ErpClient::new(settings(environment, erp)?)?)
}

fn settings(environment: &Environment, erp: &Erp) -> Result<Settings, Failure> {
    let required = [ERP_BASE_URL, ERP_USERNAME, ERP_PASSWORD];
    let [Some(base_url), Some(username), Some(password)] = required.map(|name| environment.get(name)) else {
        let missing: Vec<&str> = required
            .into_iter()
            .filter(|name| environment.get(name).is_none())
            .collect();
        return Err(Failure::new(Exit::Configuration, missing.join(", "), "reading the environment", "not set").with_hint(
            "set them in the environment or in .env (see .env.example); `sunmao simulate` prints values to try with",
        ));
    };
    let base_url = Url::parse(base_url).map_err(|error| {
        Failure::new(
            Exit::Configuration,
            ERP_BASE_URL,
            "reading the environment",
            error.to_string(),
        )
        .with_hint("write it like https://erp.example.com or http://10.0.0.5:8080/erp")
    })?;
    let password = SecretString::from(password.to_owned());
    let mut settings = Settings::new(
        base_url,
        username,
        password,
        environment.get(ERP_SERIAL).unwrap_or(SERIAL),
    );
    settings.requests_per_second = erp.requests_per_second;
    settings.concurrency = erp.concurrency;
    settings.timeout = Duration::from_secs(erp.timeout_seconds);
    settings.attempts_file = state_folder(environment).map(|folder| folder.join(ATTEMPTS));
    Ok(settings)
}

/// Where a user's programs keep what outlives a run. A service without a home has no such place, and counts in memory.
fn state_folder(environment: &Environment) -> Option<PathBuf> {
    if let Some(folder) = environment.get(STATE_FOLDER) {
        return Some(folder.into());
    }
    let strategy = choose_base_strategy().ok()?;
    let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Some(folder.join("sunmao"))
}
