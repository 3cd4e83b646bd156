//! The ERP as a whole: one request in, one answer out, and everything written into the ledger.

use crate::codec::{self, Decoded};
use crate::execute::{Request, execute};
use crate::ledger::{Change, Ledger, LedgerEntry, Outcome};
use crate::model::Model;
use crate::options::Options;
use crate::plan::Action;
use crate::reply::Reply;
use crate::routes::{Choice, Routes, choose};
use crate::session::Sessions;
use crate::show;
use crate::world::World;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sunmao_catalogue::{Catalogue, Dialect, Operation, Record, Value};

/// The words for a path that is nobody's.
pub(crate) const UNKNOWN_PATH: &str = "找不到对应处理程序";

/// The simulated ERP.
pub(crate) struct Erp {
    pub(crate) options: Options,
    catalogue: Arc<Catalogue>,
    model: Arc<Model>,
    routes: Routes,
    state: Mutex<State>,
}

/// Everything that calls change.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) sessions: Sessions,
    pub(crate) ledger: Ledger,
}

/// A request as HTTP brings it.
pub(crate) struct Incoming<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: Record,
    /// The token header of the json dialect.
    pub(crate) token: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl Erp {
    pub(crate) fn new(catalogue: Arc<Catalogue>, options: Options) -> Self {
        let model = Arc::new(Model::new(&catalogue));
        Erp {
            routes: Routes::new(&catalogue),
            state: Mutex::new(State {
                world: World::new(model.clone(), &options),
                sessions: Sessions::new(&options),
                ledger: Ledger::default(),
            }),
            model,
            catalogue,
            options,
        }
    }

    /// The state. A panic elsewhere leaves it readable: every change is one whole record.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request: JSON text, or none when the path is nobody's.
    pub(crate) fn answer(&self, incoming: &Incoming<'_>) -> Option<String> {
        let mut entry = blank(incoming);
        let Some((dialect, positions)) = self.routes.on_path(&self.catalogue, incoming.path) else {
            entry.message = UNKNOWN_PATH.to_owned();
            self.state().ledger.append(entry);
            return None;
        };
        entry.dialect = Some(dialect);
        let reply = match codec::decode(dialect, incoming.token, incoming.body) {
            Ok(decoded) => self.decoded(incoming, positions, decoded, entry),
            Err(fault) => {
                let reply = Reply::Broken(format!("请求内容无法识别：{fault}"));
                self.state().write(entry, reply, Vec::new())
            }
        };
        Some(codec::encode(dialect, &reply))
    }

    fn decoded(
        &self,
        incoming: &Incoming<'_>,
        positions: &[usize],
        decoded: Decoded,
        mut entry: LedgerEntry,
    ) -> Reply {
        let choice = choose(
            &self.catalogue,
            positions,
            decoded.cmdkey.as_deref(),
            &incoming.query,
        );
        let chosen: &[usize] = match &choice {
            Choice::Operations(chosen) => chosen,
            Choice::Skeleton(list) => std::slice::from_ref(list),
            Choice::None => &[],
        };
        let arguments = self.arguments(chosen.first().copied(), &incoming.query, decoded.arguments);
        let names = chosen
            .iter()
            .map(|position| &self.catalogue.operations()[*position]);
        entry.operations = names.clone().map(|operation| operation.id).collect();
        entry.names = names.map(|operation| operation.name.clone()).collect();
        entry.cmdkey = decoded.cmdkey;
        entry.arguments = listed(&arguments);
        let token = decoded.token.unwrap_or_default();
        let mut state = self.state();
        let Some(position) = chosen.first().copied() else {
            let living = state.sessions.serve(&token);
            let reply = if living {
                Reply::UnknownCommand
            } else {
                Reply::NoSession
            };
            return state.write(entry, reply, Vec::new());
        };
        let operation = &self.catalogue.operations()[position];
        if self.model.plans[position].action == Action::Session {
            let reply = session(&mut state.sessions, operation, &token, &arguments[0]);
            return state.write(entry, reply, Vec::new());
        }
        if !state.sessions.serve(&token) {
            return state.write(entry, Reply::NoSession, Vec::new());
        }
        let plan = &self.model.plans[position];
        let request = Request {
            operation,
            plan,
            schema: &self.model.schemas[plan.object],
            query: &incoming.query,
            arguments: &arguments,
        };
        let (reply, changes) = match choice {
            Choice::Skeleton(_) => {
                let rows = show::skeleton(&request, state.world.table(plan.object));
                (Reply::Rows(rows), Vec::new())
            }
            _ => execute(&mut state.world, &request),
        };
        state.write(entry, reply, changes)
    }

    /// What a request says beside its body counts, too: query values that do not belong to the entry are arguments.
    fn arguments(&self, position: Option<usize>, query: &Record, given: Vec<Record>) -> Vec<Record> {
        let Some(position) = position else {
            return given;
        };
        let fixed = &self.catalogue.operations()[position].fixed_query;
        let beside: Vec<(&String, &Value)> = query
            .iter()
            .filter(|(name, _)| !fixed.iter().any(|(fixed, _)| fixed.eq_ignore_ascii_case(name)))
            .collect();
        let merged = |mut arguments: Record| {
            for (name, value) in &beside {
                arguments
                    .entry((*name).clone())
                    .or_insert_with(|| (*value).clone());
            }
            arguments
        };
        given.into_iter().map(merged).collect()
    }
}

impl State {
    /// Writes the ledger and hands the answer on.
    fn write(&mut self, mut entry: LedgerEntry, reply: Reply, changes: Vec<Change>) -> Reply {
        entry.outcome = match &reply {
            Reply::NoSession => Outcome::NoSession,
            Reply::Broken(_) => Outcome::Malformed,
            Reply::UnknownCommand => Outcome::UnknownCommand,
            Reply::Refused(_) | Reply::Failed(_) => Outcome::Refused,
            _ => Outcome::Done,
        };
        entry.message = reply.message().to_owned();
        entry.changes = changes;
        self.ledger.append(entry);
        reply
    }
}

fn session(sessions: &mut Sessions, operation: &Operation, token: &str, arguments: &Record) -> Reply {
    match operation.verb.as_str() {
        "login" => sessions.login(arguments).map_or_else(Reply::Failed, Reply::Token),
        _ if sessions.logout(token) => Reply::Done("已退出系统！".to_owned(), None),
        _ => Reply::NoSession,
    }
}

/// The entry of a request of which nothing is known yet but where it went.
fn blank(incoming: &Incoming<'_>) -> LedgerEntry {
    LedgerEntry {
        sequence: 0,
        time: Timestamp::UNIX_EPOCH,
        operations: Vec::new(),
        names: Vec::new(),
        dialect: None::<Dialect>,
        path: incoming.path.to_owned(),
        query: incoming.query.clone(),
        cmdkey: None,
        arguments: Value::from(Record::default()),
        outcome: Outcome::UnknownPath,
        message: String::new(),
        changes: Vec::new(),
    }
}

fn listed(arguments: &[Record]) -> Value {
    match arguments {
        [one] => Value::from(one.clone()),
        several => Value::List(several.iter().cloned().map(Value::from).collect()),
    }
}
