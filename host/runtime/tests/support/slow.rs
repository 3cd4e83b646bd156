//! A host whose store takes its time over the extensions' own keys.

use super::support::Parts;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use sunmao_runtime::{Gateway, Host};
use sunmao_store::{PluginState, StateEntry, StateRoom, StoreError};

/// The same parts with a host whose every look at a key takes that long, and finds nothing.
pub fn state(mut parts: Parts, delay: Duration) -> Parts {
    let host = &parts.host;
    let mut store = host.store.clone();
    store.state = Arc::new(SlowState { delay });
    let gateway = Gateway::new(parts.erp.clone(), store.clone(), host.clock.clone());
    parts.host = Arc::new(Host::new(
        host.catalogue.clone(),
        (**host.kinds.load()).clone(),
        gateway,
        store,
        host.clock.clone(),
    ));
    parts
}

struct SlowState {
    delay: Duration,
}

#[async_trait]
impl PluginState for SlowState {
    async fn get(&self, _extension: &str, _key: &str) -> Result<Option<StateEntry>, StoreError> {
        tokio::time::sleep(self.delay).await;
        Ok(None)
    }

    async fn put(
        &self,
        _extension: &str,
        _key: &str,
        _value: &str,
        _room: StateRoom,
    ) -> Result<i64, StoreError> {
        tokio::time::sleep(self.delay).await;
        Ok(1)
    }

    async fn compare_and_set(
        &self,
        _extension: &str,
        _key: &str,
        _expected: Option<i64>,
        _value: &str,
        _room: StateRoom,
    ) -> Result<Option<i64>, StoreError> {
        tokio::time::sleep(self.delay).await;
        Ok(None)
    }

    async fn delete(&self, _extension: &str, _key: &str) -> Result<bool, StoreError> {
        tokio::time::sleep(self.delay).await;
        Ok(false)
    }

    async fn keys(&self, _extension: &str, _prefix: &str, _limit: u32) -> Result<Vec<String>, StoreError> {
        tokio::time::sleep(self.delay).await;
        Ok(Vec::new())
    }
}
