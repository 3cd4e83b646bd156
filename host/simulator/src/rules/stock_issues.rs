//! Stock issues: goods that somebody asks for, which leave the warehouse when it confirms them, once, and no more of them
//! than were asked for or lie there. What an approved contract still lacks is asked for anew.

use super::amounts::{given, member, plain};
use super::confirmation::{self, Confirmed, Words};
use super::contract_lines::{self, PRODUCT};
use super::contract_sums::lines_of;
use super::contracts::CONTRACTS;
use super::stock_levels::{self, Goods};
use super::{Command, Rules, State, contracts_generated, fulfilment};
use crate::ledger::Change;
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

/// The object's name.
pub(super) const ISSUES: &str = "stock-issues";

/// What the staff call a document.
const CAPTION: &str = "出库";

/// The column of the lines; the vendor's `KuoutList` is a text.
const LINES: &str = "kuoutmx";

/// Codes of what a stock issue is for.
const SALE: &str = "1";
const DIRECT: &str = "4";

const WORDS: Words = Words {
    caption: CAPTION,
    object: ISSUES,
    state: "chustate",
    lines: LINES,
    argument: "kuoutlist",
    warehouse: &["ck"],
};

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("主题", "出库主题"),
        ("出库类型", "出库类别"),
        ("出库完成状态", "出库状态"),
        ("添加人员", "申请人员"),
        ("人员", "申请人员"),
        ("库管人员", "库管"),
        ("产品编号", "编号"),
        ("产品型号", "型号"),
    ],
    derived: &[
        ("contract", "关联合同主题", FieldType::String),
        ("HTid", "关联合同编号", FieldType::String),
        ("company", "关联客户名称", FieldType::String),
        ("contractord", "关联合同ID", FieldType::Int),
        (LINES, "出库明细", FieldType::List),
        ("cost", "出库成本", FieldType::Decimal),
        ("ckord", "出库仓库ID", FieldType::Int),
    ],
    members: &[(LINES, "kuoutlist")],
    chosen_by: &[
        ("ck", "ckord"),
        ("applicationTime", "date3"),
        ("confirmTime", "Date5"),
    ],
    states: &[
        State {
            wire: "chustate",
            label: "出库状态",
            codes: &[
                (confirmation::OPEN, "未出库"),
                (confirmation::DONE, "已出库"),
                (confirmation::REJECTED, "否决出库"),
            ],
        },
        State {
            wire: "chukutype",
            label: "出库类别",
            codes: &[(SALE, "销售出库"), (DIRECT, "直接出库")],
        },
    ],
    number: ("出库编号", "CK"),
    carry_out,
    settle: |world| world.fit(ISSUES, fitted),
    ..Rules::NONE
};

/// Asks for what the lines of a contract still lack.
pub(super) fn ask_for(world: &mut World, contract: i64) {
    let mut lines = Vec::new();
    let mut pieces = Decimal::ZERO;
    for ord in lines_of(world, contract) {
        let mut amount = |wire: &str| world.amount(contract_lines::LINES, ord, wire);
        let (wanted, asked) = (amount("num1"), amount("num2"));
        if wanted <= asked {
            continue;
        }
        let mut line = Record::default();
        for (own, theirs) in [
            ("ord", PRODUCT),
            ("title", "title"),
            ("order1", "order1"),
            ("type1", "type1"),
            ("unit", "unit"),
        ] {
            line.insert(own.to_owned(), world.read(contract_lines::LINES, ord, theirs));
        }
        line.insert("id".to_owned(), ord.into());
        line.insert("num1".to_owned(), plain(wanted - asked));
        lines.push(Value::from(line));
        pieces += wanted - asked;
        world.write(contract_lines::LINES, ord, &[("num2", plain(wanted))]);
    }
    if lines.is_empty() {
        return;
    }
    let title = world.text(CONTRACTS, contract, "title");
    let values = [
        ("title", format!("{title}出库").into()),
        ("chukutype", SALE.into()),
        ("chustate", confirmation::OPEN.into()),
        ("status", "无需审批".into()),
        ("Fh1", "未发货".into()),
        ("date3", world.day().into()),
        ("sqname", world.read(CONTRACTS, contract, "cateid")),
        ("num", plain(pieces)),
        ("contract", title.into()),
        ("HTid", world.read(CONTRACTS, contract, "htid")),
        ("company", world.read(CONTRACTS, contract, "CompanyName")),
        ("contractord", contract.into()),
        (LINES, Value::List(lines)),
    ];
    world.add(ISSUES, None, &values);
}

fn goods(line: &Record) -> Goods {
    let text = |name: &str| given(line, name).cloned().unwrap_or_default();
    Goods {
        product: text("ord").as_integer(),
        title: text("title"),
        number: text("order1"),
        model: text("type1"),
        unit: text("unit"),
    }
}

/// What a confirmation is about, or why it is refused: also where the warehouse does not have as much.
fn confirmed(world: &mut World, ord: i64, arguments: &Record) -> Result<Vec<Confirmed>, String> {
    let confirmed = confirmation::read(world, &WORDS, ord, arguments)?;
    if confirmation::state(arguments) == confirmation::REJECTED {
        return Ok(confirmed);
    }
    let lines = world.lines(ISSUES, ord, LINES);
    let mut wanted: Vec<(Goods, Option<i64>, Decimal)> = Vec::new();
    for part in &confirmed {
        let goods = goods(&lines[part.position]);
        let same = wanted
            .iter_mut()
            .find(|(other, warehouse, _)| *other == goods && *warehouse == part.warehouse);
        match same {
            Some((_, _, quantity)) => *quantity += part.quantity,
            None => wanted.push((goods, part.warehouse, part.quantity)),
        }
    }
    for (goods, warehouse, quantity) in wanted {
        let here = stock_levels::available(world, &goods, warehouse);
        if quantity > here {
            let title = goods.title.to_text().unwrap_or_default();
            return Err(format!(
                "{title}库存不足：现有{}，需出库{}，操作失败！",
                here.normalize(),
                quantity.normalize()
            ));
        }
    }
    Ok(confirmed)
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
    let mut lines = world.lines(ISSUES, ord, LINES);
    let mut cost = Decimal::ZERO;
    let mut moved = Vec::new();
    for line in &mut lines {
        line.insert("num2".to_owned(), plain(Decimal::ZERO));
    }
    if state == confirmation::DONE {
        for part in &confirmed {
            let line = &mut lines[part.position];
            cost += stock_levels::take(world, &goods(line), part.warehouse, part.quantity);
            line.insert("num2".to_owned(), plain(part.quantity));
            if let Some(warehouse) = part.warehouse {
                line.insert("ck".to_owned(), warehouse.into());
                let name = stock_levels::warehouse_name(world, warehouse);
                world.write(ISSUES, ord, &[("Ck", name), ("ckord", warehouse.into())]);
            }
            moved.push(line.clone());
        }
    }
    let kept = lines.iter().cloned().map(Value::from).collect();
    let mut values = confirmation::noted(world, arguments);
    values.extend([
        ("chustate", Value::from(state)),
        ("Date7", world.moment().into()),
        ("cost", cost.into()),
        (LINES, Value::List(kept)),
    ]);
    world.write(ISSUES, ord, &values);
    let contract = world.link(ISSUES, ord, "contractord");
    let missing: Vec<(i64, Decimal)> = lines.iter().filter_map(missing).collect();
    if contract.is_some() {
        for (line, quantity) in missing {
            let asked = world.amount(contract_lines::LINES, line, "num2");
            let left = plain((asked - quantity).max(Decimal::ZERO));
            world.write(contract_lines::LINES, line, &[("num2", left)]);
        }
    }
    if state == confirmation::DONE {
        fulfilment::issued(world, ord, contract, &moved, cost);
    }
}

/// The contract's line and how much of it was asked for and did not leave.
fn missing(line: &Record) -> Option<(i64, Decimal)> {
    let asked = member(line, "num1").unwrap_or_default();
    let left = member(line, "num2").unwrap_or_default();
    Some((confirmation::key(line)?, asked - left)).filter(|(_, missing)| *missing > Decimal::ZERO)
}

/// Generated issue n is that of contract n, or of no contract where that has none; every third one waits.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let (title, number, quantity) = contracts_generated::line_of(world, ord);
    let contract = contracts_generated::contract_of(ord);
    let is_issued = contracts_generated::is_issued(ord);
    let state = if is_issued {
        confirmation::DONE
    } else {
        confirmation::OPEN
    };
    let mut line = Record::default();
    for (name, value) in [
        ("id", ord.into()),
        ("ord", ord.into()),
        ("title", title),
        ("order1", number),
        ("type1", world.read(contract_lines::LINES, ord, "type1")),
        ("unit", world.read(contract_lines::LINES, ord, "unit")),
        ("num1", plain(quantity)),
    ] {
        line.insert(name.to_owned(), value);
    }
    if is_issued {
        line.insert("num2".to_owned(), plain(quantity));
    }
    let mut of_contract = |wire: &str| match contract {
        Some(contract) => world.read(CONTRACTS, contract, wire),
        None => Value::Null,
    };
    vec![
        ("contract", of_contract("title")),
        ("HTid", of_contract("htid")),
        ("contractord", contract.map_or(Value::Null, Value::Integer)),
        ("company", of_contract("CompanyName")),
        ("chukutype", if contract.is_some() { SALE } else { DIRECT }.into()),
        ("chustate", state.into()),
        ("status", "无需审批".into()),
        ("Fh1", if is_issued { "已发货" } else { "未发货" }.into()),
        ("num", plain(quantity)),
        ("cost", Decimal::new(0, 2).into()),
        ("ckord", stock_levels::warehouse_of(ord).into()),
        (
            "Ck",
            stock_levels::warehouse_name(world, stock_levels::warehouse_of(ord)),
        ),
        (LINES, Value::List(vec![Value::from(line)])),
    ]
}
