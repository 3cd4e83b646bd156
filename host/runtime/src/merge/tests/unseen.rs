//! Merges with a record whose last writes nobody saw the end of.

use super::*;

#[test]
fn what_was_sent_is_the_hubs_own_and_what_it_never_sent_is_a_colleagues() {
    let sent = [
        record(&[
            ("customer-name", "榫卯"),
            ("mobile", "13800138000"),
            ("remarks", "older"),
            ("email", "a@x.cn"),
        ]),
        record(&[
            ("customer-name", "榫卯"),
            ("mobile", "13800138000"),
            ("remarks", "old"),
            ("email", "a@x.cn"),
        ]),
    ];
    let hub = record(&[
        ("customer-name", "榫卯"),
        ("mobile", "13800138000"),
        ("remarks", "new"),
        ("email", "b@x.cn"),
    ]);
    // The first arrived, but for the name, and then a colleague corrected the mobile and the e-mail.
    let erp = record(&[
        ("customer-name", ""),
        ("mobile", "18600001111"),
        ("remarks", "older"),
        ("email", "c@x.cn"),
    ]);
    let mut agreed = Agreed::default();
    agreed.sent(WRITE.vocabulary(), &sent, &erp);
    let compared = push(&agreed.erp, &hub, &erp);
    let disputed: Vec<&str> = compared.disputed().iter().map(|one| one.field.as_str()).collect();
    assert_eq!(disputed, ["email"], "both changed it");
    let merged = compared.decide(vec![Verdict::Undecided]);
    let for_erp = record(&[("customer-name", "榫卯"), ("remarks", "new")]);
    assert_eq!(merged.for_erp(), for_erp);
}
