//! `sunmao erp`, and where logins are counted that were not accepted.

use crate::support::{PATIENCE, Sunmao, simulator};
use serde_json::Value;
use std::path::Path;
use sunmao_simulator::Options;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

const LIST: [&str; 3] = ["call", "customers.list", "--json"];

async fn tally(sunmao: &Sunmao) -> Value {
    let status = sunmao.run(&["erp", "status", "--json"]).await;
    assert_eq!(status.code, Some(0), "{}", status.stderr);
    let accounts = status.json();
    assert_eq!(accounts[0]["account"], "main");
    accounts[0]["logins"].clone()
}

fn is_within(tally: &Value, folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap();
    let file = Path::new(tally["file"].as_str().unwrap());
    // A name without a folder lies in the working folder, where the command ran.
    file.is_relative() || file.starts_with(folder)
}

#[tokio::test]
async fn the_commands_of_an_installation_count_together_and_a_person_lets_the_next_go() {
    let options = Options {
        size: 3,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let shared = tempfile::tempdir().unwrap();
    let state = shared.path().display().to_string();
    let installed = |password: &str| {
        let sunmao = Sunmao::of(&erp, &options)
            .with("SUNMAO_STATE_FOLDER", &state)
            .with("SUNMAO_ERP_PASSWORD", password);
        sunmao.write("sunmao.toml", "[store]\npath = \"kept/hub.sqlite\"\n");
        sunmao
    };
    let wrong = installed("wrong");
    for command in [&LIST[..], &["doctor", "--json"]] {
        assert_ne!(wrong.run(command).await.code, Some(0));
    }
    let stopped = wrong.run(&LIST).await;
    assert!(stopped.stderr.contains("not sent again"), "{}", stopped.stderr);
    assert!(
        stopped.stderr.contains("hub.sqlite.login-main.json"),
        "{}",
        stopped.stderr
    );
    let kept = wrong.folder.path().join("kept/hub.sqlite.login-main.json");
    assert!(kept.is_file() && std::fs::read_dir(shared.path()).unwrap().next().is_none());
    let shown = wrong.run(&["doctor"]).await.stdout;
    assert!(
        shown.contains("2 wrong, 0 unseen, none is sent any more"),
        "{shown}"
    );

    // Another installation of the same user with the same credentials counts for itself.
    let other = installed("wrong");
    assert!(!other.run(&LIST).await.stderr.contains("not sent again"));
    assert_eq!(tally(&other).await["wrong"], 1);
    assert_eq!(tally(&wrong).await["wrong"], 2);

    let unlocked = wrong.run(&["erp", "unlock", "--json"]).await;
    assert_eq!(unlocked.code, Some(0), "{}", unlocked.stderr);
    assert_eq!(unlocked.json()[0]["logins"]["wrong"], 0);
    assert!(!kept.exists());
    // It goes out; the simulated ERP has seen three wrong ones by now, and asks for a captcha.
    assert!(!wrong.run(&LIST).await.stderr.contains("not sent again"));
    assert_eq!(tally(&wrong).await["captcha"], true);
}

/// Where nothing tells of a host, the user's state folder serves all; each ERP has a file of its own in it.
#[tokio::test]
async fn without_an_installation_the_state_folder_counts() {
    let options = Options {
        size: 3,
        ..Options::default()
    };
    let (first, second) = (simulator(&options).await, simulator(&options).await);
    let shared = tempfile::tempdir().unwrap();
    let state = shared.path().display().to_string();
    for (number, erp) in [&first, &second, &first, &second].into_iter().enumerate() {
        let sunmao = Sunmao::of(erp, &options)
            .with("SUNMAO_STATE_FOLDER", &state)
            .with("SUNMAO_ERP_PASSWORD", "wrong");
        sunmao.run(&LIST).await;
        let tally = tally(&sunmao).await;
        assert_eq!(tally["wrong"], if number < 2 { 1 } else { 2 });
        assert!(is_within(&tally, shared.path()), "{tally}");
        assert!(!sunmao.folder.path().join("data").exists());
    }
}

/// A login that takes long, and a person or a service manager who does not wait for it.
#[tokio::test]
async fn a_login_that_was_cut_short_was_not_turned_down() {
    let erp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", erp.local_addr().unwrap());
    let sunmao = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &address)
        .with("SUNMAO_ERP_USERNAME", "interface")
        .with("SUNMAO_ERP_PASSWORD", "right");
    for (number, signal) in ["-KILL", "-TERM"].into_iter().enumerate() {
        // The pause after the first is over in a moment.
        timeout(PATIENCE, async {
            while !tally(&sunmao).await["next"].is_null() {
                sleep(std::time::Duration::from_millis(200)).await;
            }
        })
        .await
        .expect("the next one is due");
        let mut call = sunmao.start(&LIST);
        let _login = timeout(PATIENCE, erp.accept()).await.expect("a login").unwrap();
        call.signal(signal).await;
        call.ended().await;
        let tally = tally(&sunmao).await;
        assert_eq!((&tally["wrong"], &tally["stopped"]), (&0.into(), &false.into()));
        assert_eq!(tally["unseen"], number + 1, "{tally}");
    }
    let waiting = sunmao.run(&LIST).await;
    assert!(waiting.stderr.contains("goes out at"), "{}", waiting.stderr);
    assert!(!waiting.stderr.contains("turned"), "{}", waiting.stderr);
    assert_eq!(waiting.error()["kind"], "unavailable", "{}", waiting.stderr);
}
