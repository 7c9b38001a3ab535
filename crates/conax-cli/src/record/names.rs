//! Stable names for what is made up anew every time: ids, numbers, references, tokens. Pure.
//!
//! Two recordings of the same story can be compared, and nobody learns from one what the records
//! of a real system are called. The same value always gets the same name. A long value is renamed
//! wherever it stands; a short one, which could be anything, only where it is known what it is.

use std::collections::{BTreeMap, BTreeSet};

use conax_contract::crm::Operation;
use serde_json::Value;

use super::form::{Content, Exchange};
use crate::json::each_text;

/// A value of at least this many characters is what it is wherever it stands. Ours.
const UNMISTAKABLE: usize = 16;
/// The shortest number that is renamed within a sentence. Ours.
const TELLING: usize = 4;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A token.
    Token,
    /// The id of a provisioning request.
    Request,
    /// Its number.
    Number,
    /// The id of an item of its parameters.
    Item,
    /// The reference Conax gave: its transaction id.
    Reference,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 5] =
        [Self::Token, Self::Request, Self::Number, Self::Item, Self::Reference];

    /// The word names of this kind begin with.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Request => "request",
            Self::Number => "number",
            Self::Item => "item",
            Self::Reference => "reference",
        }
    }
}

/// The names that were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    given: BTreeMap<(Kind, String), String>,
    counts: BTreeMap<Kind, usize>,
    /// Those of long values, whatever they are.
    long: BTreeMap<String, String>,
    /// How many bytes long values have.
    lengths: BTreeSet<usize>,
    /// Those of shorter values that stand in sentences.
    words: BTreeMap<String, String>,
}

impl Names {
    /// The name of a value, a new one if it has none.
    pub(crate) fn name(&mut self, kind: Kind, value: &str) -> String {
        if let Some(name) = self.known(kind, value) {
            return name.to_owned();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let name = format!("{}-{count}", kind.word());
        let length = value.chars().count();
        if length >= UNMISTAKABLE {
            self.long.insert(value.to_owned(), name.clone());
            self.lengths.insert(value.len());
        } else if length >= TELLING && !matches!(kind, Kind::Token | Kind::Item) {
            self.words.insert(value.to_owned(), name.clone());
        }
        self.given.insert((kind, value.to_owned()), name.clone());
        name
    }

    fn known(&self, kind: Kind, value: &str) -> Option<&str> {
        let same = self.given.get(&(kind, value.to_owned()));
        same.or_else(|| self.long.get(value)).map(String::as_str)
    }

    /// The text with every long value in it renamed.
    fn rename_long(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            // Of two that begin here the longer one is meant.
            let mut lengths = self.lengths.iter().rev();
            let found = lengths.find_map(|&length| {
                let name = self.long.get(rest.get(..length)?)?;
                Some((length, name))
            });
            match found {
                Some((length, name)) => {
                    out.push_str(name);
                    rest = &rest[length..];
                }
                None => {
                    out.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        out
    }

    /// The same for a sentence, in which shorter values stand as words of their own.
    fn rename_words(&self, text: &str) -> String {
        let text = self.rename_long(text);
        replace_each(&text, |letter| !letter.is_alphanumeric(), |word| self.words.get(word))
    }

    /// The same for a message, in which shorter references stand between tags.
    fn rename_between_tags(&self, text: &str) -> String {
        let text = self.rename_long(text);
        let reference = |inner: &str| {
            let key = (Kind::Reference, inner.to_owned());
            self.given.get(&key)
        };
        replace_each(&text, |letter| matches!(letter, '<' | '>'), reference)
    }
}

/// The text with those of its parts replaced for which there is something else.
fn replace_each<'n>(
    text: &str,
    separates: impl Fn(char) -> bool,
    by: impl Fn(&str) -> Option<&'n String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(&separates) {
        let inner = part.trim_end_matches(&separates);
        match by(inner) {
            Some(name) => {
                out.push_str(name);
                out.push_str(&part[inner.len()..]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// Renames everything in all exchanges, in order of appearance.
pub(crate) fn rename(exchanges: &mut [Exchange]) {
    rename_with(&mut Names::default(), exchanges);
}

/// The same, going on where other exchanges ended.
pub(crate) fn rename_with(names: &mut Names, exchanges: &mut [Exchange]) {
    // Twice: a value may stand in a text before it stands where it is known what it is.
    for exchange in exchanges.iter_mut() {
        rename_places(names, exchange);
    }
    for exchange in exchanges.iter_mut() {
        rename_texts(names, exchange);
    }
}

/// The operation at a path, whatever comes before its own part of it.
pub(crate) fn operation_at(verb: &str, path: &str) -> Option<Operation> {
    let path = path.trim_matches('/');
    let is_here = |operation: &Operation| {
        let before = path.strip_suffix(operation.path());
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    // `token` is also the end of longer paths, so the longest one wins.
    let found = Operation::ALL.into_iter().filter(is_here);
    let longest = found.max_by_key(|operation| operation.path().len())?;
    (longest.verb() == verb).then_some(longest)
}

fn rename_places(names: &mut Names, exchange: &mut Exchange) {
    if exchange.api == "cas" {
        for body in [&exchange.call.body, &exchange.reply.body] {
            if let Content::Xml(text) = body {
                learn_transactions(names, text);
            }
        }
        return;
    }
    for (name, value) in &mut exchange.call.parameters {
        rename_parameter(names, name, value);
    }
    if let Content::Json(body) = &mut exchange.call.body {
        rename_member(names, body, "reference_number", Kind::Reference);
        if let Some(identifier) = body.get_mut("provisioning_request_identifier") {
            rename_member(names, identifier, "id", Kind::Request);
            rename_member(names, identifier, "number", Kind::Number);
        }
    }
    if let Content::Json(body) = &mut exchange.reply.body {
        match body.get_mut("data") {
            Some(Value::Array(items)) => {
                items.iter_mut().for_each(|item| rename_record(names, item));
            }
            Some(record) => rename_record(names, record),
            None => {}
        }
    }
}

fn rename_parameter(names: &mut Names, name: &str, value: &mut String) {
    let kind = |field: &str| match field {
        "id" => Some(Kind::Request),
        "number" => Some(Kind::Number),
        _ => None,
    };
    if name == "reference_number" {
        *value = names.name(Kind::Reference, value);
        return;
    }
    let Some(rest) = name.strip_prefix("provisioning_request_identifier") else {
        return;
    };
    // `identifier.id=…` and `identifier[id]=…` besides the documented `identifier=id=…`.
    let inner = rest.trim_matches(['.', '[', ']']);
    if let Some(kind) = kind(inner) {
        *value = names.name(kind, value);
    } else if let Some((field, inner)) = value.split_once('=')
        && let Some(kind) = kind(field)
    {
        *value = format!("{field}={}", names.name(kind, inner));
    }
}

/// A provisioning request as replies print one.
fn rename_record(names: &mut Names, record: &mut Value) {
    if !record.is_object() {
        return;
    }
    let is_request = record.get("token").is_none();
    if !is_request {
        return;
    }
    rename_member(names, record, "id", Kind::Request);
    rename_member(names, record, "number", Kind::Number);
    let reference = record.get("reference_number").and_then(Value::as_str);
    if let Some(reference) = reference.map(str::to_owned).filter(|text| !text.is_empty()) {
        let name = names.name(Kind::Reference, &reference);
        // Shown: the response is the status and the reference, one after the other.
        if let Some(Value::String(response)) = record.get_mut("response") {
            *response = response.replace(&reference, &name);
        }
        rename_member(names, record, "reference_number", Kind::Reference);
    }
    if let Some(Value::String(response)) = record.get("response") {
        learn_transactions(names, &response.clone());
    }
    let items = record.get_mut("parameters_set");
    for item in items.and_then(Value::as_array_mut).into_iter().flatten() {
        rename_member(names, item, "id", Kind::Item);
    }
}

fn rename_member(names: &mut Names, value: &mut Value, member: &str, kind: Kind) {
    match value.get_mut(member) {
        Some(Value::String(text)) if !text.is_empty() => *text = names.name(kind, text),
        Some(number @ Value::Number(_)) => {
            *number = Value::String(names.name(kind, &number.to_string()));
        }
        _ => {}
    }
}

/// Shown: a transaction id is a UUID. Other forms are known by the CRM's reference.
fn learn_transactions(names: &mut Names, text: &str) {
    for uuid in uuids(text) {
        names.name(Kind::Reference, uuid);
    }
}

/// The UUIDs in a text, whatever stands beside them: a response is a code, the transaction id and a
/// sentence with nothing in between.
fn uuids(text: &str) -> impl Iterator<Item = &str> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    const WHOLE: usize = 36;
    let dashes = text.match_indices('-');
    dashes.filter_map(|(dash, _)| {
        let start = dash.checked_sub(LENGTHS[0])?;
        let word = text.get(start..start + WHOLE)?;
        let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let parts: Vec<&str> = word.split('-').collect();
        let fits = parts.iter().map(|part| part.len()).eq(LENGTHS);
        (fits && parts.into_iter().all(is_hex)).then_some(word)
    })
}

fn rename_texts(names: &Names, exchange: &mut Exchange) {
    let call = &mut exchange.call;
    call.path = names.rename_long(&call.path);
    for (_, value) in &mut call.parameters {
        *value = names.rename_long(value);
    }
    rename_content(names, &mut call.body);
    rename_content(names, &mut exchange.reply.body);
    for finding in &mut exchange.findings {
        *finding = names.rename_words(finding);
    }
}

fn rename_content(names: &Names, content: &mut Content) {
    match content {
        Content::Json(value) => {
            each_text(value, &mut |text| *text = names.rename_long(text));
            for member in ["message", "description"] {
                if let Some(Value::String(text)) = value.pointer_mut(&format!("/status/{member}")) {
                    *text = names.rename_words(text);
                }
            }
        }
        Content::Xml(text) => *text = names.rename_between_tags(text),
        Content::Empty | Content::NotKept(_) => {}
    }
}

#[cfg(test)]
mod tests {
    //! What gets which name.

    use serde_json::{Value, json};

    use super::super::form::{Call, Content, Exchange, Reply};
    use super::{Kind, Names, operation_at, rename, uuids};

    const ID: &str = "FA2BA704F393A8BE1A6CF108A4C8B214";
    const REFERENCE: &str = "38a4254b-6663-4cb5-9764-e2a292264515";

    fn crm(parameters: &[(&str, &str)], reply: Value) -> Exchange {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Exchange {
            api: "crm".to_owned(),
            call: Call {
                verb: "GET".to_owned(),
                path: "/conax_web_services/provisioning_requests/show".to_owned(),
                parameters: parameters.iter().map(pair).collect(),
                ..Call::default()
            },
            reply: Reply { body: Content::Json(reply), ..Reply::default() },
            ..Exchange::default()
        }
    }

    #[test]
    fn the_same_value_has_the_same_name_in_both_doors_and_within_texts() {
        let mut exchanges = vec![
            Exchange {
                api: "cas".to_owned(),
                reply: Reply {
                    body: Content::Xml(format!("<t:id>{REFERENCE}</t:id>")),
                    ..Reply::default()
                },
                ..Exchange::default()
            },
            crm(
                &[("provisioning_request_identifier", "number=4049")],
                json!({
                    "status": { "code": "OK", "message": format!("{ID} is 4049, not 14049") },
                    "data": {
                        "id": ID, "number": "4049", "reference_number": REFERENCE,
                        "response": format!("OK{REFERENCE}"), "sequence_number": 4049,
                        "scheduled_date": "2014-11-28T15:05:20",
                        "parameters_set": [{ "smartcard_ca_id": "1", "id": "1" }],
                        "log_information": { "created_by_user": { "id": "1" } },
                    }
                }),
            ),
        ];
        rename(&mut exchanges);
        assert_eq!(exchanges[0].reply.body, Content::Xml("<t:id>reference-1</t:id>".to_owned()));
        assert_eq!(exchanges[1].call.parameters[0].1, "number=number-1");
        assert_eq!(
            exchanges[1].reply.body,
            Content::Json(json!({
                "status": { "code": "OK", "message": "request-1 is number-1, not 14049" },
                "data": {
                    "id": "request-1", "number": "number-1", "reference_number": "reference-1",
                    "response": "OKreference-1", "sequence_number": 4049,
                    "scheduled_date": "2014-11-28T15:05:20",
                    "parameters_set": [{ "smartcard_ca_id": "1", "id": "item-1" }],
                    "log_information": { "created_by_user": { "id": "1" } },
                }
            }))
        );
    }

    #[test]
    fn names_are_given_in_order_of_appearance() {
        let mut names = Names::default();
        let given = ["B", "A", "B"].map(|value| names.name(Kind::Number, value));
        assert_eq!(given, ["number-1", "number-2", "number-1"]);
        assert_eq!(names.name(Kind::Item, "A"), "item-1");
    }

    #[test]
    fn a_transaction_id_is_found_between_a_code_and_a_sentence() {
        let text = format!("CODE{REFERENCE}the card");
        assert_eq!(uuids(&text).collect::<Vec<_>>(), [REFERENCE]);
        assert_eq!(uuids("-é-38a4254b-6663-4cb5-9764").count(), 0);
    }

    #[test]
    fn a_word_is_replaced_and_a_part_of_one_is_not() {
        let mut names = Names::default();
        names.name(Kind::Number, "4050");
        names.name(Kind::Reference, "T77");
        let renamed = names.rename_words("4050, 14050, é4050 4050x and `4050`");
        assert_eq!(renamed, "number-1, 14050, é4050 4050x and `number-1`");
        let renamed = names.rename_between_tags("<a x='T77'>T77</a><b>T778</b>T77");
        assert_eq!(renamed, "<a x='T77'>reference-1</a><b>T778</b>reference-1");
    }

    #[test]
    fn of_two_long_values_the_longer_one_is_meant() {
        let mut names = Names::default();
        let (short, long) = ("0123456789abcdef", "0123456789abcdef0");
        names.name(Kind::Request, short);
        names.name(Kind::Request, long);
        let renamed = names.rename_long(&format!("é{long}{short}x"));
        assert_eq!(renamed, "érequest-2request-1x");
    }

    #[test]
    fn an_operation_is_found_below_any_base_path() {
        let found = |verb: &str, path: &str| {
            operation_at(verb, path).map(conax_contract::crm::Operation::name)
        };
        let requests = "conax_web_services/provisioning_requests";
        assert_eq!(found("GET", &format!("/a/b/{requests}/show/")), Some("show"));
        assert_eq!(found("POST", &format!("/{requests}/show")), None);
        assert_eq!(found("POST", "/authentication/token"), Some("issue_token"));
        assert_eq!(
            found("POST", "/v2/authentication/web_api_key/token"),
            Some("issue_token_for_web_api_key")
        );
        assert_eq!(found("GET", "/xshow"), None);
    }
}
