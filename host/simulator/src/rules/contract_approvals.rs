//! Approvals of contracts: who decided what, in one or several stages. A contract waits from when it is saved until it is
//! approved, rejected or sent back, and a decision stands.

use super::Rules;
use super::contracts::CONTRACTS;
use super::{fulfilment, references};
use crate::world::{Draft, World};
use sunmao_catalogue::{Record, Value};

/// Somebody has to decide.
pub(super) const WAITING: &str = "待审批";
/// It may be carried out, and not be changed any more.
pub(super) const APPROVED: &str = "审批通过";
/// It may not be carried out.
const REJECTED: &str = "审批否决";
/// It has to be changed.
const RETURNED: &str = "审批退回";

/// The object with one record a contract, under the contract's key.
const APPROVALS: &str = "contract-approvals";

/// Who approves: there is one account.
pub(super) const APPROVER: &str = "系统管理员";

/// What somebody decided.
pub(super) struct Decision {
    /// A code or a word: 1 同意, 2 否决, 3 退回.
    pub(super) result: String,
    pub(super) opinion: String,
    /// Who decides next, by key or name; the approval ends where nobody does.
    pub(super) next: String,
}

pub(super) const RULES: Rules = Rules {
    carry_out: |world, command| {
        let decision = Decision {
            result: command.text("approveResult"),
            opinion: command.text("approveMessage"),
            next: command.text("newApprovers"),
        };
        command.each(world, open, |world, ord| decide(world, ord, &decision))
    },
    settle: |world| {
        world.fit(APPROVALS, |world, ord| {
            let status = world.read(CONTRACTS, ord, "SpStatus");
            vec![("StageID", Value::from("1")), ("ApproveStage", status)]
        });
    },
    ..Rules::NONE
};

/// Whether a contract may be decided on: it waits.
pub(super) fn open(world: &mut World, contract: i64) -> Result<(), String> {
    if !world.has(CONTRACTS, contract) {
        return Err("合同不存在或已被删除，操作失败！".to_owned());
    }
    let status = world.text(CONTRACTS, contract, "SpStatus");
    match status.as_str() {
        WAITING => Ok(()),
        APPROVED => Err("合同已审批通过，不能重复审批！".to_owned()),
        _ => Err(format!("合同处于{status}状态，不能审批，请修改后重新提交！")),
    }
}

/// Submits a contract that is being saved.
pub(super) fn submit(draft: &mut Draft<'_>) {
    draft.set("SpStatus", WAITING.into());
    draft.set("CurSp", APPROVER.into());
}

/// Notes where the approval of a contract stands on its own record.
pub(super) fn note(world: &mut World, contract: i64) {
    let status = world.read(CONTRACTS, contract, "SpStatus");
    let history = world.read(CONTRACTS, contract, "approveList");
    let decided = history.as_list().unwrap_or_default().len();
    let stage = if status.as_text() == Some(WAITING) {
        decided + 1
    } else {
        decided
    };
    let values = [
        ("StageID", Value::from(stage.max(1).to_string())),
        ("ApproveStage", status),
    ];
    if world.has(APPROVALS, contract) {
        world.write(APPROVALS, contract, &values);
    } else {
        world.add(APPROVALS, Some(contract), &values);
    }
    if let Some(object) = world.model.object(APPROVALS) {
        world.change(object, contract, |entry| {
            entry.extra.insert("approveList".to_owned(), history);
        });
    }
}

/// Writes a decision down and does what follows from it.
pub(super) fn decide(world: &mut World, contract: i64, decision: &Decision) {
    let result = decision.result.as_str();
    let (status, word) = match result {
        "2" => (REJECTED, "否决"),
        "3" => (RETURNED, "退回"),
        _ if result.contains('否') => (REJECTED, "否决"),
        _ if result.contains("退回") => (RETURNED, "退回"),
        _ => (APPROVED, "同意"),
    };
    let next = references::people(world, &decision.next);
    let goes_on = status == APPROVED && !next.is_empty();
    let approver = world.text(CONTRACTS, contract, "CurSp");
    let mut history = world.lines(CONTRACTS, contract, "approveList");
    let number = history.len() + 1;
    let now = world.moment();
    history.push(stage(number, &approver, &now, word, &decision.opinion));
    let history = Value::List(history.into_iter().map(Value::from).collect());
    let status = if goes_on { WAITING } else { status };
    world.write(
        CONTRACTS,
        contract,
        &[
            ("SpStatus", status.into()),
            ("CurSp", if goes_on { next.into() } else { Value::Null }),
            ("LastSp", approver.into()),
            ("approveList", history),
        ],
    );
    note(world, contract);
    if status == APPROVED {
        fulfilment::begin(world, contract);
    }
}

/// One stage of an approval, as a contract shows it.
pub(super) fn stage(number: usize, approver: &str, when: &str, result: &str, opinion: &str) -> Record {
    Record::from_iter([
        ("sp".to_owned(), format!("第{number}级审批").into()),
        ("name".to_owned(), approver.into()),
        ("时间".to_owned(), when.into()),
        ("结果".to_owned(), result.into()),
        ("意见".to_owned(), opinion.into()),
        ("sptype".to_owned(), "正常审批".into()),
    ])
}
