//! An invented contact, and short words for what tests compare.

#![allow(dead_code, reason = "each test program uses its own part")]

use sunmao_plugin::Fault;
use wechat_customer::roles::contact_to_customers_save_company::Contact;

/// A sound contact with every field filled in.
pub fn contact() -> Contact {
    Contact {
        id: "c-1001".to_owned(),
        wx_id: text("linmu_wx"),
        remark: text("木工林师傅"),
        k_code: text("K7"),
        source: "wechat".to_owned(),
        type_: "lead".to_owned(),
        confidence: 80,
        owner: text("小周"),
        company_name: text("苏州榫卯家具有限公司"),
        company_contact: None,
        real_name: text("林木"),
        phone: text("19900000000"),
        phone_verified: false,
        email: text("lin@example.com"),
        address: text("苏州市虎丘区 1 号"),
        notes: text("展会上认识"),
        summary: text("想要一批胡桃木餐桌"),
        score: Some(82),
        has_order: false,
        has_contract: false,
        has_payment: false,
        invalid: false,
        updated_at: text("2026-03-02T08:00:00Z"),
    }
}

pub fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn fields(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.field.as_str()).collect()
}
