//! A folder of kinds at work: what comes into force, what is refused with the records named, and what is put back.

use super::{KindsFolder, Looks};
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::host::Host;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use sunmao_catalogue::{Catalogue, CatalogueError, Kinds};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_store::{NewRecord, RecordName, Store};

/// Generous, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(60);

fn visit(fields: &str) -> String {
    format!("plural = \"visits\"\nlabel = \"到访\"\ndescription = \"A visit.\"\nfields = [\n{fields}\n]\n")
}

const VISITOR: &str = r#"{ name = "visitor", label = "来访人", type = "text", max_length = 20 },"#;

struct Place {
    folder: tempfile::TempDir,
    host: Arc<Host>,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("kinds")).unwrap();
        let store = Store::open(&folder.path().join("sunmao.sqlite")).await.unwrap();
        // Nothing here calls an ERP.
        let nobody = "http://127.0.0.1:9".parse().unwrap();
        let erp = ErpClient::new(Settings::new(
            nobody,
            "sunmao",
            "secret".to_owned().into(),
            "SUNMAO01",
        ))
        .unwrap();
        let gateway = Gateway::new(erp, store.clone(), Clock::system());
        let catalogue = Catalogue::shared();
        let kinds = Kinds::shipped(&catalogue).unwrap();
        let host = Arc::new(Host::new(catalogue, kinds, gateway, store, Clock::system()));
        Place { folder, host }
    }

    fn kinds(&self) -> KindsFolder {
        KindsFolder::new(self.folder.path().join("kinds"))
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join("kinds").join(file), text).unwrap();
    }

    fn remove(&self, file: &str) {
        std::fs::remove_file(self.folder.path().join("kinds").join(file)).unwrap();
    }

    async fn file_record(&self, kind: &str, id: &str, body: Option<&str>) {
        let record = NewRecord {
            name: RecordName {
                kind: kind.to_owned(),
                id: id.to_owned(),
            },
            body: body.map(str::to_owned),
            fingerprint: None,
            identities: Vec::new(),
        };
        let now = self.host.clock.now();
        self.host
            .store
            .records
            .accept(vec![record], Vec::new(), "test", now)
            .await
            .unwrap();
    }

    /// Acts on the folder as it is now, and tells what was refused.
    async fn act(&self, kinds: &KindsFolder) -> Vec<String> {
        let seen = super::files::read(kinds.path());
        kinds.act(&self.host, seen, || Ok(())).await;
        let refused = kinds.refused();
        refused.map_or_else(Vec::new, |refused| {
            refused.faults.iter().map(ToString::to_string).collect()
        })
    }

    fn knows(&self, kind: &str) -> bool {
        self.host.kinds.load().find(kind).is_some()
    }
}

#[tokio::test]
async fn a_kind_comes_and_goes_while_the_host_runs() {
    let place = Place::new().await;
    let kinds = Arc::new(place.kinds());
    let changes = Arc::new(AtomicU32::new(0));
    let follower = {
        let (host, kinds, changes) = (place.host.clone(), kinds.clone(), changes.clone());
        tokio::spawn(async move {
            let count = || {
                changes.fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            kinds.follow(&host, count).await;
        })
    };
    let becomes = async |known: bool| {
        let looking = async {
            while place.knows("visits") != known {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.expect("in time");
    };
    place.write("visit.toml", &visit(VISITOR));
    becomes(true).await;
    place.remove("visit.toml");
    becomes(false).await;
    assert_eq!(changes.load(Ordering::Relaxed), 2);
    follower.abort();
}

#[tokio::test]
async fn a_broken_file_is_told_and_leaves_the_kinds_in_force() {
    let place = Place::new().await;
    let kinds = place.kinds();
    place.write("visit.toml", &visit(VISITOR));
    assert_eq!(place.act(&kinds).await, [""; 0]);
    place.write("visit.toml", &visit(&VISITOR.replace("text", "texts")));
    place.write(
        "contact.toml",
        "fields = [{ name = \"phone\", label = \"手机\", type = \"text\" }]",
    );
    let told = place.act(&kinds).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter()
            .any(|fault| fault.contains("visit.toml") && fault.contains("texts")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|fault| fault.contains("contact.toml: field `phone`")),
        "{told:?}"
    );
    assert!(place.knows("visit"), "as it was");
    place.remove("contact.toml");
    place.write("visit.toml", &visit(VISITOR));
    assert_eq!(place.act(&kinds).await, [""; 0], "mended");
}

#[tokio::test]
async fn a_change_that_stored_records_do_not_fit_is_refused_with_their_names() {
    let place = Place::new().await;
    let kinds = place.kinds();
    place.write("visit.toml", &visit(VISITOR));
    assert_eq!(place.act(&kinds).await, [""; 0]);
    for id in 0..600 {
        let name = if id >= 595 { "y".repeat(15) } else { "x".to_owned() };
        place
            .file_record(
                "visit",
                &format!("v{id:03}"),
                Some(&format!("{{\"visitor\":\"{name}\"}}")),
            )
            .await;
    }
    place
        .file_record("visit", "gone", Some("{\"visitor\":\"zzzzzzzzzzzzzzzz\"}"))
        .await;
    place.file_record("visit", "gone", None).await;
    place.write("visit.toml", &visit(&VISITOR.replace("20", "10")));
    let told = place.act(&kinds).await;
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(
        told.starts_with("catalogue, visit.toml: stored records would be unsound: visit/v595: visitor:"),
        "{told}"
    );
    assert!(
        told.contains("visit/v597") && !told.contains("visit/v598") && !told.contains("gone"),
        "{told}"
    );
    let visitor = place.host.kinds.load().find("visit").unwrap().fields[0].max_length;
    assert_eq!(visitor, Some(20), "the old kind is in force");
    // So is one that asks for more than the records have; a further field that may be left out is none.
    let required = r#"{ name = "mood", label = "意向", type = "text", max_length = 5, required = true },"#;
    place.write("visit.toml", &visit(&format!("{VISITOR}\n{required}")));
    assert!(place.act(&kinds).await[0].contains("visit/v000: mood: 意向 is required"));
    place.write(
        "visit.toml",
        &visit(&format!(
            "{VISITOR}\n{}",
            required.replace(", required = true", "")
        )),
    );
    assert_eq!(place.act(&kinds).await, [""; 0]);
    // A kind with records cannot go; without any it can.
    place.remove("visit.toml");
    let told = place.act(&kinds).await;
    assert!(
        told[0].contains("visit.toml: the kind is gone, and 600 of its records are stored"),
        "{told:?}"
    );
    for id in 0..600 {
        place.file_record("visit", &format!("v{id:03}"), None).await;
    }
    assert_eq!(place.act(&kinds).await, [""; 0]);
    assert!(!place.knows("visit"));
}

#[tokio::test]
async fn a_host_that_starts_looks_at_the_records_of_the_operators_kinds() {
    let place = Place::new().await;
    let kinds = place.kinds();
    place.write(
        "contact.toml",
        "fields = [{ name = \"vip\", label = \"贵宾\", type = \"boolean\", required = true }]",
    );
    place
        .file_record("contact", "1", Some("{\"phone\":\"138\"}"))
        .await;
    let catalogue = &place.host.catalogue;
    let read = kinds.read(catalogue).unwrap();
    let faults = kinds
        .unsound_records(catalogue, &read, &place.host.store)
        .await
        .unwrap();
    assert!(
        faults[0]
            .to_string()
            .contains("contact.toml: stored records would be unsound: contact/1: vip"),
        "{faults:?}"
    );
    place
        .file_record("contact", "1", Some("{\"phone\":\"138\",\"vip\":true}"))
        .await;
    assert_eq!(
        kinds
            .unsound_records(catalogue, &read, &place.host.store)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn what_others_refuse_is_put_back() {
    let place = Place::new().await;
    let kinds = place.kinds();
    place.write("visit.toml", &visit(VISITOR));
    let refuse = || {
        let message = "the flow visits wants it otherwise".to_owned();
        Err(vec![CatalogueError {
            file: "sunmao.toml".to_owned(),
            message,
        }])
    };
    kinds
        .act(&place.host, super::files::read(kinds.path()), refuse)
        .await;
    assert!(!place.knows("visit"));
    assert!(
        kinds.refused().unwrap().faults[0]
            .message
            .contains("the flow visits")
    );
}

#[test]
fn a_folder_that_is_being_written_to_is_left_alone_until_it_stays_the_same() {
    let content = |text: &str| Some(Ok(vec![("visit.toml".to_owned(), text.to_owned())]));
    let mut looks = Looks::default();
    for (seen, expected) in [
        (content("old"), None),
        (content("old"), content("old")),
        (content(""), None),
        (content("new"), None),
        (content("new"), content("new")),
        (content("new"), None),
        (None, None),
    ] {
        assert_eq!(looks.settled(seen), expected);
    }
}

#[test]
fn files_are_read_however_they_were_saved_and_others_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::shared();
    let kinds = KindsFolder::new(folder.path());
    let text = visit(VISITOR);
    let write = |file: &str, content: &[u8]| std::fs::write(folder.path().join(file), content).unwrap();
    for ignored in ["visit.toml~", ".visit.toml.swp.toml", "README.md"] {
        write(ignored, b"nonsense");
    }
    std::fs::create_dir(folder.path().join("old.toml")).unwrap();
    write("visit.toml", &encoding_rs::GBK.encode(&text).0);
    assert_eq!(
        kinds.read(&catalogue).unwrap().find("visit").unwrap().label,
        "到访",
        "as Windows saves it"
    );
    write("visit.toml", b"# Z\xfcrich\n");
    write("large.toml", "#".repeat(1024 * 1024 + 1).as_bytes());
    let faults = kinds.read(&catalogue).unwrap_err();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter()
            .any(|fault| fault.contains("visit.toml") && fault.contains("line 1")),
        "{told:?}"
    );
    assert!(told.iter().any(|fault| fault.contains("large.toml")), "{told:?}");
    let nowhere = KindsFolder::new(folder.path().join("kinds"));
    assert_eq!(
        nowhere.read(&catalogue).unwrap(),
        Kinds::shipped(&catalogue).unwrap()
    );
}

#[tokio::test]
async fn records_are_found_by_a_field_that_came_to_identify_them_later() {
    let place = Place::new().await;
    let kinds = place.kinds();
    place.write("visit.toml", &visit(VISITOR));
    assert_eq!(place.act(&kinds).await, [""; 0]);
    place
        .file_record("visit", "v-1", Some(r#"{"visitor":" 李 明"}"#))
        .await;
    let records = &place.host.store.records;
    let found = async || {
        records
            .find_by_identity("visit", "visitor", "李明", 9)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(found().await, 0);
    let identifying = VISITOR.replace("max_length", r#"identity = "name", max_length"#);
    place.write("visit.toml", &visit(&identifying));
    assert_eq!(place.act(&kinds).await, [""; 0]);
    assert_eq!(found().await, 1, "while the host runs");
    place.write("visit.toml", &visit(VISITOR));
    assert_eq!(place.act(&kinds).await, [""; 0]);
    assert_eq!(found().await, 0, "and no more");
    place.write("visit.toml", &visit(&identifying));
    let read = kinds.read(&place.host.catalogue).unwrap();
    let faults = kinds
        .unsound_records(&place.host.catalogue, &read, &place.host.store)
        .await;
    assert_eq!(faults.unwrap(), []);
    let identified = kinds
        .identify(&place.host.catalogue, &read, &place.host.store)
        .await;
    identified.unwrap();
    assert_eq!(found().await, 1, "where the file changed while no host ran");
}
