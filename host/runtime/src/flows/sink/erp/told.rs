//! Writes whose effect no page shows: what was told last says whether there is anything to tell.

use super::Writing;
use super::ending::Stands;
use crate::flows::carry::Stop;
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::merge::{Agreed, Left, Vocabulary};
use sunmao_catalogue::{Operation, Record};

impl Writing<'_> {
    /// Whether this flow did the same for the record when it last did anything. Nobody wants the same note twice because
    /// something else about the record changed, nor a colleague's own decision undone. Where the link is still to be made, it
    /// is not done yet.
    pub(super) async fn did(&self, operation: &Operation, arguments: &Record) -> Result<bool, Stop> {
        if self.carrying.flow.link.is_some() && self.link.is_none() {
            return Ok(false);
        }
        let gateway = &self.carrying.host.gateway;
        Ok(gateway.has_applied(&self.caller, operation, arguments).await?)
    }

    /// The end where nothing is left to be done: a link stays as it is.
    pub(super) fn did_before(&self) -> (Keep, Step) {
        let step = match &self.link {
            Some(link) => Step::Unchanged {
                erp_key: link.erp_key,
                number: link.number.clone(),
                undecided: Vec::new(),
                left: Vec::new(),
            },
            None => Step::Skipped {
                policy: self.carrying.flow.name.clone(),
                reason: format!(
                    "{} was done with the same content before",
                    self.sink.operation.name
                ),
            },
        };
        (Keep::default(), step)
    }

    /// The end of a write to a record that was not seen before it. What other flows of the link agreed on stays.
    pub(super) fn told(&self, operation: &Operation, stands: Stands, arguments: &Record) -> (Keep, Step) {
        let mut agreed = Agreed::read(self.link.as_ref().and_then(|link| link.agreed.as_deref()));
        if super::writes_content(operation) {
            let vocabulary = Vocabulary::of_write(&self.carrying.host.catalogue, operation);
            agreed.wrote(vocabulary, arguments, &stands.shown);
        }
        self.linked(stands, agreed, Left::Alike, Vec::new(), true)
    }
}
