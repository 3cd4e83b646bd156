//! Unsound rows come back in a file like theirs, and are imported from there once they are mended.

use super::{cells, hub, import, in_gbk, record, run, write};
use encoding_rs::GB18030;
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::json;

#[tokio::test]
async fn unsound_rows_come_back_as_they_were_with_what_is_wrong() {
    let hub = hub().await;
    let text = "编号;姓名;评分;有订单;备注\r\nc-1;李明;80;是;=1+1\r\nc-2;王芳;200;也许;\"甲;\n乙\"\r\n;;;;\r\nc 3;赵六;5;否;\r\nc-4;孙七;6;否;;多\r\n";
    let file = write(&hub, "contacts.csv", &in_gbk(text));
    let (told, counts) = import(&hub, "contact", &file, &[]).await;
    assert_eq!(counts, [1, 0, 0, 3], "{told}");
    let rows: Vec<u64> = told["unsound_rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["row"].as_u64().unwrap())
        .collect();
    assert_eq!(rows, [3, 5, 6], "as a spreadsheet counts them: {told}");
    assert_eq!(
        told["unsound_rows"][0]["faults"].as_array().unwrap().len(),
        2,
        "all at once: {told}"
    );

    let returned = hub.sunmao.folder.path().join("contacts.错误.csv");
    assert_eq!(told["returned"], json!(returned));
    let bytes = std::fs::read(&returned).unwrap();
    let back = GB18030
        .decode_without_bom_handling_and_without_replacement(&bytes)
        .unwrap();
    let wanted = "编号;姓名;评分;有订单;备注;错误\r\n\
        c-2;王芳;200;也许;\"甲;\n乙\";评分：“200”不对，应为 0 到 100 的整数；有订单：“也许”不对，应为“是”或“否”\r\n\
        c 3;赵六;5;否;;编号：应为 1 到 64 个字符，不含空格\r\n\
        c-4;孙七;6;否;;第 F 列没有标题，不知“多”是什么;多\r\n";
    assert_eq!(back.replace("\"评", "评").replace("”\"\r", "”\r"), wanted);

    // What somebody may have begun to mend is not written over.
    import(&hub, "contact", &file, &[]).await;
    assert!(hub.sunmao.folder.path().join("contacts.错误-2.csv").is_file());

    let mended = back
        .replace("200", "20")
        .replace("也许", "是")
        .replace("c 3", "c-3")
        .replace(";多\r\n", "\r\n");
    std::fs::write(&returned, in_gbk(&mended)).unwrap();
    assert_eq!(import(&hub, "contact", &returned, &[]).await.1, [3, 0, 0, 0]);
    let wanted = json!({"real_name": "王芳", "score": 20, "has_order": true, "notes": "甲;\n乙"});
    assert_eq!(record(&hub, "contact/c-2").await, wanted);
    assert_eq!(record(&hub, "contact/c-1").await["notes"], "=1+1");
    assert!(!hub.sunmao.folder.path().join("contacts.错误.错误.csv").exists());
}

#[tokio::test]
async fn a_workbook_comes_back_as_a_workbook() {
    let hub = hub().await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("客户").unwrap();
    for (column, heading) in (0..).zip(["编号", "姓名", "微信号", "评分"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for row in 1..=3 {
        sheet.write_string(row, 0, format!("c-{row}")).unwrap();
        sheet.write_string(row, 1, "李明").unwrap();
        sheet.write_number(row, 3, 50.5).unwrap();
    }
    sheet.write_number(1, 2, 6_222_021_234_567_890_000.0).unwrap();
    sheet
        .write_formula(2, 2, Formula::new("=VLOOKUP(1,A1:A1,1)").set_result("#N/A"))
        .unwrap();
    sheet.write_number(3, 3, 50).unwrap();
    let file = hub.sunmao.folder.path().join("contacts.xlsx");
    workbook.save(&file).unwrap();
    let (told, counts) = import(&hub, "contact", &file, &["--dry"]).await;
    assert_eq!(
        (counts, &told["returned"]),
        ([1, 0, 0, 2], &json!(null)),
        "{told}"
    );
    let (_, counts) = import(&hub, "contact", &file, &[]).await;
    assert_eq!(counts, [1, 0, 0, 2]);
    let back = cells(&hub.sunmao.folder.path().join("contacts.错误.xlsx"));
    let text: Vec<Vec<String>> = back
        .iter()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(text[0], ["编号", "姓名", "微信号", "评分", "错误"]);
    assert!(
        text[1][4].contains("微信号：数字超过 15 位") && text[1][4].contains("评分："),
        "{text:?}"
    );
    assert!(text[2][4].contains("微信号：公式出错（#N/A）"), "{text:?}");
    assert_eq!((text.len(), back[1][3].clone()), (3, calamine::Data::Float(50.5)));
}

#[tokio::test]
async fn where_all_is_sound_nothing_comes_back() {
    let hub = hub().await;
    let file = write(&hub, "contacts.csv", "id,phone\nc-1,17700000001\n".as_bytes());
    let ended = run(&hub, &["import", file.to_str().unwrap(), "--kind", "contacts"]).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ended.stdout
    );
    let files = std::fs::read_dir(hub.sunmao.folder.path()).unwrap();
    let names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().all(|name| !name.contains("错误")), "{names:?}");
}
