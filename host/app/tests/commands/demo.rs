//! `sunmao demo`: a day comes to its end, its customers are in the simulated ERP, and an edited policy judges the next contact.

use crate::support::{Running, Sunmao, eventually, plugins_folder};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn demo(sunmao: &Sunmao, more: &[&str]) -> Running {
    let plugins = plugins_folder();
    let scripts = sunmao.folder.path().join("scripts");
    sunmao.furnish_scripts();
    let mut arguments = vec!["demo", "--json", "--plugins-folder", plugins.to_str().unwrap()];
    if !more.contains(&"--only") {
        arguments.extend(["--only", "contacts"]);
    }
    arguments.extend(["--scripts-folder", scripts.to_str().unwrap()]);
    arguments.extend(more);
    sunmao.start(&arguments)
}

/// From a lead to money, a ticket and its repair; the clock never goes back.
#[tokio::test]
async fn its_day_goes_from_a_lead_to_money_and_a_repair_at_the_times_that_it_says() {
    let sunmao = Sunmao::new();
    let mut demo = demo(&sunmao, &["--only", "day"]);
    let mut told: Vec<[String; 3]> = Vec::new();
    while let Some(event) = demo.next().await {
        assert_eq!(event["event"], "day", "{event}");
        told.push(["at", "way", "words"].map(|member| event[member].as_str().unwrap().to_owned()));
    }
    assert_eq!(demo.ended().await, Some(0), "{told:#?}");
    let times: Vec<&str> = told.iter().map(|[at, ..]| at.as_str()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let story = [
        ("hub ← ERP", "8 contracts"),
        (
            "hub",
            "a lead writes in WeChat and is filed as contact/day-1; skipped: ",
        ),
        ("hub → ERP", "customer WXday-1"),
        ("ERP", "e-mail"),
        ("hub ← ERP", "has the e-mail"),
        ("hub", "draft BJ-q-day-v1"),
        ("hub", "quotation BJ-q-day-v1 goes out"),
        ("hub → ERP", "contract HT-BJ-q-day-v1"),
        ("ERP", "approves contract HT-BJ-q-day-v1"),
        ("hub ← ERP", "approved"),
        ("ERP", "500.00"),
        ("hub ← ERP", "500.00 of 1040.00 paid, 540.00 open"),
        ("ERP", "takes a call"),
        ("hub ← ERP", "ticket/erp-9 of contact/day-1"),
        ("hub → ERP", "repair WX-day-r1"),
        ("hub → ERP", "handled"),
        ("hub ← ERP", "ticket/erp-9 is closed"),
        ("hub", "500.00 paid and 540.00 open, ticket closed"),
        (
            "hub",
            "customers.save-company, contracts.create, repairs.save, service-tickets.handle; 0 wait for a person",
        ),
    ];
    assert_eq!(told.len(), story.len(), "{told:#?}");
    for ([_, way, words], (wanted_way, wanted)) in told.iter().zip(story) {
        assert!(
            way == wanted_way && words.contains(wanted),
            "{way} {words}: {wanted}"
        );
    }
    let hours: Vec<&str> = times.iter().map(|at| &at[11..13]).collect();
    assert_eq!((hours[0], hours[18]), ("08", "17"), "{times:?}");
}

#[tokio::test]
async fn its_day_ends_in_order_when_it_is_asked_to() {
    let sunmao = Sunmao::new();
    let temporary = sunmao.folder.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let sunmao = sunmao.with("TMPDIR", temporary.to_str().unwrap());
    let mut demo = demo(&sunmao, &["--only", "day"]);
    demo.until("day").await;
    assert_eq!(demo.terminate().await, Some(0));
    assert_eq!(
        std::fs::read_dir(&temporary).unwrap().count(),
        0,
        "its folder was left behind"
    );
}

#[tokio::test]
async fn its_contacts_are_customers_of_the_simulated_erp() {
    let sunmao = Sunmao::new();
    let mut demo = demo(&sunmao, &["--contacts", "12"]);
    let ready = demo.until("ready").await;
    let first: BTreeSet<String> = (1..=12).map(|number| format!("demo-{number:02}")).collect();
    let mut filed = BTreeSet::new();
    let mut ends = BTreeMap::new();
    // On a slow machine contacts of the next minute are filed before the first ones have come to their ends.
    while ends.len() < first.len() {
        let event = demo.next().await.expect("the demonstration goes on");
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        if !first.contains(&id) {
            continue;
        }
        let step = &event["step"];
        if event["event"] == "filed" {
            filed.insert(id);
        } else if ["linked", "skipped", "dead"]
            .iter()
            .any(|end| step.get(end).is_some())
        {
            ends.insert(id, step.clone());
        }
    }
    assert_eq!(filed, first);
    let linked: BTreeMap<&str, &Value> = ends
        .iter()
        .filter(|(_, step)| step.get("linked").is_some())
        .map(|(id, step)| (id.as_str(), &step["linked"]))
        .collect();
    let skipped = ends.values().filter(|step| step.get("skipped").is_some()).count();
    let dead = ends.values().filter(|step| step.get("dead").is_some()).count();
    assert_eq!((linked.len(), skipped, dead), (7, 4, 1), "{ends:?}");
    let records = eventually(
        &format!(
            "{}/_simulator/records/customers?written=true",
            ready["erp"].as_str().unwrap()
        ),
        |_| true,
    )
    .await;
    let numbers: Vec<&Value> = records["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["khid"])
        .collect();
    for (id, customer) in linked {
        assert!(
            numbers.contains(&&customer["number"]),
            "{id}: {customer} is not among {numbers:?}"
        );
    }
    let extensions = eventually(
        &format!("{}/v1/extensions", ready["host"].as_str().unwrap()),
        |_| true,
    )
    .await;
    assert!(
        extensions["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["state"] == "serving"),
        "{extensions}"
    );
    assert_eq!(demo.terminate().await, Some(0));
}

#[tokio::test]
async fn an_edited_policy_judges_the_next_contact() {
    let sunmao = Sunmao::new();
    let mut demo = demo(&sunmao, &["--contacts", "1", "--fresh"]);
    let ready = demo.until("ready").await;
    let extensions = format!("{}/v1/extensions", ready["host"].as_str().unwrap());
    let shipped = admission(&eventually(&extensions, |_| true).await)["version"].clone();
    demo.until("settled").await;
    sunmao.replace("scripts/admission.rhai", "fn judge(record) { \"closed today\" }");
    let swapped = loop {
        let event = demo.until("extension").await["extension"].clone();
        if event["name"] == "admission" && event["state"] == "serving" && event["version"] != shipped {
            break event;
        }
    };
    let version = swapped["version"].as_str().unwrap().to_owned();
    let skipped = loop {
        let step = demo.until("step").await["step"]["skipped"].clone();
        if step["policy"]
            .as_str()
            .is_some_and(|policy| policy.ends_with(&version))
        {
            break step;
        }
    };
    assert_eq!(skipped["reason"], "closed today");
    assert_eq!(demo.terminate().await, Some(0));
    assert!(
        !sunmao.folder.path().join("data").exists(),
        "--fresh left something behind"
    );
}

fn admission(extensions: &Value) -> &Value {
    let items = extensions["items"].as_array().unwrap();
    items.iter().find(|one| one["name"] == "admission").unwrap()
}

/// The first one goes on with its database, whatever the second is told.
#[tokio::test]
async fn a_second_one_in_the_same_folder_leaves_the_first_alone() {
    let sunmao = Sunmao::new();
    let mut first = demo(&sunmao, &["--contacts", "2"]);
    let ready = first.until("ready").await;
    first.until("settled").await;
    let database = sunmao.folder.path().join("data/demo/sunmao.sqlite");
    assert!(database.is_file());
    let plugins = plugins_folder();
    let arguments = ["demo", "--plugins-folder", plugins.to_str().unwrap()];
    let second = sunmao.run(&arguments).await;
    assert_eq!(second.code, Some(1), "{}", second.stderr);
    assert!(
        second.stderr.contains("another demonstration") && second.stderr.contains("--fresh"),
        "{}",
        second.stderr
    );
    assert!(database.is_file(), "the second deleted the database of the first");
    let status = format!("{}/v1/status", ready["host"].as_str().unwrap());
    assert!(eventually(&status, |_| true).await["records"]["contact"].as_u64() >= Some(2));
    assert_eq!(first.terminate().await, Some(0));
}

/// `sunmao demo | head -1`: it stops in order and takes its folder away.
#[tokio::test]
async fn a_reader_that_goes_away_ends_it_in_order() {
    let sunmao = Sunmao::new();
    let temporary = sunmao.folder.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let sunmao = sunmao.with("TMPDIR", temporary.to_str().unwrap());
    let mut demo = demo(&sunmao, &["--contacts", "1", "--fresh"]);
    demo.until("ready").await;
    assert!(std::fs::read_dir(&temporary).unwrap().count() > 0);
    assert_eq!(demo.unread().await, Some(0));
    assert_eq!(
        std::fs::read_dir(&temporary).unwrap().count(),
        0,
        "its folder was left behind"
    );
}

#[tokio::test]
async fn it_ends_by_itself_and_says_what_it_lacks() {
    let sunmao = Sunmao::new();
    let mut demo = demo(&sunmao, &["--contacts", "2", "--seconds", "0"]);
    // On a slow machine it does not wait for its contacts for ever, so it may end before they have.
    let mut linked = 0;
    let ending = loop {
        let event = demo.next().await.expect("it says how it ended");
        linked += u64::from(event["step"].get("linked").is_some());
        if event["event"] == "ending" {
            break event;
        }
    };
    assert_eq!(
        (ending["linked"].as_u64(), ending["dead"].as_u64()),
        (Some(linked), Some(0))
    );
    assert_eq!(demo.ended().await, Some(0));
    let endless = Sunmao::new()
        .run(&["demo", "--seconds", "18446744073709551615"])
        .await;
    assert_eq!(endless.code, Some(2), "{}", endless.stderr);
    let bare = Sunmao::new().run(&["demo"]).await;
    assert_eq!(bare.code, Some(3));
    assert!(bare.stderr.contains("cargo xtask guests"), "{}", bare.stderr);
}
