//! What a value of a call may be, as `crm::read` takes it: not a character more or less.

use serde_json::{Map, Value, json};

use super::served::CrmApi;
use super::sourced::{camel_case, described, or_null, reference};
use crate::crm::{IdentifierField, IdentifierKind, Member, SetKind, ValueKind};
use crate::source::Source;
use crate::text::TEXT_LIMIT;

/// A character that is no blank, as Unicode counts blanks. `\s` is a different list in each
/// language that reads schemas.
const NOT_BLANK: &str = r"[^\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]";

/// A text with something in it and no character that XML cannot carry to Conax.
const CARRIED: &str = concat!(
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]*",
    r"[^\u0000-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFFFE\uFFFF]",
    r"[^\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]*$",
);

/// The documented form of dates, with the days the calendar has.
const DATE: &str = concat!(
    "^(?:",
    // Any year with the days that every year has.
    "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:",
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|",
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|",
    "02-(?:0[1-9]|1[0-9]|2[0-8]))",
    // Leap years.
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29",
    ")T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$",
);

/// Text with something in it.
pub(super) fn text() -> Value {
    json!({ "type": "string", "pattern": NOT_BLANK })
}

/// Such a text as it is kept with a request.
fn kept_text() -> Value {
    json!({ "type": "string", "pattern": CARRIED, "maxLength": TEXT_LIMIT })
}

/// A date of the documented form.
pub(super) fn date() -> Value {
    json!({
        "type": "string",
        "pattern": DATE,
        "minLength": 19,
        "maxLength": 19,
        "examples": ["2014-11-30T09:00:00"],
    })
}

/// The value of a member of a body.
pub(super) fn body_value(api: &CrmApi, kind: ValueKind) -> Value {
    match kind {
        ValueKind::Text => kept_text(),
        ValueKind::Secret => json!({ "type": "string", "minLength": 1, "format": "password" }),
        ValueKind::Pin => pin(api),
        ValueKind::Boolean => boolean(),
        ValueKind::Date => reference("Date"),
        ValueKind::Priority => reference("Priority"),
        ValueKind::RequestType => reference("RequestType"),
        ValueKind::LifeCycleState => reference("LifeCycleState"),
        ValueKind::Count => json!({ "type": "integer", "minimum": 0 }),
        ValueKind::FieldNames => field_names(api),
        ValueKind::Identifier(kind) => reference(identifier_name(kind)),
        ValueKind::Set(kind) => reference(set_name(kind)),
    }
}

/// Names of members with commas between; blanks and empty names do not count.
fn field_names(api: &CrmApi) -> Value {
    if api.reading.ignores_unknown_fields {
        return json!({ "type": "string" });
    }
    let names = Member::ALL.map(Member::code).join("|");
    json!({ "type": "string", "pattern": format!("^(?: *(?:{names})? *(?:,|$))*$") })
}

/// The value of a parameter in a query; it is text there, whatever it means.
pub(super) fn query_value(api: &CrmApi, kind: ValueKind) -> Value {
    match kind {
        ValueKind::Identifier(kind) => flat_identifier(api, kind),
        ValueKind::Text => text(),
        ValueKind::Boolean => json!({ "enum": ["true", "false", "1", "0"] }),
        other => body_value(api, other),
    }
}

/// True and false, in every form that is taken.
fn boolean() -> Value {
    json!({
        "anyOf": [
            described(json!({ "type": "boolean" }), "As documented.", Source::Documented),
            described(json!({ "enum": [1, 0] }), "As answers print it.", Source::Inferred),
            described(
                json!({ "enum": ["true", "false", "1", "0"] }),
                "The same as text.",
                Source::Ours,
            ),
        ],
    })
}

/// Digits, as text or as a number.
fn pin(api: &CrmApi) -> Value {
    let mut digits = json!({
        "type": "string",
        "pattern": "^[0-9]+$",
        "maxLength": TEXT_LIMIT,
        "format": "password",
    });
    let mut number = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
    if let Some(count) = api.reading.pin_digit_count {
        digits["minLength"] = count.into();
        digits["maxLength"] = count.into();
        // A number has no leading zeros.
        let power = |digits: usize| u32::try_from(digits).ok().and_then(|n| 10_u64.checked_pow(n));
        let lowest = match count {
            1 => Some(0),
            _ => power(count.saturating_sub(1)),
        };
        number["minimum"] = lowest.unwrap_or(u64::MAX).into();
        number["maximum"] = power(count).map_or(u64::MAX, |beyond| beyond - 1).into();
    }
    json!({ "anyOf": [digits, number] })
}

/// The schemas that calls refer to.
pub(super) fn schemas(api: &CrmApi) -> impl Iterator<Item = (String, Value)> {
    let date = described(
        date(),
        "A date of the documented form: without zone, without fraction.",
        Source::Documented,
    );
    let identifiers = IdentifierKind::ALL
        .into_iter()
        .map(|kind| (identifier_name(kind).to_owned(), identifier(api, kind)));
    let forms = IdentifierKind::ALL.into_iter().flat_map(|kind| forms(api, kind));
    let sets = [SetKind::Smartcards, SetKind::Stbs]
        .into_iter()
        .map(|kind| (set_name(kind).to_owned(), set(kind)));
    [("Date".to_owned(), date)].into_iter().chain(identifiers).chain(forms).chain(sets)
}

const fn identifier_name(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ProvisioningRequest => "ProvisioningRequestIdentifier",
        IdentifierKind::Subscription => "SubscriptionIdentifier",
        IdentifierKind::Service => "ServiceIdentifier",
        IdentifierKind::Smartcard => "SmartcardIdentifier",
        IdentifierKind::ExistingSmartcard => "ExistingSmartcardIdentifier",
    }
}

const fn set_name(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Smartcards => "SmartcardSet",
        SetKind::Stbs => "StbSet",
    }
}

/// The sub-fields an identifier of this kind may have here, with how each is known.
fn sub_fields(api: &CrmApi, kind: IdentifierKind) -> Vec<IdentifierField> {
    let names = api.reading.sub_fields(kind);
    names.into_iter().filter_map(IdentifierField::from_code).collect()
}

/// An object with exactly one of its sub-fields.
fn identifier(api: &CrmApi, kind: IdentifierKind) -> Value {
    let fields = sub_fields(api, kind);
    let mut forms: Vec<Value> =
        fields.iter().map(|named| reference(&form_name(kind, *named))).collect();
    if api.reading.takes_ca_id(kind) {
        forms.push(described(kept_text(), "The CA id alone.", Source::Ours));
    }
    let text = "Exactly one of its sub-fields; those that are null count as left out, and others \
                are ignored.";
    described(json!({ "oneOf": forms }), text, Source::Documented)
}

/// The name of an identifier that is given by this sub-field.
fn form_name(kind: IdentifierKind, by: IdentifierField) -> String {
    format!("{}By{}", identifier_name(kind), camel_case(by.code()))
}

/// The forms of an identifier, each by a name of its own: generators of clients name types by it.
fn forms(api: &CrmApi, kind: IdentifierKind) -> Vec<(String, Value)> {
    let fields = sub_fields(api, kind);
    let forms = fields.iter().map(|named| (form_name(kind, *named), by_one(*named, &fields)));
    forms.collect()
}

fn by_one(named: IdentifierField, fields: &[IdentifierField]) -> Value {
    let properties = fields.iter().map(|field| {
        let schema = match *field == named {
            true => kept_text(),
            false => json!({ "type": "null" }),
        };
        let described = described(schema, &format!("The `{}`.", field.code()), field.source());
        (field.code().to_owned(), described)
    });
    json!({
        "type": "object",
        "properties": properties.collect::<Map<String, Value>>(),
        "required": [named.code()],
    })
}

/// The documented form of an identifier in a query: `field=value` as one value.
fn flat_identifier(api: &CrmApi, kind: IdentifierKind) -> Value {
    let fields = sub_fields(api, kind);
    let names: Vec<&str> = fields.iter().map(|field| field.code()).collect();
    // Not `.`, which is not every character everywhere.
    let pattern = format!(r"^(?:{})=[\s\S]*{NOT_BLANK}", names.join("|"));
    json!({ "type": "string", "pattern": pattern })
}

/// A list of objects with one CA id each.
fn set(kind: SetKind) -> Value {
    let member = kind.member();
    let id = described(kept_text(), "The CA id.", Source::Shown);
    let schema = json!({
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": { (member): id },
            "required": [member],
        },
    });
    let text = format!("At least one object with `{member}`; other members are ignored.");
    described(schema, &text, Source::Documented)
}

/// The value of a parameter that may be left out.
pub(super) fn optional(schema: Value) -> Value {
    or_null(schema)
}
