//! A year of business on both sides, by seed, with the shipped flows on their schedules and two clocks that are set ahead week by
//! week. Then every number that the hub shows is held against the ERP's own books, and every write of the host in the ERP's
//! ledger against the record that it was made for. Whoever counts does not use the host.
//!
//! The long form takes some minutes:
//!
//! ```text
//! cargo nextest run -p sunmao --test integrations --run-ignored only --no-capture a_year
//! ```
//!
//! `YEAR_SEED` repeats what a test's output says of an earlier run; `YEAR_WEEKS` makes it shorter.

#[path = "year/business.rs"]
mod business;
#[path = "year/count.rs"]
mod count;
#[path = "year/erp.rs"]
mod erp;
#[path = "year/explained.rs"]
mod explained;
#[path = "year/hub.rs"]
mod hub;

use crate::books::Books;
use crate::shipped::Integration;
use crate::stage::{Stage, names};
use business::Business;
use jiff::civil::date;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use sunmao_simulator::LedgerEntry;

const HOUR: i64 = 3_600;
const WEEK: i64 = 7 * 24 * HOUR;
/// Nothing at all comes to its end for so long: the test has failed.
const STANDSTILL: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(50);

/// How much happens.
#[derive(Debug, Clone, Copy)]
struct Size {
    weeks: u32,
    /// Records that each object of the ERP begins with.
    generated: usize,
    /// Contacts that are new in the hub, and customers that are new in the ERP.
    contacts: u32,
    contracts: u32,
    tickets: u32,
    /// Weeks between two counts.
    counted: u32,
}

/// One year on one installation.
struct Year {
    stage: Stage,
    books: Books,
    /// How far ahead the hub's clock is, in seconds.
    ahead: i64,
    /// How far the ERP's ledger was read, and what changed something in it.
    read: u64,
    written: Vec<LedgerEntry>,
}

impl Year {
    async fn begin(size: Size, seed: u64) -> Year {
        let integrations = names();
        let integrations: Vec<&str> = integrations.iter().map(String::as_str).collect();
        let stage = Stage::at(
            &integrations,
            |options| {
                options.size = size.generated;
                options.seed = seed;
                options.now = Some(date(2026, 1, 5).at(9, 0, 0, 0));
            },
            as_shipped,
        )
        .await;
        let year = Year {
            books: stage.books(),
            stage,
            ahead: 0,
            read: 0,
            written: Vec::new(),
        };
        year.swept("").await;
        year
    }

    /// A week passes in the hub and in the ERP, with every sweep that is due and all that comes of it. An hour later each is due
    /// once more: what a list shows no longer is gone when it was missed twice.
    async fn week(&mut self) {
        for (seconds, by) in [(WEEK, "7d"), (HOUR, "1h")] {
            self.rests().await;
            let before = self.last_sweep().await;
            self.ahead += seconds;
            self.books.advance(by).await;
            self.stage.installation.set_clock(self.ahead);
            self.swept(&before).await;
        }
        // The simulated ERP forgets what is old.
        let ledger = self.books.ledger(self.read).await;
        self.read = ledger.last().map_or(self.read, |entry| entry.sequence);
        self.written
            .extend(ledger.into_iter().filter(|entry| !entry.changes.is_empty()));
    }

    /// Waits until every sweep that was due is over.
    async fn swept(&self, before: &str) {
        let begun = Instant::now();
        while self.last_sweep().await == before {
            assert!(begun.elapsed() < STANDSTILL, "no sweep is due");
            tokio::time::sleep(LOOK).await;
        }
        self.rests().await;
    }

    /// When the sweep that fires last of all was last due.
    async fn last_sweep(&self) -> String {
        let page = self.stage.get("/v1/schedules").await;
        let items = page["items"].as_array().expect("schedules").iter();
        let is_sweep = |flow: &Json| flow.as_str().is_some_and(|name| name.ends_with("-pull"));
        let whole = items.filter(|one| one["rhythm"] == "schedule" && is_sweep(&one["flow"]));
        let last = whole.map(|one| one["last_fire_at"].as_str().unwrap_or_default().to_owned());
        last.min().unwrap_or_default()
    }

    /// Waits until nothing is left to do. What waits for something is taken up as soon as there is nothing else.
    async fn rests(&self) {
        let (mut stood, mut since) = (Json::Null, Instant::now());
        loop {
            let status = self.stage.get("/v1/status").await;
            let counts = &status["deliveries"];
            if counts["pending"] == 0 && counts["leased"] == 0 {
                return;
            }
            if *counts != stood {
                (stood, since) = (counts.clone(), Instant::now());
            }
            assert!(
                since.elapsed() < STANDSTILL,
                "nothing ends any more: {}",
                self.stage.get("/v1/deliveries?state=pending&limit=10").await
            );
            if counts["leased"] == 0 {
                self.takes_up().await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn takes_up(&self) {
        let pending = self.stage.get("/v1/deliveries?state=pending&limit=1000").await;
        let items = pending["items"].as_array().expect("deliveries").iter();
        let ids: Vec<&Json> = items.map(|one| &one["id"]).collect();
        if !ids.is_empty() {
            self.stage
                .post("/v1/deliveries/release", &json!({ "ids": ids }))
                .await;
        }
    }

    /// All records of a kind, by id.
    async fn records(&self, kind: &str) -> BTreeMap<String, Json> {
        let (mut records, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = self
                .stage
                .get(&format!("/v1/records/{kind}?limit=1000{after}"))
                .await;
            for item in page["items"].as_array().expect("items") {
                records.insert(item["id"].as_str().expect("an id").to_owned(), item.clone());
            }
            let Some(next) = page["next"].as_str() else {
                return records;
            };
            after = format!("&after={next}");
        }
    }
}

/// Every flow as often as it is shipped.
fn as_shipped(folder: &Path) {
    let file = folder.join("sunmao.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    let mut configuration: toml::Table = text.parse().expect("TOML");
    let flows = configuration
        .get_mut("flow")
        .and_then(toml::Value::as_table_mut)
        .expect("flows");
    for integration in crate::stage::with_needed(&names().iter().map(String::as_str).collect::<Vec<_>>()) {
        let text = std::fs::read_to_string(Integration::folder(&integration).join("integration.toml"));
        let table: toml::Table = text.expect("a table").parse().expect("TOML");
        for (name, shipped) in table["flow"].as_table().expect("flows") {
            flows.insert(name.clone(), shipped.clone());
        }
    }
    std::fs::write(file, toml::to_string(&configuration).expect("TOML")).expect("written");
}

async fn run(size: Size, seed: u64) {
    let begun = Instant::now();
    println!("seed {seed}, {size:?}");
    let say = |what: &str| println!("{:>6.1} s: {what}", begun.elapsed().as_secs_f64());
    let mut year = Year::begin(size, seed).await;
    let mut business = Business::of(&year, seed).await;
    say("the year begins");
    for week in 1..=size.weeks {
        business.week(&year, size, week).await;
        year.week().await;
        if week % size.counted == 0 || week == size.weeks {
            let figures = count::count(&year, &business).await;
            say(&format!("week {week}: {figures}"));
        }
    }
    let explained = explained::explain(&year).await;
    say(&format!("{explained}; {business}"));
    assert_eq!(year.stage.get("/v1/conflicts").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn some_weeks_of_business_add_up_to_the_erps_own_books() {
    let size = Size {
        weeks: 3,
        generated: 8,
        contacts: 36,
        contracts: 18,
        tickets: 12,
        counted: 1,
    };
    run(size, setting("YEAR_SEED", 52)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes some minutes; see the head of the file"]
async fn a_year_of_business_adds_up_to_the_erps_own_books() {
    let size = Size {
        weeks: setting("YEAR_WEEKS", 52),
        generated: 40,
        contacts: 2_000,
        contracts: 600,
        tickets: 300,
        counted: 13,
    };
    run(size, setting("YEAR_SEED", rand::random())).await;
}

fn setting<T: std::str::FromStr>(name: &str, usual: T) -> T {
    let Ok(text) = std::env::var(name) else {
        return usual;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("{name}: {text} is no number"))
}
