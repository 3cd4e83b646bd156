//! Recording a simulator: anonymous, of the same shape, and whole.

use crate::common::{LOCAL, field, path, rows, text, total};
use crate::recorded::{Recorded, all_text, fixtures, login, send};
use serde_json::{Value as Json, json};
use sunmao_catalogue::Catalogue;
use sunmao_simulator::{Options, Recorder, Variant};

const NAME: &str = "榫合精密仪器有限公司";
const PERSON: &str = "欧阳思齐";
const PHONE: &str = "13812345678";

/// Every text in a value.
fn texts(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.clone()),
        Json::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Json::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn callers_are_answered_as_the_erp_answers() {
    let recorded = Recorded::small().await;
    for name in ["customers.list", "accounts.list", "warehouses.list"] {
        let expected = recorded.caller.call(name, json!({})).await;
        let answer: Json = serde_json::from_str(&recorded.call(name, json!({})).await).unwrap();
        assert_eq!(answer, expected, "{name}");
    }
    let unknown = recorded
        .direct
        .post(format!("{}/webapi/v3/nowhere", recorded.recorder.base_url()));
    let answer = unknown.body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("找不到对应处理程序"));
    assert_eq!(recorded.recorder.written(), 4);
    let names: Vec<String> = recorded.fixtures().into_keys().collect();
    assert_eq!(
        names,
        [
            "000001-customers.list.json",
            "000002-accounts.list.json",
            "000003-warehouses.list.json",
            "000004-unknown.json"
        ]
    );
}

#[tokio::test]
async fn nothing_private_reaches_the_disk() {
    let recorded = Recorded::small().await;
    let base = recorded.recorder.base_url();
    let session = login(&recorded.direct, &base, "sunmao-demo").await;
    let token = session["header"]["session"].as_str().unwrap().to_owned();
    login(&recorded.direct, &base, "wrong-password").await;
    let customer = json!({
        "ord": 5, "name": NAME, "sort1": "乙", "person_name": PERSON, "mobile": PHONE, "phone": "0571-88889999",
        "intro": format!("{PERSON}说密码是sunmao-demo，令牌是{token}。"), "sysIcus_note": "李四光",
    });
    recorded.call("customers.save-company", customer).await;
    recorded.call("customers.get", json!({"ord": 5})).await;
    recorded.call("customers.list", json!({"name": NAME})).await;
    recorded.call("customers.list", json!({"pagesize": 30})).await;
    recorded
        .call("customer-contacts.list", json!({"pagesize": 30}))
        .await;
    recorded.call("contracts.list", json!({"pagesize": 30})).await;
    recorded.call("accounts.list", json!({})).await;
    recorded
        .call(
            "accounts.create",
            json!({"Name": PERSON, "Username": "siqi.ouyang.1987", "Pw": "hush-hush", "ConfirmPassword": "hush-hush"}),
        )
        .await;
    recorded.call("warehouses.list", json!({})).await;
    recorded.call("products.list", json!({})).await;
    let nowhere = recorded
        .direct
        .post(format!("{base}/webapi/v3/nowhere?name={PERSON}&token={token}"));
    nowhere
        .json(&json!({"who": PERSON, "phone": PHONE, "token": token}))
        .send()
        .await
        .unwrap();

    let written = all_text(recorded.folder.path());
    let mut private = vec![
        NAME.to_owned(),
        PERSON.to_owned(),
        PHONE.to_owned(),
        "0571-88889999".to_owned(),
        "李四光".to_owned(),
        "sunmao-demo".to_owned(),
        "wrong-password".to_owned(),
        "hush-hush".to_owned(),
        token,
        recorded.caller.token.clone(),
        "siqi.ouyang.1987".to_owned(),
    ];
    // What the generated records tell of people and companies.
    for object in ["customers", "customer-contacts", "accounts"] {
        let records = recorded.caller.admin(&format!("records/{object}")).await;
        for record in records["records"].as_array().unwrap() {
            for name in [
                "name",
                "Name",
                "person_name",
                "mobile",
                "phone",
                "email",
                "address",
                "weixinAcc",
                "intro",
            ] {
                private.extend(record[name].as_str().map(str::to_owned));
            }
        }
    }
    let private: Vec<String> = private
        .into_iter()
        .filter(|text| text.chars().count() > 2)
        .collect();
    assert!(private.len() > 200, "{}", private.len());
    for text in &private {
        assert!(!written.contains(text.as_str()), "{text}");
    }
    assert!(!written.contains("session.login"));
}

#[tokio::test]
async fn fixtures_keep_shape_keys_and_joins() {
    let recorded = Recorded::small().await;
    let sound: Json = serde_json::from_str(&recorded.call("customers.list", json!({})).await).unwrap();
    recorded.call("customers.get", json!({"ord": 30})).await;
    let fixtures: Vec<Json> = recorded.fixtures().into_values().collect();
    assert_eq!(fixtures[0]["operations"], json!(["customers.list"]));
    assert_eq!(fixtures[0]["ids"], json!([19]));
    assert_eq!(fixtures[0]["dialect"], "form");
    assert_eq!(fixtures[0]["request"]["json"]["session"], "***");
    assert_eq!(fixtures[0]["request"]["json"]["cmdkey"], "refresh");
    let answer = &fixtures[0]["response"]["body"]["json"];
    assert_eq!(total(answer), total(&sound));
    let (was, is) = (rows(&sound), rows(answer));
    assert_eq!(is.len(), was.len());
    for (was, is) in was.iter().zip(&is) {
        assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>());
        assert_eq!(was["ord"], is["ord"]);
        let (name, other) = (was["name"].as_str().unwrap(), is["name"].as_str().unwrap());
        assert_eq!(name.chars().count(), other.chars().count());
        assert_ne!(name, other);
        let number = is["khid"].as_str().unwrap();
        assert_eq!(number.len(), "KH000030".len());
    }
    // The same record, read another way, joins.
    let screen = &fixtures[1]["response"]["body"]["json"];
    assert_eq!(screen["body"]["bill"]["value"], 30);
    assert_eq!(field(screen, "name")["value"], is[0]["name"]);
    assert_eq!(field(screen, "khid")["value"], is[0]["khid"]);
    // The words of the vendor and the codes stay, those of a person do not.
    let before = recorded.caller.call("customers.get", json!({"ord": 30})).await;
    for (id, stays) in [
        ("ly", true),
        ("jz", true),
        ("bz", true),
        ("hk_xz", true),
        ("date1", true),
        ("mobile", false),
        ("year1", false),
    ] {
        let (was, is) = (field(&before, id), field(screen, id));
        assert_eq!(was["value"] == is["value"], stays, "{id}: {was} {is}");
        assert_eq!(was["text"] == is["text"], stays, "{id}: {was} {is}");
    }
    assert_eq!(field(screen, "name")["caption"], "客户名称");
    let sound: Json =
        serde_json::from_str(&recorded.call("customers.save-company", json!({"ord": 5})).await).unwrap();
    let refused = recorded.fixtures().into_values().last().unwrap();
    assert_eq!(text(&refused["response"]["body"]["json"]), text(&sound));
}

#[tokio::test]
async fn two_recordings_do_not_agree() {
    let names = async || {
        let recorded = Recorded::small().await;
        recorded.call("customers.list", json!({})).await;
        let fixture = recorded.fixtures().into_values().next().unwrap();
        rows(&fixture["response"]["body"]["json"])[0]["name"].clone()
    };
    assert_ne!(names().await, names().await);
}

#[tokio::test]
async fn a_gateway_can_be_recorded_too() {
    let recorded = Recorded::of(Options {
        size: 30,
        ..Options::default()
    })
    .await;
    let gateway = sunmao_simulator::Simulator::start(
        Options {
            size: 30,
            variant: Variant::Gateway,
            ..Options::default()
        },
        LOCAL,
    )
    .await
    .unwrap();
    let recorder = Recorder::start(&gateway.base_url(), recorded.folder.path(), LOCAL)
        .await
        .unwrap();
    let post = async |path: &str, token: &str, body: Json| -> Json {
        let request = recorded
            .direct
            .post(format!("{}{path}", recorder.base_url()))
            .bearer_auth(token);
        request.json(&body).send().await.unwrap().json().await.unwrap()
    };
    let token = post(
        "/api/login",
        "",
        json!({"username": "sunmao", "password": "sunmao-demo"}),
    )
    .await;
    let token = token["token"].as_str().unwrap().to_owned();
    let catalogue = Catalogue::shared();
    let list = catalogue.find("customers.list").unwrap();
    let sound = post(&path(list), &token, json!({"cmdkey": "refresh", "datas": []})).await;
    let fixture = fixtures(recorded.folder.path())
        .remove("000002-customers.list.json")
        .unwrap();
    let answer = &fixture["response"]["body"]["json"]["data"];
    assert_eq!(rows(answer).len(), rows(&sound["data"]).len());
    let written = all_text(recorded.folder.path());
    for secret in [
        token.as_str(),
        "sunmao-demo",
        rows(&sound["data"])[0]["name"].as_str().unwrap(),
    ] {
        assert!(!written.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_erp_may_stand_behind_a_path() {
    let recorded = Recorded::small().await;
    let upstream = format!("{}/erp/", recorded.caller.simulator.base_url());
    let recorder = Recorder::start(&upstream, recorded.folder.path(), LOCAL)
        .await
        .unwrap();
    send(
        &recorded.direct,
        &recorder.base_url(),
        "customers.save-company",
        "",
        json!({}),
    )
    .await;
    let entry = recorded.caller.simulator.ledger().pop().unwrap();
    assert_eq!(entry.path, "/erp/webapi/v3/ov1/salesmanage/custom/add");
    assert_eq!(entry.query.get("intsort").unwrap().as_text(), Some("1"));
    let fixture = recorded.fixtures().into_values().next().unwrap();
    assert_eq!(fixture["path"], "/webapi/v3/ov1/salesmanage/custom/add");
}

#[tokio::test]
async fn a_recording_goes_on_where_it_ended() {
    let recorded = Recorded::small().await;
    recorded.call("customers.list", json!({})).await;
    let again = Recorder::start(
        &recorded.caller.simulator.base_url(),
        recorded.folder.path(),
        LOCAL,
    )
    .await
    .unwrap();
    send(
        &recorded.direct,
        &again.base_url(),
        "accounts.list",
        &recorded.caller.token,
        json!({}),
    )
    .await;
    assert!(recorded.fixtures().contains_key("000002-accounts.list.json"));
    assert!(recorded.fixtures().keys().all(|name| name.ends_with(".json")));
}

#[tokio::test]
async fn most_of_what_the_vendor_says_stays_readable() {
    let recorded = Recorded::small().await;
    recorded.call("contracts.list", json!({})).await;
    let fixture = recorded.fixtures().into_values().next().unwrap();
    let table = &fixture["response"]["body"]["json"]["body"]["source"]["table"];
    let mut captions = Vec::new();
    texts(&table["cols"], &mut captions);
    for caption in ["合同编号", "签订日期"] {
        assert!(captions.iter().any(|text| text == caption), "{captions:?}");
    }
    assert_eq!(fixture["response"]["body"]["json"]["body"]["model"], "report");
}
