//! How the ERP is reached: four variables of the environment for each account, the manners from the configuration, and the
//! file that keeps a third wrong password from being sent by the next run: beside the store of an installation, or in
//! the user's state folder where there is none.

use crate::configuration::{Configuration, Erp};
use crate::custom_fields;
use crate::environment::{
    self, ERP_BASE_URL, ERP_PASSWORD, ERP_SERIAL, ERP_USERNAME, Environment, STATE_FOLDER,
};
use crate::exit::Exit;
use crate::failure::Failure;
use etcetera::base_strategy::{BaseStrategy, choose_base_strategy};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use sunmao_catalogue::nearest;
use sunmao_erp_client::{ErpClient, Installation, Proxy, Settings};
use sunmao_runtime::Accounts;
use url::Url;

/// The device name where none is given.
const SERIAL: &str = "SUNMAO01";

const ENVIRONMENT: &str = "reading the environment";

/// A client for one account; `main` where none is named. Logins are counted with those of the host, where the
/// configuration tells of one.
///
/// # Errors
/// There is no such account; a variable is missing or unsound: all that are missing are named; a setting is unsound.
pub fn client(
    environment: &Environment,
    configuration: &Configuration,
    account: Option<&str>,
) -> Result<ErpClient, Failure> {
    let store = configuration.installed_store();
    of_account(
        environment,
        configuration,
        account.unwrap_or(Accounts::MAIN),
        store,
    )
}

/// A client for each account of a host, which counts logins beside its store.
///
/// # Errors
/// As [`client`].
pub fn accounts(environment: &Environment, configuration: &Configuration) -> Result<Accounts, Failure> {
    let store = Some(configuration.store.path.as_path());
    let of = |name: &str| of_account(environment, configuration, name, store);
    let others = configuration.erp_accounts.keys();
    let others = others.map(|name| Ok((name.clone(), of(name)?)));
    let others: BTreeMap<String, ErpClient> = others.collect::<Result<_, Failure>>()?;
    Ok(Accounts::new(of(Accounts::MAIN)?, others))
}

fn of_account(
    environment: &Environment,
    configuration: &Configuration,
    name: &str,
    store: Option<&Path>,
) -> Result<ErpClient, Failure> {
    let found = configuration.accounts().find(|(known, _)| *known == name);
    let Some((_, erp)) = found else {
        let known: Vec<&str> = configuration.accounts().map(|(known, _)| known).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("known here: {}", known.join(", ")),
        };
        return Err(Failure::new(
            Exit::Usage,
            format!("[erp.{name}]"),
            "choosing the ERP account",
            "there is no such account",
        )
        .with_hint(hint));
    };
    let mut settings = settings(environment, name, erp)?;
    settings.attempts_file = match store {
        Some(store) => Some(beside(store, name)),
        None => state_folder(environment).map(|folder| settings.attempts_file_in(&folder)),
    };
    Ok(ErpClient::new(settings)?)
}

/// Where an account's logins are counted beside a store: one place, whatever name the store's file is reached by.
fn beside(store: &Path, account: &str) -> PathBuf {
    let store = store.canonicalize().unwrap_or_else(|_| store.to_owned());
    store.with_added_extension(format!("login-{account}.json"))
}

fn settings(environment: &Environment, account: &str, erp: &Erp) -> Result<Settings, Failure> {
    let named = |variable: &str| environment::of_account(variable, account);
    let required = [ERP_BASE_URL, ERP_USERNAME, ERP_PASSWORD].map(named);
    let [Some(base_url), Some(username), Some(password)] =
        required.each_ref().map(|name| environment.get(name))
    else {
        let missing: Vec<&str> = required
            .iter()
            .map(String::as_str)
            .filter(|name| environment.get(name).is_none())
            .collect();
        return Err(Failure::new(Exit::Configuration, missing.join(", "), ENVIRONMENT, "not set").with_hint(
            "set them in the environment or in .env (see .env.example); `sunmao simulate` prints values to try with",
        ));
    };
    let base_url = Url::parse(base_url).map_err(|error| {
        Failure::new(Exit::Configuration, &required[0], ENVIRONMENT, error.to_string())
            .with_hint("write it like https://erp.example.com or http://10.0.0.5:8080/erp")
    })?;
    let password = SecretString::from(password.to_owned());
    let serial = named(ERP_SERIAL);
    let mut settings = Settings::new(
        base_url,
        username,
        password,
        environment.get(&serial).unwrap_or(SERIAL),
    );
    settings.installation = installation(erp)?;
    settings.certificate_file.clone_from(&erp.certificate_file);
    settings.proxy = proxy(account, erp)?;
    settings.retries = erp.retries;
    settings.breaker_failures = erp.breaker_failures;
    settings.requests_per_second = erp.requests_per_second;
    settings.concurrency = erp.concurrency;
    settings.timeout = Duration::from_secs(erp.timeout_seconds);
    settings.custom_fields = custom_fields::read(account)?;
    Ok(settings)
}

fn installation(erp: &Erp) -> Result<Installation, Failure> {
    let mut installation = erp.installation.parse()?;
    if let Installation::Gateway { login_path, bodies } = &mut installation {
        if let Some(path) = &erp.gateway_login_path {
            login_path.clone_from(path);
        }
        if let Some(named) = &erp.gateway_bodies {
            *bodies = named.parse()?;
        }
    }
    Ok(installation)
}

fn proxy(account: &str, erp: &Erp) -> Result<Proxy, Failure> {
    match erp.proxy.as_deref() {
        None => Ok(Proxy::Environment),
        Some("none") => Ok(Proxy::Direct),
        Some(address) => Url::parse(address).map(Proxy::At).map_err(|error| {
            Failure::new(
                Exit::Configuration,
                format!("[erp.{account}] proxy"),
                "reading the configuration",
                error.to_string(),
            )
            .with_hint("write it like http://proxy.example.com:3128, or `none`")
        }),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(state: &Path) -> Environment {
        let variables = [
            (ERP_BASE_URL, "http://127.0.0.1:1"),
            (ERP_USERNAME, "interface"),
            (ERP_PASSWORD, "secret"),
            (STATE_FOLDER, state.to_str().unwrap()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Environment::of(variables.into()).unwrap()
    }

    fn of_command(environment: &Environment, configuration: &Configuration) -> PathBuf {
        let client = client(environment, configuration, None).unwrap();
        client.login_tally().file.unwrap()
    }

    fn of_host(environment: &Environment, configuration: &Configuration) -> PathBuf {
        let accounts = accounts(environment, configuration).unwrap();
        let files: Vec<PathBuf> = accounts
            .iter()
            .filter_map(|(_, client)| client.login_tally().file)
            .collect();
        files[0].clone()
    }

    #[test]
    fn a_command_counts_with_the_host_where_anything_tells_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let environment = environment(&folder.path().join("state"));
        let mut configuration = Configuration::default();
        configuration.store.path = folder.path().join("hub.sqlite");
        let beside = folder.path().join("hub.sqlite.login-main.json");
        assert_eq!(of_host(&environment, &configuration), beside);
        let alone = of_command(&environment, &configuration);
        assert!(alone.starts_with(folder.path().join("state")), "{alone:?}");

        let written = Configuration {
            is_written: true,
            ..configuration.clone()
        };
        assert_eq!(of_command(&environment, &written), beside);
        std::fs::write(&configuration.store.path, "").unwrap();
        let there = of_command(&environment, &configuration);
        assert_eq!(there, of_host(&environment, &configuration));
    }

    #[cfg(unix)]
    #[test]
    fn a_store_has_one_tally_by_whatever_name_it_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let environment = environment(folder.path());
        let (store, link) = (folder.path().join("hub.sqlite"), folder.path().join("link"));
        std::fs::write(&store, "").unwrap();
        std::os::unix::fs::symlink(&store, &link).unwrap();
        let [direct, linked] = [store, link].map(|path| {
            let mut configuration = Configuration::default();
            configuration.store.path = path;
            of_host(&environment, &configuration)
        });
        assert_eq!(direct, linked);
    }
}
