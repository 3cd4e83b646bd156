//! What is counted of logins that were not accepted: beyond the process, with its loss, and apart from what nobody saw.

use crate::support::*;
use axum::response::Response;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use sunmao_catalogue::{Arguments, Kind};
use sunmao_erp_client::{ErpClient, Error, Settings};
use tokio::sync::Notify;

async fn answering(login: impl Fn() -> Response + Send + Sync + 'static) -> StandIn {
    StandIn::with_login(
        move |_| std::future::ready(login()),
        |_| std::future::ready(ok(sound(&json_list()))),
    )
    .await
}

async fn refusing() -> StandIn {
    answering(|| login_refused("密码错误")).await
}

/// Answers in turn; a login too many fails the test.
async fn in_turn(mut answers: Vec<Response>) -> StandIn {
    answers.reverse();
    let answers = Mutex::new(answers);
    answering(move || answers.lock().unwrap().pop().expect("a login too many")).await
}

async fn call(client: &ErpClient) -> Result<(), Error> {
    client.call(&json_list(), &Arguments::default()).await.map(drop)
}

async fn failed_call(client: &ErpClient) -> Error {
    call(client).await.unwrap_err()
}

/// Where logins are counted, as processes of their own see it: they know of one another by the file alone.
struct Place {
    folder: tempfile::TempDir,
    processes: Mutex<usize>,
}

impl Place {
    fn new() -> Self {
        Place {
            folder: tempfile::tempdir().unwrap(),
            processes: Mutex::default(),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("state/logins.json")
    }

    fn another_process(&self, erp: &StandIn) -> ErpClient {
        self.with_password(erp, PASSWORD)
    }

    fn with_password(&self, erp: &StandIn, password: &str) -> ErpClient {
        let mut processes = self.processes.lock().unwrap();
        *processes += 1;
        // The registry of this process tells files apart by their paths.
        let path = format!("state/{}logins.json", "./".repeat(*processes));
        ErpClient::new(Settings {
            attempts_file: Some(self.folder.path().join(path)),
            password: SecretString::from(password.to_owned()),
            ..erp.settings()
        })
        .unwrap()
    }

    /// As if so much time had gone by since the tally was written: its times are moved back.
    fn wait(&self, pause: Duration) {
        let mut content = self.content();
        for entry in content["tallies"].as_array_mut().unwrap() {
            for name in ["last_unseen", "out_since"] {
                let Some(time) = entry["tally"].get_mut(name) else {
                    continue;
                };
                let at: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
                *time = (at - pause).to_string().into();
            }
        }
        std::fs::write(self.file(), content.to_string()).unwrap();
    }

    fn content(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.file()).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn wrong_logins_are_counted_across_processes() {
    let (erp, place) = (refusing().await, Place::new());
    for _ in 0..2 {
        let error = failed_call(&place.another_process(&erp)).await;
        assert_eq!(error.fault().message, "密码错误");
    }
    let stopped = place.another_process(&erp);
    let error = failed_call(&stopped).await;
    assert_eq!((error.kind(), erp.logins()), (Kind::Session, 2));
    assert!(error.fault().message.contains("logins.json"), "{error}");
    assert!(error.fault().hint.contains("sunmao erp unlock"), "{error}");
    let tally = stopped.login_tally();
    assert_eq!((tally.wrong, tally.unseen, tally.stopped), (2, 0, true));
    let content = place.content().to_string();
    assert!(
        !content.contains(PASSWORD) && !content.contains(&erp.username),
        "{content}"
    );

    failed_call(&place.with_password(&erp, "another one")).await;
    assert_eq!(erp.logins(), 3, "other credentials are a new try");
    failed_call(&place.another_process(&erp)).await;
    assert_eq!(erp.logins(), 3, "and those before are still wrong");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_tally() {
    use std::os::unix::fs::PermissionsExt;
    let (erp, place) = (refusing().await, Place::new());
    failed_call(&place.another_process(&erp)).await;
    let mode = std::fs::metadata(place.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_right_login_gives_the_attempts_back_to_all_processes() {
    let wrong = || login_refused("密码错误");
    let erp = in_turn(vec![wrong(), token("TOKEN-1"), wrong()]).await;
    let place = Place::new();
    failed_call(&place.another_process(&erp)).await;
    call(&place.another_process(&erp)).await.unwrap();
    let tally = place.another_process(&erp).login_tally();
    assert_eq!((tally.wrong, tally.unseen), (0, 0));
    let error = failed_call(&place.another_process(&erp)).await;
    assert_eq!(error.fault().message, "密码错误");
}

/// A process that is ended in the middle of its login, twice in a row, and then finds a sound ERP.
#[tokio::test]
async fn the_right_password_gets_through_after_logins_that_were_cut_short() {
    let (arrived, place) = (Arc::new(Notify::new()), Place::new());
    let (told, left) = (Arc::clone(&arrived), AtomicUsize::new(2));
    let erp = StandIn::with_login(
        move |_| {
            let is_slow = left
                .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
                .is_ok();
            told.notify_one();
            async move {
                match is_slow {
                    true => std::future::pending().await,
                    false => token("TOKEN-1"),
                }
            }
        },
        |_| std::future::ready(ok(sound(&json_list()))),
    )
    .await;
    for _ in 0..2 {
        cut_short(place.another_process(&erp), &arrived).await;
        place.wait(Duration::from_secs(5));
    }
    let waiting = place.another_process(&erp);
    let error = failed_call(&waiting).await;
    assert_eq!(error.kind(), Kind::Unavailable, "{error}");
    assert!(!error.to_string().contains("turned"), "nobody did: {error}");
    assert!(error.fault().message.contains("goes out at"), "{error}");
    let tally = waiting.login_tally();
    assert_eq!((tally.wrong, tally.unseen, tally.stopped), (0, 2, false));
    assert!(tally.next.is_some());

    place.wait(Duration::from_secs(120));
    call(&place.another_process(&erp)).await.unwrap();
    assert_eq!(waiting.login_tally().unseen, 0);
}

/// Calls in a runtime that ends while the login is out, as a process does that is killed.
async fn cut_short(client: ErpClient, arrived: &Notify) {
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.spawn(async move { call(&client).await });
        ended.blocking_recv().unwrap();
        runtime.shutdown_timeout(Duration::from_secs(60));
    });
    arrived.notified().await;
    end.send(()).unwrap();
    tokio::task::spawn_blocking(|| process.join())
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn lost_answers_send_no_more_than_two_logins_at_first() {
    for status in [500, 502, 401, 200] {
        let (erp, place) = (answering(move || respond(status, "")).await, Place::new());
        for _ in 0..6 {
            let error = failed_call(&place.another_process(&erp)).await;
            assert_eq!(error.kind(), Kind::Unavailable, "{error}");
        }
        assert_eq!(erp.logins(), 1, "{status}: the next one waits");
        place.wait(Duration::from_secs(5));
        for _ in 0..6 {
            failed_call(&place.another_process(&erp)).await;
        }
        place.wait(Duration::from_secs(90));
        failed_call(&place.another_process(&erp)).await;
        assert_eq!(erp.logins(), 2, "{status}: no third one within 90 s");
    }
}

/// SQL Server names an account of its own when it is down.
#[tokio::test]
async fn a_server_that_broke_did_not_turn_the_credentials_down() {
    let page = "<html><body>Server Error: Login failed for user 'sa'. Password=***</body></html>";
    let answers = vec![
        respond(500, page),
        ok(serde_json::json!({"header": {"status": 1, "message": "数据库登录失败，密码错误"}})),
        ok(serde_json::json!({"header": {"status": 1, "message": ""}})),
        token("TOKEN-1"),
    ];
    let (erp, place) = (in_turn(answers).await, Place::new());
    for unseen in 1..=3 {
        let client = place.another_process(&erp);
        assert_eq!(failed_call(&client).await.kind(), Kind::Unavailable);
        let tally = client.login_tally();
        assert_eq!((tally.wrong, tally.unseen), (0, unseen));
        place.wait(Duration::from_secs(15 * 60));
    }
    call(&place.another_process(&erp)).await.unwrap();
}

#[tokio::test]
async fn after_one_that_was_turned_down_a_lost_answer_makes_the_next_wait() {
    let wrong = || login_refused("密码错误");
    let erp = in_turn(vec![wrong(), respond(502, ""), wrong()]).await;
    let place = Place::new();
    failed_call(&place.another_process(&erp)).await;
    failed_call(&place.another_process(&erp)).await;
    failed_call(&place.another_process(&erp)).await;
    assert_eq!(erp.logins(), 2);
    place.wait(Duration::from_secs(120));
    let error = failed_call(&place.another_process(&erp)).await;
    assert_eq!(error.fault().message, "密码错误");
    place.wait(Duration::from_secs(24 * 3600));
    let error = failed_call(&place.another_process(&erp)).await;
    assert!(error.fault().message.contains("not sent again"), "{error}");
}

#[tokio::test]
async fn a_captcha_stops_every_process_until_a_person_lets_the_next_go() {
    let erp = in_turn(vec![login_refused("请输入验证码"), token("TOKEN-1")]).await;
    let place = Place::new();
    failed_call(&place.another_process(&erp)).await;
    let stopped = place.another_process(&erp);
    assert!(failed_call(&stopped).await.fault().message.contains("captcha"));
    assert!(stopped.login_tally().captcha && stopped.login_tally().stopped);
    place.another_process(&erp).unlock_logins().await.unwrap();
    call(&stopped).await.unwrap();
}

/// A host that runs hears of it without a restart.
#[tokio::test]
async fn what_another_process_unlocks_is_tried_again() {
    let wrong = || login_refused("密码错误");
    let erp = in_turn(vec![wrong(), wrong(), token("TOKEN-1")]).await;
    let place = Place::new();
    let host = place.another_process(&erp);
    for _ in 0..3 {
        failed_call(&host).await;
    }
    place.another_process(&erp).unlock_logins().await.unwrap();
    call(&host).await.unwrap();
}

#[tokio::test]
async fn a_place_where_nothing_can_be_kept_stops_nobody_who_is_right_and_everybody_else_after_two() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let at = |erp: &StandIn, file: &Path| {
        ErpClient::new(Settings {
            attempts_file: Some(file.to_owned()),
            ..erp.settings()
        })
        .unwrap()
    };
    let erp = answering(|| token("TOKEN-1")).await;
    call(&at(&erp, &in_the_way.join("logins.json"))).await.unwrap();

    // A folder in the file's place cannot be read either.
    std::fs::create_dir(folder.path().join("logins.json")).unwrap();
    for file in [in_the_way.join("logins.json"), folder.path().join("logins.json")] {
        let erp = refusing().await;
        for _ in 0..3 {
            failed_call(&at(&erp, &file)).await;
        }
        let error = failed_call(&at(&erp, &file)).await;
        assert_eq!(erp.logins(), 2);
        assert!(error.fault().message.contains("logins.json"), "{error}");
        assert!(error.fault().message.contains("in this process alone"), "{error}");
        assert!(at(&erp, &file).login_tally().problem.is_some());

        let erp = answering(|| respond(502, "")).await;
        for _ in 0..4 {
            failed_call(&at(&erp, &file)).await;
        }
        assert_eq!(erp.logins(), 1, "what nobody saw waits all the same");
    }
}

/// A crash while writing, or a full disk under an older version.
#[tokio::test]
async fn a_damaged_tally_neither_locks_out_nor_lets_go_at_once() {
    for damage in ["", "{", "\0\0\0\0", "{\"salt\": 1}", "[]"] {
        let (erp, place) = (answering(|| token("TOKEN-1")).await, Place::new());
        std::fs::create_dir(place.file().parent().unwrap()).unwrap();
        std::fs::write(place.file(), damage).unwrap();
        let error = failed_call(&place.another_process(&erp)).await;
        assert_eq!((error.kind(), erp.logins()), (Kind::Unavailable, 0), "{damage}");
        let written = std::fs::File::options().write(true).open(place.file()).unwrap();
        let before = SystemTime::now() - Duration::from_secs(121);
        written.set_modified(before).unwrap();
        call(&place.another_process(&erp)).await.unwrap();
    }
    let (erp, place) = (refusing().await, Place::new());
    std::fs::create_dir(place.file().parent().unwrap()).unwrap();
    std::fs::write(place.file(), "").unwrap();
    let written = std::fs::File::options().write(true).open(place.file()).unwrap();
    written
        .set_modified(SystemTime::now() - Duration::from_secs(3600))
        .unwrap();
    for _ in 0..3 {
        failed_call(&place.another_process(&erp)).await;
    }
    assert_eq!(erp.logins(), 1, "the tally that was lost may have held another");
}

/// The clock was ahead when the tally was written, or is set back since.
#[tokio::test]
async fn a_clock_that_moves_holds_no_login_back_for_longer_than_a_pause() {
    let answers = vec![respond(502, ""), token("TOKEN-1")];
    let (erp, place) = (in_turn(answers).await, Place::new());
    failed_call(&place.another_process(&erp)).await;
    let mut ahead = place.content();
    ahead["tallies"][0]["tally"]["last_unseen"] = "2126-01-01T00:00:00Z".into();
    std::fs::write(place.file(), ahead.to_string()).unwrap();
    let client = place.another_process(&erp);
    failed_call(&client).await;
    let next = client.login_tally().next.expect("a pause");
    let left = next.duration_since(jiff::Timestamp::now());
    assert!(left.as_secs() <= 5, "{left}");
    // It counts from when it was noticed, or it would move on with every look.
    place.wait(Duration::from_secs(5));
    call(&place.another_process(&erp)).await.unwrap();
}

#[tokio::test]
async fn a_login_of_another_process_is_waited_for_and_not_joined() {
    let (erp, place) = (answering(|| token("TOKEN-1")).await, Place::new());
    std::fs::create_dir(place.file().parent().unwrap()).unwrap();
    let lock = std::fs::File::create(place.file().with_added_extension("lock")).unwrap();
    lock.lock().unwrap();
    let mut settings = erp.settings();
    settings.attempts_file = Some(place.file());
    settings.timeout = Duration::from_millis(200);
    let client = ErpClient::new(settings).unwrap();
    assert_eq!(failed_call(&client).await.kind(), Kind::Unavailable);
    assert_eq!(erp.logins(), 0);
    drop(lock);
    call(&place.another_process(&erp)).await.unwrap();
}
