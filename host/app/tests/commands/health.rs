//! `GET /healthz`, and a clock that a test moves.

use crate::support::{Sunmao, eventually, nobody};
use jiff::Timestamp;

#[tokio::test]
async fn a_host_gives_signs_of_life_and_its_clock_can_be_moved() {
    let sunmao = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &nobody())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret")
        .with("SUNMAO_TEST_CLOCK_FILE", "clock");
    let days = 400;
    sunmao.write("clock", &format!("{}\n", days * 24 * 3600));
    let mut running = sunmao.start(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let ready = running.next().await.expect("the host is ready");
    let url = ready["url"].as_str().unwrap();
    let health = eventually(&format!("{url}/healthz"), |health| health["healthy"] == true).await;
    for part in ["worker", "clock", "writer"] {
        let sign = &health["parts"][part];
        assert_eq!(sign["alive"], true, "{health}");
        assert!(sign["age_milliseconds"].is_u64(), "{health}");
    }
    let status = eventually(&format!("{url}/v1/status"), |_| true).await;
    let started: Timestamp = status["started_at"].as_str().unwrap().parse().unwrap();
    let ahead = started.duration_since(Timestamp::now()).as_hours();
    assert!((days * 24 - 1..=days * 24).contains(&ahead), "{status}");
    assert_eq!(status["panics"]["count"], 0, "{status}");
    assert_eq!(running.terminate().await, Some(0));
}
