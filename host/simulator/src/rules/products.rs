//! Products: a number that the ERP proposes where none is given, and the prices of their price list.

use super::Rules;
use super::amounts::{cents, given, member};
use crate::world::World;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use sunmao_catalogue::{Record, Value};

/// The object's name.
const PRODUCTS: &str = "products";

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("添加日期", "创建时间"),
        ("产品拼音码文本", "拼音码"),
        ("产品ord", "数据唯一标识"),
        ("产品分类ID", "产品分类"),
        ("供应商ID", "主供应商"),
        ("主供应商id", "主供应商"),
        ("人员选择", "添加人ID"),
    ],
    // The list is also where products are chosen for another document: whose prices it shows, what is in the basket.
    screen: &[
        "listadd",
        "company",
        "companyFromType",
        "htcateid",
        "IsTools",
        "bz",
        "repairOrder",
        "secpro",
        "fromtype",
        "totalNum",
        "totalCount",
        "flag",
        "remind",
    ],
    number: ("产品编号", "CP"),
    after_save: |world, ord, _| {
        let values = listed(world, ord);
        world.write(PRODUCTS, ord, &values);
        world.hand_over(PRODUCTS, &[ord])
    },
    settle: |world| {
        world.fit(PRODUCTS, fitted);
        world.fit(PRODUCTS, listed);
    },
    ..Rules::NONE
};

/// A generated product has one price list, for everybody, and is bought for less than it is sold for.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let cost = Decimal::from(5 + ord % 20);
    let list = Record::from_iter([
        ("ID".to_owned(), ord.into()),
        ("Bm".to_owned(), 0.into()),
        ("Bl".to_owned(), 1.into()),
        ("UnitID".to_owned(), world.read(PRODUCTS, ord, "Unitjb")),
        ("Price1jy".to_owned(), cents(cost).into()),
        ("Price2jy".to_owned(), cents(cost * Decimal::TWO).into()),
        ("ProductID".to_owned(), ord.into()),
    ]);
    vec![("PackingPrices", Value::List(vec![Value::from(list)]))]
}

/// What the list shows of a product beside what the product says itself: its units by name, and the price for everybody.
fn listed(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let basic = world.read(PRODUCTS, ord, "Unitjb");
    let prices = world.lines(PRODUCTS, ord, "PackingPrices");
    let priced = prices.iter().filter_map(|price| given(price, "UnitID"));
    let units: Vec<i64> = [&basic]
        .into_iter()
        .chain(priced)
        .filter_map(Value::as_integer)
        .collect();
    let named: BTreeMap<String, String> = units
        .into_iter()
        .map(|unit| (unit.to_string(), unit_name(world, unit)))
        .collect();
    let basic = basic.to_text().unwrap_or_default();
    let name = named.get(&basic).cloned().unwrap_or(basic);
    vec![
        ("unitname", name.into()),
        ("units", serde_json::to_string(&named).unwrap_or_default().into()),
        ("price", price(world, ord, "Price2jy").into()),
    ]
}

fn unit_name(world: &mut World, unit: i64) -> String {
    let name = world.text("product-units", unit, "Name");
    if name.is_empty() { unit.to_string() } else { name }
}

/// A price of a product for everybody, by its name on the price list (`Price2jy`); zero where there is none. The price for
/// everybody is that of department 0, else the first one.
pub(super) fn price(world: &mut World, product: i64, name: &str) -> Decimal {
    let prices = world.lines(PRODUCTS, product, "PackingPrices");
    let is_common = |price: &&Record| given(price, "Bm").and_then(Value::as_integer) == Some(0);
    let chosen = prices.iter().find(is_common).or(prices.first());
    chosen.and_then(|price| member(price, name)).unwrap_or_default()
}
