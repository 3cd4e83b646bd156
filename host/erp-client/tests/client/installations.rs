//! Installations that want to be spoken to in another way.

use crate::support::*;
use serde_json::json;
use std::io::Write;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Kind, Record, Value};
use sunmao_erp_client::{ErpClient, GatewayBodies, Installation, Proxy, Settings};

fn with(stand_in: &StandIn, installation: &str) -> ErpClient {
    let settings = Settings {
        installation: installation.parse().unwrap(),
        ..stand_in.settings()
    };
    ErpClient::new(settings).unwrap()
}

#[tokio::test]
async fn a_legacy_installation_is_asked_on_its_own_paths_in_its_own_type() {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find("customers.list").unwrap();
    let stand_in = StandIn::with_login(
        |seen| {
            assert_eq!(seen.path, "/sysa/mobilephone/login.asp");
            assert_eq!(seen.headers["content-type"], "application/zsml; charset=utf-8");
            std::future::ready(token("OLD"))
        },
        |_| std::future::ready(ok(sound(&form_list()))),
    )
    .await;
    let client = with(&stand_in, "legacy");
    client.call(operation, &Arguments::default()).await.unwrap();
    client.logout().await.unwrap();
    let calls = stand_in.calls();
    assert_eq!(calls[0].path, operation.legacy_path.clone().unwrap());
    assert_eq!(
        calls[0].headers["content-type"],
        "application/zsml; charset=utf-8"
    );
    assert_eq!(calls[0].token(), "OLD");
    assert_eq!(calls[1].path, "/sysa/mobilephone/logout.asp");
}

#[tokio::test]
async fn a_gateway_gets_its_own_login_and_its_bearer_and_is_unwrapped() {
    for (operation, name) in [
        (form_list(), "form"),
        (json_list(), "json"),
        (helper_list(), "helper"),
    ] {
        let answered = sound(&operation);
        let stand_in = StandIn::with_login(
            |_| std::future::ready(ok(json!({"token": "GATE"}))),
            move |_| std::future::ready(ok(json!({"data": answered}))),
        )
        .await;
        let client = with(&stand_in, "gateway");
        let whole = client.call(&operation, &Arguments::default()).await.unwrap();
        assert_eq!(table(whole).rows.len(), 1, "{name}");
        let seen = &stand_in.calls()[0];
        assert_eq!(seen.headers["authorization"], "Bearer GATE", "{name}");
        assert_eq!(seen.token(), "", "{name}: the gateway has the ERP's session");
        let login = &stand_in.login_bodies()[0];
        assert_eq!(login["password"], PASSWORD);
        assert_eq!(login["username"], stand_in.username.as_str());
    }
}

#[tokio::test]
async fn a_gateways_refusals_and_dropped_tokens_are_understood() {
    let refusing = StandIn::with_login(
        |_| std::future::ready(respond(401, json!({"message": "用户名或密码错误"}).to_string())),
        |_| std::future::ready(respond(500, "")),
    )
    .await;
    let client = with(&refusing, "gateway");
    let error = client
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Session);
    assert!(error.to_string().contains("密码错误"), "{error}");

    let dropping = StandIn::with_login(|_| std::future::ready(ok(json!({"data": {"token": "NEW"}}))), {
        let count = std::sync::atomic::AtomicUsize::new(0);
        move |_| {
            let first = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            std::future::ready(match first {
                true => respond(401, json!({"code": 401, "message": "unauthorized"}).to_string()),
                false => ok(json!({"data": sound(&json_list())})),
            })
        }
    })
    .await;
    let client = with(&dropping, "gateway");
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    assert_eq!(dropping.logins(), 2);
}

#[tokio::test]
async fn the_form_that_the_installation_knows_goes_out() {
    let catalogue = Catalogue::shared();
    let newer = catalogue.find("warehouses.list-v2").unwrap();
    let older = catalogue.find("warehouses.list").unwrap();
    let older_path = older.path.clone();
    let answer = move |seen: Seen| {
        std::future::ready(match seen.path == older_path {
            true => ok(json!({"flag": true, "code": 200, "datas": [{"ID": 4, "Name": "主仓"}]})),
            false => respond(404, "找不到对应处理程序"),
        })
    };
    let stand_in = StandIn::start(answer).await;
    let client = stand_in.client();
    let given: Record = [("page-index".to_owned(), Value::from(1))].into_iter().collect();
    let arguments = newer.check(&given).unwrap();
    for _ in 0..2 {
        let found = table(client.call(newer, &arguments).await.unwrap());
        let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["Ord", "Sort1"]);
    }
    let calls = stand_in.calls();
    let paths: Vec<&String> = calls.iter().map(|seen| &seen.path).collect();
    assert_eq!(
        paths,
        [&newer.path, &older.path, &older.path],
        "the unknown path is remembered"
    );
    let given: Record = [("warehouse-name".to_owned(), Value::from("主仓"))]
        .into_iter()
        .collect();
    let error = client
        .call(newer, &newer.check(&given).unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.to_string().contains("warehouse-name"), "{error}");
    assert_eq!(stand_in.calls().len(), 3, "nothing more was sent");
}

#[tokio::test]
async fn an_installation_that_says_its_version_is_not_asked_for_what_it_cannot_have() {
    let stand_in = StandIn::with_login(
        |_| {
            let header = json!({"status": 0, "session": "T", "appversion": "32.10"});
            std::future::ready(ok(json!({"header": header})))
        },
        |seen| {
            std::future::ready(match seen.path.contains("GetWarehouses") {
                true => ok(json!({"flag": true, "code": 200, "datas": []})),
                false => ok(sound(&json_list())),
            })
        },
    )
    .await;
    let client = stand_in.client();
    let catalogue = Catalogue::shared();
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    let newer = catalogue.find("warehouses.list-v2").unwrap();
    let Answer::Table(_) = client.call(newer, &Arguments::default()).await.unwrap() else {
        panic!("a table");
    };
    let last = stand_in.calls().pop().unwrap();
    assert!(last.path.contains("GetWarehouses"), "{}", last.path);
    assert_eq!(stand_in.calls().len(), 2);
}

#[tokio::test]
async fn a_proxy_gets_the_requests() {
    let proxy = StandIn::start(|_| std::future::ready(ok(sound(&json_list())))).await;
    let settings = Settings {
        base_url: "http://erp.example.com/erp".parse().unwrap(),
        proxy: Proxy::At(proxy.url.parse().unwrap()),
        ..proxy.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    assert_eq!(proxy.calls()[0].headers["host"], "erp.example.com");
}

#[test]
fn what_cannot_be_an_installation_a_certificate_or_a_gateway_is_told() {
    let error = "modern".parse::<Installation>().unwrap_err();
    assert!(error.to_string().contains("standard, legacy, gateway"), "{error}");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"no certificate").unwrap();
    for path in [file.path().to_owned(), "/nowhere/ca.pem".into()] {
        let unsound = Settings {
            certificate_file: Some(path.clone()),
            ..settings("https://erp.example.com")
        };
        let error = ErpClient::new(unsound).unwrap_err();
        assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
    }
    let unsound = Settings {
        installation: Installation::Gateway {
            login_path: "login".to_owned(),
            bodies: GatewayBodies::Erp,
        },
        ..settings("https://erp.example.com")
    };
    let error = ErpClient::new(unsound).unwrap_err();
    assert!(error.to_string().contains("gateway_login_path"), "{error}");
}
