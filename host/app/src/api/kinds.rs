//! The kinds of records and their members.

use super::operations::Parameter;
use serde::{Deserialize, Serialize};
use sunmao_catalogue::{EnumValue, Field, FieldType, IdentityForm, KindSource, RecordKind};
use utoipa::ToSchema;

/// All kinds by name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Kinds {
    /// The kinds in a few words.
    pub items: Vec<KindSummary>,
}

/// One kind in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KindSummary {
    /// Its name, such as `contact` or `erp.customers`.
    pub name: String,
    /// Its name for many.
    pub plural: String,
    /// The Chinese label.
    pub label: String,
    /// What it is.
    pub description: String,
    /// Where it is declared: `shipped`, `erp`, or the operator's file.
    pub source: String,
}

/// Everything that is known of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KindDetails {
    /// It in a few words.
    #[serde(flatten)]
    pub summary: KindSummary,
    /// Its members in their order.
    pub fields: Vec<Parameter>,
}

impl From<&RecordKind> for KindSummary {
    fn from(kind: &RecordKind) -> Self {
        KindSummary {
            name: kind.name.clone(),
            plural: kind.plural.clone(),
            label: kind.label.clone(),
            description: kind.description.clone(),
            source: match &kind.source {
                KindSource::Shipped => "shipped".to_owned(),
                KindSource::Operator { file } => file.clone(),
                KindSource::Erp { .. } => "erp".to_owned(),
            },
        }
    }
}

impl From<&RecordKind> for KindDetails {
    fn from(kind: &RecordKind) -> Self {
        KindDetails {
            summary: kind.into(),
            fields: kind.fields.iter().map(Parameter::of_member).collect(),
        }
    }
}

impl From<KindDetails> for RecordKind {
    /// The kind as the host that answered has it, which may have other files than this command.
    fn from(details: KindDetails) -> Self {
        let summary = details.summary;
        let source = match summary.source.as_str() {
            "shipped" => KindSource::Shipped,
            "erp" => KindSource::Erp {
                object: summary.name.trim_start_matches("erp.").to_owned(),
            },
            file => KindSource::Operator {
                file: file.to_owned(),
            },
        };
        RecordKind {
            name: summary.name,
            plural: summary.plural,
            label: summary.label,
            description: summary.description,
            fields: details.fields.into_iter().map(member).collect(),
            source,
        }
    }
}

/// A form that this version does not know is none that it compares by.
fn form(told: String) -> Option<IdentityForm> {
    serde_json::from_value(told.into()).ok()
}

fn member(told: Parameter) -> Field {
    let values = told.values.into_iter();
    Field {
        name: told.name.replace('_', "-"),
        kind: match told.kind.as_str() {
            "integer" => FieldType::Int,
            "decimal" => FieldType::Decimal,
            "boolean" => FieldType::Bool,
            "date" => FieldType::Date,
            "time" => FieldType::Time,
            "list" => FieldType::List,
            "record" => FieldType::Object,
            _ => FieldType::String,
        },
        identity: told.identity.and_then(form),
        group: told.group.and_then(form),
        rules: told.rules.map(Into::into).unwrap_or_default(),
        values: values.map(|(code, label)| EnumValue { code, label }).collect(),
        fields: told.fields.into_iter().map(member).collect(),
        wire: told.wire,
        label: told.label,
        description: told.description,
        required: told.required,
        max_length: told.max_length,
        minimum: told.minimum,
        maximum: told.maximum,
        personal: told.personal,
        reference: told.reference,
        values_are_sample: told.values_are_sample,
        ..Field::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Kinds as Known};

    fn forget_defaults(fields: &mut [Field]) {
        for field in fields {
            field.default = None;
            forget_defaults(&mut field.fields);
        }
    }

    /// All that reading and writing tables looks at.
    #[test]
    fn a_kind_is_the_same_behind_the_api() {
        for kind in Known::shipped(&Catalogue::shared()).unwrap().own() {
            let told = serde_json::to_string(&KindDetails::from(&**kind)).unwrap();
            let told: KindDetails = serde_json::from_str(&told).unwrap();
            let mut kept = (**kind).clone();
            forget_defaults(&mut kept.fields);
            assert_eq!(RecordKind::from(told), kept);
        }
    }
}
