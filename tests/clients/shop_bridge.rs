//! A shop bridge from the time before `/webapi`: orders of a web shop become customers and contracts on the older paths, and
//! what is where is known by its place.

use crate::erp;
use serde_json::{Value, json};
use sunmao_simulator::Variant;

struct Bridge {
    http: reqwest::Client,
    base: String,
    session: String,
}

struct Order {
    number: &'static str,
    buyer: &'static str,
    mobile: &'static str,
    total: &'static str,
}

impl Bridge {
    async fn open(base: String) -> Bridge {
        let mut bridge = Bridge {
            http: reqwest::Client::new(),
            base,
            session: String::new(),
        };
        let login = [
            ("user", "txt:sunmao"),
            ("password", "txt:sunmao-demo"),
            ("serialnum", "shop-bridge"),
            ("rndcode", ""),
        ];
        let answer = bridge
            .post("login.asp", None, &login.map(|(id, val)| (id, json!(val))))
            .await;
        bridge.session = answer["header"]["session"].as_str().unwrap().to_owned();
        bridge
    }

    async fn post(&self, page: &str, cmdkey: Option<&str>, datas: &[(&str, Value)]) -> Value {
        let datas: Vec<Value> = datas
            .iter()
            .map(|(id, val)| json!({"id": id, "val": val}))
            .collect();
        let mut body = json!({"session": self.session, "datas": datas});
        if let Some(cmdkey) = cmdkey {
            body["cmdkey"] = json!(cmdkey);
        }
        let request = self.http.post(format!("{}/sysa/mobilephone/{page}", self.base));
        let request = request.header("Content-Type", "application/zsml; charset=utf-8");
        let answer: Value = request
            .body(body.to_string())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["header"]["status"], 0, "{page}: {answer}");
        answer
    }

    /// A new customer's key and the number that the ERP proposes, by its place.
    async fn reserve(&self) -> (i64, String) {
        let answer = self.post("salesmanage/custom/add.asp", None, &[]).await;
        let bill = &answer["body"]["bill"];
        let number = &bill["groups"][0]["fields"][2];
        assert_eq!(number["id"], "khid", "{bill}");
        (
            bill["value"].as_i64().unwrap(),
            number["value"].as_str().unwrap().to_owned(),
        )
    }

    async fn save(&self, page: &str, datas: &[(&str, Value)]) -> String {
        let answer = self.post(page, Some("__sys_dosave"), datas).await;
        answer["body"]["message"]["text"].as_str().unwrap().to_owned()
    }

    async fn rows(&self, page: &str, datas: &[(&str, Value)]) -> Vec<Vec<Value>> {
        let answer = self.post(page, Some("refresh"), datas).await;
        let rows = answer["body"]["source"]["table"]["rows"]
            .as_array()
            .unwrap()
            .iter();
        rows.map(|row| row.as_array().unwrap().clone()).collect()
    }

    /// The key of the contract with a number, which stands in the second column.
    async fn contract(&self, number: &str) -> Option<i64> {
        let rows = self
            .rows("salesmanage/contract/billlist.asp", &[("htbh", json!(number))])
            .await;
        rows.iter()
            .find(|row| row[1] == number)
            .map(|row| row[0].as_i64().unwrap())
    }

    async fn carry(&self, order: &Order) -> String {
        let (key, number) = self.reserve().await;
        let customer = [
            ("ord", json!(key)),
            ("khid", json!(number)),
            ("name", json!(order.buyer)),
            ("sort1", json!(1)),
            ("person_name", json!(order.buyer)),
            ("mobile", json!(order.mobile)),
        ];
        let saved = self.save("salesmanage/custom/add.asp?intsort=1", &customer).await;
        assert!(saved.contains("成功"), "{saved}");
        let contract = [
            ("company", json!(key)),
            ("htid", json!(order.number)),
            ("title", json!(format!("网店订单{}", order.number))),
            ("date3", json!("2025-03-07")),
            ("date1", json!("2025-03-07")),
            ("sort", json!(192)),
            ("bz", json!(14)),
            ("premoney", json!(order.total)),
            ("money1", json!(order.total)),
            ("fqhk", json!(0)),
            ("invoicePlan", json!(1)),
            ("invoiceMode", json!(0)),
        ];
        self.save("salesmanage/contract/add.asp", &contract).await
    }
}

#[tokio::test]
async fn an_order_becomes_a_customer_and_a_contract_without_a_concession() {
    let simulator = erp(Variant::Legacy, 10).await;
    let bridge = Bridge::open(simulator.base_url()).await;
    let order = Order {
        number: "WEB-2025-0001",
        buyer: "鲁班",
        mobile: "13900000000",
        total: "128.50",
    };
    assert_eq!(bridge.contract(order.number).await, None);
    let saved = bridge.carry(&order).await;
    assert!(saved.contains("成功"), "{saved}");
    assert!(bridge.contract(order.number).await.is_some());
    let again = bridge.carry(&order).await;
    assert!(again.contains("合同编号已被使用"), "{again}");
}

#[tokio::test]
async fn products_are_known_by_their_place() {
    let simulator = erp(Variant::Legacy, 10).await;
    let bridge = Bridge::open(simulator.base_url()).await;
    let rows = bridge
        .rows("salesmanage/product/billlist.asp", &[("pagesize", json!(3))])
        .await;
    assert_eq!(rows.len(), 3);
    for row in rows {
        let [key, name, number, model, _, unit, price, category] = &row[..8] else {
            panic!("{row:?}");
        };
        assert!(key.is_i64() && name.is_string() && model.is_string(), "{row:?}");
        assert!(number.as_str().unwrap().starts_with("CP"), "{row:?}");
        assert!(unit.as_str().is_some_and(|unit| !unit.is_empty()), "{row:?}");
        assert!(
            price.as_str().unwrap().replace(',', "").parse::<f64>().unwrap() > 0.0,
            "{row:?}"
        );
        assert!(!category.is_null(), "{row:?}");
    }
}
