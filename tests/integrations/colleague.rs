//! A colleague who works in the ERP, by its wire.

use crate::books::COLLEAGUE;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Kind, Operation, Record, value_from_json};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Variant};

/// Someone who works in the ERP.
pub struct Colleague {
    erp: ErpClient,
    catalogue: Arc<Catalogue>,
}

impl Colleague {
    pub fn at(base_url: &str, variant: Variant) -> Self {
        let options = Options::default();
        let url = base_url.parse().expect("URL");
        let mut settings = Settings::new(url, options.username, options.password.into(), COLLEAGUE);
        settings.requests_per_second = 1_000;
        settings.installation = match variant {
            Variant::Legacy => "legacy".parse().expect("a kind"),
            Variant::Gateway => "gateway".parse().expect("a kind"),
            _ => settings.installation,
        };
        Colleague {
            erp: ErpClient::new(settings).expect("client"),
            catalogue: Catalogue::shared(),
        }
    }

    /// Calls an operation with arguments by their English or wire names.
    pub async fn calls(&self, operation: &str, arguments: &Json) -> Answer {
        let (operation, arguments) = self.checked(operation, arguments);
        self.erp.call(operation, &arguments).await.expect("an answer")
    }

    /// The key that the ERP reserves for a new record.
    pub async fn reserves(&self, operation: &str) -> i64 {
        let Answer::Document(reserved) = self.calls(operation, &json!({})).await else {
            panic!("a screen was expected");
        };
        reserved.key.expect("a key")
    }

    /// Calls an operation that the ERP may refuse; whether it did not.
    pub async fn tries(&self, operation: &str, arguments: &Json) -> bool {
        let (operation, arguments) = self.checked(operation, arguments);
        match self.erp.call(operation, &arguments).await {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), Kind::Refused, "{}: {error}", operation.name);
                false
            }
        }
    }

    fn checked(&self, operation: &str, arguments: &Json) -> (&Operation, Arguments) {
        let operation = self.catalogue.find(operation).expect("an operation");
        let given = value_from_json(&arguments.to_string()).expect("JSON");
        let given: Record = given.as_record().cloned().unwrap_or_default();
        let arguments = operation.check(&given).expect("sound arguments");
        (operation, arguments)
    }

    /// What a record's page shows, by wire name.
    pub async fn sees<const N: usize>(&self, operation: &str, key: i64, fields: [&str; N]) -> [String; N] {
        let Answer::Document(shown) = self.calls(operation, &json!({ "ord": key })).await else {
            panic!("a screen was expected");
        };
        fields.map(|field| {
            let value = shown.value(field).and_then(sunmao_catalogue::Value::to_text);
            value.unwrap_or_default()
        })
    }
}
