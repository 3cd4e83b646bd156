//! How often an account was turned down: after the third wrong login the ERP asks everybody who uses the account for a
//! captcha, so two is all we ever send, however many clients are made and however often the process is started. What
//! the ERP was not heard to say is counted apart, and asked again ever more rarely.

mod file;
mod report;
mod tally;

use crate::Settings;
use file::File;
use jiff::Timestamp;
pub use report::LoginTally;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
pub(crate) use tally::{Tally, Withheld};
use tokio::time::Instant;

/// The tally of one address, account and password. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Attempts {
    memory: Arc<Mutex<Memory>>,
    file: Option<Arc<File>>,
}

/// What this process knows.
#[derive(Debug, Clone, Default)]
struct Memory {
    tally: Tally,
    /// Why the file does not have it, where it should.
    problem: Option<String>,
}

/// The tally while a login is under way: no other process changes it.
pub(crate) struct Held<'a> {
    attempts: &'a Attempts,
    /// Lets go of the file when dropped.
    lock: Option<std::fs::File>,
}

impl Attempts {
    /// The tally of these credentials; the registry keeps a keyed hash of them, never themselves.
    pub(crate) fn of(settings: &Settings) -> Self {
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static REGISTRY: LazyLock<Mutex<HashMap<u64, Arc<Mutex<Memory>>>>> = LazyLock::new(Mutex::default);
        let hash = KEY.hash_one((
            settings.base_url.as_str(),
            &settings.username,
            settings.password.expose_secret(),
            &settings.attempts_file,
        ));
        let mut registry = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner);
        let file = settings.attempts_file.as_deref();
        Attempts {
            memory: registry.entry(hash).or_default().clone(),
            file: file.map(|path| Arc::new(File::of(path, settings))),
        }
    }

    /// Takes the tally for a login, and with it what other processes have counted. Where the file cannot be had, the
    /// process counts for itself, by the same rules.
    ///
    /// # Errors
    /// Another process was signing in all the time.
    pub(crate) async fn hold(&self, now: Timestamp, deadline: Instant) -> Result<Held<'_>, Withheld> {
        let lock = match &self.file {
            None => None,
            Some(file) => match file.lock(deadline).await {
                Ok(Some(lock)) => self.take_up(file).then_some(lock),
                Ok(None) => return Err(Withheld::Busy),
                Err(error) => {
                    self.note(file, Err(error));
                    None
                }
            },
        };
        let found = {
            let mut memory = self.memory();
            let before = memory.tally;
            memory.tally = before.found_at(now);
            memory.tally != before
        };
        let held = Held { attempts: self, lock };
        if found {
            // The time that counts from now on has to be there at the next look, or it would move with each.
            held.keep();
        }
        Ok(held)
    }

    /// What is counted, without waiting for a login under way.
    pub(crate) fn report(&self, now: Timestamp) -> LoginTally {
        let Memory {
            mut tally,
            mut problem,
        } = self.memory().clone();
        if let Some(file) = &self.file {
            match file.read() {
                Ok(kept) if problem.is_none() => tally = kept,
                Ok(kept) => tally = tally.joined(kept),
                Err(error) => problem = Some(told(file, &error)),
            }
            if file.is_locked() {
                // That login may yet come to a good end.
                tally.out_since = None;
            }
        }
        let path = self.file.as_ref().map(|file| file.path().to_owned());
        LoginTally::of(tally.found_at(now), now, path, problem)
    }

    /// Forgets all that was counted for the account.
    ///
    /// # Errors
    /// The file cannot be had, or another process was signing in all the time.
    pub(crate) async fn clear(&self, deadline: Instant) -> io::Result<()> {
        if let Some(file) = &self.file {
            let Some(_lock) = file.lock(deadline).await? else {
                return Err(io::Error::other("another process is signing in"));
            };
            file.clear()?;
        }
        *self.memory() = Memory::default();
        Ok(())
    }

    /// Why the tally is not kept, where it should be.
    pub(crate) fn problem(&self) -> Option<String> {
        self.memory().problem.clone()
    }

    /// What the file has goes before what this process remembers, but for what could not be written.
    fn take_up(&self, file: &File) -> bool {
        match file.read() {
            Ok(kept) => {
                let mut memory = self.memory();
                memory.tally = match memory.problem {
                    Some(_) => memory.tally.joined(kept),
                    None => kept,
                };
                true
            }
            Err(error) => self.note(file, Err(error)),
        }
    }

    /// Remembers whether the file has what this process knows.
    fn note(&self, file: &File, written: io::Result<()>) -> bool {
        let problem = written.err().map(|error| told(file, &error));
        if let Some(problem) = &problem {
            tracing::warn!(problem, "logins are counted in this process alone");
        }
        let mut memory = self.memory();
        memory.problem = problem;
        memory.problem.is_none()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held<'_> {
    /// Whether another login may be sent.
    pub(crate) fn allow(&self, now: Timestamp) -> Result<(), Withheld> {
        self.attempts.memory().tally.allow(now)
    }

    /// The credentials were accepted: they are right.
    pub(crate) fn accepted(&self) {
        self.change(|tally| *tally = Tally::accepted());
    }

    /// The credentials were turned down.
    pub(crate) fn turned_down(&self) {
        self.change(Tally::turned_down);
    }

    /// The ERP asked for a captcha.
    pub(crate) fn captcha_wanted(&self) {
        self.change(|tally| tally.captcha = true);
    }

    /// A login went out at that time, and nobody saw its outcome.
    pub(crate) fn unseen(&self, since: Timestamp) {
        self.change(|tally| tally.unseen_at(since));
    }

    /// A login goes out. Should the process be ended before its outcome is settled, the file says that it was out.
    pub(crate) fn going_out(&self, now: Timestamp) {
        // Without the lock another client of this process may be signing in as well, and would take it for its own.
        if self.lock.is_some() {
            self.change(|tally| tally.out_since = Some(now));
            self.keep();
        }
    }

    /// The login has come to its end, and the tally stands.
    pub(crate) fn settle(&self) {
        self.change(|tally| tally.out_since = None);
        self.keep();
    }

    fn keep(&self) {
        let tally = self.attempts.memory().tally;
        let (Some(file), true) = (&self.attempts.file, self.lock.is_some()) else {
            return;
        };
        let written = match tally.is_clean() {
            true => file.clear(),
            false => file.write(tally),
        };
        self.attempts.note(file, written);
    }

    fn change(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.attempts.memory().tally);
    }
}

fn told(file: &File, error: &io::Error) -> String {
    format!("{}: {error}", file.path().display())
}
