//! The catalogue, the weathers and the magic smartcards, printed.

use conax_contract::control::{PresetView, PresetsView};
use conax_contract::fault::{PRESETS, Preset, WEATHERS, magic_cards};
use conax_contract::text::near_miss;

use crate::exit::Exit;
use crate::print;

fn json(value: &impl serde::Serialize) -> Exit {
    let text = serde_json::to_string_pretty(value).expect("views are written as JSON");
    print::result(text);
    Exit::Met
}

pub(super) fn list(as_json: bool) -> Exit {
    let presets = PresetsView::all().presets;
    if as_json {
        return json(&presets);
    }
    print::result("id   name                      applied    ends      Conax did it  outlook");
    for preset in &presets {
        let line = format!(
            "{:<4} {:<25} {:<10} {:<9} {:<13} {}",
            preset.id, preset.name, preset.applied, preset.crm, preset.conax, preset.outlook
        );
        print::result(line.trim_end());
    }
    print::result(format_args!(
        "\n{} presets; `conax-sim faults show f05` tells everything about one",
        presets.len()
    ));
    Exit::Met
}

pub(super) fn magic(as_json: bool) -> Exit {
    let cards = PresetsView::all().magic_smartcards;
    if as_json {
        return json(&cards);
    }
    print::result("smartcard    meets                        ends       Conax did it");
    for magic in &cards {
        let preset = magic.preset.as_deref().unwrap_or("nothing");
        let line = format!(
            "{}  {preset:<28} {:<10} {}",
            magic.card, magic.crm, magic.conax
        );
        print::result(line);
    }
    print::result(
        "\nIn the demo world they are on subscription S99000; another world has them with\n\
         `magic_smartcards: true`.",
    );
    print::result(format_args!(
        "No smartcard alone makes these: {}.",
        without_magic().join(", ")
    ));
    Exit::Met
}

/// The presets that need more than one order to be met.
fn without_magic() -> Vec<String> {
    let cards = magic_cards();
    let has_none = |preset: &&Preset| {
        let card = format!("{:011}", 9_900_000_000_u64 + u64::from(preset.number));
        cards.iter().all(|magic| magic.card != card)
    };
    let presets = PRESETS.iter().filter(has_none);
    presets.map(Preset::id).collect()
}

pub(super) fn weathers(as_json: bool) -> Exit {
    let weathers = PresetsView::all().weathers;
    if as_json {
        return json(&weathers);
    }
    for weather in &weathers {
        print::meaning(weather.name, 19, weather.meaning);
    }
    Exit::Met
}

/// A map within another needs its braces.
fn braced(rule: &str) -> String {
    match rule.contains(": ") && !rule.starts_with('{') {
        true => format!("{{ {rule} }}"),
        false => rule.to_owned(),
    }
}

pub(super) fn show(name: &str) -> Exit {
    if let Some(weather) = WEATHERS.iter().find(|weather| weather.name == name) {
        print::result(format_args!("{}: {}\n", weather.name, weather.meaning));
        print::result(format_args!("faults:{}", weather.rules.trim_end()));
        return Exit::Met;
    }
    let Some((preset, variant)) = Preset::find(name) else {
        print::aside(format_args!(
            "error: there is no preset or weather `{name}`"
        ));
        let names: Vec<String> = PresetsView::all()
            .presets
            .iter()
            .flat_map(|preset| [preset.id.clone(), preset.name.to_owned()])
            .collect();
        match near_miss(name, names.iter().map(String::as_str)) {
            Some(near) => print::aside(format_args!("   hint: did you mean `{near}`?")),
            None => print::aside("   hint: `conax-sim faults list` names every preset"),
        }
        return Exit::Usage;
    };
    let view = PresetView::of(preset);
    let (rule, meaning) = match variant {
        Some(variant) => (variant.rule, variant.meaning),
        None => (view.rule, view.meaning),
    };
    let when = match preset.when {
        "" => String::new(),
        when => format!(", when: {{ {when} }}"),
    };
    for (what, found) in [
        ("", format!("{} ({})", preset.title(), view.source)),
        ("is", meaning.to_owned()),
        ("put in at", view.inject.to_owned()),
        ("on the wire", view.wire.to_owned()),
        ("the request", format!("ends {}", view.crm)),
        (
            "Conax",
            format!(
                "carries it out {}; state changed: {}",
                view.conax, view.applied
            ),
        ),
        ("drift", if view.drifts { "yes" } else { "no" }.to_owned()),
        ("outlook", view.outlook.to_owned()),
        ("found by", view.found.to_owned()),
        ("as a rule", format!("{{ do: {}{when} }}", braced(rule))),
    ] {
        print::result(format_args!("{what:<12} {found}").to_string().trim());
    }
    for variant in view.variants {
        print::result(format_args!(
            "{:<12} {}/{}: {}",
            "variant", view.id, variant.name, variant.meaning
        ));
    }
    Exit::Met
}
