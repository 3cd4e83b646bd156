//! The life of a contract: its lines and sums, its approval, and what may no longer be changed.

use crate::common::{Caller, rows, small, text};
use serde_json::{Value as Json, json};

/// A product with a list price, and its key.
pub async fn product(caller: &Caller, code: &str, price: &str) -> i64 {
    let product = json!({"Title": format!("产品{code}"), "Code": code, "Model": "M1", "Sort1": 1, "CanOutStore": 1, "Roles": "1",
        "PriceMode": 0, "Unitjb": 242,
        "PackingPrices": [{"Bm": 7, "Bl": 1, "UnitID": 242, "Price2jy": "1.00"}, {"Bm": 0, "Bl": 1, "UnitID": 242, "Price2jy": price, "Price1jy": "5"}]});
    assert_eq!(caller.call("products.create", product).await["Code"], 200);
    let found = rows(&caller.call("products.list", json!({"cpbh": code})).await);
    found[0]["ord"].as_i64().unwrap()
}

/// A new customer, who has no lines yet.
pub async fn customer(caller: &Caller, name: &str) -> i64 {
    let customer = json!({"name": name, "sort1": "重点客户", "person_name": "林一"});
    let answer = caller.call("customers.save-company", customer).await;
    answer["body"]["message"]["data"]["ord"].as_i64().unwrap()
}

pub async fn line(caller: &Caller, customer: i64, product: i64, quantity: &str) -> i64 {
    let line = json!({"ord": product, "num1": quantity, "company": customer});
    let answer = caller.call("contract-lines.create", line).await;
    assert_eq!(text(&answer), "保存成功！");
    answer["body"]["message"]["data"]["ord"].as_i64().unwrap()
}

pub fn contract(customer: i64, number: &str) -> Json {
    json!({"company": customer, "htid": number, "title": format!("合同{number}"), "date3": "2026-03-01", "date1": "2026-03-02",
        "sort": 192, "bz": 14, "premoney": 1, "yhvalue": 0, "money1": 1, "fqhk": 0, "invoicePlan": 1, "invoiceMode": 2})
}

pub async fn save(caller: &Caller, contract: Json) -> i64 {
    let answer = caller.call("contracts.save", contract).await;
    assert_eq!(text(&answer), "保存成功！");
    answer["body"]["message"]["data"]["ord"].as_i64().unwrap()
}

pub async fn decide(caller: &Caller, contract: i64, result: i64) -> String {
    let decision =
        json!({"ord": contract, "@__sp_money": 1, "@__sp_result": result, "@__sp_intro": "按规定"});
    text(&caller.call("contracts.approve", decision).await).to_owned()
}

pub async fn shown(caller: &Caller, contract: i64) -> Json {
    caller.call("contracts.get", json!({"ord": contract})).await["Data"].clone()
}

/// Changes a line; what the screen has reckoned for itself does not matter.
pub async fn edit(caller: &Caller, line: i64, changes: Json) -> String {
    let mut arguments = json!({"ord": line, "unit": 242, "num1": 1, "price1": 0, "discountValue": 1, "discount": 1,
        "priceAfterDiscount": 0, "priceIncludeTax": 0, "priceAfterTaxPre": 0, "invoiceType": 0, "taxRate": 0, "moneyAfterTax": 0,
        "concessions": 0, "priceAfterTax": 0, "moneyAfterConcessions": 0, "money1": 0, "taxValue": 0, "pricejy": 0, "tpricejy": 0,
        "jf": 0});
    let changes = changes.as_object().unwrap().clone();
    arguments.as_object_mut().unwrap().extend(changes);
    text(&caller.call("contract-lines.update", arguments).await).to_owned()
}

fn sums(shown: &Json) -> [&str; 3] {
    ["Premoney", "YhMoneyM", "Money1"].map(|name| shown[name].as_str().unwrap())
}

#[tokio::test]
async fn a_contract_takes_the_lines_of_its_customer_and_costs_what_they_cost() {
    let caller = small().await;
    let (one, other) = (
        customer(&caller, "甲有限公司").await,
        customer(&caller, "乙有限公司").await,
    );
    let product = product(&caller, "P-1", "100.00").await;
    let first = line(&caller, one, product, "3").await;
    let second = line(&caller, one, product, "0.5").await;
    line(&caller, other, product, "8").await;
    let ord = save(&caller, contract(one, "HT-1")).await;
    let data = shown(&caller, ord).await;
    assert_eq!(
        sums(&data),
        ["350.00", "0.00", "350.00"],
        "at the price of department 0"
    );
    let shown_lines = data["contractList"].as_array().unwrap();
    assert_eq!(shown_lines.len(), 2);
    assert_eq!(
        (&shown_lines[0]["Title"], &shown_lines[0]["Order1"]),
        (&json!("产品P-1"), &json!("P-1"))
    );

    let changes =
        json!({"num1": 3, "price1": 90, "discount": "0.9", "taxRate": "0.13", "concessions": "5.1"});
    assert_eq!(edit(&caller, first, changes).await, "保存成功！");
    let data = shown(&caller, ord).await;
    assert_eq!(sums(&data), ["324.59", "5.10", "319.49"]);
    assert_eq!(data["TaxValue1"], "31.00");
    let listed = rows(&caller.call("contract-lines.list", json!({"company": one})).await);
    let edited = listed.iter().find(|row| row["ord"] == json!(first)).unwrap();
    assert_eq!(edited["money1"], "269.49");
    assert_eq!(edited["moneyAfterConcessions"], "238.49");

    caller.call("contract-lines.delete", json!({"id": second})).await;
    let data = shown(&caller, ord).await;
    assert_eq!(sums(&data), ["274.59", "5.10", "269.49"]);
    assert_eq!(data["contractList"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_concession_on_the_whole_contract_stays_and_is_no_larger_than_the_contract() {
    let caller = small().await;
    let one = customer(&caller, "甲有限公司").await;
    let product = product(&caller, "P-1", "100.00").await;
    let first = line(&caller, one, product, "3").await;
    let mut wanted = contract(one, "HT-1");
    wanted["yhvalue"] = json!("300.01");
    let refused = caller.call("contracts.save", wanted.clone()).await;
    assert_eq!(text(&refused), "优惠总额不能大于合同总额，不能保存！");
    wanted["yhvalue"] = json!(50);
    let ord = save(&caller, wanted.clone()).await;
    assert_eq!(sums(&shown(&caller, ord).await), ["300.00", "50.00", "250.00"]);
    edit(
        &caller,
        first,
        json!({"num1": 2, "price1": 100, "concessions": 10}),
    )
    .await;
    assert_eq!(sums(&shown(&caller, ord).await), ["200.00", "60.00", "140.00"]);
    edit(&caller, first, json!({"num1": "0.4", "price1": 100})).await;
    assert_eq!(
        sums(&shown(&caller, ord).await),
        ["40.00", "40.00", "0.00"],
        "no more than the contract"
    );
    edit(&caller, first, json!({"num1": 2, "price1": 100})).await;
    wanted["ord"] = json!(ord);
    wanted["premoney"] = json!(9);
    save(&caller, wanted).await;
    assert_eq!(
        sums(&shown(&caller, ord).await),
        ["200.00", "50.00", "150.00"],
        "not what the screen says"
    );
}

#[tokio::test]
async fn lines_of_the_json_dialect_are_taxed_too() {
    let caller = small().await;
    let customer = customer(&caller, "甲有限公司").await;
    let line = |included: i64, concession: &str| {
        json!({"ProductName": "支架", "ProductCode": "CP000001", "productUnitName": "个",
        "InvoiceTypeName": "收据", "Num": 3, "Discount": "0.9", "TaxRate": 13, "Price": 100, "IsTax": included, "Concessions": concession})
    };
    let create = |number: &str, lines: Json| {
        json!({"Title": "来自接口", "HTId": number, "CompanyName": "甲有限公司",
        "SignDate": "2026-03-01", "BeginDate": "2026-03-02", "SortName": "产品销售", "Currency": "人民币", "AutoCreateType": 0,
        "StatusName": "生效执行中", "PaymentStatus": 0, "PaybackMode": 1, "InvoiceStatus": 1, "InvoiceMode": 1, "contractList": lines})
    };
    let refused = caller
        .call(
            "contracts.create",
            create("HT-J", json!([line(1, "0"), line(1, "270.01")])),
        )
        .await;
    assert_eq!(refused["Msg"], "合同明细第2行：优惠金额不能大于总价，不能保存！");
    let created = caller
        .call(
            "contracts.create",
            create("HT-J", json!([line(1, "0"), line(0, "5.1")])),
        )
        .await;
    assert_eq!(created["Code"], 200, "{created}");
    let data = shown(&caller, 31).await;
    assert_eq!(sums(&data), ["575.10", "5.10", "570.00"]);
    let listed = rows(
        &caller
            .call("contract-lines.list", json!({"company": customer}))
            .await,
    );
    assert_eq!(listed.len(), 2, "its lines can be edited like those of a screen");
    let first = listed
        .iter()
        .map(|row| row["ord"].as_i64().unwrap())
        .min()
        .unwrap();
    edit(&caller, first, json!({"num1": 1, "priceIncludeTax": 10})).await;
    assert_eq!(sums(&shown(&caller, 31).await), ["315.10", "5.10", "310.00"]);
}

#[tokio::test]
async fn lines_have_quantities_and_concessions_that_make_sense() {
    let caller = small().await;
    let one = customer(&caller, "甲有限公司").await;
    let product = product(&caller, "P-1", "100.00").await;
    let none = json!({"ord": product, "num1": 0, "company": one});
    assert_eq!(
        text(&caller.call("contract-lines.create", none).await),
        "产品数量必须大于0，不能保存！"
    );
    let line = line(&caller, one, product, "1").await;
    let changes = json!({"num1": 1, "price1": 10, "concessions": "10.01"});
    assert_eq!(
        edit(&caller, line, changes).await,
        "明细优惠不能大于税后总价，不能保存！"
    );
    let negative = json!({"num1": 1, "price1": 10, "concessions": -1});
    assert_eq!(
        edit(&caller, line, negative).await,
        "明细优惠不能小于0，不能保存！"
    );
    let huge = json!({"num1": "999999999", "price1": "999999999"});
    assert_eq!(edit(&caller, line, huge).await, "金额超出范围，不能保存！");
}

#[tokio::test]
async fn an_approved_contract_and_its_lines_cannot_be_changed() {
    let caller = small().await;
    let one = customer(&caller, "甲有限公司").await;
    let product = product(&caller, "P-1", "100.00").await;
    let line = line(&caller, one, product, "3").await;
    let ord = save(&caller, contract(one, "HT-1")).await;
    assert_eq!(shown(&caller, ord).await["SpStatus"], "待审批");
    assert_eq!(decide(&caller, ord, 1).await, "操作成功！");
    let data = shown(&caller, ord).await;
    assert_eq!(data["SpStatus"], "审批通过");
    assert_eq!(data["approveList"][0]["结果"], "同意");
    assert_eq!(data["approveList"][0]["意见"], "按规定");
    assert_eq!(decide(&caller, ord, 2).await, "合同已审批通过，不能重复审批！");
    assert_eq!(
        edit(&caller, line, json!({"num1": 4})).await,
        "合同已审批通过，明细不能修改！"
    );
    let delete = caller.call("contract-lines.delete", json!({"id": line})).await;
    assert_eq!(text(&delete), "合同已审批通过，明细不能修改！");
    let mut changed = contract(one, "HT-1");
    changed["ord"] = json!(ord);
    assert_eq!(
        text(&caller.call("contracts.save", changed).await),
        "合同已审批通过，不能修改！"
    );
    assert_eq!(sums(&shown(&caller, ord).await), ["300.00", "0.00", "300.00"]);
}

#[tokio::test]
async fn a_contract_that_was_sent_back_is_submitted_again() {
    let caller = small().await;
    let one = customer(&caller, "甲有限公司").await;
    let ord = save(&caller, contract(one, "HT-1")).await;
    for (result, status) in [(2, "审批否决"), (3, "审批退回")] {
        assert_eq!(decide(&caller, ord, result).await, "操作成功！");
        assert_eq!(shown(&caller, ord).await["SpStatus"], status);
        let again = decide(&caller, ord, 1).await;
        assert_eq!(
            again,
            format!("合同处于{status}状态，不能审批，请修改后重新提交！")
        );
        let mut changed = contract(one, "HT-1");
        changed["ord"] = json!(ord);
        save(&caller, changed).await;
        assert_eq!(shown(&caller, ord).await["SpStatus"], "待审批");
    }
    assert_eq!(decide(&caller, ord, 1).await, "操作成功！");
    assert_eq!(
        shown(&caller, ord).await["approveList"].as_array().unwrap().len(),
        3
    );
}

#[tokio::test]
async fn the_newer_approval_works_on_the_same_contract_in_stages() {
    let caller = small().await;
    let one = customer(&caller, "甲有限公司").await;
    let ord = save(&caller, contract(one, "HT-1")).await;
    let history = async || caller.call("contract-approvals.get", json!({"ord": ord})).await["Data"].clone();
    assert_eq!(history().await["ApproveStage"], "待审批");
    let name = caller.call("accounts.get", json!({"ord": 9})).await["Data"].to_string();
    let decision =
        json!({"ord": ord, "approveResult": "1", "approveMessage": "金额无误", "newApprovers": "9"});
    let approve = async |decision: &Json| {
        caller.call("contract-approvals.approve", decision.clone()).await["Msg"].clone()
    };
    assert_eq!(approve(&decision).await, "操作成功！");
    let data = shown(&caller, ord).await;
    assert_eq!(data["SpStatus"], "待审批", "the next one has to decide");
    assert!(name.contains(data["CurSp"].as_str().unwrap()), "{data}");
    assert_eq!(history().await["StageID"], "2");
    let last = json!({"ord": ord, "approveResult": "同意", "approveMessage": "同意签约"});
    assert_eq!(approve(&last).await, "操作成功！");
    assert_eq!(history().await["ApproveStage"], "审批通过");
    assert_eq!(history().await["approveList"][1]["意见"], "同意签约");
    assert_eq!(shown(&caller, ord).await["SpStatus"], "审批通过");
    assert_eq!(approve(&last).await, "合同已审批通过，不能重复审批！");
}

#[tokio::test]
async fn a_contract_without_lines_adds_up_too() {
    let caller = small().await;
    let customer = customer(&caller, "甲有限公司").await;
    let mut wanted = contract(customer, "HT-1");
    wanted["premoney"] = json!("1,200");
    wanted["yhvalue"] = json!("1200.01");
    let refused = caller.call("contracts.save", wanted.clone()).await;
    assert_eq!(text(&refused), "优惠总额不能大于合同总额，不能保存！");
    wanted["yhvalue"] = json!("0.5");
    let ord = save(&caller, wanted).await;
    assert_eq!(sums(&shown(&caller, ord).await), ["1200.00", "0.50", "1199.50"]);
}

#[tokio::test]
async fn nobody_sells_below_the_lowest_price() {
    let caller = small().await;
    let one = customer(&caller, "甲有限公司").await;
    let product = product(&caller, "P-1", "100.00").await;
    let prices = json!({"ord": product, "Title": "产品P-1",
        "PackingPrices": [{"Bm": 0, "Bl": 1, "UnitID": 242, "Price2jy": "100", "Price2": "80"}]});
    assert_eq!(caller.call("products.update", prices).await["Code"], 200);
    let line = line(&caller, one, product, "1").await;
    let below = json!({"num1": 1, "price1": 100, "discount": "0.79"});
    assert_eq!(
        edit(&caller, line, below).await,
        "未税折后单价不能低于最低售价80，不能保存！"
    );
    let at_it = json!({"num1": 1, "price1": 100, "discount": "0.8"});
    assert_eq!(edit(&caller, line, at_it).await, "保存成功！");
}

#[tokio::test]
async fn lines_go_with_their_contract_to_another_customer() {
    let caller = small().await;
    let (one, other) = (
        customer(&caller, "甲有限公司").await,
        customer(&caller, "乙有限公司").await,
    );
    let product = product(&caller, "P-1", "100.00").await;
    let taken = line(&caller, one, product, "3").await;
    let ord = save(&caller, contract(one, "HT-1")).await;
    let waiting = line(&caller, one, product, "1").await;
    let mut changed = contract(other, "HT-1");
    changed["ord"] = json!(ord);
    save(&caller, changed).await;
    for (customer, expected) in [(one, waiting), (other, taken)] {
        let found = rows(
            &caller
                .call("contract-lines.list", json!({"company": customer}))
                .await,
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["ord"], json!(expected));
    }
}
