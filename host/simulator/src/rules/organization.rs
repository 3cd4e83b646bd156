//! The organisation: departments in a tree, accounts that belong to them and stand in the directory, and their
//! attendance.

use super::references::Reference;
use super::values::{all, at, current, fill, having, remove, unresolved};
use super::{Rules, State};
use crate::ledger::Change;
use crate::schema::Schema;
use crate::table::Entry;
use crate::world::{Draft, World};
use std::collections::HashSet;
use sunmao_catalogue::{FieldType, Record, Value};

const DEPARTMENTS: &str = "departments";
const ACCOUNTS: &str = "accounts";
const DIRECTORY: &str = "directory-entries";

/// The parent of the departments at the top.
const TOP: i64 = 0;

/// The department that the generated ones are in.
const FIRST: i64 = 1;
const COMPANY: &str = "公司本部";

/// The separator of the names on a department's way.
const STEP: &str = "/";

const ACCOUNT_STATUS: State = State {
    wire: "status",
    label: "员工状态",
    codes: &[("1", "正常"), ("2", "冻结")],
};

pub(super) const DEPARTMENT_RULES: Rules = Rules {
    aliases: &[("上级部门标识", "上级部门")],
    generated: |schema, ord, entry| {
        let name = generated_name(schema, ord, entry, "name");
        let (parent, path) = match ord {
            FIRST => (TOP, name.clone()),
            _ => (FIRST, format!("{COMPANY}{STEP}{name}")),
        };
        let values = [
            ("name", name.into()),
            ("pid", parent.into()),
            ("fullpath", path.into()),
            ("Stoped", Value::Integer(0)),
        ];
        fill(schema, entry, values);
    },
    before_save: save_department,
    after_save: |world, _, draft| {
        if !draft.is_new {
            rename_paths(world);
        }
        Vec::new()
    },
    ..Rules::NONE
};

pub(super) const ACCOUNT_RULES: Rules = Rules {
    aliases: &[("账号状态", "员工状态")],
    states: &[ACCOUNT_STATUS],
    references: &[Reference {
        name: "partname",
        key: ("Orgsid", "所属部门"),
        target: (DEPARTMENTS, "name"),
        filters: &[],
    }],
    generated: |schema, ord, entry| {
        let department = generated_name(schema, ord, entry, "partname");
        let values = [
            ("Orgsid", ord.into()),
            ("partname", department.into()),
            (ACCOUNT_STATUS.wire, Value::Integer(1)),
        ];
        fill(schema, entry, values);
    },
    before_save: |_, draft| {
        if unresolved(draft, "Orgsid") {
            return Err("所属部门不存在，不能保存！".to_owned());
        }
        if draft.is_new {
            draft.set(ACCOUNT_STATUS.wire, Value::Integer(1));
        }
        Ok(())
    },
    after_save: list_in_directory,
    after_delete: |world, ord, _| remove(world, DIRECTORY, ord).into_iter().collect(),
    ..Rules::NONE
};

/// The directory's columns are not published; these are the accounts' own.
pub(super) const DIRECTORY_RULES: Rules = Rules {
    derived: &[
        ("name", "姓名", FieldType::String),
        ("partname", "部门名称", FieldType::String),
        ("mobile", "手机", FieldType::String),
        ("email", "电子邮件", FieldType::String),
    ],
    number: ("编号", "TX"),
    generated: |schema, ord, entry| {
        let department = generated_name(schema, ord, entry, "partname");
        let name = schema.named("name").map(|column| entry.values[column].clone());
        let values = [
            ("partname", department.into()),
            ("title", name.unwrap_or_default()),
            ("money1", Value::Null),
        ];
        fill(schema, entry, values);
    },
    ..Rules::NONE
};

pub(super) const ATTENDANCE_RULES: Rules = Rules {
    derived: &[
        ("name", "姓名", FieldType::String),
        ("day", "考勤日期", FieldType::String),
    ],
    before_save: save_attendance,
    ..Rules::NONE
};

/// The name of a generated department, which nobody else has; the first one is the company itself.
fn generated_name(schema: &Schema, ord: i64, entry: &Entry, wire: &str) -> String {
    if ord == FIRST {
        return COMPANY.to_owned();
    }
    let name = schema
        .named(wire)
        .and_then(|column| entry.values[column].to_text());
    format!("{}{ord:02}", name.unwrap_or_default())
}

fn save_department(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let parent = current(world, draft, "pid").as_integer().unwrap_or(TOP);
    let name = current(world, draft, "name").to_text().unwrap_or_default();
    if parent != TOP && !at(DEPARTMENTS, parent).exists(world) {
        return Err("上级部门不存在，不能保存！".to_owned());
    }
    let own = draft.ord.filter(|_| !draft.is_new);
    if own.is_some_and(|own| way(world, parent).contains(&own)) {
        return Err("上级部门不能是本部门或其下级，不能保存！".to_owned());
    }
    for other in all(world, DEPARTMENTS) {
        let beside = other.integer(world, "pid").unwrap_or(TOP) == parent && Some(other.ord) != own;
        if beside && other.value(world, "name").to_text().as_deref() == Some(&name) {
            return Err("部门名称已被使用，不能保存！".to_owned());
        }
    }
    let path = path(world, parent, &name);
    draft.set("fullpath", path.into());
    Ok(())
}

/// The departments from one up to the top, without running in circles.
fn way(world: &mut World, from: i64) -> Vec<i64> {
    let mut seen = HashSet::new();
    let mut way = Vec::new();
    let mut next = from;
    while next != TOP && seen.insert(next) {
        way.push(next);
        next = at(DEPARTMENTS, next).integer(world, "pid").unwrap_or(TOP);
    }
    way
}

fn path(world: &mut World, parent: i64, name: &str) -> String {
    let mut names = vec![name.to_owned()];
    for department in way(world, parent) {
        let name = at(DEPARTMENTS, department).value(world, "name");
        names.push(name.to_text().unwrap_or_default());
    }
    names.reverse();
    names.join(STEP)
}

/// A renamed or moved department changes the ways of those below it.
fn rename_paths(world: &mut World) {
    for department in all(world, DEPARTMENTS) {
        let name = department.value(world, "name").to_text().unwrap_or_default();
        let parent = department.integer(world, "pid").unwrap_or(TOP);
        let path = path(world, parent, &name);
        department.follow(world, "fullpath", path.into());
    }
}

/// Whoever has an account stands in the directory, under the account's key.
fn list_in_directory(world: &mut World, ord: i64, _: &Draft<'_>) -> Vec<Change> {
    let Some(directory) = world.model.object(DIRECTORY) else {
        return Vec::new();
    };
    let account = at(ACCOUNTS, ord);
    let mut values = Record::default();
    for (wire, own) in [
        ("title", "Name"),
        ("name", "Name"),
        ("partname", "partname"),
        ("mobile", "Mobile"),
        ("email", "Email"),
    ] {
        values.insert(wire.to_owned(), account.value(world, own));
    }
    vec![world.store_named(directory, Some(ord), &values)]
}

/// Somebody clocks in or out once at a moment.
fn save_attendance(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let user = draft
        .given("UserID")
        .and_then(Value::as_integer)
        .unwrap_or_default();
    let account = at(ACCOUNTS, user);
    if !account.exists(world) {
        return Err("打卡用户不存在，不能保存！".to_owned());
    }
    let time = draft.given("ClockTime").cloned().unwrap_or_default();
    for other in having(world, "attendance-records", "UserID", user) {
        if other.value(world, "ClockTime") == time {
            return Err("打卡记录已存在，不能保存！".to_owned());
        }
    }
    let day = time.to_text().and_then(|time| time.get(..10).map(str::to_owned));
    draft.set("day", day.map_or(Value::Null, Value::from));
    draft.set("name", account.value(world, "Name"));
    Ok(())
}
