//! A plugin's folder: begun, and its `wit/` kept with its manifest and with the operator's kinds.

use super::support::Sunmao;
use std::path::Path;

const VISIT: &str = r#"
plural = "showroom-visits"
label = "展厅到访"
description = "A visit to one of our showrooms."
fields = [{ name = "visitor", label = "来访人", type = "text", required = true }]
"#;

/// A working folder that is a workspace with the SDK, as `plugins/` is.
fn workspace() -> Sunmao {
    let sunmao = Sunmao::new();
    sunmao.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"*\"]\n[workspace.dependencies]\nsunmao-plugin = { path = \"sdk\" }\n",
    );
    sunmao
}

fn read(sunmao: &Sunmao, path: &str) -> String {
    let path = sunmao.folder.path().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn a_folder_is_made_for_each_role() {
    let sunmao = workspace();
    for (name, role, source, export) in [
        (
            "says-hello",
            "automation",
            "impl Automation for SaysHello",
            "export event-handler;",
        ),
        ("settles", "merge", "impl Merge for Settles", "export merge;"),
        (
            "verified-first",
            "policy:contact",
            "fn judge(contact: Contact) -> Decision",
            "export contact-policy;",
        ),
        (
            "to-customer",
            "mapping:contact:customers.save-company",
            "fn map(contact: Contact) -> Result<SaveCompanyRequest, Vec<Fault>>",
            "export contact-to-customers-save-company;",
        ),
        (
            "from-supplier",
            "mapping:suppliers:contact",
            "fn map(suppliers: Suppliers, known: Option<Contact>) -> Result<Contact, Vec<Fault>>",
            "export suppliers-to-contact;",
        ),
    ] {
        let ended = sunmao.run(&["plugin", "new", name, "--role", role]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(
            read(&sunmao, &format!("{name}/src/lib.rs")).contains(source),
            "{name}"
        );
        assert!(
            read(&sunmao, &format!("{name}/wit/plugin.wit")).contains(export),
            "{name}"
        );
        assert!(
            read(&sunmao, &format!("{name}/Cargo.toml")).contains("sunmao-plugin = "),
            "{name}"
        );
    }
    let again = sunmao.run(&["plugin", "new", "settles"]).await;
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
}

#[tokio::test]
async fn nothing_is_made_where_something_is_wrong() {
    let sunmao = workspace();
    for (name, role, told) in [
        ("Bad Name", "automation", "is no name of a plugin"),
        ("a", "policy:contatc", "policy:contatc"),
        (
            "a",
            "mapping:contact:customers.save-compny",
            "customers.save-compny",
        ),
        ("a", "judge", "mapping:FROM:TO"),
    ] {
        let ended = sunmao.run(&["plugin", "new", name, "--role", role]).await;
        assert_eq!(ended.code, Some(2), "{role}: {}", ended.stderr);
        assert!(ended.stderr.contains(told), "{role}: {}", ended.stderr);
        assert!(!sunmao.folder.path().join(name).exists());
    }
    let ended = Sunmao::new().run(&["plugin", "new", "a"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("plugins/examples"), "{}", ended.stderr);
}

#[tokio::test]
async fn the_wit_follows_the_manifest_and_the_operators_kinds() {
    let sunmao = workspace();
    sunmao.write("kinds/showroom-visit.toml", VISIT);
    let manifest = |to: &str| {
        format!(
            "name = \"visits\"\nlanguage = \"javascript\"\n[[roles]]\nrole = \"mapping\"\n\
             from = \"showroom-visit\"\nto = \"{to}\"\n"
        )
    };
    sunmao.write("visits/sunmao-plugin.toml", &manifest("repairs.save"));
    let ended = sunmao.run(&["plugin", "wit", "visits"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(read(&sunmao, "visits/wit/deps/sunmao-records/showroom-visit.wit").contains("visitor: string"));
    assert!(read(&sunmao, "visits/wit/deps/zhibang-erp/repairs.wit").contains("record save-request"));

    sunmao.write("visits/sunmao-plugin.toml", &manifest("contact"));
    let ended = sunmao.run(&["plugin", "wit", "visits"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        !sunmao
            .folder
            .path()
            .join("visits/wit/deps/zhibang-erp/repairs.wit")
            .exists()
    );

    sunmao.write("visits/sunmao-plugin.toml", &manifest("contatc"));
    let ended = sunmao.run(&["plugin", "wit", "visits"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("contact"), "{}", ended.stderr);
    assert!(Path::new(&sunmao.folder.path().join("visits/wit/plugin.wit")).exists());
}
