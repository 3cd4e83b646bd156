//! Every parameter of the lists of customers, contacts, contracts and products does what its name says.

use crate::common::{Caller, example, rows, small, text};
use jiff::{ToSpan, ZonedDateTime, civil::Date};
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Operation, ResultKind};

/// Parameters with tests of their own.
const PAGING: [&str; 3] = ["pagesize", "pageindex", "_rpt_sort"];

/// Parameters that say around which screen the list stands, or where the caller came from: all rows come.
const SCREEN: [(&str, &[&str]); 4] = [
    (
        "customers",
        &["datatype", "tjly", "checktype", "Ismode", "catetype"],
    ),
    ("customer-contacts", &["checktype"]),
    ("contracts", &["datatype", "ly", "checktype", "catetype"]),
    (
        "products",
        &[
            "listadd",
            "company",
            "companyFromType",
            "htcateid",
            "IsTools",
            "bz",
            "repairOrder",
            "secpro",
            "fromtype",
            "totalNum",
            "totalCount",
            "flag",
            "remind",
        ],
    ),
];

/// Views that other records may belong to as well, by the days of their dates or by how far they have come.
const SHARED_VIEWS: [(&str, &str); 3] = [
    ("customer-contacts", "stype"),
    ("customer-contacts", "remind"),
    ("contracts", "stype"),
];

/// One record of each object whose every value is its own.
struct Marked {
    caller: Caller,
    today: Date,
    staff: String,
    customer: i64,
    contact: i64,
    contract: i64,
    product: i64,
}

impl Marked {
    async fn new() -> Marked {
        let caller = small().await;
        let today = ZonedDateTime::now().date();
        let account = Catalogue::shared();
        let mut account = example(account.find("accounts.create").unwrap());
        account["Name"] = json!("标记员");
        assert_eq!(caller.call("accounts.create", account).await["Code"], 200);
        let mut marked = Marked {
            caller,
            today,
            staff: "31".to_owned(),
            customer: 0,
            contact: 0,
            contract: 0,
            product: 0,
        };
        marked.save_customer().await;
        marked.save_contract().await;
        marked.save_product().await;
        marked
    }

    fn day(&self, ahead: i64) -> String {
        self.today.checked_add(ahead.days()).unwrap().to_string()
    }

    async fn saved(&self, operation: &str, arguments: Json) -> i64 {
        let answer = self.caller.call(operation, arguments).await;
        assert_eq!(text(&answer), "保存成功！");
        answer["body"]["message"]["data"]["ord"].as_i64().unwrap()
    }

    async fn save_customer(&mut self) {
        let customer = json!({
            "name": "标记客户有限公司", "pym": "BJKH", "khid": "BJ-K1", "sort1": "标记分类", "ly": 9173, "jz": 9175,
            "area": "标记区域", "trade": 9139, "url": "https://biaoji.example.com", "address": "标记路1号", "zip": "999999",
            "intro": "标记备注", "phone": "010-9999-0001", "fax": "010-9999-0002", "date1": self.day(0),
            "person_name": "标记人",
        });
        self.customer = self.saved("customers.save-company", customer).await;
        for (command, arguments) in [
            ("customers.assign", json!({"member1": 0, "member2": self.staff})),
            ("customers.protect", json!({})),
        ] {
            let mut arguments = arguments;
            arguments["ord"] = json!(self.customer);
            assert_eq!(text(&self.caller.call(command, arguments).await), "操作成功！");
        }
        let found = self.list("customer-contacts.list", "person_name", "标记人").await;
        let birthday = self.today.checked_add(1.days()).unwrap();
        let contact = json!({
            "ord": found[0], "company": self.customer, "person_name": "标记人", "pym": "BJR", "sex": "其他",
            "year1": birthday.strftime("2000-%m-%d").to_string(), "part1": "标记部", "job": "标记职务",
            "phone": "010-9999-0001", "fax": "010-9999-0002", "mobile": "199-9999-0003", "email": "biaoji@example.com",
            "qq": "99990004", "joy": "标记爱好", "intro": "标记联系",
        });
        self.contact = self.saved("customer-contacts.save", contact).await;
    }

    async fn save_contract(&mut self) {
        let contract = json!({
            "company": self.customer, "htid": "BJ-H1", "title": "标记合同", "date3": self.day(0), "date1": self.day(0),
            "date2": self.day(1), "cateid": self.staff, "sort": 9192, "complete1": 9195, "bz": 914,
            "premoney": "999,999.50", "yhvalue": 0, "money1": "999999.50", "fqhk": 0, "invoicePlan": 1, "invoiceMode": 2,
            "htly": "标记来源",
        });
        self.contract = self.saved("contracts.save", contract).await;
    }

    async fn save_product(&mut self) {
        let product = json!({
            "Title": "标记产品", "Code": "BJ-P1", "Model": "BJ-M1", "Sort1": 9001, "CanOutStore": 1, "Roles": "1",
            "PriceMode": 0, "Unitjb": 1, "Aleat1": "999999", "Aleat2": "999999", "Addcate": self.staff, "InDate": self.day(0),
            "Company": 9005, "PackingPrices": [{"Bm": 0, "Bl": 1, "UnitID": 1, "Txm": "BJTXM1"}],
        });
        assert_eq!(self.caller.call("products.create", product).await["Code"], 200);
        self.product = 31;
    }

    /// The keys of the rows that a list shows for one argument.
    async fn list(&self, operation: &str, parameter: &str, value: &str) -> Vec<i64> {
        let arguments = json!({parameter: value, "pagesize": 500});
        let answer = self.caller.call(operation, arguments).await;
        rows(&answer)
            .iter()
            .map(|row| row["ord"].as_i64().unwrap())
            .collect()
    }

    fn key(&self, object: &str) -> i64 {
        match object {
            "customers" => self.customer,
            "customer-contacts" => self.contact,
            "contracts" => self.contract,
            _ => self.product,
        }
    }

    /// A value that means the marked record.
    fn value(&self, object: &str, parameter: &str) -> Option<String> {
        let today = self.day(0);
        let customer = |parameter: &str| {
            Some(match parameter {
                "telsort" => "标记分类",
                "khjz" | "jz" => "9175",
                "khhy" | "trade" => "9139",
                "khly" | "ly" => "9173",
                "area" => "标记区域",
                _ => return None,
            })
        };
        let own = match (object, parameter) {
            (_, "searchKey") => "标记",
            ("customers", "telord") | ("contracts", "ord") | ("products", "ords") => {
                return Some(self.key(object).to_string());
            }
            (_, "cateid" | "a_cateid") => &self.staff,
            ("customers", "stype") => "3",
            ("customers", "remind") => "147",
            ("customers", "name") | ("customer-contacts", "name") | ("contracts", "khmc") => "记客户有",
            ("customers", "pym") => "bjkh",
            ("customers", "khid") => "BJ-K",
            ("customers" | "customer-contacts", "phone") => "9999-0001",
            ("customers" | "customer-contacts", "fax") => "9999-0002",
            ("customers", "url") => "biaoji",
            ("customers", "address") => "标记路",
            ("customers", "zip") => "99999",
            ("customers", "intro") => "标记备注",
            ("customers", "date1_0" | "a_date_0" | "tdate1") => &today,
            ("customer-contacts", "stype") => "1",
            ("customer-contacts", "remind") => "7",
            ("customer-contacts", "company") => return Some(self.customer.to_string()),
            ("customer-contacts", "person_name") => "标记人",
            ("customer-contacts", "pym") => "BJR",
            ("customer-contacts", "part1") => "标记部",
            ("customer-contacts", "job") => "标记职",
            ("customer-contacts", "mobile") => "9999-0003",
            ("customer-contacts", "qq") => "9999",
            ("customer-contacts", "email") => "biaoji@",
            ("customer-contacts", "joy") => "标记爱好",
            ("customer-contacts", "intro") => "标记联系",
            ("customer-contacts", "sex") => "其他",
            ("customer-contacts", "date1_0") => &today,
            ("contracts", "stype") => "1",
            ("contracts", "remind") => "21",
            ("contracts", "bzpara" | "bz") => "914",
            ("contracts", "a_sort1") => "标记来源",
            ("contracts", "a_sort2" | "htzt") => "9195",
            ("contracts", "a_sort3" | "htfl") => "9192",
            ("contracts", "title") => "标记合",
            ("contracts", "htbh") => "bj-h",
            ("contracts", "htmoney_0" | "moneyall_0") => "999,999",
            ("contracts", "tdate1" | "a_date_0" | "dateQD_0" | "dateKS_0" | "dateZZ_0") => &today,
            ("products", "specialCompany") => "9005",
            ("products", "idProductClass") => "9001",
            ("products", "cpname") => "标记产",
            ("products", "cpbh") => "BJ-P",
            ("products", "cpxh") => "BJ-M",
            ("products", "txm") => "bjtxm",
            ("products", "kcxx_0" | "kcsx_0") => "500000",
            ("products", "adddate_0") => &today,
            _ => return customer(parameter).map(str::to_owned),
        };
        Some(own.to_owned())
    }

    /// A bound that the marked record alone lies beyond.
    fn upper_bound(&self, parameter: &str) -> Option<String> {
        match parameter {
            "htmoney_1" | "moneyall_1" | "kcxx_1" | "kcsx_1" => Some("500000".to_owned()),
            "tdate2" => Some(self.day(-1)),
            _ if parameter.ends_with("_1") => Some(self.day(-1)),
            _ => None,
        }
    }
}

/// The lists that show an object's records, whatever they are called.
fn lists(catalogue: &Catalogue, object: &str) -> Vec<Operation> {
    let own = catalogue.find(&format!("{object}.list")).unwrap();
    catalogue
        .operations()
        .iter()
        .filter(|operation| {
            operation.result == ResultKind::Table && operation.path.eq_ignore_ascii_case(&own.path)
        })
        .cloned()
        .collect()
}

#[tokio::test]
async fn every_parameter_of_a_list_narrows_it() {
    let marked = Marked::new().await;
    let catalogue = Catalogue::shared();
    let mut faults = Vec::new();
    for (object, screen) in SCREEN {
        let lists = lists(&catalogue, object);
        assert!(!lists.is_empty());
        for operation in lists {
            let all = marked.list(&operation.name, "searchKey", "").await;
            assert!(all.len() > 30, "{}", operation.name);
            let others: Vec<i64> = all
                .iter()
                .copied()
                .filter(|key| *key != marked.key(object))
                .collect();
            for field in operation
                .params
                .iter()
                .filter(|field| !PAGING.contains(&&*field.wire))
            {
                let wire = field.wire.as_str();
                let (value, expected) = if screen.contains(&wire) {
                    ("1".to_owned(), all.clone())
                } else if let Some(value) = marked.upper_bound(wire) {
                    (value, others.clone())
                } else if let Some(value) = marked.value(object, wire) {
                    (value, vec![marked.key(object)])
                } else {
                    panic!("{}: nobody says what {wire} does", operation.name);
                };
                let found = marked.list(&operation.name, wire, &value).await;
                let fits = if SHARED_VIEWS.contains(&(object, wire)) {
                    found.contains(&marked.key(object)) && found.len() < all.len()
                } else {
                    found == expected
                };
                if !fits {
                    let name = &operation.name;
                    faults.push(format!("{name} {wire}={value} ({}): {found:?}", field.label));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn several_values_are_alternatives_also_in_a_customers_values() {
    let marked = Marked::new().await;
    let first = rows(&marked.caller.call("customers.list", json!({"telord": 1})).await);
    let area = format!("标记区域,{}", first[0]["area"].as_str().unwrap());
    let found = marked.list("customer-contacts.list", "area", &area).await;
    assert!(found.contains(&1) && found.contains(&marked.contact), "{found:?}");
    assert!(found.len() < 31);
    let keys = format!("{},1", marked.product);
    assert_eq!(
        marked.list("products.list", "ords", &keys).await,
        [marked.product, 1]
    );
    let staff = marked.list("contracts.list", "cateid", "31,4").await;
    assert_eq!(staff, [marked.contract, 4]);
    assert_eq!(
        marked.list("contracts.list", "cateid", "标记员").await,
        [marked.contract]
    );
}

#[tokio::test]
async fn views_follow_what_was_done_to_a_record() {
    let marked = Marked::new().await;
    let customer = marked.customer;
    let view = async |code: &str| marked.list("customers.list", "stype", code).await;
    let done = async |command: &str, arguments: Json| {
        let mut arguments = arguments;
        arguments["ord"] = json!(customer);
        assert_eq!(text(&marked.caller.call(command, arguments).await), "操作成功！");
    };
    assert_eq!(view("3").await, [customer]);
    done("customers.unprotect", json!({})).await;
    done("customers.take-back", json!({})).await;
    assert!(view("3").await.is_empty());
    assert_eq!(view("1").await, [customer]);
    assert!(
        marked.list("customers.list", "cateid", "31").await.is_empty(),
        "nobody's"
    );
    done("customers.claim", json!({})).await;
    assert_eq!((view("1").await, view("2").await), (vec![], vec![customer]));
    done("customers.review", json!({"jg": 1})).await;
    assert!(view("2").await.is_empty());
    assert!(view("5").await.is_empty());

    let waiting = async || marked.list("contracts.list", "stype", "1").await;
    assert!(waiting().await.contains(&marked.contract));
    let approval = json!({"ord": marked.contract, "@__sp_money": 1, "@__sp_result": 1});
    marked.caller.call("contracts.approve", approval).await;
    assert!(!waiting().await.contains(&marked.contract));
    assert_eq!(marked.list("contracts.list", "stype", "0").await.len(), 31);
}

#[tokio::test]
async fn an_installations_own_fields_filter_too() {
    let marked = Marked::new().await;
    let customer = json!({"ord": 5, "name": "有自定义字段", "sort1": "一般", "person_name": "甲", "sysIcus_level": "A1"});
    marked.saved("customers.save-company", customer).await;
    assert_eq!(marked.list("customers.list", "sysicus_level", "a1").await, [5]);
    assert_eq!(marked.list("customers.list", "searchKey", "A1").await, [5]);
    assert!(
        marked
            .list("customers.list", "sysIcus_level", "A2")
            .await
            .is_empty()
    );
}
