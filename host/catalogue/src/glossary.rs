//! The one glossary: Chinese label to English name.

use crate::CatalogueError;
use indexmap::IndexMap;
use std::collections::HashMap;

/// The glossary's file, for error messages.
pub(crate) const FILE: &str = "glossary.toml";

const TEXT: &str = include_str!("../glossary.toml");

/// Every label of the catalogue and the English name it has everywhere.
#[derive(Debug, Clone, Default)]
pub struct Glossary {
    english: HashMap<String, String>,
}

impl Glossary {
    /// Reads `english-name = ["中文标签", "同义标签"]`: one English name may stand for several labels, never the reverse.
    ///
    /// # Errors
    /// The text is not of that form, or a label stands twice.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let fault = |message: String| CatalogueError {
            file: FILE.to_owned(),
            message,
        };
        let names: IndexMap<String, Vec<String>> =
            toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        let mut english = HashMap::new();
        for (name, labels) in names {
            for label in labels {
                if let Some(other) = english.insert(label.clone(), name.clone()) {
                    return Err(fault(format!(
                        "{label} is called both `{other}` and `{name}`; keep one"
                    )));
                }
            }
        }
        Ok(Glossary { english })
    }

    /// The glossary that is compiled in.
    pub(crate) fn compiled_in() -> Result<Self, CatalogueError> {
        Glossary::parse(TEXT)
    }

    /// The English name of a label.
    pub fn english(&self, label: &str) -> Option<&str> {
        self.english.get(label).map(String::as_str)
    }

    /// Every label with its English name, in no order.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.english
            .iter()
            .map(|(label, name)| (label.as_str(), name.as_str()))
    }
}
