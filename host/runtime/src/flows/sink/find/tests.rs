//! Customers that the staff entered in every spelling, found in a simulated ERP and in the rows that were swept.

use super::{Found, find};
use crate::actor::Actor;
use crate::clock::Clock;
use crate::extension::{Invocation, Permit};
use crate::flows::sink::WriteSink;
use crate::gateway::{Caller, Gateway};
use crate::grants::Grants;
use crate::host::Host;
use crate::limits::Limits;
use crate::record;
use std::sync::Arc;
use sunmao_catalogue::{Answer, Catalogue, Kinds, Record, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Simulator};
use sunmao_store::{NewLink, RecordName, Store};

struct Erp {
    host: Host,
    sink: WriteSink,
    caller: Caller,
    colleague: Caller,
    _simulator: Simulator,
    _folder: tempfile::TempDir,
}

async fn erp() -> Erp {
    let options = Options {
        size: 150,
        ..Options::default()
    };
    let (username, password) = (options.username.clone(), options.password.clone());
    let address = ([127, 0, 0, 1], 0).into();
    let simulator = Simulator::start(options, address).await.unwrap();
    let base_url = simulator.base_url().parse().unwrap();
    let mut settings = Settings::new(base_url, username, password.into(), "sunmaotest");
    settings.requests_per_second = 1_000_000;
    let client = ErpClient::new(settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("sunmao.sqlite")).await.unwrap();
    let clock = Clock::system();
    let catalogue = Catalogue::shared();
    let kinds = Kinds::shipped(&catalogue).unwrap();
    let sink = WriteSink::read(&catalogue, &kinds, "customers.save-company").unwrap();
    let gateway = Gateway::new(client, store.clone(), clock.clone());
    let permit = Permit {
        grants: Grants::everything(&catalogue),
        limits: Limits::default(),
        ..Permit::default()
    };
    let (permit, invocation) = (Arc::new(permit), Invocation::at(clock.now()));
    Erp {
        colleague: Caller::new(Actor::Http, "1", permit.clone(), invocation.clone()),
        host: Host::new(catalogue, kinds, gateway, store, clock),
        sink,
        caller: Caller::new(Actor::flow("push"), "1", permit, invocation),
        _simulator: simulator,
        _folder: folder,
    }
}

fn record(members: &[(&str, &str)]) -> Record {
    let members = members.iter();
    members
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect()
}

impl Erp {
    async fn call(&self, operation: &str, arguments: &Record) -> Answer {
        let operation = self.host.catalogue.find(operation).unwrap();
        self.host
            .gateway
            .call(&self.caller, operation, arguments)
            .await
            .unwrap()
    }

    /// A colleague enters a customer.
    async fn entered(&self, members: &[(&str, &str)]) -> i64 {
        let Answer::Document(reserved) = self.call("customers.reserve", &Record::default()).await else {
            panic!("a screen was expected");
        };
        let key = reserved.key.unwrap();
        let mut customer = record(&[
            ("customer-name", "榫卯木业"),
            ("customer-category", "1"),
            ("contact-name", "李一"),
        ]);
        customer.extend(record(members));
        customer.insert("ord".to_owned(), Value::Integer(key));
        self.call("customers.save-company", &customer).await;
        key
    }

    async fn found(&self, members: &[(&str, &str)]) -> Found {
        let name = RecordName::new("contact", "42");
        let mapped = record(members);
        find(
            &self.host,
            &self.caller,
            &self.sink,
            Some("customer"),
            &name,
            &mapped,
        )
        .await
        .unwrap()
    }

    async fn linked(&self, id: &str, key: i64) {
        let link = NewLink {
            link: "customer".to_owned(),
            record: RecordName::new("contact", id),
            erp_key: key,
            number: String::new(),
            agreed: None,
        };
        self.host
            .store
            .links
            .put(link, self.host.clock.now())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_phone_is_found_in_every_spelling_of_the_staff() {
    let erp = erp().await;
    for (ending, entered) in [
        ("5670", "19912345670"),
        ("5671", "+86 199 1234 5671"),
        ("5672", "+8619912345672"),
        ("5673", "199-1234-5673"),
        ("5674", "０１９９１２３４５６７４"),
        ("5675", "0086 (199) 1234.5675"),
        ("5676", "199\u{a0}1234\u{3000}5676"),
    ] {
        let key = erp.entered(&[("mobile", entered)]).await;
        let wanted = format!("1991234{ending}");
        assert_eq!(
            erp.found(&[("mobile", &wanted)]).await,
            Found::One(key),
            "{entered}"
        );
        let wanted = format!("+86 199-1234-{ending}");
        assert_eq!(
            erp.found(&[("mobile", &wanted)]).await,
            Found::One(key),
            "{entered}"
        );
    }
    assert_eq!(erp.found(&[("mobile", "13812345670")]).await, Found::Nothing);
    assert_eq!(erp.found(&[("mobile", "无")]).await, Found::Nothing);
}

#[tokio::test]
async fn a_wechat_id_is_found_where_the_phone_says_nothing() {
    let erp = erp().await;
    let key = erp
        .entered(&[("wechat", "sun_mao-42"), ("mobile", "13800138000")])
        .await;
    erp.entered(&[("wechat", "sun_mao-421")]).await;
    assert_eq!(erp.found(&[("wechat", "sun_mao-42")]).await, Found::One(key));
    assert_eq!(
        erp.found(&[("wechat", "ｓｕｎ＿ｍａｏ－４２ ")]).await,
        Found::One(key)
    );
    assert_eq!(erp.found(&[("wechat", "sun_mao-4")]).await, Found::Nothing);
    let wide = erp.entered(&[("wechat", "ｗｘ＿７")]).await;
    assert_eq!(erp.found(&[("wechat", "wx_7")]).await, Found::One(wide));
}

#[tokio::test]
async fn the_number_decides_before_anything_else_and_several_are_for_a_person() {
    let erp = erp().await;
    let numbered = erp.entered(&[("customer-number", "WX42")]).await;
    erp.entered(&[("customer-number", "WX421")]).await;
    let one = erp.entered(&[("mobile", "13800138000")]).await;
    let wanted = [("customer-number", "WX42"), ("mobile", "13800138000")];
    assert_eq!(erp.found(&wanted).await, Found::One(numbered));
    let wanted = [("customer-number", "WX43"), ("mobile", "13800138000")];
    assert_eq!(erp.found(&wanted).await, Found::One(one));
    let other = erp.entered(&[("mobile", "138 0013 8000")]).await;
    let mut both = vec![one, other];
    both.sort_unstable();
    assert_eq!(
        erp.found(&[("mobile", "13800138000")]).await,
        Found::Several(both)
    );
}

#[tokio::test]
async fn a_record_that_is_another_ones_is_not_found() {
    let erp = erp().await;
    let key = erp.entered(&[("mobile", "13800138000")]).await;
    erp.linked("41", key).await;
    assert_eq!(erp.found(&[("mobile", "13800138000")]).await, Found::Nothing);
    let own = erp.entered(&[("mobile", "13900139000")]).await;
    erp.linked("42", own).await;
    assert_eq!(erp.found(&[("mobile", "13900139000")]).await, Found::One(own));
}

#[tokio::test]
async fn a_swept_row_is_found_as_long_as_the_erp_still_says_so() {
    let erp = erp().await;
    // No list is asked for this spelling: only the row tells.
    let key = erp.entered(&[("mobile", "199 1234 5-6-7-8")]).await;
    assert_eq!(erp.found(&[("mobile", "19912345678")]).await, Found::Nothing);
    let rows = erp.sink.rows.clone().unwrap();
    let row = rows.check(&record(&[("mobile", "199 1234 5-6-7-8")])).unwrap();
    let swept = |key: i64| record::new_record(&rows, &key.to_string(), &row);
    let now = erp.host.clock.now();
    let records = &erp.host.store.records;
    let batch = vec![swept(key), swept(999_999)];
    records.accept(batch, Vec::new(), "flow pull", now).await.unwrap();
    assert_eq!(erp.found(&[("mobile", "19912345678")]).await, Found::One(key));
    // A colleague has corrected it since the sweep.
    let mut corrected = record(&[
        ("customer-name", "榫卯木业"),
        ("customer-category", "1"),
        ("contact-name", "李一"),
        ("mobile", "13700137000"),
    ]);
    corrected.insert("ord".to_owned(), Value::Integer(key));
    erp.call("customers.save-company", &corrected).await;
    assert_eq!(erp.found(&[("mobile", "19912345678")]).await, Found::Nothing);
}
