//! The configuration: `sunmao.toml`, above it `.env` and the environment, above those the flags. Credentials are not
//! part of it; they come from the environment alone (see `access.rs`). Relative paths start at the working folder.

mod read;
#[cfg(test)]
mod tests;

pub use read::{Flag, Sources};

use jiff::SignedDuration;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use sunmao_runtime::plugins::CompileBounds;
use sunmao_runtime::{
    Accounts, ExtensionSettings, ExtensionsSettings, FlowSettings, Limits, Retention, WebhookSettings,
};

/// `sunmao.toml`, as written and with defaults filled in.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// `[server]`
    pub server: Server,
    /// `[store]`
    pub store: StoreSection,
    /// `[hub]`
    pub hub: Hub,
    /// `[extensions]`
    pub extensions: ExtensionsSection,
    /// `[erp]`: the account `main`.
    pub erp: Erp,
    /// `[erp.NAME]`: further accounts, each with what `[erp]` says where it says nothing itself.
    pub erp_accounts: BTreeMap<String, Erp>,
    /// `[limits]`
    pub limits: Limits,
    /// `[plugin.NAME]`
    pub plugin: BTreeMap<String, ExtensionSettings>,
    /// `[script.NAME]`
    pub script: BTreeMap<String, ExtensionSettings>,
    /// `[webhook.NAME]`
    pub webhook: BTreeMap<String, WebhookSettings>,
    /// `[flow.NAME]`
    pub flow: BTreeMap<String, FlowSettings>,
    /// Whether anything but the defaults was read: a file, or a store that was named elsewhere.
    #[serde(skip)]
    pub is_written: bool,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where the HTTP API listens.
    pub listen: SocketAddr,
    /// Further names of this host, such as `sunmao.example.com`, with a port where it is another than the one listened on.
    pub hosts: Vec<String>,
    /// Most connections at once.
    pub connections: u32,
    /// How long a connection may bring nothing of what it owes, in seconds.
    pub idle_seconds: u64,
    /// How long the whole body of a request may take, in seconds.
    pub body_seconds: u64,
    /// What may be asked of the ERP over HTTP: `stock-levels.*`, `products.list`.
    pub grants: Vec<String>,
}

/// `[store]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSection {
    /// The SQLite file.
    pub path: PathBuf,
    /// `[store.backup]`
    pub backup: Option<BackupSection>,
    /// `[store.keep]`
    pub keep: Keep,
}

/// `[store.keep]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keep {
    /// How long deliveries are kept that ended, in days.
    pub deliveries_days: u32,
    /// How long rows of the audit log are kept, in days; zero for ever.
    pub audit_days: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Keep {
            deliveries_days: 14,
            audit_days: 0,
        }
    }
}

impl Keep {
    /// The same as the flows want to know it.
    pub fn retention(self) -> Retention {
        let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
        Retention {
            ended: days(self.deliveries_days),
            audit: (self.audit_days > 0).then(|| days(self.audit_days)),
        }
    }
}

/// `[store.backup]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupSection {
    /// Where copies of the store lie.
    pub folder: PathBuf,
    /// An interval: `24h`. Without it and cron, copies are made by hand alone.
    pub every: Option<String>,
    /// `0 3 * * *`.
    pub cron: Option<String>,
    /// Where cron's clock hangs; none for UTC.
    pub time_zone: Option<String>,
    /// How many copies are kept.
    pub keep: usize,
}

impl Default for BackupSection {
    fn default() -> Self {
        BackupSection {
            folder: "backups".into(),
            every: None,
            cron: None,
            time_zone: None,
            keep: 14,
        }
    }
}

/// `[hub]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hub {
    /// Where the operator's kinds of records lie, and further fields of the shipped ones.
    pub kinds_folder: PathBuf,
    /// Where the templates of documents lie.
    pub templates_folder: PathBuf,
}

impl Default for Hub {
    fn default() -> Self {
        Hub {
            kinds_folder: "kinds".into(),
            templates_folder: "templates".into(),
        }
    }
}

/// `[extensions]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExtensionsSection {
    /// Where plugins lie.
    pub plugins_folder: PathBuf,
    /// Where scripts lie.
    pub scripts_folder: PathBuf,
    /// Where the fixtures of scripts and plugins lie, for `sunmao flow test`.
    pub fixtures_folder: PathBuf,
    /// Where compiled plugins are kept.
    pub cache_folder: PathBuf,
    /// Memory that compiling one plugin may take, in MiB.
    pub compile_megabytes: u64,
    /// Time that compiling one plugin may take, in seconds.
    pub compile_seconds: u64,
}

/// `[erp]` and `[erp.NAME]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Erp {
    /// The kind of installation: `standard`, `legacy`, `gateway`.
    pub installation: String,
    /// Where a gateway takes logins; none for the usual place.
    pub gateway_login_path: Option<String>,
    /// What a gateway takes and answers: `erp`, `plain`; none for the usual.
    pub gateway_bodies: Option<String>,
    /// Certificates of one's own, a PEM file: an authority's, or exactly the ERP's.
    pub certificate_file: Option<PathBuf>,
    /// The proxy's address, or `none`; nothing for what the environment says.
    pub proxy: Option<String>,
    /// How often a call that cannot have done anything is repeated.
    pub retries: u32,
    /// Failures in a row after which the ERP is left alone for a while; zero for never.
    pub breaker_failures: u32,
    /// Most calls a second.
    pub requests_per_second: u32,
    /// Most calls at once.
    pub concurrency: usize,
    /// Longest call, in seconds.
    pub timeout_seconds: u64,
}

impl Default for Server {
    fn default() -> Self {
        Server {
            listen: (Ipv4Addr::LOCALHOST, 7070).into(),
            hosts: Vec::new(),
            connections: 512,
            idle_seconds: 30,
            body_seconds: 300,
            grants: Vec::new(),
        }
    }
}

impl Default for StoreSection {
    fn default() -> Self {
        StoreSection {
            path: PathBuf::from("data/sunmao.sqlite"),
            backup: None,
            keep: Keep::default(),
        }
    }
}

impl Default for ExtensionsSection {
    fn default() -> Self {
        ExtensionsSection {
            plugins_folder: PathBuf::from("plugins/dist"),
            scripts_folder: PathBuf::from("scripts"),
            fixtures_folder: PathBuf::from("fixtures"),
            cache_folder: PathBuf::from("data/cache"),
            compile_megabytes: 2_048,
            compile_seconds: 60,
        }
    }
}

impl Default for Erp {
    fn default() -> Self {
        Erp {
            installation: "standard".to_owned(),
            gateway_login_path: None,
            gateway_bodies: None,
            certificate_file: None,
            proxy: None,
            retries: 2,
            breaker_failures: 5,
            requests_per_second: 20,
            concurrency: 4,
            timeout_seconds: 30,
        }
    }
}

impl Server {
    /// Whether another configuration differs at most in names and grants, which are looked at anew with each request.
    fn serves_like(&self, other: &Server) -> bool {
        let other = Server {
            hosts: self.hosts.clone(),
            grants: self.grants.clone(),
            ..other.clone()
        };
        *self == other
    }
}

impl Configuration {
    /// The accounts by name, `main` first.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &Erp)> {
        let others = self.erp_accounts.iter().map(|(name, erp)| (name.as_str(), erp));
        std::iter::once((Accounts::MAIN, &self.erp)).chain(others)
    }

    /// The account that is meant, or all of them.
    pub fn account_names(&self, only: Option<&str>) -> Vec<String> {
        match only {
            Some(name) => vec![name.to_owned()],
            None => self.accounts().map(|(name, _)| name.to_owned()).collect(),
        }
    }

    /// The store of the host that this configuration is for; none where nothing tells of a host.
    pub fn installed_store(&self) -> Option<&Path> {
        let path = self.store.path.as_path();
        (self.is_written || path.exists()).then_some(path)
    }

    /// What the extensions' loader wants to know.
    pub fn extensions_settings(&self) -> ExtensionsSettings {
        ExtensionsSettings {
            plugins_folder: self.extensions.plugins_folder.clone(),
            scripts_folder: self.extensions.scripts_folder.clone(),
            limits: self.limits,
            plugins: self.plugin.clone(),
            scripts: self.script.clone(),
        }
    }

    /// What compiling one plugin may take.
    pub fn compile_bounds(&self) -> CompileBounds {
        CompileBounds {
            megabytes: self.extensions.compile_megabytes,
            seconds: self.extensions.compile_seconds,
        }
    }

    /// The sections that differ from another configuration's and only take effect at the next start.
    pub fn fixed_sections_that_differ(&self, other: &Configuration) -> Vec<&'static str> {
        let sections = [
            ("server", !self.server.serves_like(&other.server)),
            ("store", self.store != other.store),
            ("hub", self.hub != other.hub),
            ("extensions", self.extensions != other.extensions),
            (
                "erp",
                self.erp != other.erp || self.erp_accounts != other.erp_accounts,
            ),
        ];
        sections
            .into_iter()
            .filter(|(_, differs)| *differs)
            .map(|(name, _)| name)
            .collect()
    }
}
