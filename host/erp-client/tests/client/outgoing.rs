//! What a caller learns of the requests that went out for a call, and what it does before the first.

use crate::support::*;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Kind, Operation};
use sunmao_erp_client::{BeforeSending, ErpClient, Error, HeldBack, Outgoing, Settings};

/// Counts how often it was asked; lets nothing out where it is told so.
#[derive(Default)]
struct Before {
    asked: AtomicU32,
    holds_back: bool,
}

#[async_trait::async_trait]
impl BeforeSending for Before {
    async fn about_to_send(&self) -> Result<(), HeldBack> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.holds_back {
            true => Err(HeldBack {
                words: "not on disk".to_owned(),
                hint: "free some space",
            }),
            false => Ok(()),
        }
    }
}

async fn send(
    client: &ErpClient,
    operation: &Operation,
    outgoing: &Outgoing<'_>,
    milliseconds: u64,
) -> Result<Answer, Error> {
    let limit = Duration::from_millis(milliseconds);
    let nothing = Arguments::default();
    let sent = client.send(
        operation,
        &nothing,
        limit,
        sunmao_erp_client::Before::Unread,
        outgoing,
    );
    sent.await.map(|sent| sent.answer)
}

#[tokio::test]
async fn repetitions_are_counted_and_asked_for_once() {
    let stand_in = StandIn::start(|_| std::future::ready(respond(500, "Server Error"))).await;
    let settings = Settings {
        retries: 2,
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let before = Before::default();
    let outgoing = Outgoing::after(&before);
    send(&client, &json_list(), &outgoing, 20_000).await.unwrap_err();
    assert_eq!(outgoing.requests() as usize, stand_in.calls().len());
    assert_eq!((outgoing.requests(), outgoing.is_untried()), (3, false));
    assert_eq!(before.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_the_caller_holds_back_is_not_sent_and_says_nothing_of_the_erp() {
    let stand_in = StandIn::start(|_| std::future::ready(respond(503, "busy"))).await;
    let settings = Settings {
        breaker_failures: 2,
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    send(&client, &json_save(), &Outgoing::default(), 20_000)
        .await
        .unwrap_err();
    let before = Before {
        holds_back: true,
        ..Before::default()
    };
    let outgoing = Outgoing::after(&before);
    let error = send(&client, &json_save(), &outgoing, 20_000).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(
        error.to_string().contains("not on disk (hint: free some space)"),
        "{error}"
    );
    assert_eq!((outgoing.requests(), outgoing.is_untried()), (0, true));
    assert_eq!(stand_in.calls().len(), 1);
    // It stood for no answer: the second failure in a row still opens the breaker.
    send(&client, &json_save(), &Outgoing::default(), 20_000)
        .await
        .unwrap_err();
    let before = Before::default();
    let outgoing = Outgoing::after(&before);
    let error = send(&client, &json_save(), &outgoing, 20_000).await.unwrap_err();
    assert!(error.to_string().contains("left alone"), "{error}");
    assert!(outgoing.is_untried());
    assert_eq!(
        before.asked.load(Ordering::SeqCst),
        0,
        "nothing was about to go out"
    );
}

#[tokio::test]
async fn a_turn_that_does_not_come_is_not_about_to_be_sent() {
    let stand_in = StandIn::start(|_| async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        ok(sound(&json_list()))
    })
    .await;
    let settings = Settings {
        concurrency: 1,
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let (operation, neighbour) = (json_list(), Outgoing::default());
    let before = Before::default();
    let outgoing = Outgoing::after(&before);
    let late = async {
        while stand_in.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        send(&client, &operation, &outgoing, 100).await
    };
    let (first, late) = tokio::join!(send(&client, &operation, &neighbour, 20_000), late);
    first.unwrap();
    assert_eq!(late.unwrap_err().kind(), Kind::OverBudget);
    assert!(outgoing.is_untried());
    assert_eq!(before.asked.load(Ordering::SeqCst), 0);
}

/// The connection was tried, and nothing went out.
#[tokio::test]
async fn an_erp_that_is_gone_was_tried_and_sent_nothing() {
    let stand_in = StandIn::start(|_| std::future::ready(ok(sound(&json_list())))).await;
    let client = stand_in.client();
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let gone = ErpClient::new(Settings {
        base_url: format!("http://{address}").parse().unwrap(),
        ..stand_in.settings()
    });
    let gone = gone.unwrap();
    let mut events = gone.session_events();
    let outgoing = Outgoing::default();
    send(&gone, &json_list(), &outgoing, 5_000).await.unwrap_err();
    assert_eq!(
        (outgoing.requests(), outgoing.is_untried()),
        (0, true),
        "there was no session"
    );
    assert_eq!(events.try_recv().unwrap().requests, 0);
}
