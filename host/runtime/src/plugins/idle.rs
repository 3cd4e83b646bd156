//! Places for instances that wait for their next call: a bound over all plugins, so that idle ones never keep a call
//! from running.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The free places. Cheap to clone.
#[derive(Debug, Clone)]
pub struct IdleSlots {
    free: Arc<AtomicUsize>,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub struct IdleSlot {
    free: Arc<AtomicUsize>,
}

impl IdleSlots {
    /// So many places.
    pub fn new(count: usize) -> Self {
        IdleSlots {
            free: Arc::new(AtomicUsize::new(count)),
        }
    }

    /// Takes a place, if one is free.
    pub fn take(&self) -> Option<IdleSlot> {
        let fewer = |free: usize| free.checked_sub(1);
        self.free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer)
            .ok()?;
        Some(IdleSlot {
            free: self.free.clone(),
        })
    }
}

impl Drop for IdleSlot {
    fn drop(&mut self) {
        self.free.fetch_add(1, Ordering::Relaxed);
    }
}
