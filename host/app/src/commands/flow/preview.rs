//! `sunmao flow preview`: what a flow would write now, field by field.

use super::path;
use crate::api::deliveries::{DeadPage, DeadQuery};
use crate::api::preview::{PreviewPage, PreviewSelection, Previewed};
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use clap::Args;
use serde_json::Value;

/// Records the host is asked about at once.
const AT_ONCE: usize = 50;

/// Show what a flow would do now with records, field by field, without its doing it
///
/// The policy, the mapping and the merge that serve at this moment do their work, and the ERP is read. Nothing is written, here or there.
#[derive(Debug, Args)]
pub struct Preview {
    /// The flow
    name: String,
    /// Records, such as contact/42
    #[arg(required_unless_present = "dead")]
    records: Vec<String>,
    /// Those whose deliveries the flow gave up: what a retry would do
    #[arg(long, conflicts_with = "records")]
    dead: bool,
}

impl Preview {
    pub async fn run(self, remote: &Remote, style: Style) -> Result<(), Failure> {
        let records = match self.dead {
            true => given_up(remote, &format!("flow {}", self.name)).await?,
            false => self.records,
        };
        let mut items = Vec::new();
        for records in records.chunks(AT_ONCE) {
            let selection = PreviewSelection {
                records: records.to_vec(),
            };
            let page: PreviewPage = remote.post(&path(&self.name, "/preview"), &selection).await?;
            items.extend(page.items);
        }
        match style {
            Style::Json => output::json(&PreviewPage { items }),
            Style::Text if items.is_empty() => output::line("There are none."),
            Style::Text => items.iter().for_each(print),
        }
        Ok(())
    }
}

/// What the flow's dead deliveries are about.
async fn given_up(remote: &Remote, target: &str) -> Result<Vec<String>, Failure> {
    let mut records = Vec::new();
    let mut query = DeadQuery::default();
    loop {
        let page: DeadPage = remote.get("/v1/dead", &query).await?;
        let own = page.items.into_iter().filter(|dead| dead.target == target);
        records.extend(own.map(|dead| dead.key));
        query.after = page.next;
        if query.after.is_none() {
            records.dedup();
            return Ok(records);
        }
    }
}

fn print(one: &Previewed) {
    let mut line = format!("{}: {}", one.record, one.outcome);
    if let Some(into) = &one.into {
        line.push_str(&format!(" {into}"));
    }
    if let Some(key) = one.erp_key {
        line.push_str(&format!(" (key {key})"));
    }
    if let Some(reason) = &one.reason {
        line.push_str(&format!(": {reason}"));
    }
    if !one.undecided.is_empty() {
        line.push_str(&format!("; a person decides about {}", one.undecided.join(", ")));
    }
    output::line(line);
    if !one.changes.is_empty() {
        let rows = one.changes.iter().map(|change| {
            vec![
                format!("  {}", change.field),
                shown(&change.now),
                shown(&change.then),
            ]
        });
        output::line(output::table(["  field", "is", "would be"], rows));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
