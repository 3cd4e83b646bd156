//! The ERP as a whole: one request in, one answer out, and everything written into the ledger.

use crate::clock::Clock;
use crate::codec::{self, Decoded};
use crate::execute::execute;
use crate::faults::{self, Dice, Fault, Meddling};
use crate::ledger::{Change, Ledger, LedgerEntry, Outcome};
use crate::model::Model;
use crate::options::Options;
use crate::plan::Action;
use crate::reply::Reply;
use crate::request::Request;
use crate::routes::{Choice, Routes, choose};
use crate::session::Sessions;
use crate::show;
use crate::variant::Variant;
use crate::world::World;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sunmao_catalogue::{Catalogue, Dialect, Operation, Record, Value};

/// The words for a path that is nobody's.
pub(crate) const UNKNOWN_PATH: &str = "找不到对应处理程序";

/// The simulated ERP.
pub(crate) struct Erp {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    pub(crate) catalogue: Arc<Catalogue>,
    model: Arc<Model>,
    routes: Routes,
    state: Mutex<State>,
}

/// Everything that calls change.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) sessions: Sessions,
    pub(crate) ledger: Ledger,
    pub(crate) dice: Dice,
}

/// A request as HTTP brings it.
pub(crate) struct Incoming<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: Record,
    /// The token header of the json dialect.
    pub(crate) token: Option<&'a str>,
    /// The token of the gateway in front.
    pub(crate) bearer: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// What comes back to HTTP.
pub(crate) struct Answered {
    /// The sound answer; none where a fault kept the request from being carried out.
    pub(crate) content: Option<Content>,
    pub(crate) fault: Option<Fault>,
}

/// An answer before HTTP.
pub(crate) enum Content {
    /// The ERP's own.
    Json(String),
    /// The same after a login, with the session's token.
    SignedIn(String, String),
    /// The gateway lets nobody through.
    Unauthorized(String),
    /// The body is of a kind that is not read.
    WrongType,
    UnknownPath,
}

/// What became of a request at the ERP itself.
pub(crate) enum Called {
    Known(Dialect, Option<Reply>, Option<Fault>),
    WrongType,
    UnknownPath,
}

impl Erp {
    pub(crate) fn new(catalogue: Arc<Catalogue>, options: Options) -> Self {
        let model = Arc::new(Model::new(&catalogue));
        let clock = Clock::new(options.now);
        Erp {
            routes: Routes::new(&catalogue, options.variant),
            state: Mutex::new(State {
                world: World::new(model.clone(), &options, clock.clone()),
                sessions: Sessions::new(&options, clock.clone()),
                ledger: Ledger::default(),
                dice: Dice::new(options.seed, options.faults.clone()),
            }),
            clock,
            model,
            catalogue,
            options,
        }
    }

    /// The state. A panic elsewhere leaves it readable: every change is one whole record.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request as the kind of installation does that this one is.
    pub(crate) fn answer(&self, incoming: &Incoming<'_>) -> Answered {
        match self.options.variant {
            Variant::Gateway | Variant::GatewayPlain => self.answer_behind_gateway(incoming),
            _ => self.call(incoming, None).answered(|dialect, reply| {
                let text = codec::encode(self.options.variant, dialect, reply);
                match reply {
                    Reply::Token(token) => Content::SignedIn(token.clone(), text),
                    _ => Content::Json(text),
                }
            }),
        }
    }

    /// Carries out one request; a token from outside stands for the one that the request carries.
    pub(crate) fn call(&self, incoming: &Incoming<'_>, token: Option<&str>) -> Called {
        let mut entry = blank(incoming);
        let Some((dialect, positions)) = self.routes.on_path(&self.catalogue, incoming.path) else {
            entry.message = UNKNOWN_PATH.to_owned();
            self.state().ledger.append(entry);
            return Called::UnknownPath;
        };
        entry.dialect = Some(dialect);
        if !self.options.variant.reads(incoming.content_type) {
            entry.outcome = Outcome::Malformed;
            self.state().ledger.append(entry);
            return Called::WrongType;
        }
        let (reply, fault) = match codec::decode(self.options.variant, dialect, incoming.token, incoming.body)
        {
            Ok(mut decoded) => {
                decoded.token = token.map(str::to_owned).or(decoded.token);
                self.decoded(incoming, positions, decoded, entry)
            }
            Err(fault) => {
                let reply = Reply::Broken(format!("请求内容无法识别：{fault}"));
                (Some(self.state().write(entry, reply, Vec::new())), None)
            }
        };
        Called::Known(dialect, reply, fault)
    }

    /// The reply, unless a fault kept the call from being carried out, and the fault.
    fn decoded(
        &self,
        incoming: &Incoming<'_>,
        positions: &[usize],
        decoded: Decoded,
        mut entry: LedgerEntry,
    ) -> (Option<Reply>, Option<Fault>) {
        let choice = self.choice(incoming, positions, &decoded);
        let chosen: &[usize] = match &choice {
            Choice::Operations(chosen) => chosen,
            Choice::Skeleton(list) => std::slice::from_ref(list),
            Choice::None => &[],
        };
        let operations = self.catalogue.operations();
        let given = match (self.options.variant, chosen.first()) {
            (Variant::GatewayPlain, Some(position)) => {
                let given = decoded.arguments.into_iter();
                given
                    .map(|given| codec::plain::translated(&operations[*position], given))
                    .collect()
            }
            _ => decoded.arguments,
        };
        let arguments = self.arguments(chosen.first().copied(), &incoming.query, given);
        entry.note_operations(chosen.iter().map(|position| &operations[*position]));
        entry.cmdkey = decoded.cmdkey;
        entry.arguments = listed(&arguments);
        let token = decoded.token.unwrap_or_default();
        let mut state = self.state();
        entry.device = state.sessions.device(&token).map(str::to_owned);
        let Some(position) = chosen.first().copied() else {
            let living = state.sessions.serve(&token);
            let reply = if living {
                Reply::UnknownCommand
            } else {
                Reply::NoSession
            };
            return (Some(state.write(entry, reply, Vec::new())), None);
        };
        let (operation, plan) = (&operations[position], &self.model.plans[position]);
        let is_session = plan.action == Action::Session;
        let living = is_session || state.sessions.lives(&token);
        // What happens in the course of the work does not happen to a call that is turned away.
        let fault = state
            .dice
            .throw(operation)
            .filter(|fault| living || fault.prevents());
        if let Some(fault) = fault.filter(|fault| fault.prevents()) {
            return (None, state.prevent(entry, fault).fault);
        }
        entry.fault = fault.map(|fault| fault.to_string());
        if is_session {
            let reply = session(&mut state.sessions, operation, &token, &arguments[0]);
            return (Some(state.write(entry, reply, Vec::new())), fault);
        }
        if fault == Some(Fault::ExpiredSession) {
            state.sessions.logout(&token);
        }
        if !state.sessions.serve(&token) {
            return (Some(state.write(entry, Reply::NoSession, Vec::new())), fault);
        }
        let request = Request {
            operation,
            plan,
            schema: &self.model.schemas[plan.object],
            query: &incoming.query,
            arguments: &arguments,
        };
        let meddling = Meddling {
            fault,
            lost_part: match fault {
                Some(Fault::PartlySaved) => state.dice.lost_part(),
                _ => 0,
            },
        };
        let (reply, changes, happened) =
            faults::meddle(&mut state.world, plan.object, &meddling, |world| match choice {
                Choice::Skeleton(_) => {
                    let rows = show::skeleton(&request, world.table(plan.object));
                    (Reply::Rows(rows), Vec::new())
                }
                _ => execute(world, &request),
            });
        if !happened {
            entry.fault = None;
        }
        (
            Some(state.write(entry, reply, changes)),
            fault.filter(|_| happened),
        )
    }

    fn choice(&self, incoming: &Incoming<'_>, positions: &[usize], decoded: &Decoded) -> Choice {
        if self.options.variant != Variant::GatewayPlain {
            let cmdkey = decoded.cmdkey.as_deref();
            return choose(&self.catalogue, positions, cmdkey, &incoming.query);
        }
        let chosen = codec::plain::chosen(&self.catalogue, positions, &incoming.query, &decoded.arguments[0]);
        chosen.map_or(Choice::None, |position| Choice::Operations(vec![position]))
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

impl Called {
    /// The answer, written by whoever knows how.
    pub(crate) fn answered(self, write: impl FnOnce(Dialect, &Reply) -> Content) -> Answered {
        match self {
            Called::UnknownPath => Answered::sound(Content::UnknownPath),
            Called::WrongType => Answered::sound(Content::WrongType),
            Called::Known(dialect, reply, fault) => Answered {
                content: reply.map(|reply| write(dialect, &reply)),
                fault,
            },
        }
    }
}

impl Answered {
    pub(crate) fn sound(content: Content) -> Self {
        Answered {
            content: Some(content),
            fault: None,
        }
    }
}

impl State {
    /// Writes down that a fault kept a request from being carried out.
    pub(crate) fn prevent(&mut self, mut entry: LedgerEntry, fault: Fault) -> Answered {
        entry.outcome = Outcome::Prevented;
        entry.fault = Some(fault.to_string());
        self.ledger.append(entry);
        Answered {
            content: None,
            fault: Some(fault),
        }
    }

    /// Writes the ledger and hands the answer on.
    pub(crate) fn write(&mut self, mut entry: LedgerEntry, reply: Reply, changes: Vec<Change>) -> Reply {
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
pub(crate) fn blank(incoming: &Incoming<'_>) -> LedgerEntry {
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
        device: None,
        fault: None,
    }
}

impl LedgerEntry {
    pub(crate) fn note_operations<'a>(&mut self, operations: impl Iterator<Item = &'a Operation> + Clone) {
        self.operations = operations.clone().map(|operation| operation.id).collect();
        self.names = operations.map(|operation| operation.name.clone()).collect();
    }
}

fn listed(arguments: &[Record]) -> Value {
    match arguments {
        [one] => Value::from(one.clone()),
        several => Value::List(several.iter().cloned().map(Value::from).collect()),
    }
}
