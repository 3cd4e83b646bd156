//! What binds the rows of the audit log to each other: each word of the log, a row as it began and as it ended, is bound
//! to all that was said before it, so that no row can be changed, taken out or put in without its being seen.

use serde::{Deserialize, Serialize};

use crate::{AuditEntry, AuditLog, AuditRow, StoreError};

/// Links that are looked at at a time.
const PAGE: u32 = 1_000;

/// What is said of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// That it began, and with what.
    Begun,
    /// How it ended.
    Ended,
    /// Both at once.
    Whole,
}

/// One link: what was said of a row, in its place among everything that was said.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainLink {
    /// Its place. Rises by one.
    pub position: i64,
    /// The number of the row.
    pub sequence: i64,
    /// What was said of it.
    pub said: Said,
    /// BLAKE3, in hexadecimal digits, of the digest before it, a new line, and what was said as a JSON array.
    pub digest: String,
    /// The row as it is now; none where there is no such row any more.
    pub entry: Option<AuditEntry>,
}

/// Where the chain begins, once older rows were forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainAnchor {
    /// The place of the last link that was forgotten; 0 where none was.
    pub position: i64,
    /// Its digest; empty where none was.
    pub digest: String,
    /// How many rows were forgotten in all.
    pub forgotten: i64,
}

/// What a look at the whole chain came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Where it begins.
    pub anchor: ChainAnchor,
    /// Links that were looked at.
    pub links: u64,
    /// Rows that began and have no end: under way, or left behind by a process that was killed.
    pub without_end: u64,
    /// The place and the digest of the last link. Whoever wrote them down earlier finds them here again.
    pub head: (i64, String),
    /// The first thing that does not hold.
    pub broken: Option<ChainBreak>,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainBreak {
    /// The place.
    pub position: i64,
    /// The number of the row.
    pub sequence: i64,
    /// What is wrong, in words.
    pub words: String,
}

impl Said {
    /// What is said first of a row that stands like this.
    pub(crate) fn of(row: &AuditRow) -> Said {
        match row.outcome == AuditRow::OPEN {
            true => Said::Begun,
            false => Said::Whole,
        }
    }
}

/// The digest of what is said of a row, behind the digest before it.
pub(crate) fn digest(
    previous: &str,
    said: Said,
    sequence: i64,
    row: &AuditRow,
) -> Result<String, serde_json::Error> {
    let begun = (
        row.at.as_microsecond(),
        &row.actor,
        &row.version,
        &row.operation,
        &row.menu_id,
        &row.subject,
        &row.arguments,
    );
    let ended = (
        &row.outcome,
        &row.error_kind,
        &row.message,
        row.duration_micros,
        row.requests,
    );
    let words = match said {
        Said::Begun => serde_json::to_vec(&(said, sequence, begun)),
        Said::Ended => serde_json::to_vec(&(said, sequence, ended)),
        Said::Whole => serde_json::to_vec(&(said, sequence, begun, ended)),
    }?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous.as_bytes()).update(b"\n").update(&words);
    Ok(hasher.finalize().to_hex().to_string())
}

/// Walks the whole chain and holds every row against it. A `known` place and digest, written down earlier, has to be on
/// it: without one, nobody can tell a chain whose last links were cut off.
///
/// # Errors
/// The store cannot be read.
pub async fn verify_chain(
    log: &dyn AuditLog,
    known: Option<&(i64, String)>,
) -> Result<ChainReport, StoreError> {
    let anchor = log.chain_anchor().await?;
    let mut report = ChainReport {
        links: 0,
        without_end: 0,
        head: (anchor.position, anchor.digest.clone()),
        broken: None,
        anchor,
    };
    let mut is_known = known.is_none_or(|known| *known == report.head);
    loop {
        let links = log.chain(report.head.0, PAGE).await?;
        if links.is_empty() {
            break;
        }
        for link in &links {
            report.links += 1;
            match link.said {
                Said::Begun => report.without_end += 1,
                Said::Ended if is_closed(link) => report.without_end = report.without_end.saturating_sub(1),
                Said::Ended | Said::Whole => {}
            }
            if let Some(words) = fault(&report.head, link) {
                report.broken = Some(ChainBreak {
                    position: link.position,
                    sequence: link.sequence,
                    words,
                });
                return Ok(report);
            }
            report.head = (link.position, link.digest.clone());
            is_known |= known == Some(&report.head);
        }
    }
    report.broken = match log.rows_beside_the_chain().await?.first() {
        Some(sequence) => Some(ChainBreak {
            position: report.head.0,
            sequence: *sequence,
            words: format!("row {sequence} is in the log, and nothing was ever said of it: it was put in"),
        }),
        None => known.filter(|_| !is_known).map(|(position, _)| ChainBreak {
            position: *position,
            sequence: 0,
            words: format!("link {position} is not the one that was written down earlier: it was cut off, or all of it made anew"),
        }),
    };
    Ok(report)
}

/// Whether the end of a row is known: one that a process left behind says only that it is not.
fn is_closed(link: &ChainLink) -> bool {
    let entry = link.entry.as_ref();
    entry.is_some_and(|entry| entry.row.outcome != AuditRow::OPEN)
}

/// What is wrong with a link behind another one.
fn fault((position, previous): &(i64, String), link: &ChainLink) -> Option<String> {
    if link.position != position + 1 {
        return Some(format!(
            "links {} to {} are missing",
            position + 1,
            link.position - 1
        ));
    }
    let Some(entry) = &link.entry else {
        return Some(format!("row {} is missing", link.sequence));
    };
    let expected = digest(previous, link.said, link.sequence, &entry.row);
    match expected.is_ok_and(|expected| expected == link.digest) {
        true => None,
        false => Some(format!(
            "row {} is not what it was when it was written",
            link.sequence
        )),
    }
}
