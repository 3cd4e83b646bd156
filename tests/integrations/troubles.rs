//! The three likeliest troubles of each integration: the ERP refuses, both sides changed the same record, a record is missing that
//! another refers to. Each is shown by a test, or cannot happen; an integration that says neither is not whole.

use crate::stage::names;
use crate::support::root;
use std::collections::BTreeSet;

/// What there is to say of a trouble.
enum Trouble {
    /// Tests show it, each by its file below `tests/` and its name.
    Shown(&'static [(&'static str, &'static str)]),
    /// It cannot happen, and why.
    Cannot(&'static str),
}

use Trouble::{Cannot, Shown};

struct Troubles {
    integration: &'static str,
    /// The ERP refuses, or, where nothing is written, fails.
    refused: Trouble,
    both_changed: Trouble,
    missing: Trouble,
}

const ALL: &[Troubles] = &[
    Troubles {
        integration: "alerts",
        refused: Cannot("an alert is made of the hub's records: the ERP is neither asked nor told"),
        both_changed: Cannot("nobody files alerts but the flow that raises them, and the ERP has none"),
        missing: Cannot(
            "an alert is made of a record that is there, and refers to that one and to what it refers to",
        ),
    },
    Troubles {
        integration: "assignment",
        refused: Shown(&[
            (
                "integrations/assignment.rs",
                "a_customer_that_the_erp_has_no_longer_is_refused_in_its_words",
            ),
            (
                "integrations/assignment.rs",
                "an_owner_whom_no_account_has_waits_for_a_person",
            ),
        ]),
        both_changed: Shown(&[(
            "integrations/assignment.rs",
            "a_customer_is_assigned_by_name_and_by_login_and_not_again_for_anything_else",
        )]),
        missing: Shown(&[(
            "integrations/assignment.rs",
            "a_contact_that_is_no_customer_yet_is_assigned_once_it_is_one",
        )]),
    },
    Troubles {
        integration: "contract-from-quotation",
        refused: Shown(&[(
            "integrations/contract_from_quotation.rs",
            "a_quotation_for_a_name_that_the_erp_does_not_know_is_refused_in_its_words",
        )]),
        both_changed: Shown(&[(
            "integrations/contract_from_quotation.rs",
            "an_edit_of_a_quotation_behind_its_contract_waits_for_a_person",
        )]),
        missing: Shown(&[(
            "integrations/contract_from_quotation.rs",
            "a_quotation_waits_until_its_customer_is_in_the_erp",
        )]),
    },
    Troubles {
        integration: "contracts",
        refused: Shown(&[(
            "integrations/contracts.rs",
            "an_erp_that_fails_now_and_then_costs_time_and_no_contract",
        )]),
        both_changed: Shown(&[(
            "integrations/contracts.rs",
            "where_both_sides_changed_a_contract_the_erp_is_right_and_the_hubs_own_stays",
        )]),
        missing: Shown(&[(
            "integrations/contracts.rs",
            "a_contract_waits_until_its_customer_is_there",
        )]),
    },
    Troubles {
        integration: "customers",
        refused: Shown(&[(
            "integrations/customers.rs",
            "a_customer_whose_number_another_one_bears_is_refused_in_the_erps_words",
        )]),
        both_changed: Shown(&[
            (
                "both_sides.rs",
                "what_a_colleague_corrected_stays_when_the_hub_files_the_contact_again",
            ),
            (
                "together.rs",
                "two_sides_that_are_edited_at_once_agree_and_lose_nothing",
            ),
        ]),
        missing: Shown(&[(
            "integrations/customers.rs",
            "a_contact_whose_customer_the_erp_has_no_longer_waits_for_a_person",
        )]),
    },
    Troubles {
        integration: "follow-ups",
        refused: Shown(&[(
            "integrations/follow_ups.rs",
            "a_note_on_a_customer_that_the_erp_has_no_longer_is_refused_in_its_words",
        )]),
        both_changed: Cannot(
            "a follow-up is added and never changed: the ERP has no way to change one, or to show it",
        ),
        missing: Shown(&[(
            "integrations/follow_ups.rs",
            "a_conversation_waits_until_its_contact_is_a_customer",
        )]),
    },
    Troubles {
        integration: "money",
        refused: Shown(&[(
            "integrations/money.rs",
            "an_erp_that_fails_now_and_then_costs_time_and_no_money",
        )]),
        both_changed: Shown(&[(
            "integrations/money.rs",
            "where_the_hub_changed_what_the_books_say_only_notes_stay",
        )]),
        missing: Shown(&[("integrations/money.rs", "money_waits_until_its_contract_is_there")]),
    },
    Troubles {
        integration: "people",
        refused: Shown(&[(
            "integrations/people.rs",
            "a_person_of_a_company_that_the_erp_has_no_longer_is_refused_in_its_words",
        )]),
        both_changed: Shown(&[(
            "integrations/people.rs",
            "where_both_sides_changed_a_person_both_edits_are_kept",
        )]),
        missing: Shown(&[(
            "integrations/people.rs",
            "a_person_waits_until_the_company_is_a_customer",
        )]),
    },
    Troubles {
        integration: "products",
        refused: Shown(&[(
            "integrations/products.rs",
            "an_erp_that_fails_now_and_then_costs_time_and_no_product",
        )]),
        both_changed: Shown(&[(
            "integrations/products.rs",
            "where_both_sides_changed_a_product_the_erp_is_right_and_the_hubs_own_stays",
        )]),
        missing: Shown(&[(
            "integrations/products.rs",
            "stock_waits_until_its_product_is_there",
        )]),
    },
    Troubles {
        integration: "quotations",
        refused: Shown(&[(
            "integrations/contract_from_quotation.rs",
            "a_quotation_for_a_name_that_the_erp_does_not_know_is_refused_in_its_words",
        )]),
        both_changed: Shown(&[(
            "integrations/quotations.rs",
            "an_offer_goes_from_state_to_state_at_every_door_and_its_lines_stay_what_was_offered",
        )]),
        missing: Shown(&[(
            "integrations/quotations.rs",
            "what_a_contact_asks_for_becomes_a_draft_and_what_nobody_can_tell_apart_is_left_for_a_person",
        )]),
    },
    Troubles {
        integration: "repairs",
        refused: Shown(&[(
            "integrations/repairs.rs",
            "a_repair_of_a_handled_ticket_is_refused_in_the_erps_words",
        )]),
        both_changed: Shown(&[(
            "integrations/repairs.rs",
            "where_both_sides_changed_a_repair_both_edits_are_kept",
        )]),
        missing: Shown(&[(
            "integrations/repairs.rs",
            "a_repair_waits_until_its_ticket_is_there_and_one_of_none_stays_in_the_hub",
        )]),
    },
    Troubles {
        integration: "tickets",
        refused: Shown(&[(
            "integrations/tickets.rs",
            "a_ticket_that_a_colleague_handled_first_is_refused_and_ends_as_the_erp_has_it",
        )]),
        both_changed: Shown(&[(
            "integrations/tickets.rs",
            "a_ticket_that_a_colleague_handled_first_is_refused_and_ends_as_the_erp_has_it",
        )]),
        missing: Shown(&[(
            "integrations/tickets.rs",
            "a_ticket_waits_until_its_customer_is_there",
        )]),
    },
];

#[test]
fn each_integration_shows_its_three_likeliest_troubles_or_says_why_one_cannot_happen() {
    let told: BTreeSet<String> = ALL.iter().map(|one| one.integration.to_owned()).collect();
    let shipped: BTreeSet<String> = names().into_iter().collect();
    assert_eq!(
        told, shipped,
        "tests/integrations/troubles.rs, and the folders of integrations/"
    );
    for troubles in ALL {
        for trouble in [&troubles.refused, &troubles.both_changed, &troubles.missing] {
            match trouble {
                Shown(tests) => {
                    assert!(!tests.is_empty(), "{}", troubles.integration);
                    for (file, name) in *tests {
                        is_there(file, name);
                    }
                }
                Cannot(why) => assert!(why.len() > 20, "{}: {why}", troubles.integration),
            }
        }
    }
}

/// Asserts that a test is there, and runs with the others.
fn is_there(file: &str, name: &str) {
    let path = root().join("tests").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let declared = text.find(&format!("async fn {name}()"));
    let before = &text[..declared.unwrap_or_else(|| panic!("{file} has no test {name}"))];
    let attributes = before.rsplit("\n\n").next().unwrap_or_default();
    assert!(attributes.contains("#[tokio::test"), "{file}: {name} is no test");
    assert!(!attributes.contains("#[ignore"), "{file}: {name} does not run");
}
