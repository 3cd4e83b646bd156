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
