//! Warm instances of a pure plugin: made once, used many times, thrown away at the first doubt.

use super::guest::Guest;
use crate::gateway::Caller;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use wasmtime::Store;

/// Calls one instance serves before it is replaced, so that a leak cannot grow for a weekend.
const MOST_CALLS: u32 = 1_000;
/// Idle instances kept a plugin version; more than the flows' usual concurrency is waste.
const MOST_IDLE: usize = 8;

type Made<B> = Pin<Box<dyn Future<Output = wasmtime::Result<(Store<Guest>, B)>> + Send>>;

struct Warm<B> {
    store: Store<Guest>,
    bindings: B,
    calls: u32,
}

/// Instances of one plugin version in one pure role.
pub struct WarmPool<B> {
    make: Box<dyn Fn(Store<Guest>) -> Made<B> + Send + Sync>,
    idle: Mutex<Vec<Warm<B>>>,
}

impl<B: Send> WarmPool<B> {
    /// A pool that makes its instances with `make`.
    pub fn new(make: impl Fn(Store<Guest>) -> Made<B> + Send + Sync + 'static) -> Self {
        WarmPool {
            make: Box::new(make),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Makes one instance and keeps it, so that the first call is warm.
    pub async fn warm_up(&self, store: impl FnOnce() -> Store<Guest>) -> wasmtime::Result<()> {
        let (store, bindings) = (self.make)(store()).await?;
        self.give_back(Warm {
            store,
            bindings,
            calls: 0,
        });
        Ok(())
    }

    /// Runs one call on a warm instance, or on a new one. An instance comes back only after a call that returned: one
    /// that trapped, ran out of time or was dropped with its future is never used again.
    pub async fn run<R>(
        &self,
        caller: Caller,
        store: impl FnOnce() -> Store<Guest>,
        call: impl FnOnce(&B, &mut Store<Guest>) -> wasmtime::Result<R>,
    ) -> wasmtime::Result<R> {
        let taken = self.lock().pop();
        let mut warm = match taken {
            Some(mut warm) => {
                Guest::rearm(&mut warm.store, caller);
                warm
            }
            None => {
                let (store, bindings) = (self.make)(store()).await?;
                Warm {
                    store,
                    bindings,
                    calls: 0,
                }
            }
        };
        let result = call(&warm.bindings, &mut warm.store)?;
        warm.calls += 1;
        if warm.calls < MOST_CALLS {
            self.give_back(warm);
        }
        Ok(result)
    }

    fn give_back(&self, warm: Warm<B>) {
        let mut idle = self.lock();
        if idle.len() < MOST_IDLE {
            idle.push(warm);
        }
    }

    /// The list inside is whole whatever happened to the thread that held it.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Warm<B>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
