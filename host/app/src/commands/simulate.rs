//! `sunmao simulate`: an ERP to try things on.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging;
use crate::output::{self, Style};
use crate::shutdown::Shutdown;
use clap::Args;
use jiff::civil::DateTime;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use sunmao_simulator::{Error, Fault, FaultError, Faults, Options, Recorder, Replayer, Simulator, Variant};

/// The device name in the lines to copy.
const SERIAL: &str = "SUNMAO01";

/// Run a simulated ERP over invented data, until Ctrl-C; or record a real one, or replay what was recorded
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
    /// The kind of installation
    #[arg(long, default_value_t = Variant::Standard, value_name = "NAME", long_help = variants())]
    variant: Variant,
    /// What goes wrong, how often, such as server-error=0.05; several times or with commas
    #[arg(long, value_name = "KIND=PROBABILITY", value_delimiter = ',', long_help = faults())]
    fault: Vec<String>,
    /// Take what the vendor's pages say and no more, where live servers are more generous: the variant `strict`
    #[arg(long, conflicts_with = "variant")]
    strict: bool,
    /// How long an answer takes that the fault `slow` happens to, in milliseconds
    #[arg(long, default_value_t = 5_000, value_name = "MILLISECONDS")]
    slow: u64,
    /// The time in the ERP's office, which then stands still until POST /_simulator/clock moves it
    #[arg(long, value_name = "2026-03-02T09:00")]
    now: Option<DateTime>,
    /// How many hours of the ERP's time a session lasts
    #[arg(long, default_value_t = Options::default().session_hours)]
    session_hours: u32,
    /// Digits behind the point that it keeps of the prices of a contract's lines, before it reckons with them
    #[arg(long, value_name = "DIGITS")]
    price_digits: Option<u32>,
    /// Pass everything on to the ERP at --upstream, and write each call as an anonymous fixture into this folder
    #[arg(long, value_name = "FOLDER", requires = "upstream", conflicts_with = "replay")]
    record: Option<PathBuf>,
    /// The ERP that is recorded
    #[arg(long, value_name = "URL", requires = "record")]
    upstream: Option<String>,
    /// Answer from the fixtures of this folder
    #[arg(long, value_name = "FOLDER")]
    replay: Option<PathBuf>,
}

fn variants() -> String {
    let names = Variant::ALL.map(|variant| variant.to_string());
    format!("The kind of installation: {}", names.join(", "))
}

fn faults() -> String {
    let names = Fault::ALL.map(|fault| fault.to_string());
    format!(
        "What goes wrong, and how often, from 0 to 1, such as server-error=0.05; several times or with commas. Kinds: {}",
        names.join(", ")
    )
}

impl Simulate {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        logging::start(context, "warn")?;
        output::never_wait();
        let shutdown = Shutdown::listen()?;
        let style = context.style();
        if let (Some(folder), Some(upstream)) = (&self.record, &self.upstream) {
            let recorder = Recorder::start(upstream, folder, self.listen).await;
            let recorder = recorder.map_err(|error| not_started("starting to record", &error))?;
            let address = recorder.base_url();
            place(
                style,
                &address,
                "Calls to it go on to the ERP and are written down",
            );
            shutdown.requested().await;
            let written = recorder.written();
            recorder.stop().await;
            if style == Style::Text {
                output::line(format!("{written} calls written to {}", folder.display()));
            }
            return Ok(());
        }
        if let Some(folder) = &self.replay {
            let replayer = Replayer::start(folder, self.listen).await;
            let replayer = replayer.map_err(|error| not_started("starting to replay", &error))?;
            let fixtures = replayer.fixtures();
            let meaning = format!("It answers from {fixtures} recorded calls; any account signs in");
            place(style, &replayer.base_url(), &meaning);
            shutdown.requested().await;
            replayer.stop().await;
            return Ok(());
        }
        let options = self.options()?;
        let simulator = start(options.clone(), self.listen).await?;
        announce(&simulator, &options, style);
        shutdown.requested().await;
        simulator.stop().await;
        Ok(())
    }

    fn options(&self) -> Result<Options, Failure> {
        let faults: Faults = self.fault.join(",").parse().map_err(|error: FaultError| {
            Failure::new(
                Exit::Usage,
                "--fault",
                "reading the command line",
                error.to_string(),
            )
        })?;
        Ok(Options {
            variant: match self.strict {
                true => Variant::Strict,
                false => self.variant,
            },
            faults,
            slow: Duration::from_millis(self.slow),
            now: self.now,
            session_hours: self.session_hours,
            seed: self.seed,
            size: self.size,
            latency: Duration::from_millis(self.latency),
            session_calls: self.session_calls,
            price_digits: self.price_digits,
            ..Options::default()
        })
    }
}

fn not_started(phase: &'static str, error: &Error) -> Failure {
    Failure::new(Exit::Failed, "", phase, error.to_string())
}

/// Where a recorder or a replayer is to be reached.
fn place(style: Style, base_url: &str, meaning: &str) {
    if style == Style::Json {
        return output::json_line(&json!({ "base_url": base_url }));
    }
    output::line(format!("Listens on {base_url}. {meaning}."));
    output::line(format!("{}={base_url}", crate::environment::ERP_BASE_URL));
    output::line("Ctrl-C ends it.");
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
    if let Some(installation) = installation(options.variant) {
        output::line("and into sunmao.toml:");
        output::line(format!("[erp]\n{installation}"));
    }
    output::line("Ctrl-C ends it.");
}

/// The installations that have to be told of.
fn installation(variant: Variant) -> Option<&'static str> {
    match variant {
        Variant::Legacy => Some("installation = \"legacy\""),
        Variant::Gateway => Some("installation = \"gateway\""),
        Variant::GatewayPlain => Some("installation = \"gateway\"\ngateway_bodies = \"plain\""),
        _ => None,
    }
}
