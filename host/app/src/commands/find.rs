//! The operation a user means.

use crate::exit::Exit;
use crate::failure::Failure;
use sunmao_catalogue::{Catalogue, Operation};

/// The operation of a name (`customers.list`, `customers::list`) or a menu id.
///
/// # Errors
/// There is none; the nearest name is in the hint.
pub fn operation<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a Operation, Failure> {
    let found = match name.parse() {
        Ok(id) => catalogue.by_id(id),
        Err(_) => catalogue.find(name),
    };
    found.ok_or_else(|| {
        let hint = match catalogue.nearest(name) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => "`sunmao operations list` shows them all".to_owned(),
        };
        Failure::new(Exit::Usage, name, "", "no such operation").with_hint(hint)
    })
}
