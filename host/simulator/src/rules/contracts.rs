//! Contracts: they belong to a customer that exists, named by key or by name, their sums follow from their lines, and
//! whoever saves one waits for its approval.

use super::amounts::{Offer, cents, given, member, readable};
use super::contract_lines::{self, LINES, includes_tax};
use super::contract_sums::{Sums, lines_of, named, note_progress, sums};
use super::references::{Reference, STAFF_FILTERS};
use super::{Command, Rules, contract_approvals, contracts_generated, dealings};
use crate::ledger::Change;
use crate::view::{Shows, Standing, View};
use crate::world::{Draft, World};
use rust_decimal::{Decimal, RoundingStrategy};
use sunmao_catalogue::{FieldType, Record, Value};

/// The object's name.
pub(super) const CONTRACTS: &str = "contracts";

/// How many days ahead of a contract's end the ERP reminds of it.
const END_NOTICE: i64 = 30;

/// How many days a contract counts as one of the newest.
const NEWEST: i64 = 7;

/// The column of the repair that a contract charges for.
const REPAIR: &str = "维修单id";

/// A contract waits for its approval from when it is saved.
const WAITING: Shows = Shows::Codes("审批状态", &[contract_approvals::WAITING]);
const NOT_ISSUED: Shows = Shows::Codes("出库状态", &["未出库"]);
const NOT_COLLECTED: Shows = Shows::Codes("收款状态", &["未收款"]);
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
        ("审批人", "最后审批人"),
    ],
    derived: &[
        ("htly", "合同来源", FieldType::String),
        ("yhlines", "明细优惠合计", FieldType::Decimal),
        ("skzt", "收款状态", FieldType::String),
        ("kpzt", "开票状态", FieldType::String),
        ("kpmoney", "已开票总额", FieldType::Decimal),
        dealings::LAST,
        dealings::WORDS,
        dealings::TIMES,
    ],
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
        view("stype", "3", NOT_ISSUED),
        view("stype", "4", NOT_COLLECTED),
        view("remind", "14", WAITING),
        view("remind", "21", ENDING),
        view("remind", "151", Shows::Days("添加时间", -NEWEST, 0)),
        view("remind", "201", SHARED),
    ],
    screen: &["datatype", "ly", "checktype", "catetype"],
    own: &["SpStatus", "CurSp"],
    number: ("合同编号", "HT"),
    before_save,
    after_save,
    carry_out,
    settle: |world| world.fit(CONTRACTS, contracts_generated::fitted),
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    if let Some(ord) = draft.ord.filter(|_| !draft.is_new) {
        open_for_changes(world, ord, "合同已审批通过，不能修改！")?;
    }
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
    name_the_customer(world, draft, "CompanyName")?;
    charge_once(world, draft)?;
    match priced_lines(world, draft)? {
        Some(sums) => {
            let concession = sums.concession;
            add_up(draft, &sums, concession);
        }
        None => take_sums(world, draft)?,
    }
    contract_approvals::submit(draft);
    Ok(())
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

/// One contract charges for a repair.
fn charge_once(world: &mut World, draft: &Draft<'_>) -> Result<(), String> {
    let Some(repair) = draft.given(REPAIR).and_then(Value::as_integer) else {
        return Ok(());
    };
    let own = draft.ord.filter(|_| !draft.is_new);
    let mut others = world.keys_with(CONTRACTS, REPAIR, repair);
    others.retain(|ord| Some(*ord) != own);
    match others.is_empty() {
        true => Ok(()),
        false => Err("维修单已转合同，不能重复转合同！".to_owned()),
    }
}

/// Refuses to touch a contract that has been approved.
fn open_for_changes(world: &mut World, contract: i64, refusal: &str) -> Result<(), String> {
    match world.text(CONTRACTS, contract, "SpStatus") == contract_approvals::APPROVED {
        true => Err(refusal.to_owned()),
        false => Ok(()),
    }
}

/// Refuses to touch the lines of a contract that has been approved.
pub(super) fn open_for_lines(world: &mut World, contract: i64) -> Result<(), String> {
    open_for_changes(world, contract, "合同已审批通过，明细不能修改！")
}

/// The offers that the json dialect gives beside a contract, which has no sums there.
fn offers(world: &World, draft: &Draft<'_>) -> Option<Vec<(Offer, Record)>> {
    let lines = draft.given("contractList").and_then(Value::as_list)?;
    let offer = |line: &Record| Offer {
        quantity: member(line, "Num").unwrap_or_default(),
        price: kept_price(world, member(line, "Price").unwrap_or_default()),
        discount: member(line, "Discount").unwrap_or(Decimal::ONE),
        tax_rate: member(line, "TaxRate").unwrap_or_default(),
        includes_tax: given(line, "IsTax").is_some_and(includes_tax),
        concession: member(line, "Concessions").unwrap_or_default(),
    };
    let records = lines.iter().filter_map(Value::as_record);
    Some(records.map(|line| (offer(line), line.clone())).collect())
}

/// A price as the installation keeps it.
fn kept_price(world: &World, price: Decimal) -> Decimal {
    match world.price_digits {
        Some(digits) => price.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero),
        None => price,
    }
}

/// The sums of the lines that come with a contract, where some do.
fn priced_lines(world: &World, draft: &Draft<'_>) -> Result<Option<Sums>, String> {
    let Some(offers) = offers(world, draft) else {
        return Ok(None);
    };
    let mut sums = Sums::default();
    for (position, (offer, _)) in offers.iter().enumerate() {
        let row = position + 1;
        let priced = offer
            .priced()
            .ok_or_else(|| format!("合同明细第{row}行：金额超出范围，不能保存！"))?;
        if priced.concession > priced.gross {
            return Err(format!("合同明细第{row}行：优惠金额不能大于总价，不能保存！"));
        }
        sums.gross += priced.gross;
        sums.concession += priced.concession;
        sums.tax += priced.tax;
    }
    Ok(Some(sums))
}

/// A contract with lines costs what its lines cost, whatever its screen says: the ones it has, or for a new contract
/// those that wait for its customer. One without lines costs what its screen says. The concession is the screen's, no
/// smaller than that of the lines and no larger than the contract.
fn take_sums(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let lines = lines_of_draft(world, draft);
    let asked = |wire: &str| draft.given(wire).and_then(readable);
    let (total, concession) = (asked("premoney"), asked("yhvalue").unwrap_or_default());
    let sums = match (lines.as_slice(), total) {
        ([], None) => return Ok(()),
        ([], Some(total)) => Sums {
            gross: cents(total),
            ..Sums::default()
        },
        _ => sums(world, &lines),
    };
    let concession = cents(concession.max(sums.concession));
    if concession > sums.gross {
        return Err("优惠总额不能大于合同总额，不能保存！".to_owned());
    }
    add_up(draft, &sums, concession);
    Ok(())
}

fn lines_of_draft(world: &mut World, draft: &Draft<'_>) -> Vec<i64> {
    match draft.ord.filter(|_| !draft.is_new) {
        Some(ord) => lines_of(world, ord),
        None => match draft.given("company").and_then(Value::as_integer) {
            Some(customer) => contract_lines::waiting(world, customer),
            None => Vec::new(),
        },
    }
}

fn add_up(draft: &mut Draft<'_>, sums: &Sums, concession: Decimal) {
    for (wire, value) in named(sums, concession) {
        draft.set(wire, value);
    }
}

/// A new contract takes its lines along, and every saved one is submitted for approval.
fn after_save(world: &mut World, ord: i64, draft: &Draft<'_>) -> Vec<Change> {
    if draft.is_new {
        match offers(world, draft) {
            Some(offers) => create_lines(world, ord, &offers),
            None => {
                for line in lines_of_draft(world, draft) {
                    world.write(LINES, line, &[("contract", ord.into())]);
                }
            }
        }
    }
    follow_customer(world, ord);
    note_progress(world, ord);
    contract_approvals::note(world, ord);
    world.hand_over(CONTRACTS, &[ord])
}

/// Lines belong to the customer of their contract, also when that changes.
fn follow_customer(world: &mut World, contract: i64) {
    let customer = world.read(CONTRACTS, contract, "company");
    for line in lines_of(world, contract) {
        if world.read(LINES, line, "company") != customer {
            world.write(LINES, line, &[("company", customer.clone())]);
        }
    }
}

/// Makes a line of the contract of each that came with it.
fn create_lines(world: &mut World, contract: i64, offers: &[(Offer, Record)]) {
    let company = world.read(CONTRACTS, contract, "company");
    let mut shown = Vec::new();
    for (offer, line) in offers {
        let Some(priced) = offer.priced() else { continue };
        let text = |name: &str| given(line, name).cloned().unwrap_or_default();
        let code = text("ProductCode").to_text().unwrap_or_default();
        let product = world.named("products", "Code", &code);
        let mut values = contract_lines::amounts(offer, &priced);
        values.extend([
            (
                contract_lines::PRODUCT,
                product.map_or(Value::Null, Value::Integer),
            ),
            ("company", company.clone()),
            ("contract", contract.into()),
            ("title", text("ProductName")),
            ("order1", code.into()),
            ("type1", text("ProductType")),
            ("unit", text("productUnitName")),
            ("invoiceType", text("InvoiceTypeName")),
            ("includeTax", text("IsTax")),
            ("date2", text("DeliveryDate")),
            ("intro", text("Intro")),
            ("jf", text("Points")),
        ]);
        if let Some(ord) = world.add(LINES, None, &values) {
            let mut line = line.clone();
            line.insert("Id".to_owned(), ord.into());
            shown.push(Value::from(line));
        }
    }
    world.write(CONTRACTS, contract, &[("contractList", Value::List(shown))]);
}

/// An approval is decided, a follow-up noted, and a shared contract says with whom.
fn carry_out(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    match command.verb() {
        "approve" => {
            let decision = contract_approvals::Decision {
                result: command.text("@__sp_result"),
                opinion: command.text("@__sp_intro"),
                next: command.text("@bill.approve.list"),
            };
            command.each(world, contract_approvals::open, |world, ord| {
                contract_approvals::decide(world, ord, &decision);
            })
        }
        "share" => {
            let people = dealings::shared_with(world, command);
            command.on_each(world, |world, ord| {
                world.write(CONTRACTS, ord, &[("AddshareName", people.clone())]);
            })
        }
        "follow-up" => command.on_each(world, |world, ord| {
            dealings::follow_up(world, CONTRACTS, ord, command)
        }),
        _ => Ok(Vec::new()),
    }
}
