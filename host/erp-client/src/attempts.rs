//! How often an account was turned down, for the whole process: after the third wrong login the ERP asks everybody who
//! uses the account for a captcha, so two is all we ever send, however many clients are made.

use crate::Settings;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

/// Wrong logins ever sent with the same credentials.
const MOST: u32 = 2;

/// The tally of one address, account and password. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Attempts(Arc<Mutex<Tally>>);

#[derive(Debug, Default)]
struct Tally {
    wrong: u32,
    unseen: bool,
    captcha: bool,
}

/// Why no further login is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// The ERP turned the credentials down as often as we let it.
    WrongCredentials,
    /// The ERP asked for a captcha.
    Captcha,
}

impl Attempts {
    /// The tally of these credentials; the registry keeps a keyed hash of them, never themselves.
    pub(crate) fn of(settings: &Settings) -> Self {
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static REGISTRY: LazyLock<Mutex<HashMap<u64, Attempts>>> = LazyLock::new(Mutex::default);
        let hash = KEY.hash_one((
            settings.base_url.as_str(),
            &settings.username,
            settings.password.expose_secret(),
        ));
        let mut registry = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner);
        registry
            .entry(hash)
            .or_insert_with(|| Attempts(Arc::default()))
            .clone()
    }

    /// Whether another login may be sent.
    pub(crate) fn allow(&self) -> Result<(), Exhausted> {
        let tally = self.tally();
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
        *self.tally() = Tally::default();
    }

    /// The credentials were turned down.
    pub(crate) fn turned_down(&self) {
        self.tally().wrong += 1;
    }

    /// The ERP asked for a captcha.
    pub(crate) fn captcha_wanted(&self) {
        self.tally().captcha = true;
    }

    /// A login went out and its answer got lost.
    pub(crate) fn unseen(&self) {
        self.tally().unseen = true;
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
