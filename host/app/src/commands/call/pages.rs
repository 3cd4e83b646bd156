//! Walking all pages of a list.

mod walk;

use crate::exit::Exit;
use crate::failure::Failure;
use sunmao_catalogue::{Answer, Arguments, Operation, Value};
use sunmao_erp_client::ErpClient;
use walk::{Next, Walk};

/// Rows asked for at once where neither the caller nor the vendor says how many.
const PAGE_SIZE: u32 = 100;

/// All pages of a list.
pub struct Walked {
    /// Their rows as one table.
    pub answer: Answer,
    /// Why the rows may not be all there are.
    pub doubt: Option<Failure>,
}

/// All pages as one table. A page that comes empty or malformed before the last is an error, never the end of the list.
pub async fn walk(
    erp: &ErpClient,
    operation: &Operation,
    mut arguments: Arguments,
) -> Result<Walked, Failure> {
    let subject = format!("{} (menu {})", operation.name, operation.id);
    let Some(paging) = &operation.paging else {
        return Err(
            Failure::new(Exit::Usage, subject, "before sending", "is no list with pages")
                .with_hint("call it without --all"),
        );
    };
    let unsound = |message: String| {
        Failure::new(Exit::Unavailable, subject.clone(), "walking the pages", message)
            .with_hint("ask for the pages one by one, without --all, and look at what comes")
    };
    let most = paging.maximum.unwrap_or(u32::MAX);
    let asked = arguments.get(&paging.size).and_then(Value::as_integer);
    let asked = asked.and_then(|asked| u32::try_from(asked).ok());
    let size = asked.unwrap_or(PAGE_SIZE.min(most));
    arguments.set(&paging.size, Value::from(i64::from(size)));
    // What the ERP holds back of a page that is too large for it is no sign of the end.
    let mut walk = Walk::new(size.min(most) as usize);
    for index in 1.. {
        arguments.set(&paging.index, Value::from(i64::from(index)));
        let Answer::Table(page) = erp.call(operation, &arguments).await? else {
            return Err(unsound(format!("page {index} is no table")));
        };
        match walk.take(index, page).map_err(unsound)? {
            Next::Page => {}
            Next::End => break,
        }
    }
    let doubt = walk.doubt().map(|message| {
        Failure::new(Exit::Failed, subject, "walking the pages", message)
            .with_hint("rows were added or removed meanwhile, or a page came short: call it again")
    });
    Ok(Walked {
        answer: Answer::Table(walk.into_table()),
        doubt,
    })
}
