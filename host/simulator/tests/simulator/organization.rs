//! The organisation: departments, accounts, the directory and attendance.

use crate::common::{example, small};
use serde_json::{Value as Json, json};
use sunmao_catalogue::Catalogue;

#[tokio::test]
async fn departments_form_a_tree() {
    let caller = small().await;
    let create = |name: &str, parent: i64| json!({"name": name, "pid": parent});
    let centre = caller.done("departments.create", create("研发中心", 1)).await;
    caller
        .refused("departments.create", create("研发中心", 1), "部门名称已被使用")
        .await;
    caller
        .refused("departments.create", create("孤儿部", 99), "上级部门不存在")
        .await;
    caller.done("departments.create", create("研发中心", 2)).await;
    let group = caller.done("departments.create", create("研究室", centre)).await;
    caller
        .has("departments", group, &[("fullpath", "公司本部/研发中心/研究室")])
        .await;
    let update = |name: &str, parent: i64| json!({"ord": centre, "name": name, "pid": parent});
    for parent in [centre, group] {
        caller
            .refused(
                "departments.update",
                update("研发中心", parent),
                "不能是本部门或其下级",
            )
            .await;
    }
    caller.done("departments.update", update("技术中心", 0)).await;
    caller
        .has("departments", group, &[("fullpath", "技术中心/研究室")])
        .await;

    let chart = caller.call("organization-chart.list", json!({})).await;
    let nodes = chart["body"]["source"]["trees"]["nodes"].as_array().unwrap();
    let tops: Vec<&Json> = nodes.iter().map(|node| &node["text"]).collect();
    assert_eq!(tops, ["公司本部", "技术中心"]);
    assert_eq!(nodes[0]["nodes"].as_array().unwrap().len(), 29);
    assert_eq!(nodes[1]["nodes"][0]["text"], "研究室");
    assert_eq!(nodes[1]["nodes"][0]["value"], group);
}

fn account(name: &str, department: i64) -> Json {
    let mut account = example(Catalogue::shared().find("accounts.create").unwrap());
    account["Name"] = json!(name);
    account["Username"] = json!(format!("{name}.user"));
    account["Orgsid"] = json!(department);
    account["Mobile"] = json!("199-0000-7001");
    account
}

#[tokio::test]
async fn whoever_has_an_account_belongs_to_a_department_and_stands_in_the_directory() {
    let caller = small().await;
    caller
        .refused("accounts.create", account("林一帆", 99), "所属部门不存在")
        .await;
    let ord = caller.done("accounts.create", account("林一帆", 10)).await;
    let department = caller.record("departments", 10).await["name"].clone();
    let department = department.as_str().unwrap();
    caller
        .has("accounts", ord, &[("partname", department), ("status", "1")])
        .await;
    let entry = [
        ("name", "林一帆"),
        ("partname", department),
        ("mobile", "199-0000-7001"),
    ];
    caller.has("directory-entries", ord, &entry).await;
    let mut changed = account("林一帆", 11);
    changed["ord"] = json!(ord);
    caller.done("accounts.update", changed).await;
    let department = caller.record("departments", 11).await["name"].clone();
    caller
        .has(
            "directory-entries",
            ord,
            &[("partname", department.as_str().unwrap())],
        )
        .await;
    let listed = caller
        .call("accounts.list", json!({"userstatus": 1, "orgsid": 11}))
        .await;
    assert_eq!(
        listed["Page"]["RecordCount"], 2,
        "the generated one and the new one"
    );
    caller.done("accounts.delete", json!({"ord": ord})).await;
    let missing = caller.call("directory-entries.get", json!({"ord": ord})).await;
    assert_eq!(missing["header"]["status"], 1);
}

#[tokio::test]
async fn generated_accounts_departments_and_directory_agree() {
    let caller = small().await;
    for ord in [1, 2, 30] {
        let account = caller.record("accounts", ord).await;
        let department = caller.record("departments", ord).await["name"].clone();
        let entry = caller.record("directory-entries", ord).await;
        assert_eq!(account["Orgsid"], ord);
        assert_eq!(account["partname"], department);
        assert_eq!(
            (&entry["partname"], &entry["name"]),
            (&department, &account["Name"])
        );
    }
}

#[tokio::test]
async fn somebody_clocks_in_once_at_a_moment() {
    let caller = small().await;
    let clock = |users: &[i64], time: &str| {
        let line = |user: &i64| json!({"UserID": user, "ClockTime": time, "Device": 2, "IsTrueDevice": 1});
        json!({"attendanceList": users.iter().map(line).collect::<Vec<Json>>()})
    };
    let create = "attendance-records.create-many";
    let first = caller.done(create, clock(&[3, 4], "2026-3-2 8:55:00")).await;
    let name = caller.record("accounts", 3).await["Name"].clone();
    caller
        .has(
            "attendance-records",
            first,
            &[("day", "2026-03-02"), ("name", name.as_str().unwrap())],
        )
        .await;
    caller
        .refused(create, clock(&[3], "2026-03-02 08:55:00"), "打卡记录已存在")
        .await;
    caller.done(create, clock(&[3], "2026-03-02 18:00:00")).await;
    caller
        .refused(create, clock(&[99], "2026-03-02 18:00:00"), "打卡用户不存在")
        .await;
}
