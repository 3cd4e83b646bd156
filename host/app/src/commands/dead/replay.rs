//! Dead deliveries by cause, and those that are tried again together.

use crate::api::replays::{Begun, Cause, Causes, Replay, ReplaySelection, Replays};
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use clap::Args;

/// What those have in common that are tried again together.
#[derive(Debug, Args)]
pub struct Chosen {
    /// All of this cause, as `dead causes` shows it
    #[arg(long)]
    cause: Option<String>,
    /// All of this flow or extension, such as "flow customer-push"
    #[arg(long)]
    target: Option<String>,
    /// All whose fault is of this kind, such as refused
    #[arg(long)]
    kind: Option<String>,
    /// At most so many a minute [default: all at once]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    per_minute: Option<u32>,
    /// Try them
    #[arg(long)]
    yes: bool,
}

impl Chosen {
    /// Whether they are meant by what they have in common.
    pub fn is_any(&self) -> bool {
        self.cause.is_some() || self.target.is_some() || self.kind.is_some()
    }

    pub async fn retry(self, remote: &Remote, style: Style) -> Result<(), Failure> {
        let selection = ReplaySelection {
            cause: self.cause,
            target: self.target,
            kind: self.kind,
            per_minute: self.per_minute,
            dry: !self.yes,
        };
        let begun: Begun = remote.post("/v1/dead/replays", &selection).await?;
        if style == Style::Json {
            output::json(&begun);
            return Ok(());
        }
        output::line(match &begun.replay {
            None => format!("{} would be tried again; --yes does it", begun.chosen),
            Some(replay) => format!(
                "{} are tried again as replay {id}; `sunmao dead replays` shows how far it is, `sunmao dead cancel {id}` puts back \
                 what still waits",
                begun.chosen,
                id = replay.id
            ),
        });
        Ok(())
    }
}

pub async fn causes(remote: &Remote, style: Style) -> Result<(), Failure> {
    let causes: Causes = remote.get("/v1/dead/causes", &()).await?;
    if style == Style::Json {
        output::json(&causes);
        return Ok(());
    }
    if causes.items.is_empty() {
        output::line("Nothing waits for a person.");
        return Ok(());
    }
    let header = [
        "cause",
        "how many",
        "target",
        "first",
        "last",
        "such as",
        "the ERP's words",
        "what to do",
    ];
    output::line(output::table(header, causes.items.iter().map(row)));
    Ok(())
}

fn row(cause: &Cause) -> Vec<String> {
    let mut row = vec![
        cause.cause.clone(),
        cause.count.to_string(),
        cause.target.clone(),
        output::time(cause.first_at),
        output::time(cause.last_at),
        format!("{} ({})", cause.example, cause.key),
    ];
    row.extend(match &cause.letter {
        Some(letter) => [letter.message.clone(), letter.hint.clone()],
        None => Default::default(),
    });
    row
}

pub async fn list(remote: &Remote, style: Style) -> Result<(), Failure> {
    let replays: Replays = remote.get("/v1/dead/replays", &()).await?;
    if style == Style::Json {
        output::json(&replays);
        return Ok(());
    }
    if replays.items.is_empty() {
        output::line("There are none.");
        return Ok(());
    }
    let header = [
        "replay",
        "begun",
        "chosen",
        "ended",
        "dead again",
        "wait",
        "until",
    ];
    output::line(output::table(header, replays.items.iter().map(progress)));
    Ok(())
}

fn progress(replay: &Replay) -> Vec<String> {
    let until = match replay.cancelled_at {
        Some(at) => format!("cancelled {}, {} put back", output::time(at), replay.put_back),
        None => replay.until.map(output::time).unwrap_or_default(),
    };
    vec![
        replay.id.to_string(),
        output::time(replay.begun_at),
        replay.chosen.to_string(),
        replay.ended.to_string(),
        replay.dead.to_string(),
        replay.waiting.to_string(),
        until,
    ]
}

pub async fn cancel(remote: &Remote, replay: i64, style: Style) -> Result<(), Failure> {
    let replay: Replay = remote
        .post(&format!("/v1/dead/replays/{replay}/cancel"), &())
        .await?;
    match style {
        Style::Json => output::json(&replay),
        Style::Text => output::line(format!(
            "{} put back; {} had ended",
            replay.put_back, replay.ended
        )),
    }
    Ok(())
}
