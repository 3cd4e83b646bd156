//! Warm instances of a pure plugin: made once, used many times, thrown away at the first doubt.

use super::guest::Guest;
use super::idle::{IdleSlot, IdleSlots};
use crate::gateway::Caller;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use wasmtime::Store;

/// Calls one instance serves before it is replaced, so that a leak cannot grow for a weekend.
const MOST_CALLS: u32 = 1_000;
/// Bytes an instance may grow by after its first call, which is the one that fills caches and tables.
const USUAL_GROWTH: usize = 4 * 1024 * 1024;
/// Idle instances kept a plugin version: as many as a busy flow calls at once, within the places that all plugins share.
const MOST_IDLE: usize = 32;

type Made<B> = Pin<Box<dyn Future<Output = wasmtime::Result<(Store<Guest>, B)>> + Send>>;

/// An instance that is called, and given back only after a call that returned: one that trapped, ran out of time or
/// was dropped with its future is never used again.
pub struct Warm<B> {
    /// What the instance lives in.
    pub store: Store<Guest>,
    /// Its exports.
    pub bindings: B,
    calls: u32,
    /// Its memory after the first call.
    usual_memory: usize,
}

struct Idle<B> {
    warm: Warm<B>,
    _slot: IdleSlot,
}

/// Instances of one plugin version in one pure role.
pub struct WarmPool<B> {
    make: Box<dyn Fn(Store<Guest>) -> Made<B> + Send + Sync>,
    slots: IdleSlots,
    idle: Mutex<Vec<Idle<B>>>,
}

impl<B: Send> WarmPool<B> {
    /// A pool that makes its instances with `make` and keeps idle ones while there are `slots`.
    pub fn new(slots: IdleSlots, make: impl Fn(Store<Guest>) -> Made<B> + Send + Sync + 'static) -> Self {
        WarmPool {
            make: Box::new(make),
            slots,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Makes one instance and keeps it, so that the first call is warm.
    pub async fn warm_up(&self, store: Store<Guest>) -> wasmtime::Result<()> {
        let warm = self.start(store).await?;
        self.keep(warm);
        Ok(())
    }

    /// A warm instance, or a new one, armed for a call. Starting one has a budget of its own.
    pub async fn take(
        &self,
        caller: Caller,
        store: impl FnOnce() -> Store<Guest>,
    ) -> wasmtime::Result<Warm<B>> {
        let taken = self.lock().pop();
        let mut warm = match taken {
            Some(idle) => idle.warm,
            None => self.start(store()).await?,
        };
        Guest::rearm(&mut warm.store, caller);
        Ok(warm)
    }

    /// Takes an instance back after a call that returned, unless it has served long enough or grown unusually.
    pub fn give_back(&self, mut warm: Warm<B>) {
        let memory = warm.store.data().memory_bytes();
        if warm.calls == 0 {
            warm.usual_memory = memory;
        }
        warm.calls += 1;
        let growth = memory.saturating_sub(warm.usual_memory);
        if warm.calls < MOST_CALLS && growth <= USUAL_GROWTH {
            self.keep(warm);
        }
    }

    async fn start(&self, store: Store<Guest>) -> wasmtime::Result<Warm<B>> {
        let (store, bindings) = (self.make)(store).await?;
        Ok(Warm {
            store,
            bindings,
            calls: 0,
            usual_memory: 0,
        })
    }

    fn keep(&self, warm: Warm<B>) {
        warm.store.data().rest();
        let mut idle = self.lock();
        if idle.len() >= MOST_IDLE {
            return;
        }
        if let Some(slot) = self.slots.take() {
            idle.push(Idle { warm, _slot: slot });
        }
    }

    /// The list inside is whole whatever happened to the thread that held it.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Idle<B>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
