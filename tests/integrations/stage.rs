//! A host with the integrations of a test, whose sweeps run when the test says so, and a colleague who works in the ERP.

use crate::books::Books;
use crate::colleague::Colleague;
use crate::shipped::{Integration, files};
use crate::support::{Installation, root};
use serde_json::{Value as Json, json};
use std::path::Path;
use sunmao_simulator::{Options, Variant};

/// Records that each object of the ERP begins with.
const SIZE: usize = 8;
/// What never comes by itself.
pub const NEVER: &str = "0 0 29 2 *";

/// The names of all integrations.
pub fn names() -> Vec<String> {
    let found = std::fs::read_dir(root().join("integrations")).expect("integrations");
    let folders = found
        .map(|entry| entry.expect("a folder").path())
        .filter(|path| path.is_dir());
    let mut names: Vec<String> = folders
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort_unstable();
    names
}

/// These integrations and those that they need, those first that others need.
pub fn with_needed(names: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        let needed = Integration::read(name).needs;
        let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
        for name in with_needed(&needed).into_iter().chain([(*name).to_owned()]) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// A host, its ERP and a colleague.
pub struct Stage {
    pub installation: Installation,
    pub colleague: Colleague,
}

impl Stage {
    /// With these integrations and those that they need.
    pub async fn with(integrations: &[&str]) -> Stage {
        Stage::furnished(integrations, |_| {}).await
    }

    /// The same, with what `more` does to the host's folder before it starts.
    pub async fn furnished(integrations: &[&str], more: impl FnOnce(&Path)) -> Stage {
        Stage::at(integrations, |options| options.size = SIZE, more).await
    }

    /// The same at an ERP that `change` makes.
    pub async fn at(
        integrations: &[&str],
        change: impl FnOnce(&mut Options),
        more: impl FnOnce(&Path),
    ) -> Stage {
        let integrations = with_needed(integrations);
        let mut variant = Variant::default();
        let change = |options: &mut Options| {
            change(options);
            variant = options.variant;
        };
        let furnish = |folder: &Path| {
            furnish(folder, &integrations);
            more(folder);
        };
        let installation = Installation::furnished(change, furnish).await;
        let colleague = Colleague::at(&installation.simulator.base_url(), variant);
        Stage {
            installation,
            colleague,
        }
    }

    /// What the ERP's own books say.
    pub fn books(&self) -> Books {
        Books::of(&self.installation.simulator.base_url())
    }

    pub async fn get(&self, path: &str) -> Json {
        self.installation.get(path).await
    }

    pub async fn post(&self, path: &str, body: &Json) -> Json {
        let request = self
            .installation
            .http
            .post(format!("{}{path}", self.installation.url));
        let answer = request.json(body).send().await.expect("answer");
        assert!(answer.status().is_success(), "POST {path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Files a record.
    pub async fn files(&self, kind: &str, id: &str, body: &Json) {
        let url = format!("{}/v1/records/{kind}/{id}", self.installation.url);
        let answer = self
            .installation
            .http
            .put(url)
            .json(body)
            .send()
            .await
            .expect("answer");
        let status = answer.status();
        let words = answer.text().await.expect("text");
        assert_eq!(status, 202, "{kind}/{id}: {words}");
    }

    /// Files a record as it is with other values of some members.
    pub async fn changes(&self, kind: &str, id: &str, members: Json) {
        let mut body = self.body(kind, id).await;
        for (name, value) in members.as_object().expect("members") {
            body[name] = value.clone();
        }
        self.files(kind, id, &body).await;
    }

    /// The body of a record that is there.
    pub async fn body(&self, kind: &str, id: &str) -> Json {
        self.get(&format!("/v1/records/{kind}/{id}")).await["body"].clone()
    }

    /// How many records of a kind there are.
    pub async fn count(&self, kind: &str) -> usize {
        let page = self.get(&format!("/v1/records/{kind}?limit=1000")).await;
        page["items"].as_array().expect("items").len()
    }

    /// Asks for a record until it is as the test waits for.
    pub async fn until_record(&self, kind: &str, id: &str, is_it: impl Fn(&Json) -> bool) -> Json {
        let path = format!("/v1/records/{kind}?limit=1000");
        self.installation
            .until(&format!("{kind}/{id}"), async |_| {
                let page = self.get(&path).await;
                let mut items = page["items"].as_array().expect("items").iter();
                let record = items.find(|record| record["id"] == id)?;
                is_it(&record["body"]).then(|| record["body"].clone())
            })
            .await
    }

    /// Lets a flow run and waits until everything has come to its end, or waits for something.
    pub async fn runs(&self, flow: &str) {
        let fired = self.post(&format!("/v1/flows/{flow}/run"), &json!({})).await;
        let id = fired["delivery"].clone();
        let what = format!("{flow} ran");
        self.installation
            .until(&what, async |_| {
                let page = self
                    .get(&format!("/v1/deliveries?target=flow%20{flow}&limit=1000"))
                    .await;
                let items = page["items"].as_array().expect("deliveries");
                let mut own = items.iter().filter(|delivery| delivery["id"] == id);
                own.all(|delivery| delivery["state"] == "done").then_some(())
            })
            .await;
        self.settles().await;
    }

    /// Waits until nothing is in hand any more and all that is left waits for something.
    pub async fn settles(&self) {
        self.installation
            .until("everything is done or waits", async |_| {
                // One look at all of them: between two, one may go from the one to the other.
                let all = self.get("/v1/deliveries?limit=1000").await;
                let items = all["items"].as_array().expect("deliveries");
                let is_settled = |delivery: &Json| {
                    let reason = delivery["reason"].as_str().unwrap_or_default();
                    let waits = reason.contains("has no link") || reason.contains("there is no ");
                    match delivery["state"].as_str() {
                        Some("pending") => waits,
                        state => state != Some("leased"),
                    }
                };
                items.iter().all(is_settled).then_some(())
            })
            .await;
    }

    /// Lets these run, one behind the other.
    pub async fn run(&self, flows: &[&str]) {
        for flow in flows {
            self.runs(flow).await;
        }
    }

    /// Why deliveries of a flow wait, in order.
    pub async fn waiting(&self, flow: &str) -> Vec<String> {
        let path = format!("/v1/deliveries?target=flow%20{flow}&state=pending&limit=1000");
        let page = self.get(&path).await;
        let items = page["items"].as_array().expect("deliveries").clone();
        let why = |delivery: &Json| {
            let reason = delivery["reason"].as_str().unwrap_or_default();
            let reason = reason.trim_start_matches("unavailable: ");
            reason.split(" (hint").next().unwrap_or_default().to_owned()
        };
        items.iter().map(why).collect()
    }

    /// Makes due what waits.
    pub async fn releases(&self, flow: &str) {
        self.post(
            "/v1/deliveries/release",
            &json!({ "target": format!("flow {flow}") }),
        )
        .await;
    }

    /// Waits for a dead letter of a flow, and its words.
    pub async fn dead(&self, flow: &str) -> String {
        let target = format!("flow {flow}");
        self.installation
            .until(&format!("a dead letter of {flow}"), async |_| {
                let page = self.get("/v1/dead?limit=100").await;
                let items = page["items"].as_array().expect("letters").clone();
                let letter = items.into_iter().find(|letter| letter["target"] == *target)?;
                letter["letter"]["message"].as_str().map(str::to_owned)
            })
            .await
    }

    pub async fn has_no_dead(&self) {
        let page = self.get("/v1/dead?limit=10").await;
        assert_eq!(page["items"], json!([]), "{page}");
    }

    /// How a flow ended with a record as it is now.
    pub async fn outcome(&self, flow: &str, kind: &str, id: &str) -> String {
        let target = format!("flow {flow}");
        self.installation
            .until(&format!("{flow} is done with {kind}/{id}"), async |_| {
                let record = self.get(&format!("/v1/records/{kind}/{id}")).await;
                let mut deliveries = record["deliveries"].as_array().expect("deliveries").iter();
                let own = deliveries.find(|delivery| delivery["target"] == *target)?;
                let is_done = own["state"] == "done" && own["revision"] == record["revision"];
                is_done.then(|| own["outcome"].as_str().unwrap_or_default().to_owned())
            })
            .await
    }

    /// The writes of the host, by operation, in order.
    pub async fn writes(&self) -> Vec<String> {
        let page = self.get("/v1/audit?limit=1000&outcome=applied").await;
        let items = page["items"].as_array().expect("rows").clone();
        let operations = items
            .iter()
            .filter_map(|row| row["operation"].as_str().map(str::to_owned));
        operations
            .filter(|operation| !operation.starts_with("session."))
            .collect()
    }

    /// The number of the last change of any record.
    pub async fn last_change(&self) -> i64 {
        let mut last = 0;
        loop {
            let page = self.get(&format!("/v1/changes?after={last}&limit=1000")).await;
            match page["items"].as_array().expect("changes").last() {
                Some(change) => last = change["change"].as_i64().expect("a number"),
                None => return last,
            }
        }
    }

    /// Runs the flows once more and asserts that nothing was written on either side.
    pub async fn has_nothing_left_to_do(&self, flows: &[&str]) {
        let (writes, change) = (self.writes().await, self.last_change().await);
        self.run(flows).await;
        assert_eq!(self.writes().await, writes);
        assert_eq!(self.last_change().await, change);
    }

    /// A colleague deletes the newest customer that nobody has written, which the hub has as `erp-8`.
    pub async fn loses_a_customer(&self) {
        self.faults(&json!({ "row-deleted": 1.0 })).await;
        self.runs("customer-pull").await;
        self.faults(&json!({})).await;
    }

    /// What goes wrong in the ERP from now on; `{}` for nothing.
    pub async fn faults(&self, faults: &Json) {
        let url = format!("{}/_simulator/faults", self.installation.simulator.base_url());
        let answer = self
            .installation
            .http
            .post(url)
            .json(faults)
            .send()
            .await
            .expect("answer");
        assert!(answer.status().is_success());
    }
}

fn furnish(folder: &Path, integrations: &[String]) {
    let (mut flows, mut scripts) = (toml::Table::new(), toml::Table::new());
    for name in integrations {
        let source = Integration::folder(name);
        let text = std::fs::read_to_string(source.join("integration.toml")).expect("a table");
        let table: toml::Table = text.parse().expect("TOML");
        if let Some(toml::Value::Table(own)) = table.get("flow") {
            flows.extend(own.clone());
        }
        if let Some(toml::Value::Table(own)) = table.get("script") {
            scripts.extend(own.clone());
        }
        for script in files(&source.join("scripts"), "rhai") {
            let file = format!("scripts/{script}.rhai");
            std::fs::copy(source.join(&file), folder.join(&file)).expect("a script");
        }
        for template in Integration::read(name).templates {
            std::fs::create_dir_all(folder.join("templates")).expect("a folder");
            let file = Path::new("templates").join(template);
            std::fs::copy(source.join(&file), folder.join(&file)).expect("a template");
        }
    }
    for (_, flow) in &mut flows {
        let Some(flow) = flow.as_table_mut() else { continue };
        let is_timed_automation = flow.contains_key("handle") && flow.contains_key("cron");
        if flow.contains_key("sweep") || is_timed_automation {
            for key in ["every", "recent", "time_zone"] {
                flow.remove(key);
            }
            flow.insert("cron".to_owned(), NEVER.into());
        }
    }
    let flows = toml::to_string(&toml::Table::from_iter([
        ("flow".to_owned(), toml::Value::Table(flows)),
        ("script".to_owned(), toml::Value::Table(scripts)),
    ]));
    let file = folder.join("sunmao.toml");
    let configuration = std::fs::read_to_string(&file).expect("a configuration");
    let (before, _) = configuration.split_once("[flow.").expect("a flow");
    let configuration = format!("{}\n{}", before.trim_end(), flows.expect("TOML"));
    std::fs::write(file, configuration).expect("written");
}
