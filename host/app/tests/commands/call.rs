//! `sunmao call`.

use crate::scripted::{Reply, Scripted};
use crate::support::{Sunmao, calls, simulator};
use sunmao_catalogue::Value as Neutral;
use sunmao_simulator::{Options, Variant};

/// A write.
const SAVE: [&str; 7] = [
    "call",
    "customers.save-company",
    "name=样例",
    "sort1=1",
    "contact_name=李明",
    "ord=5",
    "--json",
];

/// With an account of this ERP.
fn of(erp: &Scripted) -> Sunmao {
    Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &erp.url())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret")
}

#[tokio::test]
async fn a_list_comes_as_records_and_the_session_is_ended() {
    let options = Options {
        size: 7,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let answer = sunmao
        .run(&["call", "customers.list", "page_size=3", "--json"])
        .await;
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    let answer = answer.json();
    assert_eq!(answer["items"].as_array().unwrap().len(), 3);
    assert_eq!(answer["page"]["total"], 7);
    assert!(answer["items"][0]["extra"]["khid"].is_string(), "{answer}");
    assert_eq!(calls(&erp), ["session.login", "customers.list", "session.logout"]);
    let text = sunmao.run(&["call", "customers.list", "pagesize=3"]).await.stdout;
    assert!(text.contains("3 rows, page 1 of 3, 7 in all"), "{text}");
}

#[tokio::test]
async fn all_walks_every_page() {
    let options = Options {
        size: 23,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let answer = sunmao
        .run(&["call", "customers.list", "page-size=5", "--all", "--json"])
        .await
        .json();
    let keys: std::collections::BTreeSet<_> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["record-key"].to_string())
        .collect();
    assert_eq!(
        (answer["items"].as_array().unwrap().len(), keys.len()),
        (23, 23),
        "{answer}"
    );
    assert_eq!(
        calls(&erp)
            .iter()
            .filter(|name| *name == "customers.list")
            .count(),
        5
    );
    let refused = sunmao.run(&["call", "customers.reserve", "--all"]).await;
    assert_eq!(refused.code, Some(2));
}

#[tokio::test]
async fn a_write_takes_values_from_files_and_wire_names_from_people() {
    let options = Options::default();
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    sunmao.write(
        "customer.json",
        r#"{"name": "旧名", "sort1": 1, "contact_name": "李明"}"#,
    );
    let key = sunmao.run(&["call", "customers.reserve", "--json"]).await.json()["key"].to_string();
    let ord = format!("ord={key}");
    let saved = sunmao
        .run(&["call", "16", "@customer.json", "name=样例木作", &ord, "--json"])
        .await;
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    let ledger = erp.ledger();
    let save = ledger
        .iter()
        .find(|entry| entry.names.contains(&"customers.save-company".to_owned()))
        .unwrap();
    assert_eq!(
        save.arguments.get("name").and_then(Neutral::as_text),
        Some("样例木作")
    );
}

#[tokio::test]
async fn unsound_arguments_are_all_named_and_nothing_is_sent() {
    let options = Options::default();
    let erp = simulator(&options).await;
    let ended = Sunmao::of(&erp, &options)
        .run(&[
            "call",
            "customers.list",
            "page_size=many",
            "custmer_name=x",
            "--json",
        ])
        .await;
    assert_eq!(ended.code, Some(2));
    let faults = ended.error()["faults"].to_string();
    assert!(
        faults.contains("page_size") && faults.contains("custmer_name"),
        "{faults}"
    );
    assert_eq!(calls(&erp), [""; 0]);
}

#[tokio::test]
async fn each_failure_has_its_exit_code() {
    let options = Options::default();
    let erp = simulator(&options).await;
    let missing = Sunmao::of(&erp, &options)
        .run(&["call", "customers.get", "ord=99999999", "--json"])
        .await;
    assert_eq!(missing.code, Some(4), "{}", missing.stderr);
    let wrong = Sunmao::of(&erp, &options)
        .with("SUNMAO_ERP_PASSWORD", "wrong")
        .run(&["call", "customers.list", "--json"])
        .await;
    assert_eq!(
        (wrong.code, wrong.error()["kind"].as_str()),
        (Some(5), Some("session"))
    );
    assert!(
        !wrong.stderr.contains("wrong\""),
        "the password is in the error: {}",
        wrong.stderr
    );
    let unset = Sunmao::new().run(&["call", "customers.list"]).await;
    assert_eq!(unset.code, Some(3));
    assert!(
        unset
            .stderr
            .contains("SUNMAO_ERP_BASE_URL, SUNMAO_ERP_USERNAME, SUNMAO_ERP_PASSWORD"),
        "{}",
        unset.stderr
    );
    erp.stop().await;
}

#[tokio::test]
async fn a_write_whose_answer_gets_lost_is_unconfirmed() {
    let erp = Scripted::erp(|_| Reply::HangUp).await;
    let ended = of(&erp).run(&SAVE).await;
    assert_eq!(
        (ended.code, ended.error()["kind"].as_str()),
        (Some(6), Some("unconfirmed")),
        "{}",
        ended.stderr
    );
}

/// Ctrl-C while the ERP has not answered yet: the session is ended all the same, and a write is not called harmless.
#[tokio::test]
async fn an_interrupted_call_signs_out() {
    for (arguments, code) in [(&SAVE[..], 6), (&["call", "customers.list", "--json"], 1)] {
        let mut erp = Scripted::erp(|_| Reply::Silence).await;
        let mut call = of(&erp).start(arguments);
        erp.until("/login").await;
        let asked = erp.next().await;
        call.signal("-INT").await;
        assert_eq!(call.ended().await, Some(code), "{asked}");
        let last = erp.next().await;
        assert!(last.ends_with("/logout"), "{asked} {last}");
    }
}

#[tokio::test]
async fn all_walks_lists_of_every_dialect() {
    let options = Options {
        size: 120,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let lists = [
        // The helper's pages never say how many there are, and hold 50 rows at most.
        ("machines.list", "page_size=80", 3),
        ("machines.list", "page_size=40", 4),
        ("customers.list", "page_size=50", 3),
        ("departments.list", "page_size=50", 3),
    ];
    for (name, size, pages) in lists {
        let before = calls(&erp).iter().filter(|call| *call == name).count();
        let walked = sunmao.run(&["call", name, size, "--all", "--json"]).await;
        assert_eq!(walked.code, Some(0), "{name}: {}", walked.stderr);
        let answer = walked.json();
        let rows: std::collections::BTreeSet<String> = answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            (rows.len(), &answer["page"]["total"]),
            (120, &120.into()),
            "{name}"
        );
        let after = calls(&erp).iter().filter(|call| *call == name).count();
        assert!(after - before >= pages, "{name}: {} calls", after - before);
    }
}

#[tokio::test]
async fn credentials_come_from_the_env_file_too() {
    let options = Options::default();
    let erp = simulator(&options).await;
    let sunmao = Sunmao::new();
    let lines = format!(
        "SUNMAO_ERP_BASE_URL={}\nSUNMAO_ERP_USERNAME={}\nSUNMAO_ERP_PASSWORD='{}'\n",
        erp.base_url(),
        options.username,
        options.password
    );
    sunmao.write(".env", &lines);
    assert_eq!(sunmao.run(&["call", "customers.list"]).await.code, Some(0));
}

#[tokio::test]
async fn a_device_name_that_live_servers_take_is_warned_of_and_works() {
    let options = Options {
        size: 3,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let named = |name: &str| Sunmao::of(&erp, &options).with("SUNMAO_ERP_SERIAL", name);
    let list = ["call", "customers.list", "page_size=2"];
    let listed = named("ai-client-001").run(&list).await;
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert_eq!(listed.stderr.lines().count(), 1, "{}", listed.stderr);
    assert!(listed.stderr.starts_with("warning: ") && listed.stderr.contains("ai-client-001"));
    assert_eq!(named("SUNMAO02").run(&list).await.stderr, "");
    let looked = named("ai-client-001").run(&["doctor"]).await;
    assert_eq!(looked.code, Some(0), "{}", looked.stderr);
    assert!(looked.stdout.contains("ai-client-001"), "{}", looked.stdout);
}

#[tokio::test]
async fn a_wrongly_named_installation_is_told_with_the_setting_that_is_meant() {
    for (variant, named, meant) in [
        (Variant::Legacy, "standard", "installation = \"legacy\""),
        (Variant::Standard, "gateway", "installation = \"standard\""),
        (Variant::Gateway, "standard", "installation = \"gateway\""),
        (Variant::GatewayPlain, "gateway", "gateway_bodies = \"plain\""),
    ] {
        let options = Options {
            variant,
            size: 3,
            ..Options::default()
        };
        let erp = simulator(&options).await;
        let sunmao = Sunmao::of(&erp, &options);
        sunmao.write("sunmao.toml", &format!("[erp]\ninstallation = \"{named}\"\n"));
        let list = ["call", "customers.list", "page_size=2"];
        let ended = sunmao.run(&list).await;
        assert_ne!(ended.code, Some(0), "{variant}");
        assert!(ended.stderr.contains(meant), "{variant}: {}", ended.stderr);
    }
    let options = Options {
        variant: Variant::GatewayPlain,
        size: 3,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    sunmao.write(
        "sunmao.toml",
        "[erp]\ninstallation = \"gateway\"\ngateway_login_path = \"/webapi/v3/ov1/login\"\ngateway_bodies = \"plain\"\n",
    );
    let listed = sunmao
        .run(&["call", "customers.list", "page_size=2", "--json"])
        .await;
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 2);
}
