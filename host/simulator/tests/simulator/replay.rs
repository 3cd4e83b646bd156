//! Replaying what was recorded: the same answers in the same order, and a plain word where there is none.

use crate::common::{LOCAL, of_size, text};
use crate::recorded::{Recorded, login, send};
use serde_json::{Value as Json, json};
use sunmao_catalogue::Catalogue;
use sunmao_simulator::{Recorder, Replayer};

#[tokio::test]
async fn what_was_recorded_is_replayed() {
    let recorded = Recorded::small().await;
    let customer = json!({"ord": 5, "name": "榫合木业", "sort1": "乙", "person_name": "丙"});
    recorded.call("customers.get", json!({"ord": 5})).await;
    recorded.call("customers.save-company", customer).await;
    recorded.call("customers.get", json!({"ord": 5})).await;
    recorded.call("accounts.list", json!({})).await;
    recorded.call("warehouses.list", json!({})).await;
    let fixtures: Vec<Json> = recorded.fixtures().into_values().collect();
    let replayer = Replayer::start(recorded.folder.path(), LOCAL).await.unwrap();
    assert_eq!(replayer.fixtures(), 5);
    let (http, base) = (reqwest::Client::new(), replayer.base_url());
    let session = login(&http, &base, "anything").await;
    assert_eq!(session["header"]["status"], 0);
    let token = session["header"]["session"].as_str().unwrap().to_owned();
    let replay = async |name: &str, arguments: Json| -> Json {
        let (status, text) = send(&http, &base, name, &token, arguments).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    };
    let answer = |position: usize| fixtures[position]["response"]["body"]["json"].clone();
    // In the order of the recording, and then the last one again; a number may come as text.
    assert_eq!(replay("customers.get", json!({"ord": 5})).await, answer(0));
    assert_eq!(replay("customers.get", json!({"ord": "5"})).await, answer(2));
    assert_eq!(replay("customers.get", json!({"ord": 5})).await, answer(2));
    assert_ne!(answer(0), answer(2));
    assert_eq!(replay("accounts.list", json!({})).await, answer(3));
    assert_eq!(replay("warehouses.list", json!({})).await, answer(4));
    // Arguments as the fixture has them.
    let pairs = fixtures[1]["request"]["json"]["datas"].as_array().unwrap().iter();
    let given: serde_json::Map<String, Json> = pairs
        .map(|pair| (pair["id"].as_str().unwrap().to_owned(), pair["val"].clone()))
        .collect();
    assert_eq!(
        text(&replay("customers.save-company", Json::Object(given)).await),
        "保存成功！"
    );

    // Letter case of the path and tokens in the query do not count.
    let catalogue = Catalogue::shared();
    let shouted = catalogue.find("accounts.list").unwrap().path.to_uppercase();
    let request = http.post(format!("{base}{shouted}?token=another")).body("{}");
    assert_eq!(
        request.send().await.unwrap().json::<Json>().await.unwrap(),
        answer(3)
    );

    let (status, text) = send(&http, &base, "customers.get", &token, json!({"ord": 6})).await;
    assert_eq!(status, 404);
    for named in [
        "customers.get",
        "/webapi/v3/ov1/salesmanage/custom/",
        "\"ord\":\"6\"",
    ] {
        assert!(text.contains(named), "{text}");
    }
    assert!(!text.contains(&token));
    assert_eq!(
        send(&http, &base, "products.list", &token, json!({})).await.0,
        404
    );
    let gateway = http
        .post(format!("{base}/api/login"))
        .json(&json!({"username": "a", "password": "b"}));
    assert!(gateway.send().await.unwrap().json::<Json>().await.unwrap()["token"].is_string());
}

#[tokio::test]
async fn errors_and_raw_answers_are_replayed_as_they_were() {
    let recorded = Recorded::small().await;
    for (fault, status, is_sound) in [
        ("server-error", 500, true),
        ("bad-gateway", 502, true),
        ("empty", 200, true),
        ("control-characters", 200, false),
    ] {
        recorded.caller.instruct("faults", json!({fault: 1})).await;
        recorded.call("customers.list", json!({"pagesize": 2})).await;
        let fixture = recorded.fixtures().into_values().last().unwrap();
        assert_eq!(fixture["response"]["status"], status, "{fault}");
        assert_eq!(
            fixture["response"]["raw-control-characters"], !is_sound,
            "{fault}"
        );
    }
    let replayer = Replayer::start(recorded.folder.path(), LOCAL).await.unwrap();
    let (http, base) = (reqwest::Client::new(), replayer.base_url());
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(send(&http, &base, "customers.list", "", json!({"pagesize": 2})).await);
    }
    assert_eq!(answers[0], (500, "服务器内部错误".to_owned()));
    assert_eq!(answers[1].0, 502);
    assert!(
        answers[1].1.contains("<html>") && answers[1].1.contains("</body>"),
        "{}",
        answers[1].1
    );
    assert_eq!(answers[2], (200, String::new()));
    assert!(answers[3].1.chars().any(char::is_control), "{}", answers[3].1);
    assert!(serde_json::from_str::<Json>(&answers[3].1).is_err());
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for upstream in ["erp.example.com", "ftp://erp.example.com", "not an address"] {
        let error = Recorder::start(upstream, folder.path(), LOCAL)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(upstream), "{error}");
    }
    let missing = folder.path().join("missing");
    let error = Replayer::start(&missing, LOCAL).await.err().unwrap().to_string();
    assert!(error.contains("missing"), "{error}");
    for (file, content) in [
        ("000001-customers.list.json", "{"),
        ("000001-customers.list.json", r#"{"operations": []}"#),
        ("notes.json", "{}"),
    ] {
        std::fs::write(folder.path().join(file), content).unwrap();
        let error = Replayer::start(folder.path(), LOCAL)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(file), "{error}");
        std::fs::remove_file(folder.path().join(file)).unwrap();
    }
    std::fs::write(folder.path().join("README.md"), "notes").unwrap();
    Replayer::start(folder.path(), LOCAL).await.unwrap();
    // An ERP that does not answer is told plainly.
    let gone = of_size(3).await;
    let recorder = Recorder::start(&gone.simulator.base_url(), folder.path(), LOCAL)
        .await
        .unwrap();
    gone.simulator.stop().await;
    let (status, text) = send(
        &reqwest::Client::new(),
        &recorder.base_url(),
        "customers.list",
        "",
        json!({}),
    )
    .await;
    assert_eq!(status, 502);
    assert!(text.contains("did not answer"), "{text}");
    assert_eq!(recorder.written(), 0);
}
