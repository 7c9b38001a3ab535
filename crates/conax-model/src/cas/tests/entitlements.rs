//! Adding, cancelling, asking; PINs and the states of a card.

use crate::cas::{CancelMissing, CasSettings, PeriodPolicy};

use super::language::{check, check_with, tell};

fn with_policy(period_policy: PeriodPolicy) -> CasSettings {
    CasSettings { period_policy, ..CasSettings::default() }
}

#[test]
fn cancel_after_add_ends_the_entitlement() {
    check("add 1 7; cancel 1 7", "card 1: nothing; state 1: Stock");
}

#[test]
fn add_after_cancel_starts_it_again() {
    check("add 1 7; cancel 1 7; add 1 7", "card 1: 7 Active; state 1: InUse");
}

#[test]
fn several_products_come_and_go_together() {
    check("add 1 7,8,9; cancel 1 7,9", "card 1: 8 Active");
}

#[test]
fn an_entitlement_waits_for_its_start_and_obeys_its_end() {
    check("add 1 7 from=2d until=4d", "card 1: 7 Future; active 1: nothing");
    check("add 1 7 from=2d until=4d; wait 2d", "card 1: 7 Active; active 1: 7");
    check("add 1 7 from=2d until=4d; wait 4d", "card 1: nothing; state 1: Stock");
}

#[test]
fn a_future_entitlement_can_be_cancelled() {
    check("add 1 7 from=2d; cancel 1 7; wait 3d", "card 1: nothing");
}

#[test]
fn adding_again_extends_to_the_later_end() {
    check("add 1 7 until=2d; add 1 7 until=5d; wait 4d", "card 1: 7 Active");
    check("add 1 7 until=5d; add 1 7 until=2d; wait 4d", "card 1: 7 Active");
}

#[test]
fn this_month_and_the_next_stay_two_periods() {
    check("add 1 7 until=2d; add 1 7 from=2d until=4d", "card 1: 7 Active, 7 Future");
}

#[test]
fn a_third_period_that_touches_is_joined() {
    let script = "add 1 7 until=2d; add 1 7 from=2d until=4d; add 1 7 from=4d until=6d";
    check(script, "last: accepted; card 1: 7 Active, 7 Future");
    check(&format!("{script}; wait 3d"), "card 1: 7 Active, 7 Future");
    check(&format!("{script}; wait 5d"), "card 1: 7 Active");
}

#[test]
fn a_third_period_apart_finds_no_room() {
    let script = "add 1 7 until=2d; add 1 7 from=3d until=4d; add 1 7 from=5d until=6d";
    check(script, "last: CapacityExceeded; card 1: 7 Active, 7 Future");
    check(&format!("{script}; wait 2d; add 1 7 from=5d until=6d"), "last: accepted");
}

#[test]
fn the_slots_of_a_card_are_counted_by_living_products() {
    let settings = CasSettings { product_slot_limit: 2, ..CasSettings::default() };
    check_with(settings.clone(), "add 1 7 until=1d; add 1 8; add 1 9", "last: CapacityExceeded");
    check_with(settings, "add 1 7 until=1d; add 1 8; wait 1d; add 1 9", "last: accepted");
}

#[test]
fn a_period_must_make_sense() {
    for (sentence, expected) in [
        ("add 1 7 from=2d until=2d", "last: InputValidation"),
        ("add 1 7 from=2d until=1d", "last: InputValidation"),
        ("add 1 7 from=-9d until=-1d", "last: InputValidation"),
        ("add 1 7 from=-9d until=1d", "last: accepted"),
        ("add 1 7 from=366d", "last: accepted"),
        ("add 1 7 from=367d", "last: InputValidation"),
        ("add 1 ,", "last: InputValidation"),
        ("cancel 1 ,", "last: InputValidation"),
    ] {
        check(sentence, expected);
    }
}

#[test]
fn the_period_policy_fills_in_the_end() {
    // It is 28 November.
    check("add 1 7; wait 360d", "active 1: 7");
    let to_month_end =
        |additional_months| with_policy(PeriodPolicy::ToMonthEnd { additional_months });
    check_with(to_month_end(0), "add 1 7; wait 2d", "active 1: 7");
    check_with(to_month_end(0), "add 1 7; wait 3d", "active 1: nothing");
    check_with(to_month_end(1), "add 1 7; wait 33d", "active 1: 7");
    check_with(to_month_end(1), "add 1 7; wait 34d", "active 1: nothing");
    check_with(with_policy(PeriodPolicy::Explicit), "add 1 7", "last: InputValidation");
    check_with(with_policy(PeriodPolicy::Explicit), "add 1 7 until=1d", "last: accepted");
}

#[test]
fn cancelling_nothing_is_accepted_or_rejected_as_set() {
    check("cancel 1 7", "last: accepted; effect: nothing");
    let settings = CasSettings { cancel_missing: CancelMissing::Reject, ..CasSettings::default() };
    check_with(settings.clone(), "cancel 1 7", "last: SubscriptionNotFound");
    check_with(
        settings.clone(),
        "add 1 7; cancel 1 7,8",
        "last: SubscriptionNotFound; card 1: 7 Active",
    );
    check_with(settings, "add 1 7 until=1d; wait 1d; cancel 1 7", "last: SubscriptionNotFound");
}

#[test]
fn products_must_be_known_and_offered() {
    check("add 1 nine", "last: ProductNotFound");
    check("add 1 old", "last: ProductNotFound");
    check("cancel 1 nine", "last: ProductNotFound");
    check("cancel 1 old", "last: accepted");
    check("add 1 7,nine", "last: ProductNotFound; card 1: nothing");
}

#[test]
fn only_the_managing_domain_commands_a_card() {
    for (sentence, answer) in [
        ("add 9 7", "last: accepted"),
        ("cancel 9 7", "last: accepted"),
        ("active 9", "last: active []"),
        ("pin 9", "last: accepted"),
        ("mail 9 hello", "last: accepted"),
        ("status 9", "last: paired false [] []"),
    ] {
        check(sentence, "last: ClientNotManagedBySms");
        check(&format!("as b; {sentence}"), answer);
    }
    check("as nobody; add 1 7", "last: ClientNotManagedBySms");
}

#[test]
fn unknown_and_retired_cards_are_not_found() {
    check("add 4 7", "last: ClientNotFound");
    check("add 1 7; retire 1; active 1", "last: ClientNotFound; state 1: Retired; card 1: nothing");
    check("pair 1 m1; retire 1", "pairing m1: nothing");
}

#[test]
fn a_blocked_card_only_loses_and_tells() {
    for (sentence, expected) in [
        ("add 1 8", "last: ClientBlocked"),
        ("pair 1 m1", "last: ClientBlocked"),
        ("pin 1", "last: ClientBlocked"),
        ("pin 1 1234", "last: ClientBlocked"),
        ("active 1", "last: active [\"7\"]"),
        ("status 1", "last: paired false [] []"),
        ("cancel 1 7", "last: accepted; card 1: nothing"),
        ("bark 1 hello", "last: accepted"),
    ] {
        check(&format!("add 1 7; block 1; {sentence}"), expected);
    }
    check("add 1 7; block 1", "state 1: Blocked");
    check("add 1 7; block 1; unblock 1", "state 1: InUse");
}

#[test]
fn active_products_are_told_by_id_and_none_is_an_answer() {
    check("active 1", "last: active []");
    check("add 1 9; add 1 7; add 1 8 from=1d; active 1", "last: active [\"7\", \"9\"]");
}

#[test]
fn the_last_pin_wins() {
    check("pin 1 1234; pin 1 4321", "pin 1: 4321");
    check("pin 1 1234; pin 1", "pin 1: 0000");
}

#[test]
fn a_pin_is_never_told() {
    let story = tell(CasSettings::default(), "pin 1 9753; pin 1 97531");
    let words = format!("{:?} {:?}", story.state.transactions().collect::<Vec<_>>(), story.state);
    let words: String = words.split("id: ").map(|part| part.get(36..).unwrap_or(part)).collect();
    assert!(!words.contains("9753"), "{words}");
}
