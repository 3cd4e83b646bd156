//! Rows on their way to the host, portion by portion, and back where they are unsound.

use super::tally::{Change, Tally, Unsound};
use crate::api::filing::{FilingQuery, FilingSummary};
use crate::commands::records::segment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Style;
use crate::output::bar::bar;
use crate::remote::Remote;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::sync::Arc;
use sunmao_catalogue::{Record, RecordKind, Value};
use sunmao_sheets::{Line, Returned, RowFault, Table, explain};

/// Most rows sent in one request.
const PORTION: usize = 500;
/// Once a request has this many bytes it takes no more rows: far less than the host accepts in one.
const PORTION_BYTES: usize = 8 * 1024 * 1024;
/// In place of the id that a row lacks, where the host is asked what else is wrong with it.
const NO_ID: &str = "-";

/// What the rows are sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be kept.
    File,
    /// To see what would become of them.
    Try,
}

/// One import.
pub struct Filing<'a> {
    remote: &'a Remote,
    kind: Arc<RecordKind>,
    table: Table,
    purpose: Purpose,
    returned: Option<Returned>,
    bar: ProgressBar,
    tally: Tally,
}

/// Rows of one request.
#[derive(Default)]
struct Portion {
    lines: Vec<Line>,
    text: Vec<u8>,
}

impl Portion {
    fn add(&mut self, line: Line) -> Result<(), Failure> {
        let id = line.id.as_deref().unwrap_or(NO_ID);
        let mut record = Record::from_iter([("id".to_owned(), Value::from(id))]);
        record.extend(
            line.record
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        serde_json::to_writer(&mut self.text, &record).map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("row {}", line.row.number),
                "writing JSON",
                error.to_string(),
            )
        })?;
        self.text.push(b'\n');
        self.lines.push(line);
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= PORTION || self.text.len() >= PORTION_BYTES
    }
}

impl<'a> Filing<'a> {
    pub fn new(
        remote: &'a Remote,
        kind: Arc<RecordKind>,
        table: Table,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let returned = match purpose {
            Purpose::File => Some(Returned::of(&table)?),
            Purpose::Try => None,
        };
        let bar = bar(table.progress().length);
        let tally = Tally::new(table.form().describe(), purpose);
        Ok(Filing {
            remote,
            kind,
            table,
            purpose,
            returned,
            bar,
            tally,
        })
    }

    /// Sends all rows, and tells what became of them.
    pub async fn run(mut self, style: Style) -> Result<(), Failure> {
        let sent = self.all().await;
        self.bar.finish_and_clear();
        if sent.is_ok()
            && let Some(returned) = self.returned.take()
        {
            self.tally.returned = returned.finish()?;
        }
        self.tally.print(style);
        sent.map_err(|failure| self.broken_off(&failure))?;
        self.tally.ended(self.table.path())
    }

    async fn all(&mut self) -> Result<(), Failure> {
        loop {
            // Rows of which something is known to be wrong are sent too, to hear of everything at once, and never kept.
            let (mut sound, mut unsound) = (Portion::default(), Portion::default());
            let mut is_last = false;
            while !sound.is_full() && !unsound.is_full() {
                match self.table.next_line()? {
                    None => {
                        is_last = true;
                        break;
                    }
                    Some(line) if line.faults.is_empty() => sound.add(line)?,
                    Some(line) => unsound.add(line)?,
                }
            }
            let mut wrong = BTreeMap::new();
            self.send(sound, &mut wrong).await?;
            self.examine(unsound, &mut wrong).await?;
            self.give_back(wrong)?;
            let progress = self.table.progress();
            self.bar.set_length(progress.length.max(progress.read));
            self.bar.set_position(progress.read);
            self.bar.set_message(format!("{} rows", self.tally.rows));
            if is_last {
                return Ok(());
            }
        }
    }

    async fn send(
        &mut self,
        portion: Portion,
        wrong: &mut BTreeMap<u64, (Line, Vec<RowFault>)>,
    ) -> Result<(), Failure> {
        if portion.lines.is_empty() {
            return Ok(());
        }
        let dry = self.purpose == Purpose::Try;
        let summary = self
            .ask(portion.text, FilingQuery { dry }, portion.lines.len())
            .await?;
        self.tally.rows += summary.accepted;
        self.tally.new += summary.created;
        self.tally.changed += summary.changed.saturating_sub(summary.created);
        self.tally.unchanged += summary.accepted.saturating_sub(summary.changed);
        for change in &summary.changes {
            if let Some(line) = of(&portion.lines, change.line) {
                self.tally.note(Change {
                    row: line.row.number,
                    id: change.id.clone(),
                    members: change.members.clone(),
                });
            }
        }
        self.rejected(&portion.lines, &summary, wrong);
        Ok(())
    }

    /// What else is wrong with rows that are not kept anyway.
    async fn examine(
        &self,
        portion: Portion,
        wrong: &mut BTreeMap<u64, (Line, Vec<RowFault>)>,
    ) -> Result<(), Failure> {
        if portion.lines.is_empty() {
            return Ok(());
        }
        let summary = self
            .ask(portion.text, FilingQuery { dry: true }, portion.lines.len())
            .await?;
        self.rejected(&portion.lines, &summary, wrong);
        for line in portion.lines {
            let own = line.faults.clone();
            let (_, faults) = wrong.entry(line.row.number).or_insert((line, Vec::new()));
            // A member of which something is known already is empty to the host.
            faults.retain(|fault| {
                own.iter()
                    .all(|own| own.member.is_empty() || own.member != fault.member)
            });
            faults.splice(0..0, own);
        }
        Ok(())
    }

    async fn ask(&self, text: Vec<u8>, query: FilingQuery, lines: usize) -> Result<FilingSummary, Failure> {
        let summary = self.remote.patch(&segment(&self.kind.name), text, query).await?;
        match &summary.error {
            Some(error) if summary.lines != lines as u64 => {
                Err(Failure::new(Exit::Failed, "", "filing", &error.message).with_hint(&error.hint))
            }
            _ => Ok(summary),
        }
    }

    fn rejected(
        &self,
        lines: &[Line],
        summary: &FilingSummary,
        wrong: &mut BTreeMap<u64, (Line, Vec<RowFault>)>,
    ) {
        for rejected in &summary.rejected {
            let Some(line) = of(lines, rejected.line) else {
                continue;
            };
            let faults = rejected.faults.iter().map(|fault| {
                let english = match fault.hint.as_str() {
                    "" => fault.message.clone(),
                    hint => format!("{}; {hint}", fault.message),
                };
                explain(&self.kind, &line.record, &fault.field, &english)
            });
            wrong.insert(line.row.number, (line.clone(), faults.collect()));
        }
    }

    fn give_back(&mut self, wrong: BTreeMap<u64, (Line, Vec<RowFault>)>) -> Result<(), Failure> {
        for (line, faults) in wrong.into_values() {
            if let Some(returned) = &mut self.returned {
                returned.push(&line.row, &faults)?;
            }
            self.tally.rows += 1;
            self.tally.reject(Unsound {
                row: line.row.number,
                id: line.id,
                faults: faults.into_iter().map(|fault| fault.english).collect(),
            });
        }
        Ok(())
    }

    /// The same failure with how far the rows came: what is on disk stays there.
    fn broken_off(&self, failure: &Failure) -> Failure {
        let details = failure.details();
        let message = format!("broken off after {} rows: {}", self.tally.rows, failure.message());
        let hint = match details.hint.as_str() {
            "" => String::new(),
            hint => format!("{hint}; "),
        };
        Failure::new(
            failure.exit(),
            self.table.path().display().to_string(),
            "importing",
            message,
        )
        .with_kind(failure.kind())
        .with_faults(details.faults.clone())
        .with_hint(format!(
            "{hint}then run it again: what was filed is unchanged and costs next to nothing"
        ))
    }
}

/// The row of a request's line, which are counted from 1.
fn of(lines: &[Line], number: u64) -> Option<&Line> {
    lines.get(usize::try_from(number).ok()?.checked_sub(1)?)
}
