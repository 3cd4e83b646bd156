//! Times that were taken, and the table that they end in.

use std::time::Duration;

/// Times of one kind.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn note(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time within which so many of a hundred were.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        let position = (times.len() * percent).div_ceil(100).clamp(1, times.len());
        times[position - 1]
    }
}

/// A question with its answer.
pub struct Line {
    pub question: &'static str,
    pub baseline: (&'static str, Times),
    pub measured: Times,
    /// What the 95th percentile may be.
    pub bound: Bound,
}

pub enum Bound {
    /// In all.
    Whole(Duration),
    /// On top of the baseline.
    Added(Duration),
}

/// Prints the table.
pub fn print(lines: &[Line]) {
    println!("| question | baseline p50, p95 | measured p50, p95 | times at p50 | bound of p95 | |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for line in lines {
        let Line {
            question,
            baseline: (name, before),
            measured,
            bound,
        } = line;
        let [b50, b95, m50, m95] = [
            before.percentile(50),
            before.percentile(95),
            measured.percentile(50),
            measured.percentile(95),
        ];
        let times = m50.as_secs_f64() / b50.as_secs_f64();
        let (words, is_within) = match bound {
            Bound::Whole(most) => (format!("{most:.0?}"), m95 <= *most),
            Bound::Added(most) => (format!("baseline + {most:.0?}"), m95 <= b95 + *most),
        };
        let verdict = if is_within { "within" } else { "over" };
        println!(
            "| {question} | {name}: {b50:.1?}, {b95:.1?} | {m50:.1?}, {m95:.1?} | {times:.2} | {words} | {verdict} |"
        );
    }
}
