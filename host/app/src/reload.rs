//! Following `sunmao.toml` while the host runs: grants, limits, settings and flows change without a restart. An
//! unsound file leaves what was in force and says why, in the log and in `GET /v1/status`.

use crate::configuration::{Configuration, Sources};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::{Parts, unsound_extensions, unsound_flows};
use jiff::Timestamp;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use sunmao_runtime::supervised;
use tokio::time::MissedTickBehavior;

/// How often the file is looked at. It is small, and nobody waits for it in a hurry.
const INTERVAL: Duration = Duration::from_millis(500);

/// A changed configuration that did not come into force.
#[derive(Debug, Clone)]
pub struct Refused {
    /// When it was read.
    pub at: Timestamp,
    /// What is wrong with it.
    pub failure: Failure,
}

/// Follows the file until the task is dropped, whatever happens to whoever looks at it.
pub async fn follow(parts: Arc<Parts>, sources: Sources) {
    let task = "the follower of the configuration";
    supervised(&parts.host.vitals, task, || look_and_apply(&parts, &sources)).await;
}

/// Without a file there is nothing to follow.
async fn look_and_apply(parts: &Parts, sources: &Sources) {
    let Some(file) = sources.file() else { return };
    let mut looks = Looks::default();
    let mut ticks = tokio::time::interval(INTERVAL);
    // Two looks in a row after a slow change would see the same half of a file that someone is still writing.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(seen) = looks.settled(look(file).await) else {
            continue;
        };
        let applied = match seen {
            Ok(content) => apply(parts, sources, &content).await,
            Err(reason) => Err(unreadable(file, &reason)),
        };
        match &applied {
            Ok(Applied::AsBefore) => {}
            Ok(Applied::Changed) => {
                tracing::info!(file = %file.display(), "the changed configuration is in force")
            }
            Err(failure) => {
                tracing::error!(file = %file.display(), "the old configuration stays in force: {failure}");
            }
        }
        let refused = applied.err().map(|failure| Refused {
            at: parts.host.clock.now(),
            failure,
        });
        parts.refused_configuration.store(refused.map(Arc::new));
    }
}

/// What a look at the file found: its content, or why it cannot be read.
type Seen = Result<Vec<u8>, String>;

/// A file that is away for a moment is about to be replaced: nothing was seen.
async fn look(file: &Path) -> Option<Seen> {
    match tokio::fs::read(file).await {
        Ok(content) => Some(Ok(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

/// Tells a file that someone is still writing from one that has settled. An editor that saves in place empties the file
/// first, and an empty file, or the first half of one, is a sound configuration without the flows.
#[derive(Default)]
struct Looks {
    last: Option<Seen>,
    /// What was last acted upon.
    settled: Option<Seen>,
}

impl Looks {
    /// What is to be acted upon: what two successive looks saw alike, and was not acted upon yet.
    fn settled(&mut self, seen: Option<Seen>) -> Option<Seen> {
        let is_steady = seen.is_some() && seen == self.last;
        self.last = seen;
        if !is_steady || self.last == self.settled {
            return None;
        }
        self.settled = self.last.clone();
        self.settled.clone()
    }
}

enum Applied {
    AsBefore,
    Changed,
}

async fn apply(parts: &Parts, sources: &Sources, content: &[u8]) -> Result<Applied, Failure> {
    let new = sources.read_with(content)?;
    let old = parts.configuration.load_full();
    if new == *old {
        return Ok(Applied::AsBefore);
    }
    let extensions_settings = new.extensions_settings();
    extensions_settings
        .check(&parts.host.catalogue)
        .map_err(|errors| unsound_extensions(&errors))?;
    parts
        .flows
        .reconfigure(&new.flow, new.limits)
        .map_err(|errors| unsound_flows(&errors))?;
    parts.extensions.reconfigure(extensions_settings).await;
    warn_of_fixed_sections(&old, &new);
    parts.configuration.store(Arc::new(new));
    Ok(Applied::Changed)
}

fn unreadable(file: &Path, reason: &str) -> Failure {
    Failure::new(
        Exit::Configuration,
        file.display().to_string(),
        "reading the configuration",
        reason,
    )
    .with_hint("check that the host's account may read the file")
}

fn warn_of_fixed_sections(old: &Configuration, new: &Configuration) {
    let sections = new.fixed_sections_that_differ(old);
    if !sections.is_empty() {
        tracing::warn!(
            sections = sections.join(", "),
            "these sections take effect at the next start"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Option<Seen> {
        Some(Ok(text.as_bytes().to_vec()))
    }

    #[test]
    fn a_file_that_is_being_written_is_left_alone_until_it_stays_the_same() {
        let mut looks = Looks::default();
        let saves = [
            (content("old"), None),
            (content("old"), content("old")),
            // Saved in place: emptied, half written, whole.
            (content(""), None),
            (content("ne"), None),
            (content("new"), None),
            (content("new"), content("new")),
            (content("new"), None),
            // Replaced: away for a moment.
            (None, None),
            (content("newer"), None),
            (content("newer"), content("newer")),
            // There and back between two looks, and back to what is in force.
            (content(""), None),
            (content("newer"), None),
            (content("newer"), None),
        ];
        for (at, (seen, expected)) in saves.into_iter().enumerate() {
            assert_eq!(looks.settled(seen), expected, "look {at}");
        }
    }

    #[test]
    fn a_file_that_may_not_be_read_is_told_once() {
        let mut looks = Looks::default();
        let denied = || Some(Err("Permission denied".to_owned()));
        assert_eq!(looks.settled(denied()), None);
        assert_eq!(looks.settled(denied()), denied());
        assert_eq!(looks.settled(denied()), None);
    }
}
