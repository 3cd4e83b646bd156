//! `sunmao delivery`: what waits for a flow or an extension, and what a person can do about it.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Look at a running host's deliveries, take some up now, or drop what nobody will handle
#[derive(Debug, Args)]
pub struct Delivery {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    host: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List deliveries, with what holds up those that wait
    List {
        /// Only those of this flow or extension, such as "plugin hello"
        #[arg(long)]
        target: Option<String>,
        /// Only those that stand there: pending, leased, done, dead, superseded
        #[arg(long)]
        state: Option<String>,
        /// Only those that should have been taken up or ended a minute ago
        #[arg(long)]
        late: bool,
        /// Show at most this many
        #[arg(short = 'n', long, default_value_t = 100)]
        lines: usize,
    },
    /// Make deliveries that wait due now, whatever they were put off for
    Release(Chosen),
    /// Forget deliveries that wait or are dead; without --yes only show what would be dropped
    Drop {
        #[command(flatten)]
        chosen: Chosen,
        /// Drop them
        #[arg(long)]
        yes: bool,
        /// Drop also those whose writes may have reached the ERP, and with them what is known of these writes
        #[arg(long)]
        unresolved: bool,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Chosen {
    /// The numbers that `delivery list` shows
    ids: Vec<i64>,
    /// All of this flow or extension, such as "plugin hello"
    #[arg(long)]
    target: Option<String>,
}

impl Chosen {
    fn body(&self) -> Value {
        match &self.target {
            Some(target) => json!({ "target": target }),
            None => json!({ "ids": self.ids }),
        }
    }
}

/// Entries the host is asked for at once.
const PAGE: usize = 1_000;
/// Entries that are shown of what would be dropped.
const SAMPLE: usize = 20;

impl Delivery {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.host.connect(context)?;
        let style = context.style();
        match self.action {
            Action::List {
                target,
                state,
                late,
                lines,
            } => {
                let mut query = Vec::new();
                query.extend(target.map(|target| ("target", target)));
                query.extend(state.map(|state| ("state", state)));
                query.extend(late.then(|| ("late", "true".to_owned())));
                let found = find(&remote, &query, lines).await?;
                show(&found, style);
                Ok(())
            }
            Action::Release(chosen) => release(&remote, &chosen, style).await,
            Action::Drop {
                chosen,
                yes: false,
                unresolved: _,
            } => would_drop(&remote, &chosen, style).await,
            Action::Drop {
                chosen,
                yes: true,
                unresolved,
            } => discard(&remote, &chosen, unresolved, style).await,
        }
    }
}

/// Deliveries, the first of all that there are.
struct Found {
    items: Vec<Value>,
    count: u64,
}

async fn find(remote: &Remote, filter: &[(&str, String)], most: usize) -> Result<Found, Failure> {
    let mut found = Found {
        items: Vec::new(),
        count: 0,
    };
    let mut after = None;
    loop {
        let mut query = filter.to_vec();
        query.extend(after.map(|after: i64| ("after", after.to_string())));
        let wanted = most.saturating_sub(found.items.len()).clamp(1, PAGE);
        query.push(("limit", wanted.to_string()));
        let page = remote.get("/v1/deliveries", &query).await?;
        found.count = page["count"].as_u64().unwrap_or_default();
        found
            .items
            .extend(page["items"].as_array().cloned().unwrap_or_default());
        after = page["next"].as_i64();
        if after.is_none() || found.items.len() >= most {
            found.items.truncate(most);
            return Ok(found);
        }
    }
}

fn show(found: &Found, style: Style) {
    if style == Style::Json {
        return output::json(&json!({ "count": found.count, "items": found.items }));
    }
    if found.count == 0 {
        return output::line("There are none.");
    }
    let header = ["id", "target", "record", "state", "attempt", "due", "why"];
    output::line(output::table(header, found.items.iter().map(row)));
    if (found.items.len() as u64) < found.count {
        output::line(format!("{} of {} are shown.", found.items.len(), found.count));
    }
}

fn row(item: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let held_up = &item["held_up"];
    let why = match (held_up.is_null(), text(&item["state"]).as_str()) {
        (false, _) => format!("{} ({})", text(&held_up["message"]), text(&held_up["hint"])),
        (true, "done") => text(&item["outcome"]),
        (true, "dead") => text(&item["letter"]["message"]),
        (true, _) => text(&item["reason"]),
    };
    vec![
        text(&item["id"]),
        text(&item["target"]),
        text(&item["key"]),
        text(&item["state"]),
        text(&item["attempt"]),
        output::time(&text(&item["due_at"])),
        why,
    ]
}

async fn release(remote: &Remote, chosen: &Chosen, style: Style) -> Result<(), Failure> {
    let answer = remote.post("/v1/deliveries/release", &chosen.body()).await?;
    let released = answer["released"].as_u64().unwrap_or_default();
    match style {
        Style::Json => output::json(&answer),
        Style::Text => output::line(format!("{released} due now")),
    }
    let asked = chosen.ids.len() as u64;
    if released < asked {
        let problem = format!(
            "{} of {asked} numbers are no deliveries that wait",
            asked - released
        );
        return Err(Failure::new(Exit::Failed, "delivery release", "", problem)
            .with_hint("`sunmao delivery list --state pending` shows the numbers"));
    }
    Ok(())
}

/// Says what would be dropped, and that it was not.
async fn would_drop(remote: &Remote, chosen: &Chosen, style: Style) -> Result<(), Failure> {
    let (mut items, mut count) = (Vec::new(), 0);
    match &chosen.target {
        Some(target) => {
            for state in ["pending", "dead"] {
                let query = [("target", target.clone()), ("state", state.to_owned())];
                let found = find(remote, &query, SAMPLE).await?;
                count += found.count;
                items.extend(found.items);
            }
        }
        None => {
            for id in &chosen.ids {
                // The number behind which it comes first.
                let query = [("after", (id - 1).to_string()), ("limit", "1".to_owned())];
                let page = remote.get("/v1/deliveries", &query).await?;
                let found = page["items"].as_array().cloned().unwrap_or_default();
                let is_it = |item: &Value| {
                    let stands = item["state"].as_str().unwrap_or_default();
                    item["id"] == *id && ["pending", "dead"].contains(&stands)
                };
                items.extend(found.into_iter().filter(is_it));
            }
            count = items.len() as u64;
        }
    }
    items.truncate(SAMPLE);
    show(&Found { items, count }, style);
    if count == 0 {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Failed,
        "delivery drop",
        "",
        format!("{count} would be forgotten for good; nothing was dropped"),
    )
    .with_hint("say --yes to drop them"))
}

async fn discard(remote: &Remote, chosen: &Chosen, unresolved: bool, style: Style) -> Result<(), Failure> {
    let mut body = chosen.body();
    body["unresolved"] = json!(unresolved);
    let answer = remote.post("/v1/deliveries/drop", &body).await?;
    let (dropped, kept) = (
        &answer["dropped"],
        answer["unresolved"].as_u64().unwrap_or_default(),
    );
    match style {
        Style::Json => output::json(&answer),
        Style::Text => output::line(format!("{dropped} dropped")),
    }
    if kept > 0 {
        let problem = format!("{kept} were kept: their writes may have reached the ERP");
        return Err(Failure::new(Exit::Failed, "delivery drop", "", problem).with_hint(
            "look in the ERP what became of them, then say --unresolved to drop them and what is known of their writes",
        ));
    }
    Ok(())
}
