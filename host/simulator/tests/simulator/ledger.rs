//! The ledger and the other admin answers.

use crate::common::{LOCAL, small, start};
use futures::future::{Either, select};
use serde_json::{Value as Json, json};
use std::pin::pin;
use std::time::{Duration, Instant};
use sunmao_catalogue::Dialect;
use sunmao_simulator::{Change, ChangeKind, Options, Outcome, Simulator};

#[tokio::test]
async fn every_request_is_written_down_without_its_secrets() {
    let caller = small().await;
    caller
        .call(
            "customers.save-company",
            json!({"ord": 5, "name": "甲", "sort1": "乙", "person_name": "丙"}),
        )
        .await;
    caller
        .call(
            "accounts.create",
            json!({"Name": "甲", "Username": "u1", "Pw": "hush-hush", "ConfirmPassword": "hush-hush"}),
        )
        .await;
    let entries = caller.simulator.ledger();
    assert_eq!(
        entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let login = &entries[0];
    assert_eq!(login.names, ["session.login"]);
    assert_eq!(login.arguments.get("user").unwrap().as_text(), Some("txt:sunmao"));
    assert_eq!(login.device, None);
    let save = &entries[1];
    assert!(save.device.is_some(), "whose session it is");
    assert_eq!(save.operations, [16]);
    assert_eq!(save.names, ["customers.save-company"]);
    assert_eq!(save.dialect, Some(Dialect::Form));
    assert_eq!(save.path, "/webapi/v3/ov1/salesmanage/custom/add");
    assert_eq!(save.query.get("intsort").unwrap().as_text(), Some("1"));
    assert_eq!(save.cmdkey.as_deref(), Some("__sys_dosave"));
    assert_eq!(save.arguments.get("ord").unwrap().as_integer(), Some(5));
    assert_eq!(save.outcome, Outcome::Done);
    assert_eq!(save.message, "保存成功！");
    let updated = |object: &str| Change {
        object: object.to_owned(),
        ord: 5,
        kind: ChangeKind::Updated,
    };
    assert_eq!(save.changes, [updated("customers"), updated("customer-contacts")]);
    let all = caller.admin("ledger").await.to_string();
    let records = caller.admin("records/accounts").await.to_string();
    for secret in ["hush-hush", "sunmao-demo", &caller.token] {
        assert!(!all.contains(secret) && !records.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_ledger_can_be_read_from_where_one_left_off() {
    let caller = small().await;
    caller.call("customers.list", json!({})).await;
    let first = caller.admin("ledger").await;
    assert_eq!(first["total"], 2);
    assert_eq!(first["entries"].as_array().unwrap().len(), 2);
    caller.call("warehouses.list", json!({})).await;
    let rest = caller.admin("ledger?after=2").await;
    assert_eq!(rest["total"], 3);
    assert_eq!(rest["entries"].as_array().unwrap().len(), 1);
    assert_eq!(rest["entries"][0]["dialect"], "helper");
    assert_eq!(rest["entries"][0]["outcome"], "done");
    assert_eq!(caller.admin("ledger?after=3").await["entries"], json!([]));
}

#[tokio::test]
async fn what_went_wrong_is_written_down_too() {
    let caller = small().await;
    let post = async |path: &str, body: &'static str| {
        let request = caller
            .http
            .post(caller.url(path))
            .header("ZBAPI-Token", &caller.token)
            .body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = post("/webapi/v3/nowhere", "{}").await;
    assert_eq!(status, 404);
    assert!(text.contains("找不到对应处理程序"));
    let (status, text) = post("/webapi/v3/ov1/salesmanage/custom/list", "{\"session\":").await;
    assert_eq!(status, 200);
    assert_ne!(
        serde_json::from_str::<Json>(&text).unwrap()["header"]["status"],
        0
    );
    for (path, code) in [
        ("/webapi/v3/orgs/user/list", "Code"),
        ("/webapi/apiHelper/produce/Machine/GetMachines", "code"),
    ] {
        let (_, text) = post(path, "[1, 2").await;
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap()[code], 500);
    }
    let body = json!({"session": caller.token, "cmdkey": "fly"});
    let answer = caller.post("/webapi/v3/ov1/salesmanage/custom/list", &body).await;
    assert_ne!(answer["header"]["status"], 0);
    let outcomes: Vec<Outcome> = caller.simulator.ledger()[1..]
        .iter()
        .map(|entry| entry.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::UnknownPath,
            Outcome::Malformed,
            Outcome::Malformed,
            Outcome::Malformed,
            Outcome::UnknownCommand
        ]
    );
    let wrong_method = caller
        .http
        .get(caller.url("/webapi/v3/ov1/login"))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong_method.status(), 404);
}

#[tokio::test]
async fn the_admin_path_knows_its_objects() {
    let caller = small().await;
    let page = caller.admin("records/customers").await;
    assert_eq!(page["total"], 30);
    assert_eq!(page["records"].as_array().unwrap().len(), 30);
    assert_eq!(page["records"][0]["khid"], "KH000030");
    assert_eq!(
        caller.admin("records/customers?written=true").await["records"],
        json!([])
    );
    let unknown = caller
        .http
        .get(caller.url("/_simulator/records/unicorns"))
        .send()
        .await
        .unwrap();
    assert_eq!(unknown.status(), 404);
    let status = caller.admin("status").await;
    assert_eq!(
        (&status["size"], &status["logins"], &status["sessions"]),
        (&json!(30), &json!(1), &json!(1))
    );
}

#[tokio::test]
async fn latency_holds_for_calls() {
    let latency = Duration::from_millis(50);
    let caller = start(Options {
        size: 3,
        latency,
        ..Options::default()
    })
    .await;
    let began = Instant::now();
    caller.call("customers.list", json!({})).await;
    assert!(began.elapsed() >= latency);
}

/// The call would take an hour, so that whichever answer comes first says which of the two waits, on any machine.
#[tokio::test]
async fn the_admin_path_answers_while_a_call_waits() {
    let options = Options {
        size: 3,
        latency: Duration::from_secs(3600),
        ..Options::default()
    };
    let simulator = Simulator::start(options, LOCAL).await.unwrap();
    let http = reqwest::Client::new();
    let login = http
        .post(format!("{}/webapi/v3/ov1/login", simulator.base_url()))
        .body("{}");
    let status = http.get(format!("{}/_simulator/status", simulator.base_url()));
    match select(pin!(login.send()), pin!(status.send())).await {
        Either::Right((answer, _)) => assert_eq!(answer.unwrap().status(), 200),
        Either::Left((answer, _)) => panic!("the call did not wait: {answer:?}"),
    }
}

#[tokio::test]
async fn a_port_can_be_used_again_after_a_stop() {
    let caller = small().await;
    let address = caller.simulator.address();
    caller.simulator.stop().await;
    let taken = sunmao_simulator::Simulator::start(Options::default(), address)
        .await
        .unwrap();
    let error = sunmao_simulator::Simulator::start(Options::default(), address)
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    taken.stop().await;
}
