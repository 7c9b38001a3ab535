//! What can go wrong, in words: a word of its own, or a key with a value.

use super::shape::{FORMS, ShapeSpec};
use super::spec::{ActionSpec, PhaseSpec, TlsSpec, WhatSpec};
use crate::cas::RejectionCause;
use crate::text::{
    Finding, Findings, Marked, Meaning, Node, duration, fields, flag, mismatch, near_miss, number,
    parse_duration, shown, text, word,
};

/// Words that stand alone.
const ALONE: &[(&str, WhatSpec)] = &[
    ("refuse", WhatSpec::Refuse),
    ("no-route", WhatSpec::NoRoute),
    ("connect-timeout", WhatSpec::ConnectTimeout),
    ("silence", WhatSpec::Silence),
    ("reset", WhatSpec::Reset),
    ("hang-up", WhatSpec::HangUp),
    ("false-ok", WhatSpec::FalseOk),
    ("twice", WhatSpec::Twice),
    ("swap", WhatSpec::Swap),
    ("console-cancel", WhatSpec::ConsoleCancel),
    ("garble", WhatSpec::Garble),
    ("byte-order-mark", WhatSpec::ByteOrderMark),
    ("no-transaction-id", WhatSpec::NoTransactionId),
    ("repeated-transaction-id", WhatSpec::RepeatedTransactionId),
    ("foreign-transaction-id", WhatSpec::ForeignTransactionId),
    ("no-status", WhatSpec::NoStatus),
];

/// Keys that take a value.
const KEYS: &[&str] = &[
    "delay",
    "tls",
    "http",
    "soap-fault",
    "reject",
    "late",
    "stale",
    "partial",
    "lose",
    "emm-lag",
    "clock-skew",
    "cut",
    "trickle",
    "encoding",
    "status",
    "throttle",
];

/// The longest body of an answer a rule may give.
const BODY_LIMIT: usize = 1 << 20;

/// Every word and key, for help and hints.
pub(super) fn vocabulary() -> impl Iterator<Item = &'static str> {
    ALONE
        .iter()
        .map(|(word, _)| *word)
        .chain(KEYS.iter().copied())
}

/// Reads an action: a word, or a map with one key (and `at`).
pub(super) fn read_action(
    marked: &Marked,
    at: Option<PhaseSpec>,
    findings: &mut Findings,
) -> Option<ActionSpec> {
    let (own, what) = match &marked.node {
        Node::Scalar(scalar) => (None, alone(marked, &scalar.text, findings)?),
        Node::Map(_) => keyed(marked, findings)?,
        Node::List(_) => {
            findings.add(mismatch(marked, "one thing that goes wrong"));
            return None;
        }
    };
    let phase = own.or(at).unwrap_or_else(|| usual_phase(&what));
    Some(ActionSpec {
        phase: fitting_phase(&what, phase),
        what,
    })
}

fn alone(marked: &Marked, found: &str, findings: &mut Findings) -> Option<WhatSpec> {
    let known = ALONE.iter().find(|(word, _)| *word == found);
    if known.is_none() {
        let message = format!("{} is nothing that can go wrong", shown(found));
        let hint = match near_miss(found, vocabulary()) {
            Some(near) if KEYS.contains(&near) => format!("did you mean `{near}: …`?"),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "known here: {}",
                vocabulary().collect::<Vec<_>>().join(", ")
            ),
        };
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    known.map(|(_, what)| what.clone())
}

fn keyed(marked: &Marked, findings: &mut Findings) -> Option<(Option<PhaseSpec>, WhatSpec)> {
    fields(marked, findings, "an action", |fields| {
        let at = fields.optional("at", word::<PhaseSpec>);
        let mut found: Vec<WhatSpec> = Vec::new();
        let mut is_there = false;
        for (key, read) in READERS {
            if let Some(value) = fields.take(key) {
                is_there = true;
                found.extend(read(value, fields.findings));
            }
        }
        for (word, what) in ALONE {
            if let Some(value) = fields.take(word) {
                is_there = true;
                match &value.node {
                    Node::Map(entries) if entries.is_empty() => found.push(what.clone()),
                    _ => fields
                        .findings
                        .add(mismatch(value, "nothing").with_hint(format!("write `{word}: {{}}`"))),
                }
            }
        }
        match found.len() {
            1 => found.pop().map(|what| (at, what)),
            0 if is_there => None,
            0 => {
                fields.refuse(
                    "this says nothing that goes wrong",
                    "write one key such as `delay: 200ms` or `http: 503`",
                );
                None
            }
            _ => {
                fields.refuse(
                    "this says several things that go wrong",
                    "write a list, one after each `- `",
                );
                None
            }
        }
    })
}

type Reader = fn(&Marked, &mut Findings) -> Option<WhatSpec>;

const READERS: &[(&str, Reader)] = &[
    ("delay", |marked, findings| {
        shape(marked, findings).map(WhatSpec::Delay)
    }),
    ("tls", |marked, findings| {
        word::<TlsSpec>(marked, findings).map(WhatSpec::Tls)
    }),
    ("http", read_http),
    ("soap-fault", read_soap_fault),
    ("reject", read_reject),
    ("late", |marked, findings| {
        duration(marked, findings).map(WhatSpec::Late)
    }),
    ("stale", |marked, findings| {
        duration(marked, findings).map(WhatSpec::Stale)
    }),
    ("partial", |marked, findings| {
        number(0..=100_000_i64)(marked, findings)
            .map(|count| WhatSpec::Partial(usize::try_from(count).unwrap_or_default()))
    }),
    ("lose", |marked, findings| {
        duration(marked, findings).map(WhatSpec::Lose)
    }),
    ("emm-lag", |marked, findings| {
        duration(marked, findings).map(WhatSpec::EmmLag)
    }),
    ("clock-skew", read_skew),
    ("cut", read_cut),
    ("trickle", |marked, findings| {
        number(1..=1_000_000_000_u32)(marked, findings).map(WhatSpec::Trickle)
    }),
    ("encoding", |marked, findings| {
        text(marked, findings).map(WhatSpec::Encoding)
    }),
    ("status", |marked, findings| {
        text(marked, findings).map(WhatSpec::UnknownStatus)
    }),
    ("throttle", read_throttle),
];

fn scalar(marked: &Marked) -> Option<&str> {
    match &marked.node {
        Node::Scalar(scalar) => Some(scalar.text.as_str()),
        Node::List(_) | Node::Map(_) => None,
    }
}

fn shape(marked: &Marked, findings: &mut Findings) -> Option<ShapeSpec> {
    let parsed = scalar(marked).and_then(|text| ShapeSpec::parse(text).ok());
    if parsed.is_none() {
        let hint = format!("write one like {}", FORMS.join(", "));
        findings.add(mismatch(marked, "a delay").with_hint(hint));
    }
    parsed
}

fn read_http(marked: &Marked, findings: &mut Findings) -> Option<WhatSpec> {
    let page = |status: u16| format!("<html><body><h1>HTTP {status}</h1></body></html>");
    // What is below is no answer yet, and 204 and 304 have no body to send.
    let status = number(200..=599_u16);
    if marked.meaning().is_some() {
        let status = status(marked, findings)?;
        return Some(WhatSpec::Http {
            status,
            content_type: "text/html".to_owned(),
            body: page(status),
        });
    }
    fields(marked, findings, "an HTTP answer", |fields| {
        let status = fields.required("status", &status);
        let content_type = fields.optional("type", text);
        let body = fields.optional("body", any_text);
        let status = status?;
        Some(WhatSpec::Http {
            status,
            content_type: content_type.unwrap_or_else(|| "text/html".to_owned()),
            body: body.unwrap_or_else(|| page(status)),
        })
    })
}

/// A text that may be empty.
fn any_text(marked: &Marked, findings: &mut Findings) -> Option<String> {
    match scalar(marked) {
        Some(text) if text.len() <= BODY_LIMIT => Some(text.to_owned()),
        _ => {
            findings.add(mismatch(marked, "a text of at most a mebibyte"));
            None
        }
    }
}

fn read_soap_fault(marked: &Marked, findings: &mut Findings) -> Option<WhatSpec> {
    fields(marked, findings, "a SOAP fault", |fields| {
        let code = fields.optional("code", text);
        let string = fields.required("string", text);
        Some(WhatSpec::SoapFault {
            code: code.unwrap_or_else(|| "soap:Server".to_owned()),
            string: string?,
        })
    })
}

fn read_reject(marked: &Marked, findings: &mut Findings) -> Option<WhatSpec> {
    if marked.meaning().is_some() {
        let cause = read_cause(marked, findings)?;
        return Some(WhatSpec::Reject {
            cause,
            message: None,
        });
    }
    fields(marked, findings, "a rejection", |fields| {
        let cause = fields.required("status", read_cause);
        let message = fields.optional("message", text);
        Some(WhatSpec::Reject {
            cause: cause?,
            message,
        })
    })
}

/// A cause, in the upper case of status codes or in lower case.
fn read_cause(marked: &Marked, findings: &mut Findings) -> Option<RejectionCause> {
    let found = scalar(marked).unwrap_or_default();
    let key = match found {
        "INPUT_VALIDATION_ERROR" => "input_validation".to_owned(),
        other => other.to_lowercase(),
    };
    let cause = RejectionCause::ALL
        .into_iter()
        .find(|cause| cause.code() == key);
    if cause.is_none() {
        let codes: Vec<String> = RejectionCause::ALL
            .into_iter()
            .map(|cause| cause.code().to_uppercase())
            .collect();
        let message = format!("{} is not a reason to reject", shown(found));
        let hint = match near_miss(&found.to_uppercase(), codes.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", codes.join(", ")),
        };
        findings.add(Finding::new(marked.mark(), message).with_hint(hint));
    }
    cause
}

fn read_skew(marked: &Marked, findings: &mut Findings) -> Option<WhatSpec> {
    let found = scalar(marked).unwrap_or_default();
    let (sign, length) = match found.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, found),
    };
    let millis = parse_duration(length).and_then(|length| i64::try_from(length.as_millis()).ok());
    if millis.is_none() {
        findings.add(mismatch(marked, "a duration").with_hint("write `1h` or `-1h`"));
    }
    millis.map(|millis| WhatSpec::ClockSkew(sign * millis))
}

fn read_cut(marked: &Marked, findings: &mut Findings) -> Option<WhatSpec> {
    let found = scalar(marked).unwrap_or_default();
    let percent = found
        .strip_suffix('%')
        .and_then(|text| text.trim().parse::<f64>().ok());
    let share = percent.filter(|percent| (0.0..100.0).contains(percent));
    if share.is_none() {
        let hint = "write how much still arrives, from `0%` (headers only) to `99%`";
        findings.add(mismatch(marked, "a share of the body").with_hint(hint));
    }
    share.map(|percent| WhatSpec::Cut(percent / 100.0))
}

fn read_throttle(marked: &Marked, findings: &mut Findings) -> Option<WhatSpec> {
    fields(marked, findings, "a throttle", |fields| {
        let per_second = fields.required("per_second", positive);
        let burst = fields
            .optional("burst", number(1..=1_000_000_u32))
            .unwrap_or(1);
        let rejects = fields.optional("rejects", flag).unwrap_or(false);
        Some(WhatSpec::Throttle {
            per_second: per_second?,
            burst,
            rejects,
        })
    })
}

/// A number above zero, whole or not.
fn positive(marked: &Marked, findings: &mut Findings) -> Option<f64> {
    let plain = !matches!(marked.meaning(), None | Some(Meaning::Text));
    let parsed = scalar(marked)
        .filter(|_| plain)
        .and_then(|text| text.parse::<f64>().ok());
    let number = parsed.filter(|number| number.is_finite() && *number > 0.0);
    if number.is_none() {
        findings.add(mismatch(marked, "a number above zero"));
    }
    number
}

/// When something goes wrong unless it is said.
fn usual_phase(what: &WhatSpec) -> PhaseSpec {
    match what {
        WhatSpec::Refuse | WhatSpec::NoRoute | WhatSpec::ConnectTimeout | WhatSpec::Tls(_) => {
            PhaseSpec::Connect
        }
        WhatSpec::Cut(_)
        | WhatSpec::Trickle(_)
        | WhatSpec::Garble
        | WhatSpec::Encoding(_)
        | WhatSpec::ByteOrderMark
        | WhatSpec::NoTransactionId
        | WhatSpec::RepeatedTransactionId
        | WhatSpec::ForeignTransactionId
        | WhatSpec::NoStatus
        | WhatSpec::UnknownStatus(_) => PhaseSpec::AfterApply,
        _ => PhaseSpec::BeforeApply,
    }
}

/// What only makes sense at one time keeps it, whatever is said for the rule as a whole.
fn fitting_phase(what: &WhatSpec, said: PhaseSpec) -> PhaseSpec {
    let movable = matches!(
        what,
        WhatSpec::Delay(_)
            | WhatSpec::Silence
            | WhatSpec::Reset
            | WhatSpec::HangUp
            | WhatSpec::Http { .. }
            | WhatSpec::SoapFault { .. }
            | WhatSpec::Reject { .. }
    );
    match (movable, said) {
        (false, _) => usual_phase(what),
        (true, PhaseSpec::Connect) => PhaseSpec::BeforeApply,
        (true, said) => said,
    }
}
