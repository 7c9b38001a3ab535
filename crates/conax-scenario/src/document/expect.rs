//! Reading expectations: what a value, a reply, the head-end or the drift should be like.

use conax_contract::crm::Operation;
use conax_contract::text::{
    Entry, Fields, Finding, Findings, Marked, Meaning, Node, Placed, Span, fields, items, mismatch,
    near_miss, near_or_known, shown, squash, text, word,
};

use super::matcher::{Kind, Matcher, Pattern};
use super::spec::{
    ConaxExpectation, DriftExpectation, ExampleExpectation, ExchangeExpectation, Expected, Keep,
    Path, ReplyExpectation,
};
use super::template::{Names, Template, is_name, template, undollared};
use super::values::bad_name;

/// The words by which an expectation says more than a value.
pub(super) const MATCHER_WORDS: [&str; 12] = [
    "is",
    "not",
    "one of",
    "contains",
    "starts with",
    "matches",
    "at least",
    "at most",
    "length",
    "each",
    "any order",
    "equals",
];

/// Reads what is expected of a value.
pub(super) fn matcher(marked: &Marked, names: &Names, findings: &mut Findings) -> Option<Matcher> {
    match &marked.node {
        Node::Scalar(_) => template(marked, names, findings).map(Matcher::Equals),
        Node::List(list) => {
            let read: Vec<_> =
                list.iter().map(|item| placed_matcher(item, names, findings)).collect();
            read.into_iter().collect::<Option<_>>().map(Matcher::List)
        }
        Node::Map(entries) => {
            let is_word = |entry: &Entry| MATCHER_WORDS.contains(&entry.key.as_str());
            if entries.iter().any(is_word) {
                return matcher_words(marked, names, findings);
            }
            if let Some((entry, word)) = entries.iter().find_map(nearly_a_word) {
                let message = format!("{} says nothing here", shown(&entry.key));
                let hint = format!("did you mean `{word}`?");
                findings.add(Finding::new(entry.key_span, message).with_hint(hint));
                return None;
            }
            let members: Vec<_> =
                entries.iter().map(|entry| expected(entry, &entry.key, names, findings)).collect();
            members.into_iter().collect::<Option<_>>().map(Matcher::Members)
        }
    }
}

/// A word of expectations that is written together or with a hyphen: `oneof`, `at-least`.
fn nearly_a_word(entry: &Entry) -> Option<(&Entry, &'static str)> {
    let mut words = MATCHER_WORDS.into_iter().filter(|word| word.contains(' '));
    let word = words.find(|word| squash(word) == squash(&entry.key))?;
    Some((entry, word))
}

pub(super) fn placed_matcher(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Placed<Matcher>> {
    let value = matcher(marked, names, findings)?;
    Some(Placed { value, span: marked.mark() })
}

fn matcher_words(marked: &Marked, names: &Names, findings: &mut Findings) -> Option<Matcher> {
    let inner = |marked: &Marked, findings: &mut Findings| matcher(marked, names, findings);
    let value = |marked: &Marked, findings: &mut Findings| template(marked, names, findings);
    let boxed = |matcher: Matcher| Box::new(matcher);
    fields(marked, findings, "an expectation", |fields| {
        let mut all = Vec::new();
        all.extend(said(fields, "is", word).map(Matcher::Is));
        all.extend(said(fields, "not", inner).map(boxed).map(Matcher::Not));
        all.extend(said(fields, "one of", items(value)).map(Matcher::OneOf));
        all.extend(said(fields, "contains", inner).map(boxed).map(Matcher::Contains));
        all.extend(said(fields, "starts with", value).map(Matcher::StartsWith));
        all.extend(said(fields, "matches", pattern).map(Matcher::Matches));
        all.extend(said(fields, "at least", decimal).map(Matcher::AtLeast));
        all.extend(said(fields, "at most", decimal).map(Matcher::AtMost));
        all.extend(said(fields, "length", inner).map(boxed).map(Matcher::Length));
        all.extend(said(fields, "each", inner).map(boxed).map(Matcher::Each));
        let any_order = items(|item, findings| placed_matcher(item, names, findings));
        all.extend(said(fields, "any order", any_order).map(Matcher::AnyOrder));
        all.extend(said(fields, "equals", value).map(Matcher::Equals));
        match all.len() {
            // What is wrong is among the findings.
            0 => None,
            1 => all.pop(),
            _ => Some(Matcher::All(all)),
        }
    })
}

/// The value of a key that may well be null: here that is a word like any other.
fn said<T>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    read: impl FnOnce(&Marked, &mut Findings) -> Option<T>,
) -> Option<T> {
    let entry = fields.entry(key)?;
    read(&entry.value, fields.findings)
}

fn decimal(marked: &Marked, findings: &mut Findings) -> Option<f64> {
    let found = match &marked.node {
        Node::Scalar(scalar) if matches!(scalar.meaning(), Meaning::Whole(_) | Meaning::Number) => {
            scalar.text.parse().ok()
        }
        _ => None,
    };
    if found.is_none() {
        findings.add(mismatch(marked, "a number"));
    }
    found
}

fn pattern(marked: &Marked, findings: &mut Findings) -> Option<Pattern> {
    let text = text(marked, findings)?;
    match regex_lite::Regex::new(&text) {
        Ok(regex) => Some(Pattern { text, regex }),
        Err(error) => {
            let message = format!("{} is not a pattern: {error}", shown(&text));
            let hint = "patterns are regular expressions, such as \"^COM\\\\.CRM\\\\.\"";
            findings.add(Finding::new(marked.span, message).with_hint(hint));
            None
        }
    }
}

/// What is expected at the path an entry names; `path` is where that is in the whole.
pub(super) fn expected(
    entry: &Entry,
    path: &str,
    names: &Names,
    findings: &mut Findings,
) -> Option<Expected> {
    let matcher = matcher(&entry.value, names, findings)?;
    Some(Expected {
        path: Path { text: entry.key.clone(), parts: Path::parse(path).parts },
        span: Span { start: entry.key_span.start, end: entry.value.span.end },
        matcher,
    })
}

/// All entries nobody has asked for, as expectations at paths below `root`.
pub(super) fn rest(fields: &mut Fields<'_, '_>, root: &str, names: &Names) -> Vec<Expected> {
    let entries = fields.rest();
    let read = entries.into_iter().filter_map(|entry| {
        let path = match root {
            "" => entry.key.clone(),
            root => format!("{root}.{}", entry.key),
        };
        expected(entry, &path, names, fields.findings)
    });
    read.collect()
}

/// Where the members of a reply are that an expectation names without saying where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// In `data`; `status` is the documented status block's code.
    Documented,
    /// At the root of the body.
    Body,
}

/// Reads what is expected of a reply.
pub(super) fn reply(
    marked: &Marked,
    root: Root,
    names: &Names,
    findings: &mut Findings,
) -> Option<ReplyExpectation> {
    // `expect: COMPLETED` says too little to be understood, `expect: OK` says enough.
    if let Node::Scalar(scalar) = &marked.node {
        let message = format!("{} is not an expectation of a reply", shown(&scalar.text));
        let hint = match root {
            Root::Documented => "write `expect: { status: OK, life_cycle_state: PENDING }`",
            Root::Body => "write `expect: { http: 200, text: { contains: OK } }`",
        };
        findings.add(Finding::new(marked.span, message).with_hint(hint));
        return None;
    }
    fields(marked, findings, "what is expected", |fields| {
        let http =
            fields.optional("http", |value, findings| placed_matcher(value, names, findings));
        let mut members = Vec::new();
        if root == Root::Documented {
            for (key, path) in [
                ("status", "status.code"),
                ("message", "status.message"),
                ("description", "status.description"),
                ("data", "data"),
                ("body", ""),
            ] {
                members.extend(special(fields, key, path, names));
            }
        } else {
            members.extend(special(fields, "text", TEXT, names));
            members.extend(special(fields, "body", "", names));
        }
        let example = fields.optional("example", example_name);
        let except = fields.list("except", text);
        let example = example.map(|operation| ExampleExpectation { operation, except });
        let says_status = members.iter().any(|one| one.path.text == "status");
        let root = match root {
            Root::Documented => "data",
            Root::Body => "",
        };
        members.extend(rest(fields, root, names));
        Some(ReplyExpectation {
            http,
            members,
            example,
            assumes_ok: root == "data" && !says_status,
        })
    })
}

/// The path that stands for the body as text.
pub(crate) const TEXT: &str = "(text)";

fn special(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    path: &str,
    names: &Names,
) -> Option<Expected> {
    // Null is a value here, so the entry itself is needed.
    let entry = fields.entry(key)?;
    let mut expected = expected(entry, path, names, fields.findings)?;
    if path == TEXT {
        expected.path.parts = vec![TEXT.to_owned()];
    }
    Some(expected)
}

fn example_name(marked: &Marked, findings: &mut Findings) -> Option<Placed<String>> {
    let name = text(marked, findings)?;
    let names = || {
        Operation::ALL
            .into_iter()
            .filter(|operation| operation.example_reply().is_some())
            .map(Operation::name)
    };
    if !names().any(|known| known == name) {
        let message = format!("there is no documented example of {}", shown(&name));
        let hint = near_or_known(&name, names);
        findings.add(Finding::new(marked.span, message).with_hint(hint));
        return None;
    }
    Some(Placed { value: name, span: marked.span })
}

/// Reads `keep`: names and paths.
pub(super) fn keeps(marked: &Marked, root: Root, findings: &mut Findings) -> Option<Vec<Keep>> {
    let Node::Map(entries) = &marked.node else {
        let finding = mismatch(marked, "names and paths");
        findings.add(finding.with_hint("write `keep: { request: id }`"));
        return None;
    };
    let mut keeps = Vec::new();
    for entry in entries {
        if !is_name(&entry.key) {
            findings.add(bad_name(&entry.key, entry));
            continue;
        }
        let Some(text) = text(&entry.value, findings) else {
            continue;
        };
        let parts = match root {
            Root::Documented => documented_path(&text),
            Root::Body => Path::parse(&text).parts,
        };
        keeps.push(Keep {
            name: entry.key.clone(),
            path: Placed { value: Path { text, parts }, span: entry.value.span },
        });
    }
    Some(keeps)
}

/// A path in a documented reply: below `data`, unless it says otherwise.
fn documented_path(text: &str) -> Vec<String> {
    let parts = Path::parse(text).parts;
    match parts.first().map(String::as_str) {
        Some("data") => parts,
        Some("status") => parts,
        Some("body") => parts[1..].to_vec(),
        _ => std::iter::once("data".to_owned()).chain(parts).collect(),
    }
}

/// Reads `expect conax`.
pub(super) fn conax(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<ConaxExpectation> {
    fields(marked, findings, "an expectation of Conax", |fields| {
        let card =
            fields.required("card", |value, findings| placed_template(value, names, findings));
        let any_order = |value: &Marked, findings: &mut Findings| set(value, names, findings);
        let entitled = fields.optional("entitled", any_order);
        let paired = fields.optional("paired", |value, findings| pairing(value, names, findings));
        let members = rest(fields, "", names);
        misspelt_members(&members, fields.findings);
        if entitled.is_none() && paired.is_none() && members.is_empty() {
            fields.refuse(
                "nothing is expected of the card",
                "write `entitled: [P1test]`, `paired: none`, `state: in_use` or the like",
            );
        }
        Some(ConaxExpectation { card: card?, entitled, paired, members })
    })
}

/// What the control API tells of a smartcard, and our own words for some of it.
const SMARTCARD_WORDS: [&str; 10] = [
    "card",
    "entitled",
    "paired",
    "id",
    "domain",
    "state",
    "entitlements",
    "pairing",
    "messages",
    "transactions",
];

/// A slip in a member that is expected to be absent could not fail.
fn misspelt_members(members: &[Expected], findings: &mut Findings) {
    for member in members {
        let Some(name) = member.path.parts.first() else {
            continue;
        };
        if SMARTCARD_WORDS.contains(&name.as_str()) {
            continue;
        }
        if let Some(near) = near_miss(name, SMARTCARD_WORDS) {
            let message = format!("Conax tells no {} of a card", shown(name));
            let hint = format!("did you mean `{near}`?");
            findings.add(Finding::new(member.span, message).with_hint(hint));
        }
    }
}

/// A list that is meant as a set; `none` is the empty one.
fn set(marked: &Marked, names: &Names, findings: &mut Findings) -> Option<Placed<Matcher>> {
    let value = match &marked.node {
        Node::Scalar(scalar) if scalar.text == "none" => Matcher::AnyOrder(Vec::new()),
        Node::List(list) => {
            let read: Vec<_> =
                list.iter().map(|item| placed_matcher(item, names, findings)).collect();
            Matcher::AnyOrder(read.into_iter().collect::<Option<_>>()?)
        }
        Node::Scalar(scalar) if !scalar.text.contains('$') => {
            let finding = mismatch(marked, "a list");
            findings.add(finding.with_hint("write `[P1test, SPORT]`, or `none`"));
            return None;
        }
        _ => matcher(marked, names, findings)?,
    };
    Some(Placed { value, span: marked.mark() })
}

fn pairing(marked: &Marked, names: &Names, findings: &mut Findings) -> Option<Placed<Matcher>> {
    let span = marked.mark();
    if matches!(&marked.node, Node::Scalar(scalar) if scalar.text == "none") {
        let value = Matcher::Is(Kind::Null);
        return Some(Placed { value, span });
    }
    fields(marked, findings, "a pairing", |fields| {
        let mut members = Vec::new();
        for (key, path) in [("smartcards", "smartcards"), ("modules", "pairing_modules")] {
            let read = fields.optional(key, |value, findings| set(value, names, findings));
            members.extend(read.map(|placed| Expected {
                path: Path { text: key.to_owned(), parts: vec![path.to_owned()] },
                span: placed.span,
                matcher: placed.value,
            }));
        }
        Some(Placed { value: Matcher::Members(members), span })
    })
}

/// The totals of the ledger: how a scenario calls them, and the control API.
pub(crate) const LEDGER_WORDS: [(&str, &str); 13] = [
    ("acknowledged", "acknowledged"),
    ("executed once", "once"),
    ("executed twice", "twice"),
    ("executed partly", "partly"),
    ("executed never", "never"),
    ("unknown", "unknown"),
    ("completed", "completed"),
    ("rejected", "rejected"),
    ("pending", "pending"),
    ("in flight", "in_flight"),
    ("unknown to the CRM", "unknown_to_crm"),
    ("false completions", "false_completions"),
    ("foreign executions", "foreign_executions"),
];

/// Reads `expect ledger`.
pub(super) fn ledger(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Vec<Expected>> {
    let members = fields(marked, findings, "an expectation of the ledger", |fields| {
        let mut members = Vec::new();
        for (key, path) in LEDGER_WORDS {
            let Some(entry) = fields.entry(key) else {
                continue;
            };
            members.extend(expected(entry, path, names, fields.findings));
        }
        Some(members)
    })?;
    if members.is_empty() {
        let finding = Finding::new(marked.mark(), "nothing is expected of the ledger");
        findings.add(finding.with_hint("write `acknowledged: 1` or the like"));
    }
    Some(members)
}

/// Reads `expect drift`.
pub(super) fn drift(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<DriftExpectation> {
    match &marked.node {
        Node::Scalar(scalar) if scalar.text == "none" => Some(DriftExpectation::None),
        Node::List(list) => {
            let read: Vec<_> = list.iter().map(|item| difference(item, names, findings)).collect();
            read.into_iter().collect::<Option<_>>().map(DriftExpectation::Exactly)
        }
        Node::Scalar(_) | Node::Map(_) => {
            let finding = mismatch(marked, "a list of differences");
            findings.add(finding.with_hint(
                "write `none`, or `[{ card: \"01900080207\", product: P1test, crm: none, conax: \
                 active }]`",
            ));
            None
        }
    }
}

/// The number of a request as text, among the members of a difference.
pub(crate) const REQUEST_TEXT: &str = "request_text";

fn difference(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Placed<Vec<Expected>>> {
    let value = fields(marked, findings, "a difference", |fields| {
        let mut members = Vec::new();
        // A difference names several smartcards and items; a scenario one of each.
        for (key, path, is_among) in [
            ("kind", "kind", false),
            ("card", "smartcards", true),
            ("product", "items", true),
            ("module", "items", true),
            ("crm", "crm", false),
            ("conax", "conax", false),
            ("request", "request", false),
            ("because", "because", false),
        ] {
            let Some(entry) = fields.entry(key) else {
                continue;
            };
            // A number that was kept is text, as the API has it; one that is written here may be
            // either.
            let is_text = !matches!(entry.value.meaning(), Some(Meaning::Whole(_)));
            let path = match path {
                "request" if is_text => REQUEST_TEXT,
                path => path,
            };
            let read = expected(entry, path, names, fields.findings);
            members.extend(read.map(|one| Expected {
                matcher: match is_among {
                    true => Matcher::Contains(Box::new(one.matcher)),
                    false => one.matcher,
                },
                ..one
            }));
        }
        Some(members)
    })?;
    Some(Placed { value, span: marked.mark() })
}

/// Reads `expect exchanges`.
pub(super) fn exchanges(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<ExchangeExpectation> {
    fields(marked, findings, "an expectation of exchanges", |fields| {
        let value = |marked: &Marked, findings: &mut Findings| template(marked, names, findings);
        let api = fields.optional("door", text);
        let api = match api.as_deref() {
            None | Some("conax") => "dispatch",
            Some("crm") => "crm",
            Some(other) => {
                let message = format!("{} is not an API with exchanges", shown(other));
                fields.refuse(message, "allowed: `conax`, `crm`");
                "dispatch"
            }
        };
        let card = fields.optional("card", value);
        let request = fields.optional("request", value);
        let count =
            fields.required("count", |value, findings| placed_matcher(value, names, findings));
        Some(ExchangeExpectation { api: api.to_owned(), card, request, count: count? })
    })
}

/// A template where a text is expected.
pub(super) fn placed_template(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Placed<Template>> {
    if let Some(finding) = undollared(marked, names) {
        findings.add(finding);
        return None;
    }
    let value = template(marked, names, findings)?;
    Some(Placed { value, span: marked.span })
}
