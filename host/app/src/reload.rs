//! Following `sunmao.toml` while the host runs: grants, limits, settings and flows change without a restart. An
//! unsound file leaves what was in force and says why.

use crate::configuration::{Configuration, Sources};
use crate::failure::Failure;
use crate::host::{Parts, unsound_flows};
use std::sync::Arc;
use std::time::Duration;

/// How often the file is looked at. It is small, and nobody waits for it in a hurry.
const INTERVAL: Duration = Duration::from_millis(500);

/// Follows the file until the task is dropped. Without a file there is nothing to follow.
pub async fn follow(parts: Arc<Parts>, sources: Sources) {
    let Some(file) = sources.file() else { return };
    let mut seen = None;
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        let content = tokio::fs::read(file).await.ok();
        // A file that is away for a moment is about to be replaced.
        if content.is_none() || content == seen {
            continue;
        }
        seen = content;
        match apply(&parts, &sources).await {
            Ok(Applied::AsBefore) => {}
            Ok(Applied::Changed) => {
                tracing::info!(file = %file.display(), "the changed configuration is in force")
            }
            Err(failure) => {
                tracing::error!(file = %file.display(), "the old configuration stays in force: {failure}");
            }
        }
    }
}

enum Applied {
    AsBefore,
    Changed,
}

async fn apply(parts: &Parts, sources: &Sources) -> Result<Applied, Failure> {
    let new = sources.read()?;
    let old = parts.configuration.load_full();
    if new == *old {
        return Ok(Applied::AsBefore);
    }
    parts
        .flows
        .reconfigure(&new.flow, new.limits)
        .map_err(|errors| unsound_flows(&errors))?;
    parts.extensions.reconfigure(new.extensions_settings()).await;
    warn_of_fixed_sections(&old, &new);
    parts.configuration.store(Arc::new(new));
    Ok(Applied::Changed)
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
