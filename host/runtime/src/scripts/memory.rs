//! How much memory a script holds: what its thread has allocated since it began and not given back. A script runs on one
//! thread from its beginning to its end, so the thread's count is the script's, whatever it keeps things in.
//!
//! The count is kept by the process's allocator, which is the program's to choose: [`Counting`] goes around it. In a
//! program without it the limits of single strings and collections are all that bounds a script's memory.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread has allocated, less those that it gave back. What comes from other threads is given back
    /// here too, so it may be below zero.
    static BYTES: Cell<i64> = const { Cell::new(0) };
}

/// An allocator that counts what each thread holds.
#[derive(Debug)]
pub struct Counting<A>(pub A);

// An allocator cannot be made without `unsafe`. Each function hands its arguments on as they came and returns what it
// was given, so that the promises made to this one and by the one inside are the same; beside that it counts.
#[allow(
    unsafe_code,
    reason = "the trait is unsafe; every call is handed on unchanged"
)]
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are handed on.
        let place = unsafe { self.0.alloc(layout) };
        count(if place.is_null() { 0 } else { signed(layout.size()) });
        place
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are handed on.
        let place = unsafe { self.0.alloc_zeroed(layout) };
        count(if place.is_null() { 0 } else { signed(layout.size()) });
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are handed on.
        unsafe { self.0.dealloc(place, layout) };
        count(-signed(layout.size()));
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are handed on.
        let moved = unsafe { self.0.realloc(place, layout, size) };
        count(if moved.is_null() {
            0
        } else {
            signed(size) - signed(layout.size())
        });
        moved
    }
}

fn count(bytes: i64) {
    // A thread that ends may free things after its count is gone.
    let _ = BYTES.try_with(|held| held.set(held.get().wrapping_add(bytes)));
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn held() -> i64 {
    BYTES.try_with(Cell::get).unwrap_or_default()
}

/// What a thread held at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held(i64);

impl Held {
    /// What this thread holds now.
    pub fn now() -> Self {
        Held(held())
    }

    /// How much more the thread, the same one, holds by now.
    pub fn since(self) -> usize {
        usize::try_from(held().saturating_sub(self.0)).unwrap_or_default()
    }
}

/// Does the work of the host on a script's thread. That may give back what others allocated, an answer of the ERP above
/// all; so that no script gains by it, the count does not become less.
pub(crate) fn never_less<T>(work: impl FnOnce() -> T) -> T {
    let before = held();
    let outcome = work();
    count((before - held()).max(0));
    outcome
}
