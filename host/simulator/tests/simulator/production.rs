//! Production: assignments, their plans and tasks, and what is reported on them.

use crate::common::{Caller, small};
use serde_json::{Value as Json, json};

fn assignment(code: &str) -> Json {
    json!({"Code": code, "Title": "木桌", "ProductID": 1, "UnitID": 1, "NumMake": "30", "Cateid_WA": "3",
           "DateStart": "2026-03-02", "DateEnd": "2026-03-06", "DateDelivery": "2026-03-10"})
}

fn step(operation: i64) -> Json {
    json!({"WorkingProcedureID": operation, "CateIDs": "3", "wNum": 10, "jgtime": 2})
}

fn report(plan: i64, good: &str) -> Json {
    json!({"WorkAssignWFPID": plan, "CateIDs": "3", "hgNum": good, "ExecDate": "2026-03-03", "Wtime": 6, "UnitTime": 2})
}

/// An assignment of one operation, whose plan and task have the key 31.
async fn assigned(caller: &Caller, strategy: i64) -> i64 {
    let mut own = assignment("PG-1");
    own["WorkAssignWFPs"] = json!([step(4)]);
    own["WorkAssignWFPs"][0]["ReportingExceptionStrategy"] = json!(strategy);
    caller.done("work-assignments.create", own).await
}

#[tokio::test]
async fn an_assignment_is_complete_when_it_is_kept() {
    let caller = small().await;
    let create = "work-assignments.create";
    for (wire, value, words) in [
        ("ProductID", json!(99), "派工产品不存在"),
        ("NumMake", json!("0"), "派工数量必须大于0"),
        (
            "WorkAssignItems",
            json!([{"ProductID": 99}]),
            "所需物料第1行：产品不存在",
        ),
        (
            "WorkAssignWFPs",
            json!([step(4), step(99)]),
            "工序执行第2行：工序不存在",
        ),
    ] {
        let mut own = assignment("PG-1");
        own[wire] = value;
        caller.refused(create, own, words).await;
    }
    let mut own = assignment("");
    own["WorkAssignItems"] =
        json!([{"ProductID": 2, "Bl": 4, "WastAge": "0.05"}, {"ProductID": 3, "NeedNum": 7}]);
    let ord = caller.done(create, own).await;
    let name = caller.record("accounts", 3).await["Name"].clone();
    let expected = [
        ("Code", "PG000031"),
        ("ProductCode", "CP000001"),
        ("Cateid_WA", "3"),
        ("Catename_WA", name.as_str().unwrap()),
        ("llstatus", "0"),
        ("djstatus", "0"),
        ("zjstatus", "0"),
        ("SPStatus", "-1"),
    ];
    caller.has("work-assignments", ord, &expected).await;
    let materials = caller.record("work-assignments", ord).await["WorkAssignItems"].clone();
    assert_eq!(
        (&materials[0]["NeedNum"], &materials[0]["ID"]),
        (&json!("126"), &json!(31))
    );
    assert_eq!(
        (&materials[1]["NeedNum"], &materials[1]["ID"]),
        (&json!(7), &json!(32))
    );
    assert_eq!(materials[1]["ProductCode"], "CP000003");
    let mut by_name = assignment("PG-2");
    by_name["Cateid_WA"] = name;
    let ord = caller.done(create, by_name).await;
    let worker = caller.record("work-assignments", ord).await["Cateid_WA"].clone();
    let found = caller
        .record("accounts", worker.as_str().unwrap().parse().unwrap())
        .await;
    assert_eq!(
        found["Name"],
        caller.record("accounts", 3).await["Name"],
        "a name finds its key"
    );
    caller
        .has("work-assignments", ord, &[("llstatus", "4"), ("djstatus", "4")])
        .await;
}

#[tokio::test]
async fn each_operation_is_planned_and_handed_out() {
    let caller = small().await;
    let mut own = assignment("PG-1");
    own["WorkAssignWFPs"] = json!([step(4), step(5)]);
    own["WorkAssignWFPs"][1]["NumMake"] = json!(60);
    own["WorkAssignWFPs"][0]["DateStart"] = json!("2026-03-02");
    own["WorkAssignWFPs"][0]["DateEnd"] = json!("2026-03-02");
    own["WorkAssignWFPs"][1]["DateStart"] = json!("2026-03-03");
    own["WorkAssignWFPs"][1]["DateEnd"] = json!("2026-03-05");
    let ord = caller.done("work-assignments.create", own).await;
    let plan = [
        ("WorkAssignID", "31"),
        ("WABH", "PG-1"),
        ("WorkingProcedureTitle", "工序05"),
        ("NumMake", "60"),
        ("SYSL", "60"),
        ("ExecutionStatus", "0"),
    ];
    caller.has("production-report-plans", 32, &plan).await;
    caller
        .has("production-report-plans", 31, &[("NumMake", "30")])
        .await;
    let task = [
        ("WAID", "31"),
        ("TaskNum", "60"),
        ("sysl", "60"),
        ("CanExec", "1"),
        ("Finished", "0"),
        ("TaskSn", "RW000032"),
    ];
    caller.has("production-tasks", 32, &task).await;
    assert_eq!(ord, 31);
    for (list, filters) in [
        (
            "production-tasks.list",
            json!({"WABH": "PG-1", "StartTime": "2026-03-03", "EndTime": "2026-03-05"}),
        ),
        (
            "production-report-plans.list",
            json!({"code": "PG-1", "StartTime": "2026-03-03", "EndTime": "2026-03-05"}),
        ),
    ] {
        let found = caller.call(list, filters).await;
        assert_eq!(found["Page"]["RecordCount"], 1, "{list}");
    }
    let tasks = caller.call("production-tasks.list", json!({"WAID": 31})).await;
    assert_eq!(tasks["Page"]["RecordCount"], 2, "tasks have keys of their own");
}

#[tokio::test]
async fn nobody_reports_more_than_is_planned() {
    let caller = small().await;
    let ord = assigned(&caller, 0).await;
    let create = "production-reports.create";
    caller.refused(create, report(99, "1"), "工序计划不存在").await;
    caller.refused(create, report(31, "0"), "汇报数量必须大于0").await;
    caller.refused(create, report(31, "-1"), "不能小于0").await;
    caller
        .refused(create, report(31, "30.01"), "汇报数量超过剩余数量")
        .await;
    let mut own = report(31, "18");
    own["TaskID"] = json!(5);
    caller
        .refused(create, own.clone(), "工序任务不属于该工序计划")
        .await;
    own["TaskID"] = json!(31);
    own["fgNum"] = json!(1);
    own["bfNum"] = json!("0.5");
    let first = caller.done(create, own).await;
    let expected = [
        ("Num1", "19.5"),
        ("WaTitle", "木桌"),
        ("WpName", "工序04"),
        ("ProdType", "SM-0001"),
    ];
    caller.has("production-reports", first, &expected).await;
    let plan = [
        ("HGSL", "18"),
        ("FGSL", "1"),
        ("BFSL", "0.5"),
        ("SYSL", "10.5"),
        ("ExecutionStatus", "1"),
        ("StopStatus", "0"),
    ];
    caller.has("production-report-plans", 31, &plan).await;
    caller
        .refused(create, report(31, "10.6"), "汇报数量超过剩余数量")
        .await;
    caller.done(create, report(31, "10.5")).await;
    let plan = [("SYSL", "0.0"), ("ExecutionStatus", "2"), ("StopStatus", "1")];
    caller.has("production-report-plans", 31, &plan).await;
    let task = [
        ("hgNum", "28.5"),
        ("sysl", "0.0"),
        ("CanExec", "0"),
        ("Finished", "1"),
        ("WPstatus", "2"),
    ];
    caller.has("production-tasks", 31, &task).await;
    let steps = caller.record("work-assignments", ord).await["WorkAssignWFPs"].clone();
    assert_eq!(steps[0]["ExecStatus"], 2);
}

#[tokio::test]
async fn a_plan_with_a_strategy_for_it_takes_more() {
    let caller = small().await;
    assigned(&caller, 1).await;
    caller.done("production-reports.create", report(31, "31")).await;
    let plan = [("SYSL", "0"), ("ExecutionStatus", "3")];
    caller.has("production-report-plans", 31, &plan).await;
}

#[tokio::test]
async fn a_report_is_corrected_or_withdrawn() {
    let caller = small().await;
    assigned(&caller, 0).await;
    let first = caller.done("production-reports.create", report(31, "30")).await;
    let mut change = report(31, "31");
    change["ord"] = json!(first);
    caller
        .refused("production-reports.update", change.clone(), "超过剩余数量")
        .await;
    let mut moved = report(5, "3");
    moved["ord"] = json!(first);
    caller
        .refused("production-reports.update", moved, "工序计划不能更换")
        .await;
    change["hgNum"] = json!(29);
    caller.done("production-reports.update", change).await;
    caller
        .has(
            "production-report-plans",
            31,
            &[("HGSL", "29"), ("SYSL", "1"), ("StopStatus", "0")],
        )
        .await;
    caller
        .done("production-reports.delete", json!({"ord": first}))
        .await;
    caller
        .has(
            "production-report-plans",
            31,
            &[("HGSL", "0"), ("SYSL", "30"), ("ExecutionStatus", "0")],
        )
        .await;
    caller
        .has("production-tasks", 31, &[("sysl", "30"), ("CanExec", "1")])
        .await;
}

#[tokio::test]
async fn generated_production_agrees() {
    let caller = small().await;
    for ord in ["1", "30"] {
        let key = ord.parse().unwrap();
        caller
            .has(
                "production-report-plans",
                key,
                &[("WorkAssignID", ord), ("HGSL", "10"), ("SYSL", "90")],
            )
            .await;
        caller
            .has(
                "production-tasks",
                key,
                &[("WAID", ord), ("WFPAID", ord), ("sysl", "90")],
            )
            .await;
        caller
            .has(
                "production-reports",
                key,
                &[("WorkAssignWFPID", ord), ("hgNum", "10"), ("Num1", "10")],
            )
            .await;
        // What a new report adds up to is what was shown before, and itself.
        let change = caller.done("production-reports.create", report(key, "5")).await;
        caller
            .has("production-report-plans", key, &[("HGSL", "15"), ("SYSL", "85")])
            .await;
        assert!(change > 30);
    }
}
