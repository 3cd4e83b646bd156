//! The office: schedules and reports that are summed up and commented on, announcements that are read, discussions with
//! comments and replies.

use super::values::{At, at, current, fill, list};
use super::{Command, Rules, State};
use crate::text::moment;
use crate::world::{Draft, World};
use jiff::civil::Date;
use sunmao_catalogue::{FieldType, Record, Value};

const DONE: State = State {
    wire: "wczt",
    label: "完成状态",
    codes: &[("0", "未完成"), ("1", "已完成")],
};
const COMMENTED: State = State {
    wire: "dpzt",
    label: "点评状态",
    codes: &[("0", "未点评"), ("1", "已点评")],
};
const READ: State = State {
    wire: "ydzt",
    label: "阅读状态",
    codes: &[("0", "未读"), ("1", "已读")],
};
const SUMMARY: (&str, &str, FieldType) = ("summary", "总结内容", FieldType::String);
const COMMENT: (&str, &str, FieldType) = ("leaderdp", "领导点评", FieldType::String);
const PROGRESS: (&str, &str, FieldType) = ("reply", "洽谈进展", FieldType::List);
const PERIOD: (&str, &str, FieldType) = ("period", "所属周期", FieldType::String);
const READINGS: (&str, &str, FieldType) = ("hits", "阅读次数", FieldType::Int);
const COMMENTS: (&str, &str, FieldType) = ("replylist", "交流记录", FieldType::List);
const COMMENT_COUNT: (&str, &str, FieldType) = ("replynum", "交流数量", FieldType::Int);

pub(super) const SCHEDULES: Rules = Rules {
    derived: &[SUMMARY, COMMENT, PROGRESS],
    states: &[DONE, COMMENTED],
    number: ("编号", "RC"),
    generated: |schema, _, entry| {
        fill(schema, entry, BLANK);
        fill(schema, entry, [(PROGRESS.0, Value::Null)]);
    },
    before_save: |_, draft| {
        begin(draft);
        Ok(())
    },
    carry_out: |world, command| {
        look_back(world, "schedules", command);
        Ok(Vec::new())
    },
    ..Rules::NONE
};

pub(super) const WEEKLY_REPORTS: Rules = Rules {
    number: ("编号", "ZB"),
    before_save: |world, draft| report(world, draft, "weekly-reports", "该周的周报", week),
    carry_out: |world, command| {
        look_back(world, "weekly-reports", command);
        Ok(Vec::new())
    },
    ..REPORTS
};

pub(super) const MONTHLY_REPORTS: Rules = Rules {
    number: ("编号", "YB"),
    before_save: |world, draft| report(world, draft, "monthly-reports", "该月的月报", month),
    carry_out: |world, command| {
        look_back(world, "monthly-reports", command);
        Ok(Vec::new())
    },
    ..REPORTS
};

const REPORTS: Rules = Rules {
    derived: &[SUMMARY, COMMENT, PERIOD],
    states: &[DONE, COMMENTED],
    generated: |schema, _, entry| {
        fill(schema, entry, BLANK);
        fill(schema, entry, [(PERIOD.0, Value::Null)]);
    },
    ..Rules::NONE
};

pub(super) const ANNOUNCEMENTS: Rules = Rules {
    derived: &[READINGS],
    states: &[READ],
    number: ("编号", "GG"),
    generated: |schema, _, entry| {
        let values = [(READINGS.0, Value::Integer(0)), (READ.wire, Value::Integer(0))];
        fill(schema, entry, values);
    },
    before_save: |_, draft| {
        // What has changed has to be read again.
        draft.set(READ.wire, Value::Integer(0));
        if draft.is_new {
            draft.set(READINGS.0, Value::Integer(0));
        }
        Ok(())
    },
    after_get: |world, ord| {
        let notice = at("announcements", ord);
        let readings = notice.integer(world, READINGS.0).unwrap_or_default();
        notice.follow(world, READINGS.0, readings.saturating_add(1).into());
        notice.follow(world, READ.wire, Value::Integer(1));
    },
    ..Rules::NONE
};

pub(super) const DISCUSSIONS: Rules = Rules {
    derived: &[COMMENTS, COMMENT_COUNT],
    number: ("编号", "HD"),
    generated: |schema, _, entry| {
        let comments = vec![comment(1, "已阅。".into())];
        let values = [(COMMENTS.0, list(comments)), (COMMENT_COUNT.0, Value::Integer(1))];
        fill(schema, entry, values);
    },
    before_save: |_, draft| {
        if draft.is_new {
            draft.set(COMMENT_COUNT.0, Value::Integer(0));
        }
        Ok(())
    },
    carry_out: |world, command| {
        let texts = command.ords.iter().map(|ord| at("discussions", *ord));
        match command.operation.verb.as_str() {
            "comment" => texts.for_each(|discussion| add_comment(world, discussion, command)),
            _ => {
                for discussion in texts {
                    add_reply(world, discussion, command)?;
                }
            }
        }
        Ok(Vec::new())
    },
    ..Rules::NONE
};

const BLANK: [(&str, Value); 4] = [
    (SUMMARY.0, Value::Null),
    (COMMENT.0, Value::Null),
    (DONE.wire, Value::Integer(0)),
    (COMMENTED.wire, Value::Integer(0)),
];

/// A new plan is neither done nor commented on.
fn begin(draft: &mut Draft<'_>) {
    if draft.is_new {
        draft.set(DONE.wire, Value::Integer(0));
        draft.set(COMMENTED.wire, Value::Integer(0));
    }
}

/// Everybody writes one report a period.
fn report(
    world: &mut World,
    draft: &mut Draft<'_>,
    object: &'static str,
    caption: &str,
    period: fn(Date) -> String,
) -> Result<(), String> {
    begin(draft);
    let Some(date) = current(world, draft, "date1")
        .to_text()
        .and_then(|text| day(&text))
    else {
        return Ok(());
    };
    let period = Value::from(period(date));
    let author = current(world, draft, "cateid");
    let others = of_period(world, object, &period);
    let others = others.into_iter().filter(|other| Some(other.ord) != draft.ord);
    for other in others.collect::<Vec<At>>() {
        if other.value(world, "cateid").to_text() == author.to_text() {
            return Err(format!("{caption}已存在，不能保存！"));
        }
    }
    draft.set(PERIOD.0, period);
    Ok(())
}

fn of_period(world: &mut World, object: &'static str, period: &Value) -> Vec<At> {
    let Some(position) = world.model.object(object) else {
        return Vec::new();
    };
    let Some(column) = world.model.schemas[position].named(PERIOD.0) else {
        return Vec::new();
    };
    let table = world.table(position);
    let found = table
        .newest_first()
        .filter(|(_, entry)| entry.values[column] == *period);
    found.map(|(ord, _)| at(object, ord)).collect()
}

fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", moment(text).get(..10)?).ok()
}

/// `2026-W10`, by the calendar of weeks that begin on Mondays.
fn week(date: Date) -> String {
    let week = date.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}

fn month(date: Date) -> String {
    date.strftime("%Y-%m").to_string()
}

/// A summary ends a plan, a comment of the superior goes with it, and progress is added to what was noted before.
fn look_back(world: &mut World, object: &'static str, command: &Command<'_>) {
    let said = command.arguments.get("intro").cloned().unwrap_or_default();
    for ord in command.ords {
        let plan = at(object, *ord);
        match command.operation.verb.as_str() {
            "summarize" => {
                plan.set(world, [(SUMMARY.0, said.clone()), (DONE.wire, Value::Integer(1))]);
            }
            "comment" => {
                let values = [(COMMENT.0, said.clone()), (COMMENTED.wire, Value::Integer(1))];
                plan.set(world, values);
            }
            _ => {
                let mut progress = plan.lines(world, PROGRESS.0);
                progress.push(comment(progress.len() + 1, said.clone()));
                plan.set(world, [(PROGRESS.0, list(progress))]);
            }
        }
    }
}

fn comment(number: usize, text: Value) -> Record {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    Record::from_iter([
        ("id".to_owned(), Value::Integer(number)),
        ("intro".to_owned(), text),
        ("replyid".to_owned(), Value::Null),
    ])
}

fn add_comment(world: &mut World, discussion: At, command: &Command<'_>) {
    let said = command.arguments.get("intro").cloned().unwrap_or_default();
    let mut comments = discussion.lines(world, COMMENTS.0);
    comments.push(comment(comments.len() + 1, said));
    keep(world, discussion, comments);
}

/// A reply names the comment that it answers; one that names none answers the last.
fn add_reply(world: &mut World, discussion: At, command: &Command<'_>) -> Result<(), String> {
    let said = command.arguments.get("intro").cloned().unwrap_or_default();
    let mut comments = discussion.lines(world, COMMENTS.0);
    let given = command.arguments.get("replyid").and_then(Value::as_integer);
    let last = i64::try_from(comments.len()).unwrap_or(i64::MAX);
    let answered = given.unwrap_or(last);
    if !(1..=last).contains(&answered) {
        return Err("回复的交流不存在，操作失败！".to_owned());
    }
    let mut reply = comment(comments.len() + 1, said);
    reply.insert("replyid".to_owned(), answered.into());
    comments.push(reply);
    keep(world, discussion, comments);
    Ok(())
}

fn keep(world: &mut World, discussion: At, comments: Vec<Record>) {
    let count = i64::try_from(comments.len()).unwrap_or(i64::MAX);
    let values = [(COMMENTS.0, list(comments)), (COMMENT_COUNT.0, count.into())];
    discussion.set(world, values);
}
