//! Answers that are none, and connections that fail: the kind of error they make, for reads and for writes.

use crate::support::*;
use axum::body::Body;
use secrecy::SecretString;
use serde_json::json;
use std::time::Duration;
use sunmao_catalogue::{Arguments, Kind, Operation};
use sunmao_erp_client::{ErpClient, Error, Phase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn phase(error: &Error) -> Phase {
    match error {
        Error::Call(failure) => failure.phase,
        other => panic!("no call: {other}"),
    }
}

#[tokio::test]
async fn what_is_no_answer_is_unavailable_for_reads_and_unconfirmed_for_writes() {
    let page = "<html><head><title>x</title><style>b{}</style></head><body><h1>服务器内部错误</h1><p>ASP&nbsp;0115</p></body></html>";
    let cases: [(u16, &str, &str, Option<i32>); 10] = [
        (200, "", "without a word", None),
        (200, "   \r\n", "without a word", None),
        (200, page, "服务器内部错误", None),
        (200, "数据库连接失败", "数据库连接失败", None),
        (200, "{\"header\":{\"status\":0", "header", None),
        (200, "[1,2]", "without a word", None),
        (500, page, "服务器内部错误", Some(500)),
        (502, "", "HTTP 502", Some(502)),
        (503, "{\"Message\":\"Service busy\"}", "Service busy", Some(503)),
        (302, "", "HTTP 302", Some(302)),
    ];
    for (status, body, words, code) in cases {
        for (operation, kind) in [
            (form_list(), Kind::Unavailable),
            (form_save(), Kind::Unconfirmed),
            (json_list(), Kind::Unavailable),
            (json_save(), Kind::Unconfirmed),
            (helper_save(), Kind::Unconfirmed),
        ] {
            let error = answer_to(&operation, status, body).await.unwrap_err();
            assert_eq!((error.kind(), error.fault().code), (kind, code), "{body}");
            assert!(error.fault().message.contains(words), "{error}");
            assert!(
                !error.fault().hint.is_empty() && !error.to_string().contains("<h1>"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn words_are_one_readable_line_wherever_they_stand() {
    for (operation, body, words) in [
        (form_list(), json!("服务器\u{0}忙\n<b>请</b>"), "服务器 忙"),
        (
            form_list(),
            json!({"header": {"status": 0, "message": "服务器\u{0}\r\n忙"}}),
            "服务器 忙",
        ),
        (
            json_get(),
            json!({"Code": 200, "Msg": "服务器\u{0}\r\n忙"}),
            "服务器 忙",
        ),
    ] {
        let error = answer_to(&operation, 200, body.to_string()).await.unwrap_err();
        let message = error.fault().message;
        let is_line = !message.contains(char::is_control) && !message.contains("<b>");
        assert!(is_line && message.contains(words), "{message:?}");
    }
}

#[tokio::test]
async fn a_server_error_is_one_even_when_its_body_says_that_all_is_well() {
    for operation in [form_save(), json_save(), helper_save()] {
        let error = answer_to(&operation, 500, sound(&operation).to_string())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Unconfirmed);
    }
    let refused = json!({"header": {"status": 1, "message": "编号重复"}}).to_string();
    let error = answer_to(&form_save(), 500, refused).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.fault().message.as_str()),
        (Kind::Refused, "编号重复")
    );
}

#[tokio::test]
async fn client_errors_are_refusals_and_missing_paths_not_found() {
    for operation in [form_list(), form_save()] {
        let error = answer_to(&operation, 403, "<p>禁止访问</p>").await.unwrap_err();
        assert_eq!((error.kind(), error.fault().code), (Kind::Refused, Some(403)));
        assert_eq!(error.fault().message, "禁止访问");
        for (status, body) in [
            (404, "<h2>404 - 找不到文件或目录。</h2>"),
            (500, "/webapi/x 找不到对应处理程序"),
            (200, "找不到对应处理程序"),
        ] {
            let error = answer_to(&operation, status, body).await.unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound, "{error}");
            assert!(error.fault().hint.contains("base URL"));
        }
    }
}

#[tokio::test]
async fn long_words_are_shortened() {
    let body = format!("<html><body>{}</body></html>", "长".repeat(100_000));
    let message = answer_to(&form_list(), 500, body)
        .await
        .unwrap_err()
        .fault()
        .message;
    assert!(
        message.starts_with("长长") && message.chars().count() <= 301,
        "{}",
        message.chars().count()
    );
}

#[tokio::test]
async fn raw_control_characters_a_byte_order_mark_and_escapes_are_read() {
    let body = "\u{feff}{\"Code\":200,\"Msg\":\"ok\",\"Data\":{\"note\":\"一\n二\t三\u{1}\",\"path\":\"C:\\\\a\\\"b\",\"last\":\"四\r\n\"}}";
    let answer = answer_to(&json_get(), 200, body).await.unwrap();
    let sunmao_catalogue::Answer::Record(record) = answer else {
        panic!("no record: {answer:?}");
    };
    assert_eq!(record["note"], "一\n二\t三\u{1}".into());
    assert_eq!(record["path"], "C:\\a\"b".into());
    assert_eq!(record["last"], "四\r\n".into());
}

#[tokio::test]
async fn a_page_in_the_chinese_code_page_is_read() {
    let mut page = b"<html><body>".to_vec();
    page.extend([0xb7, 0xfe, 0xce, 0xf1, 0xc6, 0xf7, 0xb4, 0xed, 0xce, 0xf3]);
    page.extend(b"</body></html>");
    let error = answer_to(&form_list(), 500, page).await.unwrap_err();
    assert_eq!(error.fault().message, "服务器错误");
}

/// A damaged byte is no reason to read the rest in another code page.
#[tokio::test]
async fn a_damaged_byte_leaves_the_rest_readable() {
    let mut body = "{\"Code\":200,\"Msg\":\"ok\",\"Data\":{\"name\":\"榫卯\",\"note\":\""
        .as_bytes()
        .to_vec();
    body.extend([0xff, 0xff]);
    body.extend(b"\"}}");
    let answer = answer_to(&json_get(), 200, body).await.unwrap();
    let sunmao_catalogue::Answer::Record(record) = answer else {
        panic!("no record: {answer:?}");
    };
    assert_eq!(record["name"], "榫卯".into());
}

#[tokio::test]
async fn an_answer_larger_than_allowed_is_not_read() {
    for (operation, kind) in [(json_list(), Kind::OverBudget), (json_save(), Kind::Unconfirmed)] {
        for announced in [true, false] {
            let body = vec![b' '; 200_000];
            let erp = StandIn::start(move |_| {
                let chunks = in_chunks(body.clone());
                std::future::ready(match announced {
                    true => respond(200, body.clone()),
                    false => respond(200, chunks),
                })
            })
            .await;
            let mut settings = erp.settings();
            settings.largest_answer = 100_000;
            let client = ErpClient::new(settings).unwrap();
            let error = client.call(&operation, &Arguments::default()).await.unwrap_err();
            assert_eq!((error.kind(), phase(&error)), (kind, Phase::Reading), "{error}");
            assert!(error.fault().message.contains("100000"));
        }
    }
}

/// A body without an announced length.
fn in_chunks(bytes: Vec<u8>) -> Body {
    let chunks: Vec<_> = bytes
        .chunks(10_000)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect();
    Body::from_stream(futures::stream::iter(chunks))
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = StandIn::start(|_| std::future::ready(ok(sound(&json_list())))).await;
    let target = elsewhere.url.clone();
    let erp = StandIn::start(move |_| {
        let mut response = respond(307, "");
        response
            .headers_mut()
            .insert("location", format!("{target}/webapi").parse().unwrap());
        std::future::ready(response)
    })
    .await;
    let error = erp
        .client()
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.fault().code), (Kind::Unavailable, Some(307)));
    assert!(elsewhere.calls().is_empty());
}

#[tokio::test]
async fn a_call_that_is_not_answered_in_time_ends() {
    let erp = StandIn::start(|seen: Seen| async move {
        match seen.path.ends_with("/first") {
            true => ok(sound(&json_list())),
            false => std::future::pending().await,
        }
    })
    .await;
    let client = erp.client();
    let mut first = json_list();
    first.path = "/first".to_owned();
    client.call(&first, &Arguments::default()).await.unwrap();
    let limit = Duration::from_millis(200);
    for (operation, kind) in [(json_list(), Kind::Unavailable), (json_save(), Kind::Unconfirmed)] {
        let outcome = client.call_within(&operation, &Arguments::default(), limit).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), phase(&error)), (kind, Phase::Awaiting), "{error}");
    }
    assert_eq!(erp.calls().len(), 3, "nothing is repeated");
}

/// Nobody need look up what never went out.
#[tokio::test]
async fn a_write_whose_turn_did_not_come_was_not_sent() {
    let (arrived, arrival) = tokio::sync::oneshot::channel();
    let arrived = std::sync::Mutex::new(Some(arrived));
    let erp = StandIn::start(move |_| {
        if let Some(arrived) = arrived.lock().unwrap().take() {
            let _ = arrived.send(());
        }
        std::future::pending()
    })
    .await;
    let mut settings = erp.settings();
    settings.concurrency = 1;
    let client = ErpClient::new(settings).unwrap();
    let first = client.clone();
    let first = tokio::spawn(async move { first.call(&json_list(), &Arguments::default()).await });
    arrival.await.unwrap();
    let limit = Duration::from_millis(200);
    let outcome = client
        .call_within(&json_save(), &Arguments::default(), limit)
        .await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::OverBudget);
    assert_eq!(erp.calls().len(), 1);
    first.abort();
}

#[tokio::test]
async fn a_login_that_is_not_answered_writes_nothing() {
    let erp = StandIn::with_login(
        |_| std::future::pending(),
        |_| std::future::ready(ok(sound(&json_save()))),
    )
    .await;
    let mut settings = erp.settings();
    settings.timeout = Duration::from_secs(1);
    let client = ErpClient::new(settings).unwrap();
    let error = client
        .call(&json_save(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), phase(&error)),
        (Kind::Unavailable, Phase::SigningIn),
        "{error}"
    );
}

/// What a bare server does with the requests after the login.
#[derive(Clone, Copy)]
enum Then {
    Drop,
    Tear,
    Close,
}

/// A server that signs in and then misbehaves below HTTP.
async fn misbehaving(then: Then) -> ErpClient {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (login, _) = listener.accept().await.unwrap();
        let body = json!({"header": {"status": 0, "message": "", "session": "TOKEN-1"}}).to_string();
        answer(login, &body, body.len()).await;
        if matches!(then, Then::Close) {
            return;
        }
        loop {
            let (call, _) = listener.accept().await.unwrap();
            match then {
                Then::Tear => answer(call, "{\"Code\":200", 5000).await,
                Then::Drop | Then::Close => drop(request(call).await),
            }
        }
    });
    let mut settings = settings(&url);
    settings.password = SecretString::from(PASSWORD);
    ErpClient::new(settings).unwrap()
}

/// Reads a request to the end of its body.
async fn request(mut stream: TcpStream) -> TcpStream {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).await.unwrap();
        read.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&read).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let announced = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next())
            .unwrap();
        if length == 0 || body.len() >= announced.parse().unwrap() {
            return stream;
        }
    }
}

async fn answer(stream: TcpStream, body: &str, announced: usize) {
    let mut stream = request(stream).await;
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {announced}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_connection_that_fails_is_judged_by_whether_the_request_left() {
    let reads = |operation: &Operation| operation.is_read();
    for operation in [json_list(), json_save()] {
        for (then, expected_phase) in [
            (Then::Drop, Phase::Awaiting),
            (Then::Tear, Phase::Reading),
            (Then::Close, Phase::Connecting),
        ] {
            let client = misbehaving(then).await;
            let error = client.call(&operation, &Arguments::default()).await.unwrap_err();
            let expected = match then {
                Then::Close => Kind::Unavailable,
                _ if reads(&operation) => Kind::Unavailable,
                _ => Kind::Unconfirmed,
            };
            assert_eq!(
                (error.kind(), phase(&error)),
                (expected, expected_phase),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn an_erp_that_is_not_there_is_unavailable_for_everybody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = ErpClient::new(settings(&url)).unwrap();
    for operation in [json_list(), json_save()] {
        let error = client.call(&operation, &Arguments::default()).await.unwrap_err();
        assert_eq!(
            (error.kind(), phase(&error)),
            (Kind::Unavailable, Phase::SigningIn),
            "{error}"
        );
        assert!(error.fault().hint.contains("base URL"));
    }
}
