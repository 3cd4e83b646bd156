//! The host's services as scripts use them.

use super::support::parts;
use super::{evaluate, event, handle, load};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use sunmao_runtime::{Extension, ExtensionError, Grants, Invocation, Permit};
use sunmao_store::{NewLink, NewRecord, RecordName, Wanted};

#[tokio::test]
async fn state_is_the_scripts_own_and_compared_by_revision() {
    let parts = parts().await;
    let body = "let first = state::put(\"a\", \"1\");
        let lost = state::compare_and_set(\"a\", first + 100, \"2\");
        let won = state::compare_and_set(\"a\", first, \"3\");
        let absent = state::compare_and_set(\"b\", (), \"4\");
        let entry = state::get(\"a\");
        let keys = state::keys();
        let gone = state::delete(\"b\");
        `${lost == ()} ${won > first} ${absent != ()} ${entry.value} ${entry.revision == won} ${keys} ${gone} ${state::get(\"b\") == ()} ${state::keys(\"x\")}`";
    assert_eq!(
        evaluate(&parts, body).await,
        "true true true 3 true [\"a\", \"b\"] true true []"
    );
}

#[tokio::test]
async fn links_and_contacts_are_looked_up() {
    let parts = parts().await;
    let now = parts.host.clock.now();
    let link = NewLink {
        link: "customer".into(),
        record: RecordName::new("contact", "c-1"),
        erp_key: 42,
        number: "KH42".into(),
        agreed: None,
    };
    parts.host.store.links.put(link, now).await.expect("link");
    let contact = NewRecord::saved(RecordName::new("contact", "c-1"), r#"{"phone":"138"}"#);
    parts
        .host
        .store
        .records
        .accept(vec![contact], Vec::new(), "http", now)
        .await
        .expect("contact");
    let body = "let link = links::get(\"customer\", \"contact\", \"c-1\");
        let same = links::find(\"customer\", 42);
        let contact = records::get(\"contact\", \"c-1\");
        `${link.erp_key} ${same.kind}/${same.id} ${link.number} ${links::find(\"customer\", 1) == ()} ${contact.phone} [${contact.remark}] ${records::get(\"contact\", \"x\") == ()}`";
    assert_eq!(
        evaluate(&parts, body).await,
        "42 contact/c-1 KH42 true 138 [] true"
    );
}

#[tokio::test]
async fn records_are_looked_up_listed_and_filed_on_what_is_there() {
    let parts = parts().await;
    let body = "let first = filing::file(\"product\", \"p-1\", #{ number: \"A-1\", name: \"合页\", model: \"M8\", sale_price: parse_decimal(\"12.350\") });
        filing::file(\"product\", \"p-2\", #{ number: \"A-2\", name: \"合页\", model: \"M9\", discontinued: true }, 0);
        let lost = filing::file(\"product\", \"p-1\", #{ name: \"门\" }, 0);
        let stale = filing::file(\"product\", \"p-1\", #{ name: \"门\" }, first + 1);
        let found = records::find(\"product\", \"model\", \"ｍ8\");
        let both = records::find(\"product\", \"name\", \"合页\").map(|one| one.id);
        let listed = records::list(\"product\", #{ discontinued: \"true\" }, \"\").map(|one| one.id);
        let behind = records::list(\"product\", #{}, \"p-1\").map(|one| one.id);
        let kept = records::stored(\"product\", \"p-1\");
        `${lost == ()} ${stale == ()} ${found.len()} ${found[0].body.number} ${both} ${listed} ${behind} ${kept.origin} ${kept.revision == first} ${kept.body.sale_price}`";
    assert_eq!(
        evaluate(&parts, body).await,
        "true true 1 A-1 [\"p-1\", \"p-2\"] [\"p-2\"] [\"p-2\"] script test true 12.350"
    );
    for (call, words) in [
        (
            "records::find(\"product\", \"notes\", \"x\")",
            "are not found by notes",
        ),
        (
            "records::find(\"product\", \"modell\", \"x\")",
            "did you mean model?",
        ),
        (
            "records::list(\"products\", #{ zebra: 1 }, \"\")",
            "zebra is no member of product",
        ),
        (
            "filing::file(\"product\", \"p-1\", #{ name: 7 })",
            "name: is no text",
        ),
        (
            "filing::file(\"erp.customers\", \"1\", #{})",
            "are rows of the ERP",
        ),
        (
            "filing::file(\"quotation\", \"q-1\", #{ subject: \"门\", customer: \"c-1\" }); \
             filing::file(\"quotation\", \"q-1\", #{ subject: \"门\", customer: \"c-1\", status: \"expired\" })",
            "cannot go from `draft` to `expired`",
        ),
        (
            "for number in 0..101 { filing::file(\"product\", `n-${number}`, #{ name: \"门\" }); }",
            "more than 100 records",
        ),
    ] {
        let error = handle(&parts, call).await.expect_err(call).to_string();
        assert!(error.contains(words), "{call}: {error}");
    }
}

#[tokio::test]
async fn an_emitted_event_lies_in_the_queue_with_its_payload_as_json() {
    let parts = parts().await;
    parts
        .host
        .automations
        .store(vec!["script listener".to_owned()].into());
    let number = evaluate(
        &parts,
        "events::emit(\"priced\", \"k-1\", #{ price: 12.5, name: \"笔\" })",
    )
    .await;
    assert!(number.parse::<i64>().expect("a number") > 0);
    let now = parts.host.clock.now();
    let until = now + SignedDuration::from_secs(60);
    let leased = parts
        .host
        .store
        .deliveries
        .lease(Wanted::Any(10), "test", until, now)
        .await
        .expect("lease");
    let payloads: Vec<&str> = leased
        .iter()
        .map(|leased| leased.delivery.payload.as_str())
        .collect();
    assert_eq!(payloads, [r#"{"name":"笔","price":12.5}"#]);
}

#[tokio::test]
async fn settings_and_the_clock_belong_to_the_invocation() {
    let parts = parts().await;
    let settings = BTreeMap::from([("city".to_owned(), "宁波".to_owned())]);
    let permit = Permit {
        settings,
        grants: Grants::default(),
        ..Permit::default()
    };
    let source = "fn handle(event) {
        state::put(\"value\", `${settings::get(\"city\")} ${settings::get(\"x\") == ()} ${settings::all()} ${clock::now()} ${clock::unix_milliseconds()}`);
    }";
    let script = load(&parts, permit, source).expect("no grants are needed");
    let time: Timestamp = "2026-03-07T10:00:00.5Z".parse().expect("a time");
    script
        .handle(&Invocation::at(time), &event("{}"))
        .await
        .expect("handled");
    let entry = parts
        .host
        .store
        .state
        .get("script test", "value")
        .await
        .expect("store")
        .expect("value");
    assert_eq!(
        entry.value,
        "宁波 true #{\"city\": \"宁波\"} 2026-03-07T10:00:00.500Z 1772877600500"
    );
}

#[tokio::test]
async fn the_session_says_whether_the_host_is_signed_in() {
    let parts = parts().await;
    assert_eq!(evaluate(&parts, "session::status().state").await, "signed-out");
    assert_eq!(
        evaluate(&parts, "customers::list(); session::status().state").await,
        "signed-in"
    );
}

#[tokio::test]
async fn a_services_problem_can_be_caught_and_breaks_the_script_otherwise() {
    let parts = parts().await;
    let long = "let key = \"\"; key.pad(600, 'x');";
    let caught = format!(
        "{long} let text = \"\"; try {{ state::get(key); }} catch (e) {{ text = e.kind + e.message; }} text"
    );
    assert_eq!(evaluate(&parts, &caught).await, "problemkey of 600 bytes");
    let error = handle(&parts, &format!("{long} state::get(key);"))
        .await
        .expect_err("a problem");
    assert!(
        matches!(error, ExtensionError::Broken { .. }) && error.to_string().contains("at most 512 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_mapping_that_meets_a_problem_is_broken_and_the_data_is_not_refused() {
    let parts = parts().await;
    let source = "fn map(contact) { let key = \"\"; key.pad(600, 'x'); state::get(key); #{} }";
    let mapping = super::script(&parts, source);
    let error = super::asking::map(&mapping, &parts, &super::contact())
        .await
        .expect_err("a problem");
    assert!(matches!(error, ExtensionError::Broken { .. }), "{error}");
}

#[tokio::test]
async fn every_way_to_write_to_the_log_is_a_way() {
    let parts = parts().await;
    let body =
        "log::trace(1); log::info(\"a\"); log::warn(#{ x: 1 }); log::error(\"b\", #{ n: 1, t: \"x\" });
        log::write(\"debug\", \"c\"); log::write(\"warn\", \"d\", #{ x: 2 }); print(\"p\"); debug(\"q\");";
    handle(&parts, body).await.expect("handled");
    let error = handle(&parts, "log::write(\"loud\", \"x\");")
        .await
        .expect_err("no level");
    assert!(
        error.to_string().contains("loud is no log level (trace, debug"),
        "{error}"
    );
}
