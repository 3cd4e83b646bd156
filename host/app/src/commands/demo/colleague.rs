//! A colleague who works in the simulated ERP itself, beside the host: what the staff enter and correct there.

use crate::exit::Exit;
use crate::failure::Failure;
use sunmao_catalogue::{Answer, Catalogue, Document, Record, Value};
use sunmao_erp_client::{ErpClient, shown};
use sunmao_store::{RecordName, Store};

/// The phone of two customers that the staff entered: whoever has it could be either.
pub const SHARED_PHONE: &str = "17700000088";

/// Signed in with a session of its own.
pub struct Colleague {
    erp: ErpClient,
}

impl Colleague {
    pub fn new(erp: ErpClient) -> Self {
        Colleague { erp }
    }

    /// Enters two customers with one phone.
    pub async fn enter_two_of_one_phone(&self) -> Result<(), Failure> {
        for name in ["双木商贸（东店）", "双木商贸（西店）"] {
            let reserved = self.call("customers.reserve", &Record::default()).await?;
            let Answer::Document(Document { key: Some(key), .. }) = reserved else {
                continue;
            };
            let customer = [
                ("ord", Value::from(key)),
                ("name", Value::from(name)),
                ("sort1", Value::from("1")),
                ("person_name", Value::from("林木")),
                ("mobile", Value::from(SHARED_PHONE)),
            ];
            let customer = customer.map(|(field, value)| (field.to_owned(), value));
            self.call("customers.save-company", &customer.into_iter().collect())
                .await?;
        }
        Ok(())
    }

    /// Corrects a contact's customer: its e-mail, and the remarks. Whether it is linked already.
    pub async fn correct(
        &self,
        store: &Store,
        contact: &str,
        email: &str,
        remarks: &str,
    ) -> Result<bool, Failure> {
        let link = store
            .links
            .get("customer", &RecordName::new("contact", contact))
            .await?;
        let Some(link) = link else { return Ok(false) };
        let key = Record::from_iter([("ord".to_owned(), Value::from(link.erp_key))]);
        let present = self.call("customers.get", &key).await?;
        let catalogue = Catalogue::shared();
        let (save, get) = (
            catalogue.find("customers.save-company"),
            catalogue.find("customers.get"),
        );
        let (Some(save), Some(get)) = (save, get) else {
            return Ok(false);
        };
        let mut form = shown(save, get, &present).whole_form();
        form.insert("ord".to_owned(), Value::from(link.erp_key));
        form.insert("email".to_owned(), Value::from(email));
        form.insert("remarks".to_owned(), Value::from(remarks));
        self.call("customers.save-company", &form).await?;
        Ok(true)
    }

    /// Approves a contract; what it is over.
    pub async fn approve(&self, contract: i64) -> Result<String, Failure> {
        let key = [("ord".to_owned(), Value::from(contract))];
        let shown = self
            .call("contracts.get", &Record::from_iter(key.clone()))
            .await?;
        let total = match &shown {
            Answer::Record(record) => record
                .get("Money1")
                .or_else(|| record.get("money1"))
                .and_then(Value::to_text),
            Answer::Document(document) => document.value("money1").and_then(Value::to_text),
            _ => None,
        };
        let total = total.unwrap_or_default();
        let decision = [
            ("@__sp_result", Value::from(1)),
            ("@__sp_money", Value::from(total.as_str())),
            ("@__sp_intro", Value::from("同意")),
        ];
        let decision = decision.map(|(field, value)| (field.to_owned(), value));
        self.call("contracts.approve", &key.into_iter().chain(decision).collect())
            .await?;
        Ok(total)
    }

    /// Signs out.
    pub async fn leave(&self) {
        // The simulated ERP ends with the demonstration.
        let _ = self.erp.close().await;
    }

    async fn call(&self, operation: &str, given: &Record) -> Result<Answer, Failure> {
        let failed = |message: String| {
            Failure::new(
                Exit::Failed,
                operation.to_owned(),
                "working in the simulated ERP",
                message,
            )
        };
        let catalogue = Catalogue::shared();
        let known = catalogue.find(operation);
        let known = known.ok_or_else(|| failed("is no operation".to_owned()))?;
        let arguments = known.check(given);
        let arguments = arguments.map_err(|faults| failed(known.invalid(&faults).to_string()))?;
        let answer = self.erp.call(known, &arguments).await;
        answer.map_err(|error| failed(error.to_string()))
    }
}
