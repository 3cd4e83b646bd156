//! Contracts: they belong to a customer that exists, named by key or by name, and their sums follow from their lines.

use super::Rules;
use super::references::{Reference, STAFF_FILTERS};
use crate::text::number;
use crate::view::{Shows, Standing, View};
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

/// How many days ahead of a contract's end the ERP reminds of it.
const END_NOTICE: i64 = 30;

/// How many days a contract counts as one of the newest.
const NEWEST: i64 = 7;

/// A contract waits for its approval from when it is saved.
const WAITING: Shows = Shows::Standing(Standing {
    begins: &["save", "create"],
    ends: &["approve"],
});
const ENDING: Shows = Shows::Days("结束日期", 0, END_NOTICE);
const SHARED: Shows = Shows::Standing(Standing {
    begins: &["share"],
    ends: &[],
});

const fn view(parameter: &'static str, code: &'static str, shows: Shows) -> View {
    View {
        parameter,
        code,
        shows,
    }
}

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("终止日期", "结束日期"),
        ("合同金额", "合同总额"),
        ("优惠后金额", "优惠后总额"),
        ("付款方式", "收款方式"),
    ],
    derived: &[("htly", "合同来源", FieldType::String)],
    references: &[
        Reference {
            name: "cateid",
            key: ("cateord", "销售人员ID"),
            target: ("accounts", "Name"),
            filters: STAFF_FILTERS,
        },
        Reference {
            name: "person2id",
            key: ("person2ord", "对方代表ID"),
            target: ("customer-contacts", "person_name"),
            filters: &[],
        },
    ],
    views: &[
        view("stype", "1", WAITING),
        view("stype", "2", ENDING),
        view("remind", "14", WAITING),
        view("remind", "21", ENDING),
        view("remind", "151", Shows::Days("添加时间", -NEWEST, 0)),
        view("remind", "201", SHARED),
    ],
    screen: &["datatype", "ly", "checktype", "catetype"],
    number: ("合同编号", "HT"),
    before_save,
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let Some(customers) = world.model.object("customers") else {
        return Ok(());
    };
    if draft.given("company").is_none_or(Value::is_empty)
        && let Some(name) = draft.given("CompanyName").and_then(Value::to_text)
        && !name.is_empty()
    {
        match world.find(customers, "name", &name) {
            Some(ord) => draft.set("company", ord.into()),
            None => return Err(NO_CUSTOMER.to_owned()),
        }
    }
    sum_up(draft);
    name_the_customer(world, draft, "CompanyName")
}

const NO_CUSTOMER: &str = "关联客户不存在，不能保存！";

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
        None => Err(NO_CUSTOMER.to_owned()),
    }
}

/// The json dialect gives lines and no sums. Sums too large for an exact decimal are left out.
fn sum_up(draft: &mut Draft<'_>) {
    let lines = draft.given("contractList").and_then(Value::as_list);
    let (Some(lines), None) = (lines, draft.given("premoney")) else {
        return;
    };
    let sums = lines.iter().filter_map(Value::as_record).try_fold(
        (Decimal::ZERO, Decimal::ZERO),
        |(price, discount), line| {
            let factor = amount(line, "Discount").unwrap_or(Decimal::ONE);
            let own = amount(line, "Num")?
                .checked_mul(amount(line, "Price")?)?
                .checked_mul(factor)?;
            let off = amount(line, "Concessions").unwrap_or_default();
            Some((price.checked_add(own)?, discount.checked_add(off)?))
        },
    );
    let Some((total, discount)) = sums else {
        return;
    };
    let rest = total.checked_sub(discount).unwrap_or(total);
    for (wire, sum) in [("premoney", total), ("yhvalue", discount), ("money1", rest)] {
        let mut cents = sum.round_dp(2);
        cents.rescale(2);
        draft.set(wire, cents.into());
    }
}

fn amount(line: &Record, name: &str) -> Option<Decimal> {
    number(&line.get(name)?.to_text()?)
}
