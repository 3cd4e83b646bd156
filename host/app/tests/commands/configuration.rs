//! Configuration and environment, as someone who got them wrong sees it.

use crate::support::{Sunmao, nobody};

#[tokio::test]
async fn unsound_files_are_refused_with_file_key_and_hint() {
    let cases = [
        (
            "[server]\nlissten = \"127.0.0.1:0\"",
            "unknown key `server.lissten`",
            "did you mean `listen`?",
        ),
        ("[plugn.a]\n", "unknown key `plugn`", "did you mean `plugin`?"),
        (
            "[erp]\npassword = \"x\"",
            "unknown key `erp.password`",
            "set SUNMAO_ERP_PASSWORD in the environment or in .env",
        ),
        (
            "[erp]\nconcurrency = \"many\"",
            "`erp.concurrency`: invalid type",
            "",
        ),
        (
            "[limits]\nmemory_megabyte = 1",
            "unknown key `limits.memory_megabyte`",
            "did you mean `memory_megabytes`?",
        ),
        (
            "[plugin.a]\ngrant = []",
            "unknown key `plugin.a.grant`",
            "did you mean `grants`?",
        ),
        (
            "[flow.a]\non = \"contact.saved\"\nmaping = \"x\"",
            "unknown key `flow.a.maping`",
            "did you mean `mapping`?",
        ),
        ("[server\n", "TOML parse error", ""),
    ];
    for (content, message, hint) in cases {
        let sunmao = Sunmao::new();
        sunmao.write("sunmao.toml", content);
        let ended = sunmao.run(&["serve"]).await;
        assert_eq!(ended.code, Some(3), "{content}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("sunmao.toml, reading the configuration"),
            "{content}: {}",
            ended.stderr
        );
        assert!(
            ended.stderr.contains(message) && ended.stderr.contains(hint),
            "{content}: {}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn unknown_variables_and_flags_are_refused() {
    let misspelt = Sunmao::new()
        .with("SUNMAO_ERP_PASWORD", "secret")
        .run(&["operations", "list"])
        .await;
    assert_eq!(misspelt.code, Some(3));
    assert!(
        misspelt.stderr.contains("did you mean SUNMAO_ERP_PASSWORD?"),
        "{}",
        misspelt.stderr
    );
    assert!(!misspelt.stderr.contains("secret"), "{}", misspelt.stderr);
    assert_eq!(Sunmao::new().run(&["operations", "lst"]).await.code, Some(2));
    let as_json = Sunmao::new().run(&["operations", "lst", "--json"]).await;
    assert_eq!(
        (as_json.code, as_json.error()["kind"].as_str()),
        (Some(2), Some("usage"))
    );
    let absent = Sunmao::new().run(&["serve", "--config", "elsewhere.toml"]).await;
    assert_eq!(absent.code, Some(3));
    assert!(absent.stderr.contains("elsewhere.toml"), "{}", absent.stderr);
}

#[tokio::test]
async fn a_line_of_the_env_file_that_cannot_be_read_is_not_quoted() {
    let sunmao = Sunmao::new();
    sunmao.write(".env", "SUNMAO_ERP_PASSWORD=\"se cret\nSUNMAO_ERP_USERNAME = x\n");
    let ended = sunmao.run(&["operations", "list"]).await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(!ended.stderr.contains("cret"), "{}", ended.stderr);
}

/// With all that `serve` needs beside the file.
fn host() -> Sunmao {
    Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &nobody())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret")
        .with("SUNMAO_SERVER_LISTEN", "127.0.0.1:0")
}

#[tokio::test]
async fn a_grant_of_what_does_not_exist_keeps_the_host_from_starting_before_the_plugin_is_there() {
    let sunmao = host();
    sunmao.write(
        "sunmao.toml",
        "[plugin.invoices]\ngrants = [\"customers.lst\"]\n[script.night]\ngrants = [\"recordz\"]\n",
    );
    let ended = sunmao.run(&["serve"]).await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    for text in ["[plugin.invoices]", "customers.list", "[script.night]", "records"] {
        assert!(
            ended.stderr.contains(text),
            "{text} is missing in\n{}",
            ended.stderr
        );
    }
}

#[tokio::test]
async fn an_unsound_flow_keeps_the_host_from_starting() {
    let sunmao = host();
    sunmao.write(
        "sunmao.toml",
        "[flow.push]\non = \"contact.saved\"\nmapping = \"plugins/a.wasm\"\nwrite = \"customers.save-compny\"\nlink = \"customer\"\n",
    );
    let ended = sunmao.run(&["serve"]).await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("customers.save-company"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn help_lists_exit_codes_and_variables() {
    let help = Sunmao::new().run(&["--help"]).await.stdout;
    for text in [
        "Exit codes:",
        "6  a write went out",
        "SUNMAO_ERP_BASE_URL",
        "SUNMAO_EXTENSIONS_CACHE_FOLDER",
    ] {
        assert!(help.contains(text), "{text} is missing in\n{help}");
    }
}
