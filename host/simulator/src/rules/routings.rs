//! How things are made: operations, the routings that string them together, and the material lists of older versions.

use super::production::{OPERATIONS, operation_name};
use super::values::{at, current, fill, key, lines, list};
use super::{Rules, State, approvals};
use crate::world::{Draft, World};
use sunmao_catalogue::{FieldType, Value};

const ROUTING_STATUS: State = State {
    wire: "WFstatus",
    label: "工艺路线状态",
    codes: &[("0", "启用"), ("1", "停用")],
};
const OPERATION_STATUS: State = State {
    wire: "GXstate",
    label: "工序状态",
    codes: &[("1", "启用"), ("0", "停用")],
};

/// The operations of a routing; the vendor publishes no name, so they have the one of an assignment's operations.
const STEPS: (&str, &str, FieldType) = ("WorkAssignWFPs", "工序明细", FieldType::List);

/// The code of a list or a line that was deleted.
const DELETED: i64 = 2;

pub(super) const ROUTING_RULES: Rules = Rules {
    derived: &[STEPS],
    states: &[
        ROUTING_STATUS,
        State {
            wire: "ApprovalStatus",
            ..approvals::STATE
        },
    ],
    number: ("工艺路线编号", "GY"),
    generated: |schema, _, entry| {
        let values = [
            (STEPS.0, Value::Null),
            (ROUTING_STATUS.wire, Value::Integer(0)),
            ("ApprovalStatus", approvals::UNNEEDED.into()),
        ];
        fill(schema, entry, values);
    },
    before_save: save_routing,
    ..Rules::NONE
};

pub(super) const OPERATION_RULES: Rules = Rules {
    number: ("工序编号", "GX"),
    states: &[OPERATION_STATUS],
    generated: |schema, ord, entry| {
        let values = [
            ("GXname", operation_name(ord).into()),
            (OPERATION_STATUS.wire, Value::Integer(1)),
        ];
        fill(schema, entry, values);
    },
    before_save: |world, draft| {
        alone(world, draft, "GXname", "工序名称")?;
        alone(world, draft, "GXbh", "工序编号")?;
        if draft.is_new && draft.given(OPERATION_STATUS.wire).is_none_or(Value::is_empty) {
            draft.set(OPERATION_STATUS.wire, Value::Integer(1));
        }
        Ok(())
    },
    ..Rules::NONE
};

/// Older material lists: products that exist, and no list that was deleted.
pub(super) const MATERIAL_LIST_RULES: Rules = Rules {
    number: ("物料清单编号", "WLQD"),
    offers: |_, schema, entry| {
        let column = schema.named("Del");
        column.is_none_or(|column| entry.values[column].as_integer() != Some(DELETED))
    },
    generated: |schema, _, entry| fill(schema, entry, [("Del", Value::Integer(1))]),
    before_save: |world, draft| {
        for wire in ["BomItem", "BomItems"] {
            let Some(mut own) = draft.given(wire).map(lines) else {
                continue;
            };
            own.retain(|line| key(line, "Del") != Some(DELETED));
            for (position, line) in own.iter_mut().enumerate() {
                super::production::name_the_product(world, line)
                    .map_err(|fault| format!("物料清单第{}行：{fault}，不能保存！", position + 1))?;
            }
            match (wire, own.pop()) {
                ("BomItem", Some(parent)) => draft.set(wire, Value::from(parent)),
                (_, last) => draft.set(wire, list(own.into_iter().chain(last).collect())),
            }
        }
        Ok(())
    },
    ..Rules::NONE
};

fn save_routing(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    alone(world, draft, "WFbh", "工艺路线编号")?;
    if let Some(mut steps) = draft.given(STEPS.0).map(lines) {
        for (position, line) in steps.iter_mut().enumerate() {
            let operation = at(OPERATIONS, key(line, "WorkingProcedureID").unwrap_or_default());
            let place = |fault| format!("工序明细第{}行：{fault}，不能保存！", position + 1);
            if !operation.exists(world) {
                return Err(place("工序不存在"));
            }
            if operation.is(world, OPERATION_STATUS.wire, 0) {
                return Err(place("工序已停用"));
            }
            let name = operation.value(world, "GXname");
            line.insert("WorkingProcedureTitle".to_owned(), name);
            let position = i64::try_from(position + 1).unwrap_or(i64::MAX);
            line.entry("RowIndex".to_owned()).or_insert(position.into());
        }
        draft.set(STEPS.0, list(steps));
    }
    if draft.is_new {
        if draft.given(ROUTING_STATUS.wire).is_none_or(Value::is_empty) {
            draft.set(ROUTING_STATUS.wire, Value::Integer(0));
        }
        draft.set("ApprovalStatus", approvals::UNNEEDED.into());
    }
    Ok(())
}

/// Refuses a text that another record has in the same column.
fn alone(world: &mut World, draft: &Draft<'_>, wire: &str, caption: &str) -> Result<(), String> {
    let text = current(world, draft, wire).to_text().unwrap_or_default();
    let holder = world.find(draft.object, wire, &text);
    match holder.filter(|holder| Some(*holder) != draft.ord && !text.is_empty()) {
        Some(_) => Err(format!("{caption}已被使用，不能保存！")),
        None => Ok(()),
    }
}
