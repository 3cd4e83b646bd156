//! Codes in the place of labels that were given, by the operations that list them.

use super::{Call, Errand, Line};
use crate::Error;
use crate::failure::Report;
use crate::labels::{Found, Labelled, Labels};

use sunmao_catalogue::{Arguments, Value};
use tokio::time::Instant;

impl Line {
    /// The arguments with codes in place of the labels that were given; none where there are no labels.
    pub(crate) async fn resolved(&self, call: &Call<'_>) -> Result<Option<Arguments>, Error> {
        let labelled = Labels::given(call.operation, call.arguments);
        if labelled.is_empty() {
            return Ok(None);
        }
        let mut arguments = call.arguments.clone();
        for label in &labelled {
            if let Some(code) = self.code(call, label).await? {
                arguments.set(label.wire(), Value::from(code));
            }
        }
        Ok(Some(arguments))
    }

    /// The code of a label, where the look-up knows it.
    pub(crate) async fn code(&self, call: &Call<'_>, label: &Labelled<'_>) -> Result<Option<i64>, Error> {
        let Some(lookup) = self.catalogue.find(label.lookup()) else {
            return Ok(None);
        };
        let mut found = Found::Nothing;
        for column in label.columns() {
            let list = async |arguments: Arguments| {
                let limit = call.deadline.saturating_duration_since(Instant::now());
                let call = Call {
                    operation: lookup,
                    arguments: &arguments,
                    report: &Report::of(lookup, limit),
                    errand: Errand::Aside,
                    ..*call
                };
                self.repeated(&call).await.map_err(|failed| failed.error)
            };
            found = self.labels.look(label, column, lookup, list).await?;
            if found != Found::Nothing {
                break;
            }
        }
        Labels::code(label, found, lookup, call.report)
    }
}
