//! A colleague who works in the ERP beside the host.

use std::sync::Arc;
use sunmao_catalogue::{Answer, Catalogue, Record, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Simulator};

pub struct Colleague {
    erp: ErpClient,
    catalogue: Arc<Catalogue>,
}

impl Colleague {
    pub fn at(simulator: &Simulator) -> Self {
        let (options, url) = (Options::default(), simulator.base_url().parse().expect("URL"));
        let mut settings = Settings::new(url, options.username, options.password.into(), "colleague1");
        settings.requests_per_second = 1_000;
        Colleague {
            erp: ErpClient::new(settings).expect("client"),
            catalogue: Catalogue::shared(),
        }
    }

    async fn call(&self, operation: &str, given: &Record) -> Answer {
        let operation = self.catalogue.find(operation).expect("an operation");
        let arguments = operation.check(given).expect("sound arguments");
        self.erp.call(operation, &arguments).await.expect("an answer")
    }

    /// Enters a customer, or changes one.
    pub async fn saves(&self, key: Option<i64>, members: &[(&str, &str)]) -> i64 {
        let key = match key {
            Some(key) => key,
            None => match self.call("customers.reserve", &Record::default()).await {
                Answer::Document(reserved) => reserved.key.expect("a key"),
                other => panic!("a screen was expected, not {other:?}"),
            },
        };
        let given = members.iter();
        let mut customer: Record = given
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        for (name, usual) in [
            ("customer-name", "榫卯木业"),
            ("customer-category", "1"),
            ("contact-name", "李一"),
        ] {
            customer.entry(name.to_owned()).or_insert_with(|| usual.into());
        }
        customer.insert("ord".to_owned(), Value::Integer(key));
        self.call("customers.save-company", &customer).await;
        key
    }

    /// What the customer's screen shows, by wire name.
    pub async fn sees<const N: usize>(&self, key: i64, fields: [&str; N]) -> [String; N] {
        let wanted = Record::from_iter([("ord".to_owned(), Value::Integer(key))]);
        let Answer::Document(shown) = self.call("customers.get", &wanted).await else {
            panic!("a screen was expected");
        };
        fields.map(|field| shown.value(field).and_then(Value::to_text).unwrap_or_default())
    }
}
