//! What is wrong with a table as a whole is said at once, before anything is filed.

use super::{hub, records, run, write};
use crate::support::nobody;

#[tokio::test]
async fn everything_that_is_wrong_with_columns_is_told_before_a_row_is_filed() {
    let hub = hub().await;
    let text = "姓名,客户手机,手机,phone,xyz\n李明,1,17700000001,2,3\n";
    let file = write(&hub, "contacts.csv", text.as_bytes());
    let ended = run(&hub, &["import", file.to_str().unwrap(), "--kind", "contact"]).await;
    assert_eq!(ended.code, Some(1));
    for told in [
        "column B `客户手机` is no member of contact; did you mean 手机 (phone)?",
        "columns C `手机` and D `phone` are the same",
        "column E `xyz` is no member of contact",
        "--columns",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
    assert_eq!(records(&hub, "contact").await.len(), 0);

    let file = write(&hub, "contracts.csv", "编号,合同编号,备注\n1,HT-1,\n".as_bytes());
    let ended = run(&hub, &["import", file.to_str().unwrap(), "--kind", "contract"]).await;
    for told in [
        "合同主题 (subject), which every contract needs",
        "客户 (customer)",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
    let file = write(&hub, "names.csv", "姓名\n李明\n".as_bytes());
    let ended = run(&hub, &["import", file.to_str().unwrap(), "--kind", "contact"]).await;
    assert!(
        ended
            .stderr
            .contains("no column 编号 (id), nor one of 微信号, 手机"),
        "{}",
        ended.stderr
    );
    let ended = run(
        &hub,
        &[
            "import",
            file.to_str().unwrap(),
            "--kind",
            "contact",
            "--id",
            "会员号",
        ],
    )
    .await;
    assert!(
        ended.stderr.contains("no column `会员号`, which --id names"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_mapping_says_what_headings_do_not() {
    let hub = hub().await;
    let file = write(
        &hub,
        "crm.csv",
        "客户姓名,联系电话,内部\n李明,17700000001,x\n".as_bytes(),
    );
    let mapping = "[columns]\n\"客户姓名\" = \"姓名\"\n\"联系电话\" = \"phone\"\n\"内部\" = \"\"\n";
    let import = async |mapping: &str| {
        let mapping = hub.sunmao.write("mapping.toml", mapping);
        let arguments = [
            "import",
            file.to_str().unwrap(),
            "--kind",
            "contact",
            "--columns",
            mapping.to_str().unwrap(),
        ];
        run(&hub, &arguments).await
    };
    let ended = import(&mapping.replace("phone", "phnoe")).await;
    assert!(
        ended
            .stderr
            .contains("mapped to `phnoe`, which is no member; did you mean 手机 (phone)?"),
        "{}",
        ended.stderr
    );
    assert_eq!(import("columns = 1").await.code, Some(1));
    assert_eq!(import(mapping).await.code, Some(0));
    assert_eq!(records(&hub, "contact").await[0]["body"]["phone"], "17700000001");
}

#[tokio::test]
async fn what_is_no_table_is_told_by_name() {
    let hub = hub().await;
    let told = async |name: &str, content: &[u8], kind: &str, told: &str| {
        let file = write(&hub, name, content);
        let ended = run(&hub, &["import", file.to_str().unwrap(), "--kind", kind]).await;
        assert!(
            ended.code != Some(0) && ended.stderr.contains(told),
            "{name}: {}",
            ended.stderr
        );
    };
    told("empty.csv", b"", "contact", "it holds nothing").await;
    told(
        "numbers.csv",
        b"1,2\n3,4\n",
        "contact",
        "none of its first 10 rows has a heading",
    )
    .await;
    told("old.xls", b"\xd0\xcf\x11\xe0rest", "contact", ".xlsx").await;
    told(
        "torn.xlsx",
        b"PK\x03\x04rest",
        "contact",
        "is it an Excel workbook?",
    )
    .await;
    told(
        "lines.csv",
        b"{\"id\": \"c-1\"}\n",
        "contact",
        "sunmao records file",
    )
    .await;
    told(
        "west.csv",
        b"name,x\n\xff\xff,1\n",
        "contact",
        "neither UTF-8 nor GBK",
    )
    .await;
    told("rows.csv", b"id\n1\n", "erp.customers", "nobody else files them").await;
    told("rows.csv", b"id\n1\n", "contcat", "did you mean contact?").await;
    let file = write(&hub, "contacts.csv", "id,phone\n1,17700000001\n".as_bytes());
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--kind",
        "contact",
        "--url",
        &nobody(),
    ];
    assert_eq!(hub.sunmao.run(&arguments).await.code, Some(7));
}
