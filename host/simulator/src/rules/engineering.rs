//! Engineering: bills of materials with their materials, and the substitutes for materials.

use super::references::Reference;
use super::values::{At, all, amount, at, current, fill, key, lines, list, unresolved};
use super::{Rules, State, approvals};
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

const BILLS: &str = "bills-of-materials";
const SUBSTITUTIONS: &str = "material-substitutions";
const PRODUCTS: &str = "products";

const EFFECTIVE: State = State {
    wire: "EffectiveTxt",
    label: "生效状态",
    codes: &[("0", "未生效"), ("1", "已生效")],
};
const STOPPED: State = State {
    wire: "StopTxt",
    label: "启用状态",
    codes: &[("0", "启用"), ("1", "停用")],
};
/// Substitutions count the other way round.
const ENABLED: State = State {
    wire: "StopTxt",
    label: "启用状态",
    codes: &[("1", "启用"), ("0", "停用")],
};

/// The materials of a bill; the vendor publishes no name, so they have the one of a substitution's lines.
const MATERIALS: (&str, &str, FieldType) = ("childtd", "物料清单明细", FieldType::List);

/// Shows the product's name beside its key.
const OF_PRODUCT: Reference = Reference {
    name: "protitle",
    key: ("ProductID", "产品ID"),
    target: (PRODUCTS, "Title"),
    filters: &[],
};

/// Lists are searched by the product's number and model, too.
const NUMBER: (&str, &str, FieldType) = ("proorder1", "产品编号", FieldType::String);
const MODEL: (&str, &str, FieldType) = ("protype1", "产品型号", FieldType::String);

const SOURCE: State = State {
    wire: "fromType",
    label: "清单来源",
    codes: &[("0", "手动添加"), ("1", "合同"), ("2", "报价"), ("3", "设计")],
};

pub(super) const BILL_RULES: Rules = Rules {
    aliases: &[("客户名称", "适用客户")],
    derived: &[MATERIALS, NUMBER, MODEL, ("intro", "概要", FieldType::String)],
    states: &[EFFECTIVE, STOPPED, SOURCE, approvals::STATE],
    references: &[OF_PRODUCT],
    number: ("清单编号", "BOM"),
    generated: |schema, ord, entry| {
        let values = [
            ("ProductID", ord.into()),
            (NUMBER.0, format!("CP{ord:06}").into()),
            (SOURCE.wire, Value::Integer(0)),
            (MATERIALS.0, Value::Null),
            (EFFECTIVE.wire, Value::Integer(1)),
            (STOPPED.wire, Value::Integer(0)),
            ("statusapproval", approvals::UNNEEDED.into()),
        ];
        fill(schema, entry, values);
    },
    before_save: save_bill,
    before_delete: |world, ord| match users(world, ord).is_empty() {
        true => Ok(()),
        false => Err("物料清单已被物料替代使用，不能删除！".to_owned()),
    },
    ..Rules::NONE
};

pub(super) const SUBSTITUTION_RULES: Rules = Rules {
    aliases: &[("启用", "启用状态")],
    derived: &[NUMBER, MODEL],
    states: &[ENABLED],
    references: &[OF_PRODUCT],
    generated: |schema, ord, entry| {
        let mut own = schema
            .named("childtd")
            .map_or_else(Vec::new, |column| lines(&entry.values[column]));
        own.truncate(1);
        for line in &mut own {
            line.insert("ID".to_owned(), ord.into());
            line.insert("ApplyBomID".to_owned(), Value::Null);
        }
        let values = [
            (NUMBER.0, format!("CP{ord:06}").into()),
            ("childtd", list(own)),
            (ENABLED.wire, Value::Integer(1)),
        ];
        fill(schema, entry, values);
    },
    before_save: save_substitution,
    ..Rules::NONE
};

/// A new bill is effective at once, since no operation approves it.
fn save_bill(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let product = current(world, draft, "ProductID").as_integer();
    if unresolved(draft, "ProductID") {
        return Err("父件产品不存在，不能保存！".to_owned());
    }
    show_product(world, draft, product);
    let own = draft.ord;
    if let Some(number) = draft
        .given("BOMBH")
        .and_then(Value::to_text)
        .filter(|text| !text.is_empty())
    {
        let holder = world.find(draft.object, "BOMBH", &number);
        if holder.is_some_and(|holder| Some(holder) != own) {
            return Err("清单编号已被使用，不能保存！".to_owned());
        }
    }
    if let Some(given) = draft.given(MATERIALS.0).cloned() {
        let mut materials = lines(&given);
        for (position, line) in materials.iter_mut().enumerate() {
            check_material(world, product, line)
                .map_err(|fault| format!("物料清单明细第{}行：{fault}，不能保存！", position + 1))?;
        }
        draft.set(MATERIALS.0, list(materials));
    }
    if draft.is_new {
        draft.set(EFFECTIVE.wire, Value::Integer(1));
        draft.set(STOPPED.wire, Value::Integer(0));
        if draft.given(SOURCE.wire).is_none_or(Value::is_empty) {
            draft.set(SOURCE.wire, Value::Integer(0));
        }
        draft.set("statusapproval", approvals::UNNEEDED.into());
    }
    Ok(())
}

fn show_product(world: &mut World, draft: &mut Draft<'_>, product: Option<i64>) {
    let Some(product) = product.map(|ord| at(PRODUCTS, ord)) else {
        return;
    };
    for (wire, own) in [(NUMBER.0, "Code"), (MODEL.0, "Model")] {
        let value = product.value(world, own);
        draft.set(wire, value);
    }
}

/// A material is another product than the one it goes into, and some of it is needed.
fn check_material(world: &mut World, parent: Option<i64>, line: &mut Record) -> Result<(), String> {
    let Some(product) = key(line, "ProductID") else {
        return Err("产品ID不能为空".to_owned());
    };
    if Some(product) == parent {
        return Err("子件不能是父件产品本身".to_owned());
    }
    let product = at(PRODUCTS, product);
    if !product.exists(world) {
        return Err("产品不存在".to_owned());
    }
    if line
        .get("Num")
        .and_then(amount)
        .is_none_or(|number| number <= Decimal::ZERO)
    {
        return Err("数量必须大于0".to_owned());
    }
    line.insert("ProductName".to_owned(), product.value(world, "Title"));
    line.insert("ProductCode".to_owned(), product.value(world, "Code"));
    Ok(())
}

fn save_substitution(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let product = current(world, draft, "ProductID")
        .as_integer()
        .unwrap_or_default();
    if !at(PRODUCTS, product).exists(world) {
        return Err("产品不存在，不能保存！".to_owned());
    }
    show_product(world, draft, Some(product));
    let Some(given) = draft.given("childtd").cloned() else {
        return Ok(());
    };
    let mut substitutes = lines(&given);
    let mut priorities = Vec::new();
    for (position, line) in substitutes.iter().enumerate() {
        let fault = fault(world, product, line, &priorities);
        if let Some(fault) = fault {
            return Err(format!("物料替代明细第{}行：{fault}，不能保存！", position + 1));
        }
        priorities.extend(key(line, "Priority"));
    }
    super::line_keys::give(world, draft, "childtd", &mut substitutes)?;
    draft.set("childtd", list(substitutes));
    if draft.is_new {
        draft.set(ENABLED.wire, Value::Integer(1));
    }
    Ok(())
}

fn fault(world: &mut World, product: i64, line: &Record, priorities: &[i64]) -> Option<&'static str> {
    let substitute = key(line, "ReProductID").unwrap_or_default();
    let bill = key(line, "ApplyBomID").filter(|bill| *bill != 0);
    if !at(PRODUCTS, substitute).exists(world) {
        return Some("产品不存在");
    }
    if substitute == product {
        return Some("替代产品不能是原产品本身");
    }
    if bill.is_some_and(|bill| !at(BILLS, bill).exists(world)) {
        return Some("适用物料清单不存在");
    }
    let twice = key(line, "Priority").is_some_and(|priority| priorities.contains(&priority));
    twice.then_some("替代优先级重复")
}

/// The substitutions that are meant for one bill of materials.
fn users(world: &mut World, bill: i64) -> Vec<At> {
    let substitutions = all(world, SUBSTITUTIONS).into_iter();
    let uses = substitutions.filter(|substitution| {
        let own = substitution.lines(world, "childtd");
        own.iter().any(|line| key(line, "ApplyBomID") == Some(bill))
    });
    uses.collect()
}
