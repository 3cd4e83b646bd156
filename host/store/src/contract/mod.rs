//! What every backend must do, as test cases. [`contract_tests!`](crate::contract_tests) turns them into tests.

pub mod audit;
pub mod contacts;
pub mod deliveries;
pub mod ended;
pub mod intents;
pub mod lanes;
pub mod links;
pub mod revisions;
pub mod schedules;
pub mod shares;
pub mod state;
pub mod sweeps;
pub mod waiting;

use jiff::{SignedDuration, Timestamp};

use crate::{AuditRow, Cause, DeadLetter, Delivery, Leased, NewDelivery, PutOff, Store, StoreError, Wanted};

/// Makes a test of each case. Takes the name of an `async fn` in scope that returns, if it can, a fresh store and
/// whatever must live as long as it.
#[macro_export]
macro_rules! contract_tests {
    ($open:ident) => {
        $crate::contract_tests! { $open;
            contacts:
                an_accepted_contact_is_kept_and_enqueued,
                a_batch_answers_in_order_and_counts_repetitions,
                every_route_gets_its_own_delivery,
                an_unchanged_body_is_accepted_without_another_delivery,
                an_unchanged_body_that_lies_dead_is_tried_again,
                lists_go_on_after_an_id,
                any_text_survives;
            lanes:
                a_lane_gives_one_at_a_time_in_order,
                lanes_do_not_wait_for_each_other,
                the_longest_due_come_first_up_to_the_limit,
                an_ended_lease_is_given_again_and_the_late_worker_is_told,
                an_ended_lease_that_nobody_took_still_counts,
                an_extended_lease_is_not_given_again,
                a_released_delivery_holds_up_its_lane_until_its_time,
                the_next_due_time_is_that_of_the_lanes_heads,
                workers_are_told_when_something_may_be_due;
            deliveries:
                completing_writes_link_audit_and_end_together,
                a_taken_link_leaves_everything_as_it_was,
                a_buried_delivery_keeps_its_letter_and_frees_its_lane,
                deliveries_of_a_record_are_listed_newest_first,
                counts_say_where_deliveries_stand,
                emitted_deliveries_keep_their_hops_and_are_counted_while_they_wait;
            shares:
                each_target_gets_its_share_and_all_together_the_limit,
                an_ended_lease_is_given_again_within_its_targets_share,
                the_next_due_time_is_that_of_the_targets_asked_for;
            waiting:
                an_attempt_counts_as_what_it_came_to,
                what_counts_is_counted_anew_for_a_newer_payload,
                what_waited_is_due_once_it_is_back,
                times_are_shifted_as_the_clock_was_and_none_is_believed_that_is_too_late,
                what_waits_is_listed_and_counted,
                a_person_makes_what_waits_due,
                what_waits_or_is_dead_is_dropped_but_not_what_is_in_hand,
                what_may_have_been_written_is_dropped_only_when_that_is_said;
            revisions:
                a_newer_payload_replaces_the_waiting_one,
                a_newer_payload_queues_behind_the_one_in_hand,
                a_released_delivery_takes_over_the_newer_payload,
                a_newer_payload_revives_the_dead_one,
                the_dead_are_not_revived_while_another_is_in_hand,
                a_newer_payload_keeps_the_time_of_one_put_off,
                an_older_payload_is_covered,
                events_that_stand_for_themselves_are_never_merged,
                records_of_different_events_and_targets_are_not_merged,
                a_newer_payload_that_got_through_supersedes_the_dead,
                an_overtaken_payload_is_not_retried;
            ended:
                retrying_makes_the_dead_wait_again,
                only_the_selected_dead_are_retried,
                pruning_forgets_what_ended_long_ago,
                pruning_keeps_the_last_of_each_record,
                pruning_keeps_what_has_an_unresolved_intent;
            links:
                a_link_is_found_from_both_sides,
                a_hub_record_can_be_linked_anew,
                an_erp_record_has_one_hub_record_of_a_kind,
                lists_go_on_after_a_hub_id;
            intents:
                an_intent_is_begun_once,
                a_resolved_intent_says_how_it_ended,
                a_write_begins_and_ends_in_the_audit_log,
                each_attempt_has_a_row_of_its_own,
                a_late_end_leaves_the_next_attempt_alone,
                a_reopened_intent_counts_its_attempts,
                unresolved_intents_are_listed,
                intents_are_found_by_delivery_and_subject,
                intents_are_found_by_operation_and_reserved_key,
                an_absent_intent_is_an_error;
            audit:
                rows_come_back_as_they_were,
                the_tail_follows_and_filters,
                held_rows_come_without_another_write,
                held_rows_and_written_rows_keep_their_order;
            schedules:
                a_time_fires_once,
                a_fire_and_its_delivery_are_one,
                a_fire_takes_the_place_of_one_that_waits,
                a_fire_joins_one_that_waits,
                fires_that_follow_are_each_handled,
                a_later_fire_is_the_newer_one_although_the_clock_was_set_back,
                missed_times_add_up,
                a_paused_flow_stays_paused_until_it_goes_on_from_then,
                pruning_keeps_the_last_fire;
            sweeps:
                a_sweep_goes_on_at_its_page,
                only_changed_rows_have_another_fingerprint,
                what_two_whole_sweeps_miss_is_gone,
                what_comes_back_is_not_missed,
                a_sweep_that_was_given_up_misses_nothing,
                sweeps_do_not_see_each_others_rows;
            state:
                a_written_key_is_read_back,
                extensions_do_not_see_each_others_keys,
                comparing_and_setting_loses_against_another_write,
                a_revision_never_returns,
                keys_are_sorted_and_share_their_prefix,
                an_extension_keeps_no_more_than_its_room;
        }
    };
    ($open:ident; $($module:ident: $($case:ident),+;)+) => {
        $(mod $module {
            $(
                #[tokio::test]
                async fn $case() -> Result<(), Box<dyn std::error::Error>> {
                    let (store, _guard) = super::$open().await?;
                    Ok($crate::contract::$module::$case(&store).await?)
                }
            )+
        })+
    };
}

/// So many seconds into the tests' time, which has microseconds.
fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::new(1_800_000_000 + seconds, 123_456_000)
}

fn event(key: &str, payload: &str) -> NewDelivery {
    NewDelivery {
        event: "order.paid".to_owned(),
        target: "notify".to_owned(),
        key: key.to_owned(),
        payload: payload.to_owned(),
        revision: None,
        hops: 0,
    }
}

fn saved(key: &str, revision: i64) -> NewDelivery {
    NewDelivery {
        event: "contact.saved".to_owned(),
        target: "customer-push".to_owned(),
        key: key.to_owned(),
        payload: format!("{key} at {revision}"),
        revision: Some(revision),
        hops: 0,
    }
}

fn letter(message: &str) -> DeadLetter {
    DeadLetter {
        kind: "refused".to_owned(),
        code: Some("5002".to_owned()),
        message: message.to_owned(),
        hint: "correct the contact".to_owned(),
    }
}

fn audit_row(operation: &str) -> AuditRow {
    AuditRow {
        at: at(0),
        actor: "wechat-customer".to_owned(),
        version: "1.2.0".to_owned(),
        operation: operation.to_owned(),
        menu_id: Some("12004".to_owned()),
        subject: Some("contact-1".to_owned()),
        outcome: "applied".to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 1_500,
        requests: 1,
        arguments: Some(r#"{"name":"北风贸易"}"#.to_owned()),
    }
}

/// Given back after a failure of its own.
fn later(not_before: Timestamp, reason: &str) -> PutOff {
    PutOff {
        not_before,
        reason: reason.to_owned(),
        cause: Cause::Failed,
    }
}

/// The row of a write that is about to go out.
fn open_row(operation: &str) -> AuditRow {
    AuditRow {
        outcome: AuditRow::OPEN.to_owned(),
        duration_micros: 0,
        requests: 0,
        ..audit_row(operation)
    }
}

/// Leases whatever is due at `now`, for 30 seconds.
async fn lease(store: &Store, now: i64) -> Result<Vec<Leased>, StoreError> {
    store
        .deliveries
        .lease(Wanted::Any(100), "worker", at(now + 30), at(now))
        .await
}

/// Leases the one delivery that is due.
async fn lease_one(store: &Store, now: i64) -> Result<Leased, StoreError> {
    let mut leased = lease(store, now).await?;
    assert_eq!(leased.len(), 1, "one delivery is due, not {leased:?}");
    Ok(leased.remove(0))
}

/// Leases the one delivery that is due and completes it.
async fn handle_one(store: &Store, now: i64) -> Result<Delivery, StoreError> {
    let leased = lease_one(store, now).await?;
    store
        .deliveries
        .complete(leased.lease, crate::Completion::default(), at(now))
        .await?;
    Ok(leased.delivery)
}

/// Leases the one delivery that is due and buries it.
async fn bury_one(store: &Store, now: i64) -> Result<Delivery, StoreError> {
    let leased = lease_one(store, now).await?;
    store
        .deliveries
        .bury(leased.lease, letter("客户名称重复"), Vec::new(), at(now))
        .await?;
    Ok(leased.delivery)
}
