//! The life of a session: login, captcha, logout, expiry in each dialect's own way.

use crate::common::{Caller, small, start};
use serde_json::{Value as Json, json};
use sunmao_simulator::{Options, Outcome, Variant};

async fn without_session(caller: &mut Caller, token: &str) -> [Json; 3] {
    caller.token = token.to_owned();
    [
        caller.call("customers.list", json!({})).await,
        caller.call("accounts.list", json!({})).await,
        caller.call("warehouses.list", json!({})).await,
    ]
}

fn assert_expired(answers: &[Json; 3]) {
    let [form, json, helper] = answers;
    assert_ne!(form["header"]["status"], 0);
    assert!(form["header"]["message"].as_str().unwrap().contains("重新登录"));
    assert!(form.get("body").is_none());
    assert_eq!(json["Code"], 400);
    assert!(json.get("Rows").is_none());
    assert_eq!(helper["code"], 400);
    assert_eq!(helper["flag"], false);
    assert_eq!(helper["datas"], json!([]));
}

#[tokio::test]
async fn one_token_serves_all_dialects_and_no_other_does() {
    let mut caller = small().await;
    let token = caller.token.clone();
    for wrong in ["", "0123456789abcdef"] {
        assert_expired(&without_session(&mut caller, wrong).await);
    }
    let [form, json, helper] = without_session(&mut caller, &token).await;
    assert_eq!(form["header"]["status"], 0);
    assert_eq!(json["Code"], 200);
    assert_eq!(helper["code"], 200);
}

#[tokio::test]
async fn logout_ends_the_session() {
    let mut caller = small().await;
    let answer = caller.call("session.logout", json!({})).await;
    assert_eq!(answer["header"]["status"], 0);
    let token = caller.token.clone();
    assert_expired(&without_session(&mut caller, &token).await);
}

#[tokio::test]
async fn helper_takes_its_token_under_another_name() {
    let caller = small().await;
    let body = json!({"session": caller.token, "Datas": {}});
    let answer = caller
        .post("/webapi/apihelper/stock/stock/getwarehouses", &body)
        .await;
    assert_eq!(answer["code"], 200);
}

#[tokio::test]
async fn three_wrong_passwords_ask_for_a_captcha() {
    let caller = small().await;
    for _ in 0..3 {
        let answer = caller.login("sunmao", "wrong", "").await;
        assert_ne!(answer["header"]["status"], 0);
        assert!(answer["header"]["message"].as_str().unwrap().contains("密码"));
    }
    let asked = caller.login("sunmao", "sunmao-demo", "").await;
    assert_ne!(asked["header"]["status"], 0);
    assert!(asked["header"]["message"].as_str().unwrap().contains("验证码"));
    let status = caller.admin("status").await;
    let captcha = status["captcha"].as_str().unwrap();
    let answer = caller.login("sunmao", "sunmao-demo", captcha).await;
    assert_eq!(answer["header"]["status"], 0);
    assert_eq!(answer["header"]["appversion"], "32.17");
    assert_eq!(caller.admin("status").await["captcha"], Json::Null);
}

#[tokio::test]
async fn a_good_login_forgives_the_failures_before_it() {
    let caller = small().await;
    for _ in 0..3 {
        caller.login("sunmao", "wrong", "").await;
        caller.login("nobody", "sunmao-demo", "").await;
        assert_eq!(
            caller.login("sunmao", "sunmao-demo", "").await["header"]["status"],
            0
        );
    }
}

#[tokio::test]
async fn logins_want_the_mark_of_plain_text_and_a_device_name_where_the_vendor_is_taken_by_his_word() {
    let caller = start(Options {
        variant: Variant::Strict,
        size: 3,
        ..Options::default()
    })
    .await;
    let attempt = async |user: &str, device: &str| {
        let datas = json!([
            {"id": "user", "val": user}, {"id": "password", "val": "txt:sunmao-demo"},
            {"id": "serialnum", "val": device}, {"id": "rndcode", "val": ""},
        ]);
        let answer = caller
            .post("/sysa/mobilephone/login.asp", &json!({"datas": datas}))
            .await;
        answer["header"]["status"] == 0
    };
    assert!(attempt("txt:sunmao", "txt:A1").await);
    assert!(!attempt("sunmao", "txt:A1").await);
    assert!(!attempt("txt:sunmao", "txt:").await);
    assert!(!attempt("txt:sunmao", "txt:not-a-name").await);
    assert!(!attempt("txt:sunmao", "txt:ABCDEFGHIJKLMNOPQRSTU").await);
}

#[tokio::test]
async fn sessions_end_after_so_many_calls() {
    let caller = start(Options {
        size: 3,
        session_calls: Some(4),
        ..Options::default()
    })
    .await;
    for _ in 0..4 {
        assert_eq!(
            caller.call("customers.list", json!({})).await["header"]["status"],
            0
        );
    }
    assert_ne!(
        caller.call("customers.list", json!({})).await["header"]["status"],
        0
    );
    let outcomes: Vec<Outcome> = caller
        .simulator
        .ledger()
        .iter()
        .map(|entry| entry.outcome)
        .collect();
    assert_eq!(outcomes[..5], [Outcome::Done; 5]);
    assert_eq!(outcomes[5], Outcome::NoSession);
}

#[tokio::test]
async fn the_admin_path_drops_all_sessions() {
    let mut caller = small().await;
    caller.login("sunmao", "sunmao-demo", "").await;
    let url = caller.url("/_simulator/sessions/drop");
    let answer: Json = caller.http.post(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({"dropped": 2}));
    let token = caller.token.clone();
    assert_expired(&without_session(&mut caller, &token).await);
    assert_eq!(caller.simulator.drop_sessions(), 0);
}
