//! Documents of records.

use serde::{Deserialize, Serialize};
use sunmao_documents::Format;
use utoipa::{IntoParams, ToSchema};

/// How a record is asked for as a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// What it is to be: `html` where nothing is said.
    #[serde(default)]
    #[param(inline)]
    pub format: DocumentFormat,
}

/// The sorts of document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentFormat {
    /// A page that prints on A4.
    #[default]
    Html,
    /// A workbook.
    Xlsx,
}

impl From<DocumentFormat> for Format {
    fn from(format: DocumentFormat) -> Self {
        match format {
            DocumentFormat::Html => Format::Html,
            DocumentFormat::Xlsx => Format::Xlsx,
        }
    }
}
