//! Products: a number that the ERP proposes where none is given, and the prices of their price list.

use super::Rules;
use super::amounts::{cents, given, member};
use crate::world::World;
use rust_decimal::Decimal;
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
    settle: |world| world.fit(PRODUCTS, fitted),
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

/// A price of a product for everybody, by its name on the price list (`Price2jy`); zero where there is none. The price for
/// everybody is that of department 0, else the first one.
pub(super) fn price(world: &mut World, product: i64, name: &str) -> Decimal {
    let prices = world.lines(PRODUCTS, product, "PackingPrices");
    let is_common = |price: &&Record| given(price, "Bm").and_then(Value::as_integer) == Some(0);
    let chosen = prices.iter().find(is_common).or(prices.first());
    chosen.and_then(|price| member(price, name)).unwrap_or_default()
}
