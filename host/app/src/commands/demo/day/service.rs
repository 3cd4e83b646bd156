//! After the sale: a ticket and its repair, and what the hub's page of the customer shows at the end of the day.

use super::hub::text;
use super::{COMPANY, CONTACT, Day, Way};
use crate::failure::Failure;
use serde_json::{Value as Json, json};

const REPAIR: &str = "repair/day-r1";

impl Day {
    /// The service takes a call; the hub sees it, repairs it, and both sides close it.
    pub(super) async fn a_machine_breaks_and_is_repaired(&self) -> Result<(), Failure> {
        self.office.turn_to(14, 30).await?;
        let call = json!({
            "title": "桌腿松动", "TelName": COMPANY, "ProName": "餐桌", "introts": "客户来电", "clzt": 0, "cateid": "李工",
        });
        let ticket = format!(
            "ticket/erp-{}",
            self.office.enters("service-tickets", &call).await?
        );
        self.tell(Way::Erp, "the service takes a call: 桌腿松动");
        let path = format!("records/{ticket}");
        self.office.turn_to(14, 31).await?;
        let arrived = self
            .hub
            .until(&path, |record| text(record, "/body/customer") == CONTACT)
            .await?;
        let subject = text(&arrived, "/body/subject");
        self.tell(
            Way::IntoHub,
            &format!("half a minute later it is {ticket} of contact/{CONTACT}: {subject}"),
        );

        self.office.turn_to(15, 5).await?;
        let repair = json!({
            "subject": "紧固桌腿", "ticket": ticket.trim_start_matches("ticket/"), "fault": "桌腿松动", "quantity": 1,
            "fee": "80.00", "engineer": "李工",
        });
        self.hub.files(REPAIR, &repair).await?;
        let path_of_repair = format!("records/{REPAIR}");
        let made = self
            .hub
            .until(&path_of_repair, |record| !record["links"][0].is_null())
            .await?;
        let number = text(&made, "/links/0/number");
        self.tell(
            Way::IntoErp,
            &format!("an engineer is sent: repair {number} under that ticket"),
        );

        self.office.turn_to(16, 40).await?;
        let resolved = json!({
            "status": "resolved", "resolution": "已上门紧固", "assignee": "李工", "salesperson": "赵静怡",
        });
        self.hub.changes(&ticket, &resolved).await?;
        let is_handled = |record: &Json| {
            let deliveries = record["deliveries"].as_array().into_iter().flatten();
            let mut own =
                deliveries.filter(|one| one["target"] == "flow ticket-handle" && one["state"] == "done");
            own.any(|one| one["revision"] == record["revision"])
        };
        self.hub.until(&path, is_handled).await?;
        self.tell(
            Way::IntoErp,
            "the engineer reports in WeChat: the ticket is handled in the ERP",
        );
        self.office.turn_to(17, 0).await?;
        self.hub
            .until(&path, |record| text(record, "/body/status") == "closed")
            .await?;
        self.tell(
            Way::IntoHub,
            &format!("the hourly pull brings it back: {ticket} is closed"),
        );
        Ok(())
    }

    /// What the hub's page of the customer shows, and what it took.
    pub(super) async fn is_over(&self) -> Result<(), Failure> {
        self.office.turn_to(17, 30).await?;
        self.hub.rests(&self.office.now()).await?;
        let page = format!("records/contact/{CONTACT}?include=quotation,contract,ticket");
        let page = self.hub.asks(&page).await?;
        let of = |kind: &str, member: &str| {
            text(&page["included"], &format!("/{kind}/0/body/{member}")).to_owned()
        };
        let words = format!(
            "{COMPANY}: quotation {} {}, contract {} with {} paid and {} open, ticket {}",
            of("quotation", "number"),
            of("quotation", "status"),
            of("contract", "number"),
            of("contract", "paid"),
            of("contract", "open"),
            of("ticket", "status"),
        );
        self.tell(Way::Hub, &words);
        let dead = self.hub.asks("dead").await?;
        let waiting = dead["items"].as_array().map_or(0, Vec::len);
        let writes = self.hub.asks("audit?outcome=applied&limit=1000").await?;
        let writes = writes["items"].as_array().into_iter().flatten();
        let mut operations: Vec<&str> = writes.filter_map(|row| row["operation"].as_str()).collect();
        operations.retain(|operation| !operation.starts_with("session."));
        let writes = operations.join(", ");
        self.tell(
            Way::Hub,
            &format!("written in the ERP, once each: {writes}; {waiting} wait for a person"),
        );
        Ok(())
    }
}
