//! `sunmao kinds`.

use crate::support::Sunmao;

const VISIT: &str = r#"
plural = "showroom-visits"
label = "展厅到访"
description = "A visit to one of our showrooms."
fields = [
  { name = "visitor", label = "来访人", type = "text", required = true, max_length = 50, personal = true },
  { name = "phone", label = "手机", type = "text", max_length = 50, personal = true, identity = "phone" },
  { name = "contact", label = "联系人", type = "reference", references = "contact" },
]
"#;

fn with_kind(file: &str, text: &str) -> Sunmao {
    let sunmao = Sunmao::new();
    let folder = sunmao.folder.path().join("kinds");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(file), text).unwrap();
    sunmao
}

#[tokio::test]
async fn lists_the_shipped_kinds_and_the_operators() {
    let sunmao = with_kind("showroom-visit.toml", VISIT);
    let listed = sunmao.run(&["kinds", "list", "--json"]).await.json();
    let kinds = listed.as_array().unwrap();
    let source = |name: &str| kinds.iter().find(|kind| kind["name"] == name).unwrap()["source"].clone();
    assert_eq!(source("contact"), "shipped");
    assert_eq!(source("showroom-visit"), "showroom-visit.toml");
    assert!(kinds.iter().all(|kind| kind["source"] != "erp"));
    let with_rows = sunmao.run(&["kinds", "list", "--erp", "--json"]).await.json();
    let is_row = |kind: &serde_json::Value| kind["name"] == "erp.customers" && kind["source"] == "erp";
    assert!(with_rows.as_array().unwrap().iter().any(is_row));
    let text = sunmao.run(&["kinds", "list"]).await;
    assert!(
        text.stdout.contains("展厅到访") && text.stdout.contains("12 kinds"),
        "{}",
        text.stdout
    );
}

#[tokio::test]
async fn shows_members_with_their_limits() {
    let sunmao = with_kind(
        "contact.toml",
        "fields = [{ name = \"birthday\", label = \"生日\", type = \"date\" }]",
    );
    let shown = sunmao.run(&["kinds", "show", "contacts", "--json"]).await.json();
    let fields = shown["fields"].as_array().unwrap();
    let member = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap().clone();
    assert_eq!(member("score")["maximum"], 100);
    assert_eq!(
        (
            member("phone")["identity"].as_str(),
            member("phone")["personal"].as_bool()
        ),
        (Some("phone"), Some(true))
    );
    assert_eq!(member("source")["type"], "choice");
    assert_eq!(member("source")["values"]["wechat"], "微信");
    assert_eq!(member("birthday")["type"], "date");
    let text = sunmao.run(&["kinds", "show", "contract"]).await;
    for part in [
        "合同主题",
        "required",
        "unit_price",
        "the id of a record of the kind `contact`",
    ] {
        assert!(text.stdout.contains(part), "{part} in {}", text.stdout);
    }
}

#[tokio::test]
async fn a_slip_is_told_with_the_nearest_and_a_broken_file_with_its_field() {
    let sunmao = with_kind(
        "visit.toml",
        &VISIT.replace("references = \"contact\"", "references = \"contcat\""),
    );
    let broken = sunmao.run(&["kinds", "list"]).await;
    assert_eq!(broken.code, Some(3), "{}", broken.stderr);
    for part in ["visit.toml", "field `contact`", "did you mean `contact`?"] {
        assert!(broken.stderr.contains(part), "{part} in {}", broken.stderr);
    }
    let unknown = Sunmao::new().run(&["kinds", "show", "conract"]).await;
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(
        unknown.stderr.contains("did you mean contract?"),
        "{}",
        unknown.stderr
    );
    // Another folder may be named.
    let elsewhere = Sunmao::new();
    elsewhere.replace("sunmao.toml", "[hub]\nkinds_folder = \"arten\"\n");
    std::fs::create_dir_all(elsewhere.folder.path().join("arten")).unwrap();
    std::fs::write(elsewhere.folder.path().join("arten/showroom-visit.toml"), VISIT).unwrap();
    let shown = elsewhere.run(&["kinds", "show", "showroom-visits"]).await;
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
}
