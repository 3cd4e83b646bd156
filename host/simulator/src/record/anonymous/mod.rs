//! Requests and answers without what they tell of anybody.

mod data;
mod disguise;
mod envelope;
mod lexicon;
mod secrets;
#[cfg(test)]
mod tests;

use super::exchange::{Asked, Understood};
use super::fixture::{Answer, Body, Fixture};
use crate::ledger::is_secret;
use disguise::{Disguises, Manner};
use lexicon::{Fields, Lexicon, Place};
use secrets::Secrets;
use serde_json::Value as Json;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Field, Operation};

/// Letters that the name of a field or a part of a path may have.
const NAME_LENGTH: usize = 64;

/// Most digits that stand together in a name; more are a number of something.
const NAME_DIGITS: usize = 5;

/// Everything that one recording has to remember to stay consistent.
pub(super) struct Anonymiser {
    catalogue: Arc<Catalogue>,
    lexicon: Lexicon,
    disguises: Disguises,
    secrets: Secrets,
}

impl Anonymiser {
    pub(super) fn new(catalogue: Arc<Catalogue>) -> Self {
        Anonymiser {
            lexicon: Lexicon::new(&catalogue),
            disguises: Disguises::new(),
            secrets: Secrets::default(),
            catalogue,
        }
    }

    /// Remembers the secrets that a request and its answer carry. Whatever repeats one of them is cleaned of it from
    /// here on.
    pub(super) fn learn(&mut self, tokens: &[&str], asked: &Asked, answer: &Body) {
        tokens.iter().for_each(|token| self.secrets.add(token));
        asked
            .query
            .iter()
            .for_each(|(name, value)| self.secrets.learn_member(name, value));
        for body in [&asked.body, answer] {
            if let Body::Json(body) = body {
                self.secrets.learn(body);
            }
        }
    }

    /// The fixture of a request and its answer.
    pub(super) fn fixture(&mut self, asked: &Asked, understood: &Understood<'_>, answer: Answer) -> Fixture {
        let operation = understood.operations.first().copied();
        let Fields { params, results } = operation.map_or_else(Default::default, |operation| {
            self.lexicon.fields(&self.catalogue, operation)
        });
        let query = self.query(asked, operation, &params);
        let dialect = understood.dialect;
        let request = self.body(&asked.body, |anonymiser, body| {
            anonymiser.request(dialect, &params, body);
        });
        let body = self.body(&answer.body, |anonymiser, body| {
            anonymiser.response(dialect, &results, body);
        });
        let path = match dialect.is_some() {
            true => asked.path.clone(),
            false => self.path(&asked.path),
        };
        let operations = &understood.operations;
        let content_type = answer.content_type;
        Fixture {
            operations: operations
                .iter()
                .map(|operation| operation.name.clone())
                .collect(),
            ids: operations.iter().map(|operation| operation.id).collect(),
            dialect,
            method: asked.method.clone(),
            path,
            query,
            request,
            response: Answer {
                content_type: content_type.as_deref().and_then(media_type),
                body,
                ..answer
            },
        }
    }

    fn query(
        &mut self,
        asked: &Asked,
        operation: Option<&Operation>,
        params: &[Field],
    ) -> Vec<(String, String)> {
        let is_fixed = |name: &str, value: &str| {
            let mut fixed = operation
                .map(|operation| &operation.fixed_query)
                .into_iter()
                .flatten();
            fixed.any(|(own, fixed)| own.eq_ignore_ascii_case(name) && fixed.eq_ignore_ascii_case(value))
        };
        let mut query = Vec::new();
        for (name, value) in asked.query.iter().filter(|(name, _)| !is_secret(name)) {
            let value = match is_fixed(name, value) {
                true => value.clone(),
                false => self.value(data::place(params, name), value),
            };
            query.push((self.name(name), self.secrets.cleaned(&value)));
        }
        query
    }

    fn body(&mut self, body: &Body, anonymise: impl FnOnce(&mut Self, &mut Json)) -> Body {
        match body {
            Body::Nothing => Body::Nothing,
            Body::Json(value) => {
                let mut value = value.clone();
                anonymise(self, &mut value);
                self.secrets.clean(&mut value);
                Body::Json(value)
            }
            Body::Text(text) => {
                let text = self.page(text);
                Body::Text(self.secrets.cleaned(&text))
            }
        }
    }

    /// A value by its place: as it is where it is harmless, else something invented.
    fn value(&mut self, place: Place<'_>, text: &str) -> String {
        if self.lexicon.is_harmless(place, text) {
            return text.to_owned();
        }
        let manner = match place.is_telephone() {
            true => Manner::Telephone,
            false => Manner::Shape,
        };
        self.disguises.of(text, manner)
    }

    /// What the ERP says, with everything invented that is none of its own words.
    fn words(&mut self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let mut said = String::new();
        let mut position = 0;
        while let Some(letter) = letters.get(position) {
            let rest = &letters[position..];
            if let Some(length) = self.lexicon.phrase(rest) {
                said.extend(&rest[..length]);
                position += length;
            } else if letter.is_alphanumeric() {
                let length = self.unknown(rest);
                let part: String = rest[..length].iter().collect();
                let is_count = length <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
                match is_count {
                    true => said.push_str(&part),
                    false => said.push_str(&self.disguises.of(&part, Manner::Shape)),
                }
                position += length;
            } else {
                said.push(*letter);
                position += 1;
            }
        }
        said
    }

    /// How many letters of one kind a text begins with before the ERP's next word.
    fn unknown(&self, text: &[char]) -> usize {
        let is_ascii = text[0].is_ascii();
        let ends = |position: usize| {
            let letter = text[position];
            !letter.is_alphanumeric()
                || letter.is_ascii() != is_ascii
                || self.lexicon.phrase(&text[position..]).is_some()
        };
        (1..text.len())
            .find(|position| ends(*position))
            .unwrap_or(text.len())
    }

    /// A page or a plain text: tags without their attributes, and the ERP's own words.
    fn page(&mut self, text: &str) -> String {
        let mut page = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('<') {
            let (before, tag) = rest.split_at(start);
            page.push_str(&self.words(before));
            let end = tag.find('>').map_or(tag.len(), |end| end + 1);
            let (tag, behind) = tag.split_at(end);
            let is_name = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '!');
            let name: String = tag.chars().skip(1).take_while(is_name).collect();
            page.push_str(&format!("<{}>", tag_name(&name)));
            rest = behind;
        }
        page.push_str(&self.words(rest));
        page
    }

    /// The name of a field or a column: the vendor's, or one that looks like a name in a program.
    fn name(&mut self, name: &str) -> String {
        match self.lexicon.is_label(name) || is_identifier(name) {
            true => name.to_owned(),
            false => self.words(name),
        }
    }

    /// The path of nobody: its parts are kept where they look like names.
    fn path(&mut self, path: &str) -> String {
        let parts: Vec<String> = path
            .split('/')
            .map(|part| match part.is_empty() || is_identifier(part) {
                true => self.secrets.cleaned(part),
                false => self.disguises.of(part, Manner::Shape),
            })
            .collect();
        parts.join("/")
    }
}

/// A media type with its character set and nothing else.
fn media_type(text: &str) -> Option<String> {
    let is_part =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '+' | '-' | '.' | '=');
    let mut parts = text.split(';').map(str::trim);
    let kind = parts
        .next()
        .filter(|kind| kind.chars().all(is_part) && kind.contains('/'))?;
    let charset = parts.find(|part| part.to_ascii_lowercase().starts_with("charset="));
    match charset.filter(|charset| charset.chars().all(is_part)) {
        Some(charset) => Some(format!("{kind}; {charset}")),
        None => Some(kind.to_owned()),
    }
}

/// Whether a text looks like a name in a program, such as `sysIcus_1` or `@personpym`, and not like an address or a number
/// of something.
fn is_identifier(text: &str) -> bool {
    let is_start = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '@' | '!');
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit());
    text.len() <= NAME_LENGTH
        && text.starts_with(is_start)
        && text.chars().skip(1).all(is_part)
        && numbers.all(|number| number.len() <= NAME_DIGITS)
}

/// A tag that pages have; others say nothing.
fn tag_name(name: &str) -> &str {
    const NAMES: [&str; 20] = [
        "!DOCTYPE", "html", "head", "title", "meta", "body", "h1", "h2", "h3", "p", "div", "span", "b", "i",
        "br", "hr", "pre", "table", "tr", "td",
    ];
    let bare = name.trim_start_matches('/');
    match NAMES.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
        true => name,
        false => "span",
    }
}
