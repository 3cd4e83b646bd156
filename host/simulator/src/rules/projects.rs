//! Projects: they are approved or rejected once, and their list shows those that wait.

use super::amounts::given;
use super::{Command, Rules, State, dealings};
use crate::ledger::Change;
use crate::view::{Shows, View};
use crate::world::World;
use sunmao_catalogue::{FieldType, Value};

/// The object's name.
const PROJECTS: &str = "projects";

/// Codes of the approval state.
const WAITING: &str = "0";
const APPROVED: &str = "1";
const REJECTED: &str = "2";

pub(super) const RULES: Rules = Rules {
    derived: &[
        ("SpStatus", "审批状态", FieldType::String),
        ("SpMoney", "审批金额", FieldType::Decimal),
        dealings::LAST,
        dealings::WORDS,
        dealings::TIMES,
    ],
    states: &[State {
        wire: "SpStatus",
        label: "审批状态",
        codes: &[
            (WAITING, "待审批"),
            (APPROVED, "审批通过"),
            (REJECTED, "审批否决"),
        ],
    }],
    views: &[View {
        parameter: "stype",
        code: "1",
        shows: Shows::Codes("审批状态", &[WAITING]),
    }],
    number: ("项目编号", "XM"),
    carry_out,
    settle: |world| {
        world.fit(PROJECTS, |_, ord| {
            let status = if ord % 2 == 1 { WAITING } else { APPROVED };
            let mut values = dealings::none();
            values.extend([("SpStatus", Value::from(status)), ("SpMoney", Value::Null)]);
            values
        });
    },
    ..Rules::NONE
};

fn carry_out(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    match command.verb() {
        "approve" => {
            let is_rejected = command.text("@__sp_result") == "2";
            let status = if is_rejected { REJECTED } else { APPROVED };
            let money = given(command.arguments, "@__sp_money")
                .cloned()
                .unwrap_or_default();
            command.each(world, open, |world, ord| {
                world.write(
                    PROJECTS,
                    ord,
                    &[("SpStatus", status.into()), ("SpMoney", money.clone())],
                );
            })
        }
        "follow-up" => command.on_each(world, |world, ord| {
            dealings::follow_up(world, PROJECTS, ord, command)
        }),
        _ => Ok(Vec::new()),
    }
}

/// Whether a project may be decided on: it waits.
fn open(world: &mut World, ord: i64) -> Result<(), String> {
    match world.text(PROJECTS, ord, "SpStatus") == WAITING {
        true => Ok(()),
        false => Err("项目已审批，不能重复审批！".to_owned()),
    }
}
