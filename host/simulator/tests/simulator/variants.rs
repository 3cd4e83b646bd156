//! Each kind of installation over real HTTP: what it wants, what it answers, and that it serves the same records.

use crate::common::{Caller, LOCAL, path, rows, start, with_query};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Dialect, Operation};
use sunmao_simulator::{Options, Outcome, Simulator, Variant};

const ZSML: &str = "application/zsml; charset=utf-8";

async fn of(variant: Variant) -> Caller {
    start(Options {
        variant,
        size: 30,
        ..Options::default()
    })
    .await
}

/// One that has not logged in.
async fn stranger(variant: Variant) -> Caller {
    let options = Options {
        variant,
        size: 30,
        ..Options::default()
    };
    Caller {
        simulator: Simulator::start(options, LOCAL).await.unwrap(),
        http: reqwest::Client::new(),
        token: String::new(),
    }
}

fn operation(name: &str) -> Operation {
    Catalogue::shared().find(name).unwrap().clone()
}

async fn send(caller: &Caller, path: &str, content: &str, body: &Json) -> (StatusCode, String) {
    let request = caller.http.post(caller.url(path)).header("Content-Type", content);
    let request = request.header("ZBAPI-Token", &caller.token);
    let answer = request.body(body.to_string()).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

fn names(rows: &[serde_json::Map<String, Json>]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// A list with the filter that finds one customer.
async fn one_customer(caller: &Caller) -> Json {
    caller.call("customers.list", json!({"khid": "KH000007"})).await
}

#[tokio::test]
async fn older_installations_speak_one_dialect_on_other_paths() {
    let mut caller = stranger(Variant::Legacy).await;
    let datas = json!([
        {"id": "user", "val": "txt:sunmao"}, {"id": "password", "val": "txt:sunmao-demo"},
        {"id": "serialnum", "val": "txt:TESTDEVICE01"}, {"id": "rndcode", "val": ""},
    ]);
    let login = json!({"datas": datas});
    let (status, text) = send(&caller, "/webapi/v3/ov1/login", ZSML, &login).await;
    assert_eq!(status, 404);
    assert!(text.contains("找不到对应处理程序"));
    let (status, text) = send(&caller, "/sysa/mobilephone/login.asp", ZSML, &login).await;
    assert_eq!(status, 200);
    let answer: Json = serde_json::from_str(&text).unwrap();
    caller.token = answer["header"]["session"].as_str().unwrap().to_owned();
    assert!(
        answer["header"]["appversion"]
            .as_str()
            .unwrap()
            .starts_with("31.")
    );

    let customers = operation("customers.list");
    let legacy = customers.legacy_path.clone().unwrap();
    let body = json!({"session": caller.token, "cmdkey": "refresh", "datas": []});
    let (status, text) = send(&caller, &legacy, ZSML, &body).await;
    assert_eq!(status, 200);
    let old = rows(&serde_json::from_str(&text).unwrap()).clone();
    let modern = of(Variant::Standard)
        .await
        .call("customers.list", json!({}))
        .await;
    assert_eq!(old, rows(&modern));
    for wrong in ["application/json; charset=utf-8", "application/zsml"] {
        let (status, text) = send(&caller, &legacy, wrong, &body).await;
        assert_eq!(status, 500);
        assert!(text.contains("<html>"), "{text}");
    }
    assert_eq!(
        caller.simulator.ledger().pop().unwrap().outcome,
        Outcome::Malformed
    );
    for name in ["customers.list", "accounts.list", "warehouses.list"] {
        let (status, text) = send(&caller, &path(&operation(name)), ZSML, &body).await;
        assert_eq!(status, 404, "{name}");
        assert!(text.contains("找不到对应处理程序"));
    }
}

#[tokio::test]
async fn a_gateway_wants_its_own_login_and_wraps_answers() {
    let caller = stranger(Variant::Gateway).await;
    let post = async |path: &str, bearer: Option<&str>, body: Json| -> (StatusCode, Json) {
        let mut request = caller.http.post(caller.url(path)).json(&body);
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    };
    let wrong = json!({"username": "sunmao", "password": "wrong"});
    for refused in [wrong, json!({"user": "sunmao"}), json!([])] {
        let (status, answer) = post("/api/login", None, refused).await;
        assert_eq!(status, 401);
        assert!(answer["message"].is_string() && answer.get("token").is_none());
    }
    let (status, answer) = post(
        "/api/login",
        None,
        json!({"username": "sunmao", "password": "sunmao-demo"}),
    )
    .await;
    assert_eq!(status, 200);
    let token = answer["token"].as_str().unwrap().to_owned();
    let entry = caller.simulator.ledger().pop().unwrap();
    assert_eq!(
        (entry.names[0].as_str(), entry.outcome),
        ("session.login", Outcome::Done)
    );
    assert!(!serde_json::to_string(&entry).unwrap().contains("sunmao-demo"));

    let list = path(&operation("customers.list"));
    let body = json!({"cmdkey": "refresh", "datas": []});
    for bearer in [None, Some("0123456789")] {
        let (status, answer) = post(&list, bearer, body.clone()).await;
        assert_eq!(status, 401);
        assert!(answer["message"].is_string());
    }
    let direct = of(Variant::Standard).await;
    let (status, answer) = post(&list, Some(&token), body.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({"data": direct.call("customers.list", json!({})).await})
    );
    for (name, body) in [
        ("accounts.list", json!({})),
        ("warehouses.list", json!({"Datas": {}})),
    ] {
        let (_, answer) = post(&path(&operation(name)), Some(&token), body).await;
        assert_eq!(
            answer,
            json!({"data": direct.call(name, json!({})).await}),
            "{name}"
        );
    }
    caller.instruct("faults", json!({"expired-session": 1})).await;
    assert_eq!(post(&list, Some(&token), body.clone()).await.0, 401);
    caller.instruct("faults", json!({})).await;
    assert_eq!(post(&list, Some(&token), body).await.0, 401);
}

#[tokio::test]
async fn rows_can_be_objects_with_their_key_beside_the_cells() {
    let (plain, objects) = (of(Variant::Standard).await, of(Variant::RowObjects).await);
    let expected = plain.call("customers.list", json!({})).await;
    let answer = objects.call("customers.list", json!({})).await;
    let (expected, table) = (
        &expected["body"]["source"]["table"],
        &answer["body"]["source"]["table"],
    );
    assert_eq!(expected["cols"], table["cols"]);
    assert_eq!(expected["page"], table["page"]);
    let key = table["cols"]
        .as_array()
        .unwrap()
        .iter()
        .position(|column| column["id"] == "ord")
        .unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 20);
    for (row, cells) in rows.iter().zip(expected["rows"].as_array().unwrap()) {
        assert_eq!(row, &json!({"value": cells, "ord": cells[key]}));
    }
    // The lines inside a screen are packed as well.
    let lines = async |caller: &Caller| -> Json {
        let screen = caller.call("stock-receipts.get", json!({"ord": 7})).await;
        let groups = screen["body"]["bill"]["groups"].as_array().unwrap();
        let mut fields = groups
            .iter()
            .flat_map(|group| group["fields"].as_array().unwrap());
        fields.find(|field| field["source"]["table"].is_object()).unwrap()["source"]["table"]["rows"].clone()
    };
    let (expected, packed) = (lines(&plain).await, lines(&objects).await);
    assert_eq!(packed[0]["value"], expected[0]);
    assert!(expected[0].is_array());
    // Only the form dialect has such rows.
    assert!(objects.call("accounts.list", json!({})).await["Rows"][0].is_array());
}

#[tokio::test]
async fn one_row_alone_stands_in_the_place_of_the_list() {
    let (plain, single) = (of(Variant::Standard).await, of(Variant::SingleRow).await);
    let expected = one_customer(&plain).await["body"]["source"]["table"]["rows"][0].clone();
    let answer = one_customer(&single).await;
    let row = &answer["body"]["source"]["table"]["rows"];
    assert_eq!((&row["value"], &row["ord"]), (&expected, &json!(7)));
    let many = single.call("customers.list", json!({})).await;
    assert_eq!(many, plain.call("customers.list", json!({})).await);
    let none = single.call("customers.list", json!({"khid": "nobody"})).await;
    assert_eq!(none["body"]["source"]["table"]["rows"], json!([]));
}

#[tokio::test]
async fn a_list_can_stand_in_a_report() {
    let (plain, report) = (of(Variant::Standard).await, of(Variant::ReportSource).await);
    for name in ["customers.list", "product-categories.list"] {
        let expected = plain.call(name, json!({})).await;
        let answer = report.call(name, json!({})).await;
        assert_eq!(
            answer["body"]["report"]["source"], expected["body"]["source"],
            "{name}"
        );
        assert!(answer["body"].get("source").is_none());
    }
    let screen = report.call("customers.get", json!({"ord": 7})).await;
    assert_eq!(screen, plain.call("customers.get", json!({"ord": 7})).await);
}

#[tokio::test]
async fn columns_can_be_captions() {
    let plain = of(Variant::Standard).await.call("accounts.list", json!({})).await;
    let labels: Vec<String> = operation("accounts.list")
        .fields
        .iter()
        .map(|field| field.label.clone())
        .collect();
    assert_ne!(plain["Cols"], json!(labels));
    let arrays = of(Variant::Captions).await.call("accounts.list", json!({})).await;
    assert_eq!(arrays["Cols"], json!(labels));
    assert_eq!(arrays["Rows"], plain["Rows"]);
    let objects = of(Variant::CaptionObjects)
        .await
        .call("accounts.list", json!({}))
        .await;
    assert_eq!(objects["Cols"], json!(labels));
    let (row, cells) = (&objects["Rows"][0], &plain["Rows"][0]);
    for (position, name) in plain["Cols"].as_array().unwrap().iter().enumerate() {
        assert_eq!(row[name.as_str().unwrap()], cells[position], "{name}");
    }
}

#[tokio::test]
async fn the_helper_may_want_its_token_under_the_other_name_only() {
    let caller = of(Variant::SessionToken).await;
    let post = async |body: Json| {
        caller
            .post("/webapi/apiHelper/stock/Stock/GetWarehouses", &body)
            .await
    };
    let answer = post(json!({"session": caller.token, "Datas": {}})).await;
    assert_eq!(answer["code"], 200);
    let answer = post(json!({"Token": caller.token, "Datas": {}})).await;
    assert_eq!((&answer["code"], &answer["flag"]), (&json!(400), &json!(false)));
    assert_eq!(
        caller.call("customers.list", json!({})).await["header"]["status"],
        0
    );
}

#[tokio::test]
async fn values_can_be_loose() {
    let (plain, loose) = (of(Variant::Standard).await, of(Variant::LooseText).await);
    let raw = async |caller: &Caller, name: &str| {
        let operation = operation(name);
        let body = json!({"session": caller.token, "cmdkey": operation.cmdkey, "datas": []});
        send(caller, &path(&operation), "application/json", &body).await.1
    };
    let text = raw(&loose, "contracts.list").await;
    assert!(text.chars().any(char::is_control));
    let cleaned: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let expected = rows(&serde_json::from_str(&raw(&plain, "contracts.list").await).unwrap());
    let answer = rows(&serde_json::from_str(&cleaned).unwrap());
    assert_eq!(answer.len(), expected.len());
    let ord = expected[0]["ord"].as_i64().unwrap();
    assert_eq!(answer[0]["ord"], ord.to_string());
    let text = raw(&loose, "accounts.list").await;
    let sound = raw(&plain, "accounts.list").await;
    assert_ne!(text, sound);
    let cleaned: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let answer: Json = serde_json::from_str(&cleaned).unwrap();
    assert_eq!(
        answer["Page"],
        serde_json::from_str::<Json>(&sound).unwrap()["Page"]
    );
}

#[tokio::test]
async fn an_installation_may_know_some_modules_only() {
    let caller = of(Variant::Partial).await;
    for name in [
        "customers.list",
        "contracts.list",
        "stock-receipts.list-v2",
        "warehouses.list",
    ] {
        let (status, _) = send(&caller, &path(&operation(name)), "application/json", &json!({})).await;
        assert_eq!(status, 200, "{name}");
    }
    for name in ["accounts.list", "expense-claims.list", "announcements.list"] {
        let (status, text) = send(&caller, &path(&operation(name)), "application/json", &json!({})).await;
        assert_eq!(status, 404, "{name}");
        assert!(text.contains("找不到对应处理程序"));
    }
}

#[tokio::test]
async fn operations_of_32_15_are_unknown_before_it_and_their_older_forms_are_not() {
    let (before, since) = (of(Variant::Before3215).await, of(Variant::Standard).await);
    let catalogue = Catalogue::shared();
    let newer: Vec<&Operation> = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.title.contains("32.15"))
        .collect();
    assert_eq!(newer.len(), 5);
    for operation in newer {
        let older = catalogue.find(operation.name.trim_end_matches("-v2")).unwrap();
        for (caller, operation, status) in [
            (&before, operation, 404),
            (&before, older, 200),
            (&since, operation, 200),
            (&since, older, 200),
        ] {
            let (answer, _) = send(caller, &path(operation), "application/json", &json!({})).await;
            assert_eq!(answer, status, "{}", operation.name);
        }
    }
    let login = before.login("sunmao", "sunmao-demo", "").await;
    assert_eq!(login["header"]["appversion"], "32.10");
}

#[tokio::test]
async fn paths_are_found_in_any_letter_case_everywhere() {
    for variant in Variant::ALL {
        let caller = stranger(variant).await;
        let customers = operation("customers.list");
        let known = match variant {
            Variant::Legacy => customers.legacy_path.clone().unwrap(),
            _ => customers.path.clone(),
        };
        for path in [known.to_uppercase(), known.to_lowercase(), known] {
            let (status, _) = send(&caller, &with_query(&path, &customers), ZSML, &json!({})).await;
            assert_ne!(status, 404, "{variant}: {path}");
        }
        assert_eq!(customers.dialect, Dialect::Form);
        assert_eq!(caller.admin("status").await["variant"], variant.name());
    }
}

#[tokio::test]
async fn every_kind_serves_the_same_records() {
    let expected = of(Variant::Standard).await.admin("records/customers").await;
    for variant in Variant::ALL {
        assert_eq!(
            stranger(variant).await.admin("records/customers").await,
            expected,
            "{variant}"
        );
    }
    let caller = of(Variant::Captions).await;
    let found = rows(&one_customer(&caller).await);
    assert_eq!(names(&found), [expected["records"][23]["name"].as_str().unwrap()]);
}
