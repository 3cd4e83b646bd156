//! The client against a stand-in that says whatever a test wants, and against the simulator.

#![cfg(test)]

mod arbitrary_arguments;
mod attempted;
mod budget;
mod comfort;
mod confirm;
mod confirm_every_write;
mod confirm_lines;
mod corpus;
mod credentials;
mod encode;
mod exactness;
mod form_documents;
mod form_lists;
mod installations;
mod json_and_helper;
mod login_tally;
mod manners;
mod misdeclared;
mod moving_lists;
mod observed;
mod odd_answers;
mod outgoing;
mod round_trip;
mod session;
mod simulator;
mod support;
mod tls;
mod variants;
