//! `sunmao serve` and its HTTP API, with the shipped policy and mapping.

use crate::support::{Running, Sunmao, calls, eventually, example, nobody, plugins_folder, root, simulator};
use serde_json::{Value, json};
use sunmao_simulator::{Options, Simulator};

/// Largest body of a single request and longest line of many, in bytes.
const LARGEST_BODY: usize = 256 * 1024;
/// Largest body of many lines, in bytes.
const LARGEST_BULK: usize = 64 * 1024 * 1024;

/// A host with the shipped example as its configuration.
pub struct Host {
    pub erp: Simulator,
    pub sunmao: Sunmao,
    pub running: Running,
    pub url: String,
}

pub async fn host() -> Host {
    host_with(|_| {}).await
}

/// The same with whatever else lies in its folder.
pub async fn host_with(furnish: impl FnOnce(&Sunmao)) -> Host {
    let options = Options {
        size: 10,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    sunmao.write("sunmao.toml", &example());
    sunmao.furnish_scripts();
    furnish(&sunmao);
    let plugins = plugins_folder();
    let arguments = [
        "serve",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--plugins-folder",
        plugins.to_str().unwrap(),
    ];
    let mut running = sunmao.start(&arguments);
    let url = running.next().await.expect("the host is ready")["url"]
        .as_str()
        .unwrap()
        .to_owned();
    Host {
        erp,
        sunmao,
        running,
        url,
    }
}

fn contact(score: u8) -> Value {
    json!({
        "company_name": "样例木作", "real_name": "李明", "phone": "17700000001", "phone_verified": true, "score": score,
    })
}

pub async fn send(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_contact_becomes_a_customer_and_shows_its_link() {
    let host = host().await;
    let http = reqwest::Client::new();
    let address = format!("{}/v1/records/contact/c-1", host.url);
    let (status, receipt) = send(http.put(&address).json(&contact(80))).await;
    assert_eq!(
        (status, &receipt["revision"], &receipt["changed"]),
        (202, &json!(1), &json!(true))
    );
    let linked = eventually(&address, |contact| contact["deliveries"][0]["state"] == "done").await;
    assert_eq!(linked["body"]["company_name"], "样例木作");
    assert_eq!(linked["links"][0]["number"], "WXc-1");
    let key = linked["links"][0]["erp_key"].to_string();
    let customer = host
        .sunmao
        .run(&["call", "customers.get", &format!("ord={key}"), "--json"])
        .await
        .json();
    assert_eq!(customer["fields"]["name"], "样例木作", "{customer}");

    let (_, again) = send(http.put(&address).json(&contact(80))).await;
    assert_eq!(
        (&again["revision"], &again["changed"]),
        (&json!(1), &json!(false))
    );
    let page = eventually(&format!("{}/v1/records/contact?limit=1", host.url), |_| true).await;
    assert_eq!(
        (&page["items"][0]["id"], &page["next"]),
        (&json!("c-1"), &json!("c-1"))
    );

    let audit = host
        .sunmao
        .run(&[
            "audit",
            "tail",
            "--operation",
            "customers.save-company",
            "--json",
            "--url",
            &host.url,
        ])
        .await;
    let row: Value = serde_json::from_str(audit.stdout.lines().next().expect("an audit row")).unwrap();
    assert_eq!(
        (row["outcome"].as_str(), row["actor"].as_str()),
        (Some("applied"), Some("flow customer-push"))
    );

    let Host { erp, running, .. } = host;
    assert_eq!(running.terminate().await, Some(0));
    assert_eq!(calls(&erp).last().map(String::as_str), Some("session.logout"));
}

#[tokio::test]
async fn an_unsound_contact_gets_every_fault_and_is_not_kept() {
    let host = host().await;
    let http = reqwest::Client::new();
    let address = format!("{}/v1/records/contact/c-1", host.url);
    let body = json!({"score": 101, "phone_verified": "yes", "compny_name": "x"});
    let (status, answer) = send(http.put(&address).json(&body)).await;
    assert_eq!((status, answer["error"]["kind"].as_str()), (400, Some("invalid")));
    let fields: Vec<&str> = answer["error"]["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["compny_name", "phone_verified", "score"]);
    let (status, answer) = send(http.get(&address)).await;
    assert_eq!(
        (status, answer["error"]["kind"].as_str()),
        (404, Some("not-found"))
    );
    let (status, _) = send(
        http.put(&address)
            .body("{")
            .header("content-type", "application/json"),
    )
    .await;
    assert_eq!(status, 400);
    let (status, _) = send(http.put(&address).body("{}")).await;
    assert_eq!(status, 415);
}

#[tokio::test]
async fn every_refusal_is_json() {
    let host = host().await;
    let http = reqwest::Client::new();
    let retry = http.post(format!("{}/v1/dead/retry", host.url));
    let cases = [
        (http.get(format!("{}/v1/nothing", host.url)), 404),
        (http.delete(format!("{}/v1/audit", host.url)), 405),
        (http.get(format!("{}/v1/audit?limt=3", host.url)), 400),
        (http.get(format!("{}/v1/operations/customers.lst", host.url)), 404),
        (http.get(format!("{}/v1/operations/%FF", host.url)), 400),
        (http.get(format!("{}/v1/records/contact/%FF", host.url)), 400),
        (
            http.put(format!("{}/v1/records/contact/%FF", host.url))
                .json(&json!({})),
            400,
        ),
        // One byte too many: the host has read all of it when it refuses, so that its answer is never lost to a reset.
        (
            http.put(format!("{}/v1/records/contact/c-1", host.url))
                .header("content-type", "application/json")
                .body(" ".repeat(LARGEST_BODY + 1)),
            413,
        ),
        (
            http.post(format!("{}/v1/records/contact", host.url)).body("{}"),
            415,
        ),
        (retry.json(&json!({"id": 3})), 400),
    ];
    for (request, expected) in cases {
        let (status, answer) = send(request).await;
        assert_eq!(status, expected, "{answer}");
        assert!(
            answer["error"]["message"].is_string() && answer["error"]["hint"].is_string(),
            "{answer}"
        );
    }
    let refused = http
        .delete(format!("{}/v1/audit", host.url))
        .send()
        .await
        .unwrap();
    assert!(refused.headers()["allow"].to_str().unwrap().contains("GET"));
    let operations = eventually(&format!("{}/v1/operations", host.url), |_| true).await;
    let all = sunmao_catalogue::Catalogue::shared().operations().len();
    assert_eq!(operations["items"].as_array().unwrap().len(), all);
}

#[tokio::test]
async fn a_line_of_many_may_be_unsound() {
    let host = host().await;
    let lines = [
        json!({"id": "c-1", "company_name": "甲"}).to_string(),
        "{".to_owned(),
        String::new(),
        json!({"company_name": "无编号"}).to_string(),
        json!({"id": "c-2", "score": -1, "source": "fax"}).to_string(),
        json!({"id": "c-3", "company_name": "乙"}).to_string(),
    ];
    let request = reqwest::Client::new().post(format!("{}/v1/records/contact", host.url));
    let (status, summary) = send(
        request
            .header("content-type", "application/x-ndjson")
            .body(lines.join("\n")),
    )
    .await;
    assert_eq!(status, 202, "{summary}");
    assert_eq!(
        (&summary["lines"], &summary["accepted"], &summary["unsound"]),
        (&json!(5), &json!(2), &json!(3))
    );
    let rejected = summary["rejected"].as_array().unwrap();
    let lines: Vec<u64> = rejected
        .iter()
        .map(|line| line["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 4, 5]);
    assert_eq!(
        (
            &rejected[2]["id"],
            rejected[2]["faults"].as_array().unwrap().len()
        ),
        (&json!("c-2"), 2)
    );
    let page = eventually(&format!("{}/v1/records/contact", host.url), |_| true).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
}

/// A line and a body that are too large stop neither the other lines nor the answer.
#[tokio::test]
async fn what_is_too_large_is_said_and_the_rest_is_kept() {
    let host = host().await;
    let address = format!("{}/v1/records/contact", host.url);
    let bulk = |body: String| {
        let request = reqwest::Client::new().post(&address);
        send(request.header("content-type", "application/x-ndjson").body(body))
    };
    let notes = "a".repeat(LARGEST_BODY);
    let (status, summary) = bulk(format!(
        "{}\n{}\n{}",
        json!({"id": "c-1"}),
        json!({"id": "c-2", "notes": notes}),
        json!({"id": "c-3"}),
    ))
    .await;
    assert_eq!(status, 202, "{summary}");
    assert_eq!(
        (
            &summary["accepted"],
            &summary["unsound"],
            &summary["rejected"][0]["line"]
        ),
        (&json!(2), &json!(1), &json!(2)),
        "{summary}"
    );
    // One byte too many, at the very end.
    let first = format!("{}\n", json!({"id": "c-4"}));
    let blank = format!("{}\n", " ".repeat(1023));
    let blanks = (LARGEST_BULK - first.len()) / blank.len();
    let mut body = first + &blank.repeat(blanks);
    body.push_str(&" ".repeat(LARGEST_BULK + 1 - body.len()));
    let (status, summary) = bulk(body).await;
    assert_eq!(status, 413, "{summary}");
    assert!(summary["error"]["message"].is_string(), "{summary}");
}

#[tokio::test]
async fn a_changed_configuration_is_in_force_and_an_unsound_one_is_not() {
    let host = host().await;
    let example = example();
    let status = format!("{}/v1/status", host.url);
    let renamed = example.replace("[flow.customer-push]", "[flow.renamed]");
    host.sunmao.replace("sunmao.toml", &renamed);
    eventually(&status, |status| status["flows"] == json!(["renamed"])).await;
    host.sunmao.replace(
        "sunmao.toml",
        &example.replace("customers.save-company", "customers.save-nothing"),
    );
    let refused = eventually(&status, |status| status["configuration"]["error"].is_object()).await;
    let why = refused["configuration"]["error"].to_string();
    assert!(why.contains("customers.save-nothing"), "{why}");
    assert_eq!(refused["flows"], json!(["renamed"]));
    host.sunmao.replace("sunmao.toml", &renamed);
    eventually(&status, |status| status["configuration"]["error"].is_null()).await;

    host.sunmao
        .replace("scripts/admission.rhai", "fn judge(record) {");
    eventually(&format!("{}/v1/extensions", host.url), |all| {
        all["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["state"] == "serving-previous")
    })
    .await;
    let listed = host.sunmao.run(&["script", "list", "--url", &host.url]).await;
    assert!(
        listed.stdout.contains("serving-previous") && listed.stdout.contains("compile"),
        "{}",
        listed.stdout
    );
    host.sunmao.replace("sunmao.toml", &example);
    eventually(&status, |status| status["flows"] == json!(["customer-push"])).await;
}

#[tokio::test]
async fn the_audit_log_is_followed() {
    let host = host().await;
    let mut tail = host
        .sunmao
        .start(&["audit", "tail", "-f", "--json", "--url", &host.url]);
    let address = format!("{}/v1/records/contact/c-1", host.url);
    reqwest::Client::new()
        .put(&address)
        .json(&contact(80))
        .send()
        .await
        .unwrap();
    let mut operations = Vec::new();
    while operations.last() != Some(&json!("customers.save-company")) {
        let row = tail.next().await.expect("a row");
        // When the session begins is not what this is about. A write's row is there while it is under way.
        if row["operation"].as_str().unwrap().starts_with("customers.") {
            operations.push(row["operation"].clone());
        }
    }
    // It is looked for first, then made.
    assert_eq!(operations[0], "customers.list");
    assert_eq!(operations[operations.len() - 2], "customers.reserve");
    assert_eq!(tail.terminate().await, Some(0));
    let too_many = host
        .sunmao
        .run(&["audit", "tail", "-n", "1001", "--url", &host.url])
        .await;
    assert_eq!(too_many.code, Some(2), "{}", too_many.stderr);
}

#[tokio::test]
async fn commands_say_when_no_host_answers() {
    let sunmao = Sunmao::new().with("SUNMAO_URL", &nobody());
    for arguments in [&["plugin", "list"][..], &["dead", "list"], &["audit", "tail"]] {
        let ended = sunmao.run(arguments).await;
        assert_eq!(ended.code, Some(7), "{}", ended.stderr);
        assert!(ended.stderr.contains("sunmao serve"), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn files_are_looked_at_without_a_host() {
    let sunmao = Sunmao::new();
    let plugin = plugins_folder().join("wechat-customer.wasm");
    let surface = sunmao
        .run(&["plugin", "inspect", plugin.to_str().unwrap(), "--json"])
        .await
        .json();
    assert_eq!(surface["roles"][0], "mapping contact-to-customers-save-company");
    assert_eq!(surface["roles"][1], "mapping customers-to-contact");
    assert_eq!([&surface["operations"], &surface["services"]], [&json!([]); 2]);
    let script = root().join("scripts/admission.rhai");
    let sound = sunmao.run(&["script", "check", script.to_str().unwrap()]).await;
    assert_eq!(sound.code, Some(0), "{}", sound.stderr);
    let broken = sunmao.write("broken.rhai", "fn judge(record) { customers::lst(#{}) }");
    let both = sunmao
        .run(&[
            "script",
            "check",
            script.to_str().unwrap(),
            broken.to_str().unwrap(),
        ])
        .await;
    assert_eq!(both.code, Some(1));
    assert!(
        both.stderr.contains("1 of 2 files") && both.stderr.contains("broken.rhai: line 1"),
        "{}",
        both.stderr
    );
    let text = sunmao.run(&["plugin", "inspect", script.to_str().unwrap()]).await;
    assert_eq!(text.code, Some(1));
}
