//! The audit log against the ERP's own ledger, through faults and kills.

use crate::support::{Sunmao, eventually, example, plugins_folder, simulator, until};
use serde_json::json;
use std::time::Duration;
use sunmao_simulator::{Fault, Faults, Options, Simulator};
use sunmao_store::{AuditFilter, AuditRow, Store, verify_chain};

const CONTACTS: usize = 20;
const SAVE: &str = "customers.save-company";
const READ: &str = "customers.get";

/// How many requests of an operation reached the ERP.
fn reached(erp: &Simulator, operation: &str) -> i64 {
    let ledger = erp.ledger();
    // Operations that share a request share its entry.
    let of_it = ledger
        .iter()
        .filter(|entry| entry.names.iter().any(|name| name == operation));
    i64::try_from(of_it.count()).unwrap()
}

fn requests(rows: &[AuditRow], operation: &str) -> i64 {
    let of_it = rows.iter().filter(|row| row.operation == operation);
    of_it.map(|row| row.requests).sum()
}

#[tokio::test]
async fn the_audit_log_agrees_with_the_erp_through_faults_and_kills() {
    let options = Options {
        size: 10,
        latency: Duration::from_millis(60),
        faults: Faults::none().with(Fault::DroppedAfter, 0.05).unwrap(),
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let example = example();
    sunmao.write("sunmao.toml", &example);
    sunmao.furnish_scripts();
    sunmao.replace("scripts/admission.rhai", "fn judge(record) { true }");
    let plugins = plugins_folder();
    let arguments = ["serve", "--json", "--listen", "127.0.0.1:0", "--plugins-folder"];
    let arguments = [&arguments[..], &[plugins.to_str().unwrap()]].concat();
    let kills = 3;
    for life in 0..=kills {
        let mut running = sunmao.start(&arguments);
        let url = running.next().await.expect("ready")["url"]
            .as_str()
            .unwrap()
            .to_owned();
        if life == 0 {
            for index in 0..CONTACTS {
                let contact = json!({"company_name": format!("样例木作 {index}"), "phone": "17700000001"});
                let put = reqwest::Client::new().put(format!("{url}/v1/records/contact/c-{index}"));
                assert_eq!(put.json(&contact).send().await.unwrap().status(), 202);
            }
        }
        if life < kills {
            let before = reached(&erp, SAVE);
            until("a few saves", async || reached(&erp, SAVE) >= before + 3).await;
            running.signal("-KILL").await;
            running.ended().await;
            continue;
        }
        eventually(&format!("{url}/v1/status"), |status| {
            let deliveries = &status["deliveries"];
            deliveries["pending"] == 0 && deliveries["leased"] == 0
        })
        .await;
        assert_eq!(running.terminate().await, Some(0));
    }

    let store = Store::open(&sunmao.folder.path().join("data/sunmao.sqlite"))
        .await
        .unwrap();
    let entries = store
        .audit
        .tail(None, 100_000, AuditFilter::default())
        .await
        .unwrap();
    let rows: Vec<AuditRow> = entries.into_iter().map(|entry| entry.row).collect();
    let standing = |outcome: &str| rows.iter().filter(|row| row.outcome == outcome).count();
    let open = i64::try_from(standing("open")).unwrap();
    assert_eq!(standing("lost"), kills, "each kill is told of");
    // A save is read back, so that a row of one counts reads too; what a kill took along is told of as lost.
    let of_saves = |count: &dyn Fn(&str) -> i64| count(SAVE) + count(READ);
    let unaccounted = of_saves(&|name| reached(&erp, name)) - of_saves(&|name| requests(&rows, name));
    assert!(
        unaccounted >= 0 && (unaccounted == 0 || open + i64::try_from(kills).unwrap() > 0),
        "{unaccounted} requests without an end in the log, and {open} open rows"
    );
    let saved = rows.iter().filter(|row| row.operation == SAVE).count();
    assert!(
        reached(&erp, SAVE) <= i64::try_from(saved * 3).unwrap(),
        "three a row at most"
    );
    let applied = rows
        .iter()
        .filter(|row| row.operation == SAVE && row.outcome == "applied");
    // Each kill takes along the ends of as many as were in hand, which a later life finds done.
    assert!(applied.count() >= CONTACTS / 4);
    let chain = verify_chain(&*store.audit, None).await.unwrap();
    assert_eq!(
        (chain.without_end, chain.broken),
        (open.unsigned_abs(), None),
        "through every kill"
    );
    store.close().await.unwrap();
}

/// Without a kill nothing is missing at all, sign-ins and sign-outs included.
#[tokio::test]
async fn the_audit_log_of_a_host_that_was_stopped_is_exact() {
    let options = Options {
        size: 10,
        faults: Faults::none()
            .with(Fault::ExpiredSession, 0.05)
            .unwrap()
            .with(Fault::ServerError, 0.1)
            .unwrap(),
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let example = example();
    sunmao.write("sunmao.toml", &example);
    sunmao.furnish_scripts();
    sunmao.replace("scripts/admission.rhai", "fn judge(record) { true }");
    let plugins = plugins_folder();
    let arguments = ["serve", "--json", "--listen", "127.0.0.1:0", "--plugins-folder"];
    let arguments = [&arguments[..], &[plugins.to_str().unwrap()]].concat();
    let mut running = sunmao.start(&arguments);
    let url = running.next().await.expect("ready")["url"]
        .as_str()
        .unwrap()
        .to_owned();
    for index in 0..CONTACTS {
        let contact = json!({"company_name": format!("样例木作 {index}"), "phone": "17700000001"});
        let put = reqwest::Client::new().put(format!("{url}/v1/records/contact/c-{index}"));
        assert_eq!(put.json(&contact).send().await.unwrap().status(), 202);
    }
    eventually(&format!("{url}/v1/status"), |status| {
        let deliveries = &status["deliveries"];
        deliveries["pending"] == 0 && deliveries["leased"] == 0
    })
    .await;
    assert_eq!(running.terminate().await, Some(0));
    let store = Store::open(&sunmao.folder.path().join("data/sunmao.sqlite"))
        .await
        .unwrap();
    let entries = store
        .audit
        .tail(None, 100_000, AuditFilter::default())
        .await
        .unwrap();
    let sum: i64 = entries.iter().map(|entry| entry.row.requests).sum();
    assert_eq!(sum, i64::try_from(erp.ledger().len()).unwrap());
    let unfinished = entries
        .iter()
        .filter(|entry| matches!(&*entry.row.outcome, "open" | "lost"));
    assert_eq!(unfinished.count(), 0);
}
