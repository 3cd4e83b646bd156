//! Quality inspections: sent, inspected, reviewed.

use crate::common::{Caller, small};
use serde_json::{Value as Json, json};

/// An assignment of 50 pieces, and a task that sends them all to inspection.
async fn sent(caller: &Caller) -> (i64, i64) {
    let own = json!({"Title": "木箱", "ExecQcCheck": 1, "ProductID": 1, "UnitID": 1, "NumMake": "50", "Cateid_WA": "3",
                     "DateStart": "2026-03-02", "DateEnd": "2026-03-06", "DateDelivery": "2026-03-10"});
    let assignment = caller.done("work-assignments.create", own).await;
    let task = caller
        .done("quality-inspection-tasks.create", task(assignment, 50))
        .await;
    (assignment, task)
}

fn task(assignment: i64, number: i64) -> Json {
    json!({"Title": "送检", "QcCateid": 8, "TaskDate": "2026-03-06", "WAID": assignment, "PoType": 1,
           "QualityTestingTaskItems": [{"ProductID": 1, "UnitID": 1, "Num": number, "QCNum": 9}]})
}

fn inspection(task: i64, line: Json) -> Json {
    let mut own = json!({"DataType": 0, "BID": 1, "SerialNumber": 50, "TaskMXId": 31});
    own.as_object_mut()
        .unwrap()
        .extend(line.as_object().unwrap().clone());
    json!({"Title": "检验", "PoType": 1, "QCTaskID": task, "QualityTestingItems": [own]})
}

#[tokio::test]
async fn only_what_needs_inspection_is_sent() {
    let caller = small().await;
    let (assignment, task_ord) = sent(&caller).await;
    let create = "quality-inspection-tasks.create";
    caller.refused(create, task(99, 1), "派工单不存在").await;
    caller
        .refused(create, task(assignment, 0), "送检数量必须大于0")
        .await;
    let kept = caller.record("quality-inspection-tasks", task_ord).await;
    assert_eq!(
        (&kept["TaskBh"], &kept["QCStatus"]),
        (&json!("ZJRW000031"), &json!(0))
    );
    let line = &kept["QualityTestingTaskItems"][0];
    assert_eq!(
        (&line["ID"], &line["QCNum"]),
        (&json!(31), &json!(0)),
        "nothing is inspected yet"
    );
    caller
        .has("quality-inspection-plans", assignment, &[("InspectorName", "50")])
        .await;

    for (list, code) in [
        ("quality-inspection-tasks.list", "ZJRW000031"),
        ("quality-inspection-plans.list", "PG000031"),
    ] {
        let found = caller.call(list, json!({"UserID": 1, "Code": code})).await;
        assert_eq!(found["datas"].as_array().unwrap().len(), 1, "{list}");
    }
    let own = json!({"Title": "打样", "ExecQcCheck": 0, "ProductID": 1, "UnitID": 1, "NumMake": "5", "Cateid_WA": "3",
                     "DateStart": "2026-03-02", "DateEnd": "2026-03-06", "DateDelivery": "2026-03-10"});
    let needless = caller.done("work-assignments.create", own).await;
    caller.refused(create, task(needless, 1), "派工单无需质检").await;
    let plans = caller.admin("records/quality-inspection-plans").await;
    assert_eq!(plans["total"], 31, "one for the assignment that is inspected");
}

#[tokio::test]
async fn the_good_and_the_bad_make_up_the_whole() {
    let caller = small().await;
    let (_, task) = sent(&caller).await;
    let save = "quality-inspections.save";
    for (line, words) in [
        (json!({"NumTesting": 0}), "质检数量必须大于0"),
        (
            json!({"NumTesting": 10, "OkNum": 7, "FailNum": 2}),
            "之和不等于质检数量",
        ),
        (json!({"NumTesting": 10, "OkNum": 11}), "之和不等于质检数量"),
        (json!({"NumTesting": 10, "FailNum": -1}), "之和不等于质检数量"),
        (json!({"NumTesting": 10, "TaskMXId": 5}), "质检任务明细不存在"),
        (json!({"NumTesting": 51}), "质检数量超过送检数量"),
    ] {
        caller.refused(save, inspection(task, line), words).await;
    }
    caller
        .refused(save, inspection(99, json!({"NumTesting": 1})), "质检任务不存在")
        .await;
    for (line, good, bad, result) in [
        (json!({"NumTesting": 10}), "10", "0", 0),
        (json!({"NumTesting": 10, "OkNum": 7}), "7", "3", 1),
        (json!({"NumTesting": 10, "FailNum": 4}), "6", "4", 1),
    ] {
        let ord = caller.done(save, inspection(task, line)).await;
        let kept = caller.record("quality-inspections", ord).await;
        let line = &kept["QualityTestingItems"][0];
        assert_eq!(
            (&line["OkNum"], &line["FailNum"], &line["QTResult"]),
            (&json!(good), &json!(bad), &json!(result))
        );
        assert_eq!(kept["QTResultAll"], result);
    }
    let line = caller.record("quality-inspection-tasks", task).await["QualityTestingTaskItems"][0].clone();
    assert_eq!(
        (&line["QCNum"], &line["HGNum"], &line["QCStatus"]),
        (&json!("30"), &json!("23"), &json!(1))
    );
    caller
        .refused(save, inspection(task, json!({"NumTesting": 21})), "超过送检数量")
        .await;
}

#[tokio::test]
async fn an_inspection_is_corrected_until_it_is_reviewed() {
    let caller = small().await;
    let (assignment, task) = sent(&caller).await;
    let save = "quality-inspections.save";
    let ord = caller
        .done(save, inspection(task, json!({"NumTesting": 50, "FailNum": 5})))
        .await;
    caller
        .has("work-assignments", assignment, &[("zjstatus", "2")])
        .await;
    caller
        .has("quality-inspection-plans", assignment, &[("InspectorName", "0")])
        .await;
    let mut moved = inspection(3, json!({"NumTesting": 1, "TaskMXId": 3}));
    moved["ID"] = json!(ord);
    caller.refused(save, moved, "质检任务不能更换").await;
    let mut change = inspection(task, json!({"NumTesting": 40, "FailNum": 5, "NumBF": 2}));
    change["ID"] = json!(ord);
    caller.done(save, change.clone()).await;
    caller
        .has("work-assignments", assignment, &[("zjstatus", "1")])
        .await;
    caller
        .has("quality-inspection-plans", assignment, &[("InspectorName", "10")])
        .await;
    let line =
        async || caller.record("quality-inspection-tasks", task).await["QualityTestingTaskItems"][0].clone();
    assert_eq!(line().await["BFNum"], "0", "a review decides on scrap");

    let review = json!({"ID": ord, "CkStatus": 1});
    caller.done("quality-inspections.review", review.clone()).await;
    caller
        .refused("quality-inspections.review", review, "已审核，不能重复审核")
        .await;
    caller.refused(save, change, "已审核，不能保存").await;
    let kept = caller.record("quality-inspections", ord).await["QualityTestingItems"][0].clone();
    assert_eq!(
        (&kept["NumSPOK"], &kept["NumBF"], &kept["NumScrap"]),
        (&json!("35"), &json!("2"), &json!("3"))
    );
    let line = line().await;
    assert_eq!((&line["BFNum"], &line["FGNum"]), (&json!("2"), &json!("3")));

    // No more is scrapped than was bad.
    let line = json!({"NumTesting": 10, "FailNum": 3, "NumBF": 9});
    let second = caller.done(save, inspection(task, line)).await;
    caller
        .done("quality-inspections.review", json!({"ID": second}))
        .await;
    let kept = caller.record("quality-inspections", second).await["QualityTestingItems"][0].clone();
    assert_eq!((&kept["NumBF"], &kept["NumScrap"]), (&json!("3"), &json!("0")));
}

#[tokio::test]
async fn generated_inspections_agree() {
    let caller = small().await;
    let mut own = inspection(7, json!({"NumTesting": 10, "TaskMXId": 7}));
    caller.done("quality-inspections.save", own.clone()).await;
    let kept = caller.record("quality-inspection-tasks", 7).await;
    assert_eq!(kept["QCStatus"], 2);
    assert_eq!(kept["QualityTestingTaskItems"][0]["QCNum"], "50");
    caller
        .has("quality-inspection-plans", 7, &[("InspectorName", "50")])
        .await;
    own["QualityTestingItems"][0]["NumTesting"] = json!(1);
    caller
        .refused("quality-inspections.save", own, "超过送检数量")
        .await;
}
