//! What sets a flow off by itself: a list of the ERP that it reads through, a schedule, or both.

use super::schedule::{CatchUp, Schedule, Timing, Unsound};
use super::settings::FlowSettings;
use super::sweep::Sweep;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Kinds, RecordKind};
use sunmao_store::Occasion;

/// What sets a flow off.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    /// What sets it off from outside.
    pub on: Option<On>,
    /// The list that it reads through.
    pub sweep: Option<Arc<Sweep>>,
    /// When it is due; of a flow that hears of records, when each of them goes through it again.
    pub schedule: Option<Schedule>,
    /// When a sweep looks at what is new, between its whole sweeps.
    pub recent: Option<Schedule>,
}

/// What sets a flow off from outside.
#[derive(Debug, Clone)]
pub(crate) enum On {
    /// A record is saved or deleted.
    Record(Arc<RecordKind>, Occasion),
    /// An automation emits an event of this name.
    Event(String),
}

impl On {
    /// What a name says: `contact.saved` is a record's where there is such a kind, anything else an event's.
    fn read(kinds: &Kinds, on: &str) -> Result<On, Unsound> {
        let occasions = [Occasion::Saved, Occasion::Deleted];
        let record = occasions.into_iter().find_map(|occasion| {
            let kind = on.strip_suffix(occasion.name())?.strip_suffix('.')?;
            Some((kind, occasion))
        });
        match record {
            None => Ok(On::Event(on.to_owned())),
            Some((kind, occasion)) => match kinds.find(kind) {
                Some(known) => Ok(On::Record(known.clone(), occasion)),
                None => {
                    let nearest = kinds.nearest(kind).unwrap_or("contact");
                    let message = format!("no kind of record is called {kind}");
                    let hint = format!("the nearest known is {nearest}: sunmao kinds list");
                    Err(Unsound::new("on", message, hint))
                }
            },
        }
    }
}

impl Source {
    /// The kind of the records that it carries; none where it has none.
    pub fn record(&self) -> Option<&Arc<RecordKind>> {
        match (&self.on, &self.sweep) {
            (Some(On::Record(kind, _)), _) => Some(kind),
            (_, Some(sweep)) => Some(&sweep.kind),
            _ => None,
        }
    }

    /// Reads a flow's settings.
    ///
    /// # Errors
    /// The first key that is unsound, or of no use beside the others.
    pub fn read(catalogue: &Catalogue, kinds: &Kinds, settings: &FlowSettings) -> Result<Source, Unsound> {
        let schedule = Schedule::read(&Timing {
            every: settings.every.as_deref(),
            cron: settings.cron.as_deref(),
            time_zone: settings.time_zone.as_deref(),
            catch_up: settings.catch_up,
        })?;
        match (&settings.on, &settings.sweep, &schedule) {
            (None, None, None) => {
                let hint = "write on = \"contact.saved\", sweep = \"customers.list\", every or cron";
                return Err(Unsound::new("on", "nothing sets it off", hint));
            }
            (Some(_), Some(_), _) => {
                let message = "an event sets it off already";
                return Err(Unsound::new(
                    "sweep",
                    message,
                    "leave on or sweep out, or write two flows",
                ));
            }
            (Some(on), None, Some(_)) if !matches!(On::read(kinds, on)?, On::Record(_, Occasion::Saved)) => {
                let message = "a schedule goes through what is there: of an event and of what was deleted there is nothing";
                return Err(Unsound::new(
                    "on",
                    message,
                    "leave one of the two out, or write two flows",
                ));
            }
            _ => {}
        }
        if schedule.is_none() && settings.catch_up != CatchUp::default() {
            let hint = "write every or cron beside it, or leave it out";
            return Err(Unsound::new("catch_up", "is of no use without a schedule", hint));
        }
        let Some(list) = &settings.sweep else {
            let of_sweeps = [("detail", &settings.detail), ("recent", &settings.recent)];
            let stray = of_sweeps.into_iter().find(|(_, value)| value.is_some());
            return match stray {
                Some((key, _)) => {
                    let hint = "write sweep = \"customers.list\" beside it, or leave it out";
                    Err(Unsound::new(key, "is of no use without sweep", hint))
                }
                None => Ok(Source {
                    on: settings.on.as_deref().map(|on| On::read(kinds, on)).transpose()?,
                    schedule,
                    ..Source::default()
                }),
            };
        };
        let recent = settings.recent.as_deref();
        Ok(Source {
            on: None,
            sweep: Some(Arc::new(Sweep::read(
                catalogue,
                kinds,
                list,
                settings.detail.as_deref(),
            )?)),
            schedule,
            recent: recent
                .map(|recent| Schedule::every("recent", recent))
                .transpose()?,
        })
    }

    /// Whether it runs without an event, so that a person can let it run.
    pub fn runs_by_itself(&self) -> bool {
        self.sweep.is_some() || self.schedule.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: impl FnOnce(&mut FlowSettings)) -> Result<Source, &'static str> {
        let catalogue = Catalogue::shared();
        let kinds = Kinds::shipped(&catalogue).expect("kinds");
        let mut settings = FlowSettings::default();
        change(&mut settings);
        Source::read(&catalogue, &kinds, &settings).map_err(|unsound| unsound.key)
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn swept(change: impl FnOnce(&mut FlowSettings)) -> Result<Source, &'static str> {
        read(|settings| {
            settings.sweep = text("customers.list");
            change(settings);
        })
    }

    #[test]
    fn a_sweep_reads_a_list_by_the_key_of_its_object() {
        let source = swept(|settings| {
            settings.detail = text("customers.get");
            settings.recent = text("1m");
        })
        .expect("sound");
        let sweep = source.sweep.expect("a sweep");
        assert_eq!(
            (sweep.kind.name.as_str(), sweep.keys[0].as_str()),
            ("erp.customers", "ord")
        );
        assert_eq!(
            sweep.detail.as_ref().map(|(_, parameter)| parameter.as_str()),
            Some("ord")
        );
        assert_eq!(sweep.operations().count(), 2);
        assert!(source.schedule.is_none() && source.recent.is_some());
    }

    #[test]
    fn what_cannot_be_swept_is_refused_by_its_key() {
        assert_eq!(
            swept(|settings| settings.sweep = text("customers.lits")).err(),
            Some("sweep")
        );
        assert_eq!(
            swept(|settings| settings.sweep = text("customers.get")).err(),
            Some("sweep")
        );
        assert_eq!(
            swept(|settings| settings.sweep = text("customers.save-company")).err(),
            Some("sweep")
        );
        assert_eq!(
            swept(|settings| settings.detail = text("contracts.get")).err(),
            Some("detail")
        );
        assert_eq!(
            swept(|settings| settings.detail = text("customers.save-company")).err(),
            Some("detail")
        );
        assert_eq!(
            swept(|settings| settings.recent = text("soon")).err(),
            Some("recent")
        );
    }

    #[test]
    fn what_is_of_no_use_beside_the_rest_is_refused() {
        assert_eq!(read(|_| ()).err(), Some("on"));
        assert_eq!(
            swept(|settings| settings.on = text("contact.saved")).err(),
            Some("sweep")
        );
        assert_eq!(
            swept(|settings| settings.catch_up = CatchUp::All).err(),
            Some("catch_up")
        );
        let on = |change: fn(&mut FlowSettings)| {
            read(|settings| {
                settings.on = text("contact.saved");
                change(settings);
            })
            .err()
        };
        assert_eq!(on(|_| ()), None);
        assert_eq!(on(|settings| settings.every = text("1h")), None);
        for gone in ["contact.deleted", "stock.low"] {
            let settings = |settings: &mut FlowSettings| {
                settings.on = text(gone);
                settings.every = text("1h");
            };
            assert_eq!(read(settings).err(), Some("on"), "{gone}");
        }
        assert_eq!(
            on(|settings| settings.detail = text("customers.get")),
            Some("detail")
        );
        assert_eq!(on(|settings| settings.recent = text("1m")), Some("recent"));
    }
}
