//! Accounts go out and come back.

use super::*;

const MAIN: &str = Accounts::MAIN;

fn flow(target: &str) -> Need<'_> {
    Need {
        account: MAIN,
        target,
        is_certain: true,
    }
}

fn automation(target: &str) -> Need<'_> {
    Need {
        is_certain: false,
        ..flow(target)
    }
}

fn down() -> Fault {
    Fault::new(Kind::Unavailable, "not reached")
}

#[tokio::test(flavor = "current_thread")]
async fn while_the_erp_is_left_alone_one_delivery_at_a_time_shows_whether_it_is_back() {
    let outages = Arc::new(Outages::default());
    assert_eq!(outages.gate(flow("flow a")), Gate::Open);
    assert_eq!(
        outages.put_off_given(flow("flow a"), &down(), Reach::Asked, false),
        None,
        "its own failure"
    );
    let until = Instant::now() + Duration::from_secs(9);
    assert_eq!(outages.note(MAIN, Reach::LeftAlone(until), true), None);
    assert_eq!(outages.gate(flow("flow a")), Gate::Shut);
    assert_eq!(
        outages.gate(automation("plugin b")),
        Gate::Open,
        "it may not need the ERP"
    );
    let wait = outages.put_off_given(automation("plugin b"), &down(), Reach::LeftAlone(until), false);
    assert!(wait.is_some_and(|wait| wait > Duration::from_secs(8)), "{wait:?}");
    assert_eq!(outages.gate(automation("plugin b")), Gate::Shut, "it does");
    let elsewhere = Need {
        account: "branch",
        ..flow("flow c")
    };
    assert_eq!(outages.gate(elsewhere), Gate::Open);

    let probe = until.max(Instant::now());
    outages.known().get_mut(MAIN).unwrap().probe = Probe::Due(Instant::now());
    assert_eq!(outages.gate(flow("flow a")), Gate::Probe);
    let guard = outages.probing(MAIN);
    assert_eq!(outages.gate(flow("flow a")), Gate::Shut, "one at a time");
    assert_eq!(outages.next_probe(), None);
    guard.in_vain();
    outages.note(MAIN, Reach::LeftAlone(Instant::now()), true);
    let gate = outages.gate(flow("flow a"));
    assert_eq!(
        gate,
        Gate::Shut,
        "where no login is due yet, none follows at once"
    );
    outages.note(MAIN, Reach::LeftAlone(probe), true);
    assert_eq!(outages.next_probe(), Some(probe));
    drop(outages.probing(MAIN));
    assert!(outages.next_probe().is_some(), "one that vanished makes room");
    let back = outages.note(MAIN, Reach::Asked, false).unwrap();
    assert_eq!((back.account.as_str(), back.put_off), (MAIN, 1));
    assert_eq!(outages.gate(flow("flow a")), Gate::Open);
}

#[tokio::test]
async fn an_account_that_cannot_sign_in_is_back_with_a_session() {
    let outages = Arc::new(Outages::default());
    let turned_down = Fault::new(Kind::Session, "用户名或密码错误");
    let said = outages.put_off_given(flow("flow a"), &turned_down, Reach::Asked, false);
    assert_eq!(said, None, "there is a session, whatever the guest says");
    let wait = outages.put_off_given(flow("flow a"), &turned_down, Reach::Asked, true);
    assert!(wait.is_some_and(|wait| wait >= SHORTEST), "{wait:?}");
    assert_eq!(outages.gate(flow("flow a")), Gate::Shut);
    assert_eq!(
        outages.note(MAIN, Reach::Asked, false),
        None,
        "asking it is not enough"
    );
    let words = outages.words(flow("flow a")).unwrap();
    assert!(words.contains("用户名或密码错误"), "{words}");
    let first = outages.next_probe().unwrap();
    outages.probing(MAIN).in_vain();
    let second = outages.next_probe().unwrap();
    assert!(second > first + SHORTEST / 2, "pauses grow");
    assert_eq!(
        outages.probing(MAIN).ended(false),
        None,
        "it did not need the ERP"
    );
    assert!(outages.next_probe().is_some_and(|next| next <= Instant::now()));
    let back = outages.probing(MAIN).ended(true).unwrap();
    assert_eq!(back.put_off, 1);
    assert_eq!(outages.gate(flow("flow a")), Gate::Open);
}

#[tokio::test]
async fn a_session_that_somebody_else_had_is_one_too() {
    let outages = Arc::new(Outages::default());
    outages.put_off_given(flow("flow a"), &down(), Reach::Asked, true);
    assert_eq!(outages.gate(flow("flow a")), Gate::Shut);
    assert!(outages.note(MAIN, Reach::Asked, true).is_some());
    assert_eq!(outages.gate(flow("flow a")), Gate::Open);
}
