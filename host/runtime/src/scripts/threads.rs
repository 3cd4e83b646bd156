//! The threads that scripts run on. Rhai blocks while it computes and while it waits for the ERP, and it recurses on
//! the native stack, so scripts keep off the threads that serve requests.

use std::io;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

/// Enough for the deepest calls and the most deeply nested values that the limits let a script build: a stack that
/// overflows ends the process. Only what is used is ever backed by memory.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Invocations that run at once; later ones wait for a thread.
const MOST_THREADS: usize = 64;

/// A runtime that drives no task: all that is wanted of it are blocking threads that come and go, with their stacks.
static THREADS: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_current_thread()
        .thread_name("script")
        .thread_stack_size(STACK_BYTES)
        .max_blocking_threads(MOST_THREADS)
        .build()
});

/// Runs blocking work on a script thread. The error is for people: there is no thread. A panic goes on in whoever waits,
/// who counts it and names the work.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let threads = THREADS
        .as_ref()
        .map_err(|error| format!("no thread to run on: {error}"))?;
    threads
        .spawn_blocking(work)
        .await
        .map_err(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => error.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use crate::supervision::caught;

    #[tokio::test]
    #[allow(clippy::panic, reason = "a panic is what it is about")]
    async fn a_panic_goes_on_in_whoever_waits() {
        let outcome = caught(super::run(|| -> () { panic!("a fault of ours") })).await;
        assert_eq!(outcome, Err("a fault of ours".to_owned()));
        assert_eq!(super::run(|| 1).await, Ok(1), "the threads go on");
    }
}
