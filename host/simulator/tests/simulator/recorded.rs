//! A caller whose calls are recorded, for the tests of recording and replaying.

use crate::common::{Caller, LOCAL, path, start};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;
use sunmao_catalogue::Catalogue;
use sunmao_simulator::{Options, Recorder};

/// A caller whose calls go through a recorder into a folder.
pub struct Recorded {
    pub caller: Caller,
    pub recorder: Recorder,
    pub folder: tempfile::TempDir,
    pub direct: reqwest::Client,
}

impl Recorded {
    pub async fn of(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let caller = start(options).await;
        let recorder = Recorder::start(&caller.simulator.base_url(), folder.path(), LOCAL)
            .await
            .unwrap();
        Recorded {
            caller,
            recorder,
            folder,
            direct: reqwest::Client::new(),
        }
    }

    pub async fn small() -> Self {
        Recorded::of(Options {
            size: 30,
            ..Options::default()
        })
        .await
    }

    pub async fn call(&self, name: &str, arguments: Json) -> String {
        send(
            &self.direct,
            &self.recorder.base_url(),
            name,
            &self.caller.token,
            arguments,
        )
        .await
        .1
    }

    pub fn fixtures(&self) -> BTreeMap<String, Json> {
        fixtures(self.folder.path())
    }
}

pub async fn send(
    http: &reqwest::Client,
    base: &str,
    name: &str,
    token: &str,
    arguments: Json,
) -> (u16, String) {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(name).unwrap();
    let body = match operation.dialect {
        sunmao_catalogue::Dialect::Form => {
            let pairs = arguments.as_object().unwrap().iter();
            let datas: Vec<Json> = pairs
                .map(|(name, value)| json!({"id": name, "val": value}))
                .collect();
            json!({"session": token, "cmdkey": operation.cmdkey, "datas": datas})
        }
        sunmao_catalogue::Dialect::Json => arguments,
        sunmao_catalogue::Dialect::Helper => json!({"Token": token, "Datas": arguments}),
    };
    let request = http
        .post(format!("{base}{}", path(operation)))
        .header("ZBAPI-Token", token);
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

pub async fn login(http: &reqwest::Client, base: &str, password: &str) -> Json {
    let datas = json!([
        {"id": "user", "val": "txt:sunmao"}, {"id": "password", "val": format!("txt:{password}")},
        {"id": "serialnum", "val": "txt:TESTDEVICE01"}, {"id": "rndcode", "val": ""},
    ]);
    let request = http
        .post(format!("{base}/webapi/v3/ov1/login"))
        .json(&json!({"datas": datas}));
    request.send().await.unwrap().json().await.unwrap()
}

pub fn fixtures(folder: &Path) -> BTreeMap<String, Json> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let read = |file: std::path::PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(file).unwrap();
        (name, serde_json::from_str(&text).unwrap())
    };
    entries.map(read).collect()
}

pub fn all_text(folder: &Path) -> String {
    fixtures(folder).values().map(Json::to_string).collect()
}
