//! Engineering: bills of materials, substitutes, routings and the older material lists.

use crate::common::small;
use serde_json::{Value as Json, json};

fn bill(product: i64, materials: Json) -> Json {
    json!({"title": "木桌", "ProductID": product, "childtd": materials})
}

#[tokio::test]
async fn a_bill_is_made_of_other_products() {
    let caller = small().await;
    let create = "bills-of-materials.create";
    for (line, words) in [
        (json!({"Num": 1}), "第2行：产品ID不能为空"),
        (json!({"ProductID": 1, "Num": 1}), "第2行：子件不能是父件产品本身"),
        (json!({"ProductID": 99, "Num": 1}), "第2行：产品不存在"),
        (json!({"ProductID": 2}), "第2行：数量必须大于0"),
        (json!({"ProductID": 2, "Num": 0}), "第2行：数量必须大于0"),
    ] {
        let materials = json!([{"ProductID": 3, "Num": 1}, line]);
        caller.refused(create, bill(1, materials), words).await;
    }
    caller
        .refused(create, bill(99, json!([])), "父件产品不存在")
        .await;
    let ord = caller
        .done(create, bill(1, json!([{"ProductID": 2, "Num": 4}])))
        .await;
    let product = caller.record("products", 1).await["Title"].clone();
    let expected = [
        ("BOMBH", "BOM000031"),
        ("protitle", product.as_str().unwrap()),
        ("EffectiveTxt", "1"),
        ("StopTxt", "0"),
        ("statusapproval", "-1"),
    ];
    caller.has("bills-of-materials", ord, &expected).await;
    let material = caller.record("bills-of-materials", ord).await["childtd"][0].clone();
    assert_eq!(material["ProductCode"], "CP000002");
    let by_product = json!({"proorder1": "CP000001", "protype1": "SM-0001", "fromType": "0"});
    let listed = caller.call("bills-of-materials.list", by_product).await;
    assert_eq!(
        listed["Page"]["RecordCount"], 2,
        "the generated one and the new one"
    );
    let mut twin = bill(4, json!([]));
    twin["BOMBH"] = json!("BOM000031");
    caller.refused(create, twin, "清单编号已被使用").await;
    // A list is filtered by the labels' codes.
    let listed = caller
        .call(
            "bills-of-materials.list",
            json!({"spstatus": "-1", "StopStatus": "0"}),
        )
        .await;
    assert_eq!(listed["Page"]["RecordCount"], 31);
}

fn substitution(lines: Json) -> Json {
    json!({"ProductID": 2, "unit": 1, "childtd": lines})
}

fn substitute(product: i64, priority: i64, bill: i64) -> Json {
    json!({"ReProductID": product, "Priority": priority, "ApplyBomID": bill, "unit": 1, "Dosage": 1, "ReplacementRatio": 1})
}

#[tokio::test]
async fn a_substitute_is_another_product_of_its_own_rank() {
    let caller = small().await;
    let create = "material-substitutions.create";
    for (second, words) in [
        (substitute(2, 2, 0), "第2行：替代产品不能是原产品本身"),
        (substitute(99, 2, 0), "第2行：产品不存在"),
        (substitute(4, 2, 99), "第2行：适用物料清单不存在"),
        (substitute(4, 1, 0), "第2行：替代优先级重复"),
    ] {
        let lines = json!([substitute(3, 1, 0), second]);
        caller.refused(create, substitution(lines), words).await;
    }
    let mut unknown = substitution(json!([substitute(3, 1, 0)]));
    unknown["ProductID"] = json!(99);
    caller.refused(create, unknown, "产品不存在").await;
    let ord = caller
        .done(
            create,
            substitution(json!([substitute(3, 1, 0), substitute(4, 2, 0)])),
        )
        .await;
    let lines = caller.record("material-substitutions", ord).await["childtd"].clone();
    assert_eq!(
        (&lines[0]["ID"], &lines[1]["ID"]),
        (&json!(31), &json!(32)),
        "keys of their own"
    );

    let update = |line: i64| {
        let mut changed = substitution(json!([substitute(5, 1, 0)]));
        changed["ord"] = json!(ord);
        changed["childtd"][0]["ID"] = json!(line);
        changed
    };
    caller
        .refused("material-substitutions.update", update(5), "明细ID不存在")
        .await;
    caller.done("material-substitutions.update", update(32)).await;
    let lines = caller.record("material-substitutions", ord).await["childtd"].clone();
    assert_eq!(
        (&lines[0]["ID"], &lines[0]["ReProductID"]),
        (&json!(32), &json!(5))
    );
    let listed = caller
        .call("material-substitutions.list", json!({"proorder1": "CP000002"}))
        .await;
    assert_eq!(listed["Page"]["RecordCount"], 2);
    let enabled = caller
        .call("material-substitutions.list", json!({"StopStatus": "1"}))
        .await;
    assert_eq!(enabled["Page"]["RecordCount"], 31);
}

#[tokio::test]
async fn a_bill_that_a_substitute_is_for_stays() {
    let caller = small().await;
    let lines = json!([substitute(3, 1, 7)]);
    caller
        .done("material-substitutions.create", substitution(lines))
        .await;
    caller
        .refused("bills-of-materials.delete", json!({"ord": 7}), "已被物料替代使用")
        .await;
    caller.done("bills-of-materials.delete", json!({"ord": 8})).await;
    let listed = caller.call("bills-of-materials.list", json!({})).await;
    assert_eq!(listed["Page"]["RecordCount"], 29);
}

#[tokio::test]
async fn operations_have_names_of_their_own_and_make_up_routings() {
    let caller = small().await;
    let operation = |name: &str| json!({"GXname": name});
    let ord = caller
        .done("production-operations.create", operation("开料"))
        .await;
    caller
        .has(
            "production-operations",
            ord,
            &[("GXbh", "GX000031"), ("GXstate", "1")],
        )
        .await;
    caller
        .refused(
            "production-operations.create",
            operation("开料"),
            "工序名称已被使用",
        )
        .await;
    let numbered = json!({"GXname": "打磨", "GXbh": "GX000031"});
    caller
        .refused("production-operations.create", numbered, "工序编号已被使用")
        .await;
    let routing = |steps: &[i64]| {
        let steps: Vec<Json> = steps
            .iter()
            .map(|step| json!({"WorkingProcedureID": step}))
            .collect();
        json!({"WFname": "木桌工艺", "WorkAssignWFPs": steps})
    };
    caller
        .refused("routings.create", routing(&[ord, 99]), "第2行：工序不存在")
        .await;
    let made = caller.done("routings.create", routing(&[4, ord])).await;
    caller
        .has(
            "routings",
            made,
            &[("WFbh", "GY000031"), ("WFstatus", "0"), ("ApprovalStatus", "-1")],
        )
        .await;
    let step = caller.record("routings", made).await["WorkAssignWFPs"][1].clone();
    assert_eq!(
        (&step["WorkingProcedureTitle"], &step["RowIndex"]),
        (&json!("开料"), &json!(2))
    );
    let twin = json!({"WFbh": "GY000031"});
    caller
        .refused("routings.create", twin, "工艺路线编号已被使用")
        .await;
    caller
        .done(
            "production-operations.update",
            json!({"ord": ord, "GXstate": "停用"}),
        )
        .await;
    caller
        .refused("routings.create", routing(&[ord]), "工序已停用")
        .await;
}

#[tokio::test]
async fn an_older_material_list_drops_what_is_deleted() {
    let caller = small().await;
    let line = |product: i64, state: i64| json!({"ID": 0, "ProductID": product, "UnitId": 1, "Bl": 1, "Num": 3, "Role": 0, "Wastage": 0, "Mtype": 1, "Del": state});
    let list = |ord: i64, state: i64, product: i64| {
        json!({"ID": ord, "Title": "木凳", "BillType": 1, "IsMain": 1, "FromType": 0, "Del": state,
               "BomItem": line(product, 1), "BomItems": [line(2, 1), line(3, 2)]})
    };
    let save = "production-bills-of-materials.save";
    caller.refused(save, list(0, 1, 99), "产品不存在").await;
    let ord = caller.done(save, list(0, 1, 1)).await;
    let record = caller.record("production-bills-of-materials", ord).await;
    assert_eq!(record["BomItems"].as_array().unwrap().len(), 1);
    assert_eq!(record["BomItems"][0]["ProductCode"], "CP000002");
    assert_eq!(record["BomItem"]["ProductCode"], "CP000001");
    let newest =
        async || caller.call("production-bills-of-materials.list", json!({})).await["datas"][0]["ID"].clone();
    assert_eq!(newest().await, 31);
    caller.done(save, list(ord, 2, 1)).await;
    assert_eq!(newest().await, 30);
}
