//! From the lead to the money: contact, customer, quotation, contract, collection.

use super::hub::text;
use super::stage::Stage;
use super::{COMPANY, CONTACT, Day, Way};
use crate::failure::Failure;
use serde_json::{Value as Json, json};

/// The conversation in which goods are asked for, and the quotation that the host makes of it.
const CONVERSATION: &str = "conversation/day-v1";
const QUOTATION: &str = "quotation/q-day-v1";
const EMAIL: &str = "office@changgeng.example.com";
/// What arrives of the contract's amount.
const PAID: &str = "500.00";

impl Day {
    /// The first sweeps: what the ERP has comes into the hub.
    pub(super) async fn the_books_come_over(&self) -> Result<(), Failure> {
        self.hub.rests(&self.office.now()).await?;
        let status = self.hub.asks("status").await?;
        let count = |kind: &str| status["records"][kind].as_u64().unwrap_or_default();
        let kinds = [
            "contact",
            "product",
            "contract",
            "collection",
            "invoice",
            "ticket",
            "repair",
        ];
        let counts: Vec<String> = kinds
            .iter()
            .map(|kind| format!("{} {kind}s", count(kind)))
            .collect();
        self.tell(
            Way::IntoHub,
            &format!("the books come over: {}", counts.join(", ")),
        );
        Ok(())
    }

    /// Somebody asks in a conversation; scored, they become a customer.
    pub(super) async fn a_lead_becomes_a_customer(&self) -> Result<(), Failure> {
        let contact = format!("contact/{CONTACT}");
        let path = format!("records/{contact}");
        self.office.turn_to(9, 10).await?;
        let lead = json!({ "wx_id": "wx_changgeng", "remark": "要餐桌的", "source": "wechat", "type": "lead", "score": 30 });
        self.hub.files(&contact, &lead).await?;
        let outcome = |record: &Json| {
            let deliveries = record["deliveries"].as_array().into_iter().flatten();
            let mut own =
                deliveries.filter(|one| one["target"] == "flow customer-push" && one["state"] == "done");
            own.find_map(|one| one["outcome"].as_str().map(str::to_owned))
        };
        let skipped = self.hub.until(&path, |record| outcome(record).is_some()).await?;
        let words = outcome(&skipped).unwrap_or_default();
        self.tell(
            Way::Hub,
            &format!("a lead writes in WeChat and is filed as {contact}; {words}"),
        );

        self.office.turn_to(9, 25).await?;
        let known = json!({
            "company_name": COMPANY, "real_name": "李一", "phone": "+86 186 0000 4201", "phone_verified": true,
            "type": "customer", "score": 85, "confidence": 90,
        });
        self.hub.changes(&contact, &known).await?;
        let linked = self
            .hub
            .until(&path, |record| !record["links"][0].is_null())
            .await?;
        let (number, key) = (text(&linked, "/links/0/number"), &linked["links"][0]["erp_key"]);
        self.tell(
            Way::IntoErp,
            &format!("the lead proves a phone and is {COMPANY}: customer {number} (key {key})"),
        );
        Ok(())
    }

    /// The staff correct the customer, and the hub has it with the hourly pull.
    pub(super) async fn a_colleague_corrects_the_customer(&self, stage: &Stage) -> Result<(), Failure> {
        self.office.turn_to(9, 50).await?;
        let store = &stage.running.parts.host.store;
        stage.colleague.correct(store, CONTACT, EMAIL, "月结客户").await?;
        self.tell(
            Way::Erp,
            &format!("a colleague enters the customer's e-mail: {EMAIL}"),
        );
        self.office.turn_to(10, 0).await?;
        let path = format!("records/contact/{CONTACT}");
        self.hub
            .until(&path, |record| text(record, "/body/email") == EMAIL)
            .await?;
        self.hub.rests(&self.office.now()).await?;
        self.tell(
            Way::IntoHub,
            &format!("the hourly pull brings it: contact/{CONTACT} has the e-mail"),
        );
        Ok(())
    }

    /// Prices from the ERP's list are quoted and accepted; the contract is approved.
    pub(super) async fn a_quotation_becomes_a_contract(&self, stage: &Stage) -> Result<(), Failure> {
        let path = format!("records/{QUOTATION}");
        self.office.turn_to(10, 40).await?;
        self.hub.files(CONVERSATION, &self.conversation().await?).await?;
        let draft = self.hub.until(&path, |record| record["body"].is_object()).await?;
        let (number, total) = (text(&draft, "/body/number"), text(&draft, "/body/total"));
        self.tell(
            Way::Hub,
            &format!("the customer asks for goods: draft {number} at the ERP's prices, {total} with tax"),
        );
        self.office.turn_to(10, 55).await?;
        self.hub.changes(QUOTATION, &json!({ "status": "sent" })).await?;
        self.tell(
            Way::Hub,
            &format!(
                "quotation {number} goes out, good until {}",
                text(&draft, "/body/valid_until")
            ),
        );

        self.office.turn_to(11, 20).await?;
        self.hub
            .changes(QUOTATION, &json!({ "status": "accepted" }))
            .await?;
        let linked = self
            .hub
            .until(&path, |record| !record["links"][0].is_null())
            .await?;
        let contract = text(&linked, "/links/0/number");
        self.tell(
            Way::IntoErp,
            &format!("the customer accepts it: contract {contract}, waiting for approval"),
        );

        self.office.turn_to(11, 45).await?;
        let key = self.contract_key().await?;
        let total = stage.colleague.approve(key).await?;
        self.tell(
            Way::Erp,
            &format!("the boss approves contract {contract} over {total}"),
        );
        self.office.turn_to(12, 0).await?;
        let path = format!("records/contract/erp-{key}");
        let approved = self
            .hub
            .until(&path, |record| text(record, "/body/approval") == "approved")
            .await?;
        let open = text(&approved, "/body/open");
        self.tell(
            Way::IntoHub,
            &format!("the hourly pull brings it: approved, {open} open"),
        );
        Ok(())
    }

    /// Part of the money arrives, and the contract says what is still open.
    pub(super) async fn money_arrives(&self) -> Result<(), Failure> {
        let key = self.contract_key().await?;
        let path = format!("records/contract/erp-{key}");
        let contract = self.hub.asks(&path).await?;
        self.office.turn_to(13, 40).await?;
        let collection = json!({
            "contract": key, "money1": text(&contract, "/body/payable"), "money2": PAID,
            "date1": self.office.now().date().to_string(),
        });
        self.office.enters("collections", &collection).await?;
        self.tell(
            Way::Erp,
            &format!("the bookkeeper enters {PAID} that arrived from {COMPANY}"),
        );
        self.office.turn_to(14, 0).await?;
        let paid = self
            .hub
            .until(&path, |record| text(record, "/body/paid") == PAID)
            .await?;
        let collections = format!("records/collection?contract=erp-{key}");
        self.hub
            .until(&collections, |page| !page["items"][0].is_null())
            .await?;
        let (payable, open) = (text(&paid, "/body/payable"), text(&paid, "/body/open"));
        self.tell(
            Way::IntoHub,
            &format!("the collection arrives: {PAID} of {payable} paid, {open} open"),
        );
        Ok(())
    }

    /// Somebody asks for forty of the first two products of the ERP's list.
    async fn conversation(&self) -> Result<Json, Failure> {
        let products = self.hub.asks("records/product?limit=2").await?;
        let products = products["items"].as_array().into_iter().flatten();
        let wanted = products.map(|product| json!({ "number": product["body"]["number"], "quantity": 40 }));
        Ok(json!({
            "contact_id": CONTACT, "status": "NEED_REPLY", "last_speaker": "them", "topic": "餐桌四十套",
            "wanted": wanted.collect::<Vec<_>>(),
        }))
    }

    async fn contract_key(&self) -> Result<i64, Failure> {
        let quotation = self.hub.asks(&format!("records/{QUOTATION}")).await?;
        Ok(quotation["links"][0]["erp_key"].as_i64().unwrap_or_default())
    }
}
