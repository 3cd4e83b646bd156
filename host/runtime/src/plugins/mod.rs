//! WebAssembly components as extensions.

mod bindings;
mod component;
mod convert;
mod customer;
mod engine;
mod guest;
mod inspect;
mod link;
mod services;
mod typecheck;
mod warm;

pub use component::{Plugin, surface};
pub use engine::{EngineError, engine};
