//! The command line: global flags and the list of commands.

use crate::commands::{
    audit, backup, call, compile_plugin, conflict, dead, delivery, demo, doctor, erp, export, flow, import,
    init, kinds, openapi, operations, plugin, records, restore, schedule, script, serve, simulate,
};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{environment, exit, logging};
use clap::{Args, Parser, Subcommand};
use std::io::ErrorKind;
use std::path::PathBuf;

/// The integration host for the 智邦国际 ERP.
#[derive(Debug, Parser)]
#[command(name = "sunmao", version, propagate_version = true, after_help = notes())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The configuration file [default: sunmao.toml in the working folder, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write results, logs and errors as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(demo::Demo),
    Init(init::Init),
    Serve(serve::Serve),
    Simulate(simulate::Simulate),
    Operations(operations::Operations),
    Kinds(kinds::Kinds),
    Call(call::Call),
    Doctor(doctor::Doctor),
    Erp(erp::Erp),
    Plugin(plugin::Plugin),
    Script(script::Script),
    Records(records::Records),
    Import(import::Import),
    Export(export::Export),
    Delivery(delivery::Delivery),
    Dead(dead::Dead),
    Conflict(conflict::Conflict),
    Flow(flow::Flow),
    Schedule(schedule::Schedule),
    Audit(audit::Audit),
    Backup(backup::Backup),
    Restore(restore::Restore),
    #[command(hide = true)]
    CompilePlugin(compile_plugin::CompilePlugin),
    #[command(hide = true, name = "openapi")]
    OpenApi(openapi::OpenApi),
}

/// Reads the command line. Help, the version and errors are printed here; the error says how the process ends.
pub fn read() -> Result<Cli, Exit> {
    Cli::try_parse().map_err(|error| {
        if !error.use_stderr() {
            return shown(&error);
        }
        let wants_json = std::env::args_os().any(|argument| argument == "--json");
        if wants_json {
            let text = error.render().to_string();
            let message = text.trim_start_matches("error: ").trim_end();
            logging::complaint(Failure::new(Exit::Usage, "", "reading the command line", message).to_json());
        } else {
            // What was typed may be the name of a file that another chose.
            logging::complaint(error.render().to_string().trim_end());
        }
        Exit::Usage
    })
}

/// Prints help or the version, which clap treats as an error.
fn shown(text: &clap::Error) -> Exit {
    match text.print() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            logging::complaint(Failure::new(
                Exit::Failed,
                "standard output",
                "writing",
                error.to_string(),
            ));
            Exit::Failed
        }
        _ => Exit::Done,
    }
}

fn notes() -> String {
    format!("{}\n\n{}", exit::table(), environment::table())
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
