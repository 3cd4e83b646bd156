//! What becomes of a record when some of its members are given anew.

use crate::{Field, FieldFault, Record, RecordKind, Value};
use serde::Deserialize;

impl RecordKind {
    /// The record that is kept under `id` with the members that `patch` gives: null empties a member, what is left out
    /// stays (a merge patch, RFC 7396, of one level: a list is given whole). The whole is checked as
    /// [`RecordKind::read`] does. A member that is given as it is, in another spelling
    /// ([`Field::says_the_same`]), stays as it is.
    ///
    /// # Errors
    /// Every fault of the whole, nested ones included.
    pub fn patched(
        &self,
        id: &str,
        kept: Option<&Record>,
        patch: serde_json::Value,
    ) -> Result<Record, Vec<FieldFault>> {
        let Ok(Value::Record(patch)) = Value::deserialize(&patch) else {
            return self.read(id, patch);
        };
        let mut whole = kept.cloned().unwrap_or_default();
        for (name, value) in *patch {
            let field = self.field(&name);
            let name = field.map_or(name, Field::snake_name);
            let stays = field.zip(kept.and_then(|kept| kept.get(&name)));
            if !stays.is_some_and(|(field, kept)| field.says_the_same(kept, &value)) {
                whole.insert(name, value);
            }
        }
        self.checked(id, &whole)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Catalogue, Kinds};
    use serde_json::json;

    fn patched(kind: &str, kept: &serde_json::Value, patch: serde_json::Value) -> serde_json::Value {
        let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
        let kind = kinds.find(kind).unwrap();
        let kept = kind.read("c-1", kept.clone()).unwrap();
        match kind.patched("c-1", Some(&kept), patch) {
            Ok(record) => serde_json::to_value(&record).unwrap(),
            Err(faults) => json!(faults.iter().map(|fault| fault.field.clone()).collect::<Vec<_>>()),
        }
    }

    #[test]
    fn what_is_given_is_changed_and_the_rest_stays() {
        let kept = json!({"wx_id": "wx-1", "real_name": "李明", "phone": "17700000001", "score": 3});
        let patch = json!({"id": "c-1", "real-name": "李小明", "score": null, "notes": ""});
        let whole = json!({"wx_id": "wx-1", "real_name": "李小明", "phone": "17700000001"});
        assert_eq!(patched("contact", &kept, patch).to_string(), whole.to_string());
        let faults = patched("contact", &kept, json!({"score": 200, "zebra": 1}));
        assert_eq!(faults, json!(["zebra", "score"]));
        let contract = json!({"subject": "门窗", "customer": "c-1"});
        assert_eq!(
            patched("contract", &contract, json!({"subject": null})),
            json!(["subject"])
        );
    }

    /// A program for tables takes zeros off, spaces away and `+86` for a formula.
    #[test]
    fn what_only_reads_otherwise_stays_as_it_is() {
        let kept =
            json!({"phone": "+86 177-0000-0001", "real_name": " 李明\r\n", "remark": "  ", "summary": "a"});
        let patch = json!({"phone": "17700000001", "real_name": "李明", "remark": null, "summary": "A"});
        let whole =
            json!({"remark": "  ", "real_name": " 李明\r\n", "phone": "+86 177-0000-0001", "summary": "A"});
        assert_eq!(patched("contact", &kept, patch).to_string(), whole.to_string());
        let kept = json!({"subject": "门", "customer": "c-1", "total": "1200.50"});
        let patch = json!({"total": "1200.5", "subject": "门"});
        assert_eq!(patched("contract", &kept, patch)["total"], "1200.50");
        assert_eq!(
            patched("contract", &kept, json!({"total": "1200.51"}))["total"],
            "1200.51"
        );
        assert_eq!(
            patched(
                "contact",
                &json!({"phone": "17700000001"}),
                json!({"phone": "17700000002"})
            )["phone"],
            "17700000002"
        );
    }
}
