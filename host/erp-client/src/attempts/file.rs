//! The tally on disk: one file for all accounts that a user of this machine signs in with.

use super::Tally;
use crate::Settings;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks whether another process has signed in.
const INTERVAL: Duration = Duration::from_millis(20);

/// One account's place in the file.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    account: String,
    password: u16,
}

/// What is kept of an account. Sixteen bits of a hash are enough to notice that the password was corrected, and far too
/// few to find it by.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    password: u16,
    #[serde(flatten)]
    tally: Tally,
}

impl File {
    pub(super) fn of(path: &Path, settings: &Settings) -> Self {
        let account = format!("{} {}", settings.base_url, settings.username);
        let secret = settings.password.expose_secret();
        let hash = blake3::hash(format!("{account} {secret}").as_bytes());
        let [first, second, ..] = *hash.as_bytes();
        File {
            path: path.to_owned(),
            account,
            password: u16::from_be_bytes([first, second]),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps other processes out until the answer is dropped.
    pub(super) async fn lock(&self, deadline: Instant) -> io::Result<fs::File> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = private().open(self.path.with_extension("lock"))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(INTERVAL).await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The account's tally; that of another password is none.
    pub(super) fn read(&self) -> io::Result<Tally> {
        let mine = self.entries()?.remove(&self.account);
        let mine = mine.filter(|entry| entry.password == self.password);
        Ok(mine.map(|entry| entry.tally).unwrap_or_default())
    }

    /// Replaces the file in one step, so that it is never half written. An account with nothing against it has no place.
    pub(super) fn write(&self, tally: Tally) -> io::Result<()> {
        let mut entries = self.entries()?;
        if tally.is_clean() {
            if entries.remove(&self.account).is_none() {
                return Ok(());
            }
        } else {
            let password = self.password;
            entries.insert(self.account.clone(), Entry { password, tally });
        }
        let draft = self.path.with_extension("draft");
        let file = private().truncate(true).open(&draft)?;
        serde_json::to_writer_pretty(&file, &entries)?;
        file.sync_all()?;
        fs::rename(draft, &self.path)
    }

    fn entries(&self) -> io::Result<BTreeMap<String, Entry>> {
        match fs::read(&self.path) {
            Ok(content) => Ok(serde_json::from_slice(&content)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }
}

/// Files that nobody else may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
