//! Dates and durations.

use std::time::Duration;

use proptest::prelude::*;

use crate::text::{parse_duration, parse_moment, render_duration, render_moment};

#[test]
fn the_documented_form_of_a_date_is_read_and_no_other() {
    let moment = parse_moment("2014-11-30T09:00:00").expect("a date");
    assert_eq!(render_moment(moment), "2014-11-30T09:00:00");
    for wrong in [
        "",
        "2014-11-30",
        "2014-11-30 09:00:00",
        "2014-11-30T09:00",
        "2014-11-30T09:00:00Z",
        "2014-11-30T09:00:00.000",
        "2014-02-30T09:00:00",
        "2014-11-30T24:00:00",
        "2014-11-30T09:00:60",
        "0000-01-01T00:00:00",
        "+014-11-30T09:00:00",
        "2014-11-30T09:00:0０",
    ] {
        assert_eq!(parse_moment(wrong), None, "{wrong}");
    }
}

#[test]
fn durations_carry_their_units() {
    for (text, millis) in [
        ("1500ms", 1_500),
        ("30s", 30_000),
        ("10min", 600_000),
        ("2h", 7_200_000),
        ("2d", 172_800_000),
        ("1h30min", 5_400_000),
        ("0s", 0),
    ] {
        assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
    }
    for wrong in ["", "30", "10m", "s", "-1s", "1.5s", "1min1h", "1s1s", "10 min", "1e3s", "１s"] {
        assert_eq!(parse_duration(wrong), None, "{wrong}");
    }
    assert_eq!(parse_duration("99999999999999999999d"), None);
    assert_eq!(parse_duration("999999999999999d"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_duration_comes_back(millis in any::<u64>()) {
        let duration = Duration::from_millis(millis);
        prop_assert_eq!(parse_duration(&render_duration(duration)), Some(duration));
    }

    #[test]
    fn no_text_makes_reading_a_date_or_duration_panic(text in "\\PC{0,24}") {
        let _ = (parse_moment(&text), parse_duration(&text));
    }
}
