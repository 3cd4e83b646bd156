//! From the lead to the money: contact, customer, quotation, contract, approval, invoice and payment.

use super::{COMPANY, SIZE, Story, Weather, said};
use crate::books::{key, number, text};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// The quotation that the conversation brings about.
const QUOTATION: &str = "q-v-1";
/// What becomes of its number in the ERP.
pub const CONTRACT: &str = "HT-BJ2026-0042";
/// 10 × 113.00 × 0.9 and 2.5 × 39.99, taxes within.
const TOTAL: &str = "1116.98";
const TAX: &str = "122.66";
/// The account that looks after the customer.
const OWNER: i64 = 3;

/// What the salesperson makes of the draft.
fn offer() -> Json {
    json!({
        "number": "BJ2026-0042", "subject": "餐桌十套", "quoted_on": "2026-03-01", "valid_until": "2099-03-31",
        "payment_terms": "验收后付清",
    })
}

impl Story {
    /// Somebody asks, of whom nothing is known yet: the hub knows, and the ERP hears nothing of it.
    pub async fn a_lead_asks(&self) {
        let lead = json!({ "wx_id": "wxid_story_1", "remark": "要餐桌的", "source": "wechat", "type": "lead", "score": 30 });
        self.stage.files("contact", "c-1", &lead).await;
        let asked = json!({
            "contact_id": "c-1", "status": "NEED_REPLY", "last_speaker": "them", "topic": "餐桌十套",
            "last_msg_at": "2026-03-01T02:30:00Z",
        });
        self.stage.files("conversation", "v-1", &asked).await;
        self.rests().await;
        let contacts = self.page("contact").await;
        assert_eq!(contacts.len(), 1, "{contacts:?}");
        assert_eq!(
            (&contacts[0]["id"], &contacts[0]["body"]["type"]),
            (&json!("c-1"), &json!("lead"))
        );
        let strangers = self
            .books
            .that_say("customers", "weixinAcc", "wxid_story_1")
            .await;
        assert!(strangers.is_empty(), "{strangers:?}");
    }

    /// The lead says who it is, and a colleague of theirs writes too: one customer, with two people, of the one who owns them.
    pub async fn the_lead_becomes_a_customer(&self) {
        let known = json!({
            "company_name": COMPANY, "real_name": "李一", "phone": "＋８６ １８６ ００００ ４２０１", "phone_verified": true,
            "type": "customer", "score": 85, "confidence": 90,
        });
        self.stage.changes("contact", "c-1", known).await;
        let other = json!({
            "wx_id": "wxid_story_2", "source": "wechat", "type": "customer", "company_name": format!("{COMPANY} "),
            "real_name": "王二", "phone": "18600004202", "phone_verified": true, "score": 80, "confidence": 90,
        });
        self.stage.files("contact", "c-2", &other).await;
        self.rests().await;
        self.yes_is_yes().await;
        self.stage
            .changes("contact", "c-1", json!({ "owner": self.owner().await }))
            .await;
        self.rests().await;
        self.weather_comes().await;
        let customer = self.books.only("customers", "khid", "WXc-1").await;
        let shown = ["name", "person_name", "weixinAcc", "cateid"].map(|wire| text(&customer[wire]));
        assert_eq!(
            shown,
            [COMPANY, "李一", "wxid_story_1", &OWNER.to_string()],
            "{customer}"
        );
        assert_eq!(self.key_of("contact", "c-1", "customer").await, key(&customer));
        let people = self
            .books
            .that_say("customer-contacts", "company", &key(&customer).to_string())
            .await;
        let mut names: Vec<String> = people.iter().map(|person| text(&person["person_name"])).collect();
        names.sort();
        assert_eq!(names, ["李一", "王二"]);
        self.key_of("contact", "c-2", "person").await;
        // It comes round with the next sweep and is nobody else.
        self.sweep(&["customer-pull"]).await;
        if self.weather == Weather::Fair {
            assert_eq!(self.stage.count("contact").await, SIZE + 2);
        }
    }

    /// The owner as the hub calls them; an installation without a list of accounts takes the key.
    async fn owner(&self) -> String {
        if self.is_older() {
            return OWNER.to_string();
        }
        let accounts = self.books.all("accounts").await;
        text(&accounts[&OWNER]["Name"])
    }

    /// What the contact wants becomes a draft with products and prices; somebody makes an offer of it, which is sent and
    /// accepted: one contract, with every line at its amount.
    pub async fn the_customer_is_quoted_and_accepts(&self) {
        let wanted =
            json!([{ "number": "CP000001", "quantity": 10 }, { "number": "CP000002", "quantity": "2.5" }]);
        self.stage
            .changes("conversation", "v-1", json!({ "wanted": wanted }))
            .await;
        self.rests().await;
        let mut draft = self.stage.body("quotation", QUOTATION).await;
        assert_eq!(
            (&draft["customer"], &draft["customer_name"]),
            (&json!("c-1"), &json!(COMPANY))
        );
        for (key, product) in ["erp-1", "erp-2"].into_iter().enumerate() {
            let listed = self.stage.body("product", product).await["sale_price"].clone();
            let line = &draft["lines"][key];
            assert_eq!(
                (&line["product"], &line["unit_price"]),
                (&json!(product), &listed)
            );
        }
        for (position, terms) in [("113.00", "0.9", "13"), ("39.99", "1", "6")]
            .into_iter()
            .enumerate()
        {
            let line = &mut draft["lines"][position];
            (line["unit_price"], line["discount"], line["tax_rate"]) =
                (json!(terms.0), json!(terms.1), json!(terms.2));
        }
        let mut sent = offer();
        sent["lines"] = draft["lines"].clone();
        sent["status"] = json!("sent");
        self.stage.changes("quotation", QUOTATION, sent).await;
        self.rests().await;
        let offered = self.stage.body("quotation", QUOTATION).await;
        assert_eq!(
            (&offered["total"], &offered["tax"]),
            (&json!(TOTAL), &json!(TAX)),
            "{offered}"
        );
        assert!(
            self.books
                .that_say("contracts", "htid", CONTRACT)
                .await
                .is_empty()
        );
        self.stage
            .changes("quotation", QUOTATION, json!({ "status": "accepted" }))
            .await;
        self.rests().await;
        let contract = self.books.only("contracts", "htid", CONTRACT).await;
        let customer = self.key_of("contact", "c-1", "customer").await;
        let shown = ["title", "company", "premoney", "money1", "TaxValue1", "SpStatus"];
        let shown = shown.map(|wire| text(&contract[wire]));
        assert_eq!(
            shown,
            [
                "餐桌十套",
                &customer.to_string(),
                TOTAL,
                TOTAL,
                self.tax(),
                "待审批"
            ],
            "{contract}"
        );
        assert_eq!(
            self.key_of("quotation", QUOTATION, "contract-of-quotation").await,
            key(&contract)
        );
        let lines = self
            .books
            .that_say("contract-lines", "contract", &key(&contract).to_string())
            .await;
        let amounts: Vec<(String, String)> = lines
            .iter()
            .map(|line| (text(&line["order1"]), text(&line["money1"])))
            .collect();
        let wanted = [("CP000001", "1017.00"), ("CP000002", "99.98")];
        let wanted = wanted.map(|(product, amount)| (product.to_owned(), amount.to_owned()));
        assert_eq!(
            amounts,
            if self.is_older() {
                Vec::new()
            } else {
                wanted.to_vec()
            }
        );
        self.sweep(&["contract-pull"]).await;
        let contract = self.contract().await;
        assert_eq!(
            (&contract["approval"], &contract["customer"]),
            (&json!("waiting"), &json!("c-1"))
        );
        assert_eq!(self.sums().await, [TOTAL, "0.00", "0.00", TOTAL]);
    }

    /// The tax in it: a contract without lines has none.
    fn tax(&self) -> &'static str {
        if self.is_older() { "0.00" } else { TAX }
    }

    /// The contract as the conversation's page shows it.
    pub async fn contract(&self) -> Json {
        let contracts = self.page("contract").await;
        assert_eq!(contracts.len(), 1, "{contracts:?}");
        assert_eq!(contracts[0]["body"]["number"], CONTRACT);
        contracts[0]["body"].clone()
    }

    /// What the hub shows as payable, paid, invoiced and open.
    async fn sums(&self) -> [String; 4] {
        let contract = self.contract().await;
        ["payable", "paid", "invoiced", "open"].map(|member| {
            let mut sum = number(&contract[member]);
            sum.rescale(2);
            sum.to_string()
        })
    }

    /// The key of the contract in the ERP.
    async fn contract_key(&self) -> i64 {
        key(&self.books.only("contracts", "htid", CONTRACT).await)
    }

    /// A colleague approves it: it is invoiced, and its money is due.
    pub async fn the_contract_is_approved_and_invoiced(&self) {
        let contract = self.contract_key().await;
        let approval =
            json!({ "ord": contract, "@__sp_result": 1, "@__sp_money": TOTAL, "@__sp_intro": "同意" });
        self.colleague("contracts.approve", &approval).await;
        let book = self.books.only("contracts", "htid", CONTRACT).await;
        assert_eq!(
            (text(&book["SpStatus"]), text(&book["kpmoney"])),
            ("审批通过".to_owned(), TOTAL.to_owned())
        );
        self.sweep(&["contract-pull", "collection-pull", "invoice-pull"])
            .await;
        assert_eq!(self.contract().await["approval"], "approved");
        assert_eq!(self.sums().await, [TOTAL, "0.00", TOTAL, TOTAL]);
        let invoices = self.of_the_contract("invoice").await;
        assert_eq!(invoices.len(), 1, "{invoices:?}");
        assert_eq!(
            (&invoices[0]["amount"], &invoices[0]["tax_amount"]),
            (&json!(TOTAL), &json!(self.tax()))
        );
        let collections = self.of_the_contract("collection").await;
        assert_eq!(collections.len(), 1, "{collections:?}");
        assert_eq!(
            (&collections[0]["amount"], said(&collections[0], "status", "due")),
            (&json!(TOTAL), "due")
        );
    }

    /// Half of it arrives, then the rest.
    pub async fn the_money_arrives(&self) {
        let contract = self.contract_key().await;
        let due = self
            .books
            .only("collections", "contract", &contract.to_string())
            .await;
        for (arrived, open) in [("500.00", "616.98"), (TOTAL, "0.00")] {
            let booked = json!({ "ord": key(&due), "money2": arrived, "date1": "2026-03-20" });
            self.books.enter("collections", &booked).await;
            self.sweep(&["contract-pull", "collection-pull"]).await;
            assert_eq!(self.sums().await, [TOTAL, arrived, TOTAL, open]);
            let open_in_the_books = number(&json!(TOTAL)) - self.received(contract).await;
            assert_eq!(open_in_the_books, number(&json!(open)));
        }
        let collections = self.of_the_contract("collection").await;
        assert_eq!(
            (&collections[0]["received"], &collections[0]["status"]),
            (&json!(TOTAL), &json!("collected"))
        );
    }

    /// What the books say has arrived for a contract.
    async fn received(&self, contract: i64) -> Decimal {
        let own = self
            .books
            .that_say("collections", "contract", &contract.to_string())
            .await;
        own.iter().map(|one| number(&one["money2"])).sum()
    }

    /// The hub's records of a kind that refer to the contract.
    async fn of_the_contract(&self, kind: &str) -> Vec<Json> {
        let id = format!("erp-{}", self.contract_key().await);
        let page = self
            .stage
            .get(&format!("/v1/records/{kind}?limit=100&contract={id}"))
            .await;
        let items = page["items"].as_array().expect("items").clone();
        let own = self.without_strangers(kind, items).await.into_iter();
        own.map(|item| item["body"].clone()).collect()
    }
}
