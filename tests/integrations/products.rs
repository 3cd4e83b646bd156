//! Products come into the hub with price and stock.

use crate::stage::Stage;
use serde_json::json;

const FLOWS: [&str; 2] = ["product-pull", "stock-pull"];

#[tokio::test(flavor = "multi_thread")]
async fn a_product_arrives_with_its_price_and_what_there_is_of_it() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    assert_eq!(stage.count("product").await, 8);
    let fields = ["Code", "Title", "Model", "price", "unitname"];
    let shown = stage.colleague.sees("products.get", 3, fields).await;
    let product = stage.body("product", "erp-3").await;
    let members = ["number", "name", "model", "sale_price", "unit"];
    assert_eq!(
        members.map(|member| product[member].clone()),
        shown.map(|text| json!(text))
    );
    let [stock, available] = stage
        .colleague
        .sees("stock-levels.get", 3, ["Num2", "KYNum"])
        .await;
    assert_eq!(
        (&product["stock"], &product["available"]),
        (&json!(stock), &json!(available))
    );
    stage.has_no_dead().await;
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_waits_until_its_product_is_there() {
    let stage = Stage::with(&["products"]).await;
    stage.runs("stock-pull").await;
    assert_eq!(stage.count("product").await, 0);
    let waiting = stage.waiting("stock-pull").await;
    assert_eq!(waiting.len(), 8, "{waiting:?}");
    assert!(
        waiting[0].contains("there is no product with number CP"),
        "{waiting:?}"
    );
    // Nobody makes it due: the products' arrival does, and not the five minutes after which it would look again.
    stage.runs("product-pull").await;
    for key in 1..=8 {
        let has_stock = |product: &serde_json::Value| product["stock"].is_string();
        stage
            .until_record("product", &format!("erp-{key}"), has_stock)
            .await;
    }
    assert_eq!(stage.count("product").await, 8, "none is there twice");
    assert_eq!(stage.body("product", "erp-3").await["stock"], "139");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_sides_changed_a_product_the_erp_is_right_and_the_hubs_own_stays() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    let price = stage.body("product", "erp-3").await["sale_price"].clone();
    stage
        .changes(
            "product",
            "erp-3",
            json!({ "sale_price": "1.00", "notes": "bestseller", "model": "X" }),
        )
        .await;
    stage.run(&FLOWS).await;
    assert_eq!(
        stage.body("product", "erp-3").await["model"],
        "X",
        "nobody else said anything of it"
    );
    // A colleague changes the price and the model.
    let changed = json!({ "ord": 3, "Model": "LX-7", "PackingPrices": [{ "Bm": 0, "Bl": 1, "UnitID": 1, "Price2jy": "77.00" }] });
    stage.books().enter("products", &changed).await;
    stage.run(&FLOWS).await;
    let product = stage.body("product", "erp-3").await;
    assert_ne!(price, json!("77.00"));
    let said = ["notes", "model", "sale_price", "stock"].map(|member| product[member].clone());
    assert_eq!(
        said,
        [json!("bestseller"), json!("LX-7"), json!("77.00"), json!("139")],
        "{product}"
    );
    assert!(stage.writes().await.is_empty());
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_out_is_listed_no_longer_and_ends_at_nothing() {
    let stage = Stage::with(&["products"]).await;
    stage.run(&FLOWS).await;
    // A colleague takes the last of the newest product out of the warehouse, and the summary lists it no longer.
    stage.faults(&json!({ "row-deleted": 1.0 })).await;
    stage.runs("stock-pull").await;
    stage.faults(&json!({})).await;
    assert_eq!(
        stage.body("product", "erp-8").await["stock"],
        "104",
        "missed once is no proof"
    );
    stage.runs("stock-pull").await;
    let product = stage
        .until_record("product", "erp-8", |product| {
            product["stock"] == 0 || product["stock"] == "0"
        })
        .await;
    assert_eq!(product["number"], "CP000008");
    assert_eq!(stage.body("product", "erp-3").await["stock"], "139");
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erp_that_fails_now_and_then_costs_time_and_no_product() {
    let stage = Stage::with(&["products"]).await;
    stage.faults(&json!({ "bad-gateway": 0.2, "empty": 0.1 })).await;
    stage.run(&FLOWS).await;
    stage.faults(&json!({})).await;
    for key in 1..=8 {
        let has_stock = |product: &serde_json::Value| product["stock"].is_string();
        stage
            .until_record("product", &format!("erp-{key}"), has_stock)
            .await;
    }
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_the_hub_has_already_is_known_by_its_number_before_its_name() {
    let stage = Stage::with(&["products"]).await;
    let [name] = stage.colleague.sees("products.get", 3, ["Title"]).await;
    let other = json!({ "number": "X-1", "name": name });
    stage.files("product", "p-1", &other).await;
    let renamed = json!({ "number": "CP000003", "name": "旧名" });
    stage.files("product", "p-2", &renamed).await;
    stage.run(&FLOWS).await;
    assert_eq!(
        stage.count("product").await,
        9,
        "eight of the ERP, and the other one"
    );
    let product = stage.body("product", "p-2").await;
    assert_eq!(
        (&product["name"], &product["stock"]),
        (&json!(name), &json!("139"))
    );
    assert_eq!(
        stage.body("product", "p-1").await,
        other,
        "another number is another product"
    );
    let conflicts = stage.get("/v1/conflicts").await;
    assert_eq!(conflicts["items"], json!([]), "{conflicts}");
}
