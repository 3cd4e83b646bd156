//! What was read a while ago, of the ERP or of the hub, and has been overtaken since: it is no edit of anybody's.

use crate::stage::{Life, PATIENCE, PULL, Stage, in_detail, push, sweep};
use sunmao_store::{DeliveryId, DeliveryRecord, NewDelivery, NewRecord, Occasion, RecordName, Route};

const PUSH: &str = "push";

impl Life {
    /// Accepts a record for a flow, and waits for what comes of it.
    async fn accepts(&self, record: NewRecord, flow: &str) -> String {
        let delivery = self.accept(record, flow).await;
        self.done(delivery).await
    }

    async fn accept(&self, record: NewRecord, flow: &str) -> DeliveryId {
        let route = Route {
            kind: record.name.kind.clone(),
            occasion: Occasion::Saved,
            target: format!("flow {flow}"),
        };
        let (records, now) = (&self.host.store.records, self.host.clock.now());
        let accepted = records.accept(vec![record], vec![route], "a test", now).await;
        accepted.expect("a store")[0].deliveries[0].delivery
    }

    async fn files(&self, id: &str, company: &str) -> String {
        let body = serde_json::json!({ "company_name": company }).to_string();
        let contact = NewRecord::saved(RecordName::new("contact", id), body);
        self.accepts(contact, PUSH).await
    }

    async fn company(&self, id: &str) -> String {
        let name = RecordName::new("contact", id);
        let kept = self.host.store.records.get(&name).await.expect("a store");
        let body = kept.and_then(|kept| kept.body).unwrap_or_default();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        body["company_name"].as_str().unwrap_or_default().to_owned()
    }

    async fn until_company(&self, id: &str, sought: impl Fn(&str) -> bool) {
        let begun = std::time::Instant::now();
        while !sought(&self.company(id).await) {
            assert!(
                begun.elapsed() < PATIENCE,
                "not in time: {}",
                self.company(id).await
            );
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_read_before_the_record_was_last_merged_takes_nothing_back() {
    let stage = Stage::set(3).await;
    let life = stage.live(&[(PULL, in_detail())]).await;
    life.run(PULL).await;
    let key = life.keys().await[0];
    let contact = format!("erp-{key}");
    life.until_company(&contact, |company| !company.is_empty()).await;
    let read_before = life.customer(key).await;
    stage.write(Some(key), "新名木业").await;
    life.run(PULL).await;
    life.until_company(&contact, |company| company == "新名木业")
        .await;
    let row = NewRecord {
        fingerprint: Some("read before".to_owned()),
        ..NewRecord::saved(read_before.name, read_before.body.expect("a body"))
    };
    assert_eq!(
        life.accepts(row, PULL).await,
        format!("unchanged: contact/{contact}")
    );
    assert_eq!(life.company(&contact).await, "新名木业");
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_was_filed_before_the_record_was_last_merged_takes_nothing_back() {
    let stage = Stage::set(3).await;
    let life = stage.live(&[(PUSH, push())]).await;
    let first = life.files("c-1", "旧名木业").await;
    assert!(first.starts_with("linked: "), "{first}");
    life.files("c-1", "新名木业").await;
    let late = NewDelivery {
        event: Occasion::Saved.event("contact"),
        target: format!("flow {PUSH}"),
        key: "contact/c-1".to_owned(),
        payload: serde_json::json!({ "company_name": "旧名木业" }).to_string(),
        revision: None,
        hops: 0,
    };
    let (deliveries, now) = (&life.host.store.deliveries, life.host.clock.now());
    let enqueued = deliveries.enqueue(vec![late], now).await.expect("a store");
    let outcome = life.done(enqueued[0].delivery).await;
    assert!(outcome.starts_with("unchanged: "), "{outcome}");
    life.stop().await;
}

/// The ERP has it, and its answer is under way: nobody has linked it yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_record_is_just_made_into_waits_and_makes_no_second_one() {
    let stage = Stage::set(3).await;
    let life = stage.live(&[(PUSH, push()), (PULL, sweep())]).await;
    stage.proxy.plan().held_look = true;
    let body = serde_json::json!({ "company_name": "新来木业" }).to_string();
    let contact = NewRecord::saved(RecordName::new("contact", "c-1"), body);
    let made = life.accept(contact, PUSH).await;
    stage.proxy.reached.notified().await;
    life.run(PULL).await;
    let waits = |one: &&DeliveryRecord| {
        let reason = one.reason.as_deref().unwrap_or_default();
        reason.contains("may be what contact/c-1 is just made into")
    };
    let begun = std::time::Instant::now();
    let row = loop {
        let rows = life.deliveries(PULL).await;
        if let Some(row) = rows.iter().find(waits) {
            break row.delivery.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "not in time: {rows:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    let second = format!("erp-{}", row.key.trim_start_matches("erp.customers/"));
    assert_eq!(life.company(&second).await, "");
    stage.proxy.release.notify_one();
    let linked = life.done(made).await;
    assert!(linked.starts_with("linked: "), "{linked}");
    assert_eq!(life.done(row.id).await, "unchanged: contact/c-1");
    assert_eq!(life.company(&second).await, "");
    life.stop().await;
}
