//! What an operator changes for an installation from before the second version of the API, which serves the `form` dialect alone:
//! contracts as their list shows them, a contract without lines, no summary of stock, and owners by key.

use std::path::Path;

/// Flows that such an installation has no operations for.
pub const WITHOUT: [&str; 2] = ["stock-pull", "stock-gone"];

const CONTRACT: &str = r#"
// An accepted quotation as contracts.save takes it: the whole of it, without lines.

fn map(quotation) {
    #{
        company: parse_int(quotation.customer),
        htid: "HT-" + quotation.number,
        title: quotation.subject,
        date3: quotation.quoted_on,
        date1: quotation.quoted_on,
        sort: 192,
        complete1: 195,
        bz: 14,
        premoney: quotation.total,
        yhvalue: 0,
        money1: quotation.total,
        fqhk: 0,
        invoicePlan: 1,
        invoiceMode: 2,
        jh_intro3: quotation.payment_terms,
    }
}
"#;

/// Changes the host's folder.
pub fn installation(folder: &Path) {
    std::fs::write(folder.join("scripts/contract-save.rhai"), CONTRACT).expect("a script");
    let file = folder.join("sunmao.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    let mut configuration: toml::Table = text.parse().expect("TOML");
    let flows = configuration
        .get_mut("flow")
        .and_then(toml::Value::as_table_mut)
        .expect("flows");
    for flow in WITHOUT {
        flows.remove(flow);
    }
    let contracts = flows
        .get_mut("contract-pull")
        .and_then(toml::Value::as_table_mut)
        .expect("a flow");
    contracts.remove("detail");
    let create = flows
        .get_mut("contract-create")
        .and_then(toml::Value::as_table_mut)
        .expect("a flow");
    create.insert("write".to_owned(), "contracts.save".into());
    create.insert("mapping".to_owned(), "scripts/contract-save.rhai".into());
    std::fs::write(file, toml::to_string(&configuration).expect("TOML")).expect("written");
}
