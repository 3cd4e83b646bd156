//! A record as fresh as somebody asks for: read through from the ERP, once for all who ask at a time.

use crate::stage::Stage;
use serde_json::{Value as Json, json};
use sunmao_catalogue::value_from_json;

const FLOWS: [&str; 2] = ["product-pull", "stock-pull"];
/// What the two lists that a product is made of are called.
const LISTS: [&str; 2] = ["products.list", "stock-levels.list-summary"];

async fn shown(stage: &Stage, id: &str, max_age: &str) -> (Option<i64>, Json) {
    let url = format!(
        "{}/v1/records/product/{id}?max_age={max_age}",
        stage.installation.url
    );
    let answer = stage.installation.http.get(url).send().await.expect("answer");
    assert_eq!(answer.status(), 200);
    let age = answer
        .headers()
        .get("age")
        .map(|age| age.to_str().expect("text").parse().expect("seconds"));
    (age, answer.json().await.expect("JSON"))
}

/// How often each list was called, whole sweeps not counted.
async fn asked(stage: &Stage) -> [usize; 2] {
    let page = stage.get("/v1/audit?limit=1000&actor=flow%20product-pull").await;
    let more = stage.get("/v1/audit?limit=1000&actor=flow%20stock-pull").await;
    let rows: Vec<Json> = [page, more]
        .iter()
        .flat_map(|page| page["items"].as_array().expect("rows").clone())
        .collect();
    LISTS.map(|list| {
        let alone = |row: &&Json| {
            row["subject"]
                .as_str()
                .is_some_and(|subject| subject.starts_with("erp."))
        };
        rows.iter()
            .filter(|row| row["operation"] == list)
            .filter(alone)
            .count()
    })
}

async fn becomes_dearer(stage: &Stage, key: i64, price: &str) {
    let [title, unit] = stage
        .colleague
        .sees("products.get", key, ["Title", "unitjb"])
        .await;
    let unit = unit.parse::<i64>().unwrap_or(242);
    let update = json!({ "ord": key, "Title": title, "PackingPrices": [{ "Bm": 0, "Bl": 1, "UnitID": unit, "Price2jy": price }] });
    stage.colleague.calls("products.update", &update).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_longer_ago_is_asked_for_once_for_all_who_ask() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    becomes_dearer(&stage, 3, "4321.50").await;
    let (age, product) = shown(&stage, "erp-3", "1h").await;
    assert!(product["seen_at"].is_string() && age.is_some(), "{product}");
    assert_eq!(asked(&stage).await, [0, 0], "fresh enough");
    assert_ne!(product["body"]["sale_price"], "4321.5");
    // Nobody has looked for an hour.
    stage.installation.set_clock(3_601);
    let many = (0..100).map(|_| shown(&stage, "erp-3", "60s"));
    let answers = futures::future::join_all(many).await;
    assert_eq!(asked(&stage).await, [1, 1]);
    for (age, product) in &answers {
        assert_eq!(product["stale"], Json::Null, "{product}");
        let price = value_from_json(&product["body"]["sale_price"].to_string()).expect("a value");
        assert_eq!(price.to_text().expect("text").trim_end_matches('0'), "4321.5");
        assert_eq!(product["body"]["stock"], "139");
        assert!(age.expect("an age") < 60, "{age:?}");
    }
    // By one commit the ordinary way: the flow merges what the ERP says, and leaves the hub's own alone.
    let record = stage.get("/v1/records/product/erp-3").await;
    assert_eq!(record["origin"], "flow product-pull");
    let told = stage
        .installation
        .command(&["records", "show", "product", "erp-3", "--max-age", "5m"])
        .await;
    assert_eq!(told["body"], record["body"]);
    assert!(told["seen_at"].is_string());
    assert_eq!(asked(&stage).await, [1, 1], "seen a moment ago");
    // The sweeps that come behind have nothing left to do.
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erp_that_is_out_leaves_what_is_kept_with_its_age_and_a_mark() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    let before = stage.body("product", "erp-3").await;
    stage.installation.set_clock(600);
    stage.faults(&json!({ "server-error": 1.0 })).await;
    let (age, product) = shown(&stage, "erp-3", "60s").await;
    assert_eq!(product["body"], before);
    assert_eq!(product["stale"]["kind"], "unavailable", "{product}");
    assert!(
        product["stale"]["message"]
            .as_str()
            .is_some_and(|words| !words.is_empty())
    );
    assert!(age.expect("an age") >= 590, "{age:?}");
    stage.faults(&json!({})).await;
    let answered = stage
        .installation
        .until("the ERP is back", async |_| {
            let (age, product) = shown(&stage, "erp-3", "60s").await;
            (product["stale"].is_null() && age.is_some_and(|age| age < 60)).then_some(product)
        })
        .await;
    assert_eq!(answered["body"], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_said_and_taken_as_deleted_when_it_was_missed_twice() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    // Both lists show what they are asked for: from now on it means something that they do not.
    let (_, there) = shown(&stage, "erp-7", "0s").await;
    assert_eq!(there["stale"], Json::Null, "{there}");
    let before = stage.body("product", "erp-8").await;
    // A colleague deletes the newest product, and what there was of it.
    stage.faults(&json!({ "row-deleted": 1.0 })).await;
    for list in LISTS {
        stage.colleague.calls(list, &json!({})).await;
    }
    stage.faults(&json!({})).await;
    let (_, product) = shown(&stage, "erp-8", "0s").await;
    assert_eq!(product["stale"]["kind"], "not-found", "{product}");
    assert_eq!(product["body"], before, "missed once is no proof");
    let (_, product) = shown(&stage, "erp-8", "0s").await;
    assert_eq!(product["stale"]["kind"], "not-found");
    let is_nothing = |stock: &Json| *stock == 0 || *stock == "0";
    assert!(is_nothing(&product["body"]["stock"]), "{product}");
    assert_eq!(product["body"]["name"], before["name"], "the hub's product stays");
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_erp_is_read_through_and_what_comes_from_nowhere_is_as_it_is() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    let own = json!({ "number": "X-1", "name": "own" });
    stage.files("product", "p-1", &own).await;
    let (age, product) = shown(&stage, "p-1", "0s").await;
    assert_eq!((age, &product["body"]), (None, &own));
    assert_eq!(
        (&product["seen_at"], &product["stale"]),
        (&Json::Null, &Json::Null)
    );
    becomes_dearer(&stage, 5, "77").await;
    let row = stage.get("/v1/records/erp.products/5?max_age=0s").await;
    assert_eq!(row["stale"], Json::Null, "{row}");
    assert!(row["seen_at"].is_string());
    assert!(row["body"].to_string().contains("\"77"), "{row}");
    let url = format!("{}/v1/records/product/erp-3?max_age=soon", stage.installation.url);
    let refused = stage.installation.http.get(url).send().await.expect("answer");
    assert_eq!(refused.status(), 400);
    // A flow that is paused asks nothing.
    stage.post("/v1/flows/product-pull/pause", &json!({})).await;
    let (_, product) = shown(&stage, "erp-5", "0s").await;
    assert!(
        product["stale"]["message"]
            .as_str()
            .is_some_and(|words| words.contains("is paused")),
        "{product}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_sweep_brings_in_is_read_through_alone() {
    let stage = Stage::with(&["money", "repairs"]).await;
    let sweeps = [
        ("customer-pull", "contact"),
        ("contract-pull", "contract"),
        ("ticket-pull", "ticket"),
        ("repair-pull", "repair"),
        ("collection-pull", "collection"),
        ("invoice-pull", "invoice"),
        ("payment-pull", "payment"),
    ];
    let mut stale = Vec::new();
    for (flow, kind) in sweeps {
        stage.runs(flow).await;
        let page = stage.get(&format!("/v1/records/{kind}?limit=1")).await;
        let id = page["items"][0]["id"].as_str().unwrap_or_default().to_owned();
        let record = stage.get(&format!("/v1/records/{kind}/{id}?max_age=0s")).await;
        if !record["stale"].is_null() || !record["seen_at"].is_string() {
            stale.push(format!("{kind}/{id}: {}", record["stale"]));
        }
    }
    // The list of payments takes neither a key nor a number, and there is no page of one.
    let [payment] = &stale[..] else {
        panic!("{stale:?}")
    };
    assert!(
        payment.contains("payments.list cannot be asked for one row"),
        "{payment}"
    );
    stage.has_no_dead().await;
}
