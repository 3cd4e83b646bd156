//! Fields that an installation added itself, kept beside the catalogue in an overlay file:
//!
//! ```toml
//! [customers]
//! zdy1 = "客户等级"    # wire name = label
//! ```

use crate::{Catalogue, CatalogueError};
use std::collections::BTreeMap;

/// Labels by wire name, by object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomFields {
    objects: BTreeMap<String, BTreeMap<String, String>>,
}

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

    /// The wire name of a field of an object, by that name or its label.
    pub(crate) fn wire<'a>(&'a self, object: &str, name: &str) -> Option<&'a str> {
        let fields = self.objects.get(object)?;
        let mut fields = fields.iter();
        let found = fields.find(|(wire, label)| *wire == name || *label == name);
        found.map(|(wire, _)| wire.as_str())
    }

    /// Whether the objects are those of the catalogue. `file` is named in errors.
    ///
    /// # Errors
    /// An object that the catalogue does not have.
    pub fn check(&self, file: &str, catalogue: &Catalogue) -> Result<(), CatalogueError> {
        let Some(unknown) = self
            .objects
            .keys()
            .find(|object| catalogue.object(object).is_none())
        else {
            return Ok(());
        };
        Err(CatalogueError {
            file: file.to_owned(),
            message: format!(
                "no object is called `{unknown}`; `sunmao operations list` shows those there are"
            ),
        })
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
        let catalogue = Catalogue::shared();
        assert!(fields.check("x.toml", &catalogue).is_ok());
        fields.insert("costumers", "zdy1", "客户等级");
        let error = fields.check("x.toml", &catalogue).unwrap_err();
        assert!(error.to_string().contains("costumers"), "{error}");
    }

    #[test]
    fn a_field_of_the_installations_own_is_given_by_its_label() {
        let mut fields = CustomFields::default();
        fields.insert("customers", "zdy1", "客户等级");
        let catalogue = Catalogue::shared();
        let operation = catalogue.find("customers.save-company").unwrap();
        let given = |name: &str| {
            let given = [
                ("name", "榫卯木业"),
                ("sort1", "1"),
                ("person_name", "鲁班"),
                (name, "A"),
            ];
            let given = given.map(|(name, value)| (name.to_owned(), Value::from(value)));
            operation.check_with(&given.into_iter().collect::<Record>(), &fields)
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
        let of_another_account =
            operation.check(&Record::from_iter([("客户等级".to_owned(), Value::from("A"))]));
        assert!(
            of_another_account.is_err(),
            "it is known to those who have the overlay alone"
        );
    }
}
