//! What befalls the host, one thing at a time, and how each is brought about and ended.

use super::disk::Disk;
use super::host::{Host, Log};
use super::relay::{Line, Relay};
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use sunmao_simulator::Simulator;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Far enough ahead that a due time computed from it would never come.
const AHEAD_SECONDS: i64 = 400 * 24 * 3600;
const BACK_SECONDS: i64 = -24 * 3600;
/// More than the host has descriptors for.
const CONNECTIONS: usize = 400;
const SLOW: Duration = Duration::from_millis(1500);

/// One kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hazard {
    LogClosed,
    LogDiskFull,
    StoreDiskFull,
    ErpDown,
    ErpSlow,
    AnswersLost,
    SessionsLost,
    /// While the ERP is down, so that what is put off is put off by a wrong clock.
    ClockAhead,
    ClockBack,
    TerminalClosed,
    DescriptorsUsedUp,
}

impl Hazard {
    pub const ALL: [Hazard; 11] = [
        Hazard::LogClosed,
        Hazard::LogDiskFull,
        Hazard::StoreDiskFull,
        Hazard::ErpDown,
        Hazard::ErpSlow,
        Hazard::AnswersLost,
        Hazard::SessionsLost,
        Hazard::ClockAhead,
        Hazard::ClockBack,
        Hazard::TerminalClosed,
        Hazard::DescriptorsUsedUp,
    ];

    /// Whether a host may give up under it; whoever keeps it running starts it again.
    pub fn may_end_it(self) -> bool {
        self == Hazard::StoreDiskFull
    }
}

/// Everything that hazards happen to.
pub struct Scene<'a> {
    pub simulator: &'a Simulator,
    pub relay: &'a Relay,
    pub disk: &'a Disk,
    pub clock_file: &'a Path,
    pub url: Arc<RwLock<String>>,
    held: JoinSet<()>,
}

impl<'a> Scene<'a> {
    pub fn new(
        simulator: &'a Simulator,
        relay: &'a Relay,
        disk: &'a Disk,
        clock_file: &'a Path,
        host: &Host,
    ) -> Self {
        Scene {
            simulator,
            relay,
            disk,
            clock_file,
            url: host.url(),
            held: JoinSet::new(),
        }
    }

    pub async fn begin(&mut self, hazard: Hazard, host: &mut Host) {
        match hazard {
            Hazard::LogClosed => self.log_to(Log::Closed, host).await,
            Hazard::LogDiskFull => self.log_to(Log::Full, host).await,
            Hazard::StoreDiskFull => self.disk.fill(host.process()),
            Hazard::ErpDown => self.relay.set(Line::Down),
            Hazard::ErpSlow => self.relay.set(Line::Slow(SLOW)),
            Hazard::AnswersLost => self.relay.set(Line::Deaf),
            Hazard::SessionsLost => drop(self.simulator.drop_sessions()),
            Hazard::ClockAhead => {
                self.relay.set(Line::Down);
                self.clock(AHEAD_SECONDS);
            }
            Hazard::ClockBack => self.clock(BACK_SECONDS),
            Hazard::TerminalClosed => host.signal("-HUP").await,
            Hazard::DescriptorsUsedUp => self.hold_connections(),
        }
    }

    /// Again and again while the hazard lasts.
    pub async fn go_on(&mut self, hazard: Hazard, host: &Host) {
        match hazard {
            Hazard::SessionsLost => drop(self.simulator.drop_sessions()),
            Hazard::TerminalClosed => host.signal("-HUP").await,
            Hazard::DescriptorsUsedUp => self.hold_connections(),
            _ => {}
        }
    }

    pub async fn end(&mut self, hazard: Hazard, host: &mut Host) {
        match hazard {
            Hazard::LogClosed | Hazard::LogDiskFull => self.log_to(Log::File, host).await,
            Hazard::StoreDiskFull => self.disk.free(host.process()),
            Hazard::ErpDown | Hazard::ErpSlow | Hazard::AnswersLost => self.relay.set(Line::Open),
            Hazard::ClockAhead => {
                self.clock(0);
                self.relay.set(Line::Open);
            }
            Hazard::ClockBack => self.clock(0),
            Hazard::DescriptorsUsedUp => self.held.abort_all(),
            Hazard::SessionsLost | Hazard::TerminalClosed => {}
        }
    }

    /// The log is opened at the start.
    async fn log_to(&self, log: Log, host: &mut Host) {
        host.log_to(log);
        host.kill().await;
    }

    fn clock(&self, seconds: i64) {
        let aside = self.clock_file.with_extension("new");
        std::fs::write(&aside, seconds.to_string()).expect("clock");
        std::fs::rename(aside, self.clock_file).expect("clock");
    }

    /// Connections that send half a request and then nothing, as many as the host must not have.
    fn hold_connections(&mut self) {
        while self.held.try_join_next().is_some() {}
        let url = self.url.read().expect("url").clone();
        let Some(address) = url.strip_prefix("http://").map(str::to_owned) else {
            return;
        };
        for _ in self.held.len()..CONNECTIONS {
            let address = address.clone();
            self.held.spawn(async move {
                let Ok(mut connection) = TcpStream::connect(&address).await else {
                    return;
                };
                let half = format!("PUT /v1/records/contact/half HTTP/1.1\r\nHost: {address}\r\n");
                if connection.write_all(half.as_bytes()).await.is_ok() {
                    // Until the host ends it.
                    let _ = connection.readable().await;
                }
            });
        }
    }
}
