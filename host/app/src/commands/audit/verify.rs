//! `sunmao audit verify`: whether the log is what it was when it was written.

use crate::api::audit::{Chain, ChainQuery};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Remote;
use clap::Args;

#[derive(Debug, Args)]
pub struct Verify {
    /// A link that an earlier look told, and that has to be there still: without one nobody can tell that the last rows were
    /// cut off. Keep it where the host cannot write
    #[arg(long, value_name = "POSITION:DIGEST")]
    known: Option<String>,
}

impl Verify {
    pub async fn run(self, remote: &Remote, style: Style) -> Result<(), Failure> {
        let query = ChainQuery { known: self.known };
        let chain: Chain = remote.get("/v1/audit/chain", &query).await?;
        match style {
            Style::Json => output::json(&chain),
            Style::Text => output::line(told(&chain)),
        }
        let Some(broken) = chain.broken else { return Ok(()) };
        Err(Failure::new(
            Exit::Failed,
            "the audit log",
            "verifying it",
            format!("it does not hold at link {}: {}", broken.position, broken.message),
        )
        .with_hint(
            "somebody wrote to the store beside the host; compare with a backup of before, and keep both",
        ))
    }
}

fn told(chain: &Chain) -> String {
    let mut words = format!("{} links hold", chain.links);
    if chain.broken.is_some() {
        words = format!("{} links were looked at", chain.links);
    }
    if chain.forgotten > 0 {
        words.push_str(&format!(
            ", behind {} rows that were forgotten in time",
            chain.forgotten
        ));
    }
    if chain.without_end > 0 {
        words.push_str(&format!(
            "; {} writes have no end yet, or none that anybody saw",
            chain.without_end
        ));
    }
    words.push_str(&format!("\nthe last one is {}:{}", chain.position, chain.digest));
    words
}
