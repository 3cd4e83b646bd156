//! The audit log and the ERP's own ledger agree: a row for each call that went out, with the requests that it took, and
//! none for what did not.

#![cfg(test)]

mod repeated;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;
use sunmao_catalogue::{Answer, Kind, Record, Value};
use sunmao_runtime::{Caller, Clock, Gateway, Grants, Invocation, Permit};
use sunmao_store::{AuditFilter, AuditRow, IntentOutcome, Store};
use support::{Parts, caller, parts, parts_behind};
use tokio::net::TcpListener;
use tokio::sync::watch;

async fn log(store: &Store) -> Vec<AuditRow> {
    // A row that nobody waits for comes along with the next one at the latest.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let entries = store.audit.tail(None, 10_000, AuditFilter::default()).await;
    entries
        .expect("the log")
        .into_iter()
        .map(|entry| entry.row)
        .collect()
}

fn outcomes(rows: &[AuditRow]) -> Vec<(&str, i64)> {
    rows.iter()
        .map(|row| (row.outcome.as_str(), row.requests))
        .collect()
}

fn customer(key: i64) -> Record {
    Record::from_iter([
        ("ord".to_owned(), Value::Integer(key)),
        ("name".to_owned(), Value::from("示例公司")),
        ("sort1".to_owned(), Value::from("1")),
        ("person_name".to_owned(), Value::from("李一")),
    ])
}

/// A key that the ERP reserved, which leaves a row of its own.
async fn reserve(parts: &Parts) -> i64 {
    let operation = parts
        .host
        .catalogue
        .find("customers.reserve")
        .expect("an operation");
    let gateway = &parts.host.gateway;
    let answer = gateway
        .call(&caller(&parts.host), operation, &Record::default())
        .await;
    match answer.expect("reserved") {
        Answer::Document(document) => document.key.expect("a key"),
        answer => panic!("{answer:?}"),
    }
}

/// What the ERP counts, without the sign-in.
fn reached(parts: &Parts) -> i64 {
    let ledger = parts.simulator.ledger();
    let calls = ledger
        .iter()
        .filter(|entry| !entry.names.iter().any(|name| name == "session.login"));
    i64::try_from(calls.count()).expect("few")
}

async fn call(parts: &Parts, caller: &Caller, operation: &str, given: &Record) -> Result<(), Kind> {
    let operation = parts.host.catalogue.find(operation).expect("an operation");
    let answer = parts.host.gateway.call(caller, operation, given).await;
    answer.map(drop).map_err(|fault| fault.kind)
}

fn in_delivery(parts: &Parts, delivery: i64) -> Caller {
    caller(&parts.host).in_invocation(Invocation {
        delivery: Some(delivery),
        ..Invocation::at(parts.host.clock.now())
    })
}

async fn delivery(parts: &Parts) -> i64 {
    let new = sunmao_store::NewDelivery {
        event: "e".to_owned(),
        target: "t".to_owned(),
        key: "k".to_owned(),
        payload: "{}".to_owned(),
        revision: None,
        hops: 0,
    };
    let enqueued = parts
        .host
        .store
        .deliveries
        .enqueue(vec![new], parts.host.clock.now())
        .await;
    enqueued.expect("enqueued")[0].delivery.0
}

#[tokio::test]
async fn every_request_stands_in_a_row_and_what_was_not_sent_again_does_not() {
    let parts = parts().await;
    let id = delivery(&parts).await;
    let save = "customers.save-company";
    let key = reserve(&parts).await;
    // Confirmed by reading back, so it takes more than one request.
    call(&parts, &in_delivery(&parts, id), save, &customer(key))
        .await
        .expect("saved");
    call(&parts, &in_delivery(&parts, id), save, &customer(key))
        .await
        .expect("covered");
    call(&parts, &caller(&parts.host), "customers.list", &Record::default())
        .await
        .expect("listed");
    let rows = log(&parts.host.store).await;
    let requests: i64 = rows.iter().map(|row| row.requests).sum();
    assert_eq!(requests, reached(&parts), "{:?}", outcomes(&rows));
    assert_eq!(outcomes(&rows), [("read", 1), ("applied", 2), ("read", 1)]);
}

#[tokio::test]
async fn what_the_host_does_not_let_out_is_denied_and_no_refusal_of_the_erps() {
    let parts = parts().await;
    let permit = Permit {
        grants: Grants::default(),
        ..Permit::default()
    };
    let stranger = Caller::new(
        "plugin stranger".parse().expect("an actor"),
        "0",
        permit.into(),
        Invocation::at(parts.host.clock.now()),
    );
    let nothing = Record::default();
    let not_granted = call(&parts, &stranger, "customers.list", &nothing).await;
    assert_eq!(not_granted, Err(Kind::NotGranted));
    let unsound = Record::from_iter([("no-such".to_owned(), Value::from("x"))]);
    let invalid = call(&parts, &caller(&parts.host), "customers.list", &unsound).await;
    assert_eq!(invalid, Err(Kind::Invalid));
    assert_eq!(
        outcomes(&log(&parts.host.store).await),
        [("denied", 0), ("denied", 0)]
    );
    assert!(parts.simulator.ledger().is_empty());
}

/// Connects and never answers, or is not there at all.
async fn unanswering() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

#[tokio::test]
async fn an_outage_leaves_neither_rows_nor_intents() {
    let simulator = sunmao_simulator::Simulator::start(Default::default(), ([127, 0, 0, 1], 0).into());
    let (listener, url) = unanswering().await;
    drop(listener);
    let parts = parts_behind(
        simulator.await.expect("simulator"),
        &url,
        "u".to_owned(),
        "p".to_owned(),
    )
    .await;
    let id = delivery(&parts).await;
    for _ in 0..200 {
        let outcome = call(
            &parts,
            &in_delivery(&parts, id),
            "customers.save-company",
            &customer(1),
        )
        .await;
        assert_eq!(outcome, Err(Kind::Unavailable));
    }
    assert_eq!(outcomes(&log(&parts.host.store).await), []);
    let intents = parts
        .host
        .store
        .intents
        .of_delivery(sunmao_store::DeliveryId(id))
        .await;
    assert_eq!(intents.expect("intents"), [], "nothing counts as an attempt");
}

/// A simulator behind a proxy that lets sign-ins through, and everything else only once it may.
async fn behind_a_gate() -> (Parts, watch::Sender<bool>) {
    let options = sunmao_simulator::Options::default();
    let (username, password) = (options.username.clone(), options.password.clone());
    let simulator = sunmao_simulator::Simulator::start(options, ([127, 0, 0, 1], 0).into());
    let simulator = simulator.await.expect("simulator");
    let target = simulator.base_url().trim_end_matches('/').to_owned();
    let gate = watch::Sender::new(false);
    let may_pass = gate.clone();
    let router = axum::Router::new().fallback(
        move |uri: axum::http::Uri, headers: axum::http::HeaderMap, body: axum::body::Bytes| {
            let (target, may_pass) = (target.clone(), may_pass.clone());
            async move {
                if !uri.path().ends_with("/login") {
                    let _ = may_pass.subscribe().wait_for(|may| *may).await;
                }
                let answer = reqwest::Client::new()
                    .post(format!("{target}{uri}"))
                    .headers(headers)
                    .body(body)
                    .send()
                    .await;
                answer.expect("the simulator").bytes().await.expect("a body")
            }
        },
    );
    let (listener, url) = unanswering().await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    (parts_behind(simulator, &url, username, password).await, gate)
}

async fn until_a_row_is_open(parts: &Parts) {
    while log(&parts.host.store).await.is_empty() {}
}

/// A caller with a limit of its own, or whose lease was lost, drops the call.
#[tokio::test]
async fn a_write_that_nobody_waits_for_any_more_comes_to_an_end_in_the_log() {
    let (parts, _gate) = behind_a_gate().await;
    let id = delivery(&parts).await;
    let caller = in_delivery(&parts, id);
    let record = customer(77_002);
    tokio::select! {
        outcome = call(&parts, &caller, "customers.save-company", &record) => panic!("it ended: {outcome:?}"),
        () = until_a_row_is_open(&parts) => {}
    }
    let rows = log(&parts.host.store).await;
    assert_eq!(outcomes(&rows), [("unknown", 1)], "{rows:?}");
    let intents = parts
        .host
        .store
        .intents
        .of_delivery(sunmao_store::DeliveryId(id))
        .await;
    assert_eq!(intents.expect("intents")[0].outcome, IntentOutcome::Unknown);
}

/// The sibling: a read.
#[tokio::test]
async fn a_read_that_nobody_waits_for_any_more_is_in_the_log() {
    let (parts, _gate) = behind_a_gate().await;
    let caller = caller(&parts.host);
    let nothing = Record::default();
    let read = call(&parts, &caller, "customers.list", &nothing);
    assert!(tokio::time::timeout(Duration::from_secs(2), read).await.is_err());
    assert_eq!(outcomes(&log(&parts.host.store).await), [("failed", 1)]);
}

/// The store cannot write when the answer comes; the end is noted when it can, and until then no further write goes out.
#[cfg(unix)]
#[tokio::test]
async fn an_end_that_cannot_be_written_waits_and_is_not_lost() {
    let (parts, gate) = behind_a_gate().await;
    let (file, aside) = (
        parts.folder.path().join("sunmao.sqlite"),
        parts.folder.path().join("aside"),
    );
    let id = delivery(&parts).await;
    let caller = in_delivery(&parts, id);
    let save = "customers.save-company";
    let record = customer(1);
    let store_fails = async {
        until_a_row_is_open(&parts).await;
        std::fs::rename(&file, &aside).expect("moved");
        gate.send_replace(true);
    };
    let (outcome, ()) = tokio::join!(call(&parts, &caller, save, &record), store_fails);
    let before = parts.simulator.ledger().len();
    assert_eq!(
        call(&parts, &in_delivery(&parts, id), save, &record).await,
        Err(Kind::Unavailable)
    );
    assert_eq!(parts.simulator.ledger().len(), before, "nothing goes out unnoted");
    std::fs::rename(&aside, &file).expect("moved back");
    let rows = loop {
        let rows = log(&parts.host.store).await;
        if rows[0].outcome != AuditRow::OPEN {
            break rows;
        }
    };
    let expected = match outcome {
        Ok(()) => "applied",
        Err(_) => "refused",
    };
    assert_eq!(
        (rows.len(), rows[0].outcome.as_str()),
        (1, expected),
        "{outcome:?}"
    );
    assert!(rows[0].requests >= 1);
}

/// The host dies between the two halves of a row, and the next attempt has its own.
#[tokio::test]
async fn a_row_that_was_left_open_stays_and_the_next_attempt_has_its_own() {
    let parts = parts().await;
    let id = delivery(&parts).await;
    let save = "customers.save-company";
    let key = reserve(&parts).await;
    let stopped = Clock::system();
    call(&parts, &in_delivery(&parts, id), save, &customer(key))
        .await
        .expect("saved");
    // As a process leaves it that was killed before the answer came.
    let intent = parts
        .host
        .store
        .intents
        .of_delivery(sunmao_store::DeliveryId(id))
        .await
        .expect("intents")[0]
        .clone();
    let rows = log(&parts.host.store).await;
    let open = AuditRow {
        outcome: AuditRow::OPEN.to_owned(),
        ..rows[1].clone()
    };
    let reopened = parts
        .host
        .store
        .intents
        .reopen(intent.id, "another", "{}", None, open, stopped.now())
        .await;
    reopened.expect("reopened");
    let gateway = Gateway::new(parts.erp.clone(), parts.host.store.clone(), stopped);
    let operation = parts.host.catalogue.find(save).expect("an operation");
    gateway
        .call(&in_delivery(&parts, id), operation, &customer(key))
        .await
        .expect("saved again");
    let rows = log(&parts.host.store).await;
    let said: Vec<&str> = rows.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(said, ["read", "applied", "open", "applied"]);
}
