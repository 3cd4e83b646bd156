//! Walking all pages of a list.

use crate::exit::Exit;
use crate::failure::Failure;
use sunmao_catalogue::{Answer, Arguments, Operation};
use sunmao_erp_client::ErpClient;

/// All pages of a list.
pub struct Walked {
    /// Their rows as one table.
    pub answer: Answer,
    /// Why the rows may not be all there are.
    pub doubt: Option<Failure>,
}

/// All pages as one table. A page that comes empty or malformed before the last is an error, never the end of the list.
pub async fn walk(erp: &ErpClient, operation: &Operation, arguments: Arguments) -> Result<Walked, Failure> {
    let subject = format!("{} (menu {})", operation.name, operation.id);
    if operation.paging.is_none() {
        return Err(
            Failure::new(Exit::Usage, subject, "before sending", "is no list with pages")
                .with_hint("call it without --all"),
        );
    }
    let mut pages = erp.pages(operation, arguments)?;
    let answer = Answer::Table(pages.collect().await?);
    let doubt = pages.doubt().map(|message| {
        Failure::new(Exit::Failed, subject, "walking the pages", message)
            .with_hint("rows were added or removed meanwhile, or a page came short: call it again")
    });
    Ok(Walked { answer, doubt })
}
