//! What else the sales desk does: follow-ups, shares, projects, and contracts that charge for repairs.

use crate::common::{Caller, field, rows, small, text};
use serde_json::{Value as Json, json};

async fn words(caller: &Caller, operation: &str, arguments: Json) -> String {
    text(&caller.call(operation, arguments).await).to_owned()
}

fn follow_up(ord: i64, words: &str) -> Json {
    json!({"ord": ord, "intro": words, "sort": 481, "plantype": 0, "@ret2_0": "2026-03-02", "@ret2_1": "2026-03-02", "@title2": "电话",
        "@intro2": "完成", "@remind": 1, "@ret_0": "2026-03-02", "@ret_1": "2026-03-02", "@title1": "回访"})
}

#[tokio::test]
async fn follow_ups_are_counted_and_the_last_one_shows() {
    let caller = small().await;
    for object in ["customers", "projects"] {
        let get = format!("{object}.get");
        let before = caller.call(&get, json!({"ord": 4})).await;
        assert_eq!(field(&before, "gjnum")["value"], "0", "{object}");
        for intro in ["第一次联系", "谈的很好"] {
            assert_eq!(
                words(&caller, &format!("{object}.follow-up"), follow_up(4, intro)).await,
                "操作成功！"
            );
        }
        let shown = caller.call(&get, json!({"ord": 4})).await;
        assert_eq!(field(&shown, "gjnum")["value"], "2", "{object}");
        assert_eq!(field(&shown, "gjintro")["value"], "谈的很好", "{object}");
    }
    words(&caller, "contracts.follow-up", follow_up(4, "催款")).await;
    let listed = rows(&caller.call("contracts.list", json!({"ord": 4})).await);
    assert_eq!(
        (&listed[0]["gjnum"], &listed[0]["gjintro"]),
        (&json!(1), &json!("催款"))
    );
}

#[tokio::test]
async fn a_shared_record_says_with_whom() {
    let caller = small().await;
    let name = caller.call("accounts.get", json!({"ord": 9})).await["Data"].to_string();
    let share = json!({"ord": 4, "member1": 0, "member2": "9,77", "sharecontact": 1, "replyshare": 1, "chanceshare": 0, "contractshare": 0});
    assert_eq!(
        words(&caller, "customers.share", share.clone()).await,
        "操作成功！"
    );
    let shown = caller.call("customers.get", json!({"ord": 4})).await;
    let people = field(&shown, "gxry")["value"].as_str().unwrap().to_owned();
    let (known, unknown) = people.split_once('、').unwrap();
    assert!(name.contains(known) && unknown == "77", "{people}");
    assert_eq!(words(&caller, "contracts.share", share).await, "操作成功！");
    let data = caller.call("contracts.get", json!({"ord": 4})).await["Data"].clone();
    assert_eq!(data["AddshareName"], people);
    words(&caller, "contracts.share", json!({"ord": 4, "member1": 1})).await;
    let data = caller.call("contracts.get", json!({"ord": 4})).await["Data"].clone();
    assert_eq!(data["AddshareName"], "所有用户");
}

#[tokio::test]
async fn a_project_is_decided_once() {
    let caller = small().await;
    let approval = |result: i64| json!({"ord": 3, "@__sp_money": "1200.50", "@__sp_result": result});
    let waiting = async || {
        rows(
            &caller
                .call("projects.list", json!({"stype": 1, "pagesize": 100}))
                .await,
        )
    };
    assert!(waiting().await.iter().any(|row| row["ord"] == 3));
    assert_eq!(
        words(&caller, "projects.approve", approval(2)).await,
        "操作成功！"
    );
    assert!(!waiting().await.iter().any(|row| row["ord"] == 3));
    let shown = caller.call("projects.get", json!({"ord": 3})).await;
    assert_eq!(field(&shown, "SpStatus")["text"], "审批否决");
    assert_eq!(field(&shown, "SpMoney")["value"], "1200.50");
    assert_eq!(
        words(&caller, "projects.approve", approval(1)).await,
        "项目已审批，不能重复审批！"
    );
}

#[tokio::test]
async fn one_contract_charges_for_a_repair() {
    let caller = small().await;
    let contract = |number: &str| {
        let mut contract = crate::contract_life::contract(3, number);
        contract["维修单id"] = json!(7);
        contract
    };
    let first = crate::contract_life::save(&caller, contract("HT-W1")).await;
    assert_eq!(
        words(&caller, "contracts.save", contract("HT-W2")).await,
        "维修单已转合同，不能重复转合同！"
    );
    let mut again = contract("HT-W1");
    again["ord"] = json!(first);
    assert_eq!(words(&caller, "contracts.save", again).await, "保存成功！");
}
