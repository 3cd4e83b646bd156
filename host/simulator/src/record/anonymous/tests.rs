//! Nothing private gets through, wherever it stands, and what the ERP says does.

use super::Anonymiser;
use crate::record::exchange::Asked;
use crate::record::fixture::{Answer, Body};
use crate::routes::Routes;
use crate::variant::Variant;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::sync::OnceLock;
use sunmao_catalogue::Catalogue;

/// Members that answers and requests have, and some that they do not.
const NAMES: [&str; 44] = [
    "header",
    "body",
    "source",
    "report",
    "table",
    "cols",
    "rows",
    "page",
    "bill",
    "groups",
    "fields",
    "id",
    "caption",
    "value",
    "text",
    "message",
    "title",
    "url",
    "wait",
    "data",
    "trees",
    "nodes",
    "options",
    "model",
    "type_",
    "status",
    "appversion",
    "session",
    "Code",
    "Msg",
    "Data",
    "Rows",
    "Cols",
    "Page",
    "code",
    "msg",
    "datas",
    "flag",
    "name",
    "khid",
    "mobile",
    "ord",
    "recordcount",
    "whatever",
];

const SECRETS: [&str; 2] = ["hush-hush-1", "0a1b2c3d4e5f"];

const PRIVATE: [&str; 7] = [
    "王思远",
    "13812345678",
    "青栖榫合木业",
    "wang.siyuan@corp.example.org",
    "0571-88889999",
    "330106198703071234",
    "WX13812345678",
];

fn routes() -> &'static Routes {
    static ROUTES: OnceLock<Routes> = OnceLock::new();
    ROUTES.get_or_init(|| Routes::new(&Catalogue::shared(), Variant::Standard))
}

fn asked(name: &str, body: Body) -> Asked {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(name).unwrap();
    Asked {
        method: "POST".to_owned(),
        path: operation.path.clone(),
        query: operation.fixed_query.clone(),
        body,
    }
}

/// The fixture of an exchange as it would be written.
fn written(name: &str, request: Json, response: Body) -> String {
    let catalogue = Catalogue::shared();
    let asked = asked(name, Body::Json(request));
    let mut anonymiser = Anonymiser::new(catalogue.clone());
    anonymiser.learn(&SECRETS, &asked, &response);
    let understood = asked.understood(&catalogue, routes());
    let answer = Answer {
        status: 200,
        content_type: Some("application/json; charset=utf-8; user=王思远".to_owned()),
        raw_control_characters: false,
        body: response,
    };
    let fixture = anonymiser.fixture(&asked, &understood, answer);
    assert_eq!(
        fixture.response.content_type.as_deref(),
        Some("application/json; charset=utf-8")
    );
    serde_json::to_string(&fixture).unwrap()
}

fn said(message: &str) -> String {
    Anonymiser::new(Catalogue::shared()).words(message)
}

fn any_leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        proptest::sample::select(&PRIVATE[..]).prop_map(Json::from),
        proptest::sample::select(&SECRETS[..]).prop_map(Json::from),
        Just(json!(13_812_345_678_i64)),
        Just(json!("txt:hush-hush-1")),
        Just(json!("保存成功，王思远！")),
        Just(json!("<b>青栖榫合木业</b>")),
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    any_leaf().prop_recursive(5, 40, 5, |inner| {
        let name = proptest::sample::select(&NAMES[..]);
        let members = prop::collection::vec((name, inner.clone()), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Json::from),
            members.prop_map(|members| {
                let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
                Json::Object(members.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// A whole answer of some dialect around anything.
fn any_answer() -> impl Strategy<Value = Json> {
    (0..5, any_json(), any_json()).prop_map(|(kind, one, other)| match kind {
        0 => json!({"header": one, "body": other}),
        1 => json!({"header": {"status": 0, "message": one}, "body": {"source": {"table": {"cols": other, "rows": one}}}}),
        2 => json!({"header": {"status": 0}, "body": {"bill": {"groups": [{"fields": [{"id": one, "value": other}]}]}}}),
        3 => json!({"Code": 200, "Msg": one, "Cols": ["ord", "name"], "Rows": [[one, other]], "Page": other}),
        _ => json!({"flag": true, "code": one, "msg": one, "datas": [{"ID": other, "Name": one}]}),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn nothing_private_gets_through(
        name in proptest::sample::select(&["customers.list", "customers.get", "accounts.list", "warehouses.list"][..]),
        request in any_json(),
        response in prop_oneof![any_answer(), any_json()],
    ) {
        let written = written(name, request, Body::Json(response));
        for text in PRIVATE.iter().chain(&SECRETS) {
            prop_assert!(!written.contains(text), "{} in {}", text, written);
        }
    }
}

#[test]
fn secrets_are_taken_out_wherever_they_stand() {
    let hidden = |text: String| {
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
        text
    };
    let names = json!({
        "hush-hush-1": 1, "x": "my 0a1b2c3d4e5f", "header": {"message": "0a1b2c3d4e5f", "status": 0},
        "body": {"model": "hush-hush-1"},
    });
    let request = json!({"cmdkey": "hush-hush-1", "datas": []});
    hidden(written("customers.list", request, Body::Json(names)));
    let page = Body::Text("<p class='hush-hush-1'>0a1b2c3d4e5f</p>".to_owned());
    let page = hidden(written("customers.list", json!({}), page));
    assert!(page.contains("<p>") && page.contains("</p>"), "{page}");
}

#[test]
fn a_login_tells_the_secrets_of_what_comes_behind_it() {
    let catalogue = Catalogue::shared();
    let mut anonymiser = Anonymiser::new(catalogue.clone());
    let datas = json!([{"id": "user", "val": "txt:siyuan_w"}, {"id": "password", "val": "txt:open_sesame"}]);
    let session = json!({"header": {"status": 0, "session": "token_of_today"}});
    let login = asked("session.login", Body::Json(json!({"datas": datas})));
    anonymiser.learn(&[], &login, &Body::Json(session));
    let gateway = json!({"username": "gate_keeper", "password": "open_gate"});
    anonymiser.learn(&[], &asked("customers.list", Body::Json(gateway)), &Body::Nothing);
    // Names of the protocol and of columns are kept but for secrets among them.
    let models = [
        "siyuan_w",
        "open_sesame",
        "token_of_today",
        "gate_keeper",
        "open_gate",
        "report",
    ];
    let written: Vec<Json> = models
        .iter()
        .map(|model| {
            let call = asked("customers.list", Body::Nothing);
            let answer = Answer {
                status: 200,
                content_type: None,
                raw_control_characters: false,
                body: Body::Json(json!({"header": {"status": 0}, "body": {"model": model}})),
            };
            let fixture = anonymiser.fixture(&call, &call.understood(&catalogue, routes()), answer);
            match fixture.response.body {
                Body::Json(body) => body["body"]["model"].clone(),
                other => panic!("{other:?}"),
            }
        })
        .collect();
    assert_eq!(written, ["***", "***", "***", "***", "***", "report"]);
}

#[test]
fn what_the_erp_says_stays_and_what_it_quotes_does_not() {
    for stays in [
        "合同编号已被使用，不能保存！",
        "客户名称、联系人不能为空，不能保存！",
        "操作成功",
        "会话已失效，请重新登录",
        "",
    ] {
        assert_eq!(said(stays), stays);
    }
    let quoted = said("客户“青栖榫合木业”已存在，不能保存！");
    assert!(
        quoted.starts_with("客户“") && quoted.ends_with("”已存在，不能保存！"),
        "{quoted}"
    );
    assert!(!quoted.contains("榫合"), "{quoted}");
    let counted = said("第3条：数量不能小于0");
    assert!(
        counted.contains('3') && counted.ends_with("不能小于0"),
        "{counted}"
    );
    assert!(!said("电话13812345678").contains("13812345678"));
}
