//! Flows that are set off by themselves: shown, let run, paused; killed in the middle of a sweep, and with a clock that is set.

use crate::serve::{Host, host_with};
use crate::support::{Running, Sunmao, eventually, root, simulator};
use serde_json::{Value, json};
use std::time::Duration;
use sunmao_simulator::{Options, Simulator};

const PULL: &str = r#"
[flow.customer-pull]
sweep = "customers.list"
every = "1h"
mapping = "scripts/pull.rhai"
into = "contact"
link = "customer"
"#;

const MAPPING: &str = "fn map(customer, known) { #{ company_name: customer.customer_name } }";

fn furnish(sunmao: &Sunmao) {
    let example = std::fs::read_to_string(root().join("sunmao.toml.example")).unwrap();
    let (before, pull) = example.split_once("# And back:").unwrap();
    let (_, behind) = pull.split_once("\n\n").unwrap();
    sunmao.write("sunmao.toml", &format!("{before}{behind}{PULL}"));
    sunmao.write("scripts/pull.rhai", MAPPING);
}

impl Host {
    /// What a command says about this host.
    async fn says(&self, arguments: &[&str]) -> String {
        let ended = self
            .sunmao
            .run(&[arguments, &["--url", &self.url]].concat())
            .await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stdout
    }
}

/// The schedule once it is what the test waits for.
async fn schedule(url: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let page = eventually(&format!("{url}/v1/schedules"), |page| is_it(&page["items"][0])).await;
    page["items"][0].clone()
}

#[tokio::test]
async fn a_flow_is_shown_let_run_paused_and_resumed() {
    let host = host_with(furnish).await;
    let first = schedule(&host.url, |schedule| !schedule["last_end_at"].is_null()).await;
    assert_eq!(first["outcome"], "swept: 10 rows, 10 changed, 0 missed, 0 gone");
    assert_eq!(
        (&first["rule"], &first["catch_up"], &first["missed"]),
        (&json!("every 1h"), &json!("latest"), &json!(0))
    );
    let listed: Value = serde_json::from_str(&host.says(&["schedule", "list", "--json"]).await).unwrap();
    assert_eq!(listed["items"][0]["flow"], "customer-pull");
    let table = host.says(&["flow", "list"]).await;
    for word in [
        "customer-push",
        "contact.saved",
        "customer-pull",
        "customers.list",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
    let drawing = host.says(&["flow", "show", "customer-pull"]).await;
    for word in [
        "sweep customers.list",
        "due: every 1h",
        "mapping scripts/pull.rhai",
        "into contact, link customer",
        "10 rows",
    ] {
        assert!(drawing.contains(word), "{word}: {drawing}");
    }

    let run = host.says(&["flow", "run", "customer-pull"]).await;
    assert!(run.starts_with("customer-pull runs: delivery "), "{run}");
    let unchanged = "swept: 10 rows, 0 changed, 0 missed, 0 gone";
    schedule(&host.url, |schedule| schedule["outcome"] == unchanged).await;

    assert_eq!(
        host.says(&["flow", "pause", "customer-pull"]).await,
        "customer-pull: paused\n"
    );
    let paused: Value =
        serde_json::from_str(&host.says(&["flow", "show", "customer-pull", "--json"]).await).unwrap();
    assert_eq!(
        (&paused["paused"], &paused["schedules"][0]["next_fire_at"]),
        (&json!(true), &json!(null))
    );
    let hint = paused["held_up"]["hint"].as_str().unwrap();
    assert!(hint.contains("sunmao flow resume customer-pull"), "{hint}");
    assert!(host.says(&["schedule", "list"]).await.contains("paused"));
    let resumed = host.says(&["flow", "resume", "customer-pull"]).await;
    assert!(!resumed.contains("paused"), "{resumed}");

    for (arguments, words) in [
        (["flow", "run", "customer-push"], "an event sets it off"),
        (
            ["flow", "run", "customer-pul"],
            "the nearest known is customer-pull",
        ),
        (["flow", "pause", "客户"], "no flow is called 客户"),
    ] {
        let refused = host
            .sunmao
            .run(&[&arguments[..], &["--url", &host.url]].concat())
            .await;
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
}

/// A host on what is in its folder already.
async fn alive(sunmao: &Sunmao) -> (Running, String) {
    let mut running = sunmao.start(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let url = running.next().await.expect("ready")["url"]
        .as_str()
        .unwrap()
        .to_owned();
    (running, url)
}

fn only_pull(erp: &Simulator, options: &Options) -> Sunmao {
    let sunmao = Sunmao::of(erp, options).with("SUNMAO_TEST_CLOCK_FILE", "clock");
    sunmao.write("sunmao.toml", PULL);
    sunmao.write("scripts/pull.rhai", MAPPING);
    sunmao.write("clock", "0");
    sunmao
}

/// The pages of the list that the ERP was asked for.
fn pages(erp: &Simulator) -> Vec<i64> {
    let entries = erp.ledger().into_iter();
    let lists = entries.filter(|entry| entry.names.iter().any(|name| name == "customers.list"));
    let page = |arguments: Value| {
        let page = &arguments["pageindex"];
        page.as_i64().or_else(|| page.as_str()?.parse().ok())
    };
    lists
        .filter_map(|entry| page(serde_json::to_value(entry.arguments).unwrap()))
        .collect()
}

#[tokio::test]
async fn a_host_that_is_killed_in_a_sweep_goes_on_at_its_page() {
    let options = Options {
        size: 2_600,
        latency: Duration::from_millis(250),
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = only_pull(&erp, &options);
    for page in [3, 5] {
        let (mut running, _) = alive(&sunmao).await;
        crate::support::until("a page", async || pages(&erp).contains(&page)).await;
        running.signal("-KILL").await;
        running.ended().await;
    }
    let (running, url) = alive(&sunmao).await;
    let swept = schedule(&url, |schedule| !schedule["last_end_at"].is_null()).await;
    assert_eq!(
        swept["outcome"],
        "swept: 2600 rows, 2600 changed, 0 missed, 0 gone"
    );
    let pages = pages(&erp);
    assert_eq!(pages.iter().filter(|page| **page == 1).count(), 1, "{pages:?}");
    assert!(pages.is_sorted(), "{pages:?}");
    assert_eq!(running.terminate().await, Some(0));
}

#[tokio::test]
async fn a_clock_that_is_set_and_a_kill_bring_no_fire_twice_and_lose_none() {
    let options = Options {
        size: 3,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = only_pull(&erp, &options);
    // Half past the hour, so that no hour passes by itself.
    let offset = 1_800 - jiff::Timestamp::now().as_second() % 3_600;
    let [right, fast] = [offset, offset + 5 * 3_600].map(|seconds| seconds.to_string());
    sunmao.replace("clock", &right);
    let (mut running, url) = alive(&sunmao).await;
    schedule(&url, |schedule| !schedule["last_end_at"].is_null()).await;
    sunmao.replace("clock", &fast);
    let ahead = schedule(&url, |schedule| schedule["missed"] != 0).await;
    assert_eq!(ahead["missed"], 4, "five hours passed, one fire stands for them");
    running.signal("-KILL").await;
    running.ended().await;
    // The same hours pass a second time.
    for clock in [&right, &fast] {
        sunmao.replace("clock", clock);
        let (mut running, url) = alive(&sunmao).await;
        schedule(&url, |schedule| !schedule["next_fire_at"].is_null()).await;
        running.signal("-KILL").await;
        running.ended().await;
    }
    let (running, url) = alive(&sunmao).await;
    let again = schedule(&url, |_| true).await["missed"].clone();
    assert!(
        again == 4 || again == 8,
        "what is looked at twice is counted twice: {again}"
    );
    let all = format!("{url}/v1/deliveries?target=flow%20customer-pull&limit=1000");
    let all = eventually(&all, |_| true).await;
    let fires = all["items"].as_array().unwrap().iter();
    let fires = fires.filter(|item| item["event"] == "schedule.fired");
    assert_eq!(fires.count(), 2, "the first, and one for the five hours: {all}");
    assert_eq!(running.terminate().await, Some(0));
}
