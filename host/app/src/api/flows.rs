//! Flows, what sets them off, and how their schedules stand.

use super::deliveries::HeldUp;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sunmao_runtime::{FlowSettings, ScheduleStatus};
use sunmao_store::{DeliveryId, Disposition, Rhythm};
use utoipa::ToSchema;

/// All flows by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlowPage {
    /// The flows.
    pub items: Vec<Flow>,
}

/// One flow: where it gets its records, what it does with them, and where they go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// What sets it off.
    pub source: Source,
    /// The files of its steps.
    pub steps: Steps,
    /// Where its records go.
    pub sink: Sink,
    /// The link that is kept.
    pub link: Option<String>,
    /// The links that what a record refers to needs to have before it goes on.
    pub after: Vec<String>,
    /// The ERP account; null for `main`.
    pub erp: Option<String>,
    /// Whether it is paused.
    pub paused: bool,
    /// Its schedules.
    pub schedules: Vec<Schedule>,
    /// Deliveries that wait for it.
    pub waiting: u64,
    /// Deliveries of it that wait for a person.
    pub dead: u64,
    /// What holds its deliveries up.
    pub held_up: Option<HeldUp>,
}

/// What sets a flow off: an event, a list of the ERP that it reads through, or its schedule alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// The event.
    pub on: Option<String>,
    /// The operation that lists.
    pub sweep: Option<String>,
    /// The operation that reads a row whole.
    pub detail: Option<String>,
}

/// The files of a flow's steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Steps {
    /// What admits a record.
    pub policy: Option<String>,
    /// What maps it.
    pub mapping: Option<String>,
    /// What says whose value a field takes that both sides changed.
    pub merge: Option<String>,
}

/// Where a flow's records go: one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sink {
    /// The operation of the ERP that writes them.
    pub write: Option<String>,
    /// The kind of record that they become.
    pub into: Option<String>,
    /// The automation that handles everything.
    pub handle: Option<String>,
}

impl Sink {
    /// The sink in words.
    pub fn words(&self) -> String {
        let sinks = [
            ("write", &self.write),
            ("into", &self.into),
            ("handle", &self.handle),
        ];
        let named = sinks
            .into_iter()
            .find_map(|(word, name)| Some(format!("{word} {}", name.as_ref()?)));
        named.unwrap_or_default()
    }
}

/// The schedules of all flows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SchedulePage {
    /// By flow.
    pub items: Vec<Schedule>,
}

/// How a schedule stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// The flow.
    pub flow: String,
    /// `schedule`: its own; `recent`: the one by which a sweep looks at what is new.
    #[schema(value_type = RhythmWord)]
    pub rhythm: Rhythm,
    /// In words: `every 1h`, `cron 0 2 * * * (Asia/Shanghai)`.
    pub rule: String,
    /// What becomes of missed times: `latest`, `all`, `none`.
    pub catch_up: String,
    /// Whether the flow is paused.
    pub paused: bool,
    /// The time for which it fired last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_fire_at: Option<Timestamp>,
    /// How late that was.
    pub drift_milliseconds: Option<i64>,
    /// When what fired was last done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_end_at: Option<Timestamp>,
    /// What that came to.
    pub outcome: Option<String>,
    /// Times that passed for which it did not run.
    pub missed: u64,
    /// When it is due next.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_fire_at: Option<Timestamp>,
}

/// A flow was let run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fired {
    /// The flow.
    pub flow: String,
    /// The delivery that stands for it; null where one of the same moment does.
    #[schema(value_type = Option<i64>)]
    pub delivery: Option<DeliveryId>,
    /// What became of it.
    #[schema(value_type = Option<super::deliveries::DispositionWord>)]
    pub disposition: Option<Disposition>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case", as = Rhythm)]
#[allow(
    dead_code,
    reason = "it says in the OpenAPI document what the store's rhythm is written as"
)]
enum RhythmWord {
    /// The flow's own schedule.
    Schedule,
    /// A sweep's look at what is new.
    Recent,
    /// A person.
    Hand,
}

impl Flow {
    /// A flow as its table says; what the store knows of it is added by whoever knows.
    pub fn of(name: &str, settings: &FlowSettings) -> Self {
        Flow {
            name: name.to_owned(),
            source: Source {
                on: settings.on.clone(),
                sweep: settings.sweep.clone(),
                detail: settings.detail.clone(),
            },
            steps: Steps {
                policy: settings.policy.clone(),
                mapping: settings.mapping.clone(),
                merge: settings.merge.clone(),
            },
            sink: Sink {
                write: settings.write.clone(),
                into: settings.into.clone(),
                handle: settings.handle.clone(),
            },
            link: settings.link.clone(),
            after: settings.after.clone(),
            erp: settings.erp.clone(),
            paused: false,
            schedules: Vec::new(),
            waiting: 0,
            dead: 0,
            held_up: None,
        }
    }

    /// The source in words.
    pub fn source_words(&self) -> String {
        let schedule = self.schedules.first().map(|schedule| schedule.rule.clone());
        match (&self.source.on, &self.source.sweep) {
            (Some(on), _) => format!("on {on}"),
            (None, Some(sweep)) => format!("sweep {sweep}"),
            (None, None) => schedule.unwrap_or_default(),
        }
    }

    /// The flow as a drawing of lines: source, steps, sink.
    pub fn drawing(&self) -> Vec<String> {
        let mut lines = vec![self.source_words()];
        if let Some(detail) = &self.source.detail {
            lines.push(format!("   detail {detail}, of rows that changed"));
        }
        for schedule in &self.schedules {
            lines.push(format!("   {}: {}", rhythm(schedule.rhythm), schedule.rule));
        }
        if !self.after.is_empty() {
            lines.push(format!("   waits for the links {}", self.after.join(", ")));
        }
        let steps = [
            ("policy", &self.steps.policy),
            ("mapping", &self.steps.mapping),
            ("merge", &self.steps.merge),
        ];
        for (step, file) in steps {
            if let Some(file) = file {
                lines.push(format!("   ↓ {step} {file}"));
            }
        }
        let account = self.erp.iter().map(|erp| format!(" @{erp}"));
        let link = self.link.iter().map(|link| format!(", link {link}"));
        let notes: String = account.chain(link).collect();
        lines.push(format!("   → {}{notes}", self.sink.words()));
        lines
    }
}

/// What a schedule is for, in a word.
pub fn rhythm(rhythm: Rhythm) -> &'static str {
    match rhythm {
        Rhythm::Schedule => "due",
        Rhythm::Recent => "what is new",
        Rhythm::Hand => "by hand",
    }
}

impl From<ScheduleStatus> for Schedule {
    fn from(status: ScheduleStatus) -> Self {
        let drift = status.drift();
        Schedule {
            drift_milliseconds: drift.map(|drift| i64::try_from(drift.as_millis()).unwrap_or(i64::MAX)),
            flow: status.flow,
            rhythm: status.rhythm,
            rule: status.rule,
            catch_up: status.catch_up.to_owned(),
            paused: status.is_paused,
            last_fire_at: status.last.as_ref().map(|last| last.at),
            outcome: status.last.and_then(|last| last.outcome),
            last_end_at: status.last_end,
            missed: status.missed,
            next_fire_at: status.next,
        }
    }
}
