//! Keys: the ERP gives them out, and a record is stored under no other.

use crate::common::{Caller, example, small, text, total};
use serde_json::{Value as Json, json};
use sunmao_catalogue::Catalogue;

async fn reserve(caller: &Caller) -> i64 {
    let answer = caller.call("customers.reserve", json!({})).await;
    answer["body"]["bill"]["value"].as_i64().unwrap()
}

fn customer(ord: Json) -> Json {
    json!({"ord": ord, "name": "云溪样例有限公司", "sort1": "重点客户", "person_name": "林一"})
}

#[tokio::test]
async fn a_key_that_nobody_reserved_stores_nothing() {
    let caller = small().await;
    for ord in [31, 40, 2_147_483_647] {
        let refused = caller.call("customers.save-company", customer(json!(ord))).await;
        assert_eq!(text(&refused), "单据不存在或已被删除", "{ord}");
        assert!(caller.simulator.ledger().pop().unwrap().changes.is_empty());
    }
    assert_eq!(total(&caller.call("customers.list", json!({})).await), 30);
    let reserved = reserve(&caller).await;
    assert_eq!(reserved, 31, "the largest key did not use up the others");
    let saved = caller
        .call("customers.save-company", customer(json!(reserved)))
        .await;
    assert_eq!(text(&saved), "保存成功！");
    let contact = json!({"ord": 99, "company": 1, "person_name": "赵小满"});
    let refused = caller.call("customer-contacts.save", contact).await;
    assert_eq!(text(&refused), "单据不存在或已被删除");
}

#[tokio::test]
async fn a_reserved_key_belongs_to_its_own_object() {
    let caller = small().await;
    let reserved = reserve(&caller).await;
    let catalogue = Catalogue::shared();
    let mut contract = example(catalogue.find("contracts.save").unwrap());
    contract["ord"] = json!(reserved);
    let refused = caller.call("contracts.save", contract).await;
    assert_eq!(text(&refused), "单据不存在或已被删除");
}

#[tokio::test]
async fn an_empty_key_makes_a_new_record_and_several_make_none() {
    let caller = small().await;
    for ord in [json!(""), json!(0), json!(null)] {
        let saved = caller.call("customers.save-company", customer(ord)).await;
        assert_eq!(text(&saved), "保存成功！");
    }
    assert_eq!(total(&caller.call("customers.list", json!({})).await), 33);
    let refused = caller
        .call("customers.save-company", customer(json!("4,5")))
        .await;
    assert!(text(&refused).contains("不能保存"), "{refused}");
    assert!(caller.simulator.ledger().pop().unwrap().changes.is_empty());
    let mut both = customer(json!(4));
    both["id"] = json!("");
    caller.call("customers.save-company", both).await;
    let entry = caller.simulator.ledger().pop().unwrap();
    assert_eq!(
        entry.changes[0].ord, 4,
        "an empty name for the key does not hide the other"
    );
}
