//! Quality inspections: products are sent, inspected, found good or bad, and reviewed once.

use super::production::{self, ALL, INSPECTION_PLANS, PART, generated};
use super::values::{At, amount, at, current, fill, having, key, lines, list, member, sum};
use super::{Command, Rules, State, line_keys};
use crate::ledger::Change;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

const TASKS: &str = "quality-inspection-tasks";
const INSPECTIONS: &str = "quality-inspections";
const SENT: &str = "QualityTestingTaskItems";
const INSPECTED: &str = "QualityTestingItems";

/// The kind of task whose source is an assignment.
const OF_ASSIGNMENT: i64 = 1;

const REVIEWED: State = State {
    wire: "shzt",
    label: "审核状态",
    codes: &[("0", "未审核"), ("1", "已审核")],
};

const GOOD: i64 = 0;
const BAD: i64 = 1;

pub(super) const PLAN_RULES: Rules = Rules {
    aliases: &[("编号", "派工编号"), ("主题", "派工主题")],
    generated: |schema, ord, entry| {
        let left = Decimal::from(generated::MADE - generated::INSPECTED);
        fill(
            schema,
            entry,
            [("InspectorName", left.into()), ("ProID", ord.into())],
        );
    },
    ..Rules::NONE
};

pub(super) const TASK_RULES: Rules = Rules {
    aliases: &[("编号", "生产质检任务编号"), ("主题", "生产质检任务主题")],
    number: ("生产质检任务编号", "ZJRW"),
    generated: |schema, ord, entry| {
        let mut own = schema
            .named(SENT)
            .map_or_else(Vec::new, |column| lines(&entry.values[column]));
        own.truncate(1);
        for line in &mut own {
            for (wire, number) in [
                ("ID", ord),
                ("WAID", ord),
                ("ProductID", ord),
                ("Num", generated::SENT),
                ("QCNum", generated::INSPECTED),
                ("HGNum", generated::INSPECTED),
                ("BFNum", 0),
                ("FGNum", 0),
                ("QCStatus", PART),
            ] {
                line.insert(wire.to_owned(), number.into());
            }
        }
        let values = [
            (SENT, list(own)),
            ("WAID", ord.into()),
            ("PoType", OF_ASSIGNMENT.into()),
            ("QCStatus", PART.into()),
        ];
        fill(schema, entry, values);
    },
    before_save: save_task,
    ..Rules::NONE
};

pub(super) const INSPECTION_RULES: Rules = Rules {
    states: &[REVIEWED],
    number: ("质检编号", "ZJ"),
    generated: |schema, ord, entry| {
        let mut own = schema
            .named(INSPECTED)
            .map_or_else(Vec::new, |column| lines(&entry.values[column]));
        own.truncate(1);
        for line in &mut own {
            for (wire, number) in [
                ("ID", ord),
                ("TaskMXId", ord),
                ("SerialNumber", generated::SENT),
                ("NumTesting", generated::INSPECTED),
                ("OkNum", generated::INSPECTED),
                ("FailNum", 0),
                ("NumSPOK", 0),
                ("NumScrap", 0),
                ("NumBF", 0),
                ("QTResult", GOOD),
            ] {
                line.insert(wire.to_owned(), number.into());
            }
        }
        let values = [
            (INSPECTED, list(own)),
            ("QCTaskID", ord.into()),
            ("QTResultAll", GOOD.into()),
            (REVIEWED.wire, Value::Integer(0)),
        ];
        fill(schema, entry, values);
    },
    before_save: save_inspection,
    after_save: |world, ord, _| {
        let task = at(INSPECTIONS, ord).integer(world, "QCTaskID");
        task.map_or_else(Vec::new, |task| refresh(world, at(TASKS, task)))
    },
    carry_out: review,
    ..Rules::NONE
};

fn save_task(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let source = current(world, draft, "WAID").as_integer();
    if current(world, draft, "PoType").as_integer() == Some(OF_ASSIGNMENT) {
        let Some(assignment) = production::assignment(world, source) else {
            return Err("派工单不存在，不能保存！".to_owned());
        };
        if assignment.is(world, "ExecQcCheck", 0) {
            return Err("派工单无需质检，不能保存！".to_owned());
        }
    }
    let mut given = draft.given(SENT).map(lines).unwrap_or_default();
    line_keys::give(world, draft, SENT, &mut given)?;
    for (position, line) in given.iter_mut().enumerate() {
        if member(line, "Num") <= Decimal::ZERO {
            return Err(format!(
                "生产质检任务明细第{}行：送检数量必须大于0，不能保存！",
                position + 1
            ));
        }
        for wire in ["QCNum", "HGNum", "BFNum", "FGNum", "QCStatus"] {
            line.insert(wire.to_owned(), Value::Integer(0));
        }
    }
    draft.set(SENT, list(given));
    draft.set("QCStatus", Value::Integer(0));
    Ok(())
}

fn save_inspection(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let own = draft
        .ord
        .filter(|_| !draft.is_new)
        .map(|ord| at(INSPECTIONS, ord));
    if let Some(inspection) = own {
        unreviewed(world, inspection, "不能保存")?;
    }
    let task = current(world, draft, "QCTaskID").as_integer().unwrap_or_default();
    let task = at(TASKS, task);
    if !task.exists(world) {
        return Err("质检任务不存在，不能保存！".to_owned());
    }
    let former = own.and_then(|inspection| inspection.integer(world, "QCTaskID"));
    if former.is_some_and(|former| former != task.ord) {
        return Err("质检任务不能更换，不能保存！".to_owned());
    }
    draft.set(REVIEWED.wire, Value::Integer(0));
    let Some(given) = draft.given(INSPECTED) else {
        return Ok(());
    };
    let mut given = lines(given);
    let sent = task.lines(world, SENT);
    for (position, line) in given.iter_mut().enumerate() {
        let place = |fault| format!("生产质检明细第{}行：{fault}，不能保存！", position + 1);
        judge(line).map_err(place)?;
        let target = key(line, "TaskMXId");
        let target = sent.iter().find(|line| key(line, "ID") == target);
        let target = target.ok_or_else(|| place("质检任务明细不存在"))?;
        let before = inspected(world, task, key(target, "ID"), own).counted;
        let all = before.checked_add(member(line, "NumTesting"));
        if all.is_none_or(|all| all > member(target, "Num")) {
            return Err(place("质检数量超过送检数量"));
        }
    }
    line_keys::give(world, draft, INSPECTED, &mut given)?;
    let bad = given.iter().any(|line| key(line, "QTResult") == Some(BAD));
    if draft.given("QTResultAll").is_none_or(Value::is_empty) {
        draft.set("QTResultAll", if bad { BAD } else { GOOD }.into());
    }
    draft.set(INSPECTED, list(given));
    Ok(())
}

/// What was inspected is good or bad, and the two make up the whole. One that is not given is the rest.
fn judge(line: &mut Record) -> Result<(), &'static str> {
    let number = member(line, "NumTesting");
    if number <= Decimal::ZERO {
        return Err("质检数量必须大于0");
    }
    let good = line.get("OkNum").and_then(amount);
    let bad = line.get("FailNum").and_then(amount);
    let (good, bad) = match (good, bad) {
        (Some(good), Some(bad)) => (good, bad),
        (Some(good), None) => (good, number.saturating_sub(good)),
        (None, Some(bad)) => (number.saturating_sub(bad), bad),
        (None, None) => (number, Decimal::ZERO),
    };
    let split = good >= Decimal::ZERO && bad >= Decimal::ZERO && good.checked_add(bad) == Some(number);
    if !split {
        return Err("合格数量与不合格数量之和不等于质检数量");
    }
    line.insert("OkNum".to_owned(), good.into());
    line.insert("FailNum".to_owned(), bad.into());
    let result = if bad > Decimal::ZERO { BAD } else { GOOD };
    line.insert("QTResult".to_owned(), result.into());
    Ok(())
}

fn unreviewed(world: &mut World, inspection: At, consequence: &str) -> Result<(), String> {
    match inspection.is(world, REVIEWED.wire, 1) {
        true => Err(format!("生产质检已审核，{consequence}！")),
        false => Ok(()),
    }
}

/// A review settles what becomes of the bad ones: scrap as far as the inspection says so, and rework for the rest.
fn review(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    let inspections: Vec<At> = command.ords.iter().map(|ord| at(INSPECTIONS, *ord)).collect();
    for inspection in &inspections {
        unreviewed(world, *inspection, "不能重复审核")?;
    }
    let mut changes = Vec::new();
    for inspection in inspections {
        let mut own = inspection.lines(world, INSPECTED);
        for line in &mut own {
            let bad = member(line, "FailNum");
            let scrap = member(line, "NumBF").min(bad).max(Decimal::ZERO);
            line.insert("NumSPOK".to_owned(), member(line, "OkNum").into());
            line.insert("NumBF".to_owned(), scrap.into());
            line.insert("NumScrap".to_owned(), bad.saturating_sub(scrap).into());
        }
        let values = [(INSPECTED, list(own)), (REVIEWED.wire, Value::Integer(1))];
        inspection.set(world, values);
        if let Some(task) = inspection.integer(world, "QCTaskID") {
            changes.extend(refresh(world, at(TASKS, task)));
        }
    }
    Ok(changes)
}

/// What became of a line of a task.
#[derive(Default)]
struct Count {
    counted: Decimal,
    good: Decimal,
    scrap: Decimal,
    rework: Decimal,
}

fn inspected(world: &mut World, task: At, line: Option<i64>, but: Option<At>) -> Count {
    let mut count = Count::default();
    let inspections = having(world, INSPECTIONS, "QCTaskID", task.ord);
    for inspection in inspections.into_iter().filter(|other| Some(*other) != but) {
        let reviewed = inspection.is(world, REVIEWED.wire, 1);
        let own = inspection.lines(world, INSPECTED);
        for own in own.iter().filter(|own| key(own, "TaskMXId") == line) {
            count.counted = count.counted.saturating_add(member(own, "NumTesting"));
            count.good = count.good.saturating_add(member(own, "OkNum"));
            if reviewed {
                count.scrap = count.scrap.saturating_add(member(own, "NumBF"));
                count.rework = count.rework.saturating_add(member(own, "NumScrap"));
            }
        }
    }
    count
}

/// Shows on a task, its assignment and the inspection plan how far the inspection is.
fn refresh(world: &mut World, task: At) -> Vec<Change> {
    let mut sent = task.lines(world, SENT);
    let mut states = Vec::new();
    for line in &mut sent {
        let count = inspected(world, task, key(line, "ID"), None);
        let state = production::progress(count.counted, member(line, "Num")).min(ALL);
        for (wire, value) in [
            ("QCNum", count.counted.into()),
            ("HGNum", count.good.into()),
            ("BFNum", count.scrap.into()),
            ("FGNum", count.rework.into()),
            ("QCStatus", Value::Integer(state)),
        ] {
            line.insert(wire.to_owned(), value);
        }
        states.push(state);
    }
    let state = production::together(&states).min(ALL);
    let mut changes = vec![task.set(world, [(SENT, list(sent)), ("QCStatus", state.into())])];
    let source = task.integer(world, "WAID");
    if task.is(world, "PoType", OF_ASSIGNMENT)
        && let Some(assignment) = production::assignment(world, source)
    {
        changes.extend(show_on(world, assignment));
    }
    changes
}

fn show_on(world: &mut World, assignment: At) -> Vec<Change> {
    let mut numbers = Vec::new();
    for task in having(world, TASKS, "WAID", assignment.ord) {
        if task.is(world, "PoType", OF_ASSIGNMENT) {
            let own = task.lines(world, SENT);
            numbers.extend(own.iter().map(|line| member(line, "QCNum")));
        }
    }
    let counted = sum(numbers).unwrap_or_default();
    let made = assignment.amount(world, "NumMake");
    let state = production::progress(counted, made);
    let left = made.saturating_sub(counted).max(Decimal::ZERO);
    let plan = at(INSPECTION_PLANS, assignment.ord);
    vec![
        assignment.set(world, [("zjstatus", state.into())]),
        plan.set(world, [("InspectorName", left.into())]),
    ]
}
