//! Quotations: proposed from what a contact asks for, sent, accepted, rejected, expired, and changed by nobody in between.

use crate::stage::Stage;
use crate::support::contact;
use serde_json::{Value as Json, json};

const CONTACT: &str = "c-00001";

async fn stage() -> Stage {
    let stage = Stage::with(&["quotations"]).await;
    let mut contact = contact(1);
    contact.as_object_mut().expect("members").remove("id");
    stage.files("contact", CONTACT, &contact).await;
    for (id, product) in [
        (
            "p-1",
            json!({ "number": "A-1", "name": "不锈钢合页", "model": "M8×20", "unit": "个", "sale_price": "12.35", "tax_rate": 13 }),
        ),
        (
            "p-2",
            json!({ "number": "A-2", "name": "不锈钢合页", "model": "M8×40", "unit": "个", "sale_price": "15.00", "tax_rate": 13 }),
        ),
        (
            "p-3",
            json!({ "number": "B-1", "name": "实木门", "model": "D-90", "unit": "套", "sale_price": "1130.00" }),
        ),
        (
            "p-4",
            json!({ "number": "B-2", "name": "老款木门", "model": "D-90", "unit": "套", "sale_price": "900.00", "discontinued": true }),
        ),
        (
            "p-5",
            json!({ "number": "C-1", "name": "门锁", "model": "S-1", "sale_price": "80.00", "tax_rate": 13 }),
        ),
        (
            "p-6",
            json!({ "number": "C-2", "name": "智能门锁", "model": "S-1", "sale_price": "800.00", "tax_rate": 13 }),
        ),
    ] {
        stage.files("product", id, &product).await;
    }
    stage
}

fn conversation(wanted: Json) -> Json {
    json!({ "contact_id": CONTACT, "topic": "展厅改造", "status": "NEED_REPLY", "wanted": wanted })
}

/// The draft that a conversation brought about, as it is once this holds.
async fn draft(stage: &Stage, is_it: impl Fn(&Json) -> bool) -> Json {
    stage.until_record("quotation", "q-v-1", is_it).await
}

/// Files a record that is refused; each fault in a line.
async fn refused(stage: &Stage, id: &str, body: &Json) -> String {
    let url = format!("{}/v1/records/quotation/{id}", stage.installation.url);
    let answer = stage.installation.http.put(url).json(body).send().await;
    let answer = answer.expect("answer");
    assert_eq!(answer.status(), 400);
    let answer: Json = answer.json().await.expect("JSON");
    let faults = answer["error"]["faults"].as_array().expect("faults").clone();
    let told = |fault: &Json| {
        let part = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        format!("{}: {} ({})", part("field"), part("message"), part("hint"))
    };
    faults.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_contact_asks_for_becomes_a_draft_and_what_nobody_can_tell_apart_is_left_for_a_person() {
    let stage = stage().await;
    let wanted = json!([
        { "number": "ａ-1".to_uppercase(), "quantity": 3 },
        { "name": "不锈钢合页", "quantity": 10 },
        { "name": "不锈钢 合页", "model": "m8×40" },
        { "model": "D-90", "quantity": "2" },
        { "model": "S-1" },
        { "name": "月球车", "quantity": 1 },
    ]);
    stage.files("conversation", "v-1", &conversation(wanted)).await;
    let quotation = draft(&stage, |_| true).await;
    let line = |index: usize, members: &[&str]| -> Vec<Json> {
        let line = &quotation["lines"][index];
        members.iter().map(|member| line[*member].clone()).collect()
    };
    let found = ["product", "product_number", "unit_price", "tax_rate", "amount"];
    assert_eq!(
        line(0, &found),
        json!(["p-1", "A-1", "12.35", "13", "37.05"])
            .as_array()
            .expect("a list")[..]
    );
    assert_eq!(line(1, &found)[..3], [Json::Null, Json::Null, Json::Null]);
    assert_eq!(
        line(1, &["candidates", "quantity"]),
        [json!("A-1, A-2"), json!("10")]
    );
    assert_eq!(
        line(2, &["product", "quantity", "amount"]),
        [json!("p-2"), json!("1"), json!("15.00")]
    );
    assert_eq!(
        line(3, &["product", "tax_rate"]),
        [json!("p-3"), json!("13")],
        "what is discontinued is not offered"
    );
    assert_eq!(
        line(4, &["candidates", "description"]),
        [json!("C-1, C-2"), json!("S-1")]
    );
    assert_eq!(
        line(5, &["candidates", "description"]),
        [json!("无匹配产品"), json!("月球车")]
    );
    let members = [
        "number",
        "subject",
        "customer",
        "customer_name",
        "conversation",
        "total",
    ];
    let company = contact(1)["company_name"].clone();
    assert_eq!(
        members.map(|member| quotation[member].clone()),
        [
            json!("BJ-q-v-1"),
            json!("展厅改造"),
            json!(CONTACT),
            company,
            json!("v-1"),
            json!("2312.05")
        ]
    );
    // Nobody sends what nobody has priced.
    let mut sent = quotation.clone();
    sent["status"] = json!("sent");
    let told = refused(&stage, "q-v-1", &sent).await;
    assert!(
        told.contains("lines[1].unit_price: 含税单价 is required once the record is `sent`"),
        "{told}"
    );
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_follows_its_conversation_until_somebody_has_changed_it() {
    let stage = stage().await;
    let wanted = |quantity: u32| conversation(json!([{ "number": "A-1", "quantity": quantity }]));
    stage.files("conversation", "v-1", &wanted(3)).await;
    draft(&stage, |draft| draft["total"] == "37.05").await;
    stage.files("conversation", "v-1", &wanted(4)).await;
    draft(&stage, |draft| draft["total"] == "49.40").await;
    stage
        .changes("quotation", "q-v-1", json!({ "payment_terms": "预付三成" }))
        .await;
    stage.files("conversation", "v-1", &wanted(5)).await;
    stage.settles().await;
    let kept = stage.body("quotation", "q-v-1").await;
    assert_eq!(
        (&kept["total"], &kept["payment_terms"]),
        (&json!("49.40"), &json!("预付三成"))
    );
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_goes_from_state_to_state_at_every_door_and_its_lines_stay_what_was_offered() {
    let stage = stage().await;
    let offer = json!({
        "subject": "门锁", "customer": CONTACT, "quoted_on": "2026-03-01", "valid_until": "2099-01-01",
        "lines": [{ "product_number": "C-1", "description": "门锁", "quantity": 2, "unit_price": "80.00", "tax_rate": 13, "amount": "1.00" }],
        "total": "1.00",
    });
    stage.files("quotation", "q-1", &offer).await;
    assert_eq!(
        stage.body("quotation", "q-1").await["total"],
        "160.00",
        "what a client says it comes to is not believed"
    );
    let with = |changes: Json| {
        let mut body = offer.clone();
        for (name, value) in changes.as_object().expect("members") {
            body[name] = value.clone();
        }
        body
    };
    let told = refused(&stage, "q-1", &with(json!({ "status": "accepted" }))).await;
    assert_eq!(
        told,
        "status: cannot go from `draft` to `accepted` (behind `draft` comes `sent`)"
    );
    stage
        .files("quotation", "q-1", &with(json!({ "status": "sent" })))
        .await;
    let other = json!([{ "product_number": "C-1", "quantity": 3, "unit_price": "80.00", "tax_rate": 13 }]);
    let told = refused(&stage, "q-1", &with(json!({ "status": "sent", "lines": other }))).await;
    assert_eq!(
        told,
        "lines: is fixed once status is `sent` (set status to `draft` with the change)"
    );
    // A patch and a line of many are held to the same.
    let kinds = format!("{}/v1/records/quotation", stage.installation.url);
    let line = json!({ "id": "q-1", "lines": other }).to_string();
    let patched = stage
        .installation
        .http
        .patch(&kinds)
        .header("content-type", "application/x-ndjson");
    let answer: Json = patched
        .body(line)
        .send()
        .await
        .expect("answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["rejected"][0]["faults"][0]["field"], "lines", "{answer}");
    let mut line = with(json!({ "status": "draft", "id": "q-1" })).to_string();
    line = format!("{line}\n{}\n", with(json!({ "status": "accepted", "id": "q-1" })));
    let posted = stage
        .installation
        .http
        .post(&kinds)
        .header("content-type", "application/x-ndjson");
    let answer: Json = posted
        .body(line)
        .send()
        .await
        .expect("answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        (&answer["accepted"], &answer["unsound"]),
        (&json!(1), &json!(1)),
        "{answer}"
    );
    assert_eq!(
        answer["rejected"][0]["faults"][0]["message"],
        "cannot go from `draft` to `accepted`"
    );
    assert_eq!(stage.body("quotation", "q-1").await["status"], "draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_whose_last_day_is_over_expires() {
    let stage = stage().await;
    let offer = |status: &str, until: &str| {
        json!({
            "subject": "门锁", "customer": CONTACT, "quoted_on": "2020-01-01", "valid_until": until, "status": status,
            "lines": [{ "quantity": 1, "unit_price": "80.00" }],
        })
    };
    for (id, status, until) in [
        ("over", "sent", "2020-01-31"),
        ("open", "sent", "2099-01-31"),
        ("draft", "draft", "2020-01-31"),
        ("accepted", "accepted", "2020-01-31"),
    ] {
        stage.files("quotation", id, &offer(status, until)).await;
    }
    stage.runs("quotation-expire").await;
    for (id, status) in [
        ("over", "expired"),
        ("open", "sent"),
        ("draft", "draft"),
        ("accepted", "accepted"),
    ] {
        assert_eq!(stage.body("quotation", id).await["status"], status, "{id}");
    }
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quotation_is_printed_by_the_template_as_it_is_now_and_a_broken_one_is_told_with_its_line() {
    let stage = stage().await;
    let offer = json!({
        "subject": "<b>门锁</b>", "customer": CONTACT, "notes": "<script>alert(1)</script>",
        "lines": [{ "product_number": "=1+1", "description": "门锁", "quantity": 2, "unit_price": "80.00", "tax_rate": 13 }],
    });
    stage.files("quotation", "q-1", &offer).await;
    let address = format!("{}/v1/records/quotation/q-1/document", stage.installation.url);
    let http = &stage.installation.http;
    let ask = async |query: &str| {
        let answer = http
            .get(format!("{address}{query}"))
            .send()
            .await
            .expect("answer");
        let told = |name: &str| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let headers = ["content-type", "content-security-policy", "content-disposition"].map(told);
        (
            answer.status().as_u16(),
            headers,
            answer.bytes().await.expect("a body"),
        )
    };
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    let (status, [kind, policy, place], page) = ask("").await;
    let page = text(&page);
    assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(place.starts_with("inline; filename*=UTF-8''"), "{place}");
    assert!(
        page.contains("&lt;b&gt;门锁") && page.contains("160.00") && page.contains("壹佰陆拾元整"),
        "{page}"
    );
    assert!(!page.contains("<script>"), "{page}");
    let (status, [kind, ..], book) = ask("?format=xlsx").await;
    assert_eq!((status, &book[..2]), (200, &b"PK"[..]), "{kind}");
    let file = stage.installation.folder.path().join("templates/quotation.html");
    std::fs::write(&file, "一\n二 {{ record.totl }}").expect("written");
    let (status, _, told) = ask("").await;
    let told: Json = serde_json::from_slice(&told).expect("JSON");
    let words = told["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(status, 422, "{told}");
    assert!(words.contains("quotation.html:2: undefined value"), "{words}");
    std::fs::write(&file, "{{ record.total | money }} {{ record.status }}").expect("written");
    let (status, _, page) = ask("").await;
    assert_eq!((status, text(&page)), (200, "160.00 草稿".to_owned()));
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(ask("").await.0, 404);
    let (status, _, told) = ask("?format=pdf").await;
    assert_eq!(status, 400, "{}", text(&told));
    assert_eq!(ask("?format=xlsx").await.0, 200, "the other template is there");
    let nobody = address.replace("q-1", "q-2");
    let answer = http.get(nobody).send().await.expect("answer");
    assert_eq!(answer.status(), 404);
}
