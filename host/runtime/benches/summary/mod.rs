//! What a bench ends with: one line for each question, with the baseline of the same run, the bound that was set, and
//! whether the figure is within it.
#![allow(dead_code, reason = "each bench asks its questions")]

use criterion::Criterion;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a figure is judged.
pub enum Bound {
    /// What is added to the baseline.
    Added(Duration),
    /// How many times the baseline it is.
    Times(f64),
    /// The figure itself.
    Whole(Duration),
    /// Not at all: it is there to compare with.
    None,
}

/// Prints the table's head.
pub fn head() {
    println!("| question | baseline | measured | added | times | bound | |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
}

/// Prints a question's line, of a baseline and a figure with their names.
pub fn judge(question: &str, baseline: (&str, Duration), measured: (&str, Duration), bound: &Bound) {
    let ((baseline, before), (measured, after)) = (baseline, measured);
    let added = after.saturating_sub(before);
    let times = after.as_secs_f64() / before.as_secs_f64();
    let (bound, is_within) = match bound {
        Bound::Added(most) => (format!("adds at most {most:.0?}"), Some(added <= *most)),
        Bound::Times(most) => (format!("at most {most} times"), Some(times <= *most)),
        Bound::Whole(most) => (format!("at most {most:.0?}"), Some(after <= *most)),
        Bound::None => (String::new(), None),
    };
    let verdict = is_within.map_or("", |is_within| if is_within { "within" } else { "over" });
    println!(
        "| {question} | {baseline}: {before:.1?} | {measured}: {after:.1?} | {added:.1?} | {times:.2} | {bound} | {verdict} |"
    );
}

/// The results of one run, as criterion leaves them on disk.
pub struct Results {
    folder: PathBuf,
    begun: SystemTime,
}

impl Results {
    /// Criterion as the command line wants it, and where its results will lie.
    pub fn of_this_run() -> (Criterion, Results) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
        let criterion = Criterion::default()
            .output_directory(&folder)
            .configure_from_args();
        let begun = SystemTime::now();
        (criterion, Results { folder, begun })
    }

    /// Prints a question's line; none if it was not asked, as with a filter.
    pub fn line(&self, question: &str, group: &str, baseline: &str, measured: &str, bound: &Bound) {
        let (Some(before), Some(after)) = (self.median(group, baseline), self.median(group, measured)) else {
            return;
        };
        judge(question, (baseline, before), (measured, after), bound);
    }

    fn median(&self, group: &str, name: &str) -> Option<Duration> {
        let file = self.folder.join(group).join(name).join("new/estimates.json");
        let written = std::fs::metadata(&file).and_then(|file| file.modified()).ok()?;
        if written < self.begun {
            return None;
        }
        let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).ok()?).ok()?;
        let nanoseconds = estimates["median"]["point_estimate"].as_f64()?;
        Some(Duration::from_secs_f64(nanoseconds / 1e9))
    }
}
