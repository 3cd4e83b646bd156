//! One file a command, and what they share.

pub mod audit;
pub mod call;
pub mod compile_plugin;
pub mod dead;
pub mod delivery;
pub mod demo;
pub mod doctor;
pub mod erp;
mod extensions;
pub mod flow;
pub mod openapi;
pub mod operations;
pub mod plugin;
pub mod records;
pub mod schedule;
pub mod script;
pub mod serve;
pub mod simulate;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::logging;
use crate::output;
use std::path::Path;
use std::time::Instant;
use sunmao_catalogue::CustomFields;

/// Runs the command and prints its failure, if it fails.
pub async fn run(cli: Cli) -> Exit {
    let json = cli.global.json;
    let ended = dispatch(cli).await;
    output::finish();
    let exit = match ended.and_then(|()| output::check()) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            if json {
                logging::complaint(failure.to_json());
            } else {
                logging::complaint(&failure);
            }
            failure.exit()
        }
    };
    logging::finish();
    exit
}

/// The overlay with the fields that the installation added itself, in the working folder.
pub const CUSTOM_FIELDS: &str = "custom-fields.toml";

/// What the overlay says; none where there is no such file.
///
/// # Errors
/// It cannot be read, or is no overlay.
pub fn custom_fields() -> Result<Option<CustomFields>, Failure> {
    let unsound = |message: String| {
        Failure::new(
            Exit::Configuration,
            CUSTOM_FIELDS,
            "reading the installation's own fields",
            message,
        )
        .with_hint("`sunmao operations show NAME --live --save` writes this file")
    };
    let phase = "reading the installation's own fields";
    let Some(text) = files::read_if_there(Path::new(CUSTOM_FIELDS), Exit::Configuration, phase)? else {
        return Ok(None);
    };
    let fields = CustomFields::read(CUSTOM_FIELDS, &text);
    fields.map(Some).map_err(|error| unsound(error.message))
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        // It is part of a host that has read all this.
        Command::CompilePlugin(compile) => return compile.run(),
        // It says the same wherever it runs.
        Command::OpenApi(openapi) => return openapi.run(),
        _ => {}
    }
    if let Some(fields) = custom_fields()? {
        fields.install(CUSTOM_FIELDS).map_err(|error| {
            Failure::new(
                Exit::Configuration,
                CUSTOM_FIELDS,
                "reading the installation's own fields",
                error.message,
            )
        })?;
    }
    let context = Context {
        started: Instant::now(),
        global: cli.global,
        environment: Environment::read()?,
    };
    match cli.command {
        Command::Demo(demo) => demo.run(&context).await,
        Command::Serve(serve) => serve.run(&context).await,
        Command::Simulate(simulate) => simulate.run(&context).await,
        Command::Operations(operations) => operations.run(&context).await,
        Command::Call(call) => call.run(&context).await,
        Command::Doctor(doctor) => doctor.run(&context).await,
        Command::Erp(erp) => erp.run(&context).await,
        Command::Plugin(plugin) => plugin.run(&context).await,
        Command::Script(script) => script.run(&context).await,
        Command::Records(records) => records.run(&context).await,
        Command::Delivery(delivery) => delivery.run(&context).await,
        Command::Dead(dead) => dead.run(&context).await,
        Command::Flow(flow) => flow.run(&context).await,
        Command::Schedule(schedule) => schedule.run(&context).await,
        Command::Audit(audit) => audit.run(&context).await,
        Command::CompilePlugin(compile) => compile.run(),
        Command::OpenApi(openapi) => openapi.run(),
    }
}
