//! Stories of business, one file each under `tests/scenarios`: every step is a `sunmao call` against a simulated ERP of
//! the story's own, and what the ERP then holds is compared with what the story says.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test, though it has a main of its own"
)]

mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use sunmao_simulator::{Options, Simulator};
use tempfile::TempDir;

/// What a story is told from: no story may become none.
const LEAST: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    title: String,
    step: Vec<Step>,
}

/// One call, and what must come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The operation.
    call: String,
    /// Its arguments; `${name}` in a text is what an earlier step kept under the name.
    #[serde(default)]
    with: serde_json::Map<String, Value>,
    /// Values of the answer to keep, by JSON pointer.
    #[serde(default)]
    keep: BTreeMap<String, String>,
    /// Values that the answer must have, by JSON pointer.
    #[serde(default)]
    expect: BTreeMap<String, Value>,
    /// How the call must fail.
    fails: Option<Failure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    kind: String,
    /// A part of the ERP's words.
    #[serde(default)]
    message: String,
}

fn main() {
    let arguments = Arguments::from_args();
    let mut files = Vec::new();
    collect(&support::root().join("tests/scenarios"), &mut files);
    files.sort();
    assert!(files.len() >= LEAST, "only {} stories", files.len());
    let trials = files.into_iter().map(|file| {
        let name = file.with_extension("");
        let parts: Vec<String> = name
            .iter()
            .rev()
            .take(2)
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        Trial::test(format!("{}::{}", parts[1], parts[0]), move || {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(tell(&file)).map_err(Failed::from)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("stories") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
}

/// A story's ERP and folder.
struct Stage {
    simulator: Simulator,
    options: Options,
    folder: TempDir,
    kept: BTreeMap<String, String>,
}

async fn tell(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let story: Story = toml::from_str(&text).map_err(|error| error.to_string())?;
    let options = Options {
        size: 20,
        now: Some(jiff::civil::date(2026, 3, 2).at(9, 0, 0, 0)),
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into()).await;
    let mut stage = Stage {
        simulator: simulator.map_err(|error| error.to_string())?,
        options,
        folder: tempfile::tempdir().map_err(|error| error.to_string())?,
        kept: BTreeMap::new(),
    };
    for (number, step) in story.step.iter().enumerate() {
        let taken = stage.take(step).await;
        taken.map_err(|problem| format!("{}\nstep {}, {}: {problem}", story.title, number + 1, step.call))?;
    }
    Ok(())
}

impl Stage {
    async fn take(&mut self, step: &Step) -> Result<(), String> {
        let file = self.folder.path().join("arguments.json");
        let arguments = self.filled(&Value::Object(step.with.clone()))?;
        std::fs::write(&file, arguments.to_string()).map_err(|error| error.to_string())?;
        let mut command = support::sunmao(&self.simulator, &self.options);
        command.current_dir(self.folder.path()).args([
            "--json",
            "call",
            &step.call,
            &format!("@{}", file.display()),
        ]);
        let output = command.output().await.map_err(|error| error.to_string())?;
        let error = String::from_utf8_lossy(&output.stderr);
        match (&step.fails, output.status.success()) {
            (None, false) => Err(format!("failed: {error}")),
            (Some(_), true) => Err("succeeded, and should have failed".to_owned()),
            (Some(failure), false) => failed(failure, &error),
            (None, true) => {
                let answer: Value =
                    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
                self.compare(step, &answer)?;
                self.keep(step, &answer)
            }
        }
    }

    fn compare(&self, step: &Step, answer: &Value) -> Result<(), String> {
        for (pointer, expected) in &step.expect {
            let expected = self.filled(expected)?;
            let found = answer.pointer(pointer);
            if found != Some(&expected) {
                let found = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
                return Err(format!("{pointer} is {found}, not {expected}\n{answer}"));
            }
        }
        Ok(())
    }

    fn keep(&mut self, step: &Step, answer: &Value) -> Result<(), String> {
        for (name, pointer) in &step.keep {
            let text = match answer.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
                None => return Err(format!("there is no {pointer} to keep\n{answer}")),
            };
            self.kept.insert(name.clone(), text);
        }
        Ok(())
    }

    /// A value with what was kept in its texts.
    fn filled(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => Value::String(self.filled_text(text)?),
            Value::Array(values) => {
                let values: Result<_, String> = values.iter().map(|value| self.filled(value)).collect();
                Value::Array(values?)
            }
            Value::Object(members) => {
                let filled = |(name, value): (&String, &Value)| Ok((name.clone(), self.filled(value)?));
                let members: Result<_, String> = members.iter().map(filled).collect();
                Value::Object(members?)
            }
            value => value.clone(),
        })
    }

    fn filled_text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, behind) = behind.split_once('}').ok_or("a ${ without its }")?;
            let value = self.kept.get(name);
            filled.push_str(before);
            filled.push_str(value.ok_or_else(|| format!("nothing was kept as {name}"))?);
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn failed(expected: &Failure, error: &str) -> Result<(), String> {
    let line = error.trim().lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(line).map_err(|_| format!("failed without a word: {error}"))?;
    let error = &error["error"];
    let words = error["message"].as_str().unwrap_or_default();
    match error["kind"] == expected.kind.as_str() && words.contains(&expected.message) {
        true => Ok(()),
        false => Err(format!("failed otherwise: {error}")),
    }
}
