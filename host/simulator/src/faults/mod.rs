//! What goes wrong in the field, by chance and by seed.

mod answer;
mod dice;
mod meddle;

pub(crate) use answer::{page, respond, with_raw_controls, with_raw_sentences};
pub(crate) use dice::Dice;
pub(crate) use meddle::{Meddling, meddle};

use crate::plan::Action;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use sunmao_catalogue::Operation;

/// One thing that goes wrong in a business call; `login-error` goes wrong in logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// `expired-session`: the call finds its session gone, and gone it is.
    ExpiredSession,
    /// `server-error`: HTTP 500 with plain text; nothing is done.
    ServerError,
    /// `bad-gateway`: HTTP 502 with an HTML page; nothing is done.
    BadGateway,
    /// `html`: an HTML page with HTTP 200; nothing is done.
    Html,
    /// `empty`: HTTP 200 without a body; nothing is done.
    Empty,
    /// `control-characters`: a sound answer with raw control characters inside its strings.
    ControlCharacters,
    /// `slow`: the work is done, and the answer takes [`Options::slow`](crate::Options::slow) to come.
    Slow,
    /// `dropped-before`: the connection closes without a byte of an answer; nothing is done.
    DroppedBefore,
    /// `dropped-after`: the work is done, and the connection closes without a byte of an answer.
    DroppedAfter,
    /// `unsaved-success`: a write answers its usual success and stores nothing. A key that it names is used up.
    UnsavedSuccess,
    /// `row-inserted`: before a page of a list is answered, a colleague adds a record of the object, so that the
    /// pages shift.
    RowInserted,
    /// `row-deleted`: before a page of a list is answered, a colleague deletes the newest record of the object that no
    /// call has written, so that the pages shift.
    RowDeleted,
    /// `too-many-requests`: HTTP 429 with `Retry-After: 1`; nothing is done.
    TooManyRequests,
    /// `torn`: the work is done, and the connection closes in the middle of the answer.
    Torn,
    /// `login-error`: a login is answered with HTTP 503 and plain text.
    LoginError,
    /// `partly-saved`: a save answers its usual success and stores a part of what it was given.
    PartlySaved,
}

/// A text that is no fault.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// No fault has the name.
    #[error("no fault is called `{name}`; known are: {}", Fault::names())]
    Name {
        /// What was written.
        name: String,
    },
    /// The item is not of the form `kind=probability`.
    #[error(
        "fault `{item}`: write `kind=probability`, with a probability from 0 to 1, such as `server-error=0.05`"
    )]
    Item {
        /// What was written.
        item: String,
    },
}

impl Fault {
    /// All faults, in the order in which chance is asked about them.
    pub const ALL: [Fault; 16] = [
        Fault::ExpiredSession,
        Fault::ServerError,
        Fault::BadGateway,
        Fault::Html,
        Fault::Empty,
        Fault::ControlCharacters,
        Fault::Slow,
        Fault::DroppedBefore,
        Fault::DroppedAfter,
        Fault::UnsavedSuccess,
        Fault::RowInserted,
        Fault::RowDeleted,
        Fault::TooManyRequests,
        Fault::Torn,
        Fault::LoginError,
        Fault::PartlySaved,
    ];

    /// The name that it is asked for by and noted under.
    pub fn name(self) -> &'static str {
        match self {
            Fault::ExpiredSession => "expired-session",
            Fault::ServerError => "server-error",
            Fault::BadGateway => "bad-gateway",
            Fault::Html => "html",
            Fault::Empty => "empty",
            Fault::ControlCharacters => "control-characters",
            Fault::Slow => "slow",
            Fault::DroppedBefore => "dropped-before",
            Fault::DroppedAfter => "dropped-after",
            Fault::UnsavedSuccess => "unsaved-success",
            Fault::RowInserted => "row-inserted",
            Fault::RowDeleted => "row-deleted",
            Fault::TooManyRequests => "too-many-requests",
            Fault::Torn => "torn",
            Fault::LoginError => "login-error",
            Fault::PartlySaved => "partly-saved",
        }
    }

    fn names() -> String {
        Fault::ALL.map(Fault::name).join(", ")
    }

    /// Whether it keeps the call from being carried out.
    pub(crate) fn prevents(self) -> bool {
        matches!(
            self,
            Fault::ServerError
                | Fault::BadGateway
                | Fault::Html
                | Fault::Empty
                | Fault::DroppedBefore
                | Fault::TooManyRequests
                | Fault::LoginError
        )
    }

    /// Whether it can happen to a call of this operation.
    pub(crate) fn applies_to(self, operation: &Operation) -> bool {
        match self {
            Fault::LoginError => operation.verb == "login" && !operation.is_business(),
            _ if !operation.is_business() => false,
            Fault::UnsavedSuccess => !operation.is_read(),
            Fault::PartlySaved => matches!(
                Action::of(operation),
                Action::Save | Action::Create | Action::Update
            ),
            Fault::RowInserted | Fault::RowDeleted => operation.paging.is_some(),
            _ => true,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(name: &str) -> Result<Self, FaultError> {
        let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
        found.ok_or_else(|| FaultError::Name {
            name: name.to_owned(),
        })
    }
}

/// How likely each fault is, from 0 to 1 for one call. As text: `server-error=0.05,slow=0.1`; the empty text is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults(BTreeMap<Fault, f64>);

impl Faults {
    /// No faults.
    pub fn none() -> Self {
        Faults::default()
    }

    /// These and one more; a probability that was set before is replaced.
    ///
    /// # Errors
    /// The probability is not from 0 to 1.
    pub fn with(mut self, fault: Fault, probability: f64) -> Result<Self, FaultError> {
        if !(0.0..=1.0).contains(&probability) {
            let item = format!("{fault}={probability}");
            return Err(FaultError::Item { item });
        }
        self.0.insert(fault, probability);
        Ok(self)
    }

    /// How likely a fault is.
    pub fn probability(&self, fault: Fault) -> f64 {
        self.0.get(&fault).copied().unwrap_or_default()
    }

    /// Whether nothing goes wrong.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|probability| *probability == 0.0)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Vec<String> = self
            .0
            .iter()
            .map(|(fault, probability)| format!("{fault}={probability}"))
            .collect();
        formatter.pad(&items.join(","))
    }
}

impl FromStr for Faults {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.into_iter().try_fold(Faults::none(), |faults, item| {
            let wrong = || FaultError::Item {
                item: item.to_owned(),
            };
            let (name, probability) = item.split_once('=').ok_or_else(wrong)?;
            let probability = probability.trim().parse().map_err(|_| wrong())?;
            faults.with(name.trim().parse()?, probability)
        })
    }
}

impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(fault, probability)| (fault.name(), probability)),
        )
    }
}

impl<'de> Deserialize<'de> for Faults {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named: BTreeMap<String, f64> = BTreeMap::deserialize(deserializer)?;
        named
            .iter()
            .try_fold(Faults::none(), |faults, (name, probability)| {
                let fault = name.parse().map_err(serde::de::Error::custom)?;
                faults.with(fault, *probability).map_err(serde::de::Error::custom)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};

    #[test]
    fn faults_are_read_as_they_are_written() {
        let text = "server-error=0.05,torn=1,login-error=0";
        let faults: Faults = " torn = 1, server-error=0.05,,login-error=0".parse().unwrap();
        assert_eq!(faults.to_string(), text);
        assert_eq!(text.parse::<Faults>().unwrap(), faults);
        assert_eq!(
            serde_json::to_string(&faults).unwrap(),
            r#"{"server-error":0.05,"torn":1.0,"login-error":0.0}"#
        );
        assert!(!faults.is_empty());
        assert!("".parse::<Faults>().unwrap().is_empty());
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse::<Fault>().unwrap(), fault);
        }
    }

    #[test]
    fn what_is_no_fault_is_named_and_answered_with_the_known_ones() {
        let error = "gremlins=0.5".parse::<Faults>().unwrap_err().to_string();
        assert!(error.contains("gremlins"), "{error}");
        assert!(
            Fault::ALL.iter().all(|fault| error.contains(fault.name())),
            "{error}"
        );
        for item in ["slow", "slow=1.5", "slow=-0.1", "slow=NaN", "slow=often"] {
            let error = item.parse::<Faults>().unwrap_err().to_string();
            assert!(error.contains("kind=probability"), "{error}");
        }
        assert!(serde_json::from_str::<Faults>(r#"{"gremlins": 1}"#).is_err());
        assert!(serde_json::from_str::<Faults>(r#"{"slow": 2}"#).is_err());
    }
}
