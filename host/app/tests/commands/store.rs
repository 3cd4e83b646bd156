//! The store's file under a running host, and a start that finds no room.

use crate::serve::{host, send};
use crate::support::{Sunmao, until};
use serde_json::json;

#[tokio::test]
async fn a_host_whose_store_is_gone_accepts_nothing_and_is_not_healthy() {
    let host = host().await;
    let http = reqwest::Client::new();
    let contact = json!({"company_name": "样例木作", "phone": "17700000001"});
    let put = |id: &str| {
        http.put(format!("{}/v1/records/contact/{id}", host.url))
            .json(&contact)
    };
    let healthz = format!("{}/healthz", host.url);
    assert_eq!(send(put("before")).await.0, 202);
    assert_eq!(reqwest::get(&healthz).await.unwrap().status(), 200);
    std::fs::remove_file(host.sunmao.folder.path().join("data/sunmao.sqlite")).unwrap();
    for id in ["after", "again"] {
        let (status, answer) = send(put(id)).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(status, 503, "{answer}");
        assert!(message.contains("sunmao.sqlite"), "{message}");
        assert!(
            message.contains("it is gone from under the running host"),
            "{message}"
        );
    }
    let sick = async || reqwest::get(&healthz).await.unwrap().status() == 503;
    until("the writer gives no sign of life", sick).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_host_is_not_let_in_by_another_name() {
    let host = host().await;
    let store = host.sunmao.folder.path().join("data/sunmao.sqlite");
    let second = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &host.erp.base_url())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret");
    let (link, hard) = (
        second.folder.path().join("link.db"),
        second.folder.path().join("hard.db"),
    );
    std::os::unix::fs::symlink(&store, &link).unwrap();
    for (name, words) in [(&link, "already works on it"), (&hard, "hard links")] {
        if name == &hard {
            std::fs::hard_link(&store, &hard).unwrap();
        }
        let arguments = [
            "serve",
            "--json",
            "--listen",
            "127.0.0.1:0",
            "--store",
            name.to_str().unwrap(),
        ];
        let ended = second.run(&arguments).await;
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}
