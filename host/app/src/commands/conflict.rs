//! `sunmao conflict`: what both sides changed and no rule decides, and what a person decides about it.

use crate::api::conflicts::{Conflict as Shown, ConflictPage, ConflictQuery, Settlement, Side, State};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand};
use serde_json::Value;

/// List what the hub and the ERP have both changed, or decide it
#[derive(Debug, Args)]
pub struct Conflict {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the conflicts that wait for a person, with both values
    List {
        /// Only of this record, such as contact/42
        #[arg(long)]
        record: Option<String>,
        /// Also those that are settled and not carried out yet
        #[arg(long)]
        settled: bool,
    },
    /// Show one: what both last agreed on, what each side has, and who changed it when
    Show {
        /// The number that `conflict list` shows
        id: i64,
    },
    /// Decide one; its flows then carry it out
    Settle {
        /// The number that `conflict list` shows, or a record such as contact/42
        which: String,
        /// `hub` or `erp` for what that side has, or another value for both (`"hub"`, in quotes of its own, is a text).
        /// Where several records of the ERP match: `hub` for a new one, or the key of the one it is; where several of the
        /// hub's do: `erp` for a new one, or its name
        #[arg(allow_hyphen_values = true)]
        decision: String,
        /// Of a record with several conflicts: which field
        #[arg(long)]
        field: Option<String>,
    },
}

impl Conflict {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        let style = context.style();
        match self.action {
            Action::List { record, settled } => {
                list(&remote, record, settled.then_some(State::Settled), style).await
            }
            Action::Show { id } => {
                let conflict: Shown = remote.get(&format!("/v1/conflicts/{id}"), &()).await?;
                show(&conflict, style);
                Ok(())
            }
            Action::Settle {
                which,
                decision,
                field,
            } => {
                let conflict = chosen(&remote, &which, field.as_deref()).await?;
                settle(&remote, &conflict, &decision, style).await
            }
        }
    }
}

async fn list(
    remote: &Remote,
    record: Option<String>,
    also: Option<State>,
    style: Style,
) -> Result<(), Failure> {
    let mut items = all(remote, State::Open, record.clone()).await?;
    if let Some(state) = also {
        items.extend(all(remote, state, record).await?);
        items.sort_by_key(|conflict| conflict.id);
    }
    if style == Style::Json {
        output::json(&items);
        return Ok(());
    }
    if items.is_empty() {
        output::line("No conflict waits for a person.");
        return Ok(());
    }
    output::line(output::table(
        [
            "id",
            "record",
            "field",
            "hub",
            "ERP",
            "both last agreed on",
            "since",
            "decided",
        ],
        items.iter().map(row),
    ));
    Ok(())
}

async fn all(remote: &Remote, state: State, record: Option<String>) -> Result<Vec<Shown>, Failure> {
    let mut items = Vec::new();
    let mut query = ConflictQuery {
        state: Some(state),
        record,
        ..ConflictQuery::default()
    };
    loop {
        let page: ConflictPage = remote.get("/v1/conflicts", &query).await?;
        items.extend(page.items);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(items);
        }
    }
}

fn row(conflict: &Shown) -> Vec<String> {
    vec![
        conflict.id.to_string(),
        conflict.record.clone(),
        conflict.field.clone(),
        text(&conflict.hub),
        in_the_erp(conflict),
        text(&conflict.base),
        output::time(conflict.opened_at),
        conflict.settlement.as_ref().map(decided).unwrap_or_default(),
    ]
}

fn show(conflict: &Shown, style: Style) {
    if style == Style::Json {
        return output::json(conflict);
    }
    let key = conflict.erp_key.map(|key| key.to_string()).unwrap_or_default();
    let or_unknown = |words: &Option<String>| words.clone().unwrap_or_else(|| "not known".to_owned());
    for (name, value) in [
        ("record", conflict.record.clone()),
        ("link", conflict.link.clone()),
        ("flow", conflict.flow.clone()),
        ("ERP key", key),
        ("field", conflict.field.clone()),
        ("both last agreed on", text(&conflict.base)),
        ("hub", text(&conflict.hub)),
        ("changed there", or_unknown(&conflict.hub_changed)),
        ("ERP", in_the_erp(conflict)),
        ("changed there", or_unknown(&conflict.erp_changed)),
        ("since", output::time(conflict.opened_at)),
        (
            "decided",
            conflict.settlement.as_ref().map(decided).unwrap_or_default(),
        ),
    ] {
        output::line(format!("{name:<20} {value}").trim_end());
    }
}

/// The conflict of a number; or of a record, where it has only one or the field is named.
async fn chosen(remote: &Remote, which: &str, field: Option<&str>) -> Result<Shown, Failure> {
    if let Ok(id) = which.parse::<i64>() {
        return remote.get(&format!("/v1/conflicts/{id}"), &()).await;
    }
    let mut open = all(remote, State::Open, Some(which.to_owned())).await?;
    if let Some(field) = field {
        open.retain(|conflict| conflict.field.replace('-', "_") == field.replace('-', "_"));
    }
    let found = open.len();
    match open.pop() {
        Some(conflict) if found == 1 => Ok(conflict),
        _ => {
            let words = format!("{found} open conflicts are meant by {which}");
            let failure = Failure::new(Exit::Failed, "conflict settle", "", words);
            Err(failure
                .with_hint("`sunmao conflict list` shows their numbers; --field names one of a record"))
        }
    }
}

async fn settle(remote: &Remote, conflict: &Shown, decision: &str, style: Style) -> Result<(), Failure> {
    let settlement = settlement(conflict, decision);
    let path = format!("/v1/conflicts/{}/settle", conflict.id);
    let settled: Shown = remote.post(&path, &settlement).await?;
    match style {
        Style::Json => output::json(&settled),
        Style::Text => output::line(format!(
            "{} of {}: {}; its flows carry it out",
            settled.field,
            settled.record,
            decided(&settlement)
        )),
    }
    Ok(())
}

/// A side, or a value of the type that the sides have: a phone of digits stays a text.
fn settlement(conflict: &Shown, decision: &str) -> Settlement {
    match decision {
        "hub" => return Settlement::Take(Side::Hub),
        "erp" => return Settlement::Take(Side::Erp),
        _ => {}
    }
    let json: Option<Value> = serde_json::from_str(decision).ok();
    let is_alike = |json: &Value| {
        let sides = [&conflict.hub, &conflict.erp];
        json.is_string()
            || json.is_number()
                && (!conflict.candidates.is_empty() || sides.iter().any(|side| side.is_number()))
            || json.is_boolean() && sides.iter().any(|side| side.is_boolean())
    };
    Settlement::Value(json.filter(is_alike).unwrap_or_else(|| decision.into()))
}

fn decided(settlement: &Settlement) -> String {
    match settlement {
        Settlement::Take(Side::Hub) => "the hub's".to_owned(),
        Settlement::Take(Side::Erp) => "the ERP's".to_owned(),
        Settlement::Value(value) => text(value),
    }
}

/// What the ERP has; where several of its records match, their keys.
fn in_the_erp(conflict: &Shown) -> String {
    let keys: Vec<String> = conflict.candidates.iter().map(i64::to_string).collect();
    match keys.is_empty() {
        true => text(&conflict.erp),
        false => format!("one of {}", keys.join(", ")),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn conflict(hub: Value, candidates: Vec<i64>) -> Shown {
        Shown {
            id: 1,
            state: State::Open,
            link: "customer".to_owned(),
            flow: "customer-push".to_owned(),
            record: "contact/42".to_owned(),
            erp_key: None,
            field: "phone".to_owned(),
            base: Value::Null,
            erp: Value::Null,
            hub,
            hub_changed: None,
            erp_changed: None,
            candidates,
            opened_at: jiff::Timestamp::UNIX_EPOCH,
            settlement: None,
            settled_at: None,
        }
    }

    #[test]
    fn a_decision_is_a_side_or_a_value_of_the_sides_type() {
        let phone = conflict(json!("13800138000"), Vec::new());
        let score = conflict(json!(80), Vec::new());
        let several = conflict(Value::Null, vec![17, 18]);
        for (conflict, decision, expected) in [
            (&phone, "hub", Settlement::Take(Side::Hub)),
            (&phone, "erp", Settlement::Take(Side::Erp)),
            (&phone, "13900139000", Settlement::Value(json!("13900139000"))),
            (&phone, "\"hub\"", Settlement::Value(json!("hub"))),
            (&phone, "true", Settlement::Value(json!("true"))),
            (&phone, "{not json", Settlement::Value(json!("{not json"))),
            (&score, "85", Settlement::Value(json!(85))),
            (&several, "17", Settlement::Value(json!(17))),
        ] {
            assert_eq!(settlement(conflict, decision), expected, "{decision}");
        }
    }
}
