//! What people write in tables, read as they mean it.

use super::{hub, import, in_gbk, record, records, run, write};
use crate::support::eventually;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::json;

const CONTACTS: &str = "姓名,公司名称,手机,来源,类型,有订单,评分,更新时间\r\n\
    李明,样例木作,+86 177-0000-0001,微信,客户,是,８０,2026/3/5 18:00\r\n\
    王芳,\"甲, 乙\",１７７０００００００２,manual,线索,无,,2026年3月5日\r\n";

#[tokio::test]
async fn contacts_come_in_as_people_write_them_in_every_encoding() {
    let hub = hub().await;
    let files = [
        CONTACTS.as_bytes().to_vec(),
        format!("\u{feff}{CONTACTS}").into_bytes(),
        in_gbk(CONTACTS),
        in_gbk(&CONTACTS.replace("样例木作", "样例𠮷木作")),
        CONTACTS
            .replace(',', ";")
            .replace("甲; 乙", "甲, 乙")
            .into_bytes(),
        CONTACTS
            .replace(',', "\t")
            .replace("甲\t 乙", "甲, 乙")
            .into_bytes(),
    ];
    let file = write(&hub, "contacts.csv", &files[0]);
    let (told, counts) = import(&hub, "contact", &file, &["--dry"]).await;
    assert_eq!((counts, &told["dry"]), ([2, 0, 0, 0], &json!(true)));
    assert_eq!(records(&hub, "contact").await.len(), 0, "nothing is kept");

    let mut expected = [2, 0, 0, 0];
    for (number, content) in files.iter().enumerate() {
        let file = write(&hub, "contacts.csv", content);
        let (told, counts) = import(&hub, "contact", &file, &[]).await;
        // One of them has another company.
        let expected = std::mem::replace(
            &mut expected,
            if number == 2 || number == 3 {
                [0, 1, 1, 0]
            } else {
                [0, 0, 2, 0]
            },
        );
        assert_eq!(counts, expected, "{number}: {told}");
    }
    let kept = records(&hub, "contact").await;
    assert_eq!(kept.len(), 2);
    let li = kept
        .iter()
        .find(|kept| kept["body"]["real_name"] == "李明")
        .unwrap();
    let wanted = json!({
        "source": "wechat", "type": "customer", "company_name": "样例木作", "real_name": "李明", "phone": "17700000001",
        "score": 80, "has_order": true, "updated_at": "2026-03-05T10:00:00Z",
    });
    assert_eq!(li["body"], wanted);
    let wang = kept
        .iter()
        .find(|kept| kept["body"]["real_name"] == "王芳")
        .unwrap();
    let wanted = json!({
        "source": "manual", "type": "lead", "company_name": "甲, 乙", "real_name": "王芳", "phone": "17700000002",
        "has_order": false, "updated_at": "2026-03-04T16:00:00Z",
    });
    assert_eq!(wang["body"], wanted);
}

#[tokio::test]
async fn a_contact_typed_twice_is_one_record() {
    let hub = hub().await;
    let text = "姓名,手机\n李明,+86 199 0000 0001\n李明,１９９００００００-０１\n李明,19900000001\n李小明,19900000001\n";
    let file = write(&hub, "contacts.csv", text.as_bytes());
    let (told, counts) = import(&hub, "contact", &file, &[]).await;
    assert_eq!(counts, [1, 0, 2, 1], "{told}");
    let fault = told["unsound_rows"][0]["faults"][0].as_str().unwrap();
    assert!(
        told["unsound_rows"][0]["row"] == 5 && fault.contains("row 2"),
        "{told}"
    );
}

#[tokio::test]
async fn a_workbook_is_read_as_it_looks() {
    let hub = hub().await;
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("yyyy/m/d");
    let sheet = workbook.add_worksheet();
    sheet.merge_range(0, 0, 0, 5, "合同台账", &Format::new()).unwrap();
    sheet.merge_range(2, 2, 2, 3, "日期", &Format::new()).unwrap();
    for (column, heading) in [(0, "编号"), (1, "合同主题"), (4, "合同总额"), (5, "客户")] {
        sheet
            .merge_range(2, column, 3, column, heading, &Format::new())
            .unwrap();
    }
    sheet.write_string(3, 2, "签订日期").unwrap();
    sheet.write_string(3, 3, "结束日期").unwrap();
    for (row, id) in [(4, 1001.0), (6, 1002.0)] {
        sheet.write_number(row, 0, id).unwrap();
        sheet.write_string(row, 1, " 门窗 ").unwrap();
        sheet
            .write_datetime_with_format(row, 2, ExcelDateTime::from_ymd(2026, 3, 5).unwrap(), &day)
            .unwrap();
        sheet.write_string(row, 3, "2027年3月4日").unwrap();
        sheet.write_number(row, 4, 0.1 + 0.2).unwrap();
        sheet.write_string(row, 5, "c-1").unwrap();
    }
    sheet.write_string(6, 4, "1.2万元").unwrap();
    // Formats reach further down than what stands there.
    for row in 7..40 {
        sheet.write_blank(row, 0, &day).unwrap();
    }
    let file = hub.sunmao.folder.path().join("contracts.xlsx");
    workbook.save(&file).unwrap();
    let (told, counts) = import(&hub, "contract", &file, &[]).await;
    assert_eq!(
        (counts, &told["form"]),
        ([2, 0, 0, 0], &json!("XLSX, sheet Sheet1"))
    );
    let wanted = json!({
        "subject": "门窗", "customer": "c-1", "signed_on": "2026-03-05", "ends_on": "2027-03-04", "total": "0.3",
    });
    assert_eq!(record(&hub, "contract/1001").await, wanted);
    assert_eq!(record(&hub, "contract/1002").await["total"], "12000");
}

/// Whoever keeps one column of a contact does not take the others away.
#[tokio::test]
async fn members_without_a_column_stay_and_empty_cells_empty_theirs() {
    let hub = hub().await;
    let whole = "id,wx_id,real_name,phone\nc-1,wx-1,李明,17700000001\nc-2,wx-2,王芳,17700000002\n";
    let whole = write(&hub, "whole.csv", whole.as_bytes());
    assert_eq!(import(&hub, "contact", &whole, &[]).await.1, [2, 0, 0, 0]);
    let part = write(
        &hub,
        "part.csv",
        "编号,手机\nc-1,\nc-2,+86 17700000002\n".as_bytes(),
    );
    let (told, counts) = import(&hub, "contact", &part, &["--dry"]).await;
    assert_eq!(counts, [0, 1, 1, 0]);
    assert_eq!(
        told["changes"],
        json!([{"row": 2, "id": "c-1", "members": ["phone"]}])
    );
    assert_eq!(import(&hub, "contact", &part, &[]).await.1, [0, 1, 1, 0]);
    assert_eq!(
        record(&hub, "contact/c-1").await,
        json!({"wx_id": "wx-1", "real_name": "李明"})
    );
    let text = run(&hub, &["import", part.to_str().unwrap(), "--kind", "contact"])
        .await
        .stdout;
    assert!(
        text.contains("2 rows (CSV in UTF-8 with commas): 0 new, 0 changed, 2 unchanged, 0 unsound"),
        "{text}"
    );
}

#[tokio::test]
async fn ids_come_from_the_columns_that_a_person_names() {
    let hub = hub().await;
    let text = "门店,会员号,姓名\n苏州,7,李明\n,8,王芳\n";
    let file = write(&hub, "members.csv", text.as_bytes());
    let mapping = hub.sunmao.write("mapping.toml", "[columns]\n\"门店\" = \"\"\n");
    let more = ["--columns", mapping.to_str().unwrap(), "--id", "门店", "会员号"];
    let (told, counts) = import(&hub, "contact", &file, &more).await;
    assert_eq!(counts, [1, 0, 0, 1], "{told}");
    assert_eq!(record(&hub, "contact/苏州-7").await, json!({"real_name": "李明"}));
    assert!(told["unsound_rows"][0].to_string().contains("--id"), "{told}");
}

/// From a spreadsheet into the ERP, as if another program had filed it.
#[tokio::test]
async fn an_imported_contact_goes_the_way_of_every_other() {
    let host = crate::serve::host().await;
    let text = "公司名称,姓名,手机,手机已验证,评分\n样例木作,李明,+86 177-0000-0001,是,80\n";
    let file = host.sunmao.write("contacts.csv", text);
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--kind",
        "contact",
        "--url",
        &host.url,
    ];
    assert_eq!(host.sunmao.run(&arguments).await.code, Some(0));
    let address = format!("{}/v1/records/contact", host.url);
    let page = eventually(&address, |page| !page["items"][0]["links"][0].is_null()).await;
    let contact = &page["items"][0];
    let key = contact["links"][0]["erp_key"].to_string();
    let customer = host
        .sunmao
        .run(&["call", "customers.get", &format!("ord={key}"), "--json"])
        .await
        .json();
    assert_eq!(customer["fields"]["name"], "样例木作", "{customer}");
    let id = contact["id"].as_str().unwrap();
    assert!(
        id.starts_with("i-") && !id.contains("177"),
        "no id tells of a person: {id}"
    );
}
