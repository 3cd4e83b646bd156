//! A create that was sent before, and whose outcome nobody saw: it is looked for first, and sent only where it is not there.

use crate::variants::start;
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Kind, Value};
use sunmao_erp_client::{Before, ErpClient, Error, Outgoing, Sent};
use sunmao_simulator::{Options, Simulator};

const LIMIT: Duration = Duration::from_secs(60);
const CREATE: &str = "products.create";

async fn create(client: &ErpClient, number: &str, title: &str, before: Before<'_>) -> Result<Sent, Error> {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(CREATE).unwrap();
    let mut given = operation.example();
    for (name, value) in [("product-number", number), ("product-name", title)] {
        given.insert(name.to_owned(), Value::from(value));
    }
    let arguments = operation.check(&given).unwrap();
    let outgoing = Outgoing::default();
    client.send(operation, &arguments, LIMIT, before, &outgoing).await
}

fn attempts(simulator: &Simulator) -> usize {
    let ledger = simulator.ledger();
    let own = ledger
        .iter()
        .filter(|entry| entry.names.iter().any(|name| name == CREATE));
    own.count()
}

#[tokio::test]
async fn what_is_there_is_not_sent_again_whether_it_reads_the_same_or_not() {
    let (simulator, client) = start(Options::default()).await;
    let first = create(&client, "N-1", "榫", Before::Absent).await.unwrap();
    let key = first.seen.and_then(|seen| seen.key);
    assert!(key.is_some());
    let again = create(&client, "N-1", "榫", Before::Attempted).await.unwrap();
    assert_eq!(again.seen.and_then(|seen| seen.key), key);
    assert_eq!(attempts(&simulator), 1);
    let other = create(&client, "N-1", "卯", Before::Attempted).await;
    let error = other.expect_err("it is there, and reads otherwise");
    assert_eq!(error.kind(), Kind::Unconfirmed, "{error}");
    assert!(error.to_string().contains("product-name"), "{error}");
    assert_eq!(attempts(&simulator), 1);
    create(&client, "N-2", "卯", Before::Attempted).await.unwrap();
    assert_eq!(attempts(&simulator), 2);
    simulator.stop().await;
}
