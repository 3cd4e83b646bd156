//! Stock: one record for what is left of each confirmed line of a stock receipt, and none for what is used up. Products
//! leave the warehouse in the order in which they came.

use super::Rules;
use super::amounts::{cents, plain};
use crate::summary::Summary;
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

/// The object's name.
pub(super) const LEVELS: &str = "stock-levels";

pub(super) const RULES: Rules = Rules {
    derived: &[
        ("productord", "产品ID", FieldType::Int),
        ("ckord", "仓库ID", FieldType::Int),
        ("kuinlist", "入库明细ID", FieldType::Int),
        ("price1", "成本单价", FieldType::Decimal),
        ("money1", "库存金额", FieldType::Decimal),
    ],
    chosen_by: &[("cks", "ckord"), ("allunit", "Unit"), ("djnum", "DJNum")],
    summaries: &[Summary {
        verb: "list-summary",
        agree: &["Title", "Order1"],
        added: &[
            "Num2",
            "BaseNumSum",
            "DJNum",
            "KYNum",
            "WorkNum",
            "YDNum",
            "ZTNum",
        ],
        joined: &["Ku"],
    }],
    settle: |world| world.fit(LEVELS, fitted),
    ..Rules::NONE
};

/// What lies in a warehouse or goes into one. Products that the ERP does not know are told apart by their names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Goods {
    pub(super) product: Option<i64>,
    pub(super) title: Value,
    pub(super) number: Value,
    pub(super) model: Value,
    pub(super) unit: Value,
}

/// Where goods are put, from where they come and what one of them costs.
pub(super) struct Place<'a> {
    pub(super) warehouse: i64,
    pub(super) batch: Value,
    pub(super) receipt: Value,
    pub(super) receipt_line: i64,
    pub(super) supplier: Value,
    pub(super) price: Decimal,
    pub(super) goods: &'a Goods,
}

/// Puts a quantity into a warehouse.
pub(super) fn put(world: &mut World, place: &Place<'_>, quantity: Decimal) {
    if quantity <= Decimal::ZERO {
        return;
    }
    let warehouse = warehouse_name(world, place.warehouse);
    let goods = place.goods;
    let category = goods
        .product
        .map(|product| world.read("products", product, "Sort1"));
    let mut values = vec![
        ("Title", goods.title.clone()),
        ("Order1", goods.number.clone()),
        ("Type1", goods.model.clone()),
        ("ProductSort", category.unwrap_or_default()),
        ("Unit", goods.unit.clone()),
        ("UnitName", goods.unit.clone()),
        ("Ph", place.batch.clone()),
        ("Ku", warehouse),
        ("gysname", place.supplier.clone()),
        ("kuintitle", place.receipt.clone()),
        ("productord", goods.product.map_or(Value::Null, Value::Integer)),
        ("ckord", place.warehouse.into()),
        ("kuinlist", place.receipt_line.into()),
        ("price1", plain(place.price)),
    ];
    values.extend(quantities(quantity, place.price));
    world.add(LEVELS, None, &values);
}

/// The columns that follow from a quantity.
fn quantities(quantity: Decimal, price: Decimal) -> Vec<(&'static str, Value)> {
    let worth = quantity.checked_mul(price).unwrap_or_default();
    let nothing = || plain(Decimal::ZERO);
    vec![
        ("Num2", plain(quantity)),
        ("BaseNumSum", plain(quantity)),
        ("KYNum", plain(quantity)),
        ("DJNum", nothing()),
        ("WorkNum", nothing()),
        ("YDNum", nothing()),
        ("ZTNum", nothing()),
        ("money1", cents(worth).into()),
    ]
}

/// The stock records of goods, in all warehouses or in one, oldest first.
fn records(world: &mut World, goods: &Goods, warehouse: Option<i64>) -> Vec<i64> {
    let mut found = match (goods.product, warehouse) {
        (Some(product), _) => world.keys_with(LEVELS, "productord", product),
        (None, Some(warehouse)) => world.keys_with(LEVELS, "ckord", warehouse),
        (None, None) => Vec::new(),
    };
    found.retain(|ord| {
        let here = warehouse.is_none_or(|warehouse| world.link(LEVELS, *ord, "ckord") == Some(warehouse));
        here && (goods.product.is_some() || world.read(LEVELS, *ord, "Title") == goods.title)
    });
    found
}

/// How much there is.
pub(super) fn available(world: &mut World, goods: &Goods, warehouse: Option<i64>) -> Decimal {
    let records = records(world, goods, warehouse);
    records
        .into_iter()
        .map(|ord| world.amount(LEVELS, ord, "Num2"))
        .sum()
}

/// Takes a quantity out, as far as there is one: what it has cost.
pub(super) fn take(world: &mut World, goods: &Goods, warehouse: Option<i64>, quantity: Decimal) -> Decimal {
    let mut open = quantity;
    let mut cost = Decimal::ZERO;
    for ord in records(world, goods, warehouse) {
        if open <= Decimal::ZERO {
            break;
        }
        let here = world.amount(LEVELS, ord, "Num2");
        let price = world.amount(LEVELS, ord, "price1");
        let taken = here.min(open);
        open -= taken;
        cost += taken.checked_mul(price).unwrap_or_default();
        if taken == here {
            world.discard(LEVELS, ord);
        } else {
            world.write(LEVELS, ord, &quantities(here - taken, price));
        }
    }
    cents(cost)
}

/// What is left of a receipt's line has another price from now on.
pub(super) fn reprice(world: &mut World, receipt_line: i64, price: Decimal) {
    for ord in world.keys_with(LEVELS, "kuinlist", receipt_line) {
        let quantity = world.amount(LEVELS, ord, "Num2");
        let mut values = quantities(quantity, price);
        values.push(("price1", plain(price)));
        world.write(LEVELS, ord, &values);
    }
}

/// What the staff call a warehouse.
pub(super) fn warehouse_name(world: &mut World, warehouse: i64) -> Value {
    let name = world.read("warehouses", warehouse, "Name");
    match name.is_empty() {
        true => Value::from(warehouse.to_string()),
        false => name,
    }
}

/// Product n lies in one of the first three warehouses.
pub(super) fn warehouse_of(ord: i64) -> i64 {
    (ord - 1) % 3 + 1
}

fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let warehouse = warehouse_of(ord);
    let mut product = |wire: &str| world.read("products", ord, wire);
    let (title, number, model) = (product("Title"), product("Code"), product("Model"));
    let (unit, category) = (product("Unitjb"), product("Sort1"));
    let price = Decimal::from(5 + ord % 20);
    let mut values = quantities(Decimal::from(100 + ord * 13 % 50), price);
    values.extend([
        ("Title", title),
        ("Order1", number),
        ("Type1", model),
        ("ProductSort", category),
        ("Unit", unit.clone()),
        ("UnitName", unit),
        ("Ku", warehouse_name(world, warehouse)),
        ("productord", ord.into()),
        ("ckord", warehouse.into()),
        ("kuinlist", Value::Null),
        ("price1", plain(price)),
    ]);
    values
}
