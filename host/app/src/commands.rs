//! One file a command, and what they share.

pub mod audit;
pub mod call;
pub mod contacts;
pub mod dead;
pub mod demo;
pub mod doctor;
mod extensions;
pub mod operations;
pub mod plugin;
pub mod script;
pub mod serve;
pub mod simulate;

use crate::cli::{Cli, Command, Global};
use crate::configuration::{Configuration, Flag, Sources};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use std::time::Instant;

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
    match dispatch(cli).await.and_then(|()| output::check()) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            if json {
                output::complaint(failure.to_json());
            } else {
                output::complaint(&failure);
            }
            failure.exit()
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let context = Context {
        started: Instant::now(),
        global: cli.global,
        environment: Environment::read()?,
    };
    match cli.command {
        Command::Demo(demo) => demo.run(&context).await,
        Command::Serve(serve) => serve.run(&context).await,
        Command::Simulate(simulate) => simulate.run(&context).await,
        Command::Operations(operations) => operations.run(&context),
        Command::Call(call) => call.run(&context).await,
        Command::Doctor(doctor) => doctor.run(&context).await,
        Command::Plugin(plugin) => plugin.run(&context).await,
        Command::Script(script) => script.run(&context).await,
        Command::Contacts(contacts) => contacts.run(&context).await,
        Command::Dead(dead) => dead.run(&context).await,
        Command::Audit(audit) => audit.run(&context).await,
    }
}
