//! `sunmao operations`.

use crate::support::Sunmao;
use sunmao_catalogue::Catalogue;

#[tokio::test]
async fn lists_every_operation_with_its_effect() {
    let listed = Sunmao::new().run(&["operations", "list", "--json"]).await.json();
    let operations = listed.as_array().unwrap();
    assert_eq!(operations.len(), Catalogue::shared().operations().len());
    for operation in operations {
        assert!(
            operation["id"].is_u64() && operation["name"].as_str().unwrap().contains('.'),
            "{operation}"
        );
        assert!(
            ["read", "write"].contains(&operation["effect"].as_str().unwrap()),
            "{operation}"
        );
    }
    let effect = |name: &str| operations.iter().find(|one| one["name"] == name).unwrap()["effect"].clone();
    assert_eq!(effect("customers.list"), "read");
    assert_eq!(effect("customers.save-company"), "write");
}

#[tokio::test]
async fn lists_what_a_text_occurs_in() {
    let sunmao = Sunmao::new();
    let table = sunmao.run(&["operations", "list", "customers."]).await;
    assert_eq!(table.code, Some(0));
    assert!(
        table.stdout.contains("customers.reserve") && !table.stdout.contains("contracts.list"),
        "{}",
        table.stdout
    );
    let by_title = sunmao
        .run(&["operations", "list", "分配新客户ID", "--json"])
        .await
        .json();
    assert_eq!(by_title[0]["name"], "customers.reserve");
}

#[tokio::test]
async fn shows_parameters_by_every_name_and_how_a_write_is_repeated() {
    let sunmao = Sunmao::new();
    let shown = sunmao
        .run(&["operations", "show", "customers::save_company", "--json"])
        .await
        .json();
    assert_eq!(shown["name"], "customers.save-company");
    assert_eq!(shown["repeat"]["by"], "reserved-key");
    let parameters = shown["parameters"].as_array().unwrap();
    let name = parameters
        .iter()
        .find(|parameter| parameter["wire"] == "name")
        .unwrap();
    assert_eq!(
        (name["name"].as_str(), name["required"].as_bool()),
        (Some("customer-name"), Some(true))
    );
    let text = sunmao
        .run(&["operations", "show", "customers.save-company"])
        .await
        .stdout;
    assert!(
        text.contains("a new key comes from `customers.reserve`"),
        "{text}"
    );
}

#[tokio::test]
async fn where_codes_come_from_and_what_must_be_unique_is_shown() {
    let sunmao = Sunmao::new();
    let list = sunmao
        .run(&["operations", "show", "customers.save-company"])
        .await
        .stdout;
    assert!(list.contains("codes from the ERP's page"), "{list}");
    let save = sunmao
        .run(&["operations", "show", "contracts.save", "--json"])
        .await
        .json();
    let number = save["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["wire"] == "htid");
    assert_eq!(number.unwrap()["unique"], true);
}

#[tokio::test]
async fn an_unknown_operation_gives_the_nearest_and_is_a_usage_error() {
    let sunmao = Sunmao::new();
    let text = sunmao.run(&["operations", "show", "customers.lst"]).await;
    assert_eq!(text.code, Some(2));
    assert_eq!(text.stdout, "");
    assert!(
        text.stderr.contains("customers.lst: no such operation"),
        "{}",
        text.stderr
    );
    assert!(
        text.stderr.contains("hint: did you mean customers.list?"),
        "{}",
        text.stderr
    );
    let error = sunmao.run(&["call", "customers.lst", "--json"]).await.error();
    assert_eq!(
        (error["kind"].as_str(), error["exit_code"].as_u64()),
        (Some("usage"), Some(2))
    );
}

#[tokio::test]
async fn what_cannot_be_printed_is_said() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = Sunmao::new().run_into(&["operations", "list"], full.into()).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("standard output"), "{}", ended.stderr);
    // A reader that went away had all it wanted.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = Sunmao::new()
        .run_into(&["operations", "list"], writer.into())
        .await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}
