//! How soon the two sides know of each other, and how long the page of a conversation takes among 100,000 records: the real
//! binary, a simulated ERP that takes its time, real HTTP. Each figure stands beside a baseline of the same run.
//!
//! `cargo xtask guests`, then `cargo bench --bench real_time` (three minutes, most of them waiting for polls). A part alone:
//! `cargo bench --bench real_time -- page`, or `out`, or `in`. `--profile dev` in front measures the build that tests use.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

#[path = "real_time/figures.rs"]
mod figures;
#[path = "real_time/page.rs"]
mod page;
#[path = "real_time/sides.rs"]
mod sides;
#[path = "../../../tests/support/mod.rs"]
mod support;

use figures::Line;

#[tokio::main]
async fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|one| !one.starts_with('-'))
        .collect();
    let is_asked = |part: &str| asked.is_empty() || asked.iter().any(|one| one == part);
    let mut lines: Vec<Line> = Vec::new();
    if is_asked("page") {
        lines.extend(page::measure().await);
    }
    if is_asked("out") {
        lines.push(sides::out().await);
    }
    if is_asked("in") {
        lines.push(sides::in_again().await);
    }
    figures::print(&lines);
}
