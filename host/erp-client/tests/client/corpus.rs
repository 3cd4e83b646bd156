//! The corpus of the fuzzing target in `fuzz/`, held on a stable compiler in every test run, and the answers that it grew
//! from.

use crate::support::{Seen, StandIn, respond};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use sunmao_catalogue::Catalogue;
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Simulator, Variant};

#[path = "../../fuzz/src/checks.rs"]
mod checks;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz")).join(name)
}

#[test]
fn every_input_of_the_corpus_is_read_as_it_should_be() {
    let mut held = 0;
    for entry in std::fs::read_dir(folder("corpus")).unwrap() {
        let path = entry.unwrap().path();
        let input = std::fs::read(&path).unwrap();
        if std::panic::catch_unwind(|| checks::check(&input)).is_err() {
            panic!("{} is read wrongly", path.display());
        }
        held += 1;
    }
    assert!(held >= 100, "only {held} inputs");
}

/// The same bodies as records that a gateway hands over.
#[test]
fn every_body_of_the_corpus_is_read_as_a_bare_record() {
    for entry in std::fs::read_dir(folder("corpus")).unwrap() {
        let path = entry.unwrap().path();
        let input = std::fs::read(&path).unwrap();
        let Some((&[operation, status, _, page], body)) = input.split_first_chunk::<4>() else {
            continue;
        };
        let bare = [&[operation, status, 2, page], &b"{\"data\":"[..], body, b"}"].concat();
        if std::panic::catch_unwind(|| checks::check(&bare)).is_err() {
            panic!("{} is read wrongly", path.display());
        }
    }
}

#[test]
fn statuses_other_than_success_are_never_answers() {
    let sound = br#"{"header":{"status":0},"body":{"source":{"table":{"cols":["ord"],"rows":[[7]]}}}}"#;
    for choice in 0..=u8::MAX {
        checks::check(&[&[choice, choice, 0, 0], &sound[..]].concat());
    }
}

/// Passes everything on to a simulator and keeps the bytes that came back last.
async fn tap(url: String, kept: Arc<Mutex<Vec<u8>>>) -> StandIn {
    let passed_on = move |seen: Seen| {
        let request = reqwest::Client::new().post(format!("{url}{}?{}", seen.path, seen.query));
        let kept = Arc::clone(&kept);
        let headers = ["content-type", "zbapi-token", "authorization"];
        let headers = headers
            .into_iter()
            .filter_map(|name| Some((name, seen.headers.get(name)?.clone())));
        let request = headers.fold(request, |request, (name, value)| {
            request.header(name, value.as_bytes())
        });
        let request = request.body(seen.body.to_string());
        async move {
            let answer = request.send().await.unwrap();
            let (status, body) = (answer.status().as_u16(), answer.bytes().await.unwrap());
            *kept.lock().unwrap() = body.to_vec();
            respond(status, body)
        }
    };
    StandIn::with_login(passed_on.clone(), passed_on).await
}

/// Writes the answers of every kind of installation to every operation into `fuzz/found`, from where libFuzzer takes
/// what adds something to the corpus.
#[tokio::test]
#[ignore = "writes files; see fuzz/README.md"]
async fn corpus_is_found() {
    std::fs::create_dir_all(folder("found")).unwrap();
    let catalogue = Catalogue::shared();
    for variant in Variant::ALL {
        let options = Options {
            variant,
            size: 2,
            ..Options::default()
        };
        let (username, password) = (options.username.clone(), options.password.clone());
        let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let tap = tap(simulator.base_url(), Arc::clone(&kept)).await;
        let mut settings = Settings::new(
            tap.url.parse().unwrap(),
            username,
            password.into(),
            "SUNMAOTEST01",
        );
        settings.requests_per_second = 1_000_000;
        settings.breaker_failures = 0;
        settings.installation = crate::variants::installation(variant);
        let client = ErpClient::new(settings).unwrap();
        for (position, operation) in catalogue.operations().iter().enumerate() {
            if !operation.is_business() {
                continue;
            }
            let arguments = operation.check(&operation.example()).unwrap();
            let _ = client.call(operation, &arguments).await;
            let installation = match variant {
                Variant::Gateway => 1,
                Variant::GatewayPlain => 2,
                _ => 0,
            };
            let choices = [u8::try_from(position).unwrap(), 0, installation, 0];
            let input = [&choices[..], &kept.lock().unwrap()].concat();
            let name = format!("{variant}-{}", operation.name);
            std::fs::write(folder("found").join(name), input).unwrap();
        }
    }
}
