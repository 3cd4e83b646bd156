//! What both sides have of the story at its end, without what differs from one telling to the next: keys, and the numbers and
//! times that follow from when a record was made.

use super::{COMPANY, Story};
use crate::books::text;
use crate::story::sales::CONTRACT;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Objects of the ERP, the column by which the story's records are told, and the columns that are compared.
const BOOKS: [(&str, &str, &[&str]); 7] = [
    (
        "customers",
        "name",
        &[
            "name",
            "khid",
            "person_name",
            "mobile",
            "weixinAcc",
            "ly",
            "jz",
            "cateid",
            "gjnum",
            "gjintro",
        ],
    ),
    (
        "customer-contacts",
        "company_name",
        &["person_name", "mobile", "weixinAcc"],
    ),
    (
        "contracts",
        "CompanyName",
        &[
            "htid",
            "title",
            "premoney",
            "money1",
            "HkMoney1",
            "kpmoney",
            "SpStatus",
            "skzt",
            "kpzt",
            "TaxValue1",
        ],
    ),
    ("collections", "name", &["htid", "money1", "money2", "hkzt"]),
    ("sales-invoices", "name", &["htid", "money1", "taxvalue", "zt"]),
    (
        "service-tickets",
        "TelName",
        &["title", "clzt", "cateid", "result1", "repairnum", "repaircost"],
    ),
    (
        "contract-lines",
        "company",
        &["order1", "num1", "discount", "taxRate", "money1", "taxValue"],
    ),
];
/// The hub's kinds, and what is left out of them.
const KINDS: [&str; 8] = [
    "contact",
    "conversation",
    "quotation",
    "contract",
    "collection",
    "invoice",
    "ticket",
    "repair",
];
const TIMES: [&str; 3] = ["opened_at", "updated_at", "signed_on"];

/// What stands for what was given out, by kind and id.
type Names = BTreeMap<(String, String), String>;
/// Everything, in one order.
pub type State = BTreeMap<String, Vec<Json>>;

impl Story {
    /// What both sides have.
    pub async fn state(&self) -> State {
        let mut state = State::new();
        let names = self.names().await;
        for kind in KINDS {
            state.insert(format!("hub {kind}"), self.records(kind, &names).await);
        }
        let customer = text(&self.books.only("customers", "khid", "WXc-1").await["ord"]);
        for (object, told_by, columns) in BOOKS {
            let said = if told_by == "company" { &customer } else { COMPANY };
            let records = self.books.that_say(object, told_by, said).await;
            let shown = records.iter().map(|record| {
                let columns = columns
                    .iter()
                    .map(|wire| ((*wire).to_owned(), json!(text(&record[*wire]))));
                Json::Object(columns.collect())
            });
            state.insert(format!("ERP {object}"), sorted(shown.collect()));
        }
        let repairs = self.books.all("repairs").await.into_values();
        let repairs =
            repairs.filter(|repair| ["WX-r-1", "WX-ERP-1"].contains(&text(&repair["SerialNumber"]).as_str()));
        let shown = repairs.map(|repair| {
            let columns = ["SerialNumber", "title", "Summary", "num", "Cost"];
            json!(columns.map(|wire| text(&repair[wire])))
        });
        state.insert("ERP repairs".to_owned(), sorted(shown.collect()));
        state
    }

    /// What stands for an id or a number that was given out in this telling, by the kind whose it is: the record's subject.
    async fn names(&self) -> Names {
        let mut names = BTreeMap::new();
        for kind in ["contract", "ticket", "repair"] {
            for (id, body) in self.of_the_story(kind).await {
                let subject = text(&body["subject"]);
                if body["number"]
                    .as_str()
                    .is_some_and(|number| number.starts_with("SH"))
                {
                    let number = ("number".to_owned(), text(&body["number"]));
                    names.insert(number, format!("number of {subject}"));
                }
                names.insert((kind.to_owned(), id), subject);
            }
        }
        names
    }

    async fn records(&self, kind: &str, names: &Names) -> Vec<Json> {
        let records = self.of_the_story(kind).await.into_iter();
        let shown = records.map(|(id, body)| {
            let mut shown = Map::new();
            shown.insert("id".to_owned(), named(kind, &json!(id), names));
            for (member, value) in body.as_object().into_iter().flatten() {
                if !TIMES.contains(&member.as_str()) && !member.ends_with("_on") {
                    shown.insert(member.clone(), named(member, value, names));
                }
            }
            // What money is called has no subject.
            if kind == "collection" || kind == "invoice" {
                shown.remove("id");
                shown.remove("number");
            }
            Json::Object(shown)
        });
        sorted(shown.collect())
    }

    /// The hub's records of a kind that this story is about.
    async fn of_the_story(&self, kind: &str) -> Vec<(String, Json)> {
        let page = self.stage.get(&format!("/v1/records/{kind}?limit=1000")).await;
        let items = page["items"].as_array().expect("items").clone();
        let items = self.without_strangers(kind, items).await.into_iter();
        let all = items.map(|item| (text(&item["id"]), item["body"].clone()));
        let is_own = |id: &str, body: &Json| match kind {
            "contact" => text(&body["wx_id"]).starts_with("wxid_story"),
            "conversation" | "quotation" => id.ends_with("-1"),
            "contract" => body["number"] == CONTRACT,
            "repair" => ["更换桌面", "更换桌腿"].contains(&text(&body["subject"]).as_str()),
            _ => body["customer"] == "c-1",
        };
        all.filter(|(id, body)| is_own(id, body)).collect()
    }
}

/// A value, or what stands for it where it is the id of a record of this kind.
fn named(kind: &str, value: &Json, names: &Names) -> Json {
    let name = names.get(&(kind.to_owned(), text(value)));
    name.map_or_else(|| value.clone(), |name| json!(name))
}

fn sorted(mut records: Vec<Json>) -> Vec<Json> {
    records.sort_by_key(ToString::to_string);
    records
}
