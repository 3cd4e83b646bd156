//! How often an account was turned down: after the third wrong login the ERP asks everybody who uses the account for a
//! captcha, so two is all we ever send, however many clients are made and however often the process is started.

mod file;

use crate::Settings;
use file::File;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// Wrong logins ever sent with the same credentials.
const MOST: u32 = 2;

/// The tally of one address, account and password. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Attempts {
    memory: Arc<Mutex<Tally>>,
    file: Option<Arc<File>>,
}

/// What is known of the logins so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    wrong: u32,
    unseen: bool,
    /// Not kept beyond the process: once a person has answered the captcha, a restart may try.
    #[serde(skip)]
    captcha: bool,
    /// The file does not have it.
    #[serde(skip)]
    unsaved: bool,
}

impl Tally {
    fn is_clean(&self) -> bool {
        self.wrong == 0 && !self.unseen
    }
}

/// Why no further login is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// The ERP turned the credentials down as often as we let it.
    WrongCredentials,
    /// The ERP asked for a captcha.
    Captcha,
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
        static REGISTRY: LazyLock<Mutex<HashMap<u64, Arc<Mutex<Tally>>>>> = LazyLock::new(Mutex::default);
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

    /// Takes the tally for a login, and with it what other processes have counted. A file that cannot be had is no
    /// reason not to work: the process then counts for itself.
    pub(crate) async fn hold(&self, deadline: Instant) -> Held<'_> {
        let Some(file) = &self.file else {
            return Held {
                attempts: self,
                lock: None,
            };
        };
        let locked = file.lock(deadline).await;
        let lock = match locked.and_then(|lock| Ok((file.read()?, lock))) {
            Ok((kept, lock)) => {
                let mut tally = self.tally();
                // Another process may have signed in since; but what could not be written is not in the file.
                let mine = if tally.unsaved { tally.wrong } else { 0 };
                *tally = Tally {
                    wrong: kept.wrong.max(mine),
                    unseen: kept.unseen || (tally.unsaved && tally.unseen),
                    ..*tally
                };
                Some(lock)
            }
            Err(error) => {
                let file = file.path().display();
                tracing::warn!(%file, %error, "wrong logins are counted in this process alone");
                None
            }
        };
        Held { attempts: self, lock }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held<'_> {
    /// Whether another login may be sent.
    pub(crate) fn allow(&self) -> Result<(), Exhausted> {
        let tally = *self.attempts.tally();
        if tally.captcha {
            return Err(Exhausted::Captcha);
        }
        // Logins whose answer got lost may have been wrong; together they count as one, so that a slow server does not
        // lock a sound account out.
        if tally.wrong > 0 && tally.wrong + u32::from(tally.unseen) >= MOST {
            return Err(Exhausted::WrongCredentials);
        }
        Ok(())
    }

    /// The credentials were accepted: they are right.
    pub(crate) fn accepted(&self) {
        self.change(|tally| *tally = Tally::default());
    }

    /// The credentials were turned down.
    pub(crate) fn turned_down(&self) {
        self.change(|tally| tally.wrong += 1);
    }

    /// The ERP asked for a captcha.
    pub(crate) fn captcha_wanted(&self) {
        self.change(|tally| tally.captcha = true);
    }

    /// A login went out and its answer got lost.
    pub(crate) fn unseen(&self) {
        self.change(|tally| tally.unseen = true);
    }

    /// A login goes out. Should the process be killed before its end is settled, the file counts it as wrong.
    pub(crate) fn going_out(&self) {
        let mut tally = *self.attempts.tally();
        tally.wrong += 1;
        self.write(tally);
    }

    /// The login has come to its end, and the tally stands.
    pub(crate) fn settle(&self) {
        let tally = *self.attempts.tally();
        self.attempts.tally().unsaved = !self.write(tally);
    }

    fn change(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.attempts.tally());
    }

    fn write(&self, tally: Tally) -> bool {
        let (Some(file), true) = (&self.attempts.file, self.lock.is_some()) else {
            return false;
        };
        let written = file.write(tally);
        if let Err(error) = &written {
            let file = file.path().display();
            tracing::warn!(%file, %error, "a login was not counted beyond this process");
        }
        written.is_ok()
    }
}
