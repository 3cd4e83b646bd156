//! Which source wins, and that what is shipped is sound.

use super::*;
use crate::environment::Environment;
use std::path::Path;

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Environment::of(variables.collect()).unwrap()
}

#[test]
fn flags_stand_above_the_environment_and_that_above_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sunmao.toml");
    std::fs::write(
        &file,
        "[erp]\nconcurrency = 1\nrequests_per_second = 1\ntimeout_seconds = 1\n",
    )
    .unwrap();
    let environment = environment(&[
        ("SUNMAO_ERP_CONCURRENCY", "2"),
        ("SUNMAO_ERP_REQUESTS_PER_SECOND", "2"),
    ]);
    let flags = vec![Flag::given("--concurrency", "erp.concurrency", Some(3)).unwrap()];
    let read = Sources::new(Some(&file), &environment, flags)
        .unwrap()
        .read()
        .unwrap();
    assert_eq!(
        read.erp,
        Erp {
            concurrency: 3,
            requests_per_second: 2,
            timeout_seconds: 1,
            ..Erp::default()
        }
    );
}

fn read(text: &str) -> Result<Configuration, crate::failure::Failure> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sunmao.toml");
    std::fs::write(&file, text).unwrap();
    Sources::new(Some(&file), &Environment::default(), Vec::new())
        .unwrap()
        .read()
}

#[test]
fn further_accounts_inherit_what_they_do_not_say_themselves() {
    let read = read(
        "[erp]\nconcurrency = 2\nretries = 1\n[erp.main]\nretries = 0\n\
         [erp.branch]\ninstallation = \"legacy\"\nconcurrency = 1\n",
    )
    .unwrap();
    let accounts: Vec<(&str, &str, usize, u32)> = read
        .accounts()
        .map(|(name, erp)| (name, erp.installation.as_str(), erp.concurrency, erp.retries))
        .collect();
    assert_eq!(accounts, [("main", "standard", 2, 0), ("branch", "legacy", 1, 1)]);
}

#[test]
fn what_is_unsound_of_a_further_account_is_told_where_it_stands() {
    for (text, expected) in [
        ("[erp.branch]\nretrys = 1\n", "unknown key `erp.branch.retrys`"),
        (
            "[erp.branch]\npassword = \"secret\"\n",
            "SUNMAO_ERP_BRANCH_PASSWORD",
        ),
        ("[erp.Zweig]\nretries = 1\n", "`erp.Zweig`"),
        (
            "[erp_accounts.branch]\nretries = 1\n",
            "unknown key `erp_accounts`",
        ),
    ] {
        let failure = read(text).unwrap_err().to_string();
        assert!(failure.contains(expected), "{failure}");
    }
}

#[test]
fn an_unsound_variable_is_named() {
    let environment = environment(&[("SUNMAO_SERVER_LISTEN", "everywhere")]);
    let failure = Sources::new(None, &environment, Vec::new())
        .unwrap()
        .read()
        .unwrap_err();
    assert!(failure.to_string().contains("SUNMAO_SERVER_LISTEN"), "{failure}");
    assert!(failure.to_string().contains("`server.listen`"), "{failure}");
}

#[test]
fn every_keyed_variable_has_a_key_that_exists() {
    for variable in crate::environment::VARIABLES {
        let Some(key) = variable.key else { continue };
        let value = if key == "server.listen" {
            "127.0.0.1:0"
        } else {
            "7"
        };
        let environment = environment(&[(variable.name, value)]);
        if key.ends_with("folder") || key.ends_with("path") {
            let read = Sources::new(None, &environment_with_text(variable.name), Vec::new())
                .unwrap()
                .read();
            assert!(
                format!("{:?}", read.unwrap()).contains("some/where"),
                "{}",
                variable.name
            );
        } else {
            let read = Sources::new(None, &environment, Vec::new()).unwrap().read();
            assert!(
                read.is_ok_and(|read| read != Configuration::default()),
                "{}",
                variable.name
            );
        }
    }
}

fn environment_with_text(name: &str) -> Environment {
    environment(&[(name, "some/where")])
}

/// The example shows the defaults; only the flow is more.
#[test]
fn the_shipped_example_says_what_is_the_default() {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sunmao.toml.example"));
    let example = Sources::new(Some(file), &Environment::default(), Vec::new())
        .unwrap()
        .read()
        .unwrap();
    assert_eq!(
        example.flow.keys().collect::<Vec<_>>(),
        ["customer-pull", "customer-push"]
    );
    assert_eq!(
        Configuration {
            is_written: false,
            flow: BTreeMap::new(),
            ..example
        },
        Configuration::default()
    );
}
