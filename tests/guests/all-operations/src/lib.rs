//! Calls whichever ERP operation the event names, with the catalogue's example arguments.

#![allow(clippy::too_many_arguments, missing_docs)]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "sunmao:plugin/automation",
    generate_all,
});

use exports::sunmao::plugin::event_handler::{Event, Failure, Guest};
use zhibang::erp::{self, types};

include!(concat!(env!("OUT_DIR"), "/calls.rs"));

struct AllOperations;

impl Guest for AllOperations {
    fn handle(event: Event) -> Result<(), Failure> {
        match call(&event.name) {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(failure(format!("{:?}: {}", error.kind, error.message))),
            None => Err(failure(format!("unknown operation {}", event.name))),
        }
    }
}

fn failure(message: String) -> Failure {
    Failure {
        message,
        retry: false,
    }
}

export!(AllOperations);
