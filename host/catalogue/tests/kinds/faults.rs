//! Every fault of a record at once, each with what would be right.

use super::{kind, lines, read, told};
use expect_test::{Expect, expect};
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Record, Value};

#[track_caller]
fn check(name: &str, body: Json, expected: Expect) {
    expected.assert_eq(&told(&kind(name), body));
}

#[test]
fn a_contact_is_told_everything_that_is_wrong_with_it() {
    check(
        "contact",
        json!({
            "wxid": "x", "phone": 13_800_000_000_u64, "email": "x".repeat(51), "score": 101, "confidence": 1.5,
            "source": "fax", "type": 1, "has_order": 1, "invalid": "true", "updated_at": "yesterday", "zzzzzz": 1,
        }),
        expect![[r#"
            wxid: is no member of `contact` (did you mean `wx_id`?)
            zzzzzz: is no member of `contact` (`sunmao kinds show contact` lists those there are)
            source: `fax` is not allowed (one of wechat 微信, manual 手工录入, import 批量导入)
            type: is no text (one of customer 客户, lead 线索, vendor 供应商, personal 个人, unknown 未知)
            confidence: is no whole number (a whole number from 0 to 100)
            phone: is no text (text in quotes)
            email: is 51 characters long (at most 50 characters)
            score: 101 is too large (at most 100)
            has_order: is no truth value (true or false)
            invalid: is no truth value (true or false)
            updated_at: is no time (a time such as 2026-03-07T10:00:00Z)"#]],
    );
}

#[test]
fn each_other_kind_is_told_what_is_wrong_with_it() {
    check(
        "conversation",
        json!({"contact_id": "a b", "last_speaker": "us", "status": "unseen", "bucket": "GREY", "score": -1}),
        expect![[r#"
            contact_id: is no id of a record (1 to 64 characters without spaces)
            last_speaker: `us` is not allowed (one of me 我方, them 对方)
            status: `unseen` is not allowed (one of UNSEEN 未读, NEED_REPLY 待回复, WAITING_THEM 等待对方, OVERDUE 超时, RESOLVED 已解决, SNOOZED 稍后提醒)
            bucket: `GREY` is not allowed (one of WHITE 白名单, GRAY 灰名单, BLACK 黑名单)
            score: -1 is too small (at least 0)"#]],
    );
    check(
        "ticket",
        json!({"subject": "", "customer": 7, "satisfaction": 6, "opened_at": "2026-03-07"}),
        expect![[r#"
            subject: 主题 is required
            customer: is no id of a record (1 to 64 characters without spaces)
            opened_at: is no time (a time such as 2026-03-07T10:00:00Z)
            satisfaction: 6 is too large (at most 5)"#]],
    );
    check(
        "repair",
        json!({"received_on": "2026-03-07T10:00:00Z", "under_warranty": 0, "parts": [{"unit_price": -1}, 5], "labour_cost": "1 200"}),
        expect![[r#"
            subject: 主题 is required
            under_warranty: is no truth value (true or false)
            received_on: is no day (a day such as 2026-03-07)
            labour_cost: is no number (a decimal number of at least 0, such as 1200.50)
            parts[0].quantity: 数量 is required
            parts[0].unit_price: -1 is too small (at least 0)
            parts[1]: is no record (give the members by name)"#]],
    );
    check(
        "quotation",
        json!({"customer": "7", "quoted_on": "2026-02-30", "lines": {"quantity": 1}, "total": true}),
        expect![[r#"
            subject: 主题 is required
            quoted_on: is no day (a day such as 2026-03-07)
            lines: is no list (give a list of records)"#]],
    );
    check(
        "contract",
        json!({"subject": "合同", "customer": null, "lines": [{"quantity": 1, "discount": 9, "tax_rate": 13, "produkt": "p"}]}),
        expect![[r#"
            customer: 客户 is required
            lines[0].produkt: is no member of `contract` (did you mean `product`?)
            lines[0].discount: 9 is too large (at most 1)"#]],
    );
    check(
        "product",
        json!({"sale_price": "-0.01", "stock": "many", "discontinued": "no", "number": ["1"]}),
        expect![[r#"
            number: is no text (text in quotes)
            name: 产品名称 is required
            sale_price: -0.01 is too small (at least 0)
            stock: is no number (a decimal number, such as 1200.50)
            discontinued: is no truth value (true or false)"#]],
    );
    check(
        "collection",
        json!({"customer": "7", "amount": "", "method": "gold"}),
        expect![[r#"
            amount: 应收金额 is required
            method: `gold` is not allowed (one of transfer 银行转账, wechat 微信, alipay 支付宝, cash 现金, cheque 支票, acceptance 承兑汇票, other 其他)"#]],
    );
    check(
        "invoice",
        json!({"customer": "7", "amount": 5, "tax_rate": 101, "lines": []}),
        expect!["tax_rate: 101 is too large (at most 100)"],
    );
}

#[test]
fn an_id_is_short_without_spaces_and_the_same_within() {
    let contact = kind("contact");
    for id in ["", "a b", "a\u{7}", "a\u{3000}b", &"x".repeat(65)] {
        let faults = contact.read(id, json!({})).expect_err("no id");
        assert_eq!(
            lines(&faults),
            "id: is no id (1 to 64 characters without spaces)",
            "{id:?}"
        );
    }
    assert!(contact.read(&"联".repeat(64), json!({})).is_ok());
    assert_eq!(
        told(&contact, json!({"id": "43"})),
        "id: differs from the id in the address (leave it out or make them equal)"
    );
    assert_eq!(
        read(&contact, json!({"id": "42"})),
        read(&contact, json!({"id": null}))
    );
    assert_eq!(told(&contact, json!([1])), ": a contact is a JSON object");
    // Nor does one fault hide the others.
    let faults = contact
        .read("", json!({"id": "1", "score": 101}))
        .expect_err("unsound");
    assert_eq!(faults.len(), 3);
}

#[test]
fn what_is_empty_is_not_there_and_whole_numbers_are_whole() {
    let contact = kind("contact");
    let record = read(
        &contact,
        json!({"score": 80.0, "confidence": 8e1, "remark": "", "email": null, "wx-id": "wx_1", "type": "线索"}),
    );
    let expected = Record::from_iter([
        ("wx_id".to_owned(), Value::from("wx_1")),
        ("type".to_owned(), Value::from("lead")),
        ("confidence".to_owned(), Value::Integer(80)),
        ("score".to_owned(), Value::Integer(80)),
    ]);
    assert_eq!(
        record, expected,
        "in the kind's order, under snake_case names, labels as codes"
    );
    let order: Vec<&String> = record.keys().collect();
    assert_eq!(order, ["wx_id", "type", "confidence", "score"]);
    let invoice = read(
        &kind("invoice"),
        json!({"customer": "7", "amount": "1200.50", "lines": []}),
    );
    assert_eq!(invoice["amount"].to_text().as_deref(), Some("1200.50"));
    assert!(!invoice.contains_key("lines"));
    assert_eq!(
        told(&contact, json!({"wx_id": "a", "wx-id": "b"})),
        "wx-id: is given twice, also as `wx_id` (keep one of them)"
    );
}

#[test]
fn days_and_times_are_kept_in_one_form() {
    let contact = read(
        &kind("contact"),
        json!({"updated_at": "2026-03-07T18:00:00+08:00"}),
    );
    assert_eq!(contact["updated_at"], Value::from("2026-03-07T10:00:00Z"));
    let repair = read(
        &kind("repair"),
        json!({"subject": "x", "received_on": "2026/3/7"}),
    );
    assert_eq!(repair["received_on"], Value::from("2026-03-07"));
}

#[test]
fn what_a_guest_answers_is_held_to_the_same() {
    let contact = kind("contact");
    let answer = |members: &[(&str, Value)]| -> Record {
        members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    };
    let record = contact.check(&answer(&[("id", "43".into()), ("real-name", "鲁班".into())]));
    assert_eq!(record.expect("sound"), answer(&[("real_name", "鲁班".into())]));
    let faults = contact.check(&answer(&[
        ("real_name", Value::Integer(1)),
        ("scorn", Value::Integer(1)),
    ]));
    assert_eq!(
        lines(&faults.expect_err("unsound")),
        "scorn: is no member of `contact` (did you mean `score`?)\nreal_name: is no text (text in quotes)"
    );
}
