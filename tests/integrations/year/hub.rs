//! The hub's side of the business.

use super::Year;
use super::business::Business;
use crate::books::text;
use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::{Value as Json, json};

impl Business {
    /// Somebody new, most of them somebody whom the ERP gets to know; some of a company that is known.
    pub async fn files_a_contact(&mut self, year: &Year) -> bool {
        let number = self.number();
        let known = self.contacts.clone();
        let company = match self.one_of(&known) {
            Some(colleague) if self.chance(0.15) => {
                text(&year.stage.body("contact", &colleague.clone()).await["company_name"])
            }
            _ => format!("榫卯第{number}木业有限公司"),
        };
        let contact = json!({
            "wx_id": format!("wxid_y{number}"), "source": "wechat", "type": "customer", "company_name": company,
            "real_name": format!("李{number}"), "phone": format!("188{number:08}"), "phone_verified": true, "confidence": 90,
            "score": self.random.random_range(30..=100),
        });
        let id = format!("c-{number}");
        year.stage.files("contact", &id, &contact).await;
        if contact["score"].as_i64() >= Some(60) {
            self.contacts.push(id);
        }
        true
    }

    pub async fn changes_a_contact(&mut self, year: &Year) -> bool {
        let Some(id) = self.one_of(&self.contacts.clone()).cloned() else {
            return false;
        };
        let number = self.number();
        let changes = match self.random.random_range(0..3) {
            0 => json!({ "email": format!("e{number}@x.cn") }),
            1 => json!({ "notes": format!("记{number}") }),
            _ => json!({ "score": self.random.random_range(60..=100) }),
        };
        year.stage.changes("contact", &id, changes).await;
        true
    }

    /// A contact with a customer of its own in the ERP, which bears its company's name.
    async fn customer(&mut self, year: &Year) -> Option<(String, String)> {
        let mut contacts = self.contacts.clone();
        contacts.shuffle(&mut self.random);
        contacts.truncate(8);
        for id in contacts {
            let record = year.stage.get(&format!("/v1/records/contact/{id}")).await;
            let mut links = record["links"].as_array().expect("links").iter();
            if links.any(|link| link["link"] == "customer") {
                return Some((id, text(&record["body"]["company_name"])));
            }
        }
        None
    }

    /// A quotation that is accepted becomes a contract.
    pub async fn has_a_quotation_accepted(&mut self, year: &Year) -> bool {
        let Some((id, name)) = self.customer(year).await else {
            return self.enters_a_contract(year).await;
        };
        let number = self.number();
        let lines: Vec<Json> = (0..self.random.random_range(1..=4))
            .map(|_| self.line())
            .collect();
        let quotation = json!({
            "number": format!("Y{number}"), "subject": format!("订货{number}"), "customer": id, "customer_name": name,
            "quoted_on": "2026-03-01", "valid_until": "2099-12-31", "status": "accepted", "lines": lines,
        });
        year.stage
            .files("quotation", &format!("q-{number}"), &quotation)
            .await;
        true
    }

    fn line(&mut self) -> Json {
        let products = self.products.clone();
        let product = self.one_of(&products).expect("a product");
        json!({
            "product_number": product.number, "description": product.name, "unit": product.unit,
            "quantity": self.random.random_range(1..=9).to_string(), "unit_price": self.amount(900),
            "discount": self.one_of(&["1", "0.95", "0.9", "0.85"]).copied(), "tax_rate": self.one_of(&["13", "6", "0"]).copied(),
        })
    }

    /// The hub settles a ticket, or files a repair of one.
    pub async fn settles_or_repairs_at_the_hub(&mut self, year: &Year) -> bool {
        year.rests().await;
        let tickets = year.records("ticket").await;
        let open: Vec<&String> = tickets
            .iter()
            .filter(|(_, ticket)| ticket["links"] != json!([]) && !is_over(&ticket["body"]))
            .map(|(id, _)| id)
            .collect();
        let Some(id) = self.one_of(&open).map(|id| (*id).clone()) else {
            return false;
        };
        let key = id.trim_start_matches("erp-").parse().expect("a key");
        // The ERP may have settled it since.
        if text(&year.books.all("service-tickets").await[&key]["clzt"]) == "2" {
            return false;
        }
        let number = self.number();
        if self.chance(0.5) {
            let repair = json!({
                "subject": format!("维修{number}"), "ticket": id, "fault": format!("故障{number}"), "quantity": 1, "fee": self.amount(300),
            });
            year.stage.files("repair", &format!("r-{number}"), &repair).await;
        } else {
            let settled = json!({
                "status": "resolved", "resolution": format!("处理{number}"), "assignee": "李工", "salesperson": "赵静怡",
            });
            year.stage.changes("ticket", &id, settled).await;
        }
        year.rests().await;
        true
    }

    /// A conversation is over and summed up; of somebody who is a customer, the ERP hears of it.
    pub async fn ends_a_talk(&mut self, year: &Year) -> bool {
        let Some((id, _)) = self.customer(year).await else {
            return false;
        };
        let number = self.number();
        let talk = json!({
            "contact_id": id, "status": "RESOLVED", "topic": format!("第{number}次"), "summary": format!("谈妥{number}"),
            "last_msg_at": "2026-03-01T02:30:00Z",
        });
        year.stage
            .files("conversation", &format!("v-{number}"), &talk)
            .await;
        self.talks += 1;
        true
    }
}

/// Whether nothing is left to do about a ticket.
fn is_over(ticket: &Json) -> bool {
    ["resolved", "closed"].contains(&ticket["status"].as_str().unwrap_or_default())
}
