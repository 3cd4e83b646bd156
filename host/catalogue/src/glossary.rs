//! The one glossary: Chinese label to English name, and the reviewed names that a field may have instead.

use crate::CatalogueError;
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const FILE: &str = "glossary.toml";
const TEXT: &str = include_str!("../glossary.toml");

const PERSONAL_FILE: &str = "personal.toml";
const PERSONAL: &str = include_str!("../personal.toml");

const EXCEPTIONS_FILE: &str = "glossary-exceptions.toml";
const EXCEPTIONS: &str = include_str!("../glossary-exceptions.toml");

/// Every label of the catalogue and the English name it has everywhere.
#[derive(Debug, Clone, Default)]
pub struct Glossary {
    english: HashMap<String, String>,
    /// By label and name.
    exceptions: BTreeMap<(String, String), NameException>,
    /// Names of fields that say something of a person.
    personal: BTreeSet<String>,
}

/// Why a field may have another name than the glossary's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameException {
    /// Another field of the operation has that name, or would have it.
    Sibling,
    /// The label says something else there.
    Meaning,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Personal {
    names: BTreeSet<String>,
}

/// English names, each with the labels it stands for.
type Names = IndexMap<String, Vec<String>>;

impl Glossary {
    /// Reads `english-name = ["中文标签", "同义标签"]`: one English name may stand for several labels, never the reverse.
    ///
    /// # Errors
    /// The text is not of that form, or a label stands twice.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let names: Names = toml::from_str(text).map_err(|error| fault(FILE, error.to_string()))?;
        let mut glossary = Glossary::default();
        for (name, labels) in names {
            for label in labels {
                if let Some(other) = glossary.english.insert(label.clone(), name.clone()) {
                    return Err(fault(
                        FILE,
                        format!("{label} is called both `{other}` and `{name}`; keep one"),
                    ));
                }
            }
        }
        Ok(glossary)
    }

    /// Adds the names that a field may have instead, in the same form under `[sibling]` and `[meaning]`.
    ///
    /// # Errors
    /// The text is not of that form, a label has no entry, or a name is listed twice or is the glossary's own.
    pub fn with_exceptions(mut self, text: &str) -> Result<Self, CatalogueError> {
        let wrong = |message: String| Err(fault(EXCEPTIONS_FILE, message));
        let reasons: BTreeMap<NameException, Names> =
            toml::from_str(text).map_err(|error| fault(EXCEPTIONS_FILE, error.to_string()))?;
        for (reason, names) in reasons {
            for (name, labels) in names {
                for label in labels {
                    match self.english(&label) {
                        None => return wrong(format!("{label} has no entry in {FILE}")),
                        Some(usual) if usual == name => {
                            return wrong(format!("{label} is called `{name}` anyway; leave it out"));
                        }
                        Some(_) => {}
                    }
                    let place = (label, name.clone());
                    if self.exceptions.contains_key(&place) {
                        return wrong(format!("{} stands twice as `{name}`", place.0));
                    }
                    self.exceptions.insert(place, reason);
                }
            }
        }
        Ok(self)
    }

    /// Adds which names are of fields that say something of a person: `names = ["mobile", …]`.
    ///
    /// # Errors
    /// The text is not of that form, or no label has such a name.
    pub fn with_personal(mut self, text: &str) -> Result<Self, CatalogueError> {
        let read: Personal = toml::from_str(text).map_err(|error| fault(PERSONAL_FILE, error.to_string()))?;
        let is_known = |name: &String| self.english.values().any(|known| known == name);
        if let Some(unknown) = read.names.iter().find(|name| !is_known(name)) {
            return Err(fault(
                PERSONAL_FILE,
                format!("no label is called `{unknown}`; take it out"),
            ));
        }
        self.personal = read.names;
        Ok(self)
    }

    /// Whether a field of an English name says something of a person.
    pub(crate) fn is_personal(&self, name: &str) -> bool {
        self.personal.contains(name)
    }

    /// The glossary that is compiled in.
    pub(crate) fn compiled_in() -> Result<Self, CatalogueError> {
        Glossary::parse(TEXT)?
            .with_exceptions(EXCEPTIONS)?
            .with_personal(PERSONAL)
    }

    /// The English name of a label.
    pub fn english(&self, label: &str) -> Option<&str> {
        self.english.get(label).map(String::as_str)
    }

    /// The name of a field whose table gives it the name `own`, or none of its own.
    pub(crate) fn name(&self, label: &str, own: Option<String>) -> Result<String, String> {
        let Some(usual) = self.english(label) else {
            return Err(format!(
                "{FILE} has no English name for {label}; add one, and if this field is to be called otherwise, list \
                 that in {EXCEPTIONS_FILE}"
            ));
        };
        let Some(own) = own else {
            return Ok(usual.to_owned());
        };
        let place = (label.to_owned(), own);
        if self.exceptions.contains_key(&place) {
            return Ok(place.1);
        }
        let own = place.1;
        Err(format!(
            "{label} is called `{usual}` everywhere; leave `name` out, or say in {EXCEPTIONS_FILE} why it is `{own}` here"
        ))
    }

    /// Every label with its English name, in no order.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.english
            .iter()
            .map(|(label, name)| (label.as_str(), name.as_str()))
    }

    /// Every other name that a field of a label may have.
    pub fn exceptions(&self) -> impl Iterator<Item = (&str, &str, NameException)> {
        self.exceptions
            .iter()
            .map(|((label, name), reason)| (label.as_str(), name.as_str(), *reason))
    }
}

fn fault(file: &str, message: String) -> CatalogueError {
    CatalogueError {
        file: file.to_owned(),
        message,
    }
}
