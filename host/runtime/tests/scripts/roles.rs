//! The roles: what a script is given, and what it may give back.

use super::support::parts;
use super::{contact, event, now, script};
use sunmao_catalogue::{Record, Value};
use sunmao_runtime::{Contact, Decision, Extension, ExtensionError};

async fn admit(body: &str) -> Result<Decision, ExtensionError> {
    let parts = parts().await;
    script(&parts, &format!("fn admit(contact) {{ {body} }}"))
        .admit(&now(&parts), &contact())
        .await
}

#[tokio::test]
async fn a_policy_admits_or_gives_its_reason() {
    let skipped = |reason: &str| Decision::Skip(reason.to_owned());
    assert_eq!(admit("true").await, Ok(Decision::Admit));
    assert_eq!(admit("\"too early\"").await, Ok(skipped("too early")));
    assert_eq!(admit("#{ admit: true }").await, Ok(Decision::Admit));
    assert_eq!(
        admit("#{ admit: false, reason: \"no\" }").await,
        Ok(skipped("no"))
    );
    assert_eq!(
        admit("false").await,
        Ok(skipped("not admitted; the script gives no reason"))
    );
    assert_eq!(
        admit("contact.score >= 80 && contact.remark == \"\" && contact.type == \"unknown\"").await,
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
        let error = admit(body).await.expect_err(body).to_string();
        assert!(
            error.contains("test.rhai: `admit` returned: expected") && error.contains(given),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_misspelt_member_and_a_missing_number_are_errors_with_a_place() {
    let error = admit("\n  contact.phone_verifed")
        .await
        .expect_err("misspelt")
        .to_string();
    assert!(
        error.contains("test.rhai: line 2, column 11") && error.contains("phone_verifed"),
        "{error}"
    );
    let parts = parts().await;
    let unscored = Contact {
        score: None,
        ..contact()
    };
    let policy = script(
        &parts,
        "fn admit(contact) { if contact.score < 60 { \"low\" } else { true } }",
    );
    let error = policy
        .admit(&now(&parts), &unscored)
        .await
        .expect_err("no score")
        .to_string();
    assert!(error.contains("the value is ()"), "{error}");
    let error = admit("contact.phone > 5").await.expect_err("text").to_string();
    assert!(error.contains("text is compared with a number"), "{error}");
    assert_eq!(
        admit("contact.remark == () || contact.score != ()").await,
        Ok(Decision::Admit)
    );
}

#[tokio::test]
async fn a_mapping_makes_arguments_by_the_catalogues_names() {
    let parts = parts().await;
    let mapping = script(
        &parts,
        "const CODES = #{ wechat: 171 };
         fn to_customer(contact) {
            #{ customer_name: contact.company_name, khid: `WX${contact.id}`, source: global::CODES[contact.source],
               remarks: (), zdy_1: contact.score }
         }",
    );
    let record = mapping
        .to_customer(&now(&parts), &contact())
        .await
        .expect("mapped");
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
        let mapping = script(&parts, &format!("fn to_customer(contact) {{ throw {thrown}; }}"));
        let error = mapping
            .to_customer(&now(&parts), &contact())
            .await
            .expect_err("refused");
        let ExtensionError::Data { faults, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(faults, expected);
    }
}

#[tokio::test]
async fn a_contact_comes_back_checked() {
    let parts = parts().await;
    let mapping = |body: &str| script(&parts, &format!("fn to_contact(customer, known) {{ {body} }}"));
    let customer = Record::from_iter([
        ("customer-name".to_owned(), Value::from("苏州远航")),
        ("zdy-1".to_owned(), Value::Null),
    ]);
    let merging =
        mapping("known.company_name = customer.customer_name; known.wx_id = customer[\"zdy-1\"]; known");
    let returned = merging
        .to_contact(&now(&parts), &customer, Some(&contact()))
        .await
        .expect("a contact");
    let expected = Contact {
        company_name: Some("苏州远航".into()),
        wx_id: None,
        ..contact()
    };
    assert_eq!(returned, expected);
    let fresh = mapping("if known == () { #{ id: \"n-1\", company_name: customer.customer_name } }");
    let returned = fresh
        .to_contact(&now(&parts), &customer, None)
        .await
        .expect("a contact");
    assert_eq!(
        (returned.id.as_str(), returned.company_name.as_deref()),
        ("n-1", Some("苏州远航"))
    );
    let wrong = mapping("#{ phoen: \"1\", score: 900 }");
    let error = wrong
        .to_contact(&now(&parts), &customer, Some(&contact()))
        .await
        .expect_err("unsound")
        .to_string();
    assert!(
        error.contains("phoen: unknown member") && error.contains("score: a whole number"),
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
    let policy = script(&parts, "fn admit(contact) { true }");
    let error = policy
        .to_customer(&now(&parts), &contact())
        .await
        .expect_err("no mapping");
    assert!(
        matches!(error, ExtensionError::NotProvided { role: "mapping", .. }),
        "{error}"
    );
}

#[tokio::test]
async fn constants_are_read_by_their_name_or_as_globals() {
    assert_eq!(
        admit("true } const LEAST = 60; const NAMES = [\"a\"]; fn other() { LEAST").await,
        Ok(Decision::Admit)
    );
    let parts = parts().await;
    let computed = "const NOW = clock::now(); fn admit(contact) { global::NOW.len() > 10 }";
    let policy = script(&parts, computed);
    assert_eq!(policy.admit(&now(&parts), &contact()).await, Ok(Decision::Admit));
    for reading in [
        "contact.score > LEAST",
        "contact.score > global::LEAST",
        "[contact.score].all(|x| x > LEAST)",
    ] {
        let policy = script(
            &parts,
            &format!("const LEAST = 79;\nfn admit(contact) {{ {reading} }}"),
        );
        assert_eq!(
            policy.admit(&now(&parts), &contact()).await,
            Ok(Decision::Admit),
            "{reading}"
        );
        let policy = script(
            &parts,
            &format!("const LEAST = 80;\nfn admit(contact) {{ {reading} }}"),
        );
        assert!(
            matches!(
                policy.admit(&now(&parts), &contact()).await,
                Ok(Decision::Skip(_))
            ),
            "{reading}"
        );
    }
}
