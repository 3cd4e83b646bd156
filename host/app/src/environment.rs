//! Every environment variable that Sunmao reads. `sunmao help` prints this table; a variable that begins with
//! `SUNMAO_` and is not in it is refused, so that a misspelt one is noticed.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use std::collections::BTreeMap;
use std::path::Path;
use sunmao_catalogue::nearest;
use sunmao_runtime::Accounts;

/// The file beside the working folder that adds to the environment; what is set outside it comes first.
const FILE: &str = ".env";
const PHASE: &str = "reading the environment";
const PREFIX: &str = "SUNMAO_";
const ERP_PREFIX: &str = "SUNMAO_ERP_";
const WEBHOOK_PREFIX: &str = "SUNMAO_WEBHOOK_";

/// The base URL of the ERP.
pub const ERP_BASE_URL: &str = "SUNMAO_ERP_BASE_URL";
/// The ERP account.
pub const ERP_USERNAME: &str = "SUNMAO_ERP_USERNAME";
/// The ERP account's password.
pub const ERP_PASSWORD: &str = "SUNMAO_ERP_PASSWORD";
/// The device name.
pub const ERP_SERIAL: &str = "SUNMAO_ERP_SERIAL";
/// The configuration file.
pub const CONFIG: &str = "SUNMAO_CONFIG";
/// The folder of what is kept between runs.
pub const STATE_FOLDER: &str = "SUNMAO_STATE_FOLDER";
/// The running host.
pub const URL: &str = "SUNMAO_URL";
/// The log filter.
pub const LOG: &str = "SUNMAO_LOG";

/// The file that moves the clock, for tests.
pub const TEST_CLOCK_FILE: &str = "SUNMAO_TEST_CLOCK_FILE";

/// One variable.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The key of `sunmao.toml` it stands above, if there is one.
    pub key: Option<&'static str>,
    /// What it means.
    pub meaning: &'static str,
}

/// All of them.
pub const VARIABLES: &[Variable] = &[
    plain(
        ERP_BASE_URL,
        "address of the ERP: scheme, host, port, and the path in front of /webapi",
    ),
    plain(ERP_USERNAME, "the ERP account that signs in"),
    plain(ERP_PASSWORD, "its password"),
    plain(
        ERP_SERIAL,
        "device name the ERP files the session under, 1 to 20 letters and digits [SUNMAO01]",
    ),
    plain(CONFIG, "the configuration file [./sunmao.toml]"),
    plain(
        TEST_CLOCK_FILE,
        "for tests: a file with the seconds by which the clock of `serve` is ahead",
    ),
    plain(
        STATE_FOLDER,
        "where wrong logins are counted of commands that run beside no host [the user's state folder]",
    ),
    plain(
        URL,
        "the running host that `plugin list`, `dead`, `audit` … talk to [the listen address]",
    ),
    plain(
        LOG,
        "what is logged, such as `info` or `warn,sunmao_runtime=debug`",
    ),
    keyed(
        "SUNMAO_SERVER_LISTEN",
        "server.listen",
        "where the HTTP API listens",
    ),
    keyed("SUNMAO_STORE_PATH", "store.path", "the SQLite file"),
    keyed(
        "SUNMAO_EXTENSIONS_PLUGINS_FOLDER",
        "extensions.plugins_folder",
        "where plugins lie",
    ),
    keyed(
        "SUNMAO_EXTENSIONS_SCRIPTS_FOLDER",
        "extensions.scripts_folder",
        "where scripts lie",
    ),
    keyed(
        "SUNMAO_EXTENSIONS_CACHE_FOLDER",
        "extensions.cache_folder",
        "where compiled plugins are kept",
    ),
    keyed(
        "SUNMAO_ERP_REQUESTS_PER_SECOND",
        "erp.requests_per_second",
        "most ERP calls a second",
    ),
    keyed(
        "SUNMAO_ERP_CONCURRENCY",
        "erp.concurrency",
        "most ERP calls at once",
    ),
    keyed(
        "SUNMAO_ERP_TIMEOUT_SECONDS",
        "erp.timeout_seconds",
        "longest ERP call, in seconds",
    ),
];

const fn plain(name: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        key: None,
        meaning,
    }
}

const fn keyed(name: &'static str, key: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        key: Some(key),
        meaning,
    }
}

/// The variables that are set. Not printable, since the password is among them.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads `.env` in the working folder, where there is one, and the process's environment above it.
    ///
    /// # Errors
    /// `.env` cannot be read, or a `SUNMAO_` variable is unknown.
    pub fn read() -> Result<Self, Failure> {
        let mut variables = match files::read_if_there(Path::new(FILE), Exit::Configuration, PHASE)? {
            Some(text) => from_text(&text)?,
            None => BTreeMap::new(),
        };
        variables.extend(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        Environment::of(variables)
    }

    /// The environment that these variables make up.
    ///
    /// # Errors
    /// A `SUNMAO_` variable is unknown.
    pub fn of(variables: BTreeMap<String, String>) -> Result<Self, Failure> {
        let ours: BTreeMap<String, String> = variables
            .into_iter()
            .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
            .collect();
        let known = || VARIABLES.iter().map(|variable| variable.name);
        let is_unknown = |name: &&String| {
            known().all(|known| known != *name) && !is_of_an_account(name) && !is_of_a_webhook(name)
        };
        match ours.keys().find(is_unknown) {
            None => Ok(Environment(ours)),
            Some(unknown) => Err(Failure::new(
                Exit::Configuration,
                unknown,
                "reading the environment",
                "no such variable",
            )
            .with_hint(match nearest(unknown, known()) {
                Some(nearest) => format!("did you mean {nearest}?"),
                None => "`sunmao --help` lists them".to_owned(),
            })),
        }
    }

    /// The same with a variable set.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// The variable of an account in place of the one of `main`: `SUNMAO_ERP_BRANCH_PASSWORD` for `SUNMAO_ERP_PASSWORD`.
pub fn of_account(variable: &str, account: &str) -> String {
    match variable.strip_prefix(ERP_PREFIX) {
        Some(rest) if account != Accounts::MAIN => {
            format!("{ERP_PREFIX}{}_{rest}", account.to_uppercase().replace('-', "_"))
        }
        _ => variable.to_owned(),
    }
}

/// Whether a variable is one of the four of some further account.
fn is_of_an_account(name: &str) -> bool {
    let credentials = [ERP_BASE_URL, ERP_USERNAME, ERP_PASSWORD, ERP_SERIAL];
    let mut endings = credentials
        .iter()
        .filter_map(|variable| variable.strip_prefix(ERP_PREFIX));
    let rest = name.strip_prefix(ERP_PREFIX).unwrap_or_default();
    endings.any(|ending| {
        let account = rest.strip_suffix(ending).and_then(|rest| rest.strip_suffix('_'));
        account.is_some_and(|account| !account.is_empty())
    })
}

/// The variables with the secrets of a webhook: the present one, and the one before it while receivers change over.
pub fn webhook_secrets(name: &str) -> [String; 2] {
    let name = name.to_uppercase().replace('-', "_");
    ["SECRET", "SECRET_PREVIOUS"].map(|which| format!("{WEBHOOK_PREFIX}{name}_{which}"))
}

/// Whether a variable is a secret of some webhook.
fn is_of_a_webhook(name: &str) -> bool {
    let rest = name.strip_prefix(WEBHOOK_PREFIX).unwrap_or_default();
    let mut endings = ["_SECRET", "_SECRET_PREVIOUS"].into_iter();
    endings.any(|ending| rest.strip_suffix(ending).is_some_and(|name| !name.is_empty()))
}

/// The table of variables for `--help`.
pub fn table() -> String {
    let width = VARIABLES
        .iter()
        .map(|variable| variable.name.len())
        .max()
        .unwrap_or_default();
    let lines: Vec<String> = VARIABLES
        .iter()
        .map(|one| format!("  {:width$}  {}", one.name, one.meaning))
        .collect();
    format!(
        "Environment, also from {FILE} in the working folder:\n{}\n\
         The account [erp.NAME] has the first four as SUNMAO_ERP_NAME_….",
        lines.join("\n")
    )
}

fn from_text(text: &str) -> Result<BTreeMap<String, String>, Failure> {
    // The error of a line quotes it, and a line may hold the password: only the line's place is told.
    let unreadable = |error: dotenvy::Error| {
        let message = match error {
            dotenvy::Error::LineParse(_, at) => format!("a line cannot be read, at character {}", at + 1),
            dotenvy::Error::Io(error) => error.to_string(),
            _ => "it cannot be read".to_owned(),
        };
        Failure::new(Exit::Configuration, FILE, "reading the environment", message)
            .with_hint("write NAME=value, one a line; put a value with spaces or # in single quotes")
    };
    dotenvy::Iter::new(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(unreadable)
}
