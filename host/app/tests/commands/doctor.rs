//! `sunmao doctor`, and the ERP accounts it looks at.

use crate::bare::{Bare, bare};
use crate::support::{Sunmao, calls, simulator};
use serde_json::Value;
use sunmao_simulator::{Options, Variant};
use sunmao_store::Store;

fn of(variant: Variant) -> Options {
    Options {
        size: 3,
        variant,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_sound_installation_is_called_so_and_a_wrong_password_is_not() {
    let options = of(Variant::Standard);
    let erp = simulator(&options).await;
    let sound = Sunmao::of(&erp, &options).run(&["doctor"]).await;
    assert_eq!(sound.code, Some(0), "{}", sound.stderr);
    assert!(sound.stdout.contains("version 32.17"), "{}", sound.stdout);
    let wrong = Sunmao::of(&erp, &options)
        .with("SUNMAO_ERP_PASSWORD", "wrong")
        .run(&["doctor", "--json"])
        .await;
    assert_eq!(wrong.code, Some(1), "{}", wrong.stderr);
    let findings = wrong.json()["findings"].as_array().unwrap().clone();
    let unsound: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["sound"] == false)
        .collect();
    assert_eq!(unsound.len(), 1, "{findings:?}");
    assert_eq!(unsound[0]["subject"], "[erp]");
}

#[tokio::test]
async fn a_probe_finds_what_the_installation_lacks_and_writes_nothing() {
    let options = of(Variant::Partial);
    let erp = simulator(&options).await;
    let probed = Sunmao::of(&erp, &options)
        .run(&["doctor", "--probe", "--json"])
        .await;
    assert_eq!(probed.code, Some(0), "{}", probed.stderr);
    let operations = probed.json()["probes"][0]["operations"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(operations.len(), 215);
    let state = |name: &str| {
        let mut operations = operations.iter();
        let found = operations.find(|operation| operation["name"] == name);
        found.unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("customers.list"), "known");
    assert_eq!(state("customers.get"), "known");
    assert_eq!(state("machines.list"), "unknown");
    // Writes are not tried; of this one nothing that reads lies on the same path.
    assert_eq!(state("contracts.create"), "not-told");
    let asked = calls(&erp);
    let written: Vec<&String> = asked
        .iter()
        .filter(|name| {
            ["save", "create", "update", "delete", "reserve"]
                .iter()
                .any(|verb| name.contains(verb))
        })
        .collect();
    assert!(written.is_empty(), "{written:?}");
    let text = Sunmao::of(&erp, &options)
        .run(&["doctor", "--probe"])
        .await
        .stdout;
    assert!(text.contains("unknown here: machines.list"), "{text}");
}

#[tokio::test]
async fn fields_that_an_erp_was_noticed_never_to_show_are_listed() {
    let Bare {
        _erp,
        sunmao,
        running,
        ..
    } = bare("", &[]).await;
    let absent = sunmao.run(&["doctor"]).await;
    assert_eq!(absent.code, Some(0), "{}", absent.stderr);
    assert!(
        absent.stdout.contains("not known: no host is running"),
        "{}",
        absent.stdout
    );
    assert_eq!(running.terminate().await, Some(0));
    let store = Store::open(&sunmao.folder.path().join("data/sunmao.sqlite"))
        .await
        .unwrap();
    for (account, field) in [("main", "mobile"), ("main", "remark"), ("branch", "mobile")] {
        let now = jiff::Timestamp::UNIX_EPOCH;
        store
            .unshown
            .note(account, "customers.save-company", field, now)
            .await
            .unwrap();
    }
    store.close().await.unwrap();
    let mut running = sunmao.start(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let ready = running.next().await.expect("the host is ready");
    let url = ready["url"].as_str().unwrap();
    let report = sunmao.run(&["doctor", "--json", "--url", url]).await.json();
    let findings = report["findings"].as_array().unwrap();
    let listed = "[erp.branch] customers.save-company: mobile; [erp] customers.save-company: mobile, remark";
    assert!(
        findings.iter().any(|finding| finding["note"] == listed),
        "{report}"
    );
}

#[tokio::test]
async fn further_accounts_are_their_own_installations() {
    let (main, branch) = (of(Variant::Standard), of(Variant::Legacy));
    let (at_main, at_branch) = (simulator(&main).await, simulator(&branch).await);
    let sunmao = Sunmao::of(&at_main, &main)
        .with("SUNMAO_ERP_BRANCH_BASE_URL", &at_branch.base_url())
        .with("SUNMAO_ERP_BRANCH_USERNAME", &branch.username)
        .with("SUNMAO_ERP_BRANCH_PASSWORD", &branch.password);
    sunmao.write("sunmao.toml", "[erp.branch]\ninstallation = \"legacy\"\n");
    let answer = sunmao
        .run(&["call", "customers.list", "--erp", "branch", "--json"])
        .await;
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert_eq!(answer.json()["page"]["total"], 3);
    assert!(calls(&at_main).is_empty());
    assert_eq!(
        calls(&at_branch),
        ["session.login", "customers.list", "session.logout"]
    );
    let doctor = sunmao.run(&["doctor", "--json"]).await;
    assert_eq!(doctor.code, Some(0), "{}", doctor.stderr);
    let unknown = sunmao
        .run(&["call", "customers.list", "--erp", "brunch", "--json"])
        .await;
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("did you mean branch"),
        "{}",
        unknown.stderr
    );
}

#[tokio::test]
async fn what_the_installation_added_itself_is_shown_and_kept() {
    let options = of(Variant::Standard);
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let shown = sunmao
        .run(&["operations", "show", "customers.save-company", "--live", "--save"])
        .await;
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(
        shown.stdout.contains("FIELDS OF THIS INSTALLATION"),
        "{}",
        shown.stdout
    );
    assert!(sunmao.folder.path().join("custom-fields.toml").is_file());
    // What the file says is known to every command.
    sunmao.replace("custom-fields.toml", "[customers]\nzdy1 = \"会员等级\"\n");
    let saved = sunmao
        .run(&[
            "call",
            "customers.save-company",
            "ord=1",
            "name=样例",
            "sort1=1",
            "person_name=李明",
            "会员等级=金",
            "--json",
        ])
        .await;
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    sunmao.replace("custom-fields.toml", "[costumers]\nzdy1 = \"会员等级\"\n");
    let unsound = sunmao.run(&["operations", "list", "--json"]).await;
    assert_eq!(unsound.code, Some(3));
    assert!(unsound.stderr.contains("costumers"), "{}", unsound.stderr);
}

/// What the one calls its own means nothing to the other.
#[tokio::test]
async fn two_accounts_have_their_own_fields_each() {
    let options = of(Variant::Standard);
    let (at_main, at_branch) = (simulator(&options).await, simulator(&options).await);
    let sunmao = Sunmao::of(&at_main, &options)
        .with("SUNMAO_ERP_BRANCH_BASE_URL", &at_branch.base_url())
        .with("SUNMAO_ERP_BRANCH_USERNAME", &options.username)
        .with("SUNMAO_ERP_BRANCH_PASSWORD", &options.password);
    sunmao.write("sunmao.toml", "[erp.branch]\n");
    sunmao.write("custom-fields.toml", "[customers]\nzdy1 = \"会员等级\"\n");
    sunmao.write("custom-fields.branch.toml", "[customers]\nzdy1 = \"开户行\"\n");
    let save = async |field: &str, account: &[&str]| {
        let own = format!("{field}=金");
        let arguments = [
            &[
                "call",
                "customers.save-company",
                "ord=1",
                "name=样例",
                "sort1=1",
                "person_name=李明",
            ],
            &[own.as_str(), "--json"][..],
            account,
        ];
        sunmao.run(&arguments.concat()).await
    };
    let branch = ["--erp", "branch"];
    for (field, account, is_known) in [
        ("会员等级", &[][..], true),
        ("开户行", &[][..], false),
        ("开户行", &branch[..], true),
        ("会员等级", &branch[..], false),
    ] {
        let saved = save(field, account).await;
        assert_eq!(
            saved.code == Some(0),
            is_known,
            "{field} {account:?}: {}",
            saved.stderr
        );
        assert!(is_known || saved.stderr.contains(field), "{}", saved.stderr);
    }
}
