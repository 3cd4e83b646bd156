//! One session for all callers: made once, renewed once, ended once.

use crate::support::*;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use sunmao_catalogue::{Arguments, Kind, Operation};
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_sign_in_once() {
    let erp = StandIn::start(|_| std::future::ready(ok(sound(&json_list())))).await;
    let client = erp.client();
    assert!(!client.session_status().signed_in);
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        callers.spawn(async move { client.call(&json_list(), &Arguments::default()).await });
    }
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(erp.logins(), 1);
    assert_eq!(erp.calls().len(), 50);
    assert!(erp.calls().iter().all(|seen| seen.token() == "TOKEN-1"));
    let status = client.session_status();
    assert!(status.signed_in && status.since.is_some());
    assert_eq!(status.application_version.as_deref(), Some("32.17"));
}

#[tokio::test]
async fn the_login_says_who_and_from_where() {
    let erp = StandIn::start(|_| std::future::ready(ok(sound(&json_list())))).await;
    erp.client()
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap();
    let expected = json!({"datas": [
        {"id": "user", "val": format!("txt:{}", erp.username)},
        {"id": "password", "val": format!("txt:{PASSWORD}")},
        {"id": "serialnum", "val": "txt:SUNMAOTEST01"},
        {"id": "rndcode", "val": ""},
    ]});
    assert_eq!(erp.login_bodies(), [expected]);
}

/// What each dialect says of a dropped session.
fn expiries() -> Vec<(Operation, u16, serde_json::Value)> {
    let form = |message: &str| json!({"header": {"status": 2, "message": message}});
    vec![
        (form_list(), 200, form("登录超时，请重新登录")),
        (form_save(), 200, form("session已失效")),
        (form_get(), 200, form("您的会话已经过期！")),
        (form_list(), 200, form("操作超时")),
        (form_save(), 200, form("会话(session)已过期")),
        (form_save(), 200, form("您的账号在其他设备登录")),
        (
            form_save(),
            200,
            json!({"header": {"status": 0}, "body": {"message": {"text": "您尚未登陆系统"}}}),
        ),
        (json_list(), 200, json!({"Code": 400, "Msg": "token无效"})),
        (json_save(), 200, json!({"Code": "400", "Msg": ""})),
        (json_list(), 200, form("请先登录")),
        (
            helper_list(),
            200,
            json!({"flag": false, "code": 400, "msg": "Token 已过期"}),
        ),
        (
            helper_save(),
            200,
            json!({"flag": false, "code": 400, "msg": "", "datas": null}),
        ),
        (
            json_save(),
            401,
            json!({"Message": "Authorization has been denied for this request."}),
        ),
    ]
}

#[tokio::test]
async fn a_dropped_session_is_renewed_and_the_call_repeated_once_in_every_dialect() {
    for (operation, status, expiry) in expiries() {
        let sound = sound(&operation);
        let context = expiry.to_string();
        let erp = StandIn::start(move |seen: Seen| {
            std::future::ready(match seen.token().as_str() {
                "TOKEN-1" => respond(status, expiry.to_string()),
                _ => ok(sound.clone()),
            })
        })
        .await;
        let given = arguments([("name", "甲".into())]);
        erp.client().call(&operation, &given).await.expect(&context);
        assert_eq!(erp.logins(), 2, "{context}");
        let mut tokens: Vec<String> = erp.calls().iter().map(Seen::token).collect();
        // A helper operation first tries the token's other name.
        tokens.dedup();
        assert_eq!(tokens, ["TOKEN-1", "TOKEN-2"], "{context}");
    }
}

#[tokio::test]
async fn a_refusal_that_mentions_signing_in_is_no_dropped_session() {
    for message in [
        "登录账号不能重复",
        "数据库查询超时，请稍后再试",
        "用户登录名已存在",
        "token字段过长",
    ] {
        let erp = StandIn::start(move |_| {
            std::future::ready(ok(json!({"header": {"status": 1, "message": message}})))
        })
        .await;
        let error = erp
            .client()
            .call(&form_save(), &Arguments::default())
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.fault().message.as_str()),
            (Kind::Refused, message)
        );
        assert_eq!((erp.logins(), erp.calls().len()), (1, 1), "{message}");
    }
}

#[tokio::test]
async fn a_changed_password_that_asks_for_a_new_login_is_a_success() {
    let body = json!({"header": {"status": 0}, "body": {"message": {"text": "修改成功，请重新登录"}}});
    let erp = StandIn::start(move |_| std::future::ready(ok(body.clone()))).await;
    erp.client()
        .call(&form_save(), &Arguments::default())
        .await
        .unwrap();
    assert_eq!((erp.logins(), erp.calls().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_all_see_the_end_of_a_session_renew_it_once() {
    const CALLERS: usize = 20;
    let all_in = Arc::new(Barrier::new(CALLERS));
    let erp = StandIn::start(move |seen: Seen| {
        let all_in = Arc::clone(&all_in);
        async move {
            if seen.token() == "TOKEN-1" {
                all_in.wait().await;
                return ok(json!({"Code": 400, "Msg": "token无效"}));
            }
            ok(sound(&json_save()))
        }
    })
    .await;
    let mut settings = erp.settings();
    settings.concurrency = CALLERS;
    let client = sunmao_erp_client::ErpClient::new(settings).unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let client = client.clone();
        callers.spawn(async move { client.call(&json_save(), &Arguments::default()).await });
    }
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(erp.logins(), 2);
    assert_eq!(erp.calls().len(), 2 * CALLERS);
}

#[tokio::test]
async fn a_session_that_is_never_taken_is_renewed_once_and_then_reported() {
    let erp = StandIn::start(|_| std::future::ready(ok(json!({"Code": 400, "Msg": "token无效"})))).await;
    let error = erp
        .client()
        .call(&json_save(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Session);
    assert_eq!(error.fault().message, "token无效");
    assert_eq!(error.fault().code, Some(400));
    assert_eq!((erp.logins(), erp.calls().len()), (2, 2));
}

#[tokio::test]
async fn an_installation_that_wants_the_token_under_its_other_name_gets_it_and_is_remembered() {
    let erp = StandIn::start(|seen: Seen| {
        std::future::ready(match seen.body.get("session") {
            Some(_) => ok(sound(&helper_save())),
            None => ok(json!({"flag": false, "code": 400, "msg": "token为空"})),
        })
    })
    .await;
    let client = erp.client();
    for _ in 0..3 {
        client.call(&helper_save(), &Arguments::default()).await.unwrap();
    }
    let names: Vec<bool> = erp
        .calls()
        .iter()
        .map(|seen| seen.body.get("Token").is_some())
        .collect();
    assert_eq!(names, [true, false, false, false]);
    assert_eq!(erp.logins(), 1, "the session served all the time");
}

#[tokio::test]
async fn a_dropped_session_is_renewed_before_it_is_known_what_helper_operations_call_it() {
    let erp = StandIn::start(|seen: Seen| {
        let served = seen.body["Token"] == "TOKEN-2";
        std::future::ready(match served {
            true => ok(sound(&helper_save())),
            false => ok(json!({"flag": false, "code": 300, "msg": "Token不正确"})),
        })
    })
    .await;
    let client = erp.client();
    client.call(&helper_save(), &Arguments::default()).await.unwrap();
    assert_eq!((erp.logins(), erp.calls().len()), (2, 3));
}

#[tokio::test]
async fn a_helper_operation_that_never_takes_the_session_is_reported() {
    let erp =
        StandIn::start(|_| std::future::ready(ok(json!({"flag": false, "code": 400, "msg": ""})))).await;
    let error = erp
        .client()
        .call(&helper_save(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Session);
    assert_eq!((erp.logins(), erp.calls().len()), (2, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_survive_a_session_dropped_every_fifty() {
    let served = Mutex::new(HashMap::<String, u32>::new());
    let erp = StandIn::start(move |seen: Seen| {
        let mut served = served.lock().unwrap();
        let count = served.entry(seen.token()).or_default();
        *count += 1;
        std::future::ready(match *count <= 50 {
            true => ok(sound(&json_save())),
            false => ok(json!({"Code": 400, "Msg": "token无效"})),
        })
    })
    .await;
    let client = erp.client();
    let mut callers = JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        callers.spawn(async move { client.call(&json_save(), &Arguments::default()).await });
    }
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(erp.logins(), 20, "one login for every fifty calls");
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_the_login_to_the_others() {
    let (arrived, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, waits) = (Arc::clone(&arrived), Arc::clone(&go_on));
    let erp = StandIn::with_login(
        move |_| {
            let (told, waits) = (Arc::clone(&told), Arc::clone(&waits));
            async move {
                told.notify_one();
                waits.notified().await;
                token("TOKEN-1")
            }
        },
        |_| std::future::ready(ok(sound(&json_list()))),
    )
    .await;
    let client = erp.client();
    let impatient = client.clone();
    let caller = tokio::spawn(async move { impatient.call(&json_list(), &Arguments::default()).await });
    arrived.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    go_on.notify_one();
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    assert_eq!(erp.logins(), 1);
}

/// The database may have stored the record before the time was up.
#[tokio::test]
async fn a_write_that_took_too_long_is_not_sent_again() {
    for body in [
        json!({"header": {"status": 1, "message": "操作超时"}}),
        json!({"header": {"status": 0}, "body": {"message": {"text": "超时！"}}}),
    ] {
        let erp = StandIn::start(move |_| std::future::ready(ok(body.clone()))).await;
        let outcome = erp.client().call(&form_save(), &Arguments::default()).await;
        assert_eq!(outcome.unwrap_err().kind(), Kind::Unconfirmed);
        assert_eq!((erp.logins(), erp.calls().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_closed_client_does_not_sign_in_again() {
    let erp = StandIn::start(|seen: Seen| {
        std::future::ready(match seen.path.ends_with("/logout") {
            true => ok(sound(&form_save())),
            false => ok(sound(&json_list())),
        })
    })
    .await;
    let client = erp.client();
    let mut events = client.session_events();
    client.call(&json_list(), &Arguments::default()).await.unwrap();
    client.close().await.unwrap();
    let error = client
        .call(&json_list(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(erp.logins(), 1);
    let told = [events.try_recv().unwrap(), events.try_recv().unwrap()];
    assert_eq!(
        told.map(|event| (event.operation, event.id)),
        [("session.login", 11), ("session.logout", 12)]
    );
    assert!(
        events.try_recv().is_err(),
        "what was not asked of the ERP is no event"
    );
}

#[tokio::test]
async fn logging_out_ends_the_session_once() {
    let erp = StandIn::start(|_| std::future::ready(ok(sound(&form_save())))).await;
    let client = erp.client();
    client.logout().await.unwrap();
    assert!(erp.calls().is_empty(), "nothing to end");
    client.call(&form_save(), &Arguments::default()).await.unwrap();
    client.logout().await.unwrap();
    client.logout().await.unwrap();
    let calls = erp.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].path, "/webapi/v3/ov1/logout");
    assert_eq!(calls[1].body, json!({"session": "TOKEN-1", "datas": []}));
    assert!(!client.session_status().signed_in);
}

#[tokio::test]
async fn logging_out_of_a_dropped_session_is_done_and_a_failure_forgets_it_too() {
    let answers = [
        (
            200,
            json!({"header": {"status": 1, "message": "您还没有登录"}}).to_string(),
            None,
        ),
        (
            200,
            json!({"header": {"status": 1, "message": "系统维护中"}}).to_string(),
            Some(Kind::Refused),
        ),
        (
            502,
            "<html><body>Bad gateway</body></html>".to_owned(),
            Some(Kind::Unavailable),
        ),
    ];
    for (status, body, expected) in answers {
        let erp = StandIn::start(move |seen: Seen| {
            std::future::ready(match seen.path.ends_with("/logout") {
                true => respond(status, body.clone()),
                false => ok(sound(&form_save())),
            })
        })
        .await;
        let client = erp.client();
        client.call(&form_save(), &Arguments::default()).await.unwrap();
        let outcome = client.logout().await;
        assert_eq!(outcome.err().map(|error| error.kind()), expected);
        assert!(!client.session_status().signed_in);
    }
}

#[tokio::test]
async fn login_and_logout_are_not_for_callers() {
    let erp = StandIn::start(|_| std::future::ready(ok(sound(&form_save())))).await;
    let mut operation = form_save();
    operation.object = "session".to_owned();
    let error = erp
        .client()
        .call(&operation, &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(erp.calls().is_empty() && erp.logins() == 0);
}
