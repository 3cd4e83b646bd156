//! What a caller was told is on disk stays there when the process is killed.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use sunmao_store::{
    Completion, DeliveryState, NewLink, NewRecord, Occasion, RecordName, Route, Store, Wanted,
};
use tokio::task::JoinSet;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Where the process that is to be killed works; it does nothing without.
const DATABASE: &str = "SUNMAO_STORE_CRASH_DATABASE";
const ROUND: &str = "SUNMAO_STORE_CRASH_ROUND";

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1)
}

fn contact(id: &str) -> NewRecord {
    NewRecord::saved(
        RecordName::new("contact", id.to_owned()),
        format!(r#"{{"id":"{id}"}}"#),
    )
}

fn route() -> Route {
    Route {
        kind: "contact".to_owned(),
        occasion: Occasion::Saved,
        target: "customer-push".to_owned(),
    }
}

#[test]
fn a_killed_process_loses_nothing_it_answered_for() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let runtime = tokio::runtime::Runtime::new()?;
    let mut told = BTreeSet::new();
    for (round, lines) in [40, 7, 150, 1, 90].into_iter().enumerate() {
        told.extend(run_and_kill(&path, round, lines)?);
        runtime.block_on(check(&path, &told))?;
    }
    assert!(
        told.iter().any(|line| line.starts_with("done ")),
        "some deliveries were completed"
    );
    Ok(())
}

/// Lets another process work until it has answered for so many writes. Returns all it answered for.
fn run_and_kill(path: &Path, round: usize, lines: usize) -> Outcome<Vec<String>> {
    let mut child: Child = Command::new(std::env::current_exe()?)
        .args(["--exact", "works_until_it_is_killed", "--ignored", "--nocapture"])
        .env(DATABASE, path)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let mut told = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        if line.starts_with("accepted ") || line.starts_with("done ") {
            told.push(line);
        }
        if told.len() == lines {
            child.kill()?;
        }
    }
    let status = child.wait()?;
    assert!(
        !status.success() && told.len() >= lines,
        "it ended by itself: {status}, {} lines",
        told.len()
    );
    Ok(told)
}

async fn check(path: &Path, told: &BTreeSet<String>) -> Outcome {
    let store = Store::open(path).await?;
    for line in told {
        let (what, id) = line.split_once(' ').ok_or("half a line")?;
        assert_eq!(
            store
                .records
                .get(&RecordName::new("contact", id))
                .await?
                .and_then(|contact| contact.body),
            contact(id).body
        );
        let deliveries = store.deliveries.of_key(&format!("contact/{id}"), 10).await?;
        assert_eq!(deliveries.len(), 1, "{id}");
        let is_done = deliveries[0].state == DeliveryState::Done;
        assert!(
            is_done || what == "accepted",
            "{line}, but it is {:?}",
            deliveries[0].state
        );
        assert_eq!(
            is_done,
            store
                .links
                .get("customer", &RecordName::new("contact", id))
                .await?
                .is_some(),
            "{id}: link and end go together"
        );
    }
    // Also what nobody was told of is there as a whole or not at all.
    let counts = store.deliveries.counts().await?;
    assert_eq!(
        store.records.count("contact").await?,
        counts.pending + counts.leased + counts.done
    );
    Ok(store.close().await?)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is started and killed by another test"]
async fn works_until_it_is_killed() -> Outcome {
    let (Ok(path), Ok(round)) = (std::env::var(DATABASE), std::env::var(ROUND)) else {
        return Ok(());
    };
    let store = Store::open(Path::new(&path)).await?;
    let mut workers = JoinSet::new();
    for worker in 0..8 {
        let (store, round) = (store.clone(), round.clone());
        workers.spawn(async move {
            for number in 0.. {
                let id = format!("{round}-{worker}-{number}");
                if let Err(error) = work(&store, &id).await {
                    return error.to_string();
                }
            }
            String::new()
        });
    }
    Err(workers.join_all().await.concat().into())
}

async fn work(store: &Store, id: &str) -> Outcome {
    store
        .records
        .accept(vec![contact(id)], vec![route()], "hub", now())
        .await?;
    tell("accepted", id)?;
    let until = now() + SignedDuration::from_hours(1);
    for leased in store
        .deliveries
        .lease(Wanted::Any(1), "worker", until, now())
        .await?
    {
        let record: RecordName = leased.delivery.key.parse()?;
        let id = record.id.clone();
        let link = NewLink {
            link: "customer".to_owned(),
            record,
            erp_key: leased.delivery.id.0,
            number: String::new(),
            agreed: None,
        };
        let completion = Completion {
            link: Some(link),
            ..Completion::default()
        };
        store.deliveries.complete(leased.lease, completion, now()).await?;
        tell("done", &id)?;
    }
    Ok(())
}

/// One write for a line, so that a killed process leaves no half line behind that looks like a whole one.
fn tell(what: &str, id: &str) -> Outcome {
    Ok(std::io::stdout().write_all(format!("{what} {id}\n").as_bytes())?)
}

/// The runtime goes, and with it the writer, without a chance to close.
#[test]
fn a_store_that_was_never_closed_opens_again() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let runtime = tokio::runtime::Runtime::new()?;
    let store = runtime.block_on(Store::open(&path))?;
    runtime.block_on(
        store
            .records
            .accept(vec![contact("c1")], vec![route()], "hub", now()),
    )?;
    drop(runtime);
    drop(store);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(check(&path, &BTreeSet::from(["accepted c1".to_owned()])))
}
