//! The ERP's side of the business: colleagues at its screens, by the wire where the API has an operation, by hand where not.

use super::Year;
use super::business::Business;
use crate::books::{key, number, text};
use rand::Rng;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// A customer as a colleague fills in its form.
fn customer(key: i64, number: u64, address: &str) -> Json {
    json!({
        "ord": key, "customer-name": format!("长短第{number}家具有限公司"), "customer-category": "1", "address": address,
        "contact-name": format!("王{number}"), "mobile": format!("177{number:08}"), "wechat": format!("wx_e{number}"),
    })
}

impl Business {
    pub async fn enters_a_customer(&mut self, year: &Year) -> bool {
        let number = self.number();
        let key = year.stage.colleague.reserves("customers.reserve").await;
        year.stage
            .colleague
            .calls("customers.save-company", &customer(key, number, ""))
            .await;
        self.entered.push((key, number));
        true
    }

    /// One that was entered in the ERP: what both sides change is another test's.
    pub async fn changes_a_customer(&mut self, year: &Year) -> bool {
        let entered = self.entered.clone();
        let Some((key, number)) = self.one_of(&entered).copied() else {
            return false;
        };
        let changed = customer(key, number, &format!("东街{}号", self.number()));
        year.stage
            .colleague
            .calls("customers.save-company", &changed)
            .await;
        true
    }

    /// A colleague enters a contract, with any plan for its money and its invoices.
    pub async fn enters_a_contract(&mut self, year: &Year) -> bool {
        let names = self.customers.clone();
        let name = self.one_of(&names).expect("a customer").clone();
        let number = self.number();
        let lines: Vec<Json> = (0..self.random.random_range(1..=3))
            .map(|_| self.contract_line())
            .collect();
        let contract = json!({
            "HTId": format!("HT-E{number}"), "Title": format!("合同{number}"), "CompanyName": name, "SignDate": "2026-03-01",
            "BeginDate": "2026-03-01", "SortName": "产品销售", "StatusName": "生效执行中", "Currency": "人民币", "AutoCreateType": 0,
            "PaymentStatus": self.one_of(&[0, 1, 3, 5]).copied(), "PaybackMode": 1, "InvoiceStatus": self.one_of(&[1, 2, 3]).copied(),
            "InvoiceMode": 1, "contractList": lines,
        });
        year.stage.colleague.calls("contracts.create", &contract).await;
        true
    }

    fn contract_line(&mut self) -> Json {
        let products = self.products.clone();
        let product = self.one_of(&products).expect("a product");
        json!({
            "ProductName": product.name, "ProductCode": product.number, "productUnitName": product.unit, "InvoiceTypeName": "不开票",
            "Num": self.random.random_range(1..=9), "Price": self.amount(900), "Discount": self.one_of(&["1", "0.9"]).copied(),
            "TaxRate": self.one_of(&["0.13", "0.06", "0"]).copied(), "IsTax": self.random.random_range(0..=1),
        })
    }

    pub async fn decides_on_a_contract(&mut self, year: &Year) -> bool {
        let waiting = year.books.that_say("contracts", "SpStatus", "待审批").await;
        let Some(contract) = self.one_of(&waiting) else {
            return false;
        };
        let result = if self.chance(0.9) { 1 } else { 2 };
        let decision =
            json!({ "ord": key(contract), "@__sp_result": result, "@__sp_money": "0", "@__sp_intro": "阅" });
        year.stage.colleague.calls("contracts.approve", &decision).await;
        true
    }

    /// The warehouse hands out what a contract asks for, if it has that.
    pub async fn hands_goods_out(&mut self, year: &Year) -> bool {
        let waiting = year.books.that_say("stock-issues", "chustate", "0").await;
        let Some(issue) = self.one_of(&waiting) else {
            return false;
        };
        let confirmed = json!({ "ord": key(issue), "Complete1": 3, "Date5": "2026-03-05" });
        year.stage
            .colleague
            .tries("stock-issues.confirm", &confirmed)
            .await
    }

    pub async fn takes_goods_in(&mut self, year: &Year) -> bool {
        let (number, products) = (self.number(), self.products.clone());
        let product = self.one_of(&products).expect("a product");
        let receipt = json!({
            "title": format!("到货{number}"), "rkbh": format!("RK-Y{number}"), "date5": "2026-03-02", "gysname": "松汀原料有限公司",
            "kuinlist": [{
                "title": product.name, "order1": product.number, "unit": product.unit_key, "num1": self.random.random_range(1..=60),
                "price2": self.amount(50), "ku": 1, "WareHousePositionID": 1,
            }],
        });
        year.stage
            .colleague
            .calls("stock-receipts.create", &receipt)
            .await;
        let made = year
            .books
            .only("stock-receipts", "rkbh", &format!("RK-Y{number}"))
            .await;
        let confirmed = json!({ "ord": key(&made), "ck": 1 });
        year.stage
            .colleague
            .calls("stock-receipts.confirm", &confirmed)
            .await;
        true
    }

    /// Some of what is due arrives, or something that no plan asked for.
    pub async fn books_money(&mut self, year: &Year) -> bool {
        let due: Vec<Json> = year.books.that_say("collections", "hkzt", "0").await;
        let open: Vec<&Json> = due
            .iter()
            .filter(|one| number(&one["money2"]) < number(&one["money1"]))
            .collect();
        if let Some(collection) = self.one_of(&open).filter(|one| !one["contract"].is_null()) {
            let (all, before) = (number(&collection["money1"]), number(&collection["money2"]));
            let half = ((all - before) / Decimal::TWO).round_dp(2);
            let arrived = if self.chance(0.5) { all } else { before + half };
            let booked =
                json!({ "ord": key(collection), "money2": arrived.to_string(), "date1": "2026-03-20" });
            year.books.enter("collections", &booked).await;
            return true;
        }
        let contracts = year.books.all("contracts").await;
        let manual = contracts.values().filter(|one| {
            let is_open = number(&one["HkMoney1"]) < number(&one["money1"]);
            is_open && text(&one["SpStatus"]) == "审批通过" && text(&one["fqhk"]) == "1"
        });
        let manual: Vec<&Json> = manual.collect();
        let Some(contract) = self.one_of(&manual) else {
            return false;
        };
        let open = number(&contract["money1"]) - number(&contract["HkMoney1"]);
        let booked = json!({ "contract": key(contract), "money1": open.to_string(), "money2": open.to_string(), "date1": "2026-03-21" });
        year.books.enter("collections", &booked).await;
        true
    }

    /// An invoice that no plan asks for is written, or a supplier is paid.
    pub async fn writes_an_invoice_or_pays(&mut self, year: &Year) -> bool {
        let contracts = year.books.all("contracts").await;
        let open = contracts.values().filter(|one| {
            let is_open = number(&one["kpmoney"]) < number(&one["money1"]);
            is_open && text(&one["SpStatus"]) == "审批通过" && text(&one["invoicePlan"]) == "2"
        });
        let open: Vec<&Json> = open.collect();
        match self.one_of(&open) {
            Some(contract) if self.chance(0.7) => {
                let left = number(&contract["money1"]) - number(&contract["kpmoney"]);
                let invoice =
                    json!({ "contract": key(contract), "money1": left.to_string(), "date1": "2026-03-22" });
                year.books.enter("sales-invoices", &invoice).await;
            }
            _ => {
                let payment = json!({ "title": format!("付款{}", self.number()), "money1": self.amount(5_000), "date1": "2026-03-23" });
                year.books.enter("payments", &payment).await;
            }
        }
        true
    }

    pub async fn takes_a_call(&mut self, year: &Year) -> bool {
        let names = self.customers.clone();
        let name = self.one_of(&names).expect("a customer").clone();
        let number = self.number();
        let ticket = json!({
            "title": format!("报修{number}"), "TelName": name, "ProName": "餐桌", "introts": format!("来电{number}"), "clzt": 0,
        });
        year.books.enter("service-tickets", &ticket).await;
        true
    }

    pub async fn settles_or_repairs_in_the_erp(&mut self, year: &Year) -> bool {
        year.rests().await;
        let tickets = year.books.all("service-tickets").await;
        let open: Vec<&Json> = tickets.values().filter(|one| text(&one["clzt"]) != "2").collect();
        let Some(ticket) = self.one_of(&open).map(|one| key(one)) else {
            return false;
        };
        let number = self.number();
        if self.chance(0.5) {
            let repair = json!({
                "title": format!("修理{number}"), "SerialNumber": format!("WX-E{number}"), "repair_sl": ticket, "ProcessID": 1,
                "Summary": format!("概要{number}"), "num": 1, "Cost": self.amount(300),
            });
            year.stage.colleague.calls("repairs.save", &repair).await;
        } else {
            let handled = json!({ "ord": ticket, "cateid": "王工", "info1": "已上门", "cate": "赵静怡", "intro": format!("已处理{number}") });
            year.stage
                .colleague
                .calls("service-tickets.handle", &handled)
                .await;
        }
        true
    }
}
