//! Answers that came another way than by a call of ours.

use crate::Error;
use crate::decode;
use crate::failure::Report;
use reqwest::StatusCode;
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Operation};

/// Reads an answer that was recorded from an installation, exactly as the client reads those of its own calls. The
/// arguments matter only for the page that was asked for.
///
/// # Errors
/// What the call would have failed with, words of the ERP's in full: a recording has no secrets that we know of.
pub fn read_answer(
    operation: &Operation,
    arguments: &Arguments,
    status: StatusCode,
    body: &[u8],
) -> Result<Answer, Error> {
    let report = Report::of(operation, Duration::ZERO);
    decode::answer(operation, arguments, status, body).map_err(|rejection| report.rejected(rejection, &[]))
}
