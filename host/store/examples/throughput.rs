//! How many contacts the store accepts: `cargo run -p sunmao-store --example throughput [FOLDER]`.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use sunmao_store::{AuditRow, Completion, NewLink, NewRecord, Occasion, RecordName, Route, Store, Wanted};
use tokio::task::JoinSet;

const CALLERS: usize = 64;
const EACH: usize = 250;
const BULK: usize = 1_000;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome {
    let folder = std::env::args()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("sunmao-throughput-{}", std::process::id()));
    let store = Store::open(&folder.join("sunmao.db")).await?;
    one_by_one(&store).await?;
    bulk(&store).await?;
    deliveries(&store).await?;
    reads(&store).await?;
    store.close().await?;
    Ok(std::fs::remove_dir_all(folder)?)
}

fn contact(id: String) -> NewRecord {
    let body = format!(
        r#"{{"id":"{id}","company_name":"北风贸易有限公司","real_name":"王伟","phone":"19900000000","notes":"{}"}}"#,
        "询价 ".repeat(40)
    );
    NewRecord::saved(RecordName::new("contact", id), body)
}

fn routes() -> Vec<Route> {
    vec![Route {
        kind: "contact".to_owned(),
        occasion: Occasion::Saved,
        target: "customer-push".to_owned(),
    }]
}

async fn one_by_one(store: &Store) -> Outcome {
    let (begin, before) = (Instant::now(), store.commits());
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let records = store.records.clone();
        callers.spawn(async move {
            for number in 0..EACH {
                let contact = contact(format!("{caller}-{number}"));
                records
                    .accept(vec![contact], routes(), "hub", Timestamp::UNIX_EPOCH)
                    .await?;
            }
            Outcome::Ok(())
        });
    }
    for result in callers.join_all().await {
        result?;
    }
    let rate = (CALLERS * EACH) as f64 / begin.elapsed().as_secs_f64();
    let commits = store.commits() - before;
    println!("accept, {CALLERS} callers at once: {rate:.0}/s in {commits} commits");
    Ok(())
}

async fn bulk(store: &Store) -> Outcome {
    for round in 0..5 {
        let batch = (0..BULK)
            .map(|number| contact(format!("bulk-{round}-{number}")))
            .collect();
        let begin = Instant::now();
        store
            .records
            .accept(batch, routes(), "hub", Timestamp::UNIX_EPOCH)
            .await?;
        println!("accept, {BULK} in a batch: {:.1?}", begin.elapsed());
    }
    Ok(())
}

async fn deliveries(store: &Store) -> Outcome {
    let now = Timestamp::UNIX_EPOCH;
    let begin = Instant::now();
    let mut handled = 0_usize;
    for _ in 0..50 {
        let mut workers = JoinSet::new();
        for leased in store
            .deliveries
            .lease(Wanted::Any(64), "worker", Timestamp::MAX, now)
            .await?
        {
            let deliveries = store.deliveries.clone();
            let link = NewLink {
                link: "customer".to_owned(),
                record: leased.delivery.key.parse()?,
                erp_key: leased.delivery.id.0,
                number: "KH-1".to_owned(),
                agreed: None,
            };
            let completion = Completion {
                link: Some(link),
                ..Completion::default()
            };
            workers.spawn(async move { deliveries.complete(leased.lease, completion, now).await });
        }
        for result in workers.join_all().await {
            result?;
            handled += 1;
        }
    }
    let rate = handled as f64 / begin.elapsed().as_secs_f64();
    println!(
        "lease 64 and complete them, {handled} deliveries of {}: {rate:.0}/s",
        CALLERS * EACH + 5 * BULK
    );
    Ok(())
}

async fn reads(store: &Store) -> Outcome {
    let begin = Instant::now();
    for number in 0..1_000 {
        store
            .records
            .get(&RecordName::new("contact", format!("0-{}", number % EACH)))
            .await?;
    }
    println!("get a contact: {:.1?}", begin.elapsed() / 1_000);
    let row = AuditRow {
        at: Timestamp::UNIX_EPOCH,
        actor: "plugin".to_owned(),
        version: "1.0.0".to_owned(),
        operation: "customers.list".to_owned(),
        menu_id: None,
        subject: None,
        outcome: "read".to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 1,
        requests: 1,
        arguments: None,
    };
    let begin = Instant::now();
    for _ in 0..10_000 {
        store.audit.append_later(row.clone()).await?;
    }
    println!("hold an audit row back: {:.1?}", begin.elapsed() / 10_000);
    Ok(())
}
