//! Answers that came another way than by a call of ours.

use crate::decode;
use crate::failure::Report;
use crate::{Error, Installation};
use reqwest::StatusCode;
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Operation};

/// Reads an answer that was recorded from an installation, exactly as the client reads those of its own calls. The
/// arguments matter only for the page that was asked for.
///
/// # Errors
/// What the call would have failed with, words of the ERP's in full: a recording has no secrets that we know of.
pub fn read_answer(
    installation: &Installation,
    operation: &Operation,
    arguments: &Arguments,
    status: StatusCode,
    body: &[u8],
) -> Result<Answer, Error> {
    let report = Report::of(operation, Duration::ZERO);
    decode::answer(installation, operation, arguments, status, body)
        .map_err(|rejection| report.rejected(rejection, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Kind, Record, Value};

    #[test]
    fn a_recorded_answer_is_read_as_one_of_our_own_calls() {
        let catalogue = Catalogue::shared();
        let operation = catalogue.find("customers.list").unwrap();
        let arguments = operation.check(&Record::default()).unwrap();
        let read = |body: &str| {
            read_answer(
                &Installation::Standard,
                operation,
                &arguments,
                StatusCode::OK,
                body.as_bytes(),
            )
        };
        let page = r#"{"header": {"status": 0}, "body": {"source": {"table": {"cols": ["ord"], "rows": [["7"]],
            "page": {"pagesize": 20, "pageindex": 1, "pagecount": 1, "recordcount": 1}}}}}"#;
        let Ok(Answer::Table(table)) = read(page) else {
            panic!("a page");
        };
        assert_eq!(table.rows, [[Value::from("7")]]);
        let refused = read(r#"{"header": {"status": 3, "message": "没有权限"}}"#).unwrap_err();
        assert_eq!(refused.kind(), Kind::Refused);
        assert!(refused.to_string().contains("没有权限"), "{refused}");
    }
}
