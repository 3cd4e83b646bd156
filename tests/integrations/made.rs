//! What only a create takes: the hub changes it later, and no update can write that.

use crate::stage::Stage;
use serde_json::json;

const FLOW: &str = r#"
[flow.product-push]
on = "product.saved"
mapping = "scripts/product-push.rhai"
write = "products.create"
link = "made"
"#;

const SCRIPT: &str = r#"
fn map(product) {
    #{
        Title: product.name, Code: product.number, Model: "标准型", Sort1: 1, Roles: "3", PriceMode: 0, Unitjb: 242,
        CanOutStore: if product.discontinued { 0 } else { 1 },
        PackingPrices: [#{ Bm: 0, Bl: 1, UnitID: 242, Price2jy: "18.50" }],
    }
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_no_update_takes_is_said_where_the_hub_changes_it() {
    let stage = Stage::furnished(&[], |folder| {
        let file = folder.join("sunmao.toml");
        let configuration = std::fs::read_to_string(&file).expect("a configuration");
        std::fs::write(file, configuration + FLOW).expect("written");
        std::fs::write(folder.join("scripts/product-push.rhai"), SCRIPT).expect("written");
    })
    .await;
    let product = |name: &str, discontinued: bool| json!({ "number": "XZ-9", "name": name, "discontinued": discontinued });
    stage.files("product", "p-1", &product("瓦楞纸箱", false)).await;
    let made = stage.outcome("product-push", "product", "p-1").await;
    assert!(
        made.starts_with("linked: XZ-9") && !made.contains("as it was made"),
        "{made}"
    );
    let left = "left as it was made, since only a create takes it: product-nature";
    stage.files("product", "p-1", &product("瓦楞纸箱", true)).await;
    let changed = stage.outcome("product-push", "product", "p-1").await;
    assert!(
        changed.starts_with("unchanged: XZ-9") && changed.ends_with(left),
        "{changed}"
    );
    stage.files("product", "p-1", &product("瓦楞纸盒", true)).await;
    let changed = stage.outcome("product-push", "product", "p-1").await;
    assert!(
        changed.starts_with("linked: XZ-9") && changed.ends_with(left),
        "{changed}"
    );
    stage.files("product", "p-1", &product("瓦楞纸盒", false)).await;
    let again = stage.outcome("product-push", "product", "p-1").await;
    assert!(
        again.starts_with("unchanged: XZ-9") && !again.contains("as it was made"),
        "{again}"
    );
    stage.has_no_dead().await;
}
