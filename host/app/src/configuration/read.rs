//! Reading the configuration from its sources, and saying what is wrong with them.

use super::Configuration;
use crate::environment::{self, CONFIG, Environment, VARIABLES};
use crate::exit::Exit;
use crate::failure::Failure;
use figment::error::Kind;
use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider, Source};
use std::path::{Path, PathBuf};
use sunmao_catalogue::nearest;
use sunmao_runtime::Accounts;
use sunmao_runtime::text::{self, TextFault};

/// Used where no other file is named, if it is there.
const DEFAULT_FILE: &str = "sunmao.toml";
/// Keys that people expect under `[erp]`, and the variables that hold them instead.
const CREDENTIALS: [(&str, &str); 9] = [
    ("base_url", "SUNMAO_ERP_BASE_URL"),
    ("url", "SUNMAO_ERP_BASE_URL"),
    ("username", "SUNMAO_ERP_USERNAME"),
    ("user", "SUNMAO_ERP_USERNAME"),
    ("account", "SUNMAO_ERP_USERNAME"),
    ("password", "SUNMAO_ERP_PASSWORD"),
    ("pass", "SUNMAO_ERP_PASSWORD"),
    ("serial", "SUNMAO_ERP_SERIAL"),
    ("serialnum", "SUNMAO_ERP_SERIAL"),
];
const PHASE: &str = "reading the configuration";

/// A flag that stands above a key of the configuration.
#[derive(Debug, Clone)]
pub struct Flag {
    name: &'static str,
    key: &'static str,
    value: String,
}

impl Flag {
    /// A flag that was given; none if it was not.
    pub fn given<T: ToString>(name: &'static str, key: &'static str, value: Option<T>) -> Option<Flag> {
        let value = value?.to_string();
        Some(Flag { name, key, value })
    }
}

/// Everything the configuration is read from; kept by a running host, which reads it again when the file changes.
#[derive(Clone)]
pub struct Sources {
    file: Option<PathBuf>,
    environment: Environment,
    flags: Vec<Flag>,
}

impl Sources {
    /// The file that was named or lies in the working folder, the environment and the flags.
    ///
    /// # Errors
    /// The file that was named does not exist.
    pub fn new(named: Option<&Path>, environment: &Environment, flags: Vec<Flag>) -> Result<Self, Failure> {
        let named = named
            .map(Path::to_path_buf)
            .or_else(|| environment.get(CONFIG).map(PathBuf::from));
        let file = match named {
            Some(file) if !file.is_file() => {
                return Err(Failure::new(
                    Exit::Configuration,
                    file.display().to_string(),
                    PHASE,
                    "there is no such file",
                )
                .with_hint("sunmao.toml.example shows what may stand in it"));
            }
            Some(file) => Some(file),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.is_file()),
        };
        Ok(Sources {
            file,
            environment: environment.clone(),
            flags,
        })
    }

    /// The file, where there is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The environment.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Reads all sources.
    ///
    /// # Errors
    /// The file cannot be read; the key that is unknown or unsound, with where it stands.
    pub fn read(&self) -> Result<Configuration, Failure> {
        let Some(file) = &self.file else {
            return self.read_with(&[]);
        };
        let content = std::fs::read(file).map_err(|error| {
            Failure::new(
                Exit::Configuration,
                file.display().to_string(),
                PHASE,
                error.to_string(),
            )
            .with_hint("check that this account may read the file")
        })?;
        self.read_with(&content)
    }

    /// Reads all sources, with this as the content of the file.
    ///
    /// # Errors
    /// The key that is unknown or unsound, with where it stands.
    pub fn read_with(&self, content: &[u8]) -> Result<Configuration, Failure> {
        let mut figment = Figment::new();
        if let Some(file) = &self.file {
            figment = figment.merge(Content { file, content });
        }
        for variable in VARIABLES {
            if let (Some(key), Some(value)) = (variable.key, self.environment.get(variable.name)) {
                figment = figment.merge(Setting {
                    origin: variable.name,
                    key,
                    value,
                });
            }
        }
        for flag in &self.flags {
            figment = figment.merge(Setting {
                origin: flag.name,
                key: flag.key,
                value: &flag.value,
            });
        }
        let is_named = figment.contains("store.path");
        let configuration: Configuration = figment.extract().map_err(|error| self.unsound(error))?;
        Ok(Configuration {
            is_written: self.file.is_some() || is_named,
            ..configuration
        })
    }

    fn unsound(&self, error: figment::Error) -> Failure {
        let subject = match (&error.metadata, &self.file) {
            (Some(metadata), _) => origin(metadata),
            (None, Some(file)) => file.display().to_string(),
            (None, None) => String::new(),
        };
        let hint = hint(&error);
        Failure::new(Exit::Configuration, subject, PHASE, message(&error)).with_hint(hint)
    }
}

/// What was read from the file: errors name the file, and nobody can change it meanwhile.
struct Content<'a> {
    file: &'a Path,
    content: &'a [u8],
}

impl Provider for Content<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::from("TOML file", self.file)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let (text, _) = text::decode(self.content)
            .map_err(|fault| figment::Error::from(format!("{fault}; {}", TextFault::HINT)))?;
        let mut profiles = Toml::string(&text).data()?;
        for dictionary in profiles.values_mut() {
            place_accounts(dictionary).map_err(|error| *error)?;
        }
        Ok(profiles)
    }
}

/// Where further accounts are read from; no such section may stand in the file.
const ACCOUNTS: &str = "erp_accounts";

/// Takes the tables within `[erp]` out: each is an account with what `[erp]` says around it, and `main` is `[erp]` itself.
fn place_accounts(file: &mut Dict) -> Result<(), Box<figment::Error>> {
    if file.contains_key(ACCOUNTS) {
        let unknown = Kind::UnknownField(ACCOUNTS.to_owned(), &["erp"]);
        return Err(Box::new(unknown.into()));
    }
    let Some(Value::Dict(_, erp)) = file.get_mut("erp") else {
        return Ok(());
    };
    let is_account = |value: &Value| matches!(value, Value::Dict(..));
    let tables: Dict = erp
        .iter()
        .filter(|(_, value)| is_account(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    erp.retain(|_, value| !is_account(value));
    let shared = erp.clone();
    let mut accounts = Dict::new();
    for (name, table) in tables {
        let Value::Dict(tag, table) = table else { continue };
        if name == Accounts::MAIN {
            erp.extend(table);
            continue;
        }
        if !name.starts_with(|c: char| c.is_ascii_lowercase())
            || !name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            let message = format!("`erp.{name}`: an account's name is small letters, digits and hyphens");
            return Err(Box::new(figment::Error::from(message)));
        }
        let mut account = shared.clone();
        account.extend(table);
        accounts.insert(name, Value::Dict(tag, account));
    }
    if !accounts.is_empty() {
        file.insert(ACCOUNTS.to_owned(), Value::from(accounts));
    }
    Ok(())
}

/// One value from elsewhere than the file.
struct Setting<'a> {
    origin: &'static str,
    key: &'static str,
    value: &'a str,
}

impl Provider for Setting<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        // A number is read as one; everything else stays the text it is, addresses and paths among it.
        let value = match self.value.parse::<u64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(self.value),
        };
        match figment::util::nest(self.key, value) {
            Value::Dict(_, dictionary) => Ok(Profile::Default.collect(dictionary)),
            _ => Ok(Map::new()),
        }
    }
}

fn origin(metadata: &Metadata) -> String {
    match &metadata.source {
        Some(Source::File(file)) => file.display().to_string(),
        _ => metadata.name.to_string(),
    }
}

fn message(error: &figment::Error) -> String {
    let path = error.path.join(".").replace(ACCOUNTS, "erp");
    match &error.kind {
        Kind::UnknownField(field, _) => match error.path.last() {
            Some(last) if last == field => format!("unknown key `{path}`"),
            Some(_) => format!("unknown key `{path}.{field}`"),
            None => format!("unknown key `{field}`"),
        },
        kind if path.is_empty() => kind.to_string().trim_end().to_owned(),
        kind => format!("`{path}`: {kind}"),
    }
}

fn hint(error: &figment::Error) -> String {
    let Kind::UnknownField(field, known) = &error.kind else {
        return String::new();
    };
    let account = match error.path.as_slice() {
        [section, ..] if section == "erp" => Some(Accounts::MAIN),
        [section, name, ..] if section == ACCOUNTS => Some(name.as_str()),
        _ => None,
    };
    let credential = CREDENTIALS.iter().find(|(name, _)| name == field);
    if let (Some(account), Some((_, variable))) = (account, credential) {
        let variable = environment::of_account(variable, account);
        return format!(
            "credentials never stand in a file that is shared: set {variable} in the environment or in .env"
        );
    }
    match nearest(field, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
