//! The tally on disk: a file for one account, with what was counted under each password that was tried.

use super::Tally;
use crate::Settings;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks whether another process has signed in.
const INTERVAL: Duration = Duration::from_millis(20);

/// Passwords that are told apart; of more, the one that was tried the longest ago is forgotten.
const LARGEST: usize = 8;

/// One account's file, with the credentials that are counted.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    credentials: blake3::Hash,
}

/// What stands in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// Makes the marks of equal passwords differ from file to file.
    salt: [u8; 32],
    tallies: Vec<Entry>,
}

/// What was counted under some credentials. Sixteen bits of their salted hash are enough to notice that the password was
/// corrected, and far too few to find it by.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Entry {
    credentials: u16,
    tally: Tally,
}

impl File {
    pub(super) fn of(path: &Path, settings: &Settings) -> Self {
        let mut hasher = blake3::Hasher::new();
        let parts = [
            settings.base_url.as_str(),
            settings.username.as_str(),
            settings.password.expose_secret(),
        ];
        for part in parts {
            // The length keeps what ends one part from opening the next.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        File {
            path: path.to_owned(),
            credentials: hasher.finalize(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps other processes out until the answer is dropped; none where another kept us out until the deadline.
    pub(super) async fn lock(&self, deadline: Instant) -> io::Result<Option<fs::File>> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = private().open(self.beside("lock"))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(INTERVAL).await,
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Whether a login is under way.
    pub(super) fn is_locked(&self) -> bool {
        let file = OpenOptions::new().read(true).open(self.beside("lock"));
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// The tally of these credentials. Of a file that was damaged, what has to be assumed.
    pub(super) fn read(&self) -> io::Result<Tally> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Tally::default()),
            Err(error) => return Err(error),
        };
        let Ok(content) = serde_json::from_slice::<Content>(&bytes) else {
            let written = fs::metadata(&self.path)?.modified()?;
            return Ok(Tally::lost(
                Timestamp::try_from(written).unwrap_or(Timestamp::UNIX_EPOCH),
            ));
        };
        let mark = self.mark(&content);
        let mine = content.tallies.iter().find(|entry| entry.credentials == mark);
        Ok(mine.map(|entry| entry.tally).unwrap_or_default())
    }

    /// Replaces the file in one step, so that it is never half written.
    pub(super) fn write(&self, tally: Tally) -> io::Result<()> {
        let kept = fs::read(&self.path).ok();
        let kept = kept.and_then(|bytes| serde_json::from_slice::<Content>(&bytes).ok());
        let mut content = kept.unwrap_or_else(|| Content {
            salt: rand::random(),
            tallies: Vec::new(),
        });
        let credentials = self.mark(&content);
        // The ERP begins anew after a login that it accepted, whatever other passwords were tried.
        let begins_anew = tally == Tally::accepted();
        content
            .tallies
            .retain(|entry| !begins_anew && entry.credentials != credentials);
        content.tallies.push(Entry { credentials, tally });
        let surplus = content.tallies.len().saturating_sub(LARGEST);
        content.tallies.drain(..surplus);
        let draft = self.beside("draft");
        let replaced = replace(&draft, &self.path, &content);
        if replaced.is_err() {
            // What is left of it takes room on a disk that may have none.
            let _ = fs::remove_file(draft);
        }
        replaced
    }

    /// Forgets what was counted, under whatever password.
    pub(super) fn clear(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn mark(&self, content: &Content) -> u16 {
        let [first, second, ..] = *blake3::keyed_hash(&content.salt, self.credentials.as_bytes()).as_bytes();
        u16::from_be_bytes([first, second])
    }

    fn beside(&self, extension: &str) -> PathBuf {
        self.path.with_added_extension(extension)
    }
}

fn replace(draft: &Path, path: &Path, content: &Content) -> io::Result<()> {
    let file = private().truncate(true).open(draft)?;
    serde_json::to_writer(&file, content)?;
    file.sync_all()?;
    fs::rename(draft, path)
}

/// Files that nobody else may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
