//! One customer's way, told once: a lead in a conversation becomes a customer of the ERP with its people, is quoted and accepts,
//! the contract is approved, invoiced and paid, a machine breaks and is repaired, and what was agreed is noted. Every step goes
//! through the host's HTTP API, or through the ERP's wire as a colleague, and after each the hub and the ERP's books are asked.

#[path = "story/older.rs"]
mod older;
#[path = "story/person.rs"]
mod person;
#[path = "story/sales.rs"]
mod sales;
#[path = "story/service.rs"]
mod service;
#[path = "story/state.rs"]
mod state;

use crate::books::Books;
use crate::stage::{Stage, names};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::time::Duration;
use sunmao_simulator::Variant;

/// Records that each object of the ERP begins with.
const SIZE: usize = 8;
const SEED: u64 = 20_260;
/// What sweeps the ERP, what others refer to first.
const SWEEPS: [&str; 9] = [
    "product-pull",
    "stock-pull",
    "customer-pull",
    "contract-pull",
    "collection-pull",
    "invoice-pull",
    "payment-pull",
    "ticket-pull",
    "repair-pull",
];
const COMPANY: &str = "长庚示例家具有限公司";
/// The conversation that it all begins with, and whose page shows all of it.
const PAGE: &str = "/v1/records/conversation/v-1?include=contact,quotation,contract,ticket";

/// The story on one installation.
struct Story {
    stage: Stage,
    books: Books,
    variant: Variant,
}

impl Story {
    /// An ERP of a kind whose records have come into the hub once.
    async fn begin(variant: Variant) -> Story {
        let integrations = names();
        let integrations: Vec<&str> = integrations.iter().map(String::as_str).collect();
        let stage = Stage::at(
            &integrations,
            |options| {
                options.size = SIZE;
                options.seed = SEED;
                options.variant = variant;
                options.slow = Duration::from_millis(50);
            },
            |folder| {
                terms(folder);
                if variant == Variant::Legacy {
                    older::installation(folder);
                }
            },
        )
        .await;
        let story = Story {
            books: stage.books(),
            stage,
            variant,
        };
        story.sweeps().await;
        story
    }

    /// All of it, step by step.
    async fn is_told(&self) {
        self.a_lead_asks().await;
        self.the_lead_becomes_a_customer().await;
        self.the_customer_is_quoted_and_accepts().await;
        self.the_contract_is_approved_and_invoiced().await;
        self.the_money_arrives().await;
        self.the_service_handles_a_ticket().await;
        self.a_machine_is_repaired().await;
        self.what_was_agreed_is_noted().await;
        self.the_page_shows_all_of_it().await;
    }

    /// Lets every sweep run, and all that comes of it.
    async fn sweeps(&self) {
        self.sweep(&self.all_sweeps()).await;
    }

    /// The sweeps that the installation has.
    fn all_sweeps(&self) -> Vec<&'static str> {
        let mut sweeps = SWEEPS.to_vec();
        if self.is_older() {
            sweeps.retain(|sweep| !older::WITHOUT.contains(sweep));
        }
        sweeps
    }

    fn is_older(&self) -> bool {
        self.variant == Variant::Legacy
    }

    async fn sweep(&self, flows: &[&str]) {
        for flow in flows {
            self.stage.runs(flow).await;
        }
        self.rests().await;
    }

    /// Waits until everything has come to its end, and nothing waits for a person.
    async fn rests(&self) {
        let installation = &self.stage.installation;
        installation
            .until("everything has come to its end", async |status| {
                let counts = &status["deliveries"];
                let is_over = ["pending", "leased", "dead"].iter().all(|state| counts[state] == 0);
                is_over.then_some(())
            })
            .await;
    }

    /// What the conversation's page shows of a kind.
    async fn page(&self, kind: &str) -> Vec<Json> {
        let page = self.stage.get(PAGE).await;
        page["included"][kind].as_array().cloned().unwrap_or_default()
    }

    /// The ERP's key of a record of the hub.
    async fn key_of(&self, kind: &str, id: &str, link: &str) -> i64 {
        let record = self.stage.get(&format!("/v1/records/{kind}/{id}")).await;
        let mut links = record["links"].as_array().expect("links").iter();
        let found = links.find(|one| one["link"] == link);
        found
            .and_then(|one| one["erp_key"].as_i64())
            .unwrap_or_else(|| panic!("no link {link}: {record}"))
    }
}

/// What a record says in a member; what is left out is as usual.
fn said<'a>(body: &'a Json, member: &str, usual: &'a str) -> &'a str {
    body[member].as_str().unwrap_or(usual)
}

/// The company's terms, at the top of the script: an approved contract is invoiced at once, and its money is due.
fn terms(folder: &Path) {
    let file = folder.join("scripts/contract-create.rhai");
    let Ok(script) = std::fs::read_to_string(&file) else {
        return;
    };
    let changes = [
        ("const COLLECTION_PLAN = 1;", "const COLLECTION_PLAN = 0;"),
        ("const INVOICING_PLAN = 2;", "const INVOICING_PLAN = 1;"),
    ];
    let script = changes.iter().fold(script, |script, (shipped, own)| {
        assert!(script.contains(shipped), "{shipped}");
        script.replace(shipped, own)
    });
    std::fs::write(file, script).expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_becomes_a_paid_and_invoiced_contract_and_its_machine_is_repaired() {
    let story = Story::begin(Variant::Standard).await;
    story.is_told().await;
    story.stage.has_nothing_left_to_do(&story.all_sweeps()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_the_same_behind_a_gateway() {
    let story = Story::begin(Variant::Gateway).await;
    story.is_told().await;
    story.stage.has_nothing_left_to_do(&story.all_sweeps()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_the_same_on_an_older_installation() {
    let story = Story::begin(Variant::Legacy).await;
    story.is_told().await;
    story.stage.has_nothing_left_to_do(&story.all_sweeps()).await;
}
