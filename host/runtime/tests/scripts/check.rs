//! What is found in a script's text before it runs.

use sunmao_catalogue::Catalogue;
use sunmao_runtime::Surface;
use sunmao_runtime::scripts::{check, surface};

fn read(source: &str) -> Surface {
    check(&Catalogue::shared(), source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

fn faults(source: &str) -> Vec<String> {
    check(&Catalogue::shared(), source)
        .expect_err(source)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_a_script_asks_for_is_read_from_its_text() {
    let surface = read(
        "fn handle(event) { let page = customers::list(#{ name: \"x\" }); log::info(page); reply(page) }
         fn reply(page) { page.items.map(|row| expense_claims::approve(#{ ord: row.ord })); records::get(\"contact\", \"1\") }
         fn judge(contact) { session::status().state == \"signed-in\" }",
    );
    assert_eq!(surface.operations, ["customers.list", "expense-claims.approve"]);
    assert_eq!(surface.services, ["log", "records"]);
    assert_eq!(surface.roles, ["automation", "policy"]);
}

#[test]
fn every_role_is_known_by_its_functions() {
    let surface =
        read("fn judge(record) {} fn merge(change) {} fn map(record, known) {} fn handle(event) {}");
    assert_eq!(surface.roles, ["automation", "mapping", "merge", "policy"]);
    assert!(surface.operations.is_empty() && surface.services.is_empty());
}

/// Every place in which Rhai lets a call stand.
#[test]
fn a_call_is_found_wherever_it_stands() {
    let places = [
        "CALL;",
        "CALL",
        "let x = CALL; x",
        "const X = CALL; X",
        "return CALL;",
        "throw CALL;",
        "if CALL { 1 } else { 2 }",
        "if event.x { CALL } else { 2 }",
        "if event.x { 1 } else { CALL }",
        "if event.x { 1 } else if CALL { 2 }",
        "while CALL { }",
        "while event.x { CALL; }",
        "loop { CALL; }",
        "loop { break CALL; }",
        "let x = loop { if event.x { break [CALL]; } }; x",
        "let x = loop { break loop { break CALL; } }; x",
        "do { CALL; } while event.x;",
        "do { 1; } until CALL;",
        "for x in CALL { }",
        "for x in 0..3 { CALL; }",
        "switch CALL { 1 => 2 }",
        "switch event { 1 => CALL }",
        "switch event { 1 if CALL => 2 }",
        "switch event { 1..5 => CALL }",
        "switch event { _ => CALL }",
        "try { CALL; } catch { }",
        "try { own(1); } catch (e) { CALL; }",
        "{ { CALL } }",
        "[1, CALL]",
        "#{ a: CALL }",
        "`text ${CALL} text`",
        "event.x = CALL;",
        "event[CALL] = 1;",
        "event.x[CALL].y",
        "event.x(CALL)",
        "event.x.map(|row| CALL)",
        "CALL.x.y",
        "event?.x(CALL)",
        "event ?? CALL",
        "event.x && CALL",
        "event.x || CALL",
        "1 + CALL",
        "-CALL",
        "!CALL",
        "(CALL in [1])",
        "CALL..5",
        "let f = |x| CALL; f.call(1)",
        "let f = |x| |y| CALL; f",
        "type_of(CALL)",
        "print(CALL)",
        "own(CALL)",
        "log::info(CALL)",
        "CALL(CALL)",
    ];
    for place in places {
        let body = place
            .replace("CALL(CALL)", "customers::list(customers::list())")
            .replace("CALL", "customers::list()");
        let surface = read(&format!("fn handle(event) {{ {body} }} fn own(x) {{ x }}"));
        assert_eq!(surface.operations, ["customers.list"], "{place}");
    }
}

#[test]
fn all_unknown_names_are_refused_with_place_and_nearest_name() {
    assert_eq!(
        faults(
            "const LIMIT = 3;
fn handle(event) {
    let x = custmers::list();
    customers::lst(x);
    log::inform(\"x\");
    if is_vrified(x) { helper(x, 1) }
    global::LIMTI
}
fn is_verified(x) { x }
fn helper(x) { x }"
        ),
        [
            "line 3, column 13: custmers::list does not exist (the nearest known is customers::list)",
            "line 4, column 5: customers::lst does not exist (the nearest known is customers::list)",
            "line 5, column 5: log::inform does not exist (the nearest known is log::info)",
            "line 6, column 8: there is no function is_vrified (the nearest known is is_verified)",
            "line 6, column 24: helper wants 1 arguments and is given 2",
            "line 7, column 13: there is no constant LIMTI at the top of the script (the nearest known is LIMIT)",
        ]
    );
}

#[test]
fn wrong_counts_of_arguments_are_found_before_the_script_runs() {
    let found = faults("fn handle(event) { customers::list(1, 2); state::put(\"k\"); clock::now(1) }");
    assert_eq!(
        found,
        [
            "line 1, column 20: customers::list wants 0 or 1 arguments and is given 2",
            "line 1, column 43: state::put wants 2 arguments and is given 1",
            "line 1, column 60: clock::now wants 0 arguments and is given 1",
        ]
    );
}

#[test]
fn login_and_logout_belong_to_the_host() {
    let found = faults("fn handle(event) { session::login(#{}) }");
    assert_eq!(
        found,
        [
            "line 1, column 20: session::login belongs to the host alone (the nearest known is session::status)"
        ]
    );
}

#[test]
fn what_does_not_compile_says_where() {
    for (source, expected) in [
        (
            "fn judge(contact) {\n    let x = ;\n}",
            "line 2, column 13: Unexpected ';'",
        ),
        (
            "fn judge(contact) { contcat.phone }",
            "line 1, column 21: Undefined variable: contcat",
        ),
        (
            "fn judge(contact) { [1].map(|x| x + y) }",
            "line 1, column 37: Undefined variable: y",
        ),
        ("fn judge(contact) { eval(\"1\") }", "eval"),
        ("import \"x\" as y; fn judge(contact) { true }", "import"),
        (
            "let x = 1; fn judge(contact) { true }",
            "line 1, column 1: only constants and functions may stand",
        ),
        (
            "fn judge(contact) { true }\ncustomers::list();",
            "line 2, column 12: only constants and functions may stand",
        ),
        (
            "fn judge() { true }",
            "judge takes other parameters: fn judge(record)",
        ),
        (
            "fn judgge(contact) { true }",
            "plays no role (define one of judge(record),",
        ),
        (
            "const NOW = clock::now(); fn judge(contact) { NOW != \"\" }",
            "line 1, column 47: NOW is a constant at the top of the script (write global::NOW here)",
        ),
        (
            "const A = [1]; fn judge(contact) { A[contact.score] }",
            "line 1, column 36: A is a constant at the top of the script (write global::A here)",
        ),
        ("fn judge(contact) { sleep(1) }", "there is no function sleep"),
    ] {
        let found = faults(source).join("; ");
        assert!(found.contains(expected), "{source}\n{found}");
    }
}

#[test]
fn a_load_error_names_the_file_and_the_phase() {
    let error = surface(
        &Catalogue::shared(),
        "rules",
        "fn judge(contact) { custmers::list() }",
    )
    .expect_err("unknown");
    assert_eq!((error.subject.as_str(), error.phase), ("rules", "check imports"));
    let error = surface(&Catalogue::shared(), "rules", "fn judge(contact) {").expect_err("unfinished");
    assert_eq!(error.phase, "compile");
}

#[test]
fn every_business_operation_can_be_written_down() {
    let catalogue = Catalogue::shared();
    let mut found = 0;
    for operation in catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        let name = operation.name.replace('-', "_").replace('.', "::");
        let surface = read(&format!("fn handle(event) {{ {name}(#{{}}); {name}(); }}"));
        assert_eq!(surface.operations, std::slice::from_ref(&operation.name));
        found += 1;
    }
    assert_eq!(found, 215);
}
