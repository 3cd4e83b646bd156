//! Many rows, one of a hundred unsound: in bounded memory, given back by number, and gone on with after a kill. The short
//! form has 5,000 rows. The long one, with memory and time:
//!
//! ```sh
//! cargo nextest run -p sunmao --test commands --run-ignored only --no-capture fifty_thousand
//! ```

use super::{hub, import, in_gbk, run, write};
use crate::bare::Bare;
use crate::support::until;
use rust_xlsxwriter::Workbook;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Every so many rows one is unsound.
const UNSOUND: u32 = 100;

fn cells(row: u32) -> [String; 7] {
    let score = if row.is_multiple_of(UNSOUND) {
        "很高".to_owned()
    } else {
        (row % 100).to_string()
    };
    [
        format!("wx-{row}"),
        format!("李明{row}"),
        format!("样例木作有限公司第{}分店", row % 1_000),
        format!("+86 177-{:04}-{:04}", row / 10_000, row % 10_000),
        format!("幸福路{row}号，{}", "备".repeat(20)),
        score,
        "是".to_owned(),
    ]
}

const HEADINGS: [&str; 7] = ["微信号", "姓名", "公司名称", "手机", "地址", "评分", "有订单"];

fn plain_text(hub: &Bare, rows: u32) -> PathBuf {
    let mut text = HEADINGS.join(",");
    for row in 1..=rows {
        write!(text, "\r\n{}", cells(row).join(",")).unwrap();
    }
    write(hub, "contacts.csv", &in_gbk(&text))
}

/// As Excel saves it: every text once, in a table of its own.
fn workbook(hub: &Bare, rows: u32) -> PathBuf {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for row in 1..=rows {
        for (column, cell) in (0..).zip(cells(row)) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let path = hub.sunmao.folder.path().join("contacts.xlsx");
    workbook.save(&path).unwrap();
    path
}

/// Both forms, with the same rows: what the first files the second finds.
async fn both(hub: &Bare, rows: u32) {
    let unsound = u64::from(rows / UNSOUND);
    let sound = u64::from(rows) - unsound;
    let (told, counts) = import(hub, "contact", &plain_text(hub, rows), &[]).await;
    assert_eq!(counts, [sound, 0, 0, unsound]);
    let told = told["unsound_rows"].as_array().unwrap().clone();
    let numbers: Vec<u64> = told.iter().map(|row| row["row"].as_u64().unwrap()).collect();
    // The headings are the first row.
    let wanted: Vec<u64> = (1..=unsound)
        .map(|number| number * u64::from(UNSOUND) + 1)
        .collect();
    assert_eq!(numbers, wanted);
    let (told, counts) = import(hub, "contact", &workbook(hub, rows), &[]).await;
    assert_eq!(counts, [0, 0, sound, unsound]);
    let returned = told["returned"].as_str().unwrap();
    assert_eq!(super::cells(returned.as_ref()).len() as u64, unsound + 1);
    let mended = std::fs::read(hub.sunmao.folder.path().join("contacts.错误.csv")).unwrap();
    let (mended, _, _) = encoding_rs::GB18030.decode(&mended);
    let mended = write(hub, "mended.csv", &in_gbk(&mended.replace(",很高,", ",99,")));
    assert_eq!(import(hub, "contact", &mended, &[]).await.1, [unsound, 0, 0, 0]);
}

#[tokio::test]
async fn five_thousand_rows_of_which_some_are_unsound() {
    both(&hub().await, 5_000).await;
}

#[tokio::test]
async fn what_was_killed_half_way_goes_on() {
    let hub = hub().await;
    let rows = 12_000;
    let file = plain_text(&hub, rows);
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--kind",
        "contact",
        "--url",
        &hub.url,
    ];
    let mut child = hub.sunmao.spawn(&arguments);
    let status = hub.address("/v1/status");
    until("some rows are filed", async || {
        let status: serde_json::Value = reqwest::get(&status).await.unwrap().json().await.unwrap();
        status["records"]["contact"].as_u64().unwrap_or(0) >= 500
    })
    .await;
    child.kill().await.unwrap();
    let (told, [new, changed, unchanged, unsound]) = import(&hub, "contact", &file, &[]).await;
    assert!(unchanged >= 500 && new > 0, "{told}");
    assert_eq!(
        (new + unchanged, changed, unsound),
        (u64::from(rows - rows / UNSOUND), 0, u64::from(rows / UNSOUND))
    );
}

/// The most memory that a process had, in MiB, while it ran, and how long it took.
async fn measured(hub: &Bare, file: &Path) -> (u64, Duration) {
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--kind",
        "contact",
        "--url",
        &hub.url,
    ];
    let begun = Instant::now();
    let mut child = hub.sunmao.spawn(&arguments);
    let path = format!("/proc/{}/status", child.id().unwrap());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        most = most.max(kilobytes.unwrap_or(0));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (most / 1024, begun.elapsed())
}

#[tokio::test]
#[ignore = "long: the head of this file says how it is run"]
async fn fifty_thousand_rows_in_bounded_memory() {
    let hub = hub().await;
    let text = plain_text(&hub, 50_000);
    let book = workbook(&hub, 50_000);
    let few = write(&hub, "few.csv", "微信号\nwx-0\n".as_bytes());
    for (what, file) in [
        ("one row", &few),
        ("CSV, new", &text),
        ("CSV, unchanged", &text),
        ("XLSX, unchanged", &book),
    ] {
        let (most, took) = measured(&hub, file).await;
        println!("{what}: {most} MiB at most, {:.1} s", took.as_secs_f64());
        assert!(most < 160, "{most} MiB");
    }
    let exported = hub.sunmao.folder.path().join("out.xlsx");
    let ended = run(
        &hub,
        &["export", "--kind", "contact", "--to", exported.to_str().unwrap()],
    )
    .await;
    assert!(ended.stdout.contains("49501 records"), "{}", ended.stdout);
}
