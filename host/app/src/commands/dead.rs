//! `sunmao dead`: deliveries that wait for a person.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// List what a running host gave up, or try it again
#[derive(Debug, Args)]
pub struct Dead {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the deliveries that wait for a person, with the ERP's own words
    List,
    /// Try deliveries again
    Retry {
        /// The numbers that `dead list` shows
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// Try every one
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

impl Dead {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        match self.action {
            Action::List => list(&remote, context.style()).await,
            Action::Retry { ids, all } => retry(&remote, ids, all, context.style()).await,
        }
    }
}

async fn list(remote: &Remote, style: Style) -> Result<(), Failure> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let query: Vec<_> = after
            .iter()
            .map(|after: &i64| ("after", after.to_string()))
            .collect();
        let page = remote.get("/v1/dead", &query).await?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        after = page["next"].as_i64();
        if after.is_none() {
            break;
        }
    }
    if style == Style::Json {
        output::json(&items);
        return Ok(());
    }
    if items.is_empty() {
        output::line("Nothing waits for a person.");
        return Ok(());
    }
    output::line(output::table(
        [
            "id",
            "target",
            "contact",
            "since",
            "kind",
            "the ERP's words",
            "what to do",
        ],
        items.iter().map(row),
    ));
    Ok(())
}

fn row(item: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let letter = &item["letter"];
    vec![
        text(&item["id"]),
        text(&item["target"]),
        text(&item["key"]),
        output::time(&text(&item["died_at"])),
        text(&letter["kind"]),
        text(&letter["message"]),
        text(&letter["hint"]),
    ]
}

async fn retry(remote: &Remote, ids: Vec<i64>, all: bool, style: Style) -> Result<(), Failure> {
    let asked = ids.len();
    let selection = if all {
        json!({ "all": true })
    } else {
        json!({ "ids": ids })
    };
    let answer = remote.post("/v1/dead/retry", &selection).await?;
    let retried = answer["retried"].as_u64().unwrap_or_default();
    match style {
        Style::Json => output::json(&answer),
        Style::Text => output::line(format!("{retried} tried again")),
    }
    if !all && retried < asked as u64 {
        return Err(Failure::new(
            Exit::Failed,
            "dead retry",
            "",
            format!(
                "{} of {asked} numbers are no dead deliveries, or a newer state of their record is underway",
                asked as u64 - retried
            ),
        )
        .with_hint("`sunmao dead list` shows the numbers"));
    }
    Ok(())
}
