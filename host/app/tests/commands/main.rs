//! The real binary, command by command, against simulated ERPs on free ports.
#![cfg(test)]

mod audit;
mod call;
mod configuration;
mod contacts;
mod dead;
mod delivery;
mod demo;
mod doctor;
mod endings;
mod health;
mod logins;
mod operations;
mod pages;
mod scripted;
mod serve;
mod simulate;
mod support;
mod trouble;
