//! The kinds of records and their members.

use super::operations::Parameter;
use serde::{Deserialize, Serialize};
use sunmao_catalogue::{KindSource, RecordKind};
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
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
