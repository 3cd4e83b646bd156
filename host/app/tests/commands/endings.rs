//! Requests to end, at moments that matter: while a host starts, and while it does not come to its end.

use crate::scripted::{Reply, Scripted};
use crate::support::{Running, Sunmao, example, plugins_folder, until};
use serde_json::json;

/// A host for this ERP, as it starts.
fn serve(erp: &Scripted) -> (Sunmao, Running) {
    let sunmao = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &erp.url())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret");
    sunmao.write("sunmao.toml", &example());
    sunmao.furnish_scripts();
    sunmao.replace("scripts/admission.rhai", "fn judge(record) { true }");
    let plugins = plugins_folder();
    let arguments = ["serve", "--json", "--listen", "127.0.0.1:0", "--plugins-folder"];
    let arguments = [&arguments[..], &[plugins.to_str().unwrap()]].concat();
    let running = sunmao.start(&arguments);
    (sunmao, running)
}

/// Compiling the plugin takes much longer than what comes before it: the request comes in the middle of the start.
#[tokio::test]
async fn a_host_that_is_still_starting_ends_in_order() {
    let erp = Scripted::erp(|_| Reply::Silence).await;
    let (sunmao, running) = serve(&erp);
    let store = sunmao.folder.path().join("data/sunmao.sqlite");
    until("the store is opened", async || store.exists()).await;
    assert_eq!(running.terminate().await, Some(0));
}

#[tokio::test]
async fn a_second_request_ends_a_host_that_waits_for_the_erp() {
    let mut erp = Scripted::erp(|_| Reply::Silence).await;
    let (_sunmao, mut running) = serve(&erp);
    let url = running.next().await.expect("the host is ready")["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let filed = reqwest::Client::new()
        .put(format!("{url}/v1/records/contact/c-1"))
        .json(&json!({"company_name": "样例木作", "phone": "17700000001"}))
        .send()
        .await;
    assert_eq!(filed.unwrap().status(), 202);
    // The flow now waits for a key, and the host's end for the flow.
    erp.until("custom").await;
    running.signal("-INT").await;
    until("the first request is heard", async || {
        reqwest::get(format!("{url}/healthz")).await.is_err()
    })
    .await;
    running.signal("-INT").await;
    assert_eq!(running.ended().await, Some(1));
}
