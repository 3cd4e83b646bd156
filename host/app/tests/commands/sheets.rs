//! `sunmao import` and `sunmao export`: the real binary and a host without flows.

mod coming_in;
mod given_back;
mod going_out;
mod headings;
mod many;

use crate::bare::{Bare, bare};
use crate::serve::send;
use crate::support::Ended;
use calamine::{Data, Reader, Xlsx, open_workbook};
use encoding_rs::GB18030;
use serde_json::Value;
use std::path::Path;

async fn hub() -> Bare {
    bare("", &[]).await
}

async fn run(hub: &Bare, arguments: &[&str]) -> Ended {
    let url = ["--url", hub.url.as_str()];
    hub.sunmao.run(&[arguments, &url[..]].concat()).await
}

/// Imports a file, and what became of it: new, changed, unchanged and unsound.
async fn import(hub: &Bare, kind: &str, file: &Path, more: &[&str]) -> (Value, [u64; 4]) {
    let arguments = ["import", file.to_str().unwrap(), "--kind", kind, "--json"];
    let ended = run(hub, &[&arguments[..], more].concat()).await;
    assert!(!ended.stdout.is_empty(), "{}", ended.stderr);
    let told = ended.json();
    let counts = ["new", "changed", "unchanged", "unsound"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(ended.code, Some(i32::from(counts[3] > 0)), "{}", ended.stderr);
    (told, counts)
}

async fn record(hub: &Bare, name: &str) -> Value {
    let (_, record) = send(reqwest::Client::new().get(hub.address(&format!("/v1/records/{name}")))).await;
    record["body"].clone()
}

async fn records(hub: &Bare, kind: &str) -> Vec<Value> {
    let address = hub.address(&format!("/v1/records/{kind}?limit=1000"));
    let (_, page) = send(reqwest::Client::new().get(address)).await;
    page["items"].as_array().unwrap().clone()
}

fn in_gbk(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn write(hub: &Bare, name: &str, content: &[u8]) -> std::path::PathBuf {
    let path = hub.sunmao.write(name, "");
    std::fs::write(&path, content).unwrap();
    path
}

/// Every cell of a workbook's first sheet.
fn cells(path: &Path) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}
