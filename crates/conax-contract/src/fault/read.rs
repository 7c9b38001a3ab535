//! From text to rules, with everything that is wrong with them at once.

use conax_model::command::CommandKind;
use conax_model::fault::{Cycle, Entry, FaultRule, Pattern, Per, Phase, RuleId, Script, Selector};
use conax_model::time::SimTime;

use super::action::read_action;
use super::preset::Form;
use super::rule::WrittenRule;
use super::weather::{WEATHERS, Weather};
use super::written::written;
use crate::text::{
    Fields, Finding, Findings, Marked, Meaning, Node, duration, fields, flag, items, mismatch,
    moment, near_miss, near_or_known, number, read, shown, text, word,
};

/// The most rules of a file, and of a sequence.
const LIMIT: usize = 10_000;

/// The rules of a fault file: `{ description, faults: [rule, …] }`, or a list of rules alone.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn parse_file(source: &str) -> Result<Vec<WrittenRule>, Vec<Finding>> {
    parsed(source, read_file)
}

fn parsed<T>(
    source: &str,
    reader: impl FnOnce(&Marked, &mut Findings) -> Option<T>,
) -> Result<T, Vec<Finding>> {
    let mut findings = Findings::new();
    let value = read(source, &mut findings).and_then(|root| reader(&root, &mut findings));
    findings.into_result(value)
}

/// Rules, however they are written: a file, a list, one rule, the rules of a weather.
///
/// # Errors
/// Everything that is wrong with them.
pub fn parse_rules(source: &str) -> Result<Vec<WrittenRule>, Vec<Finding>> {
    parsed(source, |root, findings| {
        let is_file = match &root.node {
            Node::List(_) => true,
            Node::Map(entries) => entries.iter().any(|entry| entry.key == "faults"),
            Node::Scalar(_) => false,
        };
        match is_file {
            true => read_file(root, findings),
            false => rules_of(root, findings),
        }
    })
}

impl WrittenRule {
    /// Reads one rule, or the rules of a weather: `{ preset: f05, when: … }`, `{ weather: brownout }`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(source: &str) -> Result<Vec<Self>, Vec<Finding>> {
        parsed(source, rules_of)
    }

    /// The rule a single word stands for: a preset, such as `f05` or `f14/page-200`.
    #[must_use]
    pub fn of_preset(name: &str) -> Option<Self> {
        let entry = preset_entry(name)?;
        let rule = FaultRule {
            id: RuleId::default(),
            selector: with_usual(Selector::default(), name),
            script: Script::Always(entry),
            per: Per::Exchange,
            times: None,
            ttl: None,
            paused: false,
        };
        let written = serde_json::json!({ "preset": name });
        Some(Self { rule, written })
    }
}

fn read_file(root: &Marked, findings: &mut Findings) -> Option<Vec<WrittenRule>> {
    if matches!(root.node, Node::List(_)) {
        return items(rules_of)(root, findings).map(|rules| rules.concat());
    }
    fields(root, findings, "a fault file", |fields| {
        // For editors and people; they say nothing about the faults.
        let _schema = fields.optional("$schema", text);
        let _description = fields.optional("description", text);
        let rules = fields.required("faults", items(rules_of))?;
        if rules.len() > LIMIT {
            fields.refuse(format!("there are more than {LIMIT} rules"), "leave some out");
        }
        Some(rules.concat())
    })
}

/// The rules written at a place of a file: one rule, or those of a weather.
pub fn rules_of(marked: &Marked, findings: &mut Findings) -> Option<Vec<WrittenRule>> {
    let is_weather = match &marked.node {
        Node::Map(entries) => entries.iter().any(|entry| entry.key == "weather"),
        Node::Scalar(_) | Node::List(_) => false,
    };
    if !is_weather {
        return read_rule(marked, findings).map(|rule| vec![rule]);
    }
    fields(marked, findings, "a weather", |fields| {
        let weather = fields.required("weather", read_weather)?;
        Some(weather.rules())
    })
}

fn read_weather(marked: &Marked, findings: &mut Findings) -> Option<&'static Weather> {
    let name = text(marked, findings)?;
    let found = WEATHERS.iter().find(|weather| weather.name == name);
    if found.is_none() {
        let hint = near_or_known(&name, || WEATHERS.iter().map(|weather| weather.name));
        let message = format!("{} is not a weather", shown(&name));
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    found
}

pub(super) fn read_rule(marked: &Marked, findings: &mut Findings) -> Option<WrittenRule> {
    let as_written = written(marked);
    fields(marked, findings, "a fault rule", |fields| {
        let name = fields.optional("name", rule_name);
        let at = fields.optional("at", word);
        let preset = fields.take("preset").and_then(Marked::scalar);
        let script = read_script(fields, at);
        let selector = fields.optional("when", read_selector).unwrap_or_default();
        let selector = match preset {
            Some(name) => with_usual(selector, name),
            None => selector,
        };
        let per = fields.optional("per", word);
        let times = fields.optional("times", number(1..=i64::MAX as u64));
        let ttl = fields.optional("ttl", duration);
        let paused = fields.optional("paused", flag).unwrap_or(false);
        let rule = FaultRule {
            id: name.unwrap_or_default(),
            selector,
            script: script?,
            per: per.unwrap_or(Per::Exchange),
            times,
            ttl,
            paused,
        };
        Some(WrittenRule { rule, written: as_written })
    })
}

/// Who a preset meets, where the rule does not say it.
fn with_usual(selector: Selector, preset: &str) -> Selector {
    let when = Form::find(preset).map_or("", |form| form.preset.when);
    if when.is_empty() {
        return selector;
    }
    let usual = parsed(&format!("{{ {when} }}"), read_selector).unwrap_or_default();
    Selector {
        above: selector.above.or(usual.above),
        cycle: selector.cycle.or(usual.cycle),
        ..selector
    }
}

/// The name of a rule stands in addresses and on command lines.
fn rule_name(marked: &Marked, findings: &mut Findings) -> Option<RuleId> {
    let name = text(marked, findings)?;
    let fits = name.len() <= 64
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    if !fits {
        let message = format!("{} is not a name for a rule", shown(&name));
        let hint = "use up to 64 letters, digits, `-`, `_` and `.`";
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    fits.then(|| RuleId::new(name))
}

/// Exactly one of `preset`, `do` and `sequence`.
fn read_script(fields: &mut Fields<'_, '_>, at: Option<Phase>) -> Option<Script> {
    let preset = fields.take("preset");
    let actions = fields.take("do");
    let sequence = fields.take("sequence");
    let repeat = fields.optional("repeat", flag).unwrap_or(false);
    let given = [preset, actions, sequence].into_iter().flatten().count();
    if given != 1 {
        let message = match given {
            0 => "the rule does not say what goes wrong",
            _ => "the rule says in several ways what goes wrong",
        };
        fields.refuse(
            message,
            "write one of `preset: f05`, `do: silence`, `sequence: [f05, f01, ok]`",
        );
        return None;
    }
    if let Some(marked) = preset {
        return read_preset(marked, fields.findings).map(Script::Always);
    }
    if let Some(marked) = actions {
        return read_actions(marked, at, fields.findings).map(Script::Always);
    }
    let entries = sequence.and_then(|marked| {
        items(|one: &Marked, findings: &mut Findings| read_step(one, at, findings))(
            marked,
            fields.findings,
        )
    })?;
    if entries.is_empty() || entries.len() > LIMIT {
        fields.refuse("the sequence has no entry", "write one such as `[f05, f01, ok]`");
        return None;
    }
    Some(if repeat { Script::Circle(entries) } else { Script::Sequence(entries) })
}

/// One entry of a sequence: `ok`, a preset, or actions.
fn read_step(marked: &Marked, at: Option<Phase>, findings: &mut Findings) -> Option<Entry> {
    if let Node::Scalar(scalar) = &marked.node {
        if scalar.text == "ok" {
            return Some(Entry { title: "ok".into(), actions: Vec::new() });
        }
        if let Some(entry) = preset_entry(&scalar.text) {
            return Some(entry);
        }
    }
    read_actions(marked, at, findings)
}

fn read_preset(marked: &Marked, findings: &mut Findings) -> Option<Entry> {
    let name = text(marked, findings)?;
    let entry = preset_entry(&name);
    if entry.is_none() {
        let names: Vec<String> = Form::all().flat_map(|form| [form.id(), form.name()]).collect();
        let near = near_miss(&name.to_lowercase(), names.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`conax-sim faults list` names every preset".to_owned(),
        };
        let message = format!("{} is not a preset", shown(&name));
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    entry
}

/// The entry a preset stands for.
fn preset_entry(name: &str) -> Option<Entry> {
    Form::find(name)?.entry()
}

impl Form {
    /// The entry it stands for; a test reads every one of them.
    pub(super) fn entry(self) -> Option<Entry> {
        let read = |root: &Marked, findings: &mut Findings| read_actions(root, None, findings);
        let title = self.title().into();
        let entry = parsed(self.rule(), read).ok()?;
        Some(Entry { title, ..entry })
    }
}

fn read_actions(marked: &Marked, at: Option<Phase>, findings: &mut Findings) -> Option<Entry> {
    let actions = match &marked.node {
        Node::List(list) if list.is_empty() => {
            findings.add(mismatch(marked, "something that goes wrong"));
            return None;
        }
        Node::List(list) => {
            list.iter().map(|item| read_action(item, at, findings)).collect::<Option<Vec<_>>>()?
        }
        Node::Scalar(_) | Node::Map(_) => vec![read_action(marked, at, findings)?],
    };
    Some(Entry { title: title(&written(marked)).into(), actions })
}

/// Actions in a few words.
fn title(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::String(word) => word.clone(),
        serde_json::Value::Object(members) => {
            let parts = members.iter().map(|(key, value)| match value {
                serde_json::Value::String(text) => format!("{key} {text}"),
                serde_json::Value::Number(number) => format!("{key} {number}"),
                _ => key.clone(),
            });
            parts.collect::<Vec<_>>().join(", ")
        }
        serde_json::Value::Array(items) => items.iter().map(title).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    text.chars().take(120).collect()
}

fn read_selector(marked: &Marked, findings: &mut Findings) -> Option<Selector> {
    fields(marked, findings, "a selector", |fields| {
        let selector = Selector {
            kinds: fields.optional("command", read_commands).unwrap_or_default(),
            card: fields.optional("card", pattern),
            product: fields.optional("product", pattern),
            module: fields.optional("module", pattern),
            subscription: fields.optional("subscription", pattern),
            priority: fields.optional("priority", word),
            request: fields.optional("request", number(1..=i64::MAX as u64)),
            from: fields.optional("from", moment).map(SimTime::from_calendar),
            until: fields.optional("until", moment).map(SimTime::from_calendar),
            cycle: read_cycle(fields),
            above: fields.optional("above", number(0..=1_000_000_usize)),
            above_on_connection: fields
                .optional("above_on_connection", number(0..=1_000_000_usize)),
            probability: fields.optional("probability", probability),
            every: fields.optional("every", number(1..=i64::MAX as u64)),
            after: fields.optional("after", number(0..=i64::MAX as u64)).unwrap_or(0),
            first: fields.optional("first", number(1..=i64::MAX as u64)),
        };
        if let (Some(from), Some(until)) = (selector.from, selector.until)
            && until <= from
        {
            fields
                .refuse("`until` is not after `from`: the rule can never act", "exchange the two");
        }
        Some(selector)
    })
}

fn pattern(marked: &Marked, findings: &mut Findings) -> Option<Pattern> {
    text(marked, findings).map(Pattern::new)
}

/// `window: { on: 30s, off: 30s }`
fn read_cycle(fields_above: &mut Fields<'_, '_>) -> Option<Cycle> {
    fields_above.optional("window", |marked, findings| {
        fields(marked, findings, "a window", |fields| {
            let on = fields.required("on", duration);
            let off = fields.required("off", duration);
            let cycle = Cycle { on: on?, off: off? };
            if cycle.on.is_zero() {
                fields.refuse("the window never opens", "write a time above zero after `on`");
            }
            Some(cycle)
        })
    })
}

fn read_commands(marked: &Marked, findings: &mut Findings) -> Option<Vec<CommandKind>> {
    match &marked.node {
        Node::List(_) => items(word)(marked, findings),
        Node::Scalar(_) | Node::Map(_) => word(marked, findings).map(|one| vec![one]),
    }
}

/// A share: `0.2`, or `20%`.
fn probability(marked: &Marked, findings: &mut Findings) -> Option<f64> {
    let found = marked.scalar().unwrap_or_default();
    let share: Option<f64> = match (found.strip_suffix('%'), marked.meaning()) {
        (Some(percent), _) => percent.trim().parse().ok().map(|percent: f64| percent / 100.0),
        (None, Some(Meaning::Whole(_) | Meaning::Number)) => found.parse().ok(),
        (None, _) => None,
    };
    // A rule that is turned down to nothing is a rule: it never acts.
    let fitting = share.filter(|share| (0.0..=1.0).contains(share));
    if fitting.is_none() {
        let finding = mismatch(marked, "a probability");
        findings.add(finding.with_hint("write a share from 0 to 1, `0.2` or `20%`"));
    }
    fitting
}
