//! One file a command, and what they share.

pub mod audit;
pub mod call;
pub mod compile_plugin;
pub mod contacts;
pub mod dead;
pub mod delivery;
pub mod demo;
pub mod doctor;
pub mod erp;
mod extensions;
pub mod flow;
pub mod operations;
pub mod plugin;
pub mod schedule;
pub mod script;
pub mod serve;
pub mod simulate;

use crate::cli::{Cli, Command, Global};
use crate::configuration::{Configuration, Flag, Sources};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::logging;
use crate::output::{self, Style};
use std::path::Path;
use std::time::Instant;
use sunmao_catalogue::CustomFields;

/// What every command is given.
pub struct Context {
    /// The global flags.
    pub global: Global,
    /// The environment and `.env`.
    pub environment: Environment,
    /// When the process began.
    pub started: Instant,
}

impl Context {
    /// Whether people or programs read the output.
    pub fn style(&self) -> Style {
        if self.global.json {
            Style::Json
        } else {
            Style::Text
        }
    }

    /// Where the configuration comes from, with the command's own flags above it.
    pub fn sources(&self, flags: Vec<Option<Flag>>) -> Result<Sources, Failure> {
        let flags = flags.into_iter().flatten().collect();
        Sources::new(self.global.config.as_deref(), &self.environment, flags)
    }

    /// The configuration, with the command's own flags above it.
    pub fn configuration(&self, flags: Vec<Option<Flag>>) -> Result<Configuration, Failure> {
        self.sources(flags)?.read()
    }
}

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
    // It is part of a host that has read all this.
    if let Command::CompilePlugin(compile) = cli.command {
        return compile.run();
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
        Command::Contacts(contacts) => contacts.run(&context).await,
        Command::Flow(flow) => flow.run(&context).await,
        Command::Schedule(schedule) => schedule.run(&context).await,
        Command::Delivery(delivery) => delivery.run(&context).await,
        Command::Dead(dead) => dead.run(&context).await,
        Command::Audit(audit) => audit.run(&context).await,
        Command::CompilePlugin(compile) => compile.run(),
    }
}
