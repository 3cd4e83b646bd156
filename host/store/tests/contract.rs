//! The SQLite backend passes the contract.

use std::error::Error;

use sunmao_store::Store;

async fn open() -> Result<(Store, tempfile::TempDir), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("sunmao.db")).await?;
    Ok((store, folder))
}

sunmao_store::contract_tests!(open);
