//! `sunmao simulate`: an ERP to try things on.

use super::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging;
use crate::output::{self, Style};
use crate::shutdown::Shutdown;
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use sunmao_simulator::{Options, Simulator};

/// The device name in the lines to copy.
const SERIAL: &str = "SUNMAO01";

/// Run a simulated ERP over invented data, until Ctrl-C
#[derive(Debug, Args)]
pub struct Simulate {
    /// Where it listens; port 0 takes any free port
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Decides every generated value
    #[arg(long, default_value_t = Options::default().seed)]
    seed: u64,
    /// Records that each object starts with
    #[arg(long, default_value_t = Options::default().size)]
    size: usize,
    /// How long every call takes, in milliseconds
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS")]
    latency: u64,
    /// Drop a session once it has served this many calls
    #[arg(long, value_name = "CALLS")]
    session_calls: Option<u64>,
}

impl Simulate {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        logging::start(context, "warn")?;
        let shutdown = Shutdown::listen()?;
        let options = Options {
            seed: self.seed,
            size: self.size,
            latency: Duration::from_millis(self.latency),
            session_calls: self.session_calls,
            ..Options::default()
        };
        let simulator = start(options.clone(), self.listen).await?;
        announce(&simulator, &options, context.style());
        shutdown.requested().await;
        simulator.stop().await;
        Ok(())
    }
}

/// Starts a simulator, in this command or in the demonstration.
///
/// # Errors
/// The address cannot be listened on.
pub async fn start(options: Options, listen: SocketAddr) -> Result<Simulator, Failure> {
    Simulator::start(options, listen)
        .await
        .map_err(|error| Failure::new(Exit::Failed, "", "starting the simulated ERP", error.to_string()))
}

/// The variables that point Sunmao at a simulator.
pub fn variables(simulator: &Simulator, options: &Options) -> [(&'static str, String); 4] {
    use crate::environment::{ERP_BASE_URL, ERP_PASSWORD, ERP_SERIAL, ERP_USERNAME};
    [
        (ERP_BASE_URL, simulator.base_url()),
        (ERP_USERNAME, options.username.clone()),
        (ERP_PASSWORD, options.password.clone()),
        (ERP_SERIAL, SERIAL.to_owned()),
    ]
}

fn announce(simulator: &Simulator, options: &Options, style: Style) {
    let variables = variables(simulator, options);
    if style == Style::Json {
        let [base_url, username, password, serial] = variables.map(|(_, value)| value);
        return output::json_line(&json!({
            "base_url": base_url, "username": username, "password": password, "serial": serial,
        }));
    }
    output::line(format!("A simulated ERP listens on {}", simulator.base_url()));
    output::line("Put these lines into .env, or into the environment:");
    for (name, value) in variables {
        output::line(format!("{name}={value}"));
    }
    output::line("Ctrl-C ends it.");
}
