//! WebAssembly components as extensions.

mod bindings;
mod component;
mod convert;
mod customer;
mod engine;
mod failure;
mod guest;
mod idle;
mod inspect;
mod link;
mod memory;
mod services;
mod typecheck;
mod warm;

pub use component::{Plugin, surface};
pub use engine::{Engine, EngineError, engine};
