//! Customers and what hangs from them: reserving, saving, updating, numbers that nobody may use twice, contacts.

use crate::common::{Caller, field, rows, small, text, total};
use serde_json::{Value as Json, json};
use sunmao_simulator::{ChangeKind, Outcome};

async fn reserve(caller: &Caller) -> (i64, String) {
    let answer = caller.call("customers.reserve", json!({})).await;
    let ord = answer["body"]["bill"]["value"].as_i64().unwrap();
    let khid = field(&answer, "khid")["value"].as_str().unwrap().to_owned();
    (ord, khid)
}

fn company(name: &str, khid: &str) -> Json {
    json!({"name": name, "khid": khid, "sort1": "重点客户", "person_name": "林一", "mobile": "199-0000-9001"})
}

#[tokio::test]
async fn a_reserved_key_is_nobodys_until_it_is_saved() {
    let caller = small().await;
    let (ord, khid) = reserve(&caller).await;
    let (other, other_khid) = reserve(&caller).await;
    assert!(ord > 30 && other > ord);
    assert_ne!(khid, other_khid);
    let missing = caller.call("customers.get", json!({"ord": ord})).await;
    assert_ne!(missing["header"]["status"], 0);
    assert_eq!(total(&caller.call("customers.list", json!({})).await), 30);
}

#[tokio::test]
async fn saving_under_a_reserved_key_can_be_repeated() {
    let caller = small().await;
    let (ord, khid) = reserve(&caller).await;
    let mut customer = company("云溪样例有限公司", "");
    customer["ord"] = json!(ord);
    for kind in [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Updated] {
        let answer = caller.call("customers.save-company", customer.clone()).await;
        assert_eq!(text(&answer), "保存成功！");
        let entry = caller.simulator.ledger().pop().unwrap();
        assert_eq!(entry.changes[0].kind, kind);
        assert_eq!(entry.changes[0].ord, ord);
        assert_eq!(entry.changes[1].object, "customer-contacts");
        assert_eq!(entry.changes[1].kind, kind);
    }
    let shown = caller.call("customers.get", json!({"ord": ord})).await;
    assert_eq!(shown["body"]["bill"]["value"], ord);
    assert_eq!(field(&shown, "khid")["value"], khid.as_str());
    assert_eq!(field(&shown, "name")["value"], "云溪样例有限公司");
    assert_eq!(field(&shown, "name")["notnull"], 1);
    assert_eq!(field(&shown, "name")["maxl"], 100);
    assert_eq!(field(&shown, "sort2")["text"], "单位客户");
    assert_eq!(total(&caller.call("customers.list", json!({})).await), 31);
    assert_eq!(total(&caller.call("customer-contacts.list", json!({})).await), 31);
}

#[tokio::test]
async fn a_save_changes_what_it_carries_and_nothing_else() {
    let caller = small().await;
    let before = caller.call("customers.get", json!({"ord": 5})).await;
    let mut customer = company("改名有限公司", "");
    customer.as_object_mut().unwrap().remove("khid");
    customer["ord"] = json!("5");
    customer["ly"] = json!("广告宣传");
    customer["zijin"] = json!("1,200.50");
    customer["intro"] = json!("");
    customer["zdy9"] = json!("我们的字段");
    caller.call("customers.save-company", customer).await;
    let after = caller.call("customers.get", json!({"ord": 5})).await;
    assert_eq!(field(&after, "name")["value"], "改名有限公司");
    assert_eq!(field(&after, "ly")["value"], "174");
    assert_eq!(field(&after, "ly")["text"], "广告宣传");
    assert_eq!(field(&after, "zijin")["value"], "1200.50");
    assert_eq!(field(&after, "intro")["value"], "");
    assert_eq!(field(&after, "zdy9")["value"], "我们的字段");
    for kept in ["khid", "address", "date1"] {
        assert_ne!(field(&before, kept)["value"], "");
        assert_eq!(field(&before, kept), field(&after, kept));
    }
}

#[tokio::test]
async fn a_number_is_used_once() {
    let caller = small().await;
    caller
        .call("customers.save-company", company("甲有限公司", "WX7"))
        .await;
    let refused = caller.call("customers.save-person", company("乙", "WX7")).await;
    assert_eq!(text(&refused), "客户编号已被使用，不能保存！");
    let mut json_create = json!({"sort2": 1, "name": "丙有限公司", "khid": "WX7", "sort": "重点客户", "sort1": "初访", "person_name": "周三"});
    let refused = caller.call("customers.create", json_create.clone()).await;
    assert_eq!(
        refused,
        json!({"Code": 300, "Msg": "客户编号已被使用，不能保存！"})
    );
    assert_eq!(caller.simulator.ledger().pop().unwrap().outcome, Outcome::Refused);
    assert!(caller.simulator.ledger().pop().unwrap().changes.is_empty());
    assert_eq!(total(&caller.call("customers.list", json!({})).await), 31);

    // The number is free again once its holder has another one.
    let found = rows(&caller.call("customers.list", json!({"khid": "WX7"})).await);
    let mut renumbered = company("甲有限公司", "WX8");
    renumbered["ord"] = found[0]["ord"].clone();
    caller.call("customers.save-company", renumbered).await;
    let created = caller.call("customers.create", json_create.clone()).await;
    assert_eq!(created["Code"], 200);
    json_create["khid"] = json!("WX8");
    assert_eq!(caller.call("customers.create", json_create).await["Code"], 300);
}

#[tokio::test]
async fn a_proposed_number_that_was_taken_meanwhile_is_replaced() {
    let caller = small().await;
    let (ord, khid) = reserve(&caller).await;
    caller
        .call("customers.save-company", company("快手有限公司", &khid))
        .await;
    let mut late = company("慢手有限公司", "");
    late["ord"] = json!(ord);
    assert_eq!(
        text(&caller.call("customers.save-company", late).await),
        "保存成功！"
    );
    let shown = caller.call("customers.get", json!({"ord": ord})).await;
    let given = field(&shown, "khid")["value"].as_str().unwrap();
    assert!(given != khid && given.starts_with("KH"), "{given}");
}

#[tokio::test]
async fn what_is_missing_is_named_all_at_once() {
    let caller = small().await;
    let refused = caller
        .call("customers.save-company", json!({"khid": "X1", "name": ""}))
        .await;
    assert_eq!(
        text(&refused),
        "客户名称、客户分类、联系人姓名不能为空，不能保存！"
    );
    let mut long = company(&"长".repeat(101), "X1");
    assert_eq!(
        text(&caller.call("customers.save-company", long.clone()).await),
        "客户名称不能超过100个字，不能保存！"
    );
    long["name"] = json!("长".repeat(100));
    assert_eq!(
        text(&caller.call("customers.save-company", long).await),
        "保存成功！"
    );
}

#[tokio::test]
async fn keys_that_no_database_holds_are_refused() {
    let caller = small().await;
    for key in [json!(-1), json!("abc"), json!("9999999999"), json!("1.5")] {
        let mut customer = company("坏键有限公司", "");
        customer["ord"] = key;
        let refused = caller.call("customers.save-company", customer).await;
        assert!(text(&refused).contains("数据唯一标识"), "{refused}");
    }
    assert_eq!(total(&caller.call("customers.list", json!({})).await), 30);
}

#[tokio::test]
async fn json_and_form_mean_the_same_customer() {
    let caller = small().await;
    let created = caller
        .call(
            "customers.create",
            json!({"sort2": 2, "name": "双面", "khid": "J1", "sort": "普通客户", "sort1": "初访", "ly": "VIP",
                   "zip": 100, "person_name": "双面", "mobile": "199-0000-9002"}),
        )
        .await;
    assert_eq!(
        created,
        json!({"Code": 200, "Msg": "保存成功！"}),
        "an add tells no key"
    );
    let found = rows(&caller.call("customers.list", json!({"khid": "J1"})).await);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0]["sort1"], "普通客户",
        "the form's sort1 is the json dialect's sort"
    );
    assert_eq!(found[0]["ly"], "VIP");
    let ord = found[0]["ord"].clone();
    let updated = caller
        .call(
            "customers.update",
            json!({"ord": ord, "sort2": 2, "name": "双面人", "sort": "普通客户", "sort1": "成交", "person_name": "双面人"}),
        )
        .await;
    assert_eq!(updated["Code"], 200);
    let shown = caller.call("customers.get", json!({"ord": ord})).await;
    assert_eq!(field(&shown, "name")["value"], "双面人");
    assert_eq!(field(&shown, "khid")["value"], "J1");
    assert_eq!(field(&shown, "ly")["value"], "977");
    let contacts = rows(
        &caller
            .call("customer-contacts.list", json!({"company": ord}))
            .await,
    );
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0]["person_name"], "双面人");
    assert_eq!(contacts[0]["mobile"], "199-0000-9002");
    let missing = caller
        .call(
            "customers.update",
            json!({"ord": 9999, "sort2": 2, "name": "无", "sort": "无", "sort1": "无", "person_name": "无"}),
        )
        .await;
    assert_eq!(missing["Code"], 300);
}

#[tokio::test]
async fn commands_show_in_the_records_state() {
    let caller = small().await;
    caller
        .call(
            "customers.review",
            json!({"ord": 3, "jg": 2, "intro": "资料不全"}),
        )
        .await;
    let shown = caller.call("customers.get", json!({"ord": 3})).await;
    assert_eq!(field(&shown, "zt")["value"], "客户审核：否决");
    assert_ne!(
        field(&shown, "intro")["value"],
        "资料不全",
        "the opinion is not the customer's note"
    );
    let record = &caller.admin("records/customers?written=true").await["records"][0];
    assert_eq!(record["_commands"][0]["operation"], "customers.review");
    assert_eq!(record["_commands"][0]["arguments"]["intro"], "资料不全");
    caller.call("customers.take-back", json!({"ord": "4,5"})).await;
    assert_eq!(caller.simulator.ledger().pop().unwrap().changes.len(), 2);
    let missing = caller.call("customers.protect", json!({"ord": 31})).await;
    assert!(text(&missing).contains("不存在"));
}

#[tokio::test]
async fn many_callers_at_once_get_keys_and_numbers_of_their_own() {
    let caller = small().await;
    let save = async |number: usize| {
        let (ord, khid) = reserve(&caller).await;
        let mut customer = company(&format!("并发{number}有限公司"), "");
        customer["ord"] = json!(ord);
        assert_eq!(
            text(&caller.call("customers.save-company", customer).await),
            "保存成功！"
        );
        khid
    };
    let mut numbers = futures::future::join_all((0..100).map(save)).await;
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 100);
    let found = caller.call("customers.list", json!({"name": "并发"})).await;
    assert_eq!(total(&found), 100);
}
