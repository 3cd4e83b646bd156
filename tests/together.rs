//! Both flows as they are shipped, on one ERP whose sessions do not last: people on both sides edit the same customers for a
//! while, before and while records are under way. Once all is at rest both sides agree by the owner rules, no edit is lost,
//! every conflict is listed once, and a quiet time writes nothing.
//!
//! The long form, with 5,000 customers, takes some minutes:
//!
//! ```text
//! cargo nextest run -p sunmao --test together --run-ignored only --no-capture
//! ```
//!
//! `TOGETHER_SEED` repeats what a test's output says of an earlier run; `TOGETHER_CUSTOMERS` makes the long form shorter.

#![cfg(test)]

#[path = "together/hands.rs"]
mod hands;
#[path = "together/meeting.rs"]
mod meeting;
#[path = "together/model.rs"]
mod model;
#[path = "together/people.rs"]
mod people;
#[path = "together/reckoning.rs"]
mod reckoning;
#[path = "together/rig.rs"]
mod rig;
#[path = "together/rounds.rs"]
mod rounds;
mod support;

use people::People;
use rig::Rig;
use rounds::{Figures, Size};
use std::time::Instant;

/// Of a quiet time.
const QUIET_HOURS: usize = 2;
/// What was read before a flow wrote comes round once more.
const SWEEPS_TO_REST: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn two_sides_that_are_edited_at_once_agree_and_lose_nothing() {
    let size = Size {
        customers: 90,
        contacts: 12,
        rounds: 2,
        edited: 24,
        new: 2,
    };
    run(size, setting("TOGETHER_SEED", 9_001)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes some minutes; see the head of the file"]
async fn five_thousand_customers_that_are_edited_at_once_agree_and_lose_nothing() {
    let customers: usize = setting("TOGETHER_CUSTOMERS", 5_000);
    let size = Size {
        customers: customers * 9 / 10,
        contacts: customers / 10 - 45,
        rounds: 3,
        edited: customers / 10,
        new: 5,
    };
    run(size, setting("TOGETHER_SEED", rand::random())).await;
}

async fn run(size: Size, seed: u64) {
    let begun = Instant::now();
    println!("seed {seed}, {size:?}");
    let say = |what: &str| println!("{:>6.1} s: {what}", begun.elapsed().as_secs_f64());
    let mut rig = Rig::start(size.customers, seed).await;
    let mut people = People::of(&rig.customers().await, seed);
    let mut figures = Figures::default();
    say("swept");
    rounds::begin(&rig, &mut people, size).await;
    for round in 1..=size.rounds {
        rounds::round(&mut rig, &mut people, size, &mut figures).await;
        for _ in 0..SWEEPS_TO_REST {
            rig.sweep().await;
        }
        let conflicts = reckoning::reckon(&rig, &mut people).await;
        say(&format!("round {round}: {conflicts} conflicts, {figures:?}"));
    }
    reckoning::stays_quiet(&mut rig, QUIET_HOURS).await;
    let (requests, sessions) = (rig.requests().await, rig.sessions().await);
    say(&format!(
        "{} customers, {requests} requests, {sessions} sessions",
        people.all.len()
    ));
}

fn setting<T: std::str::FromStr>(name: &str, usual: T) -> T {
    let Ok(text) = std::env::var(name) else {
        return usual;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("{name}: {text} is no number"))
}
