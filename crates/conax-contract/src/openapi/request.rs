//! The provisioning request as answers print it: which members, which values, what may be null.

use serde_json::{Map, Value, json};

use super::served::CrmApi;
use super::sourced::{SOURCE_OF, closed, described, or_null, reference};
use super::words::process_name;
use crate::control::PROVISIONING_REQUEST;
use crate::crm::{CommandKind, FieldsSet, Member, ParameterKey};
use crate::source::Source;

/// How much of a provisioning request is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every member of the shape.
    Whole,
    /// Those that `fields_set` names.
    Chosen,
}

/// A provisioning request, and the schemas it refers to.
pub(super) fn schemas(api: &CrmApi) -> impl Iterator<Item = (&'static str, Value)> {
    [
        (PROVISIONING_REQUEST, any_type(api.writing.shape.members(), Extent::Chosen)),
        ("LogInformation", log_information()),
        ("User", user()),
        ("Unit", unit()),
        ("Parameter", parameter_of(&ParameterKey::ALL.map(|key| (key, key.source())))),
    ]
    .into_iter()
}

/// A provisioning request of any type with these members.
fn any_type(members: FieldsSet, extent: Extent) -> Value {
    let items = reference("Parameter");
    object(members, required(members, extent), reference("RequestType"), items)
}

/// A provisioning request as an operation that creates this type prints it.
pub(super) fn of_type(members: FieldsSet, created: CommandKind) -> Value {
    let keys = created.parameter_keys().iter();
    // An item is only as well known as its name and its use with the type are.
    let keys: Vec<(ParameterKey, Source)> =
        keys.map(|(key, source)| (*key, key.source().max(*source))).collect();
    let required = required(members, Extent::Whole);
    let word = json!({ "const": created.code() });
    object(members, required, word, parameter_of(&keys))
}

/// A provisioning request of any of the shapes: what one of them may lack is not required.
pub(super) fn of_any_shape() -> Value {
    use crate::crm::Shape;
    let shapes = Shape::ALL.map(Shape::members);
    let always = shapes.into_iter().fold(FieldsSet::ALL, FieldsSet::intersection);
    let items = reference("Parameter");
    let always = required(always, Extent::Whole);
    object(FieldsSet::ALL, always, reference("RequestType"), items)
}

/// The members that are always there; Shown: only the set of parameters is left out when empty.
fn required(members: FieldsSet, extent: Extent) -> Vec<&'static str> {
    match extent {
        Extent::Chosen => Vec::new(),
        Extent::Whole => members
            .members()
            .filter(|member| *member != Member::ParametersSet)
            .map(Member::code)
            .collect(),
    }
}

fn object(members: FieldsSet, required: Vec<&str>, word: Value, items: Value) -> Value {
    let properties = members.members().map(|member| {
        let schema = match member {
            Member::Type => word.clone(),
            Member::ParametersSet => json!({ "type": "array", "minItems": 1, "items": items }),
            other => value(other),
        };
        (member.code().to_owned(), described(schema, member.text(), member.source()))
    });
    closed(properties.collect(), &required)
}

/// What a member holds.
fn value(member: Member) -> Value {
    let text_or_null = || json!({ "type": ["string", "null"] });
    match member {
        Member::ScheduledDate => reference("Date"),
        Member::ExecutedDate => or_null(reference("Date")),
        Member::Priority => reference("Priority"),
        Member::LifeCycleState => reference("LifeCycleState"),
        Member::Type => reference("RequestType"),
        Member::Id => json!({ "type": "string", "minLength": 1 }),
        Member::Number => json!({ "type": ["string", "null"], "pattern": "^[0-9]+$" }),
        Member::SequenceNumber => json!({ "type": ["integer", "null"], "minimum": 0 }),
        // Shown: never true or false.
        Member::ProcessImmediately => json!({ "enum": [0, 1, null] }),
        Member::LogInformation => reference("LogInformation"),
        Member::ProcessName => process_name(),
        Member::ParametersSet => json!({ "type": "array", "minItems": 1 }),
        Member::Response
        | Member::ErrorCode
        | Member::ErrorDescription
        | Member::ProcessId
        | Member::Name
        | Member::Request
        | Member::ProviderErrorCode
        | Member::ProviderErrorDescription
        | Member::ReferenceNumber => text_or_null(),
    }
}

/// An item of the set of parameters: one of these keys, and the item's id.
fn parameter_of(keys: &[(ParameterKey, Source)]) -> Value {
    let forms: Vec<Value> = keys.iter().map(|(key, source)| item(*key, *source)).collect();
    let sources = keys.iter().map(|(key, source)| (key.code().to_owned(), source.code().into()));
    let mut schema = json!({ "oneOf": forms });
    schema[SOURCE_OF] = Value::Object(sources.collect());
    let weakest = keys.iter().map(|(_, source)| *source).max();
    let text = "An item of `parameters_set`: its name with its value, and its id.";
    described(schema, text, weakest.unwrap_or(Source::Ours))
}

fn item(key: ParameterKey, source: Source) -> Value {
    let value = match key {
        // Shown: null, whatever was submitted.
        ParameterKey::CaPin => json!({ "type": "null" }),
        key if key.holds_number() => json!({ "type": ["integer", "string", "null"] }),
        _ => json!({ "type": ["string", "null"] }),
    };
    let properties = Map::from_iter([
        (key.code().to_owned(), described(value, key.text(), source)),
        ("id".to_owned(), described(id(), "The id of the item.", Source::Shown)),
    ]);
    let mut schema = closed(properties, &[key.code(), "id"]);
    schema["title"] = key.code().into();
    schema
}

fn id() -> Value {
    json!({ "type": "string" })
}

fn log_information() -> Value {
    let member = |name: &str, schema: Value, text: &str| {
        (name.to_owned(), described(schema, text, Source::Shown))
    };
    let properties = Map::from_iter([
        member("created_date", reference("Date"), "When it was created."),
        member("updated_date", reference("Date"), "When it was last updated."),
        member("created_by_user", reference("User"), "Who created it."),
        member("updated_by_user", reference("User"), "Who last updated it."),
        member(
            "created_by_unit",
            reference("Unit"),
            "The unit that created it; left out when unknown.",
        ),
        member(
            "updated_by_unit",
            reference("Unit"),
            "The unit that last updated it; left out when unknown.",
        ),
    ]);
    let required = ["created_date", "updated_date", "created_by_user", "updated_by_user"];
    let text = "Who created and updated the request, and when.";
    described(closed(properties, &required), text, Source::Shown)
}

fn user() -> Value {
    let text = |name: &str, text: &str| shown(name, json!({ "type": "string" }), text);
    let properties = Map::from_iter([
        text("person_name", "The name of the person."),
        text("username", "The login name."),
        text("id", "The id of the user."),
        shown(
            "email",
            json!({ "type": ["string", "null"] }),
            "The mail address; null in every example.",
        ),
    ]);
    let required = ["person_name", "username", "id", "email"];
    described(closed(properties, &required), "A user.", Source::Shown)
}

fn unit() -> Value {
    let text = |name: &str, text: &str| shown(name, json!({ "type": "string" }), text);
    let nullable =
        |name: &str, text: &str| shown(name, json!({ "type": ["string", "null"] }), text);
    let properties = Map::from_iter([
        text("community_name", "Its community; left out when unknown."),
        nullable("group_name", "Its group; null when unknown."),
        text("name", "Its name."),
        text("id", "Its id."),
        nullable("description", "Its description."),
        nullable("alternative_code", "Its alternative code."),
    ]);
    let required = ["group_name", "name", "id", "description", "alternative_code"];
    described(closed(properties, &required), "A unit of the organisation.", Source::Shown)
}

fn shown(name: &str, schema: Value, text: &str) -> (String, Value) {
    (name.to_owned(), described(schema, text, Source::Shown))
}
