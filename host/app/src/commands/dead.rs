//! `sunmao dead`: deliveries that wait for a person.

mod replay;

use crate::api::deliveries::{DeadDelivery, DeadPage, DeadQuery, Retried, RetrySelection};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand};

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
    /// List the causes, with how many deliveries each has: names and numbers make no other cause
    Causes,
    /// Try deliveries again: by number, every one, or all of a cause; of a cause only shows how many without --yes
    Retry {
        /// The numbers that `dead list` shows
        #[arg(required_unless_present_any = ["all", "cause", "target", "kind"], conflicts_with_all = ["cause", "target", "kind"])]
        ids: Vec<i64>,
        /// Try every one
        #[arg(long, conflicts_with_all = ["ids", "cause", "target", "kind"])]
        all: bool,
        /// You looked in the ERP: their writes of which nobody saw the end had no effect
        #[arg(long, conflicts_with_all = ["all", "cause", "target", "kind"])]
        had_no_effect: bool,
        #[command(flatten)]
        of: replay::Chosen,
    },
    /// Show how far those are that are tried again together
    Replays,
    /// Put back what still waits of a replay: it is dead again, and nothing is lost
    Cancel {
        /// The number that `dead replays` shows
        replay: i64,
    },
}

impl Dead {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        match self.action {
            Action::List => list(&remote, context.style()).await,
            Action::Causes => replay::causes(&remote, context.style()).await,
            Action::Replays => replay::list(&remote, context.style()).await,
            Action::Cancel { replay } => replay::cancel(&remote, replay, context.style()).await,
            Action::Retry { of, .. } if of.is_any() => of.retry(&remote, context.style()).await,
            Action::Retry {
                ids,
                all,
                had_no_effect,
                of: _,
            } => {
                let selection = RetrySelection {
                    all: all.then_some(true),
                    ids: (!all).then_some(ids),
                    had_no_effect,
                };
                retry(&remote, selection, context.style()).await
            }
        }
    }
}

async fn list(remote: &Remote, style: Style) -> Result<(), Failure> {
    let mut items = Vec::new();
    let mut query = DeadQuery::default();
    loop {
        let page: DeadPage = remote.get("/v1/dead", &query).await?;
        items.extend(page.items);
        query.after = page.next;
        if query.after.is_none() {
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
            "record",
            "since",
            "kind",
            "the ERP's words",
            "what to do",
        ],
        items.iter().map(row),
    ));
    Ok(())
}

fn row(item: &DeadDelivery) -> Vec<String> {
    let mut row = vec![
        item.id.to_string(),
        item.target.clone(),
        item.key.clone(),
        output::time(item.died_at),
    ];
    row.extend(match &item.letter {
        Some(letter) => [letter.kind.clone(), letter.message.clone(), letter.hint.clone()],
        None => Default::default(),
    });
    row
}

async fn retry(remote: &Remote, selection: RetrySelection, style: Style) -> Result<(), Failure> {
    let asked = selection.ids.as_ref().map_or(0, Vec::len) as u64;
    let answer: Retried = remote.post("/v1/dead/retry", &selection).await?;
    let retried = answer.retried;
    match style {
        Style::Json => output::json(&answer),
        Style::Text => output::line(format!("{retried} tried again")),
    }
    if retried < asked {
        return Err(Failure::new(
            Exit::Failed,
            "dead retry",
            "",
            format!(
                "{} of {asked} numbers are no dead deliveries, or a newer state of their record is underway",
                asked - retried
            ),
        )
        .with_hint("`sunmao dead list` shows the numbers"));
    }
    Ok(())
}
