//! `sunmao records` and `sunmao dead`.

use crate::serve::host;
use crate::support::{eventually, nobody};
use serde_json::json;

#[tokio::test]
async fn a_file_is_filed_in_portions_and_its_faults_carry_the_file_s_line_numbers() {
    let host = host().await;
    let mut lines: Vec<String> = (1..=1_203)
        .map(|number| json!({"id": format!("c-{number:04}"), "remark": "样例"}).to_string())
        .collect();
    lines[0].insert(0, '{');
    lines[777] = json!({"id": "c-0778", "score": 200}).to_string();
    lines.insert(1_000, String::new());
    let file = host.sunmao.write("contacts.ndjson", &lines.join("\n"));
    let filed = host
        .sunmao
        .run(&[
            "records",
            "file",
            "contact",
            file.to_str().unwrap(),
            "--url",
            &host.url,
        ])
        .await;
    assert_eq!(filed.code, Some(1), "{}", filed.stderr);
    assert!(filed.stdout.contains("line 1: "), "{}", filed.stdout);
    assert!(
        filed.stdout.contains("line 778 (c-0778): score: "),
        "{}",
        filed.stdout
    );
    assert!(
        filed
            .stdout
            .contains("1201 records filed, 1201 of them new or changed; 2 lines rejected"),
        "{}",
        filed.stdout
    );
    let again = host
        .sunmao
        .run(&[
            "records",
            "file",
            "contact",
            file.to_str().unwrap(),
            "--url",
            &host.url,
            "--json",
        ])
        .await;
    assert_eq!(
        (&again.json()["accepted"], &again.json()["changed"]),
        (&json!(1_201), &json!(0))
    );
    let status = eventually(&format!("{}/v1/status", host.url), |_| true).await;
    assert_eq!(status["records"]["contact"], 1_201);
}

#[tokio::test]
async fn a_line_that_can_be_no_record_stops_no_other() {
    let host = host().await;
    let file = host.sunmao.folder.path().join("contacts.ndjson");
    let long = json!({"id": "c-3", "notes": "长".repeat(100_000)}).to_string();
    let lines = [
        b"{\"id\": \"c-1\"}",
        &b"{\"id\": \"\xff\"}"[..],
        long.as_bytes(),
        b"{\"id\": \"c-4\"}",
    ];
    std::fs::write(&file, lines.join(&b'\n')).unwrap();
    let filed = host
        .sunmao
        .run(&[
            "records",
            "file",
            "contact",
            file.to_str().unwrap(),
            "--json",
            "--url",
            &host.url,
        ])
        .await;
    assert_eq!(filed.code, Some(1), "{}", filed.stderr);
    let tally = filed.json();
    assert_eq!(
        (&tally["lines"], &tally["accepted"]),
        (&json!(4), &json!(2)),
        "{tally}"
    );
    let rejected = tally["rejected"].as_array().unwrap();
    let numbers: Vec<&serde_json::Value> = rejected.iter().map(|line| &line["line"]).collect();
    assert_eq!(numbers, [2, 3]);
    assert!(
        rejected[1].to_string().contains("longer than the 262144 bytes"),
        "{tally}"
    );
}

#[tokio::test]
async fn filing_without_a_host_loses_nothing_and_says_so() {
    let sunmao = crate::support::Sunmao::new();
    let file = sunmao.write("contacts.ndjson", "{\"id\": \"c-1\"}\n");
    let ended = sunmao
        .run(&[
            "records",
            "file",
            "contact",
            file.to_str().unwrap(),
            "--url",
            &nobody(),
        ])
        .await;
    assert_eq!(ended.code, Some(7));
    assert!(
        ended.stderr.contains("broken off after 0 records"),
        "{}",
        ended.stderr
    );
    let absent = sunmao
        .run(&["records", "file", "contact", "nothing.ndjson"])
        .await;
    assert_eq!(absent.code, Some(1));
}

#[tokio::test]
async fn records_are_shown_with_what_became_of_them_and_listed_by_what_they_say() {
    let host = host().await;
    let lines: Vec<String> = (1..=12)
        .map(|number| {
            let phone = format!("1770000{number:04}");
            json!({"id": format!("人/{number:02}"), "phone": phone, "company_name": "样例木作", "score": number % 2})
                .to_string()
        })
        .collect();
    let file = host.sunmao.write("contacts.ndjson", &lines.join("\n"));
    let records = async |arguments: &[&str]| {
        let url = ["--url", &host.url];
        let arguments: Vec<&str> = ["records"].iter().chain(arguments).chain(&url).copied().collect();
        host.sunmao.run(&arguments).await
    };
    let filed = records(&["file", "contact", file.to_str().unwrap()]).await;
    assert_eq!(filed.code, Some(0), "{}{}", filed.stdout, filed.stderr);

    let shown = records(&["show", "contact", "人/03", "--json"]).await.json();
    assert_eq!(
        (&shown["kind"], &shown["id"], &shown["revision"], &shown["origin"]),
        (&json!("contact"), &json!("人/03"), &json!(1), &json!("http"))
    );
    assert_eq!(shown["body"]["phone"], "17700000003");
    assert_eq!(shown["deliveries"][0]["target"], "flow customer-push");
    let text = records(&["show", "contact", "人/03"]).await.stdout;
    assert!(
        text.contains("contact/人/03") && text.contains("flow customer-push"),
        "{text}"
    );

    let ids = |listed: &serde_json::Value| -> Vec<String> {
        let items = listed.as_array().unwrap().iter();
        items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = records(&["list", "contact", "--json"]).await.json();
    assert_eq!(ids(&all).len(), 12);
    let one = records(&["list", "contact", "--where", "phone=17700000007", "--json"]).await;
    assert_eq!(ids(&one.json()), ["人/07"]);
    let even = records(&["list", "contact", "--where", "score=0", "-n", "2", "--json"]).await;
    assert_eq!(ids(&even.json()), ["人/02", "人/04"]);
    let change = all[9]["change"].to_string();
    let changed = records(&["list", "contact", "--changed-after", &change, "--json"]).await;
    assert_eq!(ids(&changed.json()), ["人/11", "人/12"]);
    let cut = records(&["list", "contact", "-n", "3"]).await.stdout;
    assert!(
        cut.contains("人/03") && !cut.contains("人/04") && cut.contains("-n"),
        "{cut}"
    );

    let absent = records(&["show", "contact", "nobody"]).await;
    assert_eq!(absent.code, Some(1), "{}", absent.stderr);
    let unknown = records(&["list", "contcat"]).await;
    assert!(unknown.stderr.contains("contact"), "{}", unknown.stderr);
}

#[tokio::test]
async fn what_was_given_up_is_listed_and_tried_again() {
    let host = host().await;
    // Admitted by a policy without rules, but too long a name for the ERP once it is mapped.
    host.sunmao
        .replace("scripts/admission.rhai", "fn judge(record) { true }");
    let extensions = format!("{}/v1/extensions", host.url);
    let first = eventually(&extensions, |_| true).await["items"].clone();
    let version = |items: &serde_json::Value| {
        items
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == "admission")
            .unwrap()["version"]
            .clone()
    };
    eventually(&extensions, |all| version(&all["items"]) != version(&first)).await;
    let address = format!("{}/v1/records/contact/c-1", host.url);
    let nameless = json!({"phone": "17700000002"});
    reqwest::Client::new()
        .put(&address)
        .json(&nameless)
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap();
    let dead = eventually(&address, |contact| contact["deliveries"][0]["state"] == "dead").await;
    let id = dead["deliveries"][0]["id"].to_string();
    let listed = host.sunmao.run(&["dead", "list", "--url", &host.url]).await;
    assert!(
        listed.stdout.contains("contact/c-1") && listed.stdout.contains("company_name"),
        "{}",
        listed.stdout
    );
    let retried = host
        .sunmao
        .run(&["dead", "retry", &id, "--url", &host.url, "--json"])
        .await;
    assert_eq!((retried.code, retried.json()), (Some(0), json!({"retried": 1})));
    eventually(&address, |contact| contact["deliveries"][0]["state"] == "dead").await;
    let unknown = host
        .sunmao
        .run(&["dead", "retry", "999999", "--url", &host.url])
        .await;
    assert_eq!(unknown.code, Some(1));
}
