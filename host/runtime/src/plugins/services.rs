//! The host's services as plugins import them. Each answers from the store; none touches the ERP.

use super::bindings::services::sunmao::host as wit;
use super::guest::Guest;
use crate::services;
use wit::types::Problem;

impl wit::types::Host for Guest {}

impl wit::log::Host for Guest {
    fn write(&mut self, level: wit::log::Level, message: String, fields: Vec<wit::types::Field>) {
        use wit::log::Level;
        let level = match level {
            Level::Trace => tracing::Level::TRACE,
            Level::Debug => tracing::Level::DEBUG,
            Level::Info => tracing::Level::INFO,
            Level::Warn => tracing::Level::WARN,
            Level::Error => tracing::Level::ERROR,
        };
        let fields: Vec<(String, String)> = fields
            .into_iter()
            .map(|field| (field.name, field.value))
            .collect();
        services::log(&self.caller, level, &message, &fields);
    }
}

impl wit::state::Host for Guest {
    async fn get(&mut self, key: String) -> Result<Option<wit::state::Entry>, Problem> {
        let work = services::state_get(&self.host, &self.caller, &key);
        let entry = self.service("state", work).await.map_err(problem)?;
        Ok(entry.map(|entry| wit::state::Entry {
            value: entry.value,
            revision: unsigned(entry.revision),
        }))
    }

    async fn put(&mut self, key: String, value: String) -> Result<u64, Problem> {
        let work = services::state_put(&self.host, &self.caller, &key, &value);
        self.service("state", work).await.map(unsigned).map_err(problem)
    }

    async fn compare_and_set(
        &mut self,
        key: String,
        expected: Option<u64>,
        value: String,
    ) -> Result<Option<u64>, Problem> {
        let expected = expected.map(|revision| i64::try_from(revision).unwrap_or(i64::MAX));
        let work = services::state_compare_and_set(&self.host, &self.caller, &key, expected, &value);
        let set = self.service("state", work).await.map_err(problem)?;
        Ok(set.map(unsigned))
    }

    async fn delete(&mut self, key: String) -> Result<(), Problem> {
        let work = services::state_delete(&self.host, &self.caller, &key);
        self.service("state", work).await.map(drop).map_err(problem)
    }

    async fn keys(&mut self, prefix: String) -> Result<Vec<String>, Problem> {
        let work = services::state_keys(&self.host, &self.caller, &prefix);
        self.service("state", work).await.map_err(problem)
    }
}

impl wit::links::Host for Guest {
    async fn get(
        &mut self,
        name: String,
        kind: String,
        id: String,
    ) -> Result<Option<wit::links::Link>, Problem> {
        let work = services::link_of(&self.host, &self.caller, &name, &kind, &id);
        let found = self.service("links", work).await.map_err(problem)?;
        Ok(found.map(link))
    }

    async fn find(&mut self, name: String, erp_key: i64) -> Result<Option<wit::links::Link>, Problem> {
        let work = services::link_to(&self.host, &self.caller, &name, erp_key);
        let found = self.service("links", work).await.map_err(problem)?;
        Ok(found.map(link))
    }
}

impl wit::records::Host for Guest {
    async fn get(&mut self, kind: String, id: String) -> Result<Option<wit::records::Stored>, Problem> {
        let work = services::record(&self.host, &self.caller, &kind, &id);
        let found = self.service("records", work).await.map_err(problem)?;
        Ok(found.map(stored))
    }

    async fn find(
        &mut self,
        kind: String,
        member: String,
        value: String,
    ) -> Result<Vec<wit::records::Stored>, Problem> {
        let work = services::find(&self.host, &self.caller, &kind, &member, &value);
        let found = self.service("records", work).await.map_err(problem)?;
        Ok(found.into_iter().map(stored).collect())
    }

    async fn list(
        &mut self,
        kind: String,
        members: Vec<wit::types::Field>,
        after: String,
    ) -> Result<Vec<wit::records::Stored>, Problem> {
        let members = members.into_iter().map(|field| (field.name, field.value));
        let work = services::list(&self.host, &self.caller, &kind, members.collect(), &after);
        let found = self.service("records", work).await.map_err(problem)?;
        Ok(found.into_iter().map(stored).collect())
    }
}

impl wit::filing::Host for Guest {
    async fn file(
        &mut self,
        kind: String,
        id: String,
        body: String,
        revision: Option<u64>,
    ) -> Result<Option<u64>, Problem> {
        let revision = revision.map(|revision| i64::try_from(revision).unwrap_or(i64::MAX));
        let work = services::file(&self.host, &self.caller, &kind, &id, &body, revision);
        let filed = self.service("filing", work).await.map_err(problem)?;
        Ok(filed.map(unsigned))
    }
}

impl wit::events::Host for Guest {
    async fn emit(&mut self, name: String, key: String, payload: String) -> Result<u64, Problem> {
        let work = services::emit(&self.host, &self.caller, &name, &key, &payload);
        self.service("events", work).await.map(unsigned).map_err(problem)
    }
}

impl wit::settings::Host for Guest {
    fn get(&mut self, name: String) -> Option<String> {
        self.caller.permit.settings.get(&name).cloned()
    }

    fn all(&mut self) -> Vec<wit::types::Field> {
        let settings = self.caller.permit.settings.iter();
        settings
            .map(|(name, value)| wit::types::Field {
                name: name.clone(),
                value: value.clone(),
            })
            .collect()
    }
}

impl wit::clock::Host for Guest {
    fn now(&mut self) -> String {
        services::iso_milliseconds(self.caller.invocation.now)
    }

    fn unix_milliseconds(&mut self) -> u64 {
        unsigned(self.caller.invocation.now.as_millisecond())
    }
}

fn link(link: sunmao_store::Link) -> wit::links::Link {
    wit::links::Link {
        name: link.link,
        kind: link.record.kind,
        id: link.record.id,
        erp_key: link.erp_key,
        number: link.number,
    }
}

fn stored(known: services::Known) -> wit::records::Stored {
    wit::records::Stored {
        id: known.id,
        body: known.body,
        revision: unsigned(known.revision),
        origin: known.origin,
    }
}

fn problem(problem: crate::problem::Problem) -> Problem {
    Problem {
        message: problem.message,
        hint: problem.hint,
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
