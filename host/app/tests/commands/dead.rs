//! A contact that the ERP refuses: kept with the ERP's own words, and taken up again when the cause is gone.

use crate::serve::{Host, host, send};
use crate::support::eventually;
use serde_json::{Value, json};

async fn save(host: &Host, key: &str, number: &str) {
    let (key, number) = (format!("ord={key}"), format!("khid={number}"));
    let arguments = [
        "call",
        "customers.save-company",
        "name=同事录入",
        "sort1=1",
        "contact_name=李明",
    ];
    let saved = host
        .sunmao
        .run(&[&arguments[..], &[&key, &number]].concat())
        .await;
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
}

async fn file(address: &str, contact: &Value) {
    let filed = reqwest::Client::new().put(address).json(contact).send().await;
    assert_eq!(filed.unwrap().status(), 202);
}

#[tokio::test]
async fn what_the_erp_refuses_waits_with_its_words_and_goes_on_after_a_retry() {
    let host = host().await;
    let address = format!("{}/v1/records/contact/c-1", host.url);
    let mut contact = json!({"company_name": "样例木作", "phone": "17700000001", "has_order": true});
    file(&address, &contact).await;
    let linked = eventually(&address, |contact| contact["links"][0].is_object()).await;
    let own = linked["links"][0]["erp_key"].to_string();

    // A colleague gives the customer the number that another contact's is to have.
    save(&host, &own, "WXc-2").await;
    let address = format!("{}/v1/records/contact/c-2", host.url);
    contact["phone"] = json!("17700000002");
    contact["company_name"] = json!("另一家木作");
    file(&address, &contact).await;
    let dead = eventually(&address, |contact| contact["deliveries"][0]["state"] == "dead").await;
    let letter = &dead["deliveries"][0]["letter"];
    assert_eq!(letter["kind"], "refused", "{letter}");
    let words = letter["message"].as_str().unwrap();
    assert!(words.contains("已被使用"), "{words}");
    let listed = host
        .sunmao
        .run(&["dead", "list", "--json", "--url", &host.url])
        .await
        .json();
    assert_eq!(
        (&listed[0]["key"], &listed[0]["letter"]["message"]),
        (&json!("contact/c-2"), &json!(words))
    );

    let run = async |arguments: &[&str]| {
        let arguments = [&["dead"], arguments, &["--url", &host.url]].concat();
        host.sunmao.run(&arguments).await
    };
    let causes = run(&["causes", "--json"]).await.json();
    assert_eq!(
        (
            &causes["items"][0]["count"],
            causes["items"].as_array().unwrap().len()
        ),
        (&json!(1), 1)
    );
    assert_eq!(causes["items"][0]["letter"]["message"], words);
    let cause = causes["items"][0]["cause"].as_str().unwrap();
    save(&host, &own, "OTHER-1").await;
    let told = run(&["retry", "--cause", cause]).await;
    assert!(
        told.stdout.contains("1 would be tried again"),
        "{}{}",
        told.stdout,
        told.stderr
    );
    let other = run(&[
        "retry",
        "--cause",
        "0123456789ab",
        "--target",
        "flow customer-push",
    ])
    .await;
    assert!(
        other.stdout.contains("0 would be tried again"),
        "{}{}",
        other.stdout,
        other.stderr
    );
    let retried = run(&["retry", "--cause", cause, "--per-minute", "600", "--yes"]).await;
    assert_eq!(retried.code, Some(0), "{}", retried.stderr);
    assert!(retried.stdout.contains("replay 1"), "{}", retried.stdout);
    let unknown = run(&["cancel", "99"]).await;
    assert!(
        unknown.stderr.contains("there is no replay 99"),
        "{}",
        unknown.stderr
    );
    let done = eventually(&address, |contact| contact["deliveries"][0]["state"] == "done").await;
    assert_eq!(done["links"][0]["number"], "WXc-2");
    assert_ne!(done["links"][0]["erp_key"].to_string(), own);
    let replays = run(&["replays", "--json"]).await.json();
    let replay = &replays["items"][0];
    assert_eq!(
        (&replay["chosen"], &replay["ended"], &replay["waiting"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let cancelled = run(&["cancel", "1"]).await;
    assert!(
        cancelled.stdout.contains("0 put back; 1 had ended"),
        "{}{}",
        cancelled.stdout,
        cancelled.stderr
    );
}

#[tokio::test]
async fn the_host_s_extensions_are_listed() {
    let host = host().await;
    let plugins = host
        .sunmao
        .run(&["plugin", "list", "--json", "--url", &host.url])
        .await
        .json();
    let mapping = plugins
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "wechat-customer")
        .unwrap();
    assert_eq!(
        (&mapping["state"], &mapping["surface"]["roles"]),
        (
            &json!("serving"),
            &json!([
                "mapping contact-to-customers-save-company",
                "mapping customers-to-contact"
            ])
        )
    );
    let scripts = host
        .sunmao
        .run(&["script", "list", "--url", &host.url])
        .await
        .stdout;
    assert!(
        scripts.contains("admission") && scripts.contains("policy"),
        "{scripts}"
    );
}

#[tokio::test]
async fn a_retry_says_which_deliveries() {
    let host = host().await;
    let http = reqwest::Client::new();
    for body in [
        json!({}),
        json!({"all": false}),
        json!({"all": true, "ids": [1]}),
        json!({"ids": "1"}),
        json!([1]),
    ] {
        let (status, answer) = send(http.post(format!("{}/v1/dead/retry", host.url)).json(&body)).await;
        assert_eq!(status, 400, "{body}: {answer}");
        let hint = answer["error"]["hint"].as_str().unwrap();
        assert!(hint.contains(r#"{"all": true}"#), "{body}: {answer}");
        assert!(!answer.to_string().contains("untagged"), "{body}: {answer}");
    }
    for body in [json!({"all": true}), json!({"ids": [1]})] {
        let (status, answer) = send(http.post(format!("{}/v1/dead/retry", host.url)).json(&body)).await;
        assert_eq!((status, answer), (200, json!({"retried": 0})));
    }
}
