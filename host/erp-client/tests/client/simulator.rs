//! Against the simulator, which has a codec of its own: one wrong idea does not hide in both.

use std::collections::BTreeMap;
use sunmao_catalogue::{Answer, Catalogue, Kind, Record, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Outcome, Simulator};
use tokio::task::JoinSet;

async fn simulator(options: Options) -> (Simulator, ErpClient) {
    let settings = |url: &str| {
        let mut settings: Settings = crate::support::settings(url);
        settings.username = options.username.clone();
        settings.password = options.password.as_str().into();
        settings
    };
    let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let client = ErpClient::new(settings(&simulator.base_url())).unwrap();
    (simulator, client)
}

fn given(values: &[(&str, Value)]) -> Record {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

async fn call(client: &ErpClient, name: &str, values: &[(&str, Value)]) -> Answer {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(name).unwrap();
    let arguments = operation.check(&given(values)).unwrap();
    client.call(operation, &arguments).await.unwrap()
}

#[tokio::test]
async fn every_operation_is_understood_and_answered_in_its_announced_shape() {
    let (simulator, client) = simulator(Options::default()).await;
    let catalogue = Catalogue::shared();
    let (mut odd, mut unconfirmed) = (BTreeMap::new(), Vec::new());
    let mut answered = 0;
    for operation in catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        let arguments = operation.check(&operation.example()).unwrap();
        let before = simulator.ledger().len();
        match client.call(operation, &arguments).await {
            Ok(_) => answered += 1,
            // An example names records by numbers that need not exist, and breaks the simulated company's rules.
            Err(error) if matches!(error.kind(), Kind::Refused | Kind::NotFound) => {}
            Err(error) if error.kind() == Kind::Unconfirmed => {
                unconfirmed.push(error.to_string());
            }
            Err(error) => {
                odd.insert(operation.id, error.to_string());
            }
        }
        let ledger = simulator.ledger();
        let mut entries = ledger[before..].iter();
        assert!(
            entries.any(|entry| entry.operations.contains(&operation.id)),
            "{} went to {:?}",
            operation.name,
            ledger.last()
        );
    }
    assert!(odd.is_empty(), "{odd:#?}");
    assert_eq!(unconfirmed, Vec::<String>::new(), "nothing goes wrong here");
    assert!(
        answered >= 150,
        "only {answered} of 215 were answered with content"
    );
    assert!(client.session_status().signed_in);
}

#[tokio::test]
async fn a_customer_is_reserved_saved_and_read_back() {
    let (simulator, client) = simulator(Options::default()).await;
    let Answer::Document(reserved) = call(&client, "customers.reserve", &[]).await else {
        panic!("no screen");
    };
    let key = reserved.key.unwrap();
    let number = reserved.value("khid").and_then(Value::to_text).unwrap();
    assert!(!number.is_empty());
    let name = "榫卯试验 \"木\"\n业";
    let saved = call(
        &client,
        "customers.save-company",
        &[
            ("ord", key.into()),
            ("name", name.into()),
            ("khid", number.as_str().into()),
            ("sort1", "1".into()),
            ("person_name", "鲁班".into()),
        ],
    )
    .await;
    assert!(matches!(saved, Answer::Ack(_)), "{saved:?}");
    let Answer::Document(found) = call(&client, "customers.get", &[("ord", key.into())]).await else {
        panic!("no screen");
    };
    assert_eq!(found.key, Some(key));
    assert_eq!(found.value("name"), Some(&name.into()));
    drop(simulator);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_while_the_simulator_drops_sessions() {
    let options = Options {
        session_calls: Some(50),
        ..Options::default()
    };
    let (simulator, client) = simulator(options).await;
    let mut callers = JoinSet::new();
    for _ in 0..400 {
        let client = client.clone();
        callers.spawn(async move { call(&client, "customers.list", &[]).await });
    }
    for answer in callers.join_all().await {
        assert!(matches!(answer, Answer::Table(_)));
    }
    let ledger = simulator.ledger();
    let logins = ledger
        .iter()
        .filter(|entry| entry.names.iter().any(|name| name == "session.login"))
        .count();
    assert_eq!(logins, 8, "one login each time");
    let served = ledger
        .iter()
        .filter(|entry| entry.outcome == Outcome::Done)
        .count();
    assert!(served >= 400, "{served}");
}

#[tokio::test]
async fn an_unknown_record_a_wrong_password_and_an_unknown_path_are_told_apart() {
    let (_simulator, client) = simulator(Options::default()).await;
    let catalogue = Catalogue::shared();
    let operation = catalogue.find("customers.get").unwrap();
    let arguments = operation.check(&given(&[("ord", 999_999_999.into())])).unwrap();
    let error = client.call(operation, &arguments).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound, "{error}");
    let mut moved = operation.clone();
    moved.path = "/webapi/v3/ov1/nowhere".to_owned();
    let error = client.call(&moved, &arguments).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound, "{error}");
    assert!(error.fault().hint.contains("path"), "{error}");
    client.logout().await.unwrap();

    let (simulator, client) = self::simulator(Options::default()).await;
    let mut wrong = crate::support::settings(&simulator.base_url());
    wrong.username = "nobody".to_owned();
    let stranger = ErpClient::new(wrong).unwrap();
    for _ in 0..5 {
        assert_eq!(
            stranger.call(operation, &arguments).await.unwrap_err().kind(),
            Kind::Session
        );
    }
    client.call(operation, &arguments).await.unwrap_err();
    assert!(client.session_status().signed_in, "no captcha was brought up");
}
