//! Wrong credentials, captchas, and words that must never be printed.

use crate::support::*;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Mutex;
use sunmao_catalogue::{Arguments, Kind};
use sunmao_erp_client::{ErpClient, Error, Settings};
use tokio::task::JoinSet;

async fn refusing(message: &'static str) -> StandIn {
    StandIn::with_login(
        move |_| std::future::ready(login_refused(message)),
        |_| std::future::ready(ok(sound(&json_list()))),
    )
    .await
}

async fn failed_call(client: &ErpClient) -> Error {
    client
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn wrong_credentials_are_sent_twice_and_never_again() {
    let erp = refusing("用户名或密码错误").await;
    let client = erp.client();
    for _ in 0..2 {
        let error = failed_call(&client).await;
        assert_eq!(error.kind(), Kind::Session);
        assert_eq!(error.fault().message, "用户名或密码错误");
        assert_eq!(error.fault().code, Some(1));
        assert!(error.fault().hint.contains("captcha"));
    }
    for _ in 0..3 {
        let error = failed_call(&client).await;
        assert_eq!(error.kind(), Kind::Session);
        assert!(error.fault().message.contains("not sent again"));
        assert!(error.fault().hint.contains("captcha"));
    }
    assert_eq!(erp.logins(), 2);
    assert!(erp.calls().is_empty());
}

#[tokio::test]
async fn a_second_client_with_the_same_credentials_has_no_further_attempts() {
    let erp = refusing("密码错误").await;
    failed_call(&erp.client()).await;
    failed_call(&erp.client()).await;
    failed_call(&erp.client()).await;
    assert_eq!(erp.logins(), 2);
    let mut corrected = erp.settings();
    corrected.password = SecretString::from("another one");
    failed_call(&ErpClient::new(corrected).unwrap()).await;
    assert_eq!(erp.logins(), 3, "other credentials are a new try");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_with_a_wrong_password_cost_no_more_than_two_attempts() {
    let erp = refusing("密码错误").await;
    let client = erp.client();
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        callers.spawn(async move { failed_call(&client).await.kind() });
    }
    assert!(
        callers
            .join_all()
            .await
            .into_iter()
            .all(|kind| kind == Kind::Session)
    );
    assert!(erp.logins() <= 2, "{}", erp.logins());
}

#[tokio::test]
async fn a_captcha_is_told_plainly_and_ends_the_attempts() {
    let erp = refusing("请输入验证码").await;
    let client = erp.client();
    let error = failed_call(&client).await;
    assert_eq!(error.fault().message, "请输入验证码");
    assert!(error.fault().hint.contains("browser"), "{}", error.fault().hint);
    let error = failed_call(&client).await;
    assert!(error.fault().message.contains("captcha"));
    assert_eq!(erp.logins(), 1);
}

#[tokio::test]
async fn what_has_nothing_to_do_with_the_credentials_does_not_use_them_up() {
    let erp = refusing("在线用户数已达上限").await;
    let client = erp.client();
    for _ in 0..4 {
        assert_eq!(failed_call(&client).await.kind(), Kind::Session);
    }
    assert_eq!(erp.logins(), 4);
}

/// A gateway's page, or another dialect, may say it too.
#[tokio::test]
async fn a_password_turned_down_in_another_form_counts_as_well() {
    let answers = [
        respond(200, "用户名或密码错误"),
        respond(401, "<html><body>Login failed</body></html>"),
        ok(json!({"code": 1, "msg": "账号不存在"})),
        ok(json!({"Code": 300, "Msg": "密码错误"})),
        ok(json!({"header": {"status": 1, "message": "登录失败，请稍后再试"}})),
    ];
    for answer in answers {
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let status = parts.status.as_u16();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let erp = StandIn::with_login(
            move |_| std::future::ready(respond(status, text.clone())),
            |_| std::future::ready(ok(sound(&json_list()))),
        )
        .await;
        let client = erp.client();
        for _ in 0..4 {
            assert_eq!(failed_call(&client).await.kind(), Kind::Session, "{status}");
        }
        assert_eq!(erp.logins(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_right_login_gives_the_attempts_back() {
    let answers = Mutex::new(vec![
        login_refused("密码错误"),
        login_refused("密码错误"),
        token("TOKEN-2"),
        login_refused("密码错误"),
    ]);
    let erp = StandIn::with_login(
        move |_| std::future::ready(answers.lock().unwrap().pop().expect("a login too many")),
        |seen: Seen| {
            std::future::ready(match seen.path.ends_with("/logout") {
                true => ok(sound(&form_save())),
                false => ok(sound(&json_list())),
            })
        },
    )
    .await;
    let client = erp.client();
    failed_call(&client).await;
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    client.logout().await.unwrap();
    failed_call(&client).await;
    failed_call(&client).await;
    failed_call(&client).await;
    assert_eq!(erp.logins(), 4);
}

#[tokio::test]
async fn a_server_that_is_no_erp_is_told_from_a_wrong_password() {
    for (status, body, words) in [
        (
            404,
            "<html><body><h1>404 找不到文件</h1></body></html>",
            "404 找不到文件",
        ),
        (302, "", "HTTP 302"),
        (404, "", "HTTP 404"),
        (405, "{}", "HTTP 405"),
        (
            200,
            "<html><body>Welcome to nginx!</body></html>",
            "Welcome to nginx!",
        ),
    ] {
        let erp = StandIn::with_login(
            move |_| std::future::ready(respond(status, body)),
            |_| std::future::ready(ok(sound(&json_list()))),
        )
        .await;
        let client = erp.client();
        for _ in 0..3 {
            let error = failed_call(&client).await;
            assert_eq!(error.kind(), Kind::Unavailable, "{error}");
            assert!(error.fault().message.contains(words), "{error}");
            assert!(error.fault().hint.contains("base URL"));
        }
        assert_eq!(erp.logins(), 3, "nobody looked at the password");
    }
}

/// Everything a person or a log could see of a failure.
fn everything(error: &Error) -> String {
    format!("{error} {error:?} {:?}", error.fault())
}

#[tokio::test]
async fn an_erp_that_echoes_what_it_was_sent_gives_no_secret_away() {
    let echo = |seen: Seen| {
        let page = format!(
            "<html><body>Server error in request {} with {} and {PASSWORD}</body></html>",
            seen.body,
            seen.token()
        );
        std::future::ready(respond(500, page))
    };
    let erp = StandIn::start(echo).await;
    let client = erp.client();
    for operation in [form_list(), form_save(), json_list(), helper_save()] {
        let error = client.call(&operation, &Arguments::default()).await.unwrap_err();
        let seen = everything(&error);
        assert!(seen.contains("[redacted]"), "{seen}");
        assert!(!seen.contains("TOKEN-1") && !seen.contains(PASSWORD), "{seen}");
    }
    let printed = format!("{client:?} {:?}", erp.settings());
    assert!(
        !printed.contains("TOKEN-1") && !printed.contains(PASSWORD),
        "{printed}"
    );
}

#[tokio::test]
async fn a_login_that_echoes_the_password_gives_no_secret_away() {
    let answers = [
        ok(json!({"header": {"status": 1, "message": format!("密码 {PASSWORD} 错误")}})),
        respond(500, format!("bad body: {PASSWORD}")),
    ];
    for answer in answers {
        let answer = Mutex::new(Some(answer));
        let erp = StandIn::with_login(
            move |_| std::future::ready(answer.lock().unwrap().take().expect("a login too many")),
            |_| std::future::ready(ok(sound(&json_list()))),
        )
        .await;
        let seen = everything(&failed_call(&erp.client()).await);
        assert!(seen.contains("[redacted]") && !seen.contains(PASSWORD), "{seen}");
    }
}

#[test]
fn unsound_settings_are_named() {
    type Change = fn(&mut Settings);
    let changes: [(&str, Change); 12] = [
        ("serial", |settings| settings.serial = "A\nB".to_owned()),
        ("serial", |settings| settings.serial = " ".to_owned()),
        ("serial", |settings| settings.serial = String::new()),
        ("username", |settings| settings.username = " ".to_owned()),
        ("password", |settings| settings.password = SecretString::from("")),
        ("base_url", |settings| {
            settings.base_url = "ftp://erp.example.com".parse().unwrap()
        }),
        ("base_url", |settings| {
            settings.base_url = "https://me:hidden@erp.example.com".parse().unwrap();
        }),
        ("base_url", |settings| {
            settings.base_url = "https://erp.example.com/?a=b".parse().unwrap()
        }),
        ("requests_per_second", |settings| settings.requests_per_second = 0),
        ("concurrency", |settings| settings.concurrency = 0),
        ("timeout", |settings| settings.timeout = std::time::Duration::ZERO),
        ("timeout", |settings| settings.timeout = std::time::Duration::MAX),
    ];
    for (named, change) in changes {
        let mut settings = settings("https://erp.example.com/erp/");
        change(&mut settings);
        assert!(!format!("{settings:?}").contains("hidden"));
        let error = ErpClient::new(settings).unwrap_err();
        assert!(
            matches!(&error, Error::Setting { setting, .. } if *setting == named),
            "{error}"
        );
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(!error.to_string().contains("hidden"));
        assert!(error.to_string().contains("hint"), "{error}");
    }
    let mut longest = settings("https://erp.example.com/erp/");
    longest.serial = "A2345678901234567890".to_owned();
    ErpClient::new(longest).unwrap();
}
