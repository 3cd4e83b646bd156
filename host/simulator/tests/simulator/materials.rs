//! Materials: requisitioned for assignments, and registered as used.

use crate::common::{Caller, small};
use serde_json::{Value as Json, json};

/// An assignment that needs 8 of product 2 and 4 of product 3.
async fn assigned(caller: &Caller) -> i64 {
    let own = json!({"Title": "椅子", "ProductID": 1, "UnitID": 1, "NumMake": "2", "Cateid_WA": "3", "DateStart": "2026-03-02",
                     "DateEnd": "2026-03-06", "DateDelivery": "2026-03-10",
                     "WorkAssignItems": [{"ProductID": 2, "NeedNum": 8}, {"ProductID": 3, "NeedNum": 4}]});
    caller.done("work-assignments.create", own).await
}

fn requisition(source: i64, product: i64, number: i64) -> Json {
    json!({"Title": "领料", "MaterialOrderItems": [
        {"SourceType": 1, "SourceID": source, "ProductID": product, "UnitID": 1, "Num": number, "MType": 1}]})
}

fn registration(source: i64, lines: &[(i64, i64)]) -> Json {
    let line = |(product, number): &(i64, i64)| json!({"ProductID": product, "UnitID": 1, "Num1": number});
    json!({"Title": "登记", "PoType": 1, "Bid": source, "MaterialRegisterItems": lines.iter().map(line).collect::<Vec<Json>>()})
}

#[tokio::test]
async fn requisitions_are_for_what_an_assignment_needs() {
    let caller = small().await;
    let source = assigned(&caller).await;
    let create = "material-requisitions.create";
    caller
        .refused(create, json!({"Title": "空"}), "领料明细不能为空")
        .await;
    caller
        .refused(create, requisition(99, 2, 1), "来源派工单不存在")
        .await;
    caller
        .refused(create, requisition(source, 99, 1), "产品不存在")
        .await;
    caller
        .refused(create, requisition(source, 4, 1), "派工单不需要该物料")
        .await;
    caller
        .refused(create, requisition(source, 2, 0), "数量必须大于0")
        .await;
    for (product, number, state) in [(2, 3, "1"), (2, 5, "1"), (3, 4, "2"), (3, 1, "3")] {
        caller.done(create, requisition(source, product, number)).await;
        caller
            .has(
                "work-assignments",
                source,
                &[("llstatus", state), ("djstatus", "0")],
            )
            .await;
    }
    let materials = caller.record("work-assignments", source).await["WorkAssignItems"].clone();
    assert_eq!(
        (&materials[0]["LLNum"], &materials[1]["LLNum"]),
        (&json!("8"), &json!("5"))
    );
    let kept = caller.record("material-requisitions", 34).await;
    assert_eq!(
        (&kept["Code"], &kept["Status"], &kept["CKStatus"]),
        (&json!("LL000034"), &json!(-1), &json!(0))
    );
    let line = &kept["MaterialOrderItems"][0];
    assert_eq!(
        (&line["ID"], &line["ProductCode"], &line["CKNumOK"]),
        (&json!(34), &json!("CP000003"), &json!(0))
    );
}

#[tokio::test]
async fn nobody_registers_what_was_not_requisitioned() {
    let caller = small().await;
    let source = assigned(&caller).await;
    let create = "material-registrations.create";
    caller
        .done("material-requisitions.create", requisition(source, 2, 8))
        .await;
    caller
        .refused(create, registration(99, &[(2, 1)]), "来源派工单不存在")
        .await;
    caller
        .refused(create, registration(source, &[(99, 1)]), "产品不存在")
        .await;
    caller
        .refused(create, registration(source, &[(2, 0)]), "数量必须大于0")
        .await;
    caller
        .refused(create, registration(source, &[(3, 1)]), "超过领料数量")
        .await;
    caller
        .refused(create, registration(source, &[(2, 5), (2, 4)]), "超过领料数量")
        .await;
    let mut told = registration(source, &[(2, 5)]);
    told["Totalnum"] = json!(6);
    caller.refused(create, told, "与明细合计不符").await;
    let ord = caller.done(create, registration(source, &[(2, 5), (2, 1)])).await;
    caller
        .has(
            "material-registrations",
            ord,
            &[("Totalnum", "6"), ("Code", "DJ000031")],
        )
        .await;
    caller
        .refused(create, registration(source, &[(2, 3)]), "超过领料数量")
        .await;
    caller.has("work-assignments", source, &[("djstatus", "1")]).await;
    caller
        .done("material-requisitions.create", requisition(source, 3, 4))
        .await;
    caller.done(create, registration(source, &[(2, 2), (3, 4)])).await;
    caller.has("work-assignments", source, &[("djstatus", "2")]).await;
    let materials = caller.record("work-assignments", source).await["WorkAssignItems"].clone();
    assert_eq!(
        (&materials[0]["RegedNum"], &materials[1]["RegedNum"]),
        (&json!("8"), &json!("4"))
    );
}

#[tokio::test]
async fn generated_materials_agree() {
    let caller = small().await;
    let product = caller.record("work-assignments", 7).await["WorkAssignItems"][0]["ProductID"]
        .as_i64()
        .unwrap();
    caller
        .done("material-requisitions.create", requisition(7, product, 10))
        .await;
    caller
        .done("material-registrations.create", registration(7, &[(product, 40)]))
        .await;
    let material = caller.record("work-assignments", 7).await["WorkAssignItems"][0].clone();
    assert_eq!(
        (&material["LLNum"], &material["RegedNum"]),
        (&json!("60"), &json!("60"))
    );
    caller
        .refused(
            "material-registrations.create",
            registration(7, &[(product, 1)]),
            "超过领料数量",
        )
        .await;
}
