//! Compiling in a process of its own. A file may make the compiler take any amount of memory and time; apart, it has so
//! much of either and no more, and whatever becomes of it the host goes on. What it compiles lies in the code cache, where
//! the host then finds it.

use super::engine::{self, EngineError};
use super::verdicts::{Verdict, Verdicts};
use crate::load_error::LoadError;
use crate::texts::cut;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

/// What to do about a file that is no sound component.
pub const IS_A_COMPONENT: &str =
    "a plugin is a WebAssembly component; build it with `cargo xtask guests` or wit-component";
/// Longest message of a compiler that is passed on.
const LONGEST_MESSAGE: usize = 4 * 1024;
/// What the process itself takes beside the compiler.
const OWN_MEGABYTES: u64 = 64;

/// How much compiling one file may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileBounds {
    /// Memory in MiB.
    pub megabytes: u64,
    /// Time in seconds.
    pub seconds: u64,
}

/// The program that compiles: called with `compile-plugin` and the bounds, it hands its standard input
/// to [`compile_here`]. It ends with code 1, and says on its standard output what is wrong, where the file is no sound
/// component.
#[derive(Debug)]
pub struct Compiler {
    program: PathBuf,
    cache_folder: PathBuf,
    bounds: CompileBounds,
    verdicts: Verdicts,
    /// As many at once as there are cores.
    turns: Semaphore,
}

impl Compiler {
    /// A compiler that keeps its work in a folder.
    pub fn new(program: PathBuf, cache_folder: &Path, bounds: CompileBounds) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Compiler {
            program,
            cache_folder: cache_folder.to_owned(),
            bounds,
            verdicts: Verdicts::new(cache_folder),
            turns: Semaphore::new(cores),
        }
    }

    /// Sees to it that a file's compiled code lies in the cache, or that it is known why not.
    ///
    /// # Errors
    /// It does not compile, or not within its bounds, now or when it was last tried.
    pub async fn compile(
        &self,
        engine: &wasmtime::Engine,
        name: &str,
        content: &[u8],
    ) -> Result<(), LoadError> {
        let key = Verdicts::key(engine, content);
        match self.verdicts.read(&key) {
            Some(Verdict::Compiles) => return Ok(()),
            Some(Verdict::BroughtDown { reason, bounds }) if !self.bounds.exceed(bounds) => {
                return Err(brought_down(name, &format!("{reason} when it was last tried")));
            }
            _ => {}
        }
        let Ok(_turn) = self.turns.acquire().await else {
            return Err(not_run(name, "the host is stopping"));
        };
        match self.run(content).await {
            Ok(Outcome::Compiled) => {
                self.verdicts.write(&key, &Verdict::Compiles);
                Ok(())
            }
            Ok(Outcome::Invalid(message)) => {
                Err(LoadError::new(name, "compile", message).with_hint(IS_A_COMPONENT))
            }
            Ok(Outcome::BroughtDown(reason)) => {
                let bounds = self.bounds;
                let error = brought_down(name, &reason);
                self.verdicts
                    .write(&key, &Verdict::BroughtDown { reason, bounds });
                Err(error)
            }
            Err(error) => Err(not_run(name, &error.to_string())),
        }
    }

    /// Runs the compiler on a file. It is killed when this is dropped, and when its time is over.
    async fn run(&self, content: &[u8]) -> std::io::Result<Outcome> {
        let mut child = Command::new(&self.program)
            .arg("compile-plugin")
            .arg("--cache-folder")
            .arg(&self.cache_folder)
            .args(["--megabytes", &self.bounds.megabytes.to_string()])
            .args(["--seconds", &self.bounds.seconds.to_string()])
            // It needs to know nothing, the credentials least of all.
            .env_clear()
            // Memory counts as taken when it is used, not when the allocator sets it aside.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdin = child.stdin.take();
        let finished = async {
            if let Some(mut stdin) = stdin {
                // One that ends before it has read all says why by its end.
                let _ = stdin.write_all(content).await;
            }
            child.wait_with_output().await
        };
        let seconds = self.bounds.seconds;
        match tokio::time::timeout(Duration::from_secs(seconds), finished).await {
            Ok(output) => Ok(self.judge(&output?)),
            Err(_) => Ok(Outcome::BroughtDown(format!(
                "compiling it takes longer than {seconds} s (compile_seconds)"
            ))),
        }
    }

    fn judge(&self, output: &Output) -> Outcome {
        let said = |bytes: &[u8]| cut(String::from_utf8_lossy(bytes).trim().to_owned(), LONGEST_MESSAGE);
        let (message, words) = (said(&output.stdout), said(&output.stderr));
        if output.status.success() {
            return Outcome::Compiled;
        }
        let is_out_of_memory = [&message, &words]
            .iter()
            .any(|text| text.contains("memory allocation of") || text.contains("Cannot allocate memory"));
        if is_out_of_memory {
            let megabytes = self.bounds.megabytes;
            return Outcome::BroughtDown(format!(
                "compiling it takes more than {megabytes} MiB of memory (compile_megabytes)"
            ));
        }
        if output.status.code() == Some(INVALID) {
            return Outcome::Invalid(message);
        }
        Outcome::BroughtDown(format!(
            "the compiler did not survive it: {}",
            ended(output.status, &words)
        ))
    }
}

/// How the process ends that found a file to be no sound component.
const INVALID: i32 = 1;

enum Outcome {
    Compiled,
    Invalid(String),
    BroughtDown(String),
}

impl CompileBounds {
    /// Whether these give more of something than others, so that it may go well this time.
    fn exceed(self, others: CompileBounds) -> bool {
        self.megabytes > others.megabytes || self.seconds > others.seconds
    }
}

fn ended(status: ExitStatus, words: &str) -> String {
    let last = words.lines().last().unwrap_or_default();
    match last.is_empty() {
        true => status.to_string(),
        false => format!("{status}, {last}"),
    }
}

fn brought_down(name: &str, reason: &str) -> LoadError {
    LoadError::new(name, "compile", reason).with_hint(
        "it is not tried again until the file changes, [extensions] gives it more or the cache folder is emptied",
    )
}

fn not_run(name: &str, message: &str) -> LoadError {
    LoadError::new(name, "compile", format!("the compiler does not run: {message}"))
        .with_hint("it is tried again by itself")
        .passing()
}

/// What the process that compiles does: bounds itself, compiles what it reads, and leaves the code in the cache.
///
/// # Errors
/// What is wrong with the component.
pub fn compile_here(cache_folder: &Path, bounds: CompileBounds, mut input: impl Read) -> Result<(), String> {
    // The pool sets address space aside, which is none of the compiler's memory.
    let engine = engine::compiling_engine(cache_folder).map_err(|error: EngineError| error.to_string())?;
    bound_this_process(bounds).map_err(|error| error.to_string())?;
    let mut content = Vec::new();
    input
        .read_to_end(&mut content)
        .map_err(|error| error.to_string())?;
    super::nesting::check(&content)?;
    wasmtime::component::Component::from_binary(&engine, &content)
        .map(drop)
        .map_err(|error| format!("{error:#}"))
}

/// The parent's clock ends this process in time; its own limit is for a parent that is no more.
#[cfg(unix)]
fn bound_this_process(bounds: CompileBounds) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, nice, setrlimit};
    let at_most = |count: u64| Rlimit {
        current: Some(count),
        maximum: Some(count),
    };
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let bytes = bounds
        .megabytes
        .saturating_add(OWN_MEGABYTES)
        .saturating_mul(1024 * 1024);
    setrlimit(Resource::Data, at_most(bytes))?;
    setrlimit(
        Resource::Cpu,
        at_most(bounds.seconds.saturating_mul(cores).saturating_add(1)),
    )?;
    setrlimit(Resource::Core, at_most(0))?;
    nice(10)?;
    Ok(())
}

/// Elsewhere only the time is bounded.
#[cfg(not(unix))]
fn bound_this_process(_bounds: CompileBounds) -> std::io::Result<()> {
    Ok(())
}
