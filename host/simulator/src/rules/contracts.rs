//! Contracts: they belong to a customer that exists, named by key or by name.

use super::Rules;
use crate::world::{Draft, World};

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("终止日期", "结束日期"),
        ("合同金额", "合同总额"),
        ("优惠后金额", "优惠后总额"),
    ],
    number: ("合同编号", "HT"),
    before_save,
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let Some(customers) = world.model.object("customers") else {
        return Ok(());
    };
    if let Some(name) = draft.given("CompanyName").and_then(|name| name.to_text())
        && let Some(ord) = world.find(customers, "name", &name)
    {
        draft.set("company", ord.into());
    }
    name_the_customer(world, draft, "CompanyName")
}

/// Refuses a customer's key that nobody has, and notes the customer's name beside a key that somebody has.
pub(super) fn name_the_customer(
    world: &mut World,
    draft: &mut Draft<'_>,
    column: &str,
) -> Result<(), String> {
    let Some(customers) = world.model.object("customers") else {
        return Ok(());
    };
    let Some(customer) = draft.given("company").filter(|customer| !customer.is_empty()) else {
        return Ok(());
    };
    let customer = customer.as_integer().unwrap_or_default();
    match world.value(customers, customer, "name").cloned() {
        Some(name) => {
            draft.set(column, name);
            Ok(())
        }
        None => Err("关联客户不存在，不能保存！".to_owned()),
    }
}
