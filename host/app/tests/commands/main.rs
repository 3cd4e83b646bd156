//! The real binary, command by command, against simulated ERPs on free ports.
#![cfg(test)]
#![cfg(test)]

mod call;
mod configuration;
mod contacts;
mod demo;
mod operations;
mod serve;
mod support;
