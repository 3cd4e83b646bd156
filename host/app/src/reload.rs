//! Following `sunmao.toml` while the host runs: grants, limits, settings and flows change without a restart. An
//! unsound file leaves what was in force and says why, in the log and in `GET /v1/status`. SIGHUP has it read at once.

use crate::configuration::{Configuration, Sources};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::{check, unsound_extensions, unsound_flows, webhooks};
use crate::parts::{Parts, Refused};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use sunmao_runtime::supervised;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// How often the file is looked at. It is small, and nobody waits for it in a hurry.
const INTERVAL: Duration = Duration::from_millis(500);

/// Follows the file until the task is dropped, whatever happens to whoever looks at it, and looks at once whenever that
/// is asked for.
pub async fn follow(parts: Arc<Parts>, sources: Sources, asked: watch::Receiver<u32>) {
    let task = "the follower of the configuration";
    supervised(&parts.host.vitals, task, || {
        look_and_apply(&parts, &sources, asked.clone())
    })
    .await;
}

/// Without a file there is nothing to follow.
async fn look_and_apply(parts: &Parts, sources: &Sources, mut asked: watch::Receiver<u32>) {
    let mut looks = Looks::default();
    let mut ticks = tokio::time::interval(INTERVAL);
    // Two looks in a row after a slow change would see the same half of a file that someone is still writing.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut kinds = parts.kinds_changed.subscribe();
    loop {
        let occasion = tokio::select! {
            // Whoever asks goes away with the process alone.
            Ok(()) = asked.changed() => Occasion::Asked,
            Ok(()) = kinds.changed() => Occasion::OtherKinds,
            _ = ticks.tick() => Occasion::Tick,
        };
        let is_asked = occasion == Occasion::Asked;
        if occasion == Occasion::OtherKinds {
            parts.extensions.kinds_changed().await;
        }
        let Some(file) = sources.file() else {
            if is_asked {
                tracing::info!("there is no configuration file to read again");
            }
            continue;
        };
        let seen = look(file).await;
        let seen = match occasion {
            // Whoever asks has written the file to its end.
            Occasion::Asked => looks.taken(seen),
            // What was refused for want of a kind is looked at anew.
            Occasion::OtherKinds => looks.again(seen),
            Occasion::Tick => looks.settled(seen),
        };
        match seen {
            Some(seen) => {
                let before = if is_asked {
                    "asked to read it again: nothing has changed"
                } else {
                    ""
                };
                act(parts, sources, file, seen, before).await;
            }
            None if is_asked => tracing::error!(
                file = %file.display(),
                "asked to read the configuration again, but the file is gone; the old one stays in force"
            ),
            None => {}
        }
    }
}

/// Puts what was seen into force, or says why not. Where nothing has changed, `as_before` is said, if anything.
async fn act(parts: &Parts, sources: &Sources, file: &Path, seen: Seen, as_before: &str) {
    let applied = match seen {
        Ok(content) => apply(parts, sources, &content).await,
        Err(reason) => Err(unreadable(file, &reason)),
    };
    match &applied {
        Ok(Applied::AsBefore) if as_before.is_empty() => {}
        Ok(Applied::AsBefore) => tracing::info!(file = %file.display(), "{as_before}"),
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

/// Why the file is looked at.
#[derive(Clone, Copy, PartialEq)]
enum Occasion {
    Tick,
    Asked,
    OtherKinds,
}

impl Looks {
    /// What was acted upon before, to be acted upon once more; a change that has not settled yet comes by itself.
    fn again(&self, seen: Option<Seen>) -> Option<Seen> {
        seen.filter(|seen| self.settled.as_ref() == Some(seen))
    }

    /// What is there, to be acted upon whether or not it has settled.
    fn taken(&mut self, seen: Option<Seen>) -> Option<Seen> {
        self.last = seen;
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
    check(&new, &parts.host.kinds.load())?;
    let webhooks = webhooks::read(&new, sources.environment())?;
    parts
        .flows
        .reconfigure(&new.flow, new.limits)
        .map_err(|errors| unsound_flows(&errors))?;
    parts.flows.tell(webhooks);
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
