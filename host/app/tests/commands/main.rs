//! The real binary, command by command, against simulated ERPs on free ports.
#![cfg(test)]

mod audit;
mod bare;
mod call;
mod changes;
mod conditions;
mod configuration;
mod dead;
mod declared;
mod delivery;
mod demo;
mod doctor;
mod doors;
mod encodings;
mod endings;
mod flows;
mod health;
mod kinds;
mod ledger;
mod logins;
mod logs;
mod longest;
mod on_the_spot;
mod operations;
mod pages;
mod patches;
mod plugins;
mod records;
mod scripted;
mod serve;
mod sheets;
mod simulate;
mod store;
mod support;
mod trouble;
mod webhooks;
