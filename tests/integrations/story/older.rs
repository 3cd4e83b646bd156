//! What an operator changes for an installation from before the second version of the API: what the page for them says.

use crate::support::root;
use std::path::Path;

/// Flows that such an installation has no operations for.
pub const WITHOUT: [&str; 2] = ["stock-pull", "stock-gone"];

/// Changes the host's folder as the page says.
pub fn installation(folder: &Path) {
    let page = root().join("docs/integrations/older-installations.md");
    let page = std::fs::read_to_string(page).expect("a page");
    std::fs::write(folder.join("scripts/contract-save.rhai"), block(&page, "rhai")).expect("a script");
    let file = folder.join("sunmao.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    let mut configuration: toml::Table = text.parse().expect("TOML");
    let changes: toml::Table = block(&page, "toml").parse().expect("TOML");
    let flows = configuration["flow"].as_table_mut().expect("flows");
    for flow in WITHOUT {
        assert!(flows.remove(flow).is_some(), "{flow}");
    }
    for (name, flow) in changes["flow"].as_table().expect("flows") {
        assert!(flows.contains_key(name), "{name}");
        let mut flow = flow.clone();
        let table = flow.as_table_mut().expect("a flow");
        // Sweeps run when the test says so.
        if table.remove("every").is_some() {
            table.insert("cron".to_owned(), crate::stage::NEVER.into());
        }
        flows.insert(name.clone(), flow);
    }
    std::fs::write(file, toml::to_string(&configuration).expect("TOML")).expect("written");
}

/// The first block of a page in a language.
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let begun = page.split_once(&format!("```{language}\n")).expect("a block").1;
    begun.split_once("```").expect("its end").0
}
