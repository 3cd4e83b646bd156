//! `sunmao demo`: its customers are in the simulated ERP, and an edited policy judges the next contact.

use crate::support::{Running, Sunmao, eventually, plugins_folder, root};
use serde_json::Value;
use std::collections::BTreeMap;

fn demo(sunmao: &Sunmao, more: &[&str]) -> Running {
    let plugins = plugins_folder();
    let scripts = sunmao.folder.path().join("scripts");
    sunmao.write(
        "scripts/admission.rhai",
        &std::fs::read_to_string(root().join("scripts/admission.rhai")).unwrap(),
    );
    let mut arguments = vec!["demo", "--json", "--plugins-folder", plugins.to_str().unwrap()];
    arguments.extend(["--scripts-folder", scripts.to_str().unwrap()]);
    arguments.extend(more);
    sunmao.start(&arguments)
}

#[tokio::test]
async fn its_contacts_are_customers_of_the_simulated_erp() {
    let sunmao = Sunmao::new();
    let mut demo = demo(&sunmao, &["--contacts", "12"]);
    let ready = demo.until("ready").await;
    let mut filed = 0;
    let mut ends = BTreeMap::new();
    loop {
        let event = demo.next().await.expect("the demonstration goes on");
        match event["event"].as_str() {
            Some("filed") => filed += 1,
            Some("step") => {
                ends.insert(event["id"].as_str().unwrap().to_owned(), event["step"].clone());
            }
            Some("settled") => break,
            _ => {}
        }
    }
    assert_eq!((filed, ends.len()), (12, 12));
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
    assert_eq!(numbers.len(), linked.len(), "{records}");
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
    demo.until("settled").await;
    sunmao.write("scripts/admission.rhai", "fn admit(contact) { \"closed today\" }");
    let swapped = demo.until("extension").await;
    let version = swapped["extension"]["version"].as_str().unwrap().to_owned();
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

#[tokio::test]
async fn it_ends_by_itself_and_says_what_it_lacks() {
    let sunmao = Sunmao::new();
    let mut demo = demo(&sunmao, &["--contacts", "2", "--seconds", "0"]);
    let ending = demo.until("ending").await;
    assert_eq!(
        (ending["linked"].as_u64(), ending["dead"].as_u64()),
        (Some(2), Some(0))
    );
    assert_eq!(demo.ended().await, Some(0));
    let bare = Sunmao::new().run(&["demo"]).await;
    assert_eq!(bare.code, Some(3));
    assert!(bare.stderr.contains("cargo xtask guests"), "{}", bare.stderr);
}
