//! Arguments of an operation as people type them: `name=value`, `name=[…]`, `name=@file.json`, `@file.json`. A text that
//! itself begins with `[`, `{` or `@` can only come from a file.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use std::path::Path;
use sunmao_catalogue::{Record, Value, value_from_json};

const AT_TEXT: &str = "what follows @ names a file of JSON; a text that begins with @ stands in such a file, in double \
                       quotes: name=@file.json";
const BRACKET_TEXT: &str = "a value that begins with [ or { is JSON, quoted for the shell; a text that begins so stands \
                            in a file, in double quotes: name=@file.json";

/// Reads the arguments in order; a later one replaces an earlier one of the same name.
///
/// # Errors
/// An argument is of no such form, a file cannot be read, or JSON text is none.
pub fn read(written: &[String]) -> Result<Record, Failure> {
    let mut record = Record::default();
    for argument in written {
        if let Some(file) = argument.strip_prefix('@') {
            match from_file(file, "")? {
                Value::Record(members) => record.extend(*members),
                _ => {
                    return Err(unsound(
                        argument,
                        "the file holds no JSON object",
                        "name the values: {\"name\": …}",
                    ));
                }
            }
        } else if let Some((name, value)) = argument.split_once('=') {
            record.insert(name.trim().to_owned(), read_value(argument, value)?);
        } else {
            return Err(unsound(
                argument,
                "is no argument",
                "write name=value, name='[{…}]', name=@file.json or @file.json",
            ));
        }
    }
    Ok(record)
}

fn read_value(argument: &str, value: &str) -> Result<Value, Failure> {
    if let Some(file) = value.strip_prefix('@') {
        return from_file(file, AT_TEXT);
    }
    if value.starts_with(['[', '{']) {
        return value_from_json(value).map_err(|error| unsound(argument, error.to_string(), BRACKET_TEXT));
    }
    // Numbers and dates stay as typed: the catalogue knows each parameter's type and reads them by it.
    Ok(Value::from(value))
}

/// The JSON of a file. The hint is about what else might have been meant.
fn from_file(file: &str, hint: &str) -> Result<Value, Failure> {
    let phase = "reading arguments";
    if !Path::new(file).exists() {
        return Err(Failure::new(Exit::Usage, file, phase, "there is no such file").with_hint(hint));
    }
    let text = files::read(Path::new(file), Exit::Usage, phase)?;
    value_from_json(&text)
        .map_err(|error| Failure::new(Exit::Usage, file, phase, error.to_string()).with_hint(hint))
}

fn unsound(argument: &str, message: impl Into<String>, hint: &str) -> Failure {
    Failure::new(Exit::Usage, argument, "reading arguments", message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(arguments: &[&str]) -> Result<Record, Failure> {
        read(
            &arguments
                .iter()
                .map(|argument| (*argument).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn values_are_text_json_or_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lines.json");
        std::fs::write(&file, r#"{"lines": [{"price": 1.10}], "name": "old"}"#).unwrap();
        let at_file = format!("@{}", file.display());
        let record = read_all(&[&at_file, "name=a=b", r#"tags=["x"]"#, "empty="]).unwrap();
        assert_eq!(record["name"], Value::from("a=b"));
        assert_eq!(record["tags"], Value::List(vec![Value::from("x")]));
        assert_eq!(record["empty"], Value::from(""));
        let price = record["lines"].as_list().unwrap()[0].get("price").unwrap();
        assert_eq!(price.to_text().unwrap(), "1.10");
    }

    #[test]
    fn a_text_that_looks_like_something_else_comes_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("name.json");
        for text in ["[VIP] 李明", "{样例}", "@木作"] {
            let argument = format!("name={text}");
            let refused = read_all(&[&argument]).unwrap_err().to_string();
            assert!(refused.contains("in double quotes: name=@file.json"), "{refused}");
            std::fs::write(&file, serde_json::to_vec(text).unwrap()).unwrap();
            let argument = format!("name=@{}", file.display());
            assert_eq!(read_all(&[&argument]).unwrap()["name"], Value::from(text));
        }
    }

    #[test]
    fn what_is_no_argument_is_refused() {
        for argument in ["name", "lines=[{", "@no-such-file.json"] {
            assert_eq!(
                read_all(&[argument]).unwrap_err().exit(),
                Exit::Usage,
                "{argument}"
            );
        }
    }
}
