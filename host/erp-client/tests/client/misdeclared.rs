//! Installations that were named wrongly: the answers tell which kind is meant, and the hint says what to set.

use crate::support::*;
use serde_json::json;
use sunmao_catalogue::{Arguments, Catalogue, Kind, Value};
use sunmao_erp_client::{ErpClient, Error, GatewayBodies, Installation, Settings};
use sunmao_simulator::{Options, Outcome, Simulator, Variant};

fn gateway(bodies: GatewayBodies) -> Installation {
    Installation::Gateway {
        login_path: "/api/login".to_owned(),
        bodies,
    }
}

/// Each kind with what it is to be named, and what a hint says of it.
fn kinds() -> [(Variant, Installation, &'static str); 4] {
    [
        (
            Variant::Standard,
            Installation::Standard,
            "installation = \"standard\"",
        ),
        (Variant::Legacy, Installation::Legacy, "installation = \"legacy\""),
        (
            Variant::Gateway,
            gateway(GatewayBodies::Erp),
            "installation = \"gateway\"",
        ),
        (
            Variant::GatewayPlain,
            gateway(GatewayBodies::Plain),
            "installation = \"gateway\"",
        ),
    ]
}

fn named(simulator: &Simulator, options: &Options, installation: &Installation) -> Settings {
    let mut settings = Settings::new(
        simulator.base_url().parse().unwrap(),
        options.username.clone(),
        options.password.clone().into(),
        "SUNMAOTEST01",
    );
    settings.requests_per_second = 1_000_000;
    settings.retries = 0;
    settings.installation = installation.clone();
    settings
}

async fn list(client: &ErpClient) -> Result<usize, Error> {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find("customers.list").unwrap();
    let arguments = arguments([("pagesize", Value::from(2)), ("pageindex", Value::from(1))]);
    let answer = client.call(operation, &arguments).await?;
    Ok(table(answer).rows.len())
}

#[tokio::test]
async fn every_wrong_name_is_told_by_the_answers() {
    for (actual, right, meant) in kinds() {
        for (_, wrong, _) in kinds().into_iter().filter(|(variant, ..)| *variant != actual) {
            let options = Options {
                variant: actual,
                size: 5,
                ..Options::default()
            };
            let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
                .await
                .unwrap();
            let folder = tempfile::tempdir().unwrap();
            let tally = Some(folder.path().join("attempts.json"));
            let settings = |installation: &Installation| Settings {
                attempts_file: tally.clone(),
                ..named(&simulator, &options, installation)
            };
            let place = format!("{actual} named {wrong:?}");
            let outcome = list(&ErpClient::new(settings(&wrong)).unwrap()).await;
            // A newer ERP still serves the older paths.
            if (actual, &wrong) == (Variant::Standard, &Installation::Legacy) {
                assert_eq!(outcome.unwrap(), 2, "{place}");
                continue;
            }
            let error = outcome.expect_err(&place);
            let hint = error.fault().hint;
            let meant = match (&wrong, actual) {
                (Installation::Gateway { .. }, Variant::Gateway) => "gateway_bodies = \"erp\"",
                (Installation::Gateway { .. }, Variant::GatewayPlain) => "gateway_bodies = \"plain\"",
                _ => meant,
            };
            assert!(hint.contains(meant), "{place}: {error}");
            let rightly = ErpClient::new(settings(&right)).unwrap();
            assert_eq!(
                list(&rightly)
                    .await
                    .unwrap_or_else(|error| panic!("{place}: {error}")),
                2
            );
            simulator.stop().await;
        }
    }
}

#[tokio::test]
async fn what_a_wrong_name_costs_is_no_attempt() {
    for (actual, wrong) in [
        (Variant::Legacy, Installation::Standard),
        (Variant::Standard, gateway(GatewayBodies::Erp)),
        (Variant::Gateway, Installation::Legacy),
    ] {
        let options = Options {
            variant: actual,
            size: 2,
            ..Options::default()
        };
        let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let client = ErpClient::new(named(&simulator, &options, &wrong)).unwrap();
        for _ in 0..4 {
            let error = list(&client).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Session);
            assert!(error.to_string().contains("installation = "), "{actual}: {error}");
        }
    }
}

#[tokio::test]
async fn a_write_to_the_wrong_kind_of_gateway_is_not_believed() {
    let catalogue = Catalogue::shared();
    let save = catalogue.find("customers.save-company").unwrap();
    for (actual, named_as, meant) in [
        (
            Variant::GatewayPlain,
            GatewayBodies::Erp,
            "gateway_bodies = \"plain\"",
        ),
        (Variant::Gateway, GatewayBodies::Plain, "gateway_bodies = \"erp\""),
    ] {
        let options = Options {
            variant: actual,
            size: 2,
            ..Options::default()
        };
        let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let client = ErpClient::new(named(&simulator, &options, &gateway(named_as))).unwrap();
        let arguments = save.check(&save.example()).unwrap();
        let error = client.call(save, &arguments).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unconfirmed, "{error}");
        assert!(error.to_string().contains(meant), "{error}");
        let ledger = simulator.ledger();
        let is_write = |path: &str, is_read: bool| !path.contains("login") && !is_read;
        let sent = ledger
            .iter()
            .filter(|entry| is_write(&entry.path, entry.query.contains_key("edit")));
        assert_eq!(sent.count(), 1, "it is sent once");
    }
}

#[tokio::test]
async fn a_newer_installation_without_the_older_paths_is_told() {
    let standard = StandIn::with_login(
        |_| std::future::ready(respond(404, "找不到对应处理程序")),
        |seen| {
            std::future::ready(match seen.path.as_str() {
                "/webapi/v3/ov1/logout" => ok(json!({"header": {"status": 2, "message": "会话已失效"}})),
                _ => respond(404, "找不到对应处理程序"),
            })
        },
    )
    .await;
    let settings = Settings {
        installation: Installation::Legacy,
        ..standard.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let error = client
        .call(&form_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("installation = \"standard\""),
        "{error}"
    );
}

#[tokio::test]
async fn where_nobody_speaks_as_an_erp_no_kind_is_named() {
    let nobody = StandIn::with_login(
        |_| std::future::ready(respond(404, "Not Found")),
        |_| std::future::ready(respond(404, "Not Found")),
    )
    .await;
    let error = nobody
        .client()
        .call(&form_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("check the base URL"), "{error}");
}

#[tokio::test]
async fn plain_parameters_reach_the_gateway_under_its_own_names() {
    let options = Options {
        variant: Variant::GatewayPlain,
        size: 5,
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let client = ErpClient::new(named(&simulator, &options, &gateway(GatewayBodies::Plain))).unwrap();
    assert_eq!(list(&client).await.unwrap(), 2);
    let catalogue = Catalogue::shared();
    let save = catalogue.find("customers.save-company").unwrap();
    let given = arguments([
        ("name", Value::from("榫卯木业")),
        ("sort1", Value::from(1)),
        ("person_name", Value::from("鲁班")),
    ]);
    let saved = ack(client.call(save, &given).await.unwrap());
    let get = catalogue.find("customers.get").unwrap();
    let shown = client
        .call(get, &arguments([("ord", Value::from(saved.key.unwrap()))]))
        .await;
    let sunmao_catalogue::Answer::Document(shown) = shown.unwrap() else {
        panic!("a screen");
    };
    assert_eq!(shown.key, saved.key);
    assert_eq!(shown.value("person_name"), Some(&Value::from("鲁班")));
    let refused = client
        .call(save, &arguments([("name", Value::from("x"))]))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused, "{refused}");
    assert!(
        simulator
            .ledger()
            .iter()
            .all(|entry| entry.outcome != Outcome::Malformed)
    );
}

#[tokio::test]
async fn a_bare_record_with_a_code_of_its_own_is_no_verdict() {
    let product = json!({"data": {"ord": 3, "Code": "500", "Title": "支架"}});
    let stand_in = StandIn::with_login(
        |_| std::future::ready(ok(json!({"token": "GATE"}))),
        move |_| std::future::ready(ok(product.clone())),
    )
    .await;
    let settings = Settings {
        installation: gateway(GatewayBodies::Plain),
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let sunmao_catalogue::Answer::Document(shown) =
        client.call(&form_get(), &Arguments::default()).await.unwrap()
    else {
        panic!("a screen");
    };
    assert_eq!(
        (shown.key, shown.value("Code")),
        (Some(3), Some(&Value::from("500")))
    );
}

#[tokio::test]
async fn an_installation_that_has_served_is_not_asked_what_it_is() {
    let logins = std::sync::atomic::AtomicUsize::new(0);
    let erp = StandIn::with_login(
        move |_| {
            let first = logins.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            std::future::ready(match first {
                true => token("T"),
                false => respond(200, "<html>系统正在维护</html>"),
            })
        },
        |_| {
            std::future::ready(ok(
                json!({"header": {"status": 2, "message": "会话已失效，请重新登录"}}),
            ))
        },
    )
    .await;
    let error = erp
        .client()
        .call(&form_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("维护"), "{error}");
    assert_eq!(erp.logins(), 2);
    assert!(erp.calls().iter().all(|seen| !seen.path.contains("logout")));
}
