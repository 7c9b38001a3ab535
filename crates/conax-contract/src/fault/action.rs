//! What can go wrong, in words: a word of its own, or a key with a value.

use conax_model::cas::RejectionCause;
use conax_model::fault::{
    Action, AnswerFault, CommandFault, ConnectFault, Effect, End, Phase, Throttle, What,
};

use super::shape::read_shape;
use crate::text::{
    Finding, Findings, Marked, Meaning, Node, duration, fields, flag, mismatch, near_miss,
    near_or_known, number, parse_duration, shown, text, word,
};

/// Words that stand alone.
const ALONE: &[(&str, What)] = &[
    ("refuse", What::Connect(ConnectFault::Refused)),
    ("no-route", What::Connect(ConnectFault::NoRoute)),
    ("connect-timeout", What::Connect(ConnectFault::TimedOut)),
    ("silence", What::End(End::Silence)),
    ("reset", What::End(End::Reset)),
    ("hang-up", What::End(End::HangUp)),
    ("false-ok", What::Effect(Effect::FalseOk)),
    ("twice", What::Effect(Effect::Twice)),
    ("swap", What::Effect(Effect::Swap)),
    ("console-cancel", What::Command(CommandFault::ConsoleCancel)),
    ("garble", What::Answer(AnswerFault::Garble)),
    ("byte-order-mark", What::Answer(AnswerFault::ByteOrderMark)),
    ("no-transaction-id", What::Answer(AnswerFault::NoTransactionId)),
    ("repeated-transaction-id", What::Answer(AnswerFault::RepeatedTransactionId)),
    ("foreign-transaction-id", What::Answer(AnswerFault::ForeignTransactionId)),
    ("no-status", What::Answer(AnswerFault::NoStatus)),
];

/// The longest body of an answer a rule may give.
const BODY_LIMIT: usize = 1 << 20;

/// Every word and key, for hints.
fn vocabulary() -> impl Iterator<Item = &'static str> {
    let alone = ALONE.iter().map(|(word, _)| *word);
    alone.chain(READERS.iter().map(|(key, _)| *key))
}

/// Reads an action: a word, or a map with one key (and `at`).
pub(super) fn read_action(
    marked: &Marked,
    at: Option<Phase>,
    findings: &mut Findings,
) -> Option<Action> {
    let (own, what) = match &marked.node {
        Node::Scalar(scalar) => (None, alone(marked, &scalar.text, findings)?),
        Node::Map(_) => keyed(marked, findings)?,
        Node::List(_) => {
            findings.add(mismatch(marked, "one thing that goes wrong"));
            return None;
        }
    };
    Some(Action::new(what, own.or(at)))
}

fn alone(marked: &Marked, found: &str, findings: &mut Findings) -> Option<What> {
    let known = ALONE.iter().find(|(word, _)| *word == found);
    if known.is_none() {
        let message = format!("{} is nothing that can go wrong", shown(found));
        let is_key = |near: &&str| READERS.iter().any(|(key, _)| key == near);
        let hint = match near_miss(found, vocabulary()).filter(is_key) {
            Some(key) => format!("did you mean `{key}: …`?"),
            None => near_or_known(found, vocabulary),
        };
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    known.map(|(_, what)| what.clone())
}

fn keyed(marked: &Marked, findings: &mut Findings) -> Option<(Option<Phase>, What)> {
    fields(marked, findings, "an action", |fields| {
        let at = fields.optional("at", word::<Phase>);
        let mut found: Vec<What> = Vec::new();
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

type Reader = fn(&Marked, &mut Findings) -> Option<What>;

/// Keys that take a value.
const READERS: &[(&str, Reader)] = &[
    ("delay", |value, findings| Some(What::Delay(read_shape(value, findings)?))),
    ("tls", |value, findings| Some(What::Connect(ConnectFault::Tls(word(value, findings)?)))),
    ("http", read_http),
    ("soap-fault", read_soap_fault),
    ("reject", read_reject),
    ("late", |value, findings| Some(What::Effect(Effect::Late(duration(value, findings)?)))),
    ("stale", |value, findings| Some(What::Effect(Effect::Stale(duration(value, findings)?)))),
    ("partial", |value, findings| {
        let count = number(0..=100_000)(value, findings)?;
        Some(What::Effect(Effect::Partial(count)))
    }),
    ("lose", |value, findings| Some(What::Command(CommandFault::Lose(duration(value, findings)?)))),
    ("emm-lag", |value, findings| {
        Some(What::Command(CommandFault::EmmLag(duration(value, findings)?)))
    }),
    ("clock-skew", read_skew),
    ("cut", read_cut),
    ("trickle", |value, findings| {
        let pace = number(1..=1_000_000_000)(value, findings)?;
        Some(What::Answer(AnswerFault::Trickle(pace)))
    }),
    ("encoding", |value, findings| {
        Some(What::Answer(AnswerFault::Encoding(text(value, findings)?)))
    }),
    ("status", |value, findings| {
        Some(What::Answer(AnswerFault::UnknownStatus(text(value, findings)?)))
    }),
    ("throttle", read_throttle),
];

fn read_http(marked: &Marked, findings: &mut Findings) -> Option<What> {
    let page = |status: u16| format!("<html><body><h1>HTTP {status}</h1></body></html>");
    // What is below is no answer yet, and 204 and 304 have no body to send.
    let status = number(200..=599_u16);
    if marked.meaning().is_some() {
        let status = status(marked, findings)?;
        return Some(What::End(End::Http {
            status,
            content_type: "text/html".to_owned(),
            body: page(status),
        }));
    }
    fields(marked, findings, "an HTTP answer", |fields| {
        let status = fields.required("status", &status);
        let content_type = fields.optional("type", text);
        let body = fields.optional("body", any_text);
        let status = status?;
        Some(What::End(End::Http {
            status,
            content_type: content_type.unwrap_or_else(|| "text/html".to_owned()),
            body: body.unwrap_or_else(|| page(status)),
        }))
    })
}

/// A text that may be empty.
fn any_text(marked: &Marked, findings: &mut Findings) -> Option<String> {
    match marked.scalar() {
        Some(text) if text.len() <= BODY_LIMIT => Some(text.to_owned()),
        _ => {
            findings.add(mismatch(marked, "a text of at most a mebibyte"));
            None
        }
    }
}

fn read_soap_fault(marked: &Marked, findings: &mut Findings) -> Option<What> {
    fields(marked, findings, "a SOAP fault", |fields| {
        let code = fields.optional("code", text);
        let string = fields.required("string", text);
        Some(What::End(End::SoapFault {
            code: code.unwrap_or_else(|| "soap:Server".to_owned()),
            string: string?,
        }))
    })
}

fn read_reject(marked: &Marked, findings: &mut Findings) -> Option<What> {
    let (cause, message) = match marked.meaning() {
        Some(_) => (read_cause(marked, findings)?, None),
        None => fields(marked, findings, "a rejection", |fields| {
            let cause = fields.required("status", read_cause);
            let message = fields.optional("message", text);
            Some((cause?, message))
        })?,
    };
    Some(What::End(End::Reject { cause, message }))
}

/// A cause, in the upper case of status codes or in lower case.
fn read_cause(marked: &Marked, findings: &mut Findings) -> Option<RejectionCause> {
    let found = marked.scalar().unwrap_or_default();
    let key = match found {
        "INPUT_VALIDATION_ERROR" => "input_validation".to_owned(),
        other => other.to_lowercase(),
    };
    let cause = RejectionCause::from_code(&key);
    if cause.is_none() {
        let codes: Vec<String> =
            RejectionCause::ALL.into_iter().map(|cause| cause.code().to_uppercase()).collect();
        let message = format!("{} is not a reason to reject", shown(found));
        let hint = near_or_known(&found.to_uppercase(), || codes.iter().map(String::as_str));
        findings.add(Finding::new(marked.mark(), message).with_hint(hint));
    }
    cause
}

fn read_skew(marked: &Marked, findings: &mut Findings) -> Option<What> {
    let found = marked.scalar().unwrap_or_default();
    let (sign, length) = match found.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, found),
    };
    let millis = parse_duration(length).and_then(|length| i64::try_from(length.as_millis()).ok());
    if millis.is_none() {
        findings.add(mismatch(marked, "a duration").with_hint("write `1h` or `-1h`"));
    }
    millis.map(|millis| What::Command(CommandFault::ClockSkew(sign * millis)))
}

fn read_cut(marked: &Marked, findings: &mut Findings) -> Option<What> {
    let found = marked.scalar().unwrap_or_default();
    let percent = found.strip_suffix('%').and_then(|text| text.trim().parse::<f64>().ok());
    let share = percent.filter(|percent| (0.0..100.0).contains(percent));
    if share.is_none() {
        let hint = "write how much still arrives, from `0%` (headers only) to `99%`";
        findings.add(mismatch(marked, "a share of the body").with_hint(hint));
    }
    share.map(|percent| What::Answer(AnswerFault::Cut(percent / 100.0)))
}

fn read_throttle(marked: &Marked, findings: &mut Findings) -> Option<What> {
    fields(marked, findings, "a throttle", |fields| {
        let per_second = fields.required("per_second", positive);
        let burst = fields.optional("burst", number(1..=1_000_000_u32)).unwrap_or(1);
        let rejects = fields.optional("rejects", flag).unwrap_or(false);
        Some(What::Throttle(Throttle { per_second: per_second?, burst, rejects }))
    })
}

/// A number above zero, whole or not.
fn positive(marked: &Marked, findings: &mut Findings) -> Option<f64> {
    let plain = !matches!(marked.meaning(), None | Some(Meaning::Text));
    let parsed = marked.scalar().filter(|_| plain).and_then(|text| text.parse::<f64>().ok());
    let number = parsed.filter(|number| number.is_finite() && *number > 0.0);
    if number.is_none() {
        findings.add(mismatch(marked, "a number above zero"));
    }
    number
}
