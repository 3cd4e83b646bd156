//! Secrets of a recording: passwords, tokens and the names of who logged in. Nothing that contains one is written.

use crate::ledger::is_secret;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// What stands in a secret's place.
pub(super) const HIDDEN: &str = "***";

/// Names of members that say who logs in.
const WHO: [&str; 4] = ["user", "username", "loginname", "account"];

/// A shorter secret is only looked for as a whole value: as a part it is a part of everything.
const SHORT: usize = 4;

/// The same for names of members, which are parts of programs.
const SHORT_FOR_NAMES: usize = 8;

/// The secrets seen so far.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    pub(super) fn add(&mut self, secret: &str) {
        let secret = secret.strip_prefix("txt:").unwrap_or(secret).trim();
        if !secret.is_empty() && secret != HIDDEN {
            self.0.insert(secret.to_owned());
        }
    }

    /// Remembers a value if its name says that it is a secret.
    pub(super) fn learn_member(&mut self, name: &str, value: &str) {
        if is_secret(name) {
            self.add(value);
        }
    }

    /// Remembers all secrets in a body; who logs in is one where a password stands beside.
    pub(super) fn learn(&mut self, body: &Json) {
        match body {
            Json::Object(members) => {
                self.learn_pairs(&pairs(members));
                members.values().for_each(|value| self.learn(value));
            }
            Json::Array(values) => {
                let as_pair = |value: &Json| Some((value["id"].as_str()?.to_owned(), text(&value["val"])?));
                let named: Vec<(String, String)> = values.iter().filter_map(as_pair).collect();
                self.learn_pairs(&named);
                values.iter().for_each(|value| self.learn(value));
            }
            _ => {}
        }
    }

    fn learn_pairs(&mut self, named: &[(String, String)]) {
        let is_login = named.iter().any(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.contains("password") || name == "pw"
        });
        for (name, value) in named {
            self.learn_member(name, value);
            if is_login && WHO.iter().any(|who| name.eq_ignore_ascii_case(who)) {
                self.add(value);
            }
        }
    }

    /// Takes every secret out of a body, whatever it hides behind.
    pub(super) fn clean(&self, body: &mut Json) {
        match body {
            Json::String(text) => *text = self.cleaned(text),
            Json::Number(number) if self.0.contains(&number.to_string()) => *body = Json::from(0),
            Json::Array(values) => values.iter_mut().for_each(|value| self.clean(value)),
            Json::Object(members) => {
                let old = std::mem::take(members);
                for (name, mut value) in old {
                    if is_secret(&name) {
                        hide(&mut value);
                    }
                    self.clean(&mut value);
                    members.insert(self.cleaned_by(SHORT_FOR_NAMES, &name), value);
                }
            }
            _ => {}
        }
    }

    pub(super) fn cleaned(&self, text: &str) -> String {
        if self.0.contains(text.strip_prefix("txt:").unwrap_or(text)) {
            return HIDDEN.to_owned();
        }
        self.cleaned_by(SHORT, text)
    }

    fn cleaned_by(&self, short: usize, text: &str) -> String {
        let long = self.0.iter().filter(|secret| secret.chars().count() >= short);
        long.fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), HIDDEN)
        })
    }
}

/// Hides a value; an empty one stays empty, which says that there was none.
pub(super) fn hide(value: &mut Json) {
    match value {
        Json::Null => {}
        Json::String(text) if text.is_empty() => {}
        _ => *value = Json::from(HIDDEN),
    }
}

fn pairs(members: &Map<String, Json>) -> Vec<(String, String)> {
    members
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect()
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
