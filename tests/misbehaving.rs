//! Every read and every repeatable write through its three faces while the ERP misbehaves: a right answer, or an error that
//! tells the truth, and nothing twice.

#![cfg(test)]

#[path = "support/faces.rs"]
mod faces;
mod support;

use faces::{Stage, answered, command_line};
use std::collections::BTreeMap;
use std::time::Duration;
use sunmao_catalogue::{Effect, Operation, Repeat};
use sunmao_simulator::{ChangeKind, Fault, Faults, Options};

/// What is true besides where things go wrong: it may be tried again, or has to be looked up.
const TRUTHFUL: [&str; 9] = [
    "refused",
    "not-found",
    "notfound",
    "unavailable",
    "unconfirmed",
    "over-budget",
    "overbudget",
    "session",
    "put off",
];

/// One test a fault, so that they run beside each other.
macro_rules! under_every_fault {
    ($($name:ident: $fault:ident,)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            reads_and_repeatable_writes_under(Fault::$fault).await;
        })*

        #[test]
        fn no_fault_is_left_out() {
            let mut tested = vec![$(Fault::$fault),*];
            let mut all = Fault::ALL.to_vec();
            tested.sort_by_key(|fault| fault.name());
            all.sort_by_key(|fault| fault.name());
            assert_eq!(tested, all);
        }
    };
}

under_every_fault! {
    under_expired_session: ExpiredSession,
    under_server_error: ServerError,
    under_bad_gateway: BadGateway,
    under_html: Html,
    under_empty: Empty,
    under_control_characters: ControlCharacters,
    under_slow: Slow,
    under_dropped_before: DroppedBefore,
    under_dropped_after: DroppedAfter,
    under_unsaved_success: UnsavedSuccess,
    under_partly_saved: PartlySaved,
    under_row_inserted: RowInserted,
    under_row_deleted: RowDeleted,
    under_too_many_requests: TooManyRequests,
    under_torn: Torn,
    under_login_error: LoginError,
}

/// Nothing but the truth through any face, and no customer twice, while a tenth of the calls go wrong.
async fn reads_and_repeatable_writes_under(fault: Fault) {
    let stage = Stage::start(Options {
        size: 5,
        faults: Faults::none().with(fault, 0.1).expect("a fault"),
        slow: Duration::from_millis(50),
        ..Options::default()
    })
    .await;
    let catalogue = stage.host.catalogue.clone();
    let is_repeatable = |operation: &Operation| match &operation.effect {
        Effect::Read => true,
        Effect::Write(write) => matches!(write.repeat, Repeat::ReservedKey { .. }),
    };
    let mut faults = Vec::new();
    let operations = catalogue.operations().iter();
    for operation in operations.filter(|operation| operation.is_business() && is_repeatable(operation)) {
        answered(
            stage.by_plugin(operation).await,
            operation,
            &TRUTHFUL,
            &mut faults,
        );
        answered(
            stage.by_script(operation).await,
            operation,
            &TRUTHFUL,
            &mut faults,
        );
        let folder = stage.folder.path();
        command_line(
            &stage.simulator,
            &stage.options,
            operation,
            folder,
            &TRUTHFUL,
            &mut faults,
        )
        .await;
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    // Saves carry a key, so that whatever was repeated is one record: none of the examples may have made another.
    let ledger = stage.simulator.ledger();
    let keyed: Vec<u32> = catalogue
        .operations()
        .iter()
        .filter(|operation| !operation.is_read() && is_repeatable(operation))
        .map(|operation| operation.id)
        .collect();
    let mut created = BTreeMap::new();
    let changes = ledger
        .iter()
        .filter(|entry| entry.operations.iter().any(|id| keyed.contains(id)))
        .flat_map(|entry| &entry.changes);
    for change in changes.filter(|change| change.kind == ChangeKind::Created) {
        *created.entry((change.object.clone(), change.ord)).or_insert(0) += 1;
    }
    let twice: Vec<_> = created.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    stage.stop().await;
}
