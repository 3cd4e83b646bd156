//! `sunmao simulate`: what it prints is all that `sunmao call` needs.

use crate::support::Sunmao;

#[tokio::test]
async fn its_account_opens_it() {
    let sunmao = Sunmao::new();
    let mut simulator = sunmao.start(&["simulate", "--size", "3", "--json"]);
    let printed = simulator.next().await.expect("where it listens");
    let text = |name: &str| printed[name].as_str().unwrap().to_owned();
    let answer = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &text("base_url"))
        .with("SUNMAO_ERP_USERNAME", &text("username"))
        .with("SUNMAO_ERP_PASSWORD", &text("password"))
        .with("SUNMAO_ERP_SERIAL", &text("serial"))
        .run(&["call", "customers.list", "--all", "--json"])
        .await;
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert_eq!(answer.json()["page"]["total"], 3);
    assert_eq!(simulator.terminate().await, Some(0));
}

#[tokio::test]
async fn what_is_recorded_of_an_erp_is_replayed_without_it() {
    let sunmao = Sunmao::new();
    let mut simulator = sunmao.start(&["simulate", "--size", "3", "--json"]);
    let printed = simulator.next().await.expect("where it listens");
    let upstream = printed["base_url"].as_str().unwrap().to_owned();
    let mut recorder = sunmao.start(&[
        "simulate",
        "--record",
        "fixtures",
        "--upstream",
        &upstream,
        "--json",
    ]);
    let list = async |base_url: &str| {
        Sunmao::new()
            .with("SUNMAO_ERP_BASE_URL", base_url)
            .with("SUNMAO_ERP_USERNAME", printed["username"].as_str().unwrap())
            .with("SUNMAO_ERP_PASSWORD", printed["password"].as_str().unwrap())
            .run(&["call", "customers.list", "page_size=2", "--json"])
            .await
    };
    let recording = recorder.next().await.expect("where it listens");
    let recorded = list(recording["base_url"].as_str().unwrap()).await;
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    assert_eq!(recorder.terminate().await, Some(0));
    assert_eq!(simulator.terminate().await, Some(0));
    let mut replayer = sunmao.start(&["simulate", "--replay", "fixtures", "--json"]);
    let replaying = replayer.next().await.expect("where it listens");
    let replayed = list(replaying["base_url"].as_str().unwrap()).await;
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert_eq!(replayed.json()["page"], recorded.json()["page"]);
    assert_eq!(
        replayed.json()["items"][0]["record-key"],
        recorded.json()["items"][0]["record-key"]
    );
    assert_ne!(
        replayed.json()["items"][0]["customer-name"],
        recorded.json()["items"][0]["customer-name"],
        "anonymous"
    );
    assert_eq!(replayer.terminate().await, Some(0));
}

#[tokio::test]
async fn what_no_installation_and_no_fault_is_called_is_refused_with_those_there_are() {
    for (flags, expected) in [
        (["--variant", "modern"], "before-32-15"),
        (["--fault", "sluggish=0.1"], "expired-session"),
        (["--fault", "slow=2"], "slow=2"),
        (["--now", "yesterday"], "--now"),
    ] {
        let ended = Sunmao::new().run(&["simulate", flags[0], flags[1]]).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
}
