//! `sunmao openapi`: the HTTP API's own description, as `cargo xtask generate` commits it.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{http, output};
use clap::Args;
use sunmao_catalogue::{Catalogue, Kinds};

/// Print the OpenAPI document of the HTTP API
#[derive(Debug, Args)]
pub struct OpenApi {}

impl OpenApi {
    pub fn run(self) -> Result<(), Failure> {
        let failed = |message: String| Failure::new(Exit::Failed, "", "describing the HTTP API", message);
        let kinds = Kinds::shipped(&Catalogue::shared()).map_err(|error| failed(error.to_string()))?;
        let document = http::document(&kinds).map_err(|error| failed(error.to_string()))?;
        output::line(document.trim_end());
        Ok(())
    }
}
