//! What `sunmao doctor` finds of the store: its file, its copies, how much room it takes and how it grows.

use super::Finding;
use crate::configuration::StoreSection;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::backups::Plan;
use crate::output;
use jiff::Timestamp;
use std::path::Path;
use sunmao_store::Figures;

/// With less left than this the store soon takes nothing any more.
const LITTLE: u64 = 64 * 1024 * 1024;

/// The file itself.
pub fn file(path: &Path) -> Finding {
    let subject = "[store] path";
    let note = path.display().to_string();
    match std::fs::metadata(path) {
        Ok(file) if !file.is_file() => Finding {
            subject: subject.to_owned(),
            problem: Some(
                Failure::new(Exit::Configuration, &note, "looking at the store", "is no file")
                    .with_hint("name a file that holds the store, or none yet"),
            ),
            note,
        },
        Ok(_) => Finding::well(subject, note),
        Err(_) => Finding::well(subject, format!("{note} will be made")),
    }
}

/// The copies of the store: whether one that was due is missing.
pub fn copies(store: &StoreSection) -> Finding {
    let subject = "[store.backup]".to_owned();
    let faulty = |note: String, failure: Failure| Finding {
        subject: subject.clone(),
        problem: Some(failure),
        note,
    };
    let plan = match store.backup.as_ref().map(Plan::read).transpose() {
        Ok(Some(Some(plan))) => plan,
        Ok(_) => {
            return Finding::well(
                subject,
                "copies of the store are made by hand alone: `sunmao backup FILE`",
            );
        }
        Err(failure) => return faulty("unsound".to_owned(), failure),
    };
    let folder = plan.folder().display().to_string();
    let failed = |message: String| {
        Failure::new(Exit::Failed, &folder, "looking at the store's copies", message)
            .with_hint("see what the running host says: `error` of `backup` in GET /v1/status")
    };
    let copies = match plan.copies() {
        Ok(copies) => copies,
        Err(error) => return faulty(folder.clone(), failed(error.to_string())),
    };
    let note = match copies.last() {
        Some(last) => format!(
            "{folder}: {} copies, the last of {}",
            copies.len(),
            output::time(*last)
        ),
        None => format!("{folder}: no copy yet"),
    };
    // A host that never ran has nothing to copy.
    match store.path.exists() && plan.is_overdue(&copies, Timestamp::now()) {
        true => faulty(note, failed("a copy that was due was not made".to_owned())),
        false => Finding::well(subject, note),
    }
}

/// How much room the store takes, by table, and how long the disk lasts; nothing where there is no store yet.
pub async fn growth(path: &Path) -> Option<Finding> {
    if !path.exists() {
        return None;
    }
    let subject = "[store] growth".to_owned();
    Some(match sunmao_store::measure(path, Timestamp::now()).await {
        Ok(figures) => Finding {
            note: told(&figures),
            problem: figures.free_on_disk.filter(|free| *free < LITTLE).map(|_| {
                Failure::new(Exit::Failed, &subject, "measuring the store", "its disk is nearly full")
                    .with_hint("free some space, or put the store elsewhere ([store] path); docs/store.md says what may go")
            }),
            subject,
        },
        Err(error) => Finding {
            subject,
            note: error.to_string(),
            problem: Some(error.into()),
        },
    })
}

fn told(figures: &Figures) -> String {
    let mut words = vec![output::bytes(figures.bytes)];
    if figures.unused > 0 {
        words.push(format!(
            "{} of it free for what comes next",
            output::bytes(figures.unused)
        ));
    }
    let grown = output::bytes(figures.growth());
    words.push(format!(
        "grows by {grown} a day (over the last {} days)",
        figures.days
    ));
    if let Some(free) = figures.free_on_disk {
        let lasts = free
            .checked_div(figures.growth())
            .map(|days| format!(", for {days} days"));
        words.push(format!(
            "{} left on its disk{}",
            output::bytes(free),
            lasts.unwrap_or_default()
        ));
    }
    let tables = figures.tables.iter().filter(|table| table.rows > 0);
    let tables = tables.map(|table| {
        let (name, rows, bytes) = (&table.table, table.rows, output::bytes(table.bytes));
        format!("{name} {rows} ({} new, {bytes})", table.new)
    });
    words.extend(tables);
    words.join("; ")
}
