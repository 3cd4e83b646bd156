//! The mapping between JSON texts agrees with the mapping between records.

#![cfg(feature = "json")]

mod support;

use support::contact;
use wechat_customer::{json, rules};

const CONTACT: &str = r#"{
    "id": "c-1001", "wx_id": "linmu_wx", "remark": "木工林师傅", "k_code": "K7", "source": "wechat", "type": "lead",
    "confidence": 80, "owner": "小周", "company_name": "苏州榫卯家具有限公司", "real_name": "林木",
    "phone": "19900000000", "phone_verified": false, "email": "lin@example.com", "address": "苏州市虎丘区 1 号",
    "notes": "展会上认识", "summary": "想要一批胡桃木餐桌", "score": 82, "updated_at": "2026-03-02T08:00:00Z"
}"#;

#[test]
fn both_ways_agree() {
    let expected = serde_json::to_value(rules::to_customer(contact()).unwrap()).unwrap();
    let actual: serde_json::Value = serde_json::from_str(&json::to_customer(CONTACT).unwrap()).unwrap();
    assert_eq!(actual, expected);
    assert_eq!(actual["customer_number"], "WXc-1001");
}

#[test]
fn unreadable_text_is_a_fault() {
    assert_eq!(json::to_customer("{").unwrap_err().len(), 1);
}
