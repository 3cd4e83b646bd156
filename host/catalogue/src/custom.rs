//! Fields that an installation added itself, kept beside the catalogue in an overlay file:
//!
//! ```toml
//! [customers]
//! zdy1 = "客户等级"    # wire name = label
//! ```

use crate::{Catalogue, CatalogueError};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Labels by wire name, by object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomFields {
    objects: BTreeMap<String, BTreeMap<String, String>>,
}

/// What the shared catalogue will be made with.
static OVERLAY: Mutex<Option<CustomFields>> = Mutex::new(None);

impl CustomFields {
    /// Reads an overlay. `file` is named in errors.
    ///
    /// # Errors
    /// The text is no TOML of that shape.
    pub fn read(file: &str, text: &str) -> Result<Self, CatalogueError> {
        let objects = toml::from_str(text).map_err(|error| CatalogueError {
            file: file.to_owned(),
            message: format!("{error}; write a table for each object, with `wire-name = \"label\"` lines"),
        })?;
        Ok(CustomFields { objects })
    }

    /// The overlay as text, objects and fields in alphabetical order.
    pub fn text(&self) -> String {
        // Maps of text have a TOML form.
        let tables = toml::to_string(&self.objects).unwrap_or_default();
        format!("# Fields that this installation added itself: wire name = label.\n\n{tables}")
    }

    /// Adds a field of an object, or gives it another label.
    pub fn insert(&mut self, object: &str, wire: &str, label: &str) {
        let fields = self.objects.entry(object.to_owned()).or_default();
        fields.insert(wire.to_owned(), label.to_owned());
    }

    /// The fields of an object: wire names and labels.
    pub fn of(&self, object: &str) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.objects.get(object).into_iter().flatten();
        fields.map(|(wire, label)| (wire.as_str(), label.as_str()))
    }

    /// Lets the shared catalogue know these fields. It is made once, so this has to come before its first use.
    ///
    /// # Errors
    /// An object that the catalogue does not have.
    pub fn install(self, file: &str) -> Result<(), CatalogueError> {
        let catalogue = Catalogue::load()?;
        let known = |object: &&String| catalogue.objects().any(|(known, _)| known == object.as_str());
        if let Some(unknown) = self.objects.keys().find(|object| !known(object)) {
            return Err(CatalogueError {
                file: file.to_owned(),
                message: format!(
                    "no object is called `{unknown}`; `sunmao operations list` shows those there are"
                ),
            });
        }
        *OVERLAY.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
        Ok(())
    }

    pub(crate) fn installed() -> CustomFields {
        let overlay = OVERLAY.lock().unwrap_or_else(PoisonError::into_inner);
        overlay.clone().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Record, Value};

    #[test]
    fn an_overlay_is_read_as_it_is_written() {
        let mut fields = CustomFields::default();
        fields.insert("customers", "zdy2", "等级 \"A\"");
        fields.insert("customers", "zdy1", "客户等级");
        let read = CustomFields::read("custom-fields.toml", &fields.text()).unwrap();
        assert_eq!(read, fields);
        assert_eq!(read.of("customers").next(), Some(("zdy1", "客户等级")));
        let error = CustomFields::read("custom-fields.toml", "customers = 1").unwrap_err();
        assert!(error.to_string().contains("custom-fields.toml"), "{error}");
        assert!(fields.clone().install("x.toml").is_ok());
        fields.insert("costumers", "zdy1", "客户等级");
        let error = fields.install("x.toml").unwrap_err();
        assert!(error.to_string().contains("costumers"), "{error}");
    }

    #[test]
    fn a_field_of_the_installations_own_is_given_by_its_label() {
        let mut fields = CustomFields::default();
        fields.insert("customers", "zdy1", "客户等级");
        let catalogue = Catalogue::load().unwrap().with_custom_fields(&fields);
        let operation = catalogue.find("customers.save-company").unwrap();
        let given = |name: &str| {
            let given = [
                ("name", "榫卯木业"),
                ("sort1", "1"),
                ("person_name", "鲁班"),
                (name, "A"),
            ];
            let given = given.map(|(name, value)| (name.to_owned(), Value::from(value)));
            operation.check(&given.into_iter().collect::<Record>())
        };
        for name in ["客户等级", "zdy1"] {
            assert_eq!(
                given(name).unwrap().get("zdy1"),
                Some(&Value::from("A")),
                "{name}"
            );
        }
        let faults = given("客户级别").unwrap_err();
        assert_eq!(faults.len(), 1);
    }
}
