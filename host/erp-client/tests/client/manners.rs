//! When a call is repeated, when the ERP is left alone, and who goes first.

use crate::support::*;
use axum::response::Response;
use futures::future::join_all;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use sunmao_catalogue::{Arguments, Kind, Operation, Paging, Value};
use sunmao_erp_client::{ErpClient, Priority, Settings};

/// A stand-in whose first calls get `failure`, and the later ones what is sound for a list.
async fn failing_first(failures: usize, failure: fn() -> Response) -> StandIn {
    let count = Arc::new(AtomicUsize::new(0));
    StandIn::start(move |_| {
        let answer = match count.fetch_add(1, Ordering::SeqCst) < failures {
            true => failure(),
            false => ok(sound(&json_list())),
        };
        std::future::ready(answer)
    })
    .await
}

fn patient(stand_in: &StandIn) -> Settings {
    Settings {
        retries: 2,
        ..stand_in.settings()
    }
}

fn too_many() -> Response {
    let mut response = respond(429, "too many");
    response.headers_mut().insert("retry-after", "1".parse().unwrap());
    response
}

#[tokio::test]
async fn a_read_that_came_to_nothing_is_repeated_and_a_write_is_not() {
    for failure in [
        || respond(500, "Server Error"),
        || respond(502, "<html><body>Bad Gateway</body></html>"),
        || respond(200, ""),
        || respond(200, "<html>维护中</html>"),
    ] {
        let stand_in = failing_first(2, failure).await;
        let client = ErpClient::new(patient(&stand_in)).unwrap();
        client.call(&json_list(), &Arguments::default()).await.unwrap();
        assert_eq!(stand_in.calls().len(), 3);

        let stand_in = failing_first(1, failure).await;
        let client = ErpClient::new(patient(&stand_in)).unwrap();
        let error = client
            .call(&json_save(), &Arguments::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Unconfirmed);
        assert_eq!(stand_in.calls().len(), 1);
    }
}

#[tokio::test]
async fn repetitions_end_and_refusals_are_not_repeated() {
    let stand_in = failing_first(9, || respond(500, "Server Error")).await;
    let client = ErpClient::new(patient(&stand_in)).unwrap();
    let error = client
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(stand_in.calls().len(), 3);

    let stand_in = failing_first(9, || ok(json!({"Code": 300, "Msg": "没有权限"}))).await;
    let client = ErpClient::new(patient(&stand_in)).unwrap();
    let error = client
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    assert_eq!(stand_in.calls().len(), 1);
}

#[tokio::test]
async fn a_repetition_that_would_come_too_late_is_left_out() {
    let stand_in = failing_first(9, too_many).await;
    let client = ErpClient::new(patient(&stand_in)).unwrap();
    let begun = Instant::now();
    let limit = Duration::from_millis(500);
    let error = client
        .call_within(&json_list(), &Arguments::default(), limit)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::OverBudget);
    assert!(begun.elapsed() < limit, "{:?}", begun.elapsed());
    assert_eq!(stand_in.calls().len(), 1);
}

#[tokio::test]
async fn a_server_that_asks_to_be_left_alone_is_and_writes_are_sent_again() {
    let stand_in = failing_first(1, too_many).await;
    let client = ErpClient::new(patient(&stand_in)).unwrap();
    let begun = Instant::now();
    let (list, save) = (json_list(), json_save());
    let nothing = Arguments::default();
    let write = client.call(&save, &nothing);
    let neighbour = async {
        while stand_in.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        // The answer of the first call has come by then, and with it the wish to be left alone.
        tokio::time::sleep(Duration::from_millis(200)).await;
        client.call(&list, &nothing).await
    };
    let (write, neighbour) = tokio::join!(write, neighbour);
    neighbour.unwrap();
    write.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(stand_in.calls().len(), 3);
}

#[tokio::test]
async fn an_erp_that_fails_again_and_again_is_left_alone_and_then_asked_once() {
    let stand_in = failing_first(3, || respond(503, "busy")).await;
    let settings = Settings {
        breaker_failures: 3,
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let operation = json_list();
    let nothing = Arguments::default();
    for _ in 0..3 {
        client.call(&operation, &nothing).await.unwrap_err();
    }
    let begun = Instant::now();
    let error = client.call(&operation, &nothing).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(error.to_string().contains("left alone"), "{error}");
    assert_eq!(stand_in.calls().len(), 3, "nothing was sent");
    while client.call(&operation, &nothing).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        begun.elapsed() >= Duration::from_millis(900),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(stand_in.calls().len(), 4, "one probe, which was answered");
    client.call(&operation, &nothing).await.unwrap();
}

#[tokio::test]
async fn an_erp_that_answers_with_refusals_is_not_left_alone() {
    let stand_in = failing_first(20, || {
        ok(json!({"Code": 500, "Msg": "未将对象引用设置到对象的实例"}))
    })
    .await;
    let settings = Settings {
        breaker_failures: 3,
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    for _ in 0..20 {
        client
            .call(&json_list(), &Arguments::default())
            .await
            .unwrap_err();
    }
    assert_eq!(stand_in.calls().len(), 20);
}

#[tokio::test]
async fn who_waits_for_an_answer_goes_before_the_further_pages_of_a_list() {
    let stand_in = StandIn::start(|_| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        ok(sound(&json_list()))
    })
    .await;
    let settings = Settings {
        concurrency: 1,
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let operation = Operation {
        paging: Some(Paging {
            size: "page_size".to_owned(),
            index: "page_index".to_owned(),
            maximum: None,
        }),
        ..json_list()
    };
    client.call(&operation, &Arguments::default()).await.unwrap();
    let page = |index: i64| arguments([("page_index", Value::from(index))]);
    let bulk = client.with_priority(Priority::Bulk);
    let finished = std::sync::Mutex::new(Vec::new());
    let order = |name: &'static str, outcome: Result<_, _>| {
        outcome.unwrap();
        finished.lock().unwrap().push(name);
    };
    let (first, later, nothing) = (page(1), page(2), Arguments::default());
    let calls: Vec<std::pin::Pin<Box<dyn Future<Output = ()>>>> = vec![
        // Takes the seat.
        Box::pin(async { order("seated", client.call(&operation, &first).await) }),
        Box::pin(async { order("further page", client.call(&operation, &later).await) }),
        Box::pin(async { order("bulk", bulk.call(&operation, &nothing).await) }),
        Box::pin(async { order("person", client.call(&operation, &nothing).await) }),
    ];
    join_all(calls).await;
    assert_eq!(
        *finished.lock().unwrap(),
        ["seated", "person", "further page", "bulk"]
    );
}
