//! The catalogue, the weathers and the magic smartcards, printed.

use conax_contract::control::MagicView;
use conax_contract::fault::{Form, PRESETS, Preset, WEATHERS};
use conax_contract::text::near_miss;

use crate::exit::Exit;
use crate::print;

fn json(value: &impl serde::Serialize) -> Exit {
    let text = serde_json::to_string_pretty(value).expect("views are written as JSON");
    print::result(text);
    Exit::Met
}

pub(super) fn list(as_json: bool) -> Exit {
    if as_json {
        return json(&PRESETS.as_slice());
    }
    print::result("id   name                      applied    ends      Conax did it  outlook");
    for preset in &PRESETS {
        let line = format!(
            "{:<4} {:<25} {:<10} {:<9} {:<13} {}",
            preset.id(),
            preset.name,
            preset.applied.code(),
            preset.crm.code(),
            preset.conax.code(),
            preset.outlook.code()
        );
        print::result(line.trim_end());
    }
    print::result(format_args!(
        "\n{} presets; `conax-sim faults show f05` tells everything about one",
        PRESETS.len()
    ));
    Exit::Met
}

pub(super) fn magic(as_json: bool) -> Exit {
    let cards = MagicView::all();
    if as_json {
        return json(&cards);
    }
    print::result("smartcard    meets                        ends       Conax did it");
    for magic in &cards {
        let preset = magic.preset.as_deref().unwrap_or("nothing");
        let line = format!("{}  {preset:<28} {:<10} {}", magic.card, magic.crm, magic.conax);
        print::result(line);
    }
    print::result(
        "\nIn the demo world they are on subscription S99000; another world has them with\n\
         `magic_smartcards: true`.",
    );
    let without_magic = PRESETS.iter().filter(|preset| !preset.magic);
    let without_magic: Vec<String> = without_magic.map(Preset::id).collect();
    print::result(format_args!("No smartcard alone makes these: {}.", without_magic.join(", ")));
    Exit::Met
}

pub(super) fn weathers(as_json: bool) -> Exit {
    if as_json {
        return json(&WEATHERS);
    }
    for weather in &WEATHERS {
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
    let Some(form) = Form::find(name) else {
        print::aside(format_args!("error: there is no preset or weather `{name}`"));
        let names = PRESETS.iter();
        let names: Vec<String> =
            names.flat_map(|preset| [preset.id(), preset.name.to_owned()]).collect();
        match near_miss(name, names.iter().map(String::as_str)) {
            Some(near) => print::aside(format_args!("   hint: did you mean `{near}`?")),
            None => print::aside("   hint: `conax-sim faults list` names every preset"),
        }
        return Exit::Usage;
    };
    let preset = form.preset;
    let when = match preset.when {
        "" => String::new(),
        when => format!(", when: {{ {when} }}"),
    };
    for (what, found) in [
        ("", format!("{} ({})", preset.title(), preset.source.code())),
        ("is", form.meaning().to_owned()),
        ("put in at", preset.inject.code().to_owned()),
        ("on the wire", preset.wire.to_owned()),
        ("the request", format!("ends {}", preset.crm.code())),
        (
            "Conax",
            format!(
                "carries it out {}; state changed: {}",
                preset.conax.code(),
                preset.applied.code()
            ),
        ),
        ("drift", if preset.drifts { "yes" } else { "no" }.to_owned()),
        ("outlook", preset.outlook.code().to_owned()),
        ("found by", preset.found.to_owned()),
        ("as a rule", format!("{{ do: {}{when} }}", braced(form.rule()))),
    ] {
        print::result(format_args!("{what:<12} {found}").to_string().trim());
    }
    for variant in preset.variants {
        print::result(format_args!(
            "{:<12} {}/{}: {}",
            "variant",
            preset.id(),
            variant.name,
            variant.meaning
        ));
    }
    Exit::Met
}
