//! The ERP accounts of a host: `main`, and further ones by name.

use std::collections::BTreeMap;
use sunmao_erp_client::ErpClient;

/// A client for each account. Callers that name none use `main`.
#[derive(Debug, Clone)]
pub struct Accounts {
    main: ErpClient,
    others: BTreeMap<String, ErpClient>,
}

impl Accounts {
    /// The name of the account that is meant where none is named.
    pub const MAIN: &str = "main";

    /// `main`, and the others by name.
    pub fn new(main: ErpClient, others: BTreeMap<String, ErpClient>) -> Self {
        Accounts { main, others }
    }

    /// The client of an account; of `main` where none is named.
    pub fn get(&self, account: Option<&str>) -> Option<&ErpClient> {
        match account {
            None | Some(Self::MAIN) => Some(&self.main),
            Some(name) => self.others.get(name),
        }
    }

    /// How many calls may be under way at once, of all accounts together.
    pub fn concurrency(&self) -> usize {
        let each = self.iter().map(|(_, client)| client.concurrency());
        each.fold(0, usize::saturating_add)
    }

    /// All clients by name, `main` first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ErpClient)> {
        let others = self.others.iter().map(|(name, client)| (name.as_str(), client));
        std::iter::once((Self::MAIN, &self.main)).chain(others)
    }
}

impl From<ErpClient> for Accounts {
    fn from(main: ErpClient) -> Self {
        Accounts::new(main, BTreeMap::new())
    }
}
