//! After-sales service: tickets and their repairs. And suppliers, who are looked up by name.

use crate::common::{field, small, total};
use serde_json::{Value as Json, json};

fn repair(number: &str, ticket: i64) -> Json {
    json!({"title": "换桌腿", "SerialNumber": number, "repair_sl": ticket, "ProcessID": 1, "num": 1, "Cost": "120.50"})
}

#[tokio::test]
async fn repairs_add_up_on_their_ticket() {
    let caller = small().await;
    caller
        .has(
            "service-tickets",
            5,
            &[("repairnum", "1"), ("repaircost", "250.00"), ("clzt", "1")],
        )
        .await;
    caller.has("service-tickets", 6, &[("clzt", "0")]).await;
    let save = "repairs.save";
    caller.done(save, repair("WX-6", 6)).await;
    caller
        .has("service-tickets", 6, &[("clzt", "1"), ("repairnum", "2")])
        .await;
    caller.refused(save, repair("WX-A", 99), "关联受理单不存在").await;
    for (wire, value, words) in [("num", 0, "数量必须大于0"), ("Cost", -1, "维修费不能小于0")] {
        let mut own = repair("WX-A", 5);
        own[wire] = json!(value);
        caller.refused(save, own, words).await;
    }
    let ord = caller.done(save, repair("WX-A", 5)).await;
    caller
        .has(
            "service-tickets",
            5,
            &[("repairnum", "2"), ("repaircost", "370.50")],
        )
        .await;
    caller
        .refused(save, repair("WX-A", 6), "维修单编号已被使用")
        .await;
    let mut change = repair("WX-A", 6);
    change["ord"] = json!(ord);
    caller.refused(save, change.clone(), "关联受理单不能更换").await;
    change["repair_sl"] = json!(5);
    change["Cost"] = json!("0.50");
    caller.done(save, change).await;
    caller
        .has(
            "service-tickets",
            5,
            &[("repairnum", "2"), ("repaircost", "250.50")],
        )
        .await;
}

#[tokio::test]
async fn a_ticket_is_handled_once() {
    let caller = small().await;
    let handle = json!({"ord": 5, "cateid": "赵小满", "info1": "上门", "cate": "孙一", "intro": "已解决"});
    caller.done("service-tickets.handle", handle.clone()).await;
    caller
        .refused("service-tickets.handle", handle, "不能重复处理")
        .await;
    caller
        .refused("repairs.save", repair("WX-A", 5), "关联受理单已处理")
        .await;
    let shown = caller.call("service-tickets.get", json!({"ord": 5})).await;
    assert_eq!(field(&shown, "clzt")["text"], "已处理");
    assert_eq!(field(&shown, "result1")["value"], "已解决");
    assert_eq!(field(&shown, "cateid")["value"], "赵小满");
    for scope in [json!({"stype": 1}), json!({"remind": 22})] {
        assert_eq!(total(&caller.call("service-tickets.list", scope).await), 29);
    }
    assert_eq!(total(&caller.call("service-tickets.list", json!({})).await), 30);
}

#[tokio::test]
async fn a_suppliers_orders_are_found_by_its_name() {
    let caller = small().await;
    let supplier = caller.record("suppliers", 7).await;
    assert_eq!(supplier["gysbh"], "GYS000007");
    let found = caller
        .call("suppliers.list", json!({"gysname": supplier["gysname"]}))
        .await;
    assert_eq!(found["Page"]["RecordCount"], 1);
    let orders = caller
        .first("purchase-orders.list", json!({"TelName": supplier["gysname"]}))
        .await;
    assert_eq!((orders.0["cgid"].as_str(), orders.1), (Some("CG000007"), 1));
}
