//! The tables are sound, and the language is read as written.

use conax_model::fault::Script;

use super::{
    Form, PRESETS, WEATHERS, WrittenRule, magic_cards, parse_faults, parse_file, reproduce,
};
use crate::text;

fn findings(source: &str) -> String {
    let findings = parse_file(source).expect_err("this file is wrong");
    text::render("x.faults.yaml", source, &findings)
}

#[test]
fn every_preset_and_variant_is_a_rule_that_can_be_read() {
    for (place, preset) in PRESETS.iter().enumerate() {
        assert_eq!(usize::from(preset.number), place + 1);
        let variants = preset.variants.iter().map(|one| format!("/{}", one.name));
        for suffix in std::iter::once(String::new()).chain(variants) {
            for name in [preset.id(), preset.name.to_owned(), preset.id().to_uppercase()] {
                let rule = format!("{{ preset: {name}{suffix} }}");
                let rules = WrittenRule::parse(&rule)
                    .unwrap_or_else(|found| panic!("{}", text::render(&rule, &rule, &found)));
                let Script::Always(entry) = &rules[0].rule.script else {
                    panic!("{rule} is one entry");
                };
                assert!(!entry.actions.is_empty(), "{rule}");
            }
        }
        if !preset.when.is_empty() {
            let rule = format!("{{ do: reset, when: {{ {} }} }}", preset.when);
            assert!(WrittenRule::parse(&rule).is_ok(), "{rule}");
        }
    }
}

#[test]
fn every_weather_has_rules() {
    for weather in WEATHERS {
        let findings = parse_file(weather.rules).err().unwrap_or_default();
        assert_eq!(findings, [], "{}", weather.name);
        assert!(!weather.rules().is_empty());
        let written = format!("faults: [{{ weather: {} }}]", weather.name);
        assert_eq!(parse_file(&written).unwrap(), weather.rules());
    }
}

#[test]
fn faults_are_one_word_or_rules() {
    for (source, count) in [
        ("f05", 1),
        (" f14/page-200\n", 1),
        ("reset-applied", 1),
        ("flaky-network", WEATHERS[1].rules().len()),
        ("{ preset: f05, times: 1 }", 1),
        ("sequence: [f05, f01, ok]", 1),
        ("- preset: f05\n- preset: f06", 2),
    ] {
        let found = parse_faults(source).map(|rules| rules.len());
        assert_eq!(found, Ok(count), "{source}");
    }
    assert_eq!(
        parse_faults("read-timeot").expect_err("no such preset"),
        "`read-timeot` is no preset and no weather\n   hint: did you mean `read-timeout`?"
    );
    let both = parse_faults("{ preset: f99, tims: 1 }").expect_err("two mistakes");
    assert!(both.contains("f99") && both.contains("did you mean `times`"), "{both}");
}

#[test]
fn names_are_unique_and_magic_cards_have_eleven_digits() {
    let mut names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    names.extend(WEATHERS.iter().map(|weather| weather.name));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    // The last preset and the weather made of it share their name.
    assert_eq!(names.len(), count - 1);
    for magic in magic_cards() {
        assert!(magic.card.len() == 11 && magic.card.bytes().all(|byte| byte.is_ascii_digit()));
    }
    assert_eq!(Form::find("F05").unwrap().preset.name, "read-timeout-applied");
    assert_eq!(Form::find("f05/x"), None);
}

#[test]
fn mistakes_are_told_all_at_once_with_place_and_hint() {
    let source = "\
description: many mistakes
faults:
  - preset: f47
  - preset: read-timeot
  - do: silense
  - { do: { delay: normal(50) } }
  - { do: { reject: CLIENT_NOT_FUND } }
  - sequence: [f05, f01, okay]
  - { preset: f05, do: reset }
  - { preset: f05, when: { card: 01900080207, probability: 120%, comand: ADD_SUBSCRIPTIONS } }
  - { preset: f05, when: { from: 2014-11-30T09:00:00, until: 2014-11-30T08:00:00 } }
  - { weather: brown-out }
";
    insta::assert_snapshot!(findings(source));
}

#[test]
fn a_stored_dump_leads_back_to_the_faults_that_make_it() {
    let dump = crate::cas::AxisClient::default().read_timed_out().render();
    let found = reproduce(&dump);
    let names: Vec<&str> = found.candidates.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names[..4], ["f04", "f05", "f16", "f46"]);
    assert_eq!(found.alike, ["f04", "f05", "f16", "f46"]);
    let experiment = found.experiment.unwrap();
    assert!(experiment.contains("speaks for f05, f46, unchanged for f04, f16"), "{experiment}");
}

#[test]
fn every_preset_that_stores_an_error_is_found_by_it() {
    for preset in &PRESETS {
        for error in preset.errors {
            let found = reproduce(error);
            let mut candidates = found.candidates.iter();
            let one = candidates.find(|one| one.name == preset.id());
            let one = one.unwrap_or_else(|| panic!("{}: {error}", preset.id()));
            assert!((one.score - 1.0).abs() < f64::EPSILON);
        }
    }
    assert!(reproduce("a poem about cats").candidates.is_empty());
}

#[test]
fn dumps_that_differ_in_their_java_lead_back_to_the_same() {
    let sentence = "The element type \"StatusCode\" must be terminated by the matching end-tag \
                    \"</StatusCode>\".";
    let place = crate::cas::SaxPlace { line: 1, column: 9 };
    for java in [6, 7, 17] {
        let axis = crate::cas::AxisClient { java, ..crate::cas::AxisClient::default() };
        let dump = axis.sax_parse(place, sentence).render();
        assert_eq!(reproduce(&dump).alike, ["f17", "f08"], "{java}");
        let dump = axis.connect_timed_out().render();
        assert_eq!(reproduce(&dump).candidates[0].name, "f02", "{java}");
    }
    assert_eq!(reproduce("(0)null").alike, ["f03/hang-up", "f06/hang-up"]);
}

/// A rule as it was written, read alone.
fn read_again(rule: &WrittenRule) -> WrittenRule {
    let written = rule.written.to_string();
    match WrittenRule::parse(&written).map(<[WrittenRule; 1]>::try_from) {
        Ok(Ok([again])) => again,
        Ok(Err(rules)) => panic!("{written} is {} rules", rules.len()),
        Err(_) => panic!("{}", findings(&format!("- {written}"))),
    }
}

#[test]
fn every_rule_is_the_same_when_what_was_written_of_it_is_read_alone() {
    let own = "
- { name: s, sequence: [f05, { delay: 1500ms }, ok, [twice, { cut: 50% }], f14/page-200], repeat: true }
- { do: { delay: 'ramp(10ms, 60s, over 10min)' }, per: attempt, paused: true, ttl: 1d }
- { do: { http: { status: 503, type: 'text/html', body: \"<p title='a\\tb'>\\\"ü\\u2028\\\"</p>\" } } }
- { do: { clock-skew: -90s }, at: before-apply, when: { card: '0190*', product: \"1.50\", every: 3 } }
- { do: { throttle: { per_second: 0.10, burst: 2, rejects: true } }, when: { probability: .5 } }
- { do: { emm-lag: 1h }, when: { from: 2014-11-30T09:00:00, command: [CREATE_PAIRING], after: 2 } }
- { preset: F46, when: { window: { on: 10min, off: 50min }, above: 8, probability: 12.50% } }
- { do: { delay: 'log-normal(median 400ms, sigma 0.8)' }, times: 12 }
";
    let mut rules = parse_file(own).unwrap_or_else(|_| panic!("{}", findings(own)));
    rules.extend(WEATHERS.iter().flat_map(super::Weather::rules));
    for preset in &PRESETS {
        let variants = preset.variants.iter();
        let names = variants.map(|variant| format!("{}/{}", preset.id(), variant.name));
        let names = names.chain([preset.id(), preset.name.to_owned()]);
        rules.extend(names.map(|name| WrittenRule::of_preset(&name).unwrap()));
    }
    let long = format!("{{ do: {{ soap-fault: {{ code: c, string: '{}' }} }} }}", "x".repeat(5000));
    rules.extend(WrittenRule::parse(&long).unwrap());
    assert!(rules.len() > 100, "{}", rules.len());
    let of_calls: Vec<_> = rules.iter().cloned().map(|rule| rule.for_request(4711)).collect();
    for rule in rules.iter().chain(&of_calls) {
        assert_eq!(read_again(rule), *rule);
    }
}
