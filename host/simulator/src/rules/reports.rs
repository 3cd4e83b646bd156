//! Production reports: what was made in an operation that was planned, no more than that, and what is left of it.

use super::production::{self, ALL, PART, PLANS, STEPS, TASKS, generated};
use super::values::{At, amount, at, current, fill, having, key, list, sum};
use super::{Rules, State};
use crate::ledger::Change;
use crate::schema::Schema;
use crate::table::Entry;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

const REPORTS: &str = "production-reports";

/// The plan that a task is for.
pub(super) const OF_PLAN: (&str, &str, FieldType) = ("WFPAID", "工序计划ID", FieldType::Int);

const EXECUTION: State = State {
    wire: "ExecutionStatus",
    label: "执行状态",
    codes: &[
        ("0", "未执行"),
        ("1", "部分执行"),
        ("2", "执行完毕"),
        ("3", "超量执行"),
    ],
};
const ENDED: State = State {
    wire: "StopStatus",
    label: "结束状态",
    codes: &[("0", "未结束"), ("1", "已结束")],
};
const TASK_STATUS: State = State {
    wire: "WPstatus",
    ..EXECUTION
};
const CAN_RUN: State = State {
    wire: "CanExec",
    label: "是否可执行",
    codes: &[("0", "否"), ("1", "是")],
};
const FINISHED: State = State {
    wire: "Finished",
    label: "是否汇报结束",
    codes: &[("0", "否"), ("1", "是")],
};

/// Numbers of a report, with the plan's names for them.
const RESULTS: [(&str, &str); 3] = [("hgNum", "HGSL"), ("fgNum", "FGSL"), ("bfNum", "BFSL")];

pub(super) const PLAN_RULES: Rules = Rules {
    aliases: &[("工序计划开工期", "计划开工期"), ("工序计划完工期", "计划完工期")],
    derived: &[
        ("WABH", "单据编号", FieldType::String),
        ("WATitle", "单据主题", FieldType::String),
    ],
    states: &[EXECUTION, ENDED],
    generated: |schema, ord, entry| {
        let [assignment, product] = production::generated_numbers(ord);
        let values = [
            ("WABH", assignment),
            ("ProductCode", product),
            ("WorkAssignID", ord.into()),
            ("WorkingProcedureID", ord.into()),
            ("WorkingProcedureTitle", production::operation_name(ord).into()),
            ("ReportingExceptionStrategy", Value::Integer(0)),
            ("NumMake", Decimal::from(generated::MADE).into()),
            (EXECUTION.wire, PART.into()),
            (ENDED.wire, Value::Integer(0)),
        ];
        fill(schema, entry, values);
        generate(schema, entry, ["HGSL", "FGSL", "BFSL", "SYSL"]);
    },
    ..Rules::NONE
};

pub(super) const TASK_RULES: Rules = Rules {
    key: "任务ID",
    aliases: &[
        ("任务计划开始时间", "计划开始时间"),
        ("任务计划结束时间", "计划完成时间"),
    ],
    derived: &[OF_PLAN],
    states: &[TASK_STATUS, CAN_RUN, FINISHED],
    number: ("任务编号", "RW"),
    generated: |schema, ord, entry| {
        let [assignment, product] = production::generated_numbers(ord);
        let values = [
            ("WABH", assignment),
            ("ProdOrder", product),
            ("ProductId", ord.into()),
            ("WAID", ord.into()),
            (OF_PLAN.0, ord.into()),
            ("WPId", ord.into()),
            ("WProce", production::operation_name(ord).into()),
            ("ReportExt", Value::Integer(0)),
            ("TaskNum", Decimal::from(generated::MADE).into()),
            (TASK_STATUS.wire, PART.into()),
            (CAN_RUN.wire, Value::Integer(1)),
            (FINISHED.wire, Value::Integer(0)),
        ];
        fill(schema, entry, values);
        generate(schema, entry, ["hgNum", "fgNum", "bfNum", "sysl"]);
    },
    ..Rules::NONE
};

pub(super) const REPORT_RULES: Rules = Rules {
    derived: &[
        ("WaBH", "单据编号", FieldType::String),
        ("ProdOrder", "产品编号", FieldType::String),
        ("ProdType", "产品型号", FieldType::String),
    ],
    generated: |schema, ord, entry| {
        let [assignment, product] = production::generated_numbers(ord);
        let values = [
            ("WaBH", assignment),
            ("ProdOrder", product),
            ("WorkAssignWFPID", ord.into()),
            ("TaskID", ord.into()),
            ("WpName", production::operation_name(ord).into()),
            ("Num1", Decimal::from(generated::REPORTED).into()),
        ];
        fill(schema, entry, values);
        generate(schema, entry, ["hgNum", "fgNum", "bfNum", ""]);
    },
    before_save,
    after_save: |world, ord, _| {
        plan_of(world, at(REPORTS, ord)).map_or_else(Vec::new, |plan| refresh(world, plan))
    },
    after_delete: |world, _, report| {
        let model = world.model.clone();
        let column = model
            .object(REPORTS)
            .and_then(|object| model.schemas[object].named("WorkAssignWFPID"));
        let plan = column.and_then(|column| report.values[column].as_integer());
        plan.map_or_else(Vec::new, |plan| refresh(world, at(PLANS, plan)))
    },
    ..Rules::NONE
};

/// Generated pieces are all accepted: accepted, rework, scrap, left.
fn generate(schema: &Schema, entry: &mut Entry, wires: [&str; 4]) {
    let left = generated::MADE - generated::REPORTED;
    for (wire, number) in wires.into_iter().zip([generated::REPORTED, 0, 0, left]) {
        fill(schema, entry, [(wire, Decimal::from(number).into())]);
    }
}

fn plan_of(world: &mut World, report: At) -> Option<At> {
    let plan = report.integer(world, "WorkAssignWFPID")?;
    Some(at(PLANS, plan))
}

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let plan = current(world, draft, "WorkAssignWFPID")
        .as_integer()
        .unwrap_or_default();
    let plan = at(PLANS, plan);
    if !plan.exists(world) {
        return Err("工序计划不存在，不能保存！".to_owned());
    }
    let own = draft.ord.filter(|_| !draft.is_new).map(|ord| at(REPORTS, ord));
    let former = own.and_then(|report| plan_of(world, report));
    if former.is_some_and(|former| former != plan) {
        return Err("工序计划不能更换，不能保存！".to_owned());
    }
    if let Some(task) = current(world, draft, "TaskID")
        .as_integer()
        .filter(|task| *task != 0)
        && !at(TASKS, task).is(world, OF_PLAN.0, plan.ord)
    {
        return Err("工序任务不属于该工序计划，不能保存！".to_owned());
    }
    let numbers = RESULTS.map(|(wire, _)| amount(&current(world, draft, wire)).unwrap_or_default());
    if numbers.iter().any(|number| *number < Decimal::ZERO) {
        return Err("汇报数量不能小于0，不能保存！".to_owned());
    }
    let total = sum(numbers).filter(|total| *total > Decimal::ZERO);
    let Some(total) = total else {
        return Err("汇报数量必须大于0，不能保存！".to_owned());
    };
    let reported = reported(world, plan, own);
    let all = sum(reported).and_then(|reported| reported.checked_add(total));
    let more_is_fine = plan
        .integer(world, "ReportingExceptionStrategy")
        .is_some_and(|strategy| strategy != 0);
    if !more_is_fine && all.is_none_or(|all| all > plan.amount(world, "NumMake")) {
        return Err("汇报数量超过剩余数量，不能保存！".to_owned());
    }
    draft.set("Num1", total.into());
    for (wire, own) in [
        ("WaTitle", "WATitle"),
        ("WaBH", "WABH"),
        ("ProdOrder", "ProductCode"),
        ("ProdType", "ProductModel"),
        ("ProdName", "ProductName"),
        ("WpName", "WorkingProcedureTitle"),
    ] {
        let value = plan.value(world, own);
        draft.set(wire, value);
    }
    Ok(())
}

/// What was reported on a plan so far: accepted, rework, scrap.
fn reported(world: &mut World, plan: At, but: Option<At>) -> [Decimal; 3] {
    let reports = having(world, REPORTS, "WorkAssignWFPID", plan.ord);
    let mut sums = [Decimal::ZERO; 3];
    for report in reports.into_iter().filter(|report| Some(*report) != but) {
        for (sum, (wire, _)) in sums.iter_mut().zip(RESULTS) {
            *sum = sum.saturating_add(report.amount(world, wire));
        }
    }
    sums
}

/// Shows on a plan, its tasks and the operation of its assignment how far they are.
pub(super) fn refresh(world: &mut World, plan: At) -> Vec<Change> {
    let [accepted, rework, scrap] = reported(world, plan, None);
    let planned = plan.amount(world, "NumMake");
    let all = accepted.saturating_add(rework).saturating_add(scrap);
    let left = planned.saturating_sub(all).max(Decimal::ZERO);
    let state = production::progress(all, planned);
    let ended = i64::from(state >= ALL);
    let values = [
        ("HGSL", accepted.into()),
        ("FGSL", rework.into()),
        ("BFSL", scrap.into()),
        ("SYSL", left.into()),
        (EXECUTION.wire, state.into()),
        (ENDED.wire, ended.into()),
    ];
    let mut changes = vec![plan.set(world, values)];
    for task in having(world, TASKS, OF_PLAN.0, plan.ord) {
        let values = [
            ("hgNum", accepted.into()),
            ("fgNum", rework.into()),
            ("bfNum", scrap.into()),
            ("sysl", left.into()),
            (TASK_STATUS.wire, state.into()),
            (CAN_RUN.wire, (1 - ended).into()),
            (FINISHED.wire, ended.into()),
        ];
        changes.push(task.set(world, values));
    }
    let assignment = plan.integer(world, "WorkAssignID");
    if let Some(assignment) = production::assignment(world, assignment) {
        let mut steps = assignment.lines(world, STEPS);
        for step in steps.iter_mut().filter(|step| key(step, "ID") == Some(plan.ord)) {
            step.insert("ExecStatus".to_owned(), state.into());
        }
        changes.push(assignment.set(world, [(STEPS, list(steps))]));
    }
    changes
}
