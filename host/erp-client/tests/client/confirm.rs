//! What a write's success rests on: the record as the ERP shows it afterwards, in every field that can be compared.

use crate::support::{Seen as Request, StandIn, ok};
use crate::variants::start;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use sunmao_catalogue::{Arguments, Catalogue, Kind, Operation, Record, Value};
use sunmao_erp_client::{Before, ErpClient, Error, Outgoing, Sent, shown};
use sunmao_simulator::{Fault, Faults, Options};

const LIMIT: Duration = Duration::from_secs(20);

/// An ERP of customers that keeps and shows them as it likes.
#[derive(Default)]
struct Manners {
    /// What it makes of a stored text before it shows it, by wire name; none shows nothing.
    shows: BTreeMap<&'static str, fn(&str) -> String>,
    stores_nothing: bool,
    /// What it answers in place of a customer.
    answers: Option<Json>,
    customers: BTreeMap<String, BTreeMap<String, String>>,
    saves: usize,
}

type Erp = Arc<Mutex<Manners>>;

fn operation(name: &str) -> Operation {
    Catalogue::shared().find(name).unwrap().clone()
}

async fn customers(manners: Manners) -> (Erp, StandIn, ErpClient) {
    let erp = Arc::new(Mutex::new(manners));
    let answering = erp.clone();
    let save = operation("customers.save-company");
    let stand_in = StandIn::start(move |request| {
        std::future::ready(ok(answering.lock().unwrap().answer(&save, &request)))
    })
    .await;
    let client = stand_in.client();
    (erp, stand_in, client)
}

impl Manners {
    fn answer(&mut self, save: &Operation, request: &Request) -> Json {
        let given = request.body["datas"].as_array().unwrap().iter();
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut given: BTreeMap<String, String> = given
            .map(|given| (text(&given["id"]), text(&given["val"])))
            .collect();
        let key = given.remove("ord").unwrap_or_default();
        let document = |body: Json| json!({"header": {"status": 0, "message": ""}, "body": body});
        if request.body["cmdkey"] == "__sys_dosave" {
            self.saves += 1;
            if !self.stores_nothing {
                self.customers.entry(key).or_default().extend(given);
            }
            return document(json!({"message": {"text": "保存成功！"}}));
        }
        if let Some(answer) = &self.answers {
            return answer.clone();
        }
        let Some(customer) = self.customers.get(&key) else {
            return json!({"header": {"status": 1, "message": "单据不存在或已被删除"}});
        };
        let fields = save
            .params
            .iter()
            .filter(|field| field.wire != "ord")
            .map(|field| {
                let stored = customer.get(&field.wire).map_or("", String::as_str);
                let value = match self.shows.get(&*field.wire) {
                    Some(show) => show(stored),
                    None => stored.to_owned(),
                };
                json!({"id": field.wire, "caption": field.label, "value": value})
            });
        let fields: Vec<Json> = fields.collect();
        document(
            json!({"bill": {"id": "custom", "value": key.parse::<i64>().unwrap(),
            "groups": [{"id": "base", "fields": fields}]}}),
        )
    }
}

fn company(key: i64, values: &[(&str, &str)]) -> Record {
    let plain = [("name", "榫卯木业"), ("sort1", "1"), ("person_name", "鲁班")];
    let mut given: Record = plain
        .iter()
        .chain(values)
        .map(|(wire, value)| ((*wire).to_owned(), Value::from(*value)))
        .collect();
    given.insert("ord".to_owned(), Value::from(key));
    given
}

async fn save(client: &ErpClient, given: &Record, before: Before<'_>) -> Result<Sent, Error> {
    let save = operation("customers.save-company");
    let arguments = save.check(given).unwrap();
    client
        .send(&save, &arguments, LIMIT, before, &Outgoing::default())
        .await
}

fn nothing(_: &str) -> String {
    String::new()
}

#[tokio::test]
async fn an_update_that_stores_nothing_is_told_with_every_field_and_heals() {
    let (erp, _stand_in, client) = customers(Manners::default()).await;
    let old = [
        ("mobile", "19900001111"),
        ("intro", "旧"),
        ("jz", "177"),
        ("address", ""),
    ];
    save(&client, &company(7, &old), Before::Absent).await.unwrap();
    let new = [
        ("mobile", "19900002222"),
        ("intro", "新"),
        ("jz", "175"),
        ("address", ""),
    ];
    let update = company(7, &new);
    erp.lock().unwrap().stores_nothing = true;
    let error = save(&client, &update, Before::Unread).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unconfirmed);
    let words = error.to_string();
    for field in ["mobile", "remark", "value-rating"] {
        let field = operation("customers.save-company")
            .param(field)
            .map_or(field.to_owned(), |field| field.name.clone());
        assert!(words.contains(&field), "{field}: {words}");
    }
    assert!(
        !words.contains("1990000"),
        "what people wrote stands in no error: {words}"
    );
    assert_eq!(erp.lock().unwrap().saves, 4, "sent three times");
    erp.lock().unwrap().stores_nothing = false;
    let sent = save(&client, &update, Before::Unread).await.unwrap();
    let seen = sent.seen.unwrap();
    assert_eq!((seen.key, seen.unshown.len()), (Some(7), 0));
    assert_eq!(seen.shown.value("mobile"), Some(&Value::from("19900002222")));
}

#[tokio::test]
async fn what_cannot_be_looked_at_now_is_not_known_and_what_never_can_rests_on_the_erps_word() {
    let (erp, _stand_in, client) = customers(Manners::default()).await;
    let customer = company(7, &[("mobile", "19900001111")]);
    erp.lock().unwrap().stores_nothing = true;
    erp.lock().unwrap().answers = Some(json!({"header": {"status": 0}, "body": {}}));
    let error = save(&client, &customer, Before::Absent).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unconfirmed);
    let words = error.to_string();
    assert!(
        words.contains("customers.get of 7 could not be looked at"),
        "{words}"
    );
    erp.lock().unwrap().answers = Some(json!({"header": {"status": 1, "message": "没有权限"}}));
    let sent = save(&client, &customer, Before::Absent).await.unwrap();
    assert_eq!(sent.seen, None);
    assert_eq!(sent.unread.unwrap().kind(), Kind::Refused);
}

#[tokio::test]
async fn a_cleared_field_that_still_reads_something_is_not_cleared() {
    let (erp, _stand_in, client) = customers(Manners::default()).await;
    save(&client, &company(7, &[("mobile", "19900001111")]), Before::Absent)
        .await
        .unwrap();
    let cleared = company(7, &[("mobile", "")]);
    erp.lock()
        .unwrap()
        .shows
        .insert("mobile", |_| "19900001111".to_owned());
    let error = save(&client, &cleared, Before::Unread).await.unwrap_err();
    assert!(error.to_string().contains("mobile was written empty"), "{error}");
    erp.lock().unwrap().shows.clear();
    save(&client, &cleared, Before::Unread).await.unwrap();
}

#[tokio::test]
async fn spelling_of_the_erps_own_is_no_difference() {
    let mut manners = Manners::default();
    manners.shows.insert("name", |name| {
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    manners
        .shows
        .insert("mobile", |_| "１９９００００１１１１".to_owned());
    manners.shows.insert("zijin", |_| "1,200.50".to_owned());
    manners.shows.insert("date1", |_| "2025-3-7 00:00:00".to_owned());
    manners.shows.insert("ly", |_| "陌生开发".to_owned());
    let (erp, _stand_in, client) = customers(manners).await;
    let given = company(
        7,
        &[
            ("name", " 榫卯木业\n  有限公司"),
            ("mobile", "19900001111"),
            ("zijin", "1200.5"),
            ("date1", "2025-03-07"),
            ("ly", "173"),
        ],
    );
    save(&client, &given, Before::Absent).await.unwrap();
    assert_eq!(erp.lock().unwrap().saves, 1);
}

#[tokio::test]
async fn a_field_that_is_never_shown_is_learned_from_records_that_are_stored() {
    let mut manners = Manners::default();
    manners.shows.insert("mobile", nothing);
    let (erp, _stand_in, client) = customers(manners).await;
    let customer = |key: i64| company(key, &[("mobile", "19900001111"), ("intro", "备注")]);
    for key in [1, 2] {
        let error = save(&client, &customer(key), Before::Absent).await.unwrap_err();
        assert!(error.to_string().contains("mobile"), "{error}");
    }
    // From here on the client looks at records by itself, before it writes them.
    let sent = save(&client, &customer(3), Before::Unread).await.unwrap();
    assert_eq!(sent.seen.unwrap().unshown, ["mobile"]);
    let before = erp.lock().unwrap().saves;
    let sent = save(&client, &customer(4), Before::Unread).await.unwrap();
    assert_eq!(sent.seen.unwrap().unshown, ["mobile"]);
    assert_eq!(erp.lock().unwrap().saves, before + 1, "not sent again");
    // Another field is compared as ever.
    erp.lock().unwrap().shows.insert("intro", nothing);
    let error = save(&client, &customer(5), Before::Unread).await.unwrap_err();
    assert!(error.to_string().contains("reads empty"), "{error}");
}

#[tokio::test]
async fn what_stores_nothing_is_never_learned() {
    let (erp, _stand_in, client) = customers(Manners::default()).await;
    for key in 1..=6 {
        save(&client, &company(key, &[("mobile", "1")]), Before::Absent)
            .await
            .unwrap();
    }
    erp.lock().unwrap().stores_nothing = true;
    for round in 0..2 {
        for key in 1..=6 {
            let update = company(key, &[("mobile", &format!("1990000{round}"))]);
            let error = save(&client, &update, Before::Unread).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Unconfirmed);
        }
    }
}

#[tokio::test]
async fn a_page_gives_the_whole_form_of_what_both_pages_call_alike() {
    let (_erp, _stand_in, client) = customers(Manners::default()).await;
    save(
        &client,
        &company(7, &[("mobile", "19900001111"), ("ly", "173")]),
        Before::Absent,
    )
    .await
    .unwrap();
    let (write, get) = (operation("customers.save-company"), operation("customers.get"));
    let mut key = Arguments::default();
    key.set("ord", Value::from(7));
    let answer = client.call(&get, &key).await.unwrap();
    let page = shown(&write, &get, &answer);
    let form = page.whole_form();
    let text = |wire: &str| {
        let field = write.params.iter().find(|field| field.wire == wire).unwrap();
        form.get(&field.name).and_then(Value::to_text)
    };
    assert_eq!(text("mobile").as_deref(), Some("19900001111"));
    assert_eq!(text("ly").as_deref(), Some("173"));
    assert_eq!(text("phone").as_deref(), Some(""), "an empty field is shown, too");
    assert_eq!(text("ord"), None);
    assert!(write.check(&form).is_ok());
}

/// A number tells whether a create arrived whose answer was lost.
#[tokio::test]
async fn creates_whose_answers_are_lost_make_one_record_each() {
    for fault in [
        Fault::DroppedAfter,
        Fault::DroppedBefore,
        Fault::Torn,
        Fault::Empty,
    ] {
        let (simulator, client) = start(Options {
            faults: Faults::none().with(fault, 0.2).unwrap(),
            seed: 3,
            ..Options::default()
        })
        .await;
        let create = operation("products.create");
        let mut said = BTreeMap::new();
        for round in 0..12 {
            let mut given = create.example();
            let number = format!("SM-LOST-{round}");
            given.insert("product-number".to_owned(), Value::from(&*number));
            let arguments = create.check(&given).unwrap();
            let sent = client
                .send(&create, &arguments, LIMIT, Before::Unread, &Outgoing::default())
                .await;
            said.insert(number, sent.map(|sent| sent.seen.and_then(|seen| seen.key)));
        }
        let url = format!(
            "{}/_simulator/records/products?written=true",
            simulator.base_url()
        );
        let page: Json = reqwest::get(url).await.unwrap().json().await.unwrap();
        let is_done = said.values().filter(|said| said.is_ok()).count();
        assert!(is_done >= 10, "{fault}: {said:?}");
        for (number, said) in said {
            let bears = |record: &&Json| {
                record
                    .as_object()
                    .unwrap()
                    .values()
                    .any(|value| *value == json!(number))
            };
            let bearing = page["records"].as_array().unwrap().iter().filter(bears).count();
            match said {
                Ok(_) => assert_eq!(bearing, 1, "{fault}: {number}"),
                Err(error) => assert!(bearing <= 1, "{fault}: {number}: {error}"),
            }
        }
        simulator.stop().await;
    }
}

/// More calls at once where the settings allow them.
#[tokio::test]
async fn as_many_calls_are_under_way_as_the_concurrency_allows() {
    for concurrency in [2, 12] {
        let under_way = Arc::new(Mutex::new((0, 0)));
        let counted = under_way.clone();
        let stand_in = StandIn::start(move |_| {
            let counted = counted.clone();
            async move {
                {
                    let mut count = counted.lock().unwrap();
                    count.0 += 1;
                    count.1 = count.1.max(count.0);
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
                counted.lock().unwrap().0 -= 1;
                ok(crate::support::sound(&crate::support::form_get()))
            }
        })
        .await;
        let mut settings = stand_in.settings();
        settings.concurrency = concurrency;
        let client = ErpClient::new(settings).unwrap();
        let get = crate::support::form_get();
        let nothing = Arguments::default();
        // The first signs in for all.
        client.call(&get, &nothing).await.unwrap();
        let calls = (0..24).map(|_| client.call(&get, &nothing));
        futures::future::try_join_all(calls).await.unwrap();
        let most = under_way.lock().unwrap().1;
        assert!(
            most <= concurrency && most * 2 > concurrency,
            "{most} of {concurrency}"
        );
    }
}
