//! The generated data: the same for the same seed and size, and invented throughout.

use crate::common::start;
use serde_json::Value as Json;
use sunmao_catalogue::Catalogue;
use sunmao_simulator::Options;

async fn world(seed: u64, size: usize) -> Vec<(String, Json)> {
    let caller = start(Options {
        seed,
        size,
        ..Options::default()
    })
    .await;
    let catalogue = Catalogue::shared();
    let mut world = Vec::new();
    for (object, _) in catalogue.objects() {
        let page = caller.admin(&format!("records/{object}")).await;
        world.push((object.to_owned(), page["records"].clone()));
    }
    world
}

#[tokio::test]
async fn the_seed_decides_everything() {
    let first = world(7, 12).await;
    assert!(first.len() > 50);
    assert_eq!(first, world(7, 12).await);
    let other = world(8, 12).await;
    for ((object, left), (_, right)) in first.iter().zip(&other) {
        let rich = ["customers", "customer-contacts", "contracts", "products"].contains(&object.as_str());
        assert!(!rich || left != right, "{object}");
    }
    for (object, records) in &first {
        assert_eq!(records.as_array().unwrap().len(), 12, "{object}");
    }
}

#[tokio::test]
async fn nobody_real_is_in_it() {
    for (object, records) in world(1, 40).await {
        visit(&records, &mut |text| {
            if text.contains('@') {
                assert!(text.ends_with("@example.com"), "{object}: {text}");
            }
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let mobile = digits.len() == 11 && digits.starts_with('1') && !text.contains(':');
            assert!(!mobile || text.starts_with("199-0000-"), "{object}: {text}");
            if text.contains("://") {
                assert!(text.ends_with(".example.com"), "{object}: {text}");
            }
        });
    }
}

#[tokio::test]
async fn records_of_different_objects_fit_together() {
    let caller = crate::common::small().await;
    let customers = caller.admin("records/customers").await["records"].clone();
    let contacts = caller.admin("records/customer-contacts").await["records"].clone();
    let contracts = caller.admin("records/contracts").await["records"].clone();
    for (position, customer) in customers.as_array().unwrap().iter().enumerate() {
        assert_eq!(contacts[position]["company"], customer["ord"]);
        assert_eq!(contacts[position]["company_name"], customer["name"]);
        assert_eq!(contacts[position]["person_name"], customer["person_name"]);
        assert_eq!(contracts[position]["company"], customer["ord"]);
        assert_eq!(contracts[position]["CompanyName"], customer["name"]);
        assert_eq!(customer["person"], contacts[position]["ord"]);
    }
}

fn visit(value: &Json, check: &mut impl FnMut(&str)) {
    match value {
        Json::String(text) => check(text),
        Json::Array(values) => values.iter().for_each(|value| visit(value, check)),
        Json::Object(members) => members.values().for_each(|value| visit(value, check)),
        _ => {}
    }
}
