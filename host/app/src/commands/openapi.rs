//! `sunmao openapi`: the HTTP API's own description, as `cargo xtask generate` commits it.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{http, output};
use clap::Args;

/// Print the OpenAPI document of the HTTP API
#[derive(Debug, Args)]
pub struct OpenApi {}

impl OpenApi {
    pub fn run(self) -> Result<(), Failure> {
        let document = http::document()
            .map_err(|error| Failure::new(Exit::Failed, "", "describing the HTTP API", error.to_string()))?;
        output::line(document.trim_end());
        Ok(())
    }
}
