//! Which records of a kind a command is about, and the pages that they come in.

use crate::api::records::{Deleted, Record, RecordPage, RecordQuery};
use crate::commands::records::path;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::remote::Remote;
use clap::Args;

/// Records the host is asked for at once.
const PAGE: u32 = 500;

/// Which records of a kind are meant.
#[derive(Debug, Args)]
pub struct Which {
    /// Only those with this value of a member, such as `phone=17700000001`
    #[arg(long = "where", value_name = "MEMBER=VALUE", value_parser = member)]
    members: Vec<(String, String)>,
    /// Only those that changed after this change number, in the order of their last change
    #[arg(long)]
    changed_after: Option<i64>,
}

fn member(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write a member and its value, such as phone=17700000001")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Records page by page.
pub struct Pages<'a> {
    remote: &'a Remote,
    kind: &'a str,
    /// Of the next page; none behind the last.
    query: Option<RecordQuery>,
    left: usize,
}

impl Which {
    /// At most so many of a kind's.
    pub fn pages<'a>(
        self,
        remote: &'a Remote,
        kind: &'a str,
        deleted: Option<Deleted>,
        most: usize,
    ) -> Pages<'a> {
        let query = RecordQuery {
            changed_after: self.changed_after,
            deleted,
            members: self.members.into_iter().collect(),
            ..RecordQuery::default()
        };
        Pages {
            remote,
            kind,
            query: Some(query),
            left: most,
        }
    }
}

impl Pages<'_> {
    /// The next page; none where there are no more, or no more are wanted.
    pub async fn next(&mut self) -> Result<Option<Vec<Record>>, Failure> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some(mut query) = self.query.take() else {
            return Ok(None);
        };
        query.limit = Some(u32::try_from(self.left).unwrap_or(PAGE).min(PAGE));
        let page: RecordPage = self.remote.get(&path(self.kind), &query).await?;
        self.left = self.left.saturating_sub(page.items.len());
        if let Some(next) = page.next {
            match query.changed_after {
                None => query.after = Some(next),
                Some(_) => query.changed_after = Some(next.parse().map_err(|_| unread(&next))?),
            }
            self.query = Some(query);
        }
        Ok(Some(page.items))
    }

    /// Whether there are more than were wanted.
    pub fn is_cut(&self) -> bool {
        self.query.is_some()
    }
}

fn unread(next: &str) -> Failure {
    let message = format!("the host's next change number is none: {next}");
    Failure::new(Exit::NoHost, "records", "listing", message)
}
