//! Requests as they go over the wire.

use crate::support::*;
use rust_decimal::Decimal;
use serde_json::json;
use sunmao_catalogue::{Arguments, Operation, Record, Value};
use sunmao_erp_client::ErpClient;

async fn sent(operation: &Operation, given: &Arguments) -> Seen {
    let sound = sound(operation);
    let erp = StandIn::start(move |_| std::future::ready(ok(sound.clone()))).await;
    erp.client().call(operation, given).await.unwrap();
    erp.calls().remove(0)
}

fn every_type() -> Arguments {
    let line: Record = [
        ("num", Value::Integer(2)),
        ("price", Value::Decimal(Decimal::new(120_050, 2))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect();
    arguments([
        ("name", "榫卯 \"木业\"\n有限公司".into()),
        ("ly", 173.into()),
        ("money", Decimal::new(120_050, 2).into()),
        ("open", true.into()),
        ("closed", false.into()),
        ("absent", Value::Null),
        ("empty", "".into()),
        ("lines", vec![Value::from(line)].into()),
    ])
}

#[tokio::test]
async fn a_form_carries_session_command_and_datas_in_its_body() {
    let seen = sent(&form_save(), &every_type()).await;
    assert_eq!(
        seen.body,
        json!({"session": "TOKEN-1", "cmdkey": "__sys_dosave", "datas": [
            {"id": "name", "val": "榫卯 \"木业\"\n有限公司"},
            {"id": "ly", "val": 173},
            {"id": "money", "val": "1200.50"},
            {"id": "open", "val": 1},
            {"id": "closed", "val": 0},
            {"id": "empty", "val": ""},
            {"id": "lines", "val": [{"num": 2, "price": "1200.50"}]},
        ]})
    );
    assert!(!seen.headers.contains_key("zbapi-token"));
    assert_eq!(seen.headers["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_form_without_a_command_sends_none() {
    let seen = sent(&form_get(), &arguments([("ord", 7.into())])).await;
    assert_eq!(
        seen.body,
        json!({"session": "TOKEN-1", "datas": [{"id": "ord", "val": 7}]})
    );
}

#[tokio::test]
async fn json_carries_the_token_in_a_header_and_a_plain_object() {
    let seen = sent(&json_save(), &every_type()).await;
    assert_eq!(seen.headers["zbapi-token"], "TOKEN-1");
    assert_eq!(
        seen.body,
        json!({
            "name": "榫卯 \"木业\"\n有限公司", "ly": 173, "money": "1200.50", "open": true, "closed": false, "empty": "",
            "lines": [{"num": 2, "price": "1200.50"}],
        })
    );
    assert_eq!(sent(&json_list(), &Arguments::default()).await.body, json!({}));
}

#[tokio::test]
async fn a_helper_read_sends_an_object_and_a_helper_save_a_list_of_one() {
    let given = arguments([("PageNumber", 2.into())]);
    let seen = sent(&helper_list(), &given).await;
    assert_eq!(seen.body, json!({"Token": "TOKEN-1", "Datas": {"PageNumber": 2}}));
    assert!(!seen.headers.contains_key("zbapi-token"));
    let seen = sent(&helper_save(), &every_type()).await;
    assert_eq!(seen.body["Datas"].as_array().unwrap().len(), 1);
    assert_eq!(
        seen.body["Datas"][0]["lines"],
        json!([{"num": 2, "price": "1200.50"}])
    );
}

#[tokio::test]
async fn fixed_query_values_and_the_path_in_front_go_into_the_address() {
    let mut operation = form_list();
    operation.fixed_query = vec![
        ("datatype".to_owned(), "add contract".to_owned()),
        ("__unit".to_owned(), "0".to_owned()),
    ];
    for (base, expected) in [
        ("", "/webapi/v3/ov1/widgets/try"),
        ("/", "/webapi/v3/ov1/widgets/try"),
        ("/erp/SYSA", "/erp/SYSA/webapi/v3/ov1/widgets/try"),
        ("/erp/SYSA/", "/erp/SYSA/webapi/v3/ov1/widgets/try"),
    ] {
        let erp = StandIn::start(|_| std::future::ready(ok(sound(&form_list())))).await;
        let client = ErpClient::new(settings(&format!("{}{base}", erp.url))).unwrap();
        client.call(&operation, &Arguments::default()).await.unwrap();
        assert_eq!(erp.logins(), 1, "the login lies behind {base} too");
        let seen = erp.calls().remove(0);
        assert_eq!(
            (seen.path.as_str(), seen.query.as_str()),
            (expected, "datatype=add+contract&__unit=0")
        );
    }
}
