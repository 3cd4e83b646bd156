//! After the sale: a ticket that the hub handles, a machine that both sides repair, and what was agreed.

use super::{COMPANY, Story, said};
use crate::books::{key, text};
use serde_json::{Value as Json, json};

impl Story {
    /// A colleague of the service takes a call and enters a ticket; its key.
    async fn takes_a_call(&self, subject: &str) -> i64 {
        let ticket = json!({
            "title": subject, "TelName": COMPANY, "ProName": "餐桌", "introts": "客户来电", "clzt": 0, "cateid": "李工",
        });
        self.books.enter("service-tickets", &ticket).await
    }

    async fn ticket(&self, key: i64) -> Json {
        let id = format!("erp-{key}");
        let tickets = self.page("ticket").await;
        let found = tickets.iter().find(|ticket| ticket["id"] == *id);
        found.unwrap_or_else(|| panic!("{id}: {tickets:?}"))["body"].clone()
    }

    /// What the ERP's book says of a ticket: its state, its result and who did it.
    async fn handled(&self, key: i64) -> [String; 3] {
        let tickets = self.books.all("service-tickets").await;
        ["clzt", "result1", "cateid"].map(|wire| text(&tickets[&key][wire]))
    }

    /// The hub sees a ticket with its customer and settles it: the ERP has it as handled.
    pub async fn the_service_handles_a_ticket(&self) {
        let key = self.takes_a_call("桌腿松动").await;
        self.sweep(&["ticket-pull"]).await;
        let ticket = self.ticket(key).await;
        assert_eq!(
            (&ticket["customer"], said(&ticket, "status", "open")),
            (&json!("c-1"), "open")
        );
        self.yes_is_yes().await;
        let resolved = json!({ "status": "resolved", "resolution": "已上门紧固", "assignee": "李工", "salesperson": "赵静怡" });
        self.stage
            .changes("ticket", &format!("erp-{key}"), resolved)
            .await;
        self.rests().await;
        assert_eq!(self.handled(key).await, ["2", "已上门紧固", "李工"]);
        self.weather_comes().await;
        self.sweep(&["ticket-pull"]).await;
        assert_eq!(self.ticket(key).await["status"], "closed");
    }

    /// A repair begins in the hub, goes on in the ERP, and another one begins there: each side shows both.
    pub async fn a_machine_is_repaired(&self) {
        let ticket = self.takes_a_call("桌面开裂").await;
        self.sweep(&["ticket-pull"]).await;
        let repair = json!({
            "subject": "更换桌面", "ticket": format!("erp-{ticket}"), "fault": "桌面开裂", "quantity": 1, "fee": "120.50", "engineer": "李工",
        });
        self.stage.files("repair", "r-1", &repair).await;
        self.rests().await;
        let made = self.books.only("repairs", "SerialNumber", "WX-r-1").await;
        let shown = ["title", "repair_sl", "Summary", "Cost"].map(|wire| text(&made[wire]));
        assert_eq!(shown, ["更换桌面", &ticket.to_string(), "桌面开裂", "120.50"]);
        assert_eq!(self.key_of("repair", "r-1", "repair").await, key(&made));
        // A colleague charges more, and enters a repair of the same ticket.
        let mut charged = json!({ "ord": key(&made), "num": 1, "Cost": "150.00" });
        for wire in ["title", "SerialNumber", "repair_sl", "ProcessID", "Summary"] {
            charged[wire] = made[wire].clone();
        }
        self.colleague("repairs.save", &charged).await;
        let own = json!({
            "title": "更换桌腿", "SerialNumber": "WX-ERP-1", "repair_sl": ticket, "ProcessID": made["ProcessID"], "Summary": "桌腿断裂", "num": 2, "Cost": "80",
        });
        self.colleague("repairs.save", &own).await;
        self.sweep(&["ticket-pull", "repair-pull"]).await;
        let repair = self.stage.body("repair", "r-1").await;
        assert_eq!(
            (&repair["fee"], &repair["engineer"]),
            (&json!("150.00"), &json!("李工")),
            "{repair}"
        );
        let own = self.books.only("repairs", "SerialNumber", "WX-ERP-1").await;
        let other = self.stage.body("repair", &format!("erp-{}", key(&own))).await;
        assert_eq!(
            (&other["ticket"], &other["fault"]),
            (&json!(format!("erp-{ticket}")), &json!("桌腿断裂"))
        );
        assert_eq!(self.ticket(ticket).await["status"], "in_progress");
        self.yes_is_yes().await;
        let resolved = json!({ "status": "resolved", "resolution": "桌面与桌腿已换", "assignee": "李工", "salesperson": "赵静怡" });
        self.stage
            .changes("ticket", &format!("erp-{ticket}"), resolved)
            .await;
        self.rests().await;
        self.sweep(&["ticket-pull", "repair-pull"]).await;
        assert_eq!(self.handled(ticket).await, ["2", "桌面与桌腿已换", "李工"]);
        assert_eq!(self.ticket(ticket).await["status"], "closed");
    }

    /// The conversation is over, and its summary is a follow-up of the customer.
    pub async fn what_was_agreed_is_noted(&self) {
        self.yes_is_yes().await;
        let resolved = json!({
            "status": "RESOLVED", "summary": "十套已付清，桌面换新，客户满意", "last_msg_at": "2026-03-28T08:00:00Z",
        });
        self.stage.changes("conversation", "v-1", resolved).await;
        self.rests().await;
        let customer = self.books.only("customers", "khid", "WXc-1").await;
        let noted = ["gjnum", "gjintro"].map(|wire| text(&customer[wire]));
        assert_eq!(noted, ["1", "餐桌十套：十套已付清，桌面换新，客户满意"]);
        self.sweep(&["customer-pull"]).await;
    }

    /// What whoever opens the conversation sees of it all.
    pub async fn the_page_shows_all_of_it(&self) {
        let (contacts, quotations) = (self.page("contact").await, self.page("quotation").await);
        assert_eq!(
            (contacts.len(), quotations.len()),
            (1, 1),
            "{contacts:?} {quotations:?}"
        );
        let contract = self.contract().await;
        assert_eq!(
            (&contract["approval"], &contract["invoicing"]),
            (&json!("approved"), &json!("开票完毕")),
            "{contract}"
        );
        let mut tickets: Vec<String> = self
            .page("ticket")
            .await
            .iter()
            .map(|one| text(&one["body"]["subject"]))
            .collect();
        tickets.sort();
        assert_eq!(tickets, ["桌腿松动", "桌面开裂"]);
    }
}
