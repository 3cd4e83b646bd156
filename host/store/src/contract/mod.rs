//! What every backend must do, as test cases. [`contract_tests!`](crate::contract_tests) turns them into tests.

pub mod audit;
pub mod audit_chain;
pub mod awaited;
pub mod completing;
pub mod conflicts;
pub mod deliveries;
pub mod ended;
pub mod fingerprints;
pub mod intents;
pub mod lanes;
pub mod links;
pub mod listing;
pub mod preconditions;
pub mod records;
pub mod replays;
pub mod revisions;
pub mod schedules;
pub mod shares;
pub mod state;
pub mod sweeps;
pub mod turning;
pub mod unshown;
pub mod waiting;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Accepted, AuditRow, Cause, DeadLetter, Delivery, Leased, NewDelivery, NewRecord, Occasion, PutOff,
    RecordName, Route, Store, StoreError, Wanted,
};

/// Makes a test of each case. Takes the name of an `async fn` in scope that returns, if it can, a fresh store and
/// whatever must live as long as it.
#[macro_export]
macro_rules! contract_tests {
    ($open:ident) => {
        $crate::contract_tests! { $open;
            records:
                an_accepted_record_is_kept_and_enqueued,
                a_batch_answers_in_order_and_counts_repetitions,
                every_route_gets_its_own_delivery,
                an_unchanged_body_is_accepted_without_another_delivery,
                an_unchanged_body_that_lies_dead_is_tried_again,
                a_record_is_of_its_kind_alone,
                routes_are_of_a_kind_and_an_occasion,
                what_has_not_changed_keeps_its_change_number,
                records_are_found_by_what_identifies_them,
                records_are_found_by_what_identifies_them_from_now_on,
                any_text_survives;
            replays:
                dead_ones_are_counted_by_cause_and_chosen_by_it,
                a_replay_lets_go_of_one_after_the_other_and_says_how_far_it_is,
                what_still_waits_of_a_cancelled_replay_is_dead_again_with_its_letter,
                what_was_filed_since_is_no_part_of_a_replay;
            fingerprints:
                an_equal_fingerprint_is_unchanged_whatever_the_body,
                another_fingerprint_of_the_same_body_is_kept_without_a_change,
                a_dead_delivery_stays_dead_where_nobody_filed_anything;
            preconditions:
                a_record_is_accepted_only_at_the_revision_that_is_expected,
                of_many_who_expect_the_same_revision_one_is_heard,
                of_many_at_once_each_is_heard_by_itself;
            listing:
                lists_go_on_after_an_id,
                lists_are_filtered_by_members_and_by_presence,
                lists_by_change_go_on_after_a_change,
                an_entry_has_its_links_and_the_newest_delivery_of_each_target,
                what_was_taken_over_never_stands_for_a_record,
                changes_come_in_their_order,
                a_reader_of_changes_misses_none;
            turning:
                a_deleted_record_is_a_tombstone_that_can_be_revived,
                deleting_what_is_not_there_is_no_write,
                a_deletion_takes_the_place_of_what_still_waits,
                a_record_that_is_saved_again_takes_the_place_of_its_deletion,
                a_deletion_queues_behind_the_one_in_hand,
                a_released_delivery_takes_over_the_deletion,
                what_nobody_would_follow_up_is_superseded,
                what_may_have_been_written_is_not_superseded;
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
                completing_writes_link_and_end_together,
                completing_notes_which_record_a_row_went_into,
                a_taken_link_leaves_everything_as_it_was,
                a_buried_delivery_keeps_its_letter_and_frees_its_lane,
                a_buried_delivery_that_is_done_after_all_has_no_letter,
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
            awaited:
                what_waits_for_a_record_is_due_once_one_says_so_of_itself;
            revisions:
                a_newer_payload_replaces_the_waiting_one,
                a_newer_payload_queues_behind_the_one_in_hand,
                a_released_delivery_takes_over_the_newer_payload,
                a_newer_payload_revives_the_dead_one,
                the_dead_are_not_revived_while_another_is_in_hand,
                a_newer_payload_keeps_the_time_of_one_put_off,
                an_older_payload_is_covered,
                events_that_stand_for_themselves_are_never_merged,
                records_of_different_targets_are_not_merged_whatever_the_event,
                a_newer_payload_that_got_through_supersedes_the_dead,
                an_overtaken_payload_is_not_retried;
            ended:
                retrying_makes_the_dead_wait_again,
                only_the_selected_dead_are_retried,
                pruning_forgets_what_ended_long_ago,
                pruning_keeps_the_last_of_each_record,
                pruning_keeps_the_last_write_of_each_operation,
                pruning_keeps_what_has_an_unresolved_intent;
            links:
                a_link_is_found_from_both_sides,
                a_hub_record_can_be_linked_anew,
                an_erp_record_has_one_hub_record_in_a_link,
                what_was_agreed_is_kept_until_another_record_is_linked,
                many_are_found_at_once,
                lists_go_on_after_a_record;
            completing:
                all_that_a_delivery_brought_about_is_one_commit,
                a_record_that_changed_meanwhile_leaves_everything_as_it_was,
                what_was_agreed_on_meanwhile_leaves_everything_as_it_was,
                what_must_not_be_there_may_have_been_deleted;
            conflicts:
                an_equal_conflict_is_listed_once,
                an_open_conflict_gets_the_present_values,
                a_settled_conflict_stays_until_its_values_change,
                settling_wakes_whoever_carries_it_out,
                a_closed_conflict_makes_room_for_the_next,
                conflicts_are_filtered_and_listed_by_number;
            unshown:
                a_field_is_new_once_and_counted;
            intents:
                an_intent_is_begun_once,
                a_resolved_intent_says_how_it_ended,
                a_write_begins_and_ends_in_the_audit_log,
                each_attempt_has_a_row_of_its_own,
                a_late_end_leaves_the_next_attempt_alone,
                a_reopened_intent_counts_its_attempts,
                what_was_sent_is_kept_until_it_is_known_what_was_applied,
                unresolved_intents_are_listed,
                intents_are_found_by_delivery_and_subject,
                intents_are_found_by_operation_and_reserved_key,
                an_absent_intent_is_an_error;
            audit_chain:
                everything_that_is_said_is_bound_to_what_was_said_before,
                the_chain_holds_without_what_was_forgotten,
                what_is_under_way_is_not_forgotten;
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
                what_is_missed_by_itself_counts_like_a_sweep,
                a_row_was_last_seen_by_whoever_saw_it_last,
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
        cause: format!("cause of {message}"),
    }
}

fn audit_row(operation: &str) -> AuditRow {
    AuditRow {
        at: at(0),
        actor: "wechat-customer".to_owned(),
        version: "1.2.0".to_owned(),
        operation: operation.to_owned(),
        menu_id: Some("12004".to_owned()),
        subject: Some("contact/1".to_owned()),
        outcome: "applied".to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 1_500,
        requests: 1,
        arguments: Some(r#"{"name":"北风贸易"}"#.to_owned()),
    }
}

/// A contact's name.
fn name(id: &str) -> RecordName {
    RecordName::new("contact", id)
}

/// A contact with this body, or its end.
fn record(id: &str, body: Option<&str>) -> NewRecord {
    match body {
        Some(body) => NewRecord::saved(name(id), body),
        None => NewRecord::deleted(name(id)),
    }
}

fn contact(id: &str, body: &str) -> NewRecord {
    record(id, Some(body))
}

/// Who hears of saved contacts.
fn route(target: &str) -> Route {
    Route {
        kind: "contact".to_owned(),
        occasion: Occasion::Saved,
        target: target.to_owned(),
    }
}

/// Files a contact that one target hears of.
async fn accept(store: &Store, id: &str, body: &str, now: i64) -> Result<Accepted, StoreError> {
    let routes = vec![route("customer-push")];
    let mut accepted = store
        .records
        .accept(vec![contact(id, body)], routes, "hub", at(now))
        .await?;
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].deliveries.len(), 1);
    Ok(accepted.remove(0))
}

async fn body_of(store: &Store, id: &str) -> Result<Option<String>, StoreError> {
    Ok(store.records.get(&name(id)).await?.and_then(|record| record.body))
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
        .bury(leased.lease, letter("客户名称重复"), at(now))
        .await?;
    Ok(leased.delivery)
}
