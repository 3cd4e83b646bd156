//! The template engine within bounds: what a page may compute, nest, include and write.

use crate::amounts::{capital, day, money, number, plain};
use crate::context::Subject;
use crate::error::DocumentError;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Largest template, in bytes.
const LARGEST_TEMPLATE: u64 = 512 * 1024;
/// Largest page, in bytes.
const LARGEST_PAGE: usize = 8 * 1024 * 1024;
/// Steps that a document may take; one of 1,000 lines and 12 columns takes some 300,000.
const FUEL: u64 = 5_000_000;
/// Templates within one another.
const DEEPEST: usize = 32;

/// The page of a record.
pub(crate) fn page(folder: &Path, subject: &Subject<'_>) -> Result<Vec<u8>, DocumentError> {
    let name = format!("{}.html", subject.kind.name);
    let file = folder.join(&name);
    if !file.is_file() {
        return Err(DocumentError::missing(&file));
    }
    let environment = environment(folder);
    let mut page = Bounded::default();
    let told = |error: Error| match error.kind() {
        ErrorKind::WriteFailure => DocumentError::new(
            &file,
            None,
            format!("it writes more than the {LARGEST_PAGE} bytes of a page"),
        ),
        _ => DocumentError::of_engine(folder, &file, 1, &error),
    };
    let template = environment.get_template(&name).map_err(told)?;
    let written = template.render_captured_to(subject.context(), &mut page);
    written.map(drop).map_err(told)?;
    Ok(page.bytes)
}

/// An engine that reads from a folder.
pub(crate) fn environment(folder: &Path) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEEPEST);
    let folder = folder.to_owned();
    environment.set_loader(move |name| load(&folder, name));
    environment.add_filter("money", |value: Value| {
        shown(&value, |number| Some(money(number)))
    });
    environment.add_filter("plain", |value: Value| {
        shown(&value, |number| Some(plain(number)))
    });
    environment.add_filter("capital", |value: Value| shown(&value, capital));
    environment.add_filter("day", |text: Value| {
        let text = text.as_str().unwrap_or_default().to_owned();
        day(&text).unwrap_or(text)
    });
    environment
}

/// A template by its name: a file of the folder itself.
fn load(folder: &Path, name: &str) -> Result<Option<String>, Error> {
    let is_plain = !name.starts_with('.') && !name.contains(['/', '\\', ':']);
    if !is_plain {
        return Ok(None);
    }
    match read(&folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{name} cannot be read: {error}"),
        )),
    }
}

/// The text of a template.
pub(crate) fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    let size = File::open(file)?
        .take(LARGEST_TEMPLATE + 1)
        .read_to_string(&mut text)?;
    if size as u64 > LARGEST_TEMPLATE {
        let words = format!("it has more than the {LARGEST_TEMPLATE} bytes of a template");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    // The mark that Windows puts in front of UTF-8.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// A text of a sheet's template, which begins on a line of its file.
pub(crate) fn text(
    environment: &Environment<'_>,
    folder: &Path,
    file: &Path,
    line: usize,
    source: &str,
    context: &Value,
) -> Result<String, DocumentError> {
    let rendered = environment.render_str(source, context.clone());
    rendered.map_err(|error| DocumentError::of_engine(folder, file, line, &error))
}

/// What is made of a number; a text that is none stays, and nothing is nothing.
fn shown(value: &Value, make: impl Fn(rust_decimal::Decimal) -> Option<String>) -> Result<String, Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(String::new());
    }
    let text = value.to_string();
    match number(&text).map(make) {
        Some(Some(made)) => Ok(made),
        Some(None) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{text} is too large for words"),
        )),
        None => Ok(text),
    }
}

/// A page on its way, no larger than one may be.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST_PAGE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where a kind's sheet template lies.
pub(crate) fn sheet_file(folder: &Path, kind: &str) -> PathBuf {
    folder.join(format!("{kind}.sheet.toml"))
}
