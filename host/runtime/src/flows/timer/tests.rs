//! What a look at a schedule comes to, whatever the clock and the settings did since the last one.

use super::super::schedule::Timing;
use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn hourly(catch_up: CatchUp) -> Schedule {
    let timing = Timing {
        every: Some("1h"),
        catch_up,
        ..Timing::default()
    };
    Schedule::read(&timing).expect("sound").expect("a schedule")
}

fn look_at(schedule: &Schedule, known: Option<(&str, &str)>, now: &str) -> Option<Look> {
    let known = known.map(|(rule, until)| (rule.to_owned(), time(until)));
    look("pull", Rhythm::Schedule, schedule, known.as_ref(), time(now))
}

#[test]
fn what_is_due_fires_and_what_was_missed_is_counted_and_told() {
    let schedule = hourly(CatchUp::Latest);
    let rule = schedule.to_string();
    let known = Some((rule.as_str(), "2026-03-01T10:00:00Z"));
    let due = look_at(&schedule, known, "2026-03-01T13:00:02Z").expect("due");
    assert_eq!((due.missed, due.fires.len()), (2, 1));
    assert_eq!(due.looked_at, Some((rule.clone(), time("2026-03-01T13:00:02Z"))));
    assert_eq!(
        (due.fires[0].event.as_str(), due.fires[0].meeting),
        (FIRED, Meeting::Replaces)
    );
    assert_eq!(
        (due.target.as_str(), due.key.as_str()),
        ("flow pull", "schedule/pull")
    );
    let payload: serde_json::Value = serde_json::from_str(&due.fires[0].payload).expect("JSON");
    let expected = serde_json::json!({
        "flow": "pull", "fire_at": "2026-03-01T13:00:00Z", "by": "schedule", "drift_milliseconds": 2000, "missed": 2,
    });
    assert_eq!(payload, expected);
    assert_eq!(look_at(&schedule, known, "2026-03-01T10:59:59Z"), None);
}

#[test]
fn an_interval_begins_at_once_and_a_time_of_the_day_is_waited_for() {
    let now = "2026-03-01T10:20:00Z";
    let first = look_at(&hourly(CatchUp::None), None, now).expect("a first look");
    assert_eq!(first.fires[0].at, time(now));
    let timing = Timing {
        cron: Some("0 2 * * *"),
        ..Timing::default()
    };
    let nightly = Schedule::read(&timing).expect("sound").expect("a schedule");
    let first = look_at(&nightly, None, now).expect("a first look");
    assert_eq!((first.fires.len(), first.missed), (0, 0));
}

#[test]
fn another_rule_or_a_clock_that_was_set_back_makes_a_new_beginning_of_which_nothing_is_due() {
    let schedule = hourly(CatchUp::All);
    let rule = schedule.to_string();
    for known in [
        ("every 2h", "2026-03-01T10:00:00Z"),
        (rule.as_str(), "2027-03-01T10:00:00Z"),
    ] {
        let look = look_at(&schedule, Some(known), "2026-03-01T13:00:02Z").expect("kept");
        assert_eq!((look.fires.len(), look.missed), (0, 0));
        assert_eq!(look.looked_at, Some((rule.clone(), time("2026-03-01T13:00:02Z"))));
    }
}

#[test]
fn fires_meet_as_their_flow_says() {
    let now = time("2026-03-01T13:00:02Z");
    let meeting = |by, catch_up| fire("pull", by, &hourly(catch_up), now, 0, now).meeting;
    assert_eq!(meeting(Rhythm::Schedule, CatchUp::None), Meeting::Replaces);
    assert_eq!(meeting(Rhythm::Schedule, CatchUp::All), Meeting::Follows);
    assert_eq!(meeting(Rhythm::Recent, CatchUp::Latest), Meeting::Joins);
    assert_eq!(
        fire("pull", Rhythm::Recent, &hourly(CatchUp::Latest), now, 0, now).event,
        RECENT
    );
}
