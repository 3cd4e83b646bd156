//! Where the ERP is, who signs in, and how hard it may be asked.

use crate::{Error, Installation};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;
use sunmao_catalogue::CustomFields;
use url::{Host, Url};

/// Longest device name that the vendor's pages allow.
const SERIAL_LENGTH: usize = 20;

/// Longest time a call may be given.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);

/// Which way the requests take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// What the environment says (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), but never a proxy to this machine itself.
    #[default]
    Environment,
    /// Straight to the ERP, whatever the environment says.
    Direct,
    /// Through this one: `http://`, `https://` or `socks5://`.
    At(Url),
}

/// What a client needs to know. `Debug` prints no credentials, those in an unsound base URL included.
#[derive(Clone)]
pub struct Settings {
    /// Scheme, host, port and, where the ERP does not sit at the root, the path in front of `/webapi`.
    pub base_url: Url,
    /// The account that signs in.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// The device name the ERP files the session under. The vendor's pages ask for 1 to 20 letters and digits; many
    /// installations take others.
    pub serial: String,
    /// The longest a call may take, waiting for its turn included.
    pub timeout: Duration,
    /// The longest a connection may take to open; the call's own time may end earlier.
    pub connect_timeout: Duration,
    /// Most calls a second, of all callers together.
    pub requests_per_second: u32,
    /// Most calls at once, of all callers together.
    pub concurrency: usize,
    /// How often a call that cannot have done anything is repeated.
    pub retries: u32,
    /// Failures in a row after which the ERP is left alone for a while; zero never leaves it alone.
    pub breaker_failures: u32,
    /// How long a code is believed that was found for a label.
    pub labels_age: Duration,
    /// Largest answer read, in bytes after decompression.
    pub largest_answer: usize,
    /// How this installation is spoken to.
    pub installation: Installation,
    /// Certificates of one's own, PEM, trusted beside the public authorities: an authority's, or exactly the ERP's.
    pub certificate_file: Option<PathBuf>,
    /// What stands between this machine and the ERP.
    pub proxy: Proxy,
    /// Where logins that were not accepted are counted beyond the life of this process: every start would else have two
    /// of its own, and the third wrong one in a row makes the ERP ask for a captcha. A file of this account alone, which
    /// holds no credentials.
    pub attempts_file: Option<PathBuf>,
    /// The fields that this installation added itself, which calls may give by their labels.
    pub custom_fields: CustomFields,
}

impl Settings {
    /// The settings that suit the small server an ERP usually runs on: 30 s a call, 20 calls a second, 4 at once,
    /// two repetitions.
    pub fn new(
        base_url: Url,
        username: impl Into<String>,
        password: SecretString,
        serial: impl Into<String>,
    ) -> Self {
        Settings {
            base_url,
            username: username.into(),
            password,
            serial: serial.into(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            requests_per_second: 20,
            concurrency: 4,
            retries: 2,
            breaker_failures: 5,
            labels_age: Duration::from_secs(600),
            largest_answer: 64 * 1024 * 1024,
            installation: Installation::default(),
            certificate_file: None,
            proxy: Proxy::default(),
            attempts_file: None,
            custom_fields: CustomFields::default(),
        }
    }

    /// Where to count logins in a folder that is not this installation's alone: accounts of other ERPs have other files.
    pub fn attempts_file_in(&self, folder: &Path) -> PathBuf {
        let account = format!("{} {}", self.base_url, self.username);
        let name = blake3::hash(account.as_bytes()).to_hex();
        folder.join(format!("login-{}.json", &name[..16]))
    }

    /// Whether the base URL means this machine, where a proxy from the environment is never wanted.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.base_url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The rate as the limiter wants it, once everything was found sound.
    pub(crate) fn check(&self) -> Result<NonZeroU32, Error> {
        self.check_base_url()?;
        self.check_account()?;
        self.check_gateway()?;
        if self.timeout.is_zero() || self.connect_timeout.is_zero() {
            return Err(unsound(
                "timeout",
                "is zero",
                "give it a positive length, such as 30s",
            ));
        }
        if self.timeout > LONGEST_TIMEOUT || self.connect_timeout > LONGEST_TIMEOUT {
            return Err(unsound(
                "timeout",
                "is longer than an hour",
                "the ERP answers within seconds; 30s suits most servers",
            ));
        }
        if self.concurrency == 0 || self.concurrency > tokio::sync::Semaphore::MAX_PERMITS {
            return Err(unsound(
                "concurrency",
                "lets no call through or overflows",
                "allow at least 1 call at once; 4 suits most servers",
            ));
        }
        if self.largest_answer == 0 {
            return Err(unsound(
                "largest_answer",
                "is zero",
                "64 MiB suits every known list",
            ));
        }
        NonZeroU32::new(self.requests_per_second).ok_or_else(|| {
            unsound(
                "requests_per_second",
                "is zero",
                "allow at least 1 call a second; 20 suits most servers",
            )
        })
    }

    fn check_base_url(&self) -> Result<(), Error> {
        let url = &self.base_url;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(unsound(
                "base_url",
                "is no http or https address",
                "write it like https://erp.example.com or http://10.0.0.5:8080/erp",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unsound(
                "base_url",
                "carries credentials",
                "leave them out of the address; they have settings of their own",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unsound(
                "base_url",
                "carries a query or a fragment",
                "end it at the path in front of /webapi",
            ));
        }
        Ok(())
    }

    fn check_gateway(&self) -> Result<(), Error> {
        match &self.installation {
            Installation::Gateway { login_path, .. } if !login_path.starts_with('/') => Err(unsound(
                "gateway_login_path",
                "does not begin with a slash",
                "write the path behind the base URL, such as /api/login",
            )),
            _ => Ok(()),
        }
    }

    fn check_account(&self) -> Result<(), Error> {
        if self.username.trim().is_empty() {
            return Err(unsound(
                "username",
                "is empty",
                "name the ERP account that signs in",
            ));
        }
        if self.password.expose_secret().is_empty() {
            return Err(unsound(
                "password",
                "is empty",
                "give the password of the ERP account",
            ));
        }
        if self.serial.trim().is_empty() || self.serial.chars().any(char::is_control) {
            return Err(Error::Setting {
                setting: "serial",
                problem: format!("is {:?}, which is no name", self.serial),
                hint: DEVICE_NAME,
            });
        }
        Ok(())
    }

    /// What the vendor's pages rule out and most installations take: it is said, and the ERP decides.
    pub(crate) fn doubt(&self) -> Option<String> {
        let length = self.serial.chars().count();
        let is_published = length <= SERIAL_LENGTH && self.serial.chars().all(|c| c.is_ascii_alphanumeric());
        (!is_published).then(|| {
            format!(
                "the device name {:?} ({length} characters) is not what the vendor's pages ask for; most installations \
                 take it all the same: where the login is turned down for it, {DEVICE_NAME}",
                self.serial
            )
        })
    }
}

/// What every installation takes as a device name.
pub(crate) const DEVICE_NAME: &str = "use 1 to 20 letters and digits, such as SUNMAO01";

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut address = self.base_url.clone();
        // An address that takes no credentials has none.
        let _ = address.set_username("");
        let _ = address.set_password(None);
        formatter
            .debug_struct("Settings")
            .field("base_url", &address.as_str())
            .field("username", &self.username)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

fn unsound(setting: &'static str, problem: &str, hint: &'static str) -> Error {
    Error::Setting {
        setting,
        problem: problem.to_owned(),
        hint,
    }
}
