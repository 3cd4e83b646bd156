//! One file a command, and what they share.

pub mod audit;
pub mod backup;
pub mod call;
pub mod compile_plugin;
pub mod conflict;
pub mod dead;
pub mod delivery;
pub mod demo;
pub mod doctor;
pub mod erp;
pub mod export;
mod extensions;
mod find;
pub mod flow;
pub mod import;
pub mod init;
pub mod kinds;
pub mod openapi;
pub mod operations;
pub mod plugin;
pub mod records;
pub mod restore;
pub mod schedule;
pub mod script;
pub mod serve;
pub mod simulate;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::custom_fields;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging;
use crate::output;
use std::time::Instant;
use sunmao_catalogue::Catalogue;
use sunmao_runtime::Accounts;

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

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        // It is part of a host that has read all this.
        Command::CompilePlugin(compile) => return compile.run(),
        // It says the same wherever it runs.
        Command::OpenApi(openapi) => return openapi.run(),
        _ => {}
    }
    // Without its tables no command does anything right, nor with an overlay that means none of them.
    Catalogue::try_shared()
        .map_err(|error| Failure::new(Exit::Failed, error.file, "reading the catalogue", error.message))?;
    custom_fields::read(Accounts::MAIN)?;
    let context = Context {
        started: Instant::now(),
        global: cli.global,
        environment: Environment::read()?,
    };
    match cli.command {
        Command::Demo(demo) => demo.run(&context).await,
        Command::Init(init) => init.run(&context).await,
        Command::Serve(serve) => serve.run(&context).await,
        Command::Simulate(simulate) => simulate.run(&context).await,
        Command::Kinds(kinds) => kinds.run(&context),
        Command::Operations(operations) => operations.run(&context).await,
        Command::Call(call) => call.run(&context).await,
        Command::Doctor(doctor) => doctor.run(&context).await,
        Command::Erp(erp) => erp.run(&context).await,
        Command::Plugin(plugin) => plugin.run(&context).await,
        Command::Script(script) => script.run(&context).await,
        Command::Records(records) => records.run(&context).await,
        Command::Import(import) => import.run(&context).await,
        Command::Export(export) => export.run(&context).await,
        Command::Delivery(delivery) => delivery.run(&context).await,
        Command::Conflict(conflict) => conflict.run(&context).await,
        Command::Dead(dead) => dead.run(&context).await,
        Command::Flow(flow) => flow.run(&context).await,
        Command::Schedule(schedule) => schedule.run(&context).await,
        Command::Audit(audit) => audit.run(&context).await,
        Command::Backup(backup) => backup.run(&context).await,
        Command::Restore(restore) => restore.run(&context).await,
        Command::CompilePlugin(compile) => compile.run(),
        Command::OpenApi(openapi) => openapi.run(),
    }
}
