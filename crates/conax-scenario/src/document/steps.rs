//! Reading steps.

use std::collections::BTreeMap;

use conax_contract::crm::{LifeCycleState, Operation};
use conax_contract::fault::{WEATHERS, rules_of};
use conax_contract::text::{
    Fields, Finding, Findings, Marked, Node, Placed, duration, fields, items, mismatch, near_miss,
    number, parse_duration, parse_moment, placed, shown, text,
};

use super::calls;
use super::expect::{self, Root, placed_template};
use super::loader::Loader;
use super::spec::{Action, Included, Over, Passing, Repeat, Step, Wait};
use super::template::{Names, Template, is_name, template};
use super::values::{self, bad_name};

/// What steps are called, in the order help shows them.
pub(super) const ACTIONS: [&str; 17] = [
    "call",
    "process",
    "wait",
    "advance",
    "settle",
    "expect conax",
    "expect ledger",
    "expect drift",
    "expect exchanges",
    "fault",
    "calm",
    "heal",
    "repeat",
    "parallel",
    "use",
    "utility",
    "raw",
];

/// Actions that may stand alone, as a single word.
const BARE: [&str; 4] = ["process", "settle", "calm", "heal"];

/// The most times steps are repeated.
const REPEAT_LIMIT: u64 = 1_000_000;

/// Reads a list of steps.
pub(super) fn steps(
    marked: &Marked,
    names: &mut Names,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<Vec<Step>> {
    let Node::List(list) = &marked.node else {
        let finding = mismatch(marked, "a list of steps");
        findings.add(finding.with_hint("write one step per line, each after `- `"));
        return None;
    };
    Some(list.iter().filter_map(|item| step(item, names, loader, findings)).collect())
}

fn step(
    marked: &Marked,
    names: &mut Names,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<Step> {
    let action = match &marked.node {
        Node::Scalar(scalar) => bare(marked, &scalar.text, findings)?,
        Node::List(_) => {
            findings.add(not_a_step(marked, "a list"));
            return None;
        }
        Node::Map(entries) => {
            let actions: Vec<&str> = entries
                .iter()
                .map(|entry| entry.key.as_str())
                .filter(|key| ACTIONS.contains(key))
                .collect();
            match actions.as_slice() {
                [] => {
                    findings.add(unknown_action(marked, entries.first()));
                    return None;
                }
                [_] => {}
                [first, second, ..] => {
                    let message = format!("`{first}` and `{second}` are two steps");
                    let hint = "begin each step with a `- ` of its own";
                    findings.add(Finding::new(marked.mark(), message).with_hint(hint));
                    return None;
                }
            }
            fields(marked, findings, "a step", |fields| action(fields, actions[0], names, loader))?
        }
    };
    Some(Step { span: marked.mark(), file: loader.included_file(), action })
}

fn not_a_step(marked: &Marked, found: &str) -> Finding {
    Finding::new(marked.mark(), format!("{found} is not a step")).with_hint(format!(
        "a step begins with one of {}",
        ACTIONS.map(|action| format!("`{action}`")).join(", ")
    ))
}

fn unknown_action(marked: &Marked, first: Option<&conax_contract::text::Entry>) -> Finding {
    let Some(first) = first else {
        return not_a_step(marked, "an empty map");
    };
    let near =
        near_miss(&first.key, ACTIONS).or_else(|| Operation::from_name(&first.key).map(|_| "call"));
    let finding = Finding::new(first.key_span, format!("there is no step {}", shown(&first.key)));
    finding.with_hint(match near {
        Some("call") if Operation::from_name(&first.key).is_some() => {
            format!("write `call: {}`, and its parameters under `with`", first.key)
        }
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "a step begins with one of {}",
            ACTIONS.map(|action| format!("`{action}`")).join(", ")
        ),
    })
}

fn bare(marked: &Marked, word: &str, findings: &mut Findings) -> Option<Action> {
    Some(match word {
        "process" => Action::Process(Vec::new()),
        "settle" => Action::Settle(None),
        "calm" => Action::Calm(None),
        "heal" => Action::Heal,
        word => {
            let finding = if ACTIONS.contains(&word) {
                Finding::new(marked.span, format!("`{word}` says nothing yet"))
                    .with_hint(format!("write `{word}: …`; see `conax-sim help scenario-language`"))
            } else {
                let finding =
                    Finding::new(marked.span, format!("there is no step {}", shown(word)));
                match near_miss(word, ACTIONS) {
                    Some(near) => finding.with_hint(format!("did you mean `{near}`?")),
                    None => finding.with_hint(format!(
                        "steps of one word are {}",
                        BARE.map(|bare| format!("`{bare}`")).join(", ")
                    )),
                }
            };
            findings.add(finding);
            return None;
        }
    })
}

fn action(
    fields: &mut Fields<'_, '_>,
    name: &str,
    names: &mut Names,
    loader: &mut Loader<'_>,
) -> Option<Action> {
    match name {
        "call" => calls::call(fields, names).map(Box::new).map(Action::Call),
        "raw" => calls::raw(fields, names).map(Box::new).map(Action::Raw),
        "utility" => calls::utility(fields, names).map(Box::new).map(Action::Utility),
        "process" => Some(Action::Process(process(fields, names))),
        "advance" => fields.required("advance", passing).map(Action::Advance),
        "settle" => Some(Action::Settle(fields.optional("settle", duration))),
        "wait" => wait(fields, names).map(Box::new).map(Action::Wait),
        "expect conax" => fields
            .required("expect conax", |value, findings| expect::conax(value, names, findings))
            .map(Box::new)
            .map(Action::ExpectConax),
        "expect ledger" => fields
            .required("expect ledger", |value, findings| expect::ledger(value, names, findings))
            .map(Action::ExpectLedger),
        "expect drift" => fields
            .required("expect drift", |value, findings| expect::drift(value, names, findings))
            .map(Action::ExpectDrift),
        "expect exchanges" => fields
            .required("expect exchanges", |value, findings| {
                expect::exchanges(value, names, findings)
            })
            .map(Box::new)
            .map(Action::ExpectExchanges),
        "fault" => fields
            .required("fault", |value, findings| fault(value, names, findings))
            .map(Action::Fault),
        "calm" => Some(Action::Calm(
            fields.optional("calm", |value, findings| template(value, names, findings)),
        )),
        "heal" => {
            let entry = fields.entry("heal")?;
            if !entry.value.is_null() {
                fields.refuse("`heal` takes nothing", "write `- heal`");
            }
            Some(Action::Heal)
        }
        "repeat" => fields
            .required("repeat", |value, findings| repeat(value, names, loader, findings))
            .map(Box::new)
            .map(Action::Repeat),
        "parallel" => fields
            .required("parallel", |value, findings| parallel(value, names, loader, findings))
            .map(Action::Parallel),
        "use" => include(fields, names, loader).map(Box::new).map(Action::Use),
        _ => None,
    }
}

fn process(fields: &mut Fields<'_, '_>, names: &Names) -> Vec<super::spec::Expected> {
    let _ = fields.entry("process");
    fields
        .optional("expect", |value, findings| {
            self::fields(value, findings, "what a processing run did", |fields| {
                let mut members = Vec::new();
                for key in ["completed", "rejected"] {
                    if let Some(entry) = fields.entry(key) {
                        members.extend(expect::expected(entry, key, names, fields.findings));
                    }
                }
                Some(members)
            })
        })
        .unwrap_or_default()
}

fn passing(marked: &Marked, findings: &mut Findings) -> Option<Passing> {
    let written = match &marked.node {
        Node::Scalar(scalar) => Some(scalar.text.as_str()),
        Node::List(_) | Node::Map(_) => None,
    };
    if let Some(to) = written.and_then(parse_moment) {
        return Some(Passing::To(to));
    }
    if let Some(by) = written.and_then(parse_duration) {
        return Some(Passing::By(by));
    }
    let finding = mismatch(marked, "a duration or a date");
    findings.add(finding.with_hint("write `10min`, `2h`, `31d`, or 2014-11-30T09:00:00"));
    None
}

fn wait(fields: &mut Fields<'_, '_>, names: &mut Names) -> Option<Wait> {
    let parts = fields.required("wait", |value, findings| {
        self::fields(value, findings, "a wait", |fields| {
            let request =
                fields.required("request", |value, findings| request_name(value, names, findings));
            let until = fields.required("until", state);
            let never = fields.optional("never", |value, findings| match &value.node {
                Node::List(_) => items(state)(value, findings),
                Node::Scalar(_) | Node::Map(_) => state(value, findings).map(|one| vec![one]),
            });
            let within = fields.required("within", placed(duration));
            let (request, until, within) = (request?, until?, within?);
            if until.value == "PENDING" {
                let message = "nothing becomes PENDING: a request begins so";
                let finding = Finding::new(until.span, message);
                fields.findings.add(finding.with_hint("wait for COMPLETED or REJECTED"));
            }
            Some((request, until, never.unwrap_or_default(), within))
        })
    });
    let expectation = fields.optional("expect", |value, findings| {
        expect::reply(value, Root::Documented, names, findings)
    });
    let keep =
        fields.optional("keep", |value, findings| expect::keeps(value, Root::Documented, findings));
    let keep = keep.unwrap_or_default();
    keep.iter().for_each(|keep| names.add(&keep.name));
    let (request, until, never, within) = parts?;
    Some(Wait {
        request,
        until,
        never,
        within,
        expect: expectation.map(|one| one.members).unwrap_or_default(),
        keep,
    })
}

/// A number or an id; a word is a variable that lacks its dollar sign.
fn request_name(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Placed<Template>> {
    let read = placed_template(marked, names, findings)?;
    let Node::Scalar(scalar) = &marked.node else {
        findings.add(mismatch(marked, "a request"));
        return None;
    };
    let text = scalar.text.as_str();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.contains('$') || is_number || is_id {
        return Some(read);
    }
    let message = format!("{} is neither a number nor an id of a request", shown(text));
    let hint = match near_miss(text, names.all()) {
        Some(near) => format!("did you mean `${near}`?"),
        None => "keep one with `keep: { request: number }` and write `$request`".to_owned(),
    };
    findings.add(Finding::new(marked.span, message).with_hint(hint));
    None
}

fn state(marked: &Marked, findings: &mut Findings) -> Option<Placed<String>> {
    let name = text(marked, findings)?;
    if LifeCycleState::from_code(&name).is_none() {
        let codes = || LifeCycleState::ALL.into_iter().map(LifeCycleState::code);
        let allowed = codes().collect::<Vec<_>>().join(", ");
        let hint = match near_miss(&name, codes()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("allowed: {allowed}"),
        };
        let message = format!("{} is not a state of a request", shown(&name));
        findings.add(Finding::new(marked.span, message).with_hint(hint));
        return None;
    }
    Some(Placed { value: name, span: marked.span })
}

/// Reads fault rules: one, a list, or the name of a preset. A rule with variables is checked when
/// it is used.
pub(super) fn fault(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Vec<Placed<Template>>> {
    match &marked.node {
        Node::List(list) => {
            Some(list.iter().filter_map(|item| rule(item, names, findings)).collect())
        }
        Node::Scalar(_) | Node::Map(_) => rule(marked, names, findings).map(|one| vec![one]),
    }
}

fn rule(marked: &Marked, names: &Names, findings: &mut Findings) -> Option<Placed<Template>> {
    let read = template(marked, names, findings)?;
    let value = match &read {
        Template::Plain(serde_json::Value::String(name)) => named_rule(name, marked, findings)?,
        _ => read,
    };
    if !value.has_variables() && matches!(marked.node, Node::Map(_)) {
        rules_of(marked, findings)?;
    }
    Some(Placed { value, span: marked.mark() })
}

/// A word: a preset or a weather.
fn named_rule(name: &str, marked: &Marked, findings: &mut Findings) -> Option<Template> {
    let pair = |key: &str| Template::Map(vec![(key.to_owned(), Template::text(name))]);
    if WEATHERS.iter().any(|weather| weather.name == name) {
        return Some(pair("weather"));
    }
    // The reader of rules knows the near misses.
    let as_rule = Marked {
        span: marked.span,
        node: Node::Map(vec![conax_contract::text::Entry {
            key: "preset".to_owned(),
            key_span: marked.span,
            value: marked.clone(),
        }]),
    };
    rules_of(&as_rule, findings).map(|_| pair("preset"))
}

fn repeat(
    marked: &Marked,
    names: &mut Names,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<Repeat> {
    fields(marked, findings, "a repetition", |fields| {
        let times = fields.optional("times", number(1..=REPEAT_LIMIT));
        let name = fields.optional("for", variable_name);
        let list = fields.optional("in", |value, findings| placed_template(value, names, findings));
        let is_said = fields.entry("times").is_some()
            || fields.entry("for").is_some() && fields.entry("in").is_some();
        let over = match (times, name, list) {
            (Some(times), None, None) => Some(Over::Times(times)),
            (None, Some(name), Some(list)) => Some(Over::Each { name, list }),
            // What is wrong with it is among the findings.
            (None, _, None) | (None, None, _) if is_said => None,
            _ => {
                fields.refuse(
                    "how often is not said",
                    "write `times: 3`, or `for: card` with `in: [\"01900080207\", …]`",
                );
                None
            }
        };
        // What is kept inside is known outside: the last time decides.
        names.add("index");
        if let Some(entry) = fields.entry("for") {
            names.add(&scalar_text(&entry.value));
        }
        let steps =
            fields.required("steps", |value, findings| steps(value, names, loader, findings));
        Some(Repeat { over: over?, steps: steps? })
    })
}

fn scalar_text(marked: &Marked) -> String {
    match &marked.node {
        Node::Scalar(scalar) => scalar.text.clone(),
        Node::List(_) | Node::Map(_) => String::new(),
    }
}

fn variable_name(marked: &Marked, findings: &mut Findings) -> Option<String> {
    let name = text(marked, findings)?;
    if !is_name(&name) {
        let message = format!("{} is not a name for a variable", shown(&name));
        let hint = "a name has letters, digits and `_`, and no dollar sign where it is made";
        findings.add(Finding::new(marked.span, message).with_hint(hint));
        return None;
    }
    Some(name)
}

fn parallel(
    marked: &Marked,
    names: &mut Names,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<Vec<Step>> {
    let steps = steps(marked, names, loader, findings)?;
    for step in &steps {
        if !matches!(step.action, Action::Call(_) | Action::Raw(_)) {
            let message = "only calls can be made at the same time";
            let hint = "keep `call` and `raw` under `parallel`, and put other steps after it";
            findings.add(Finding::new(step.span, message).with_hint(hint));
        }
    }
    Some(steps)
}

fn include(
    fields: &mut Fields<'_, '_>,
    names: &mut Names,
    loader: &mut Loader<'_>,
) -> Option<Included> {
    let path = fields.required("use", placed(text));
    let mut fixed = values::Values::new();
    let mut with = Vec::new();
    if let Some(entry) = fields.entry("with") {
        let Node::Map(entries) = &entry.value.node else {
            fields.findings.add(mismatch(&entry.value, "parameters"));
            return None;
        };
        for entry in entries {
            if !is_name(&entry.key) {
                fields.findings.add(bad_name(&entry.key, entry));
                continue;
            }
            let Some(value) = template(&entry.value, names, fields.findings) else {
                continue;
            };
            // What is known now may stand for anything; the rest is a value of the run.
            if !value.has_variables() {
                fixed.insert(entry.key.clone(), entry.value.clone());
            }
            with.push((entry.key.clone(), value));
        }
    }
    let keep: Vec<(String, Placed<String>)> = fields.optional("keep", renames).unwrap_or_default();
    let path = path?;
    let parameters: BTreeMap<&str, ()> = with.iter().map(|(name, _)| (name.as_str(), ())).collect();
    let included = loader.include(&path, &parameters, &fixed, fields.findings)?;
    for (_, theirs) in &keep {
        if !included.names.knows(&theirs.value) {
            let message = format!("`{}` keeps nothing called {}", path.value, shown(&theirs.value));
            fields.findings.add(Finding::new(theirs.span, message));
        }
    }
    keep.iter().for_each(|(mine, _)| names.add(mine));
    Some(Included {
        path: included.path,
        with,
        keep: keep.into_iter().map(|(mine, theirs)| (mine, theirs.value)).collect(),
        steps: included.steps,
    })
}

fn renames(marked: &Marked, findings: &mut Findings) -> Option<Vec<(String, Placed<String>)>> {
    let Node::Map(entries) = &marked.node else {
        let finding = mismatch(marked, "names");
        findings.add(finding.with_hint("write `keep: { mine: theirs }`"));
        return None;
    };
    let read = entries.iter().filter_map(|entry| {
        let theirs = placed(text)(&entry.value, findings)?;
        Some((entry.key.clone(), theirs))
    });
    Some(read.collect())
}
