//! Every fault over real HTTP: what the caller sees, what was done, and that it is written down.

use crate::common::{Caller, field, path, rows, start, text, total};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};
use sunmao_catalogue::Catalogue;
use sunmao_simulator::{ChangeKind, Fault, Faults, LedgerEntry, Options, Outcome};

async fn with(fault: Fault) -> Caller {
    start(Options {
        size: 30,
        faults: Faults::none().with(fault, 1.0).unwrap(),
        slow: Duration::from_millis(300),
        ..Options::default()
    })
    .await
}

fn request(caller: &Caller, name: &str, arguments: &Json) -> RequestBuilder {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(name).unwrap();
    let datas: Vec<Json> = arguments
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| json!({"id": name, "val": value}))
        .collect();
    let body = json!({"session": caller.token, "cmdkey": operation.cmdkey, "datas": datas});
    caller.http.post(caller.url(&path(operation))).json(&body)
}

fn list(caller: &Caller) -> RequestBuilder {
    request(caller, "customers.list", &json!({}))
}

/// Renames the customer with key 5.
fn save(caller: &Caller) -> RequestBuilder {
    let customer = json!({"ord": 5, "name": "榫合木业", "sort1": "乙", "person_name": "丙"});
    request(caller, "customers.save-company", &customer)
}

async fn name_of_5(caller: &Caller) -> String {
    caller.instruct("faults", json!({})).await;
    let shown = caller.call("customers.get", json!({"ord": 5})).await;
    field(&shown, "name")["value"].as_str().unwrap().to_owned()
}

fn last(caller: &Caller) -> LedgerEntry {
    caller.simulator.ledger().pop().unwrap()
}

fn noted(caller: &Caller) -> Option<String> {
    last(caller).fault
}

async fn json_of(answer: Response) -> Json {
    answer.json().await.unwrap()
}

#[tokio::test]
async fn faults_that_prevent_a_call_answer_without_doing_it() {
    for (fault, status, kind, words) in [
        (Fault::ServerError, 500, "text/plain", "服务器内部错误"),
        (Fault::BadGateway, 502, "text/html", "<h1>502 Bad Gateway</h1>"),
        (Fault::Html, 200, "text/html", "<html>"),
        (Fault::TooManyRequests, 429, "text/plain", "过于频繁"),
    ] {
        let caller = with(fault).await;
        let answer = save(&caller).send().await.unwrap();
        assert_eq!(answer.status(), status, "{fault}");
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert!(header("content-type").unwrap().starts_with(kind), "{fault}");
        assert_eq!(
            header("retry-after").as_deref(),
            (status == 429).then_some("1"),
            "{fault}"
        );
        let body = answer.text().await.unwrap();
        assert!(body.contains(words), "{fault}: {body}");
        assert_eq!(noted(&caller).unwrap(), fault.name());
        assert_eq!(last(&caller).outcome, Outcome::Prevented);
        assert_ne!(name_of_5(&caller).await, "榫合木业", "{fault}");
    }
}

#[tokio::test]
async fn an_answer_can_be_empty() {
    let caller = with(Fault::Empty).await;
    let answer = save(&caller).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "");
    assert_eq!(noted(&caller).as_deref(), Some("empty"));
    assert_ne!(name_of_5(&caller).await, "榫合木业");
}

#[tokio::test]
async fn connections_close_without_a_byte() {
    for (fault, is_done) in [(Fault::DroppedBefore, false), (Fault::DroppedAfter, true)] {
        let caller = with(fault).await;
        let error = save(&caller).send().await.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{fault}: {error:?}");
        assert_eq!(noted(&caller).unwrap(), fault.name());
        assert_eq!(name_of_5(&caller).await == "榫合木业", is_done, "{fault}");
    }
}

#[tokio::test]
async fn a_torn_answer_announces_more_than_comes() {
    let caller = with(Fault::Torn).await;
    let mut answer = save(&caller).send().await.unwrap();
    let announced = answer.content_length().unwrap();
    let half = answer.chunk().await.unwrap().unwrap();
    assert_eq!(half.len() as u64, announced / 2);
    assert!(answer.chunk().await.is_err());
    assert_eq!(noted(&caller).as_deref(), Some("torn"));
    assert_eq!(name_of_5(&caller).await, "榫合木业");
}

#[tokio::test]
async fn an_expired_session_is_gone_for_good() {
    let caller = with(Fault::ExpiredSession).await;
    let answer = json_of(save(&caller).send().await.unwrap()).await;
    assert_ne!(answer["header"]["status"], 0);
    assert_eq!(noted(&caller).as_deref(), Some("expired-session"));
    assert_eq!(last(&caller).outcome, Outcome::NoSession);
    assert_ne!(
        json_of(list(&caller).send().await.unwrap()).await["header"]["status"],
        0
    );
    // It was the session that was missing, not a fault.
    assert_eq!(noted(&caller), None);
}

#[tokio::test]
async fn sound_answers_hold_raw_control_characters() {
    let caller = with(Fault::ControlCharacters).await;
    let raw = list(&caller).send().await.unwrap().text().await.unwrap();
    assert!(raw.chars().any(char::is_control));
    assert!(serde_json::from_str::<Json>(&raw).is_err());
    let cleaned: String = raw.chars().filter(|letter| !letter.is_control()).collect();
    let answer: Json = serde_json::from_str(&cleaned).unwrap();
    assert_eq!(rows(&answer).len(), 20);
    assert_eq!(noted(&caller).as_deref(), Some("control-characters"));
}

#[tokio::test]
async fn a_slow_answer_comes_after_the_work() {
    let caller = with(Fault::Slow).await;
    let began = Instant::now();
    let hasty = save(&caller)
        .timeout(Duration::from_millis(100))
        .send()
        .await
        .unwrap_err();
    assert!(hasty.is_timeout());
    assert_eq!(name_of_5(&caller).await, "榫合木业");
    caller.instruct("faults", json!({"slow": 1})).await;
    let patient = json_of(save(&caller).send().await.unwrap()).await;
    assert_eq!(text(&patient), "保存成功！");
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn an_unsaved_success_stores_nothing_and_uses_its_key_up() {
    let caller = with(Fault::UnsavedSuccess).await;
    let before = caller.admin("records/customers").await;
    let saved = json_of(save(&caller).send().await.unwrap()).await;
    assert_eq!(text(&saved), "保存成功！");
    assert_eq!(noted(&caller).as_deref(), Some("unsaved-success"));
    assert!(last(&caller).changes.is_empty());
    assert_eq!(caller.admin("records/customers").await, before);
    assert_eq!(
        caller.admin("records/customer-contacts?written=true").await["records"],
        json!([])
    );
    // A refused write is refused as ever, and a read is no write.
    let nameless = request(&caller, "customers.save-company", &json!({"ord": 5}))
        .send()
        .await;
    assert!(text(&json_of(nameless.unwrap()).await).contains("不能为空"));
    assert_eq!(noted(&caller), None);
    list(&caller).send().await.unwrap();
    assert_eq!(noted(&caller), None);
    let new = json!({"title": "放假通知"});
    let key = async || {
        let answer = request(&caller, "announcements.save", &new).send().await.unwrap();
        json_of(answer).await["body"]["message"]["data"]["ord"]
            .as_i64()
            .unwrap()
    };
    let lost = key().await;
    caller.instruct("faults", json!({})).await;
    let kept = key().await;
    assert_eq!(kept, lost + 1);
}

#[tokio::test]
async fn a_partly_saved_record_keeps_its_name_and_loses_some_fields() {
    let caller = with(Fault::PartlySaved).await;
    let given = json!({"ord": 5, "name": "榫合木业", "sort1": "乙", "person_name": "丙", "url": "sunmao.example",
        "mobile": "19900001111", "intro": "新", "address": "新路1号", "email": "a@b.example", "qq": "10001"});
    let saved = json_of(
        request(&caller, "customers.save-company", &given)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(text(&saved), "保存成功！");
    assert_eq!(noted(&caller).as_deref(), Some("partly-saved"));
    assert_eq!(name_of_5(&caller).await, "榫合木业");
    let shown = caller.call("customers.get", json!({"ord": 5})).await;
    let is_stored = |wire: &&str| field(&shown, wire)["value"] == given[*wire];
    let optional = ["url", "mobile", "intro", "address", "email", "qq"];
    let stored = optional.iter().filter(|wire| is_stored(wire)).count();
    assert!((1..optional.len()).contains(&stored), "{stored} are stored");
    // The same again, and nothing goes wrong: it is whole.
    json_of(
        request(&caller, "customers.save-company", &given)
            .send()
            .await
            .unwrap(),
    )
    .await;
    let shown = caller.call("customers.get", json!({"ord": 5})).await;
    assert!(
        optional
            .iter()
            .all(|wire| field(&shown, wire)["value"] == given[*wire])
    );
}

#[tokio::test]
async fn rows_come_and_go_between_pages() {
    let keys = |answer: &Json| -> Vec<String> {
        let key = |row: &serde_json::Map<String, Json>| row["khid"].as_str().unwrap().to_owned();
        rows(answer).iter().map(key).collect()
    };
    let page = async |caller: &Caller, index: u32| {
        let asked = request(
            caller,
            "customers.list",
            &json!({"pagesize": 10, "pageindex": index}),
        );
        json_of(asked.send().await.unwrap()).await
    };
    let caller = with(Fault::RowInserted).await;
    caller.instruct("faults", json!({})).await;
    let first = page(&caller, 1).await;
    caller.instruct("faults", json!({"row-inserted": 1})).await;
    let second = page(&caller, 2).await;
    assert_eq!((total(&first), total(&second)), (30, 31));
    // The last row of the first page is the first of the second as well.
    assert_eq!(keys(&first).last(), keys(&second).first());
    let entry = last(&caller);
    assert_eq!(entry.fault.as_deref(), Some("row-inserted"));
    assert_eq!(entry.changes[0].kind, ChangeKind::Created);
    assert_eq!(entry.changes[0].object, "customers");
    caller.instruct("faults", json!({"row-deleted": 1})).await;
    let back = page(&caller, 2).await;
    assert_eq!(total(&back), 30);
    assert_eq!(last(&caller).changes[0].kind, ChangeKind::Deleted);
    assert_ne!(keys(&back).first(), keys(&second).first());
    // Nobody deletes what a call has written.
    caller.instruct("faults", json!({})).await;
    let reserved = caller.call("customers.reserve", json!({})).await;
    let ord = reserved["body"]["bill"]["value"].clone();
    let customer = json!({"ord": ord, "name": "榫合木业", "sort1": "乙", "person_name": "丙"});
    caller.call("customers.save-company", customer).await;
    caller.instruct("faults", json!({"row-deleted": 1})).await;
    let newest = rows(&page(&caller, 1).await)[0].clone();
    assert_eq!(newest["name"], "榫合木业");
    assert_eq!(last(&caller).fault.as_deref(), Some("row-deleted"));
    // What is no page of a list stays as it is.
    caller.call("customers.get", json!({"ord": 5})).await;
    assert_eq!(noted(&caller), None);
}

#[tokio::test]
async fn logins_fail_when_told_so_and_calls_do_not() {
    let caller = crate::common::small().await;
    let (status, text) = caller.instruct("faults", json!({"login-error": 1})).await;
    assert_eq!((status, text.as_str()), (200, r#"{"login-error":1.0}"#));
    let login = caller.http.post(caller.url("/webapi/v3/ov1/login")).body("{}");
    let answer = login.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(noted(&caller).as_deref(), Some("login-error"));
    assert_eq!(list(&caller).send().await.unwrap().status(), 200);
    assert_eq!(noted(&caller), None);
    caller.instruct("faults", json!({"server-error": 1})).await;
    assert_eq!(
        caller.login("sunmao", "sunmao-demo", "").await["header"]["status"],
        0
    );
}

#[tokio::test]
async fn chance_follows_the_seed() {
    let outcomes = async |seed: u64| -> Vec<Option<String>> {
        let caller = start(Options {
            seed,
            size: 3,
            faults: "server-error=0.3,empty=0.2".parse().unwrap(),
            ..Options::default()
        })
        .await;
        for _ in 0..60 {
            list(&caller).send().await.unwrap();
        }
        caller
            .simulator
            .ledger()
            .into_iter()
            .map(|entry| entry.fault)
            .collect()
    };
    let (one, again, other) = (outcomes(1).await, outcomes(1).await, outcomes(2).await);
    assert_eq!(one, again);
    assert_ne!(one, other);
    for (name, likely) in [("server-error", 5..40), ("empty", 2..25)] {
        let hits = one.iter().flatten().filter(|fault| *fault == name).count();
        assert!(likely.contains(&hits), "{name}: {hits}");
    }
}

#[tokio::test]
async fn the_admin_path_refuses_what_is_no_fault() {
    let caller = crate::common::small().await;
    for wrong in [
        json!({"gremlins": 1}),
        json!({"slow": 2}),
        json!({"slow": "often"}),
        json!([]),
    ] {
        let (status, text) = caller.instruct("faults", wrong.clone()).await;
        assert_eq!(status, 400, "{wrong}: {text}");
    }
    let (_, text) = caller.instruct("faults", json!({"gremlins": 1})).await;
    assert!(text.contains("torn"), "{text}");
    assert_eq!(caller.admin("faults").await, json!({}));
}
