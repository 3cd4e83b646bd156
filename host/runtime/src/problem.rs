//! Why a service of the host said no.

use sunmao_store::StoreError;

/// Why a service said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({hint})")]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem {
            message: error.to_string(),
            hint: error.hint().to_owned(),
        }
    }
}
