//! The shipped scripts do what the Customer Hub's people agreed on.

use super::asking::{judge, record, with};
use super::support::parts;
use super::{contact, load};
use sunmao_catalogue::Value;
use sunmao_runtime::{Decision, Extension, Permit};

const ADMISSION: &str = include_str!("../../../../scripts/admission.rhai");

#[tokio::test]
async fn the_admission_judges_as_agreed() {
    let parts = parts().await;
    let policy = load(&parts, Permit::default(), ADMISSION).expect("it asks for nothing");
    assert!(policy.surface().operations.is_empty() && policy.surface().services.is_empty());
    let bare = record([("id", Value::from("c-2")), ("wx_id", Value::from("wx-2"))]);
    for (contact, expected) in [
        (contact(), None),
        (with(contact(), [("score", Value::Integer(60))]), None),
        (
            with(
                contact(),
                [("company_name", Value::Null), ("real_name", Value::from("王芳"))],
            ),
            None,
        ),
        (with(bare.clone(), [("has_order", Value::Bool(true))]), None),
        (with(bare.clone(), [("has_contract", Value::Bool(true))]), None),
        (with(bare.clone(), [("has_payment", Value::Bool(true))]), None),
        (
            with(contact(), [("score", Value::Integer(59))]),
            Some("its score is 59, below 60"),
        ),
        (with(contact(), [("score", Value::Null)]), Some("not scored yet")),
        (
            with(contact(), [("phone_verified", Value::Bool(false))]),
            Some("the phone is not verified"),
        ),
        (
            with(contact(), [("company_name", Value::Null)]),
            Some("the name is not complete"),
        ),
        (
            with(contact(), [("company_name", Value::from("王"))]),
            Some("the name is not complete"),
        ),
        (
            with(
                contact(),
                [("invalid", Value::Bool(true)), ("has_order", Value::Bool(true))],
            ),
            Some("marked invalid"),
        ),
        (
            with(
                bare.clone(),
                [("has_order", Value::Bool(true)), ("wx_id", Value::Null)],
            ),
            Some("nothing identifies it: no phone, no WeChat id, no customer code"),
        ),
    ] {
        let expected = expected.map_or(Decision::Admit, |reason| Decision::Skip(reason.to_owned()));
        assert_eq!(
            judge(&policy, &parts, &contact).await,
            Ok(expected),
            "{contact:?}"
        );
    }
}

#[tokio::test]
async fn a_changed_threshold_changes_the_judgement() {
    let parts = parts().await;
    let stricter = ADMISSION.replace("const LEAST_SCORE = 60;", "const LEAST_SCORE = 90;");
    let policy = load(&parts, Permit::default(), &stricter).expect("sound");
    let decision = judge(&policy, &parts, &contact()).await;
    assert_eq!(
        decision,
        Ok(Decision::Skip("its score is 80, below 90".to_owned()))
    );
}

/// The policy that the README prints, in either language, is one.
#[tokio::test]
async fn the_first_script_of_the_readme_judges_as_printed() {
    let parts = parts().await;
    for readme in [
        include_str!("../../../../README.md"),
        include_str!("../../../../README.zh-CN.md"),
    ] {
        let (_, behind) = readme.split_once("```rhai\n").expect("a script");
        let (script, _) = behind.split_once("```").expect("its end");
        let policy = load(&parts, Permit::default(), script).expect("it loads as printed");
        for (score, is_admitted) in [(80, true), (74, false)] {
            let contact = with(contact(), [("score", Value::Integer(score))]);
            let decision = judge(&policy, &parts, &contact).await;
            assert_eq!(decision == Ok(Decision::Admit), is_admitted, "{score}");
        }
    }
}
