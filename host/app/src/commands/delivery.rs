//! `sunmao delivery`: what waits for a flow or an extension, and what a person can do about it.

use crate::api::deliveries::{
    Delivery as Entry, DeliveryPage, DeliveryQuery, DropSelection, Dropped, ReleaseSelection, Released,
};
use crate::api::word;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use sunmao_store::DeliveryState;

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
        /// Only those that stand there
        #[arg(long)]
        state: Option<State>,
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

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Pending,
    Leased,
    Done,
    Dead,
    Superseded,
}

impl From<State> for DeliveryState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => DeliveryState::Pending,
            State::Leased => DeliveryState::Leased,
            State::Done => DeliveryState::Done,
            State::Dead => DeliveryState::Dead,
            State::Superseded => DeliveryState::Superseded,
        }
    }
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
    fn ids(&self) -> Option<Vec<i64>> {
        self.target.is_none().then(|| self.ids.clone())
    }
}

/// Entries the host is asked for at once.
const PAGE: u32 = 1_000;
/// Entries that are shown of what would be dropped.
const SAMPLE: usize = 20;
/// What can be dropped: nothing that is in hand, and nothing that came to its end by itself.
const DROPPABLE: [DeliveryState; 2] = [DeliveryState::Pending, DeliveryState::Dead];

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
                let query = DeliveryQuery {
                    target,
                    state: state.map(DeliveryState::from),
                    late,
                    ..DeliveryQuery::default()
                };
                let found = find(&remote, query, lines).await?;
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
#[derive(Serialize)]
struct Found {
    count: u64,
    items: Vec<Entry>,
}

async fn find(remote: &Remote, mut query: DeliveryQuery, most: usize) -> Result<Found, Failure> {
    let mut items = Vec::new();
    loop {
        let wanted = most.saturating_sub(items.len()).clamp(1, PAGE as usize);
        query.limit = Some(u32::try_from(wanted).unwrap_or(PAGE));
        let page: DeliveryPage = remote.get("/v1/deliveries", &query).await?;
        items.extend(page.items);
        query.after = page.next;
        if query.after.is_none() || items.len() >= most {
            items.truncate(most);
            let count = page.count;
            return Ok(Found { count, items });
        }
    }
}

fn show(found: &Found, style: Style) {
    if style == Style::Json {
        return output::json(found);
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

fn row(item: &Entry) -> Vec<String> {
    let standing = &item.standing;
    let why = match (&standing.held_up, standing.state) {
        (Some(held_up), _) => Some(format!("{} ({})", held_up.message, held_up.hint)),
        (None, DeliveryState::Done) => standing.outcome.clone(),
        (None, DeliveryState::Dead) => standing.letter.as_ref().map(|letter| letter.message.clone()),
        (None, _) => standing.reason.clone(),
    };
    vec![
        standing.id.to_string(),
        standing.target.clone(),
        item.key.clone(),
        word(&standing.state),
        standing.attempt.to_string(),
        output::time(standing.due_at),
        why.unwrap_or_default(),
    ]
}

async fn release(remote: &Remote, chosen: &Chosen, style: Style) -> Result<(), Failure> {
    let selection = ReleaseSelection {
        ids: chosen.ids(),
        target: chosen.target.clone(),
    };
    let answer: Released = remote.post("/v1/deliveries/release", &selection).await?;
    let released = answer.released;
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
            for state in DROPPABLE {
                let query = DeliveryQuery {
                    target: Some(target.clone()),
                    state: Some(state),
                    ..DeliveryQuery::default()
                };
                let found = find(remote, query, SAMPLE).await?;
                count += found.count;
                items.extend(found.items);
            }
        }
        None => {
            for id in &chosen.ids {
                // The number behind which it comes first.
                let query = DeliveryQuery {
                    after: Some(id.saturating_sub(1)),
                    limit: Some(1),
                    ..DeliveryQuery::default()
                };
                let page: DeliveryPage = remote.get("/v1/deliveries", &query).await?;
                let is_it =
                    |item: &Entry| item.standing.id == *id && DROPPABLE.contains(&item.standing.state);
                items.extend(page.items.into_iter().filter(is_it));
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
    let selection = DropSelection {
        ids: chosen.ids(),
        target: chosen.target.clone(),
        unresolved,
    };
    let answer: Dropped = remote.post("/v1/deliveries/drop", &selection).await?;
    let Dropped {
        dropped,
        unresolved: kept,
    } = answer;
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
