//! Stock receipts: goods wait at the gate until the warehouse confirms them, once, and then lie in stock.

use super::amounts::{cents, given, member, plain};
use super::confirmation::Confirmed;
use super::stock_levels::{self, Goods, Place};
use super::{Command, Rules, State, confirmation};
use crate::ledger::Change;
use crate::view::{Shows, View};
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

/// The object's name, and that of its lines.
pub(super) const RECEIPTS: &str = "stock-receipts";
const LINES: &str = "stock-receipt-lines";

/// The column of the product's key among the lines, whose own key is `ord`, and that of a receipt's warehouse.
const PRODUCT: &str = "ord_2";
const PLACE: &str = "ckTitle";

/// What the staff call a document.
const CAPTION: &str = "入库";

const WAITING: Shows = Shows::Codes("入库状态", &[confirmation::OPEN]);

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("申请人", "申请人员"),
        ("库管id", "库管人员"),
        ("产品编号", "编号"),
    ],
    chosen_by: &[("glgys", "gysname")],
    derived: &[
        ("num1", "入库数量", FieldType::Decimal),
        ("money1", "入库金额", FieldType::Decimal),
    ],
    states: &[
        State {
            wire: "Complete1",
            label: "入库状态",
            codes: &[
                (confirmation::OPEN, "未入库"),
                (confirmation::DONE, "已入库"),
                (confirmation::REJECTED, "否决入库"),
            ],
        },
        State {
            wire: "Sort1",
            label: "入库类别",
            codes: &[("1", "采购入库"), ("4", "直接入库")],
        },
    ],
    views: &[
        View {
            parameter: "stype",
            code: "1",
            shows: WAITING,
        },
        View {
            parameter: "remind",
            code: "60",
            shows: WAITING,
        },
    ],
    number: ("入库编号", "RK"),
    before_save,
    after_save,
    carry_out,
    settle: |world| world.fit(RECEIPTS, fitted),
    ..Rules::NONE
};

pub(super) const LINE_RULES: Rules = Rules {
    key: "入库明细id",
    aliases: &[("总价", "金额"), ("型号", "产品型号")],
    derived: &[
        ("kuin", "入库单ID", FieldType::Int),
        ("num1", "数量", FieldType::Decimal),
        ("num2", "入库数量", FieldType::Decimal),
        ("price2", "单价", FieldType::Decimal),
    ],
    chosen_by: &[("ord", "kuin")],
    settle: |world| world.fit(LINES, line_fitted),
    ..Rules::NONE
};

/// The goods that a line is about.
fn goods(world: &mut World, line: &Record) -> Goods {
    let text = |name: &str| given(line, name).cloned().unwrap_or_default();
    let number = text("order1").to_text().unwrap_or_default();
    let product = world.named("products", "Code", &number);
    let known = |world: &mut World, wire: &str, own: Value| match product {
        Some(product) => world.read("products", product, wire),
        None => own,
    };
    Goods {
        product,
        title: known(world, "Title", text("title")),
        number: number.into(),
        model: known(world, "Model", text("type1")),
        unit: text("unit"),
    }
}

/// A new receipt waits, with a sum a line; a change of costs changes the prices of the lines that it names.
fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let given_lines = draft.given("kuinlist").and_then(Value::as_list);
    let given_lines: Vec<Record> = given_lines
        .unwrap_or_default()
        .iter()
        .filter_map(|line| line.as_record().cloned())
        .collect();
    let lines = match draft.ord.filter(|_| !draft.is_new) {
        Some(ord) => {
            let mut lines = world.lines(RECEIPTS, ord, "kuinlist");
            for change in &given_lines {
                let line = confirmation::line_mut(&mut lines, change).ok_or("入库明细不存在，不能保存！")?;
                let price = member(change, "Price1").unwrap_or_default();
                if price < Decimal::ZERO {
                    return Err("成本单价不能小于0，不能保存！".to_owned());
                }
                line.insert("price2".to_owned(), plain(price));
            }
            lines
        }
        None => {
            draft.set("Complete1", confirmation::OPEN.into());
            draft.set("Sort1", "4".into());
            draft.set("Date3", world.day().into());
            given_lines
        }
    };
    if lines.is_empty() {
        return Ok(());
    }
    let (mut pieces, mut worth) = (Decimal::ZERO, Decimal::ZERO);
    let mut kept = Vec::new();
    for (position, mut line) in lines.into_iter().enumerate() {
        let row = position + 1;
        let quantity = member(&line, "num1").unwrap_or_default();
        if quantity <= Decimal::ZERO {
            return Err(format!("入库明细第{row}行：数量必须大于0，不能保存！"));
        }
        let price = member(&line, "price2").unwrap_or_default();
        let money = quantity.checked_mul(price).map(cents);
        let money = money.ok_or_else(|| format!("入库明细第{row}行：金额超出范围，不能保存！"))?;
        line.insert("money2".to_owned(), money.into());
        pieces += quantity;
        worth = worth.checked_add(money).ok_or("入库金额超出范围，不能保存！")?;
        kept.push(Value::from(line));
    }
    draft.set("kuinlist", Value::List(kept));
    draft.set("num1", plain(pieces));
    draft.set("money1", cents(worth).into());
    Ok(())
}

/// Each line of a new receipt gets a key; changed costs reach what is still in stock.
fn after_save(world: &mut World, ord: i64, draft: &Draft<'_>) -> Vec<Change> {
    let lines = world.lines(RECEIPTS, ord, "kuinlist");
    if !draft.is_new {
        for line in &lines {
            let Some(key) = confirmation::key(line) else {
                continue;
            };
            let price = member(line, "price2").unwrap_or_default();
            world.write(LINES, key, &[("price2", plain(price))]);
            stock_levels::reprice(world, key, price);
        }
        return world.hand_over(RECEIPTS, &[ord]);
    }
    let mut kept = Vec::new();
    for mut line in lines {
        let goods = goods(world, &line);
        if let Some(product) = goods.product {
            line.insert("ord".to_owned(), product.into());
        }
        let own = |name: &str| given(&line, name).cloned().unwrap_or_default();
        let values = [
            ("title", goods.title),
            ("bh", goods.number),
            ("kuin", ord.into()),
            ("num1", own("num1")),
            ("price2", own("price2")),
            ("money1", own("money2")),
            ("date1", own("date2")),
            ("intro", own("intro")),
            (PRODUCT, goods.product.map_or(Value::Null, Value::Integer)),
            ("type1", goods.model),
            ("unitall", goods.unit),
            ("bz", own("bz")),
            ("ph", own("ph")),
            ("datesc", own("datesc")),
            ("dateyx", own("dateyx")),
            ("fullPath", warehouse(world, &line)),
        ];
        if let Some(key) = world.add(LINES, None, &values) {
            line.insert("id".to_owned(), key.into());
        }
        kept.push(Value::from(line));
    }
    let place = warehouse(
        world,
        &kept
            .first()
            .and_then(Value::as_record)
            .cloned()
            .unwrap_or_default(),
    );
    world.write(RECEIPTS, ord, &[("kuinlist", Value::List(kept)), (PLACE, place)]);
    world.hand_over(RECEIPTS, &[ord])
}

/// The name of the warehouse that a line is meant for.
fn warehouse(world: &mut World, line: &Record) -> Value {
    let warehouse = given(line, "ku").and_then(Value::as_integer);
    warehouse.map_or(Value::Null, |warehouse| {
        stock_levels::warehouse_name(world, warehouse)
    })
}

/// What a confirmation is about, or why it is refused.
fn confirmed(world: &mut World, ord: i64, arguments: &Record) -> Result<Vec<Confirmed>, String> {
    let words = confirmation::Words {
        caption: CAPTION,
        object: RECEIPTS,
        state: "Complete1",
        lines: "kuinlist",
        argument: "kuinlist",
        warehouse: &["Ck", "Ku"],
    };
    confirmation::read(world, &words, ord, arguments)
}

fn carry_out(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    if !matches!(command.verb(), "confirm" | "confirm-v2") {
        return Ok(Vec::new());
    }
    confirmation::only_one(command, CAPTION)?;
    command.each(
        world,
        |world, ord| confirmed(world, ord, command.arguments).map(|_| ()),
        |world, ord| confirm(world, ord, command.arguments),
    )
}

fn confirm(world: &mut World, ord: i64, arguments: &Record) {
    let Ok(confirmed) = confirmed(world, ord, arguments) else {
        return;
    };
    let state = confirmation::state(arguments);
    let mut lines = world.lines(RECEIPTS, ord, "kuinlist");
    if state == confirmation::DONE {
        let (receipt, supplier) = (
            world.read(RECEIPTS, ord, "title"),
            world.read(RECEIPTS, ord, "gysname"),
        );
        for part in &confirmed {
            let Some(line) = lines.get_mut(part.position) else {
                continue;
            };
            let key = confirmation::key(line).unwrap_or_default();
            let own = given(line, "ku").and_then(Value::as_integer);
            let place = Place {
                warehouse: part.warehouse.or(own).unwrap_or_default(),
                batch: given(line, "ph").cloned().unwrap_or_default(),
                receipt: receipt.clone(),
                receipt_line: key,
                supplier: supplier.clone(),
                price: member(line, "price2").unwrap_or_default(),
                goods: &goods(world, line),
            };
            stock_levels::put(world, &place, part.quantity);
            line.insert("num2".to_owned(), plain(part.quantity));
            world.write(LINES, key, &[("num2", plain(part.quantity))]);
        }
    }
    let lines = Value::List(lines.into_iter().map(Value::from).collect());
    let mut values = confirmation::noted(world, arguments);
    values.extend([("Complete1", state.into()), ("kuinlist", lines)]);
    world.write(RECEIPTS, ord, &values);
}

/// Every third generated receipt waits.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let is_open = ord % 3 == 1;
    let (quantity, price) = generated(ord);
    let mut line = Record::default();
    for (own, theirs) in [
        ("title", "Title"),
        ("order1", "Code"),
        ("type1", "Model"),
        ("unit", "Unitjb"),
    ] {
        line.insert(own.to_owned(), world.read("products", ord, theirs));
    }
    let warehouse = stock_levels::warehouse_of(ord);
    for (name, value) in [
        ("id", ord.into()),
        ("ord", ord.into()),
        ("num1", plain(quantity)),
        ("price2", plain(price)),
        ("money2", cents(quantity * price).into()),
        ("ku", warehouse.into()),
    ] {
        line.insert(name.to_owned(), value);
    }
    let state = if is_open {
        confirmation::OPEN
    } else {
        confirmation::DONE
    };
    vec![
        ("Complete1", state.into()),
        ("Sort1", "4".into()),
        ("Status", "无需审批".into()),
        ("num1", plain(quantity)),
        ("money1", cents(quantity * price).into()),
        (PLACE, stock_levels::warehouse_name(world, warehouse)),
        ("kuinlist", Value::List(vec![Value::from(line)])),
    ]
}

fn generated(ord: i64) -> (Decimal, Decimal) {
    (Decimal::from(40 + ord % 20), Decimal::from(5 + ord % 20))
}

fn line_fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let (quantity, price) = generated(ord);
    vec![
        ("title", world.read("products", ord, "Title")),
        ("bh", world.read("products", ord, "Code")),
        ("kuin", ord.into()),
        ("num1", plain(quantity)),
        (
            "num2",
            if ord % 3 == 1 {
                Value::Null
            } else {
                plain(quantity)
            },
        ),
        ("price2", plain(price)),
        ("money1", cents(quantity * price).into()),
        (PRODUCT, ord.into()),
        ("type1", world.read("products", ord, "Model")),
        ("unitall", world.read("products", ord, "unitname")),
        (
            "fullPath",
            stock_levels::warehouse_name(world, stock_levels::warehouse_of(ord)),
        ),
    ]
}
