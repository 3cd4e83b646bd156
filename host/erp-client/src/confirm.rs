//! A write, until it is known what became of it: sent, read back, compared, and sent again where it was not stored. The
//! ERP's word alone is not enough: it also says yes and stores nothing, or a part.

mod compare;
mod look;
mod place;

use crate::calling::{Call, Line};
use crate::learned::Case;
use crate::shown::{Shown, shown};
use crate::{Error, Subject};
use compare::{Difference, Looked};
use place::{Again, Watched};
use sunmao_catalogue::{Ack, Answer, Arguments, Field, Kind, Value};
use tokio::time::Instant;

/// How often a write goes out that is not stored, or whose outcome nobody saw.
const MOST: u32 = 3;

/// What a caller knows of the record as it was before a write. It helps to tell a field that an installation never shows
/// from one that was not stored.
#[derive(Debug, Clone, Copy, Default)]
pub enum Before<'a> {
    /// Nothing.
    #[default]
    Unread,
    /// There was none.
    Absent,
    /// What the operation that the write is read back with answered.
    Read(&'a Answer),
    /// The same was sent before, and nobody saw its outcome: it is looked for first, and sent only where it is not there.
    Attempted,
}

/// An answered call.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// What the ERP said; of a write whose answer was lost, what the record says.
    pub answer: Answer,
    /// What was seen of a write afterwards. None for a read, and where the catalogue knows no way to look.
    pub seen: Option<Seen>,
    /// Why a write that could be looked at was not, and never will be: it rests on the ERP's word.
    pub unread: Option<Error>,
}

/// A write as its record shows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// The record's key, where it shows.
    pub key: Option<i64>,
    /// What the page says of the write's parameters.
    pub shown: Shown,
    /// English names of the parameters that read otherwise than they were written, and are known never to read so.
    pub unshown: Vec<String>,
}

/// What is known of the record before the write.
enum Earlier {
    Unknown,
    Absent,
    Shown(Shown),
}

/// One write on its way.
struct Confirming<'a> {
    line: &'a Line,
    /// With codes in place of labels.
    call: Call<'a>,
    /// As they were given.
    given: &'a Arguments,
    watched: Watched<'a>,
    subject: Subject,
    earlier: Earlier,
}

impl Line {
    /// Calls an operation. A write is seen to have taken effect, as far as its record shows it.
    pub(crate) async fn confirmed(&self, call: &Call<'_>, before: Before<'_>) -> Result<Sent, Error> {
        let resolved = self.resolved(call).await?;
        let sending = Call {
            arguments: resolved.as_ref().unwrap_or(call.arguments),
            ..*call
        };
        let Some(watched) = Watched::of(&self.catalogue, call.operation, sending.arguments) else {
            return self.known_form(&sending).await.map(Sent::unseen);
        };
        let confirming = Confirming {
            line: self,
            given: call.arguments,
            watched,
            subject: Subject::of(call.operation),
            earlier: Earlier::Unknown,
            call: sending,
        };
        confirming.run(before).await
    }
}

impl Confirming<'_> {
    async fn run(mut self, before: Before<'_>) -> Result<Sent, Error> {
        if let Before::Attempted = before {
            match self.look_again().await {
                Looked::Stored(seen) => return Ok(Sent::seen_later(seen)),
                // It is there: sent again, it would only be in its own way.
                Looked::Otherwise(_, differences) if !self.watched.may_be_sent_again(&differences) => {
                    return Err(self.not_stored(&differences));
                }
                _ => {}
            }
        }
        self.remember(before).await;
        let mut sent = 0;
        loop {
            sent += 1;
            let outcome = self.line.known_form(&self.call).await;
            let doubt = match &outcome {
                Ok(answer) => {
                    self.watched.note_key(answer);
                    if self.watched.again == Again::IfAbsent && sent == 1 {
                        // The ERP takes no number twice.
                        self.earlier = Earlier::Absent;
                    }
                    None
                }
                Err(error) if error.kind() == Kind::Unconfirmed => Some(error.clone()),
                // What was sent before may be there after all, and in the way of itself.
                Err(error) if error.kind() == Kind::Refused && sent > 1 => Some(error.clone()),
                Err(_) => return outcome.map(Sent::unseen),
            };
            let looked = match doubt {
                None => self.look().await,
                Some(_) => self.look_again().await,
            };
            let differences = match (looked, doubt) {
                (Looked::Stored(seen), None) => return outcome.map(|answer| Sent::seen(answer, seen)),
                (Looked::Stored(seen), Some(_)) => return Ok(Sent::seen_later(seen)),
                (Looked::Unjudged(seen), None) => return outcome.map(|answer| Sent::seen(answer, seen)),
                (Looked::Unread(why), None) => return self.unread(outcome, why),
                (Looked::Unjudged(_) | Looked::Unread(_), Some(error)) => return Err(error),
                (Looked::Otherwise(_, _), Some(error)) if error.kind() == Kind::Refused => return Err(error),
                (Looked::Otherwise(seen, differences), _) => {
                    if self.is_last(sent, &differences)
                        && let Some(seen) = self.learn(sent, seen, &differences).await
                    {
                        let answer = outcome.unwrap_or_else(|_| later(seen.key));
                        return Ok(Sent::seen(answer, seen));
                    }
                    differences
                }
                (Looked::Absent(_), Some(error)) if error.kind() == Kind::Refused => return Err(error),
                (Looked::Absent(difference), _) => {
                    self.earlier = Earlier::Absent;
                    vec![difference]
                }
            };
            if self.is_last(sent, &differences) {
                return Err(self.not_stored(&differences));
            }
            tracing::warn!(
                operation = self.call.operation.name,
                fields = ?differences.iter().map(|difference| &difference.field).collect::<Vec<_>>(),
                "sent again: the ERP does not show it"
            );
        }
    }

    /// Whether the write does not go out again.
    fn is_last(&self, sent: u32, differences: &[Difference]) -> bool {
        let is_late = sent >= MOST || Instant::now() >= self.call.deadline;
        is_late || !self.watched.may_be_sent_again(differences)
    }

    /// Notes what is known of the record before the write. It is only read where a field of the operation is suspected to
    /// be none that is shown.
    async fn remember(&mut self, before: Before<'_>) {
        let Some(read_back) = self.watched.read_back() else {
            return;
        };
        self.earlier = match before {
            Before::Absent => Earlier::Absent,
            Before::Read(answer) => Earlier::Shown(shown(self.call.operation, read_back, answer)),
            Before::Unread | Before::Attempted => match self.line.learning.has_suspects(&self.subject) {
                true => self.look_before().await,
                false => Earlier::Unknown,
            },
        };
    }

    /// Where one field alone still reads otherwise, that may be because the installation never shows it. What was seen, if
    /// that is settled.
    async fn learn(&self, sent: u32, mut seen: Seen, differences: &[Difference]) -> Option<Seen> {
        let [difference] = differences else {
            return None;
        };
        let field = &difference.field;
        let was_tried_again = sent > 1 || self.watched.again == Again::IfAbsent;
        let parameter = self.call.operation.param(difference.parameter())?;
        let case = Case {
            field,
            written: self.call.arguments.get(&parameter.wire)?,
            key: seen.key?,
            is_proof: self.others_were_stored(&seen.shown),
        };
        if !was_tried_again || !self.line.learning.suspect(&self.subject, &case).await {
            return None;
        }
        seen.unshown.push(field.clone());
        Some(seen)
    }

    /// Whether this very write stored some field: one that reads as it was written, and did not before.
    fn others_were_stored(&self, now: &Shown) -> bool {
        let mut written = self.written();
        written.any(|(field, values)| {
            let was_otherwise = match &self.earlier {
                Earlier::Unknown => false,
                Earlier::Absent => values.iter().any(|value| !value.is_empty()),
                Earlier::Shown(earlier) => earlier.agrees(field, &values) == Some(false),
            };
            was_otherwise && now.agrees(field, &values) == Some(true)
        })
    }

    /// The parameters that the write carries and the ERP keeps, with their values: as they were sent and as they were given.
    fn written(&self) -> impl Iterator<Item = (&Field, Vec<&Value>)> {
        let parameters = self.call.operation.params.iter();
        parameters.filter_map(|field| {
            let sent = self.call.arguments.get(&field.wire)?;
            let given = self.given.get(&field.wire).filter(|given| *given != sent);
            let is_compared = self.watched.is_compared(field, sent);
            is_compared.then(|| (field, std::iter::once(sent).chain(given).collect()))
        })
    }

    /// The ERP said yes, and the record could not be looked at: what may be seen later is not known now, and what this account
    /// never gets to see rests on the ERP's word.
    fn unread(&self, outcome: Result<Answer, Error>, why: Error) -> Result<Sent, Error> {
        match why.kind() {
            Kind::Unavailable | Kind::Session | Kind::OverBudget | Kind::Unconfirmed => {
                let place = self.watched.described();
                Err(self.call.report.not_looked_at(&place, &why))
            }
            Kind::NotGranted | Kind::Invalid | Kind::Refused | Kind::NotFound => {
                tracing::warn!(
                    operation = self.call.operation.name,
                    %why,
                    "the record cannot be looked at: the write rests on the ERP's word"
                );
                outcome.map(|answer| Sent::unread(answer, why))
            }
        }
    }

    fn not_stored(&self, differences: &[Difference]) -> Error {
        let words: Vec<&str> = differences
            .iter()
            .map(|difference| difference.words.as_str())
            .collect();
        let place = self.watched.described();
        self.call.report.not_shown(&place, &words.join("; "))
    }
}

impl Sent {
    fn unseen(answer: Answer) -> Self {
        Sent {
            answer,
            seen: None,
            unread: None,
        }
    }

    fn seen(answer: Answer, seen: Seen) -> Self {
        Sent {
            seen: Some(seen),
            ..Sent::unseen(answer)
        }
    }

    fn unread(answer: Answer, why: Error) -> Self {
        Sent {
            unread: Some(why),
            ..Sent::unseen(answer)
        }
    }

    fn seen_later(seen: Seen) -> Self {
        Sent::seen(later(seen.key), seen)
    }
}

/// What is answered in place of an answer that was lost.
fn later(key: Option<i64>) -> Answer {
    Answer::Ack(Ack {
        message: "the answer was lost; the record shows what was written".to_owned(),
        key,
        ..Ack::default()
    })
}
