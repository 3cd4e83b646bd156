//! The office: schedules, reports, announcements, discussions.

use crate::common::{field, small, total};
use serde_json::json;

#[tokio::test]
async fn a_schedule_is_followed_up_summed_up_and_commented_on() {
    let caller = small().await;
    let schedule = caller.done("schedules.save", json!({"title": "拜访"})).await;
    caller
        .has(
            "schedules",
            schedule,
            &[("wczt", "0"), ("dpzt", "0"), ("bh", "RC000031")],
        )
        .await;
    for said in ["约好", "寄样"] {
        caller
            .done("schedules.follow-up", json!({"ord": schedule, "intro": said}))
            .await;
    }
    caller
        .done("schedules.summarize", json!({"ord": schedule, "intro": "要报价"}))
        .await;
    caller
        .has("schedules", schedule, &[("wczt", "1"), ("dpzt", "0")])
        .await;
    caller
        .done("schedules.comment", json!({"ord": schedule, "intro": "尽快"}))
        .await;
    caller
        .done("schedules.save", json!({"ord": schedule, "title": "拜访客户"}))
        .await;
    caller
        .has(
            "schedules",
            schedule,
            &[
                ("wczt", "1"),
                ("dpzt", "1"),
                ("summary", "要报价"),
                ("leaderdp", "尽快"),
            ],
        )
        .await;
    let shown = caller.call("schedules.get", json!({"ord": schedule})).await;
    let progress = &field(&shown, "reply")["source"]["table"]["rows"];
    assert_eq!(
        (&progress[0][1], &progress[1][0], &progress[1][1]),
        (&json!("约好"), &json!(2), &json!("寄样"))
    );
    let done = caller.call("schedules.list", json!({"wczt": "已完成"})).await;
    assert_eq!(total(&done), 1);
}

#[tokio::test]
async fn everybody_writes_one_report_a_period() {
    let caller = small().await;
    for (object, same, next, periods) in [
        (
            "weekly-reports",
            "2026-03-08",
            "2026-03-09",
            ["2026-W10", "2026-W11"],
        ),
        (
            "monthly-reports",
            "2026-03-31",
            "2026-04-01",
            ["2026-03", "2026-04"],
        ),
    ] {
        let save = format!("{object}.save");
        let report = |author: i64, day: &str| json!({"cateid": author, "date1": day});
        let first = caller.done(&save, report(3, "2026-3-2")).await;
        caller.has(object, first, &[("period", periods[0])]).await;
        caller.refused(&save, report(3, same), "已存在").await;
        caller.done(&save, report(4, same)).await;
        let second = caller.done(&save, report(3, next)).await;
        caller.has(object, second, &[("period", periods[1])]).await;
        caller
            .refused(&save, json!({"ord": second, "date1": same}), "已存在")
            .await;
        caller.done(&save, json!({"ord": first, "title": "改"})).await;
        caller
            .done(
                &format!("{object}.summarize"),
                json!({"ord": first, "intro": "好"}),
            )
            .await;
        caller
            .done(&format!("{object}.comment"), json!({"ord": first, "intro": "嗯"}))
            .await;
        caller
            .has(
                object,
                first,
                &[
                    ("summary", "好"),
                    ("leaderdp", "嗯"),
                    ("wczt", "1"),
                    ("dpzt", "1"),
                ],
            )
            .await;
    }
}

#[tokio::test]
async fn an_announcement_counts_its_readings_and_is_unread_again_when_it_changes() {
    let caller = small().await;
    let notice = caller.done("announcements.save", json!({"title": "放假"})).await;
    caller
        .has("announcements", notice, &[("ydzt", "0"), ("hits", "0")])
        .await;
    for _ in 0..2 {
        caller.call("announcements.get", json!({"ord": notice})).await;
        assert!(caller.simulator.ledger().pop().unwrap().changes.is_empty());
    }
    caller
        .has("announcements", notice, &[("ydzt", "1"), ("hits", "2")])
        .await;
    caller
        .done("announcements.save", json!({"ord": notice, "title": "放假改期"}))
        .await;
    caller
        .has("announcements", notice, &[("ydzt", "0"), ("hits", "2")])
        .await;
    let missing = caller.call("announcements.get", json!({"ord": 99})).await;
    assert_eq!(missing["header"]["status"], 1);
}

#[tokio::test]
async fn replies_answer_comments_that_are_there() {
    let caller = small().await;
    let discussion = caller
        .done("discussions.save", json!({"title": "用什么木料"}))
        .await;
    let say = |text: &str| json!({"ord": discussion, "intro": text});
    caller
        .refused("discussions.reply", say("谁？"), "回复的交流不存在")
        .await;
    caller.done("discussions.comment", say("榉木")).await;
    caller.done("discussions.comment", say("白蜡木")).await;
    let mut reply = say("缺货");
    reply["replyid"] = json!(1);
    caller.done("discussions.reply", reply.clone()).await;
    reply["replyid"] = json!(4);
    caller
        .refused("discussions.reply", reply, "回复的交流不存在")
        .await;
    caller.done("discussions.reply", say("同意")).await;
    let record = caller.record("discussions", discussion).await;
    assert_eq!(record["replynum"], 4);
    let answered: Vec<_> = record["replylist"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["replyid"].clone())
        .collect();
    assert_eq!(answered, [json!(null), json!(null), json!(1), json!(3)]);
}
