//! Contacts, contracts, products and the objects without rules of their own.

use crate::common::{field, rows, small, text, total};
use serde_json::{Value as Json, json};

fn contract(number: &str, company: i64) -> Json {
    json!({
        "company": company, "htid": number, "title": "年度供货", "date3": "2025-3-7", "date1": "2025-03-07",
        "date2": "2026-03-06", "sort": 192, "bz": 14, "premoney": "12,000.50", "yhvalue": 0, "money1": "12000.50",
        "fqhk": 0, "invoicePlan": 1, "invoiceMode": 2,
    })
}

#[tokio::test]
async fn contacts_belong_to_customers_that_exist() {
    let caller = small().await;
    let saved = caller
        .call(
            "customer-contacts.save",
            json!({"company": 7, "person_name": "赵小满"}),
        )
        .await;
    assert_eq!(text(&saved), "保存成功！");
    let customer = rows(&caller.call("customers.list", json!({"telord": 7})).await);
    let found = rows(&caller.call("customer-contacts.list", json!({"company": 7})).await);
    assert_eq!(found.len(), 2, "the generated one and the new one");
    assert_eq!(found[0]["person_name"], "赵小满");
    assert!(
        found
            .iter()
            .all(|contact| contact["company_name"] == customer[0]["name"])
    );
    let refused = caller
        .call(
            "customer-contacts.save",
            json!({"company": 31, "person_name": "赵小满"}),
        )
        .await;
    assert_eq!(text(&refused), "关联客户不存在，不能保存！");
    assert_eq!(total(&caller.call("customer-contacts.list", json!({})).await), 31);
}

#[tokio::test]
async fn contracts_have_numbers_and_customers() {
    let caller = small().await;
    assert_eq!(
        text(&caller.call("contracts.save", contract("HT-A", 3)).await),
        "保存成功！"
    );
    assert_eq!(
        text(&caller.call("contracts.save", contract("HT-A", 4)).await),
        "合同编号已被使用，不能保存！"
    );
    assert_eq!(
        text(&caller.call("contracts.save", contract("HT-B", 400)).await),
        "关联客户不存在，不能保存！"
    );
    let missing = caller.call("contracts.save", json!({"htid": "HT-C"})).await;
    for label in ["关联客户", "合同主题", "签订日期", "合同总额"] {
        assert!(text(&missing).contains(label), "{missing}");
    }
    let found = rows(&caller.call("contracts.list", json!({"htbh": "HT-A"})).await);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["premoney"], "12,000.50", "lists group thousands");
    assert_eq!(found[0]["dateQD"], "2025-3-7", "lists write days without zeros");
    assert_eq!(found[0]["htfl"], "产品销售");
    let shown = caller
        .call("contracts.get", json!({"ord": found[0]["ord"]}))
        .await;
    let customer = rows(&caller.call("customers.list", json!({"telord": 3})).await);
    assert_eq!(shown["Data"]["Title"], "年度供货");
    assert_eq!(shown["Data"]["Htid"], "HT-A");
    assert_eq!(
        shown["Data"]["Premoney"], "12000.50",
        "details keep the exact decimal"
    );
    assert_eq!(shown["Data"]["SortName"], "产品销售");
    let by_customer = caller
        .call(
            "contracts.list",
            json!({"khmc": customer[0]["name"], "htbh": "HT-A"}),
        )
        .await;
    assert_eq!(total(&by_customer), 1);
}

#[tokio::test]
async fn the_json_contract_is_the_form_contract() {
    let caller = small().await;
    let customer = rows(&caller.call("customers.list", json!({"telord": 9})).await);
    let created = caller
        .call(
            "contracts.create",
            json!({"Title": "来自接口", "HTId": "HT-J", "CompanyName": customer[0]["name"], "SignDate": "2025-05-01",
                   "BeginDate": "2025-05-02", "EndDate": "2026-05-01", "SortName": "技术服务", "Currency": "人民币",
                   "AutoCreateType": 0, "StatusName": "生效执行中", "PaymentStatus": 0, "PaybackMode": 1,
                   "InvoiceStatus": 1, "InvoiceMode": 0,
                   "contractList": [{"ProductName": "支架", "ProductCode": "CP000001", "productUnitName": "个",
                                     "InvoiceTypeName": "收据", "Num": 2, "Discount": 1, "TaxRate": 0, "Price": "10.00",
                                     "IsTax": 1}]}),
        )
        .await;
    assert_eq!(created["Code"], 200, "{created}");
    let found = rows(
        &caller
            .call("contracts.list", json!({"htfl": "985", "htbh": "HT-J"}))
            .await,
    );
    assert_eq!(found.len(), 1, "a label is stored as its code");
    assert_eq!(found[0]["dateZZ"], "2026-5-1");
    assert_eq!(found[0]["khmc"], customer[0]["name"]);
    assert_eq!(
        text(&caller.call("contracts.save", contract("HT-J", 3)).await),
        "合同编号已被使用，不能保存！"
    );
}

#[tokio::test]
async fn products_have_codes_and_come_in_batches() {
    let caller = small().await;
    let product = |code: &str| json!({"Title": "榫接支架", "Code": code, "Sort1": 1, "CanOutStore": 1, "Roles": "1,3", "PriceMode": 0, "Unitjb": 1});
    assert_eq!(caller.call("products.create", product("P-1")).await["Code"], 200);
    let refused = caller.call("products.create", product("P-1")).await;
    assert_eq!(refused["Msg"], "产品编号已被使用，不能保存！");
    let batch = json!({"productlvw": [product("P-2"), product("P-3")], "pricelvw": []});
    assert_eq!(caller.call("products.create-many", batch).await["Code"], 200);
    assert_eq!(caller.simulator.ledger().pop().unwrap().changes.len(), 2);
    let batch = json!({"productlvw": [product("P-4"), product("P-2")]});
    let refused = caller.call("products.create-many", batch).await;
    assert_eq!(refused["Msg"], "第2条：产品编号已被使用，不能保存！");
    assert_eq!(
        total(&caller.call("products.list", json!({"cpbh": "P-"})).await),
        4
    );
    let found = rows(&caller.call("products.list", json!({"cpbh": "P-3"})).await);
    let renamed = caller
        .call(
            "products.update",
            json!({"ord": found[0]["ord"], "Title": "新支架"}),
        )
        .await;
    assert_eq!(renamed["Code"], 200);
    let shown = caller.call("products.get", json!({"ord": found[0]["ord"]})).await;
    assert_eq!(field(&shown, "Title")["value"], "新支架");
    assert_eq!(field(&shown, "Code")["value"], "P-3");
}

#[tokio::test]
async fn generic_records_are_created_changed_and_removed() {
    let caller = small().await;
    let department = json!({"name": "榫卯研究室", "pid": 1, "sort": 9});
    assert_eq!(caller.call("departments.create", department).await["Code"], 200);
    let found = caller
        .call("departments.list", json!({"orgsname": "榫卯研究室"}))
        .await;
    assert_eq!(found["Page"]["RecordCount"], 1);
    let ord = found["Rows"][0][0].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(ord, 31);
    let renamed = json!({"ord": ord, "name": "卯榫研究室", "pid": 1});
    assert_eq!(caller.call("departments.update", renamed).await["Code"], 200);
    let shown = caller.call("departments.get", json!({"ord": ord})).await;
    assert_eq!(shown["Data"]["name"], "卯榫研究室");
    assert_eq!(shown["Data"]["sort"], 9);

    assert_eq!(caller.call("accounts.get", json!({"ord": 2})).await["Code"], 200);
    assert_eq!(
        caller.call("accounts.delete", json!({"ord": 2})).await["Code"],
        200
    );
    assert_eq!(caller.call("accounts.get", json!({"ord": 2})).await["Code"], 300);
    assert_eq!(
        caller.call("accounts.delete", json!({"ord": 2})).await["Code"],
        200,
        "repeating is safe"
    );
    assert!(caller.simulator.ledger().pop().unwrap().changes.is_empty());
    let refused = caller.call("accounts.update", json!({"ord": 2})).await;
    assert_eq!(refused["Code"], 300);
}

#[tokio::test]
async fn helper_saves_take_one_record_or_several() {
    let caller = small().await;
    let assignment = |code: &str| {
        json!({"Code": code, "Title": "派工", "ProductID": 1, "UnitID": 1, "NumMake": "5.5", "Cateid_WA": "1",
               "DateStart": "2025-01-01", "DateEnd": "2025-01-02", "DateDelivery": "2025-01-03"})
    };
    let answer = caller.call("work-assignments.create", assignment("W1")).await;
    assert_eq!(answer["flag"], true, "{answer}");
    let answer = caller
        .call(
            "work-assignments.create",
            json!([assignment("W2"), assignment("W3")]),
        )
        .await;
    assert_eq!(answer["flag"], true, "{answer}");
    let entry = caller.simulator.ledger().pop().unwrap();
    assert_eq!(entry.changes.len(), 2);
    assert_eq!(entry.arguments.as_list().unwrap().len(), 2);
    let refused = caller.call("work-assignments.create", assignment("W3")).await;
    assert_eq!(refused["code"], 300);
    assert_eq!(refused["flag"], false);
}
