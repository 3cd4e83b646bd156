//! `sunmao import`: rows of a table as records of a running host.

mod filing;
mod tally;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::remote::Target;
use clap::Args;
use filing::{Filing, Purpose};
use std::path::PathBuf;
use sunmao_catalogue::KindSource;
use sunmao_sheets::{Mapping, Opening, Settings, Table};

/// File the rows of a CSV or XLSX file as records of a running host
///
/// Columns are found by the members' names or Chinese labels (`sunmao kinds show contact`), or by a mapping file. Members that
/// the file has no column for stay as they are; an empty cell empties its member. Rows that were filed already are unchanged
/// and cost next to nothing, so after a break simply run it again. Unsound rows come back in FILE.错误.csv (or .xlsx) with
/// a column that says what is wrong: mend them there, and import that file.
///
/// A record's id is what stands in the columns that --id names, joined by a hyphen; else in a column called id or 编号. Where
/// neither says it, the id is made of the first of the kind's identifying members that the row has (of a contact 微信号,
/// else 手机), in the form in which they are compared: +86 199…, 199-… and full-width digits are one record, and importing a
/// file twice changes nothing.
#[derive(Debug, Args)]
pub struct Import {
    /// The file, CSV (UTF-8, GBK, GB18030; commas, semicolons or tabs) or XLSX
    file: PathBuf,
    /// The records' kind, such as contact
    #[arg(long)]
    kind: String,
    /// A TOML file that says which column is which member: [columns], "客户电话" = "phone", "" leaves a column out
    #[arg(long, value_name = "MAPPING")]
    columns: Option<PathBuf>,
    /// Change nothing; show what would be new, changed, unchanged and unsound
    #[arg(long)]
    dry: bool,
    /// The columns that are the record's id together [default: a column called id or 编号, else derived]
    #[arg(long, value_name = "COLUMN", num_args = 1..)]
    id: Vec<String>,
    /// The file's encoding, such as gbk or big5 [default: seen from the file]
    #[arg(long)]
    encoding: Option<String>,
    /// The sheet of a workbook [default: the first that is not hidden]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    #[command(flatten)]
    target: Target,
}

impl Import {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let mapping = self.columns.as_deref().map(Mapping::read).transpose()?;
        let remote = self.target.connect(context)?;
        let kind = remote.kind(&self.kind).await?;
        if let KindSource::Erp { .. } = kind.source {
            let message = "rows of the ERP are what it shows; nobody else files them";
            return Err(Failure::new(Exit::Usage, &kind.name, "", message)
                .with_hint("import records of one of the hub's kinds, and let a flow write them"));
        }
        let settings = Settings {
            opening: Opening {
                encoding: self.encoding,
                sheet: self.sheet,
            },
            mapping: mapping.unwrap_or_default(),
            id: self.id,
        };
        let table = Table::open(&self.file, kind.clone(), &settings)?;
        let purpose = if self.dry { Purpose::Try } else { Purpose::File };
        let filing = Filing::new(&remote, kind, table, purpose)?;
        filing.run(context.style()).await
    }
}
