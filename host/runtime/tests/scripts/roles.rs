//! The roles: what a script is given, and what it may give back.

use super::asking::{back, judge, map, record, with};
use super::support::parts;
use super::{contact, event, now, script};
use sunmao_catalogue::{Record, Value};
use sunmao_runtime::{Decision, Extension, ExtensionError};

/// What a policy with this body says of a contact.
async fn judged(body: &str) -> Result<Decision, ExtensionError> {
    let parts = parts().await;
    let policy = script(&parts, &format!("fn judge(contact) {{ {body} }}"));
    judge(&policy, &parts, &contact()).await
}

#[tokio::test]
async fn a_policy_admits_or_gives_its_reason() {
    let skipped = |reason: &str| Decision::Skip(reason.to_owned());
    assert_eq!(judged("true").await, Ok(Decision::Admit));
    assert_eq!(judged("\"too early\"").await, Ok(skipped("too early")));
    assert_eq!(judged("#{ admit: true }").await, Ok(Decision::Admit));
    assert_eq!(
        judged("#{ admit: false, reason: \"no\" }").await,
        Ok(skipped("no"))
    );
    assert_eq!(
        judged("false").await,
        Ok(skipped("not admitted; the script gives no reason"))
    );
    assert_eq!(
        judged("contact.score >= 80 && contact.remark == \"\" && contact.type == \"unknown\"").await,
        Ok(Decision::Admit)
    );
}

#[tokio::test]
async fn a_decision_of_another_kind_names_the_file_the_function_and_what_was_expected() {
    for (body, given) in [
        ("42", "a whole number"),
        ("let x = 1;", "nothing"),
        ("[true]", "an array"),
        ("#{ reason: \"x\" }", "`admit` is missing"),
        (
            "#{ admit: false, reason: 5 }",
            "`reason` as text, not a whole number",
        ),
    ] {
        let error = judged(body).await.expect_err(body).to_string();
        assert!(
            error.contains("test.rhai: `judge` returned: expected") && error.contains(given),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_misspelt_member_and_a_missing_number_are_errors_with_a_place() {
    let error = judged("\n  contact.phone_verifed")
        .await
        .expect_err("misspelt")
        .to_string();
    assert!(
        error.contains("test.rhai: line 2, column 11") && error.contains("phone_verifed"),
        "{error}"
    );
    let parts = parts().await;
    let unscored = with(contact(), [("score", Value::Null)]);
    let policy = script(
        &parts,
        "fn judge(contact) { if contact.score < 60 { \"low\" } else { true } }",
    );
    let error = judge(&policy, &parts, &unscored)
        .await
        .expect_err("no score")
        .to_string();
    assert!(error.contains("the value is ()"), "{error}");
    let error = judged("contact.phone > 5").await.expect_err("text").to_string();
    assert!(error.contains("text is compared with a number"), "{error}");
    assert_eq!(
        judged("contact.remark == () || contact.score != ()").await,
        Ok(Decision::Admit)
    );
}

#[tokio::test]
async fn a_mapping_makes_arguments_by_the_catalogues_names() {
    let parts = parts().await;
    let mapping = script(
        &parts,
        "const CODES = #{ wechat: 171 };
         fn map(contact) {
            #{ customer_name: contact.company_name, khid: `WX${contact.id}`, source: global::CODES[contact.source],
               remarks: (), zdy_1: contact.score }
         }",
    );
    let record = map(&mapping, &parts, &contact()).await.expect("mapped");
    let expected = Record::from_iter([
        ("customer-name".to_owned(), Value::from("宁波晨光机械有限公司")),
        ("khid".to_owned(), Value::from("WXc-1")),
        ("source".to_owned(), Value::Integer(171)),
        ("zdy_1".to_owned(), Value::Integer(80)),
    ]);
    assert_eq!(record.get("customer-name"), expected.get("customer-name"));
    assert!(
        expected
            .iter()
            .all(|(name, value)| record.get(name) == Some(value)),
        "{record:?}"
    );
    assert_eq!(record.len(), expected.len());
}

#[tokio::test]
async fn a_mapping_refuses_data_by_throwing() {
    let parts = parts().await;
    for (thrown, expected) in [
        ("\"no name\"", vec!["no name"]),
        (
            "#{ field: \"phone\", message: \"too short\" }",
            vec!["phone: too short"],
        ),
        (
            "[\"one\", #{ field: \"b\", message: \"two\" }]",
            vec!["one", "b: two"],
        ),
    ] {
        let mapping = script(&parts, &format!("fn map(contact) {{ throw {thrown}; }}"));
        let error = map(&mapping, &parts, &contact()).await.expect_err("refused");
        let ExtensionError::Data { faults, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(faults, expected);
    }
}

#[tokio::test]
async fn a_row_of_the_erp_becomes_a_contact() {
    let parts = parts().await;
    let mapping = |body: &str| script(&parts, &format!("fn map(customer, known) {{ {body} }}"));
    let customer = record([("id", Value::from("4711")), ("name", Value::from("苏州远航"))]);
    let merging = mapping("known.company_name = customer.name; known.wx_id = (); known");
    let returned = back(&merging, &parts, &customer, Some(&contact()))
        .await
        .expect("a contact");
    let member = |name: &str| returned.get(name).cloned();
    assert_eq!(member("id"), Some(Value::from("c-1")));
    assert_eq!(member("company_name"), Some(Value::from("苏州远航")));
    assert_eq!(member("phone"), Some(Value::from("19900000001")));
    assert_eq!(member("wx_id"), None, "what is () is left out");
    let fresh = mapping("if known == () { #{ id: \"n-1\", company_name: customer.name } }");
    let returned = back(&fresh, &parts, &customer, None).await.expect("a contact");
    let expected = record([
        ("id", Value::from("n-1")),
        ("company_name", Value::from("苏州远航")),
    ]);
    assert_eq!(returned, expected);
    // One that knows no more than the record cannot make a contact.
    let narrow = script(&parts, "fn map(customer) { #{} }");
    let error = back(&narrow, &parts, &customer, None)
        .await
        .expect_err("a form too few");
    assert!(
        matches!(error, ExtensionError::NotProvided { role: "mapping", .. }),
        "{error}"
    );
}

#[tokio::test]
async fn an_automation_sees_its_event() {
    let parts = parts().await;
    let seen = script(
        &parts,
        "fn handle(event) {
            state::put(\"seen\", `${event.id}|${event.name}|${event.key}|${event.attempt}|${event.payload.price * 2}`);
         }",
    );
    seen.handle(&now(&parts), &event("{\"price\": 0.15}"))
        .await
        .expect("handled");
    let entry = parts
        .host
        .store
        .state
        .get("script test", "seen")
        .await
        .expect("store")
        .expect("seen");
    assert_eq!(entry.value, "7|test.event|k|2|0.30");
}

#[tokio::test]
async fn an_automation_says_whether_trying_again_helps() {
    let parts = parts().await;
    for (thrown, text, transient) in [
        ("\"stop\"", "stop", false),
        ("", "thrown without a reason", false),
        ("#{ message: \"later\", retry: true }", "later", true),
        ("#{ message: \"never\", hint: \"ask\" }", "never (ask)", false),
    ] {
        let error = super::handle(&parts, &format!("throw {thrown};"))
            .await
            .expect_err("thrown");
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.is_transient(), transient, "{error}");
    }
}

#[tokio::test]
async fn a_role_that_is_not_defined_is_not_provided() {
    let parts = parts().await;
    let policy = script(&parts, "fn judge(contact) { true }");
    let error = map(&policy, &parts, &contact()).await.expect_err("no mapping");
    assert!(
        matches!(error, ExtensionError::NotProvided { role: "mapping", .. }),
        "{error}"
    );
}

#[tokio::test]
async fn constants_are_read_by_their_name_or_as_globals() {
    assert_eq!(
        judged("true } const LEAST = 60; const NAMES = [\"a\"]; fn other() { LEAST").await,
        Ok(Decision::Admit)
    );
    let parts = parts().await;
    let computed = "const NOW = clock::now(); fn judge(contact) { global::NOW.len() > 10 }";
    let policy = script(&parts, computed);
    assert_eq!(judge(&policy, &parts, &contact()).await, Ok(Decision::Admit));
    for reading in [
        "contact.score > LEAST",
        "contact.score > global::LEAST",
        "[contact.score].all(|x| x > LEAST)",
    ] {
        let policy = script(
            &parts,
            &format!("const LEAST = 79;\nfn judge(contact) {{ {reading} }}"),
        );
        assert_eq!(
            judge(&policy, &parts, &contact()).await,
            Ok(Decision::Admit),
            "{reading}"
        );
        let policy = script(
            &parts,
            &format!("const LEAST = 80;\nfn judge(contact) {{ {reading} }}"),
        );
        assert!(
            matches!(judge(&policy, &parts, &contact()).await, Ok(Decision::Skip(_))),
            "{reading}"
        );
    }
}
