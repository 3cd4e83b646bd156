//! How soon the ERP has what the hub was told, and the hub what the ERP was.

use crate::figures::{Bound, Line, Times};
use crate::support::{Installation, contact, root};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use sunmao_catalogue::{Arguments, Catalogue};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::Options;
use tokio::time::sleep;

/// What each call of the ERP takes.
const LATENCY: Duration = Duration::from_millis(100);
/// How often a test looks.
const LOOK: Duration = Duration::from_millis(5);
const CONTACTS: usize = 60;
const TICKETS: usize = 12;
/// Between two tickets: no divisor of the polls' interval, so that they come at any moment of it.
const BETWEEN: Duration = Duration::from_millis(7_300);
const POLL: Duration = Duration::from_secs(30);

/// From a contact that is filed to the customer that the ERP has of it, read back and linked.
pub async fn out() -> Line {
    let installation = Installation::furnished(
        |options| {
            options.size = 500;
            options.latency = LATENCY;
        },
        |_| {},
    )
    .await;
    // The first one signs in.
    until_linked(&installation, 0).await;
    let (mut measured, mut own) = (Times::default(), Times::default());
    for number in 1..=CONTACTS {
        let begun = Instant::now();
        until_linked(&installation, number).await;
        measured.note(begun.elapsed());
        own.note(own_time(&installation, number).await);
    }
    Line {
        question: "hub → ERP: from a filed contact to its customer, read back and linked",
        baseline: ("the ERP's own time for these requests", own),
        measured,
        bound: Bound::Added(Duration::from_secs(1)),
    }
}

async fn until_linked(installation: &Installation, number: usize) {
    let contact = contact(number);
    installation.file(std::slice::from_ref(&contact)).await;
    let path = format!("/v1/records/contact/{}", contact["id"].as_str().expect("an id"));
    loop {
        let record = installation.get(&path).await;
        if record["links"].as_array().is_some_and(|links| !links.is_empty()) {
            return;
        }
        sleep(LOOK).await;
    }
}

/// What the ERP itself takes for the requests that were made for a contact.
async fn own_time(installation: &Installation, number: usize) -> Duration {
    let subject = format!("contact/c-{number:05}");
    let rows = installation.get("/v1/audit?limit=100").await;
    let rows = rows["items"].as_array().expect("rows").clone();
    let own = rows.iter().filter(|row| row["subject"] == *subject);
    let requests: u64 = own.filter_map(|row| row["requests"].as_u64()).sum();
    LATENCY * u32::try_from(requests).expect("few")
}

/// From a ticket that is entered in the ERP to the hub's, at polls every half a minute.
pub async fn in_again() -> Line {
    let installation = Installation::furnished(
        |options| {
            options.size = 200;
            options.latency = LATENCY;
        },
        furnish,
    )
    .await;
    let reception = Reception::at(&installation);
    let url = format!("{}/v1/flows/ticket-pull/run", installation.url);
    let run = installation.http.post(url).json(&json!({}));
    run.send().await.expect("answer");
    installation
        .until("all tickets are there", async |_| {
            let page = installation.get("/v1/records/ticket?limit=1000").await;
            (page["items"].as_array().map(Vec::len) == Some(200)).then_some(())
        })
        .await;
    let (mut measured, mut polls) = (Times::default(), Times::default());
    let mut entered = Vec::new();
    let begun = Instant::now();
    for number in 0..TICKETS {
        let due = BETWEEN * u32::try_from(number).expect("few");
        sleep(due.saturating_sub(begun.elapsed())).await;
        entered.push(reception.enters(&installation).await);
    }
    // Whoever follows the changes hears of each at its time, which stands in the record.
    for (number, at) in entered.iter().enumerate() {
        let seen = installation
            .until("the ticket is there", async |_| {
                let page = installation.get("/v1/records/ticket?limit=1000").await;
                let items = page["items"].as_array()?;
                let mut times: Vec<jiff::Timestamp> = items
                    .iter()
                    .filter_map(|one| one["created_at"].as_str()?.parse().ok())
                    .collect();
                times.sort_unstable();
                times.get(200 + number).copied()
            })
            .await;
        measured.note(Duration::try_from(seen.duration_since(*at)).unwrap_or_default());
        // Had it been polled at the next full half minute, with nothing else to do.
        let past =
            Duration::from_nanos(u64::try_from(at.as_nanosecond()).expect("after 1970") % 30_000_000_000);
        polls.note(POLL - past);
    }
    Line {
        question: "ERP → hub: from a ticket entered in the ERP to the hub's, polled every 30 s",
        baseline: ("to the next half minute", polls),
        measured,
        bound: Bound::Whole(Duration::from_secs(35)),
    }
}

/// The shipped tickets, with what they are polled by. The simulated ERP invents their customers, for whom they would wait: here
/// they have none.
fn furnish(folder: &Path) {
    let source = root().join("integrations/tickets");
    let read = |file: &str| std::fs::read_to_string(source.join(file)).expect("a file of the integration");
    let table: toml::Table = read("integration.toml").parse().expect("TOML");
    let flows = toml::Table::from_iter([("flow".to_owned(), table["flow"].clone())]);
    for script in source.join("scripts").read_dir().into_iter().flatten().flatten() {
        let name = script.file_name().into_string().expect("a name");
        let text = read(&format!("scripts/{name}")).replace("customer: customer(row),", "customer: (),");
        std::fs::write(folder.join("scripts").join(name), text).expect("written");
    }
    let file = folder.join("sunmao.toml");
    let configuration = std::fs::read_to_string(&file).expect("a configuration");
    let (alone, _) = configuration.split_once("[flow.").expect("a flow");
    let flows = toml::to_string(&flows).expect("TOML");
    std::fs::write(file, format!("{alone}\n{flows}")).expect("written");
}

/// Somebody at the ERP's reception, who enters what customers call about.
struct Reception {
    erp: ErpClient,
}

impl Reception {
    fn at(installation: &Installation) -> Self {
        let options = Options::default();
        let url = installation.simulator.base_url().parse().expect("URL");
        let settings = Settings::new(url, options.username, options.password.into(), "reception1");
        Reception {
            erp: ErpClient::new(settings).expect("client"),
        }
    }

    /// Enters a ticket: the simulated ERP has one more at this moment, which is told.
    async fn enters(&self, installation: &Installation) -> jiff::Timestamp {
        set_faults(installation, &json!({ "row-inserted": 1.0 })).await;
        let catalogue = Catalogue::shared();
        let list = catalogue.find("service-tickets.list").expect("an operation");
        let at = jiff::Timestamp::now();
        self.erp.call(list, &Arguments::default()).await.expect("a list");
        set_faults(installation, &json!({})).await;
        at
    }
}

async fn set_faults(installation: &Installation, faults: &Value) {
    let url = format!("{}/_simulator/faults", installation.simulator.base_url());
    let answer = installation.http.post(url).json(faults).send().await;
    assert!(answer.expect("answer").status().is_success());
}
