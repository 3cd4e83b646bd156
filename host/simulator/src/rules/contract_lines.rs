//! Lines of contracts: a product that exists, for a customer that exists, with amounts that follow from quantity, price,
//! discount, tax and concession. A line waits for the next contract of its customer, which takes it along.

use super::amounts::{Offer, Priced, plain, readable};
use super::{Rules, contract_sums, contracts, contracts_generated, products};
use crate::ledger::Change;
use crate::table::Entry;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

/// The object's name.
pub(super) const LINES: &str = "contract-lines";

/// The column of the product's key: where a line is created the vendor calls it `ord`, which is the line's own elsewhere.
pub(super) const PRODUCT: &str = "ord_2";

/// Digits that a price keeps behind the point.
const PRICE_DIGITS: u32 = 6;

pub(super) const RULES: Rules = Rules {
    aliases: &[("产品ID值", "产品id"), ("客户ID值", "关联客户ID")],
    derived: &[
        ("contract", "关联合同ID", FieldType::Int),
        ("num2", "申请数量", FieldType::Decimal),
        ("num3", "出库数量", FieldType::Decimal),
        ("num4", "发货数量", FieldType::Decimal),
    ],
    before_save,
    after_save: |world, ord, _| {
        changed(world, ord);
        world.hand_over(LINES, &[ord])
    },
    before_delete: |world, ord| match world.link(LINES, ord, "contract") {
        Some(contract) => contracts::open_for_lines(world, contract),
        None => Ok(()),
    },
    after_delete,
    settle: |world| world.fit(LINES, fitted),
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    for (label, object, caption) in [
        ("产品ID值", "products", "产品"),
        ("客户ID值", "customers", "关联客户"),
    ] {
        let (Some(object), Some(column)) = (world.model.object(object), draft.schema.labelled(label)) else {
            continue;
        };
        let Some(key) = draft.at(column).and_then(|key| key.as_integer()) else {
            continue;
        };
        if !world.exists(object, key) {
            return Err(format!("{caption}不存在，不能保存！"));
        }
    }
    let own = draft.ord.filter(|_| !draft.is_new);
    if let Some(contract) = own.and_then(|ord| world.link(LINES, ord, "contract")) {
        contracts::open_for_lines(world, contract)?;
    }
    if draft.is_new {
        take_from_product(world, draft);
    }
    let offer = offer(world, draft, own);
    if offer.quantity <= Decimal::ZERO {
        return Err("产品数量必须大于0，不能保存！".to_owned());
    }
    let priced = offer.priced().ok_or("金额超出范围，不能保存！")?;
    if priced.concession < Decimal::ZERO {
        return Err("明细优惠不能小于0，不能保存！".to_owned());
    }
    if priced.concession > priced.gross {
        return Err("明细优惠不能大于税后总价，不能保存！".to_owned());
    }
    refuse_below_lowest(world, draft, own, &offer, &priced)?;
    for (wire, value) in amounts(&offer, &priced) {
        draft.set(wire, value);
    }
    if let Some(suggested) = draft.given("pricejy").and_then(readable)
        && let Some(all) = suggested.checked_mul(offer.quantity)
    {
        draft.set("tpricejy", super::amounts::cents(all).into());
    }
    Ok(())
}

/// Nobody sells below the lowest price on the product's price list.
fn refuse_below_lowest(
    world: &mut World,
    draft: &Draft<'_>,
    own: Option<i64>,
    offer: &Offer,
    priced: &Priced,
) -> Result<(), String> {
    let given = draft.given(PRODUCT).and_then(Value::as_integer);
    let product = given.or_else(|| world.link(LINES, own?, PRODUCT));
    let lowest = product.map(|product| products::price(world, product, "Price2"));
    let discounted = priced.untaxed.checked_mul(offer.discount);
    match (lowest, discounted) {
        (Some(lowest), Some(price)) if price < lowest => Err(format!(
            "未税折后单价不能低于最低售价{}，不能保存！",
            lowest.normalize()
        )),
        _ => Ok(()),
    }
}

/// A new line begins with what its product is called and costs now; a later price changes no line.
fn take_from_product(world: &mut World, draft: &mut Draft<'_>) {
    let Some(product) = draft.given(PRODUCT).and_then(Value::as_integer) else {
        return;
    };
    for (own, theirs) in [
        ("title", "Title"),
        ("order1", "Code"),
        ("type1", "Model"),
        ("unit", "Unitjb"),
    ] {
        let value = world.read("products", product, theirs);
        draft.set(own, value);
    }
    let price = products::price(world, product, "Price2jy");
    draft.set("price1", price.into());
    let suggested = products::price(world, product, "Price1jy");
    draft.set("pricejy", suggested.into());
    draft.set("discount", Value::Integer(1));
    draft.set("taxRate", Value::Integer(0));
    draft.set("concessions", Value::Integer(0));
    draft.set("includeTax", "0".into());
}

/// What is asked for in a draft, completed by what its record already says.
fn offer(world: &mut World, draft: &Draft<'_>, own: Option<i64>) -> Offer {
    let mut value = |wire: &str| match (draft.given(wire), own) {
        (Some(given), _) => given.clone(),
        (None, Some(ord)) => world.read(LINES, ord, wire),
        (None, None) => Value::Null,
    };
    let includes_tax = includes_tax(&value("includeTax"));
    let price = if includes_tax { "priceIncludeTax" } else { "price1" };
    Offer {
        quantity: readable(&value("num1")).unwrap_or_default(),
        price: readable(&value(price)).unwrap_or_default(),
        discount: readable(&value("discount")).unwrap_or(Decimal::ONE),
        tax_rate: readable(&value("taxRate")).unwrap_or_default(),
        includes_tax,
        concession: readable(&value("concessions")).unwrap_or_default(),
    }
}

/// Whether a price is meant with its tax, in the words and codes that callers use.
pub(super) fn includes_tax(value: &Value) -> bool {
    let text = value.to_text().unwrap_or_default();
    ["1", "true", "是", "含税"].contains(&text.as_str())
}

/// The amounts of a line under its columns' names.
pub(super) fn amounts(offer: &Offer, priced: &Priced) -> Vec<(&'static str, Value)> {
    let price = |amount: Decimal| plain(amount.round_dp(PRICE_DIGITS));
    let discounted = |amount: Decimal| price(amount.checked_mul(offer.discount).unwrap_or(amount));
    let each = priced.total.checked_div(offer.quantity).unwrap_or_default();
    vec![
        ("num1", plain(offer.quantity)),
        ("price1", price(priced.untaxed)),
        ("priceIncludeTax", price(priced.taxed)),
        ("priceAfterDiscount", discounted(priced.untaxed)),
        ("priceAfterTaxPre", discounted(priced.taxed)),
        ("discount", plain(offer.discount)),
        ("taxRate", plain(offer.tax_rate)),
        ("moneyAfterTax", priced.gross.into()),
        ("concessions", priced.concession.into()),
        ("money1", priced.total.into()),
        ("priceAfterTax", price(each)),
        ("taxValue", priced.tax.into()),
        ("moneyAfterConcessions", (priced.total - priced.tax).into()),
    ]
}

fn changed(world: &mut World, ord: i64) {
    if let Some(contract) = world.link(LINES, ord, "contract") {
        contract_sums::lines_changed(world, contract);
    }
}

fn after_delete(world: &mut World, _: i64, removed: &Entry) -> Vec<Change> {
    let column = world.model.object(LINES);
    let column = column.and_then(|object| world.model.schemas[object].named("contract"));
    let contract = column.and_then(|column| removed.values.get(column)?.as_integer());
    if let Some(contract) = contract {
        contract_sums::lines_changed(world, contract);
    }
    world.hand_over(LINES, &[])
}

/// A customer's lines that no contract has taken along yet.
pub(super) fn waiting(world: &mut World, customer: i64) -> Vec<i64> {
    let mut lines = world.keys_with(LINES, "company", customer);
    lines.retain(|ord| world.link(LINES, *ord, "contract").is_none());
    lines
}

/// Generated line n is the line of contract n, but for framework contracts, which have none.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let quantity = Decimal::from(10 + ord * 7 % 40);
    let price = world.amount(LINES, ord, "price1") / Decimal::ONE_HUNDRED;
    let offer = Offer {
        quantity,
        price: super::amounts::cents(price),
        discount: Decimal::new(95, 2),
        tax_rate: Decimal::new(13, 2),
        includes_tax: false,
        concession: Decimal::from(ord % 3),
    };
    let Some(priced) = offer.priced() else {
        return Vec::new();
    };
    let mut values = amounts(&offer, &priced);
    let is_taken = !contracts_generated::is_framework(ord);
    let is_approved = is_taken && !contracts_generated::awaits_approval(ord);
    let when = |holds: bool| if holds { plain(quantity) } else { Value::Null };
    let is_issued = is_approved && contracts_generated::is_issued(ord);
    for (own, theirs) in [
        ("title", "Title"),
        ("order1", "Code"),
        ("type1", "Model"),
        ("unit", "Unitjb"),
    ] {
        values.push((own, world.read("products", ord, theirs)));
    }
    values.extend([
        (PRODUCT, ord.into()),
        ("company", ord.into()),
        ("contract", if is_taken { ord.into() } else { Value::Null }),
        ("includeTax", "0".into()),
        ("num2", when(is_approved)),
        ("num3", when(is_issued)),
        ("num4", when(is_issued)),
    ]);
    values
}
