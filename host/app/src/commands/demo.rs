//! `sunmao demo`: a simulated ERP and the host in one process. First a day of the integration, compressed; then contacts on
//! their way from one to the other, while whoever watches changes what decides about them.

mod colleague;
mod contacts;
mod day;
mod files;
mod narrator;

use super::simulate;
use crate::configuration::{Configuration, Flag, Sources};
use crate::context::Context;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::Running;
use crate::output;
use crate::shutdown::{self, Shutdown};
use crate::{access, logging, reload};
use clap::Args;
use colleague::{Colleague, SHARED_PHONE};
use contacts::Filer;
use files::Files;
use narrator::{Narrator, Places};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use sunmao_runtime::{Clock, Webhooks};
use sunmao_simulator::{Options, Simulator};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval_at, sleep, sleep_until};

/// How long a call of the simulated ERP takes: a real one takes longer still.
const LATENCY: Duration = Duration::from_millis(60);
/// A new contact is filed this often once the first ones are through.
const PAUSE: Duration = Duration::from_secs(4);
/// The contact whose customer a colleague corrects, with its e-mail and the remarks from then on.
const CORRECTED: (&str, &str, &str) = ("demo-01", "office@haiyue.example.com", "月结客户，发票寄总部");
/// The longest that --seconds may be: a year.
const LONGEST: u64 = 60 * 60 * 24 * 365;
/// The first contacts are waited for this long; something may be broken that the user is about to mend.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the demonstration shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Act {
    /// A day of the integration, on a clock that is moved ahead: from a lead to money, a ticket and its repair.
    Day,
    /// Contacts on their way, and what to try meanwhile.
    Contacts,
}

/// Show a day of the integration, then the whole way of a contact: a simulated ERP, the host, a policy, a mapping
#[derive(Debug, Args)]
pub struct Demo {
    /// Only one of both
    #[arg(long, value_name = "ACT", value_enum)]
    only: Option<Act>,
    /// End this many seconds after the first contacts are through [default: at Ctrl-C]
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=LONGEST))]
    seconds: Option<u64>,
    /// File this many contacts at the beginning
    #[arg(long, default_value_t = 12)]
    contacts: usize,
    /// Work in a temporary folder and leave nothing behind
    #[arg(long)]
    fresh: bool,
    /// Where the built plugins lie
    #[arg(long, value_name = "FOLDER", default_value = "plugins/dist")]
    plugins_folder: PathBuf,
    /// Where the scripts lie
    #[arg(long, value_name = "FOLDER", default_value = "scripts")]
    scripts_folder: PathBuf,
}

impl Demo {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        // The narrator tells of broken and changed extensions; the log would say it twice.
        logging::start(context, "error,sunmao_runtime=off")?;
        output::never_wait();
        let shutdown = Shutdown::listen()?;
        tokio::select! {
            outcome = self.perform(context, &shutdown) => outcome,
            () = shutdown.insisted() => Err(shutdown::cut_short()),
        }
    }

    /// From the start to an orderly stop.
    async fn perform(&self, context: &Context, shutdown: &Shutdown) -> Result<(), Failure> {
        let files = Files::prepare(self.fresh, &self.plugins_folder, &self.scripts_folder).await?;
        if self.only != Some(Act::Contacts) {
            day::play(context, &self.plugins_folder, shutdown).await?;
        }
        if self.only == Some(Act::Day) || shutdown.is_requested() || !output::is_read() {
            return Ok(());
        }
        let options = Options {
            latency: LATENCY,
            ..Options::default()
        };
        let simulator = simulate::start(options.clone(), any_port()).await?;
        let stage = self.stage(context, &files, &simulator, &options).await?;
        let played = self.play(&stage, context, shutdown).await;
        let stopped = stage.running.stop().await;
        simulator.stop().await;
        played.and(stopped)
    }

    /// Everything that runs beside the simulated ERP.
    async fn stage(
        &self,
        context: &Context,
        files: &Files,
        simulator: &Simulator,
        options: &Options,
    ) -> Result<Stage, Failure> {
        // Only the simulated ERP's variables: whatever the user has set up, no real ERP is touched.
        let variables = simulate::variables(simulator, options);
        let environment = Environment::of(
            variables
                .clone()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )?;
        let sources = Sources::new(Some(&files.configuration), &environment, self.flags(files))?;
        let configuration: Configuration = sources.read()?;
        let erp = access::accounts(&environment, &configuration)?;
        // Another client is another session: the staff work beside the host.
        let staff = access::accounts(&environment, &configuration)?;
        let colleague = staff.get(None).cloned().map(Colleague::new);
        let running = Running::start(configuration, erp, Webhooks::new(), Clock::system()).await?;
        let places = Places {
            erp: simulator.base_url(),
            host: format!("http://{}", running.address),
            files: files.clone(),
            plugins_folder: self.plugins_folder.clone(),
            scripts_folder: self.scripts_folder.clone(),
            variables,
            ready: context.started.elapsed(),
        };
        Ok(Stage {
            running,
            sources,
            places,
            colleague,
        })
    }

    fn flags(&self, files: &Files) -> Vec<Flag> {
        let path = |path: &PathBuf| Some(path.display().to_string());
        let flags = [
            Flag::given("--listen", "server.listen", Some(any_port())),
            Flag::given("--store", "store.path", path(&files.store)),
            Flag::given(
                "--cache-folder",
                "extensions.cache_folder",
                path(&files.cache_folder),
            ),
            Flag::given(
                "--plugins-folder",
                "extensions.plugins_folder",
                path(&self.plugins_folder),
            ),
            Flag::given(
                "--scripts-folder",
                "extensions.scripts_folder",
                path(&self.scripts_folder),
            ),
        ];
        flags.into_iter().flatten().collect()
    }

    /// Files contacts and tells what becomes of them, until the end.
    async fn play(&self, stage: &Stage, context: &Context, shutdown: &Shutdown) -> Result<(), Failure> {
        let parts = &stage.running.parts;
        let mut progress = parts.flows.progress();
        let mut changes = parts.extensions.changes();
        let mut narrator = Narrator::new(context.style(), parts.extensions.status());
        let mut filer = Filer::new(&stage.places.host)?;
        let follower = tokio::spawn(reload::follow(
            parts.clone(),
            stage.sources.clone(),
            shutdown.reloads(),
        ));
        narrator.welcome(&stage.places);
        for _ in 0..self.contacts {
            if shutdown.is_requested() {
                break;
            }
            narrator.filed(filer.next().await?);
        }
        let mut opening = true;
        let mut patience = Box::pin(sleep(PATIENCE));
        let mut end = Box::pin(sleep_until(far_away()));
        let mut pause = interval_at(far_away(), PAUSE);
        let outcome = loop {
            if opening && (narrator.nothing_underway() || patience.is_elapsed()) {
                opening = false;
                stage.second_act(&mut narrator, &filer).await?;
                narrator.suggest(&stage.places);
                pause.reset_after(PAUSE);
                if let Some(seconds) = self.seconds {
                    end.as_mut().reset(Instant::now() + Duration::from_secs(seconds));
                }
            }
            tokio::select! {
                step = progress.recv() => match step {
                    Ok(step) => narrator.step(step),
                    Err(RecvError::Lagged(missed)) => narrator.missed(missed),
                    Err(RecvError::Closed) => break Ok(()),
                },
                Ok(()) = changes.changed() => narrator.extensions(parts.extensions.status()),
                _ = pause.tick() => narrator.filed(filer.next().await?),
                () = &mut patience, if opening => {}
                () = &mut end => break Ok(()),
                () = shutdown.requested() => break Ok(()),
                () = output::unread() => break Ok(()),
            }
        };
        follower.abort();
        narrator.farewell();
        outcome
    }
}

/// The host on its stage.
struct Stage {
    running: Running,
    sources: Sources,
    places: Places,
    colleague: Option<Colleague>,
}

impl Stage {
    /// What happens once the first contacts are through: a colleague corrects a customer in the ERP, and a contact turns up
    /// that two of the ERP's customers could be.
    async fn second_act(&self, narrator: &mut Narrator, filer: &Filer) -> Result<(), Failure> {
        let Some(colleague) = &self.colleague else {
            return Ok(());
        };
        let parts = &self.running.parts;
        let (contact, email, remarks) = CORRECTED;
        if colleague
            .correct(&parts.host.store, contact, email, remarks)
            .await?
        {
            narrator.corrected(contact, email);
            parts.flows.run("customer-pull").await?;
        }
        colleague.enter_two_of_one_phone().await?;
        narrator.entered_twice(SHARED_PHONE);
        colleague.leave().await;
        narrator.filed(filer.of_two().await?);
        Ok(())
    }
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A time that does not come.
fn far_away() -> Instant {
    Instant::now() + Duration::from_secs(LONGEST)
}

/// What the demonstration cannot do without.
fn missing(file: &std::path::Path, hint: &str) -> Failure {
    Failure::new(
        Exit::Configuration,
        file.display().to_string(),
        "preparing the demonstration",
        "is not there",
    )
    .with_hint(hint)
}
