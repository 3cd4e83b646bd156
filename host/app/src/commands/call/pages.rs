//! Walking all pages of a list.

use crate::exit::Exit;
use crate::failure::Failure;
use sunmao_catalogue::{Answer, Arguments, Operation, Page, Table, Value};
use sunmao_erp_client::ErpClient;

/// Rows asked for at once where neither the caller nor the vendor says how many.
const PAGE_SIZE: u32 = 100;

/// All pages as one table. A page that comes empty before the last is an error, never the end of the list.
pub async fn walk(
    erp: &ErpClient,
    operation: &Operation,
    mut arguments: Arguments,
) -> Result<Answer, Failure> {
    let subject = format!("{} (menu {})", operation.name, operation.id);
    let Some(paging) = &operation.paging else {
        return Err(
            Failure::new(Exit::Usage, subject, "before sending", "is no list with pages")
                .with_hint("call it without --all"),
        );
    };
    if arguments.get(&paging.size).is_none() {
        arguments.set(
            &paging.size,
            Value::from(i64::from(paging.maximum.unwrap_or(PAGE_SIZE))),
        );
    }
    let mut whole = Table::default();
    for index in 1.. {
        arguments.set(&paging.index, Value::from(i64::from(index)));
        let Answer::Table(mut table) = erp.call(operation, &arguments).await? else {
            return Err(unsound(&subject, format!("page {index} is no table")));
        };
        let Page { count, total, .. } = table.page;
        if table.rows.is_empty() && index <= count && total > 0 {
            return Err(unsound(&subject, format!("page {index} of {count} came empty")));
        }
        if count == 0 && !table.rows.is_empty() {
            return Err(unsound(
                &subject,
                "the answer does not say how many pages there are".to_owned(),
            ));
        }
        whole.columns = table.columns;
        whole.rows.append(&mut table.rows);
        if index >= count {
            break;
        }
    }
    let rows = whole.rows.len();
    whole.page = Page {
        size: u32::try_from(rows).unwrap_or(u32::MAX),
        index: 1,
        count: 1,
        total: u64::try_from(rows).unwrap_or(u64::MAX),
    };
    Ok(Answer::Table(whole))
}

fn unsound(subject: &str, message: String) -> Failure {
    Failure::new(Exit::Unavailable, subject, "walking the pages", message)
        .with_hint("ask for the pages one by one, without --all, and look at what comes")
}
