//! The shipped scripts do what the Customer Hub's people agreed on.

use super::support::parts;
use super::{contact, load, now};
use sunmao_runtime::{Contact, Decision, Extension, Permit};

const ADMISSION: &str = include_str!("../../../../scripts/admission.rhai");

#[tokio::test]
async fn the_admission_judges_as_agreed() {
    let parts = parts().await;
    let policy = load(&parts, Permit::default(), ADMISSION).expect("it asks for nothing");
    assert!(policy.surface().operations.is_empty() && policy.surface().services.is_empty());
    let bare = Contact {
        id: "c-2".into(),
        wx_id: Some("wx-2".into()),
        ..Contact::default()
    };
    for (contact, expected) in [
        (contact(), None),
        (
            Contact {
                score: Some(60),
                ..contact()
            },
            None,
        ),
        (
            Contact {
                company_name: None,
                real_name: Some("王芳".into()),
                ..contact()
            },
            None,
        ),
        (
            Contact {
                has_order: true,
                ..bare.clone()
            },
            None,
        ),
        (
            Contact {
                has_contract: true,
                ..bare.clone()
            },
            None,
        ),
        (
            Contact {
                has_payment: true,
                ..bare.clone()
            },
            None,
        ),
        (
            Contact {
                score: Some(59),
                ..contact()
            },
            Some("its score is 59, below 60"),
        ),
        (
            Contact {
                score: None,
                ..contact()
            },
            Some("not scored yet"),
        ),
        (
            Contact {
                phone_verified: false,
                ..contact()
            },
            Some("the phone is not verified"),
        ),
        (
            Contact {
                company_name: None,
                ..contact()
            },
            Some("the name is not complete"),
        ),
        (
            Contact {
                company_name: Some("王".into()),
                ..contact()
            },
            Some("the name is not complete"),
        ),
        (
            Contact {
                invalid: true,
                has_order: true,
                ..contact()
            },
            Some("marked invalid"),
        ),
        (
            Contact {
                has_order: true,
                wx_id: None,
                ..bare.clone()
            },
            Some("nothing identifies it: no phone, no WeChat id, no customer code"),
        ),
    ] {
        let expected = expected.map_or(Decision::Admit, |reason| Decision::Skip(reason.to_owned()));
        assert_eq!(
            policy.admit(&now(&parts), &contact).await,
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
    let decision = policy.admit(&now(&parts), &contact()).await;
    assert_eq!(
        decision,
        Ok(Decision::Skip("its score is 80, below 90".to_owned()))
    );
}
