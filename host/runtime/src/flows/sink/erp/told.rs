//! Writes whose effect no page shows: what was told last says whether there is anything to tell.

use super::Writing;
use super::ending::Stands;
use crate::flows::carry::Stop;
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::merge::{Agreed, Left, Vocabulary};
use sunmao_catalogue::{Operation, Record};
use sunmao_store::{IntentOutcome, Link};

impl Writing<'_> {
    /// The link, where this flow has told the ERP just this of the record, and nothing else since. What a colleague has done
    /// with it meanwhile then stays.
    pub(super) async fn told_already(
        &self,
        operation: &Operation,
        arguments: &Record,
    ) -> Result<Option<&Link>, Stop> {
        let Some(link) = &self.link else {
            return Ok(None);
        };
        let host = self.carrying.host;
        let subject = self.carrying.name.to_string();
        let actor = self.caller.actor.to_string();
        let known = host.store.intents.of_subject(&subject, super::EARLIER).await?;
        let mut own = known.iter().filter(|intent| {
            let write = &intent.write;
            write.operation == operation.name && write.extension == actor
        });
        let is_told = own.next().is_some_and(|last| {
            let gateway = &host.gateway;
            last.outcome == IntentOutcome::Applied
                && gateway.is_same(&self.caller, operation, arguments, &last.write)
        });
        Ok(is_told.then_some(link))
    }

    /// The end where nothing is to be told: the link stays as it is.
    pub(super) fn nothing_to_tell(link: &Link) -> (Keep, Step) {
        let step = Step::Unchanged {
            erp_key: link.erp_key,
            number: link.number.clone(),
            undecided: Vec::new(),
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
