//! The demonstration's contacts, all invented, and how they are filed: over HTTP, as the Customer Hub does it.

use super::colleague::SHARED_PHONE;
use crate::exit::Exit;
use crate::failure::Failure;
use reqwest::Client;
use serde_json::{Value, json};

/// Scores of the contacts that keep coming: on both sides of the shipped policy's limit.
const SCORES: [u8; 6] = [55, 72, 58, 64, 49, 90];

/// A contact that was filed.
pub struct Filed {
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// The contact that nothing names, with a name: filed again it goes on.
pub const MENDED: (&str, &str) = (
    "demo-10",
    r#"{"company_name": "金石建材", "has_payment": true, "phone": "17700000010"}"#,
);

/// Files one contact after the other.
pub struct Filer {
    client: Client,
    host: String,
    number: usize,
}

impl Filer {
    pub fn new(host: &str) -> Result<Self, Failure> {
        let client = Client::builder()
            .no_proxy()
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Filer {
            client,
            host: host.to_owned(),
            number: 0,
        })
    }

    /// Files the next contact.
    pub async fn next(&mut self) -> Result<Filed, Failure> {
        let (id, body) = contact(self.number);
        self.number += 1;
        self.file(id, body).await
    }

    /// Files a contact that two customers of the ERP could be.
    pub async fn of_two(&self) -> Result<Filed, Failure> {
        let body = json!({
            "real_name": "林木", "company_name": "双木商贸", "score": 88, "phone": SHARED_PHONE, "phone_verified": true,
        });
        self.file("demo-two".to_owned(), body).await
    }

    async fn file(&self, id: String, body: Value) -> Result<Filed, Failure> {
        let address = format!("{}/v1/records/contact/{id}", self.host);
        let response = self
            .client
            .put(address)
            .json(&body)
            .send()
            .await
            .map_err(|error| failed(&error))?;
        response.error_for_status().map_err(|error| failed(&error))?;
        Ok(Filed {
            id,
            name: name(&body),
        })
    }
}

fn failed(error: &reqwest::Error) -> Failure {
    Failure::new(Exit::Failed, "", "filing a contact", error.to_string())
}

fn name(body: &Value) -> String {
    let parts =
        ["real_name", "company_name", "remark"].map(|member| body[member].as_str().unwrap_or_default());
    let named: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if named.is_empty() {
        return body["phone"].as_str().unwrap_or_default().to_owned();
    }
    named.join(" · ")
}

/// The contact of a number, the same in every run.
fn contact(number: usize) -> (String, Value) {
    let mut bodies = first_contacts();
    let body = if number < bodies.len() {
        bodies.swap_remove(number)
    } else {
        later_contact(number)
    };
    (format!("demo-{:02}", number + 1), body)
}

fn first_contacts() -> Vec<Value> {
    vec![
        json!({
            "real_name": "王晓明", "company_name": "海岳贸易有限公司", "type": "customer", "confidence": 95, "score": 92,
            "phone": "17700000001", "phone_verified": true, "wx_id": "wx_haiyue", "source": "wechat",
            "email": "wang@haiyue.example.com", "address": "江苏省苏州市样例路1号", "summary": "询价轴承一批，月底前交货",
        }),
        json!({
            "real_name": "李静", "company_name": "青禾食品加工厂", "type": "lead", "score": 78,
            "phone": "17700000002", "phone_verified": true, "wx_id": "wx_qinghe", "summary": "要包装机的报价",
        }),
        json!({
            "real_name": "张伟", "company_name": "星桥电子", "type": "lead", "score": 35,
            "phone": "17700000003", "has_order": true, "notes": "老客户，已有订单",
        }),
        json!({
            "real_name": "陈芳", "company_name": "云帆服饰", "type": "lead", "score": 42,
            "phone": "17700000004", "phone_verified": true, "summary": "随便看看",
        }),
        json!({
            "real_name": "刘洋", "type": "unknown", "score": 70, "phone": "17700000005", "phone_verified": true,
            "invalid": true, "remark": "广告推销",
        }),
        json!({ "type": "unknown", "score": 66, "wx_id": "wx_0006", "remark": "A小店" }),
        json!({
            "real_name": "赵敏", "company_name": "北辰机械制造有限公司", "type": "customer", "score": 20,
            "has_contract": true, "phone": "17700000007",
        }),
        json!({
            "real_name": "孙磊", "company_name": "禾木家具", "type": "lead", "score": 61,
            "phone": "17700000008", "phone_verified": true, "source": "manual",
        }),
        json!({
            "real_name": "周婷", "company_name": "南浦茶业", "type": "lead", "score": 59,
            "phone": "17700000009", "phone_verified": true, "summary": "差一分",
        }),
        // The policy admits whoever has paid; the mapping then finds nothing to call the customer by.
        json!({ "type": "customer", "score": 83, "has_payment": true, "phone": "17700000010", "source": "import" }),
        json!({
            "real_name": "郑丽", "company_name": "蓝湾水产", "type": "customer", "score": 15,
            "has_payment": true, "phone": "17700000011",
        }),
        json!({
            "real_name": "钱峰", "company_name": "朗润环保科技", "type": "lead", "score": 95,
            "phone": "17700000012", "phone_verified": true, "wx_id": "wx_langrun",
        }),
    ]
}

fn later_contact(number: usize) -> Value {
    json!({
        "real_name": format!("访客{}", number + 1),
        "company_name": format!("样例公司{}", number + 1),
        "type": "lead",
        "score": SCORES[number % SCORES.len()],
        "phone": format!("139{:08}", number + 1),
        "phone_verified": true,
    })
}
