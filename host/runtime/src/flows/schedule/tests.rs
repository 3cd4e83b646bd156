//! Fires in order, once each, none lost: over intervals, cron, time zones and clocks that are set.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn times(texts: &[&str]) -> Vec<Timestamp> {
    texts.iter().map(|text| time(text)).collect()
}

fn read(every: Option<&str>, cron: Option<&str>, zone: Option<&str>, catch_up: CatchUp) -> Schedule {
    let timing = Timing {
        every,
        cron,
        time_zone: zone,
        catch_up,
    };
    Schedule::read(&timing).expect("sound").expect("a schedule")
}

fn hourly(catch_up: CatchUp) -> Schedule {
    read(Some("1h"), None, None, catch_up)
}

fn nightly(pattern: &str, zone: &str) -> Schedule {
    read(None, Some(pattern), Some(zone), CatchUp::All)
}

fn due(fires: &[&str], missed: u64) -> Due {
    Due {
        fires: times(fires),
        missed,
    }
}

#[test]
fn what_was_missed_is_made_up_for_as_the_flow_says() {
    let (last, now) = (time("2026-03-01T10:00:00Z"), time("2026-03-01T13:59:30Z"));
    assert_eq!(
        hourly(CatchUp::Latest).due(last, now),
        due(&["2026-03-01T13:00:00Z"], 2)
    );
    let all = due(
        &[
            "2026-03-01T11:00:00Z",
            "2026-03-01T12:00:00Z",
            "2026-03-01T13:00:00Z",
        ],
        0,
    );
    assert_eq!(hourly(CatchUp::All).due(last, now), all);
    assert_eq!(hourly(CatchUp::None).due(last, now), due(&[], 3));
    let punctual = time("2026-03-01T13:00:20Z");
    assert_eq!(
        hourly(CatchUp::None).due(last, punctual),
        due(&["2026-03-01T13:00:00Z"], 2)
    );
}

#[test]
fn a_long_absence_is_made_up_for_within_bounds_and_counted() {
    let (last, now) = (time("2020-01-01T00:00:00Z"), time("2026-01-01T00:00:00Z"));
    let all = hourly(CatchUp::All).due(last, now);
    assert_eq!(all.fires.len(), MOST_CAUGHT_UP);
    assert_eq!(all.fires.last(), Some(&now));
    assert_eq!(all.missed, MOST_COUNTED - MOST_CAUGHT_UP as u64);
}

#[test]
fn a_clock_that_was_set_back_brings_nothing() {
    let (last, now) = (time("2026-03-02T10:00:00Z"), time("2026-03-01T10:30:00Z"));
    for catch_up in [CatchUp::Latest, CatchUp::All, CatchUp::None] {
        assert_eq!(hourly(catch_up).due(last, now), due(&[], 0));
    }
    assert_eq!(
        hourly(CatchUp::Latest).next(now),
        Some(time("2026-03-01T11:00:00Z"))
    );
}

#[test]
fn cron_goes_by_the_clock_of_its_time_zone() {
    let shanghai = nightly("0 2 * * *", "Asia/Shanghai");
    assert_eq!(
        shanghai.next(time("2026-03-01T10:00:00Z")),
        Some(time("2026-03-01T18:00:00Z"))
    );
    let utc = read(None, Some("0 2 * * *"), None, CatchUp::Latest);
    assert_eq!(
        utc.next(time("2026-03-01T10:00:00Z")),
        Some(time("2026-03-02T02:00:00Z"))
    );
    assert_eq!(shanghai.to_string(), "cron 0 2 * * * (Asia/Shanghai)");
}

/// Clocks in Berlin went from 2:00 to 3:00 on 2026-03-29, and from 3:00 back to 2:00 on 2026-10-25.
#[test]
fn a_day_with_a_gap_or_a_repeated_hour_has_one_fire_of_a_daily_flow() {
    let daily = nightly("30 2 * * *", "Europe/Berlin");
    let spring = daily.due(time("2026-03-28T12:00:00Z"), time("2026-03-30T12:00:00Z"));
    assert_eq!(spring, due(&["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"], 0));
    let autumn = daily.due(time("2026-10-24T12:00:00Z"), time("2026-10-26T12:00:00Z"));
    assert_eq!(autumn, due(&["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"], 0));
}

#[test]
fn every_half_hour_fires_in_both_halves_of_a_repeated_hour() {
    let often = nightly("*/30 * * * *", "Europe/Berlin");
    let fires = often
        .due(time("2026-10-24T23:45:00Z"), time("2026-10-25T02:15:00Z"))
        .fires;
    assert_eq!(
        fires,
        times(&[
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z",
        ])
    );
}

#[test]
fn what_cannot_be_meant_is_refused_by_its_key() {
    let fault = |every, cron, time_zone| {
        let timing = Timing {
            every,
            cron,
            time_zone,
            catch_up: CatchUp::Latest,
        };
        Schedule::read(&timing).expect_err("unsound").key
    };
    assert_eq!(fault(Some("often"), None, None), "every");
    assert_eq!(fault(Some("1 month"), None, None), "every");
    assert_eq!(fault(Some("10ms"), None, None), "every");
    assert_eq!(fault(Some("0s"), None, None), "every");
    assert_eq!(fault(Some("-1h"), None, None), "every");
    assert_eq!(fault(Some("500d"), None, None), "every");
    assert_eq!(fault(Some("1h"), Some("0 2 * * *"), None), "every");
    assert_eq!(fault(Some("1h"), None, Some("Asia/Shanghai")), "time_zone");
    assert_eq!(fault(None, Some("0 2 * * *"), Some("Asia/Peking")), "time_zone");
    assert_eq!(fault(None, Some("at night"), None), "cron");
    assert_eq!(fault(None, Some("0 0 30 2 *"), None), "cron");
    assert!(Schedule::read(&Timing::default()).expect("sound").is_none());
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let rhythm = prop_oneof![
        (1_u32..200_000).prop_map(|seconds| (Some(format!("{seconds}s")), None, "UTC")),
        (
            prop::sample::select(vec!["*/7 * * * *", "30 2 * * *", "0 */5 * * 1-5", "0 0 1 * *"]),
            prop::sample::select(vec![
                "UTC",
                "Asia/Shanghai",
                "Europe/Berlin",
                "Australia/Lord_Howe"
            ]),
        )
            .prop_map(|(pattern, zone)| (None, Some(pattern.to_owned()), zone)),
    ];
    let catch_up = prop::sample::select(vec![CatchUp::Latest, CatchUp::All, CatchUp::None]);
    (rhythm, catch_up).prop_map(|((every, cron, zone), catch_up)| {
        let zone = cron.is_some().then_some(zone);
        read(every.as_deref(), cron.as_deref(), zone, catch_up)
    })
}

/// Looks at a clock that jumps about, remembering what fired as the store does.
fn follow(schedule: &Schedule, looks: &[Timestamp]) -> Result<(), TestCaseError> {
    let mut looked_until = looks[0];
    let (mut fired, mut missed) = (BTreeSet::new(), 0);
    let mut passed = BTreeSet::new();
    for &now in &looks[1..] {
        let mut time = looked_until;
        while let Some(next) = schedule.next(time).filter(|next| *next <= now) {
            passed.insert(next);
            time = next;
        }
        let due = schedule.due(looked_until, now);
        prop_assert!(due.fires.is_sorted_by(|one, other| one < other), "{:?}", due);
        for fire in &due.fires {
            prop_assert!(
                looked_until < *fire && *fire <= now,
                "{fire} from {looked_until} to {now}"
            );
            prop_assert!(passed.contains(fire), "{fire} is no time of the schedule");
            fired.insert(*fire);
        }
        missed += due.missed;
        looked_until = now;
    }
    // Each time that passed fired, or was counted: a clock that goes over it twice may count it and fire it.
    prop_assert!(fired.len() as u64 + missed >= passed.len() as u64);
    Ok(())
}

proptest! {
    #[test]
    fn none_is_lost_and_none_comes_twice_however_the_clock_is_set(
        schedule in any_schedule(),
        start in 1_700_000_000_i64..1_800_000_000,
        steps in prop::collection::vec((-100_000_i64..300_000, 0_i32..1_000_000_000), 1..8),
    ) {
        let mut now = Timestamp::from_second(start).expect("a time");
        let mut looks = vec![now];
        for (seconds, nanoseconds) in steps {
            now = now + SignedDuration::new(seconds, 0) + SignedDuration::from_nanos(nanoseconds.into());
            looks.push(now);
        }
        follow(&schedule, &looks)?;
    }

    #[test]
    fn looking_often_or_seldom_comes_to_the_same_times(
        schedule in any_schedule(),
        start in 1_700_000_000_i64..1_800_000_000,
        steps in prop::collection::vec(1_i64..100_000, 1..20),
    ) {
        let start = Timestamp::from_second(start).expect("a time");
        let (mut last, mut often) = (start, 0);
        for seconds in steps {
            let now = last + SignedDuration::from_secs(seconds);
            let due = schedule.due(last, now);
            often += due.fires.len() as u64 + due.missed;
            last = now;
        }
        let seldom = schedule.due(start, last);
        let seldom = seldom.fires.len() as u64 + seldom.missed;
        prop_assume!(seldom < MOST_COUNTED);
        prop_assert_eq!(often, seldom);
    }
}
