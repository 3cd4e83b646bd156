//! The lines of a contract as its page shows them afterwards: all of them, or not stored.

use crate::support::{Seen as Request, StandIn};
use crate::variants::start;
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Kind, Value};
use sunmao_erp_client::{Before, ErpClient, Error, Outgoing, Sent, Settings};
use sunmao_simulator::{Options, Simulator};

const LIMIT: Duration = Duration::from_secs(20);

/// What an installation makes of a contract's page before it shows it.
type Show = fn(serde_json::Value) -> serde_json::Value;

/// The simulator behind a page of one's own.
async fn erp(show: Arc<Mutex<Show>>) -> (Simulator, StandIn, ErpClient, String) {
    let (simulator, _) = start(Options::default()).await;
    let books = format!("{}/_simulator/records/customers", simulator.base_url());
    let books: serde_json::Value = reqwest::get(books).await.unwrap().json().await.unwrap();
    let name = books["records"][0]["name"].as_str().unwrap().to_owned();
    let url = simulator.base_url();
    let (login, call) = (url.clone(), url);
    let stand_in = StandIn::with_login(
        move |request| forward(login.clone(), request, |page| page),
        move |request| {
            let show = match request.path.ends_with("/contract/detail") {
                true => *show.lock().unwrap(),
                false => |page| page,
            };
            forward(call.clone(), request, show)
        },
    )
    .await;
    let options = Options::default();
    let settings = Settings {
        username: options.username,
        password: options.password.into(),
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    (simulator, stand_in, client, name)
}

async fn forward(url: String, request: Request, show: Show) -> Response {
    let Request {
        path,
        query,
        mut headers,
        body,
    } = request;
    for name in ["host", "content-length", "accept-encoding"] {
        headers.remove(name);
    }
    let answer = reqwest::Client::new()
        .post(format!("{url}{path}?{query}"))
        .headers(headers)
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    match answer.json::<serde_json::Value>().await {
        Ok(page) => axum::Json(show(page)).into_response(),
        Err(error) => panic!("{error}"),
    }
}

async fn create(client: &ErpClient, customer: &str, number: &str) -> Result<Sent, Error> {
    let create = Catalogue::shared().find("contracts.create").unwrap().clone();
    let mut given = create.example();
    given.insert("contract-number".to_owned(), Value::from(number));
    given.insert("customer-name".to_owned(), Value::from(customer));
    let lines = create
        .params
        .iter()
        .find(|field| field.wire == "contractList")
        .unwrap();
    let line = given[&lines.name].as_list().unwrap()[0]
        .as_record()
        .unwrap()
        .clone();
    let lines_given = (1..=3).map(|quantity| {
        let mut line = line.clone();
        line.insert("Num".to_owned(), Value::from(quantity));
        line.shift_remove("quantity");
        // Its page shows the unit's code.
        line.insert("unit".to_owned(), Value::from("个"));
        Value::from(line)
    });
    given.insert(lines.name.clone(), Value::List(lines_given.collect()));
    let arguments = create.check(&given).unwrap();
    client
        .send(&create, &arguments, LIMIT, Before::Unread, &Outgoing::default())
        .await
}

/// Does something to the lines, wherever the page keeps them.
fn lines(page: &mut serde_json::Value, change: &dyn Fn(&mut Vec<serde_json::Value>)) {
    match page {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                match value.as_array_mut().filter(|_| name == "contractList") {
                    Some(lines) => change(lines),
                    None => lines(value, change),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| lines(value, change)),
        _ => {}
    }
}

#[tokio::test]
async fn a_contract_that_lost_a_line_or_a_quantity_is_not_said_to_be_stored() {
    let show: Arc<Mutex<Show>> = Arc::new(Mutex::new(|page| page));
    let (simulator, _stand_in, client, customer) = erp(show.clone()).await;
    create(&client, &customer, "HT-1").await.unwrap();
    *show.lock().unwrap() = |mut page| {
        lines(&mut page, &|lines| drop(lines.pop()));
        page
    };
    let error = create(&client, &customer, "HT-2").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unconfirmed);
    assert!(
        error.to_string().contains("1 of 3 contract-lines are not there"),
        "{error}"
    );
    *show.lock().unwrap() = |mut page| {
        lines(&mut page, &|lines| lines[1]["Num1"] = 7.into());
        page
    };
    let error = create(&client, &customer, "HT-3").await.unwrap_err();
    assert!(
        error.to_string().contains("quantity reads otherwise in 1 of 3"),
        "{error}"
    );
    simulator.stop().await;
}

#[tokio::test]
async fn a_member_of_lines_that_an_installation_shows_otherwise_is_learned() {
    let show: Arc<Mutex<Show>> = Arc::new(Mutex::new(|mut page| {
        lines(&mut page, &|lines| {
            for line in lines {
                line["TaxRate"] = "99.00".into();
            }
        });
        page
    }));
    let (simulator, _stand_in, client, customer) = erp(show.clone()).await;
    for number in ["HT-1", "HT-2"] {
        let error = create(&client, &customer, number).await.unwrap_err();
        assert!(
            error.to_string().contains("tax-rate reads otherwise in 3 of 3"),
            "{error}"
        );
    }
    for number in ["HT-3", "HT-4"] {
        let seen = create(&client, &customer, number).await.unwrap().seen.unwrap();
        assert_eq!(seen.unshown, ["contract-lines.tax-rate"]);
    }
    *show.lock().unwrap() = |mut page| {
        lines(&mut page, &|lines| lines[0]["Num1"] = 7.into());
        page
    };
    create(&client, &customer, "HT-5").await.unwrap_err();
    simulator.stop().await;
}
