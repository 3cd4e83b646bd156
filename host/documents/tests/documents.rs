//! Documents of the shipped templates and of broken ones: every amount, nothing that runs, and errors that say where.

#![cfg(test)]

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value as Json, json};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use sunmao_catalogue::{Catalogue, Kinds, Record, RecordKind};
use sunmao_documents::{DocumentError, Format, RelatedRecord, Subject, document};

fn shipped() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../integrations/quotations/templates"
    ))
}

fn kind(name: &str) -> std::sync::Arc<RecordKind> {
    let kinds = Kinds::shipped(&Catalogue::shared()).expect("kinds");
    kinds.find(name).expect("a kind").clone()
}

fn quotation() -> Json {
    json!({
        "number": "BJ-1", "subject": "<script>alert(1)</script>", "customer": "c-1", "status": "sent",
        "quoted_on": "2026-03-01", "valid_until": "2026-03-15", "notes": "=HYPERLINK(\"http://x\")",
        "lines": [
            { "product_number": "=1+1", "description": "门 & 窗", "unit": "套", "quantity": 2, "unit_price": "1234.5", "discount": "0.9", "tax_rate": 13 },
            { "product_number": "12345678901234567890", "description": "+86", "quantity": "2.5", "unit_price": "39.99", "tax_rate": 6 },
        ],
    })
}

fn made(folder: &Path, format: Format, body: Json) -> Result<Vec<u8>, DocumentError> {
    let (kind, contact) = (kind("quotation"), kind("contact"));
    let body = kind.read("q-1", body).expect("sound");
    let customer = json!({ "company_name": "甲<b>公司", "real_name": "李明" });
    let customer: Record = contact.read("c-1", customer).expect("sound");
    let related = RelatedRecord {
        kind: contact,
        id: "c-1".to_owned(),
        body: customer,
    };
    let subject = Subject {
        kind: &kind,
        id: "q-1",
        body: &body,
        related: vec![("customer".to_owned(), related)],
        today: "2026-03-02".to_owned(),
    };
    document(folder, format, &subject)
}

fn page(folder: &Path, body: Json) -> Result<String, DocumentError> {
    Ok(String::from_utf8(made(folder, Format::Html, body)?).expect("UTF-8"))
}

/// The rows of the sheet.
fn rows(book: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).expect("a workbook");
    let sheet = book.worksheet_range("报价单").expect("a sheet");
    let formulas = book.worksheet_formula("报价单").expect("formulas");
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
    sheet.rows().map(<[Data]>::to_vec).collect()
}

fn template(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn a_page_has_every_amount_and_runs_nothing_that_somebody_filed() {
    let page = page(&shipped(), quotation()).expect("a page");
    for wanted in [
        "2,222.10",
        "99.98",
        "2,568.98",
        "246.90",
        "2,322.08",
        "261.30",
        "贰仟叁佰贰拾贰元零捌分",
        "2026年3月15日",
        "甲&lt;b&gt;公司",
        "门 &amp; 窗",
        "&lt;script&gt;alert(1)&lt;",
        "size: A4",
        "table-header-group",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("<script>"), "{page}");
}

#[test]
fn a_sheet_has_numbers_as_numbers_and_what_looks_like_a_formula_as_text() {
    let rows = rows(made(&shipped(), Format::Xlsx, quotation()).expect("a workbook"));
    let at = rows
        .iter()
        .position(|row| row[0] == Data::String("序号".to_owned()))
        .expect("headings");
    assert_eq!(rows[at + 1][1], Data::String("=1+1".to_owned()));
    assert_eq!(rows[at + 1][9], Data::Float(2222.1));
    assert_eq!(rows[at + 2][1], Data::String("12345678901234567890".to_owned()));
    assert_eq!(rows[at + 2][2], Data::String("+86".to_owned()));
    assert_eq!(
        (&rows[at + 2][8], &rows[at + 2][9]),
        (&Data::Float(0.06), &Data::Float(99.98))
    );
    let total = |label: &str| {
        let row = rows.iter().find(|row| row[0] == Data::String(label.to_owned()));
        row.map(|row| row[9].clone())
    };
    assert_eq!(total("总金额"), Some(Data::Float(2322.08)));
    assert_eq!(total("其中税额"), Some(Data::Float(261.3)));
    let texts: Vec<String> = rows.iter().map(|row| row[0].to_string()).collect();
    assert!(
        texts.iter().any(|text| text.contains("贰仟叁佰贰拾贰元零捌分")),
        "{texts:?}"
    );
    assert!(
        texts.iter().all(|text| !text.contains("付款条件")),
        "what says nothing is left out: {texts:?}"
    );
}

#[test]
fn a_broken_template_is_named_with_its_line_and_an_edited_one_serves_at_once() {
    let folder = template(&[("quotation.html", "一\n{{ record.numbre }}\n")]);
    let told = |folder: &tempfile::TempDir| {
        let error = page(folder.path(), quotation()).expect_err("broken");
        error
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    };
    assert!(
        told(&folder).starts_with("quotation.html:2: undefined value"),
        "{}",
        told(&folder)
    );
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("quotation.html", "\n\n{% if %}");
    assert!(
        told(&folder).starts_with("quotation.html:3: syntax error"),
        "{}",
        told(&folder)
    );
    write("quotation.html", "{% include 'foot.html' %}");
    write("foot.html", "\n\n\n{{ 1 / 0 }}");
    assert!(told(&folder).starts_with("foot.html:4: "), "{}", told(&folder));
    write("foot.html", "好");
    assert_eq!(page(folder.path(), quotation()).expect("mended"), "好");
    write("quotation.html", "{% include '../../etc/passwd' %}");
    assert!(told(&folder).contains("template not found"), "{}", told(&folder));
}

#[test]
fn what_a_template_may_do_is_bounded() {
    for (text, words) in [
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            "computes more",
        ),
        (
            "{% set a = 'x' * 900000 %}{% for b in range(20) %}{{ a }}{% endfor %}",
            "bytes of a page",
        ),
        ("{% include 'quotation.html' %}", "recursion"),
    ] {
        let folder = template(&[("quotation.html", text)]);
        let error = page(folder.path(), quotation()).expect_err("too much");
        assert!(error.to_string().contains(words), "{error}");
    }
    let folder = template(&[("quotation.html", &"x".repeat(600_000))]);
    let error = page(folder.path(), quotation()).expect_err("too large");
    assert!(error.to_string().contains("bytes of a template"), "{error}");
}

#[test]
fn a_broken_sheet_is_named_with_its_line() {
    let sound = std::fs::read_to_string(shipped().join("quotation.sheet.toml")).expect("shipped");
    let line = |part: &str| {
        sound
            .lines()
            .position(|line| line.contains(part))
            .expect("a line")
            + 1
    };
    for (from, to, at, words) in [
        (
            "member = \"amount\", format",
            "member = \"amuont\", format",
            "含税金额",
            "`amuont` is no member of quotation",
        ),
        (
            "list = \"lines\"",
            "list = \"total\"",
            "list = ",
            "`total` is no list",
        ),
        (
            "record.subject }}",
            "record.subjekt }}",
            "record.subject",
            "undefined value",
        ),
        (
            "format = \"percent\"",
            "format = \"euros\"",
            "tax_rate",
            "unknown variant `euros`",
        ),
        ("landscape = true", "landscape = ", "landscape", ""),
        (
            "member = \"tax\", under = \"amount\"",
            "member = \"tax\", under = \"price\"",
            "其中税额",
            "no column behind the first one shows `price`",
        ),
    ] {
        assert!(sound.contains(from), "{from}");
        let folder = template(&[("quotation.sheet.toml", &sound.replacen(from, to, 1))]);
        let error = made(folder.path(), Format::Xlsx, quotation()).expect_err("broken");
        assert_eq!(error.line, Some(line(at)), "{error}");
        assert!(error.message.contains(words), "{error}");
    }
    let folder = template(&[]);
    for format in [Format::Html, Format::Xlsx] {
        let error = made(folder.path(), format, quotation()).expect_err("missing");
        assert!(error.is_missing, "{error}");
    }
}
