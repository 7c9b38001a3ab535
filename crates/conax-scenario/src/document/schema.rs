//! The JSON Schema of scenario files, for completion and checks in editors.
//!
//! It is made of the lists the reader has: operations and their parameters, presets, words of
//! expectations. That the keys of every map are those the reader knows is a test.

use conax_contract::crm::{LifeCycleState, Operation};
use conax_contract::fault::{PRESETS, WEATHERS};
use conax_contract::text::Word;
use serde_json::{Map, Value, json};

use super::calls::SHORT;
use super::expect::LEDGER_WORDS;
use super::matcher::Kind;

/// What stands for a value, or a key, that is put in before a file is read.
const VARIABLE: &str = "\\$[A-Za-z_]";

/// The dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of a scenario file.
#[must_use]
pub fn scenario_schema() -> Value {
    let mut root = json!({
        "$schema": DIALECT,
        "title": "conax-sim scenario file",
        "description": "One scenario, or several under `scenarios`.",
        "oneOf": [
            { "$ref": "#/$defs/scenario" },
            {
                "type": "object",
                "properties": {
                    "$schema": { "type": "string" },
                    "description": text("What the scenarios have in common."),
                    "scenarios": { "type": "array", "items": { "$ref": "#/$defs/scenario" } },
                },
                "required": ["scenarios"],
                "additionalProperties": false,
            },
        ],
    });
    root["$defs"] = Value::Object(definitions());
    root
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn words(description: &str, words: impl IntoIterator<Item = String>) -> Value {
    json!({ "enum": words.into_iter().collect::<Vec<_>>(), "description": description })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn described(name: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}"), "description": description })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn map(properties: Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "patternProperties": { (VARIABLE): {} },
        "additionalProperties": false,
    })
}

/// A value in whose place a variable may stand.
fn or_variable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": VARIABLE }] })
}

fn definitions() -> Map<String, Value> {
    let definitions = [
        ("scenario", scenario()),
        ("world", world()),
        ("rules", rules()),
        ("rule", rule()),
        ("step", step()),
        ("steps", list(reference("step"))),
        ("reply", reply()),
        ("body", body()),
        ("expectation", expectation()),
        ("duration", duration()),
        ("date", date()),
        ("keep", keep()),
    ];
    definitions.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn duration() -> Value {
    or_variable(json!({
        "type": "string",
        "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+min)?([0-9]+s)?([0-9]+ms)?$",
        "examples": ["1500ms", "30s", "10min", "2h", "1d"],
    }))
}

fn date() -> Value {
    or_variable(json!({
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
        "examples": ["2014-11-30T08:59:00"],
    }))
}

fn keep() -> Value {
    json!({
        "type": "object",
        "description": "Names for what is remembered, and where in the reply it is.",
        "additionalProperties": { "type": "string" },
    })
}

fn scenario() -> Value {
    let properties = json!({
        "$schema": { "type": "string" },
        "scenario": text("One sentence: what it shows."),
        "description": text("Why it matters."),
        "tags": list(text("A word to choose it by.")),
        "protects": list(text("A clause or requirement it covers.")),
        "contract": words("How strictly every answer is held against the contract.", ["must", "should", "may"].map(str::to_owned)),
        "seed": { "type": "integer", "minimum": 0 },
        "clock": described("date", "The simulated date it begins at."),
        "world": reference("world"),
        "settings": { "type": "object", "description": "Settings of the program that differ." },
        "faults": described("rules", "Fault rules from the start."),
        "runs": words("Who sends while time passes.", ["when due".to_owned(), "by hand".to_owned()]),
        "vars": { "type": "object", "description": "Values by name." },
        "cases": {
            "type": "array",
            "description": "A table: the first row names the columns, every other row is a case.",
            "items": { "type": "array" },
            "minItems": 2,
        },
        "secrets": list(text("A secret whose value comes from outside.")),
        "steps": { "$ref": "#/$defs/steps", "minItems": 1 },
        "cleanup": described("steps", "What happens in the end, whatever happened before."),
    });
    map(properties, &["scenario", "steps"])
}

fn world() -> Value {
    let crowd = map(
        json!({
            "smartcards": { "type": "integer", "minimum": 1 },
            "first": text("Number of the first one, eleven digits."),
            "subscription": text("Number of their subscription."),
            "services": list(text("Code of a service of it.")),
        }),
        &["smartcards"],
    );
    json!({
        "description": "What both sides start from.",
        "oneOf": [
            text("`demo`, or the path of a *.world.yaml file."),
            {
                "type": "object",
                "properties": {
                    "from": text("The world that is added to."),
                    "crowd": crowd,
                },
            },
        ],
    })
}

fn rules() -> Value {
    json!({ "oneOf": [reference("rule"), list(reference("rule"))] })
}

fn rule() -> Value {
    let presets = PRESETS.iter().flat_map(|preset| [preset.id(), preset.name.to_owned()]);
    let weathers = WEATHERS.iter().map(|weather| weather.name.to_owned());
    let names: Vec<String> = presets.chain(weathers).collect();
    json!({
        "anyOf": [
            { "enum": names, "description": "A preset or a weather." },
            { "type": "string", "pattern": "[/$]" },
            { "type": "object", "description": "A rule, as in a *.faults.yaml file." },
        ],
    })
}

fn step() -> Value {
    // The words come first: of alternatives that fit a step nobody has begun equally badly, editors
    // complete by those behind the first that fits better.
    let mut kinds = vec![json!({ "enum": ["process", "settle", "calm", "heal"] })];
    kinds.extend(Operation::ALL.into_iter().map(call));
    let variable = json!({ "type": "string", "pattern": VARIABLE });
    kinds.push(call_of(variable, json!({})));
    kinds.extend([
        map(
            json!({
                "process": { "type": "null" },
                "expect": map(
                    json!({ "completed": reference("expectation"), "rejected": reference("expectation") }),
                    &[],
                ),
            }),
            &["process"],
        ),
        map(
            json!({
                "wait": wait(),
                "expect": reference("reply"),
                "keep": reference("keep"),
            }),
            &["wait"],
        ),
        map(
            json!({ "advance": { "anyOf": [reference("duration"), reference("date")] } }),
            &["advance"],
        ),
        map(json!({ "settle": reference("duration") }), &["settle"]),
        map(json!({ "expect conax": conax() }), &["expect conax"]),
        map(json!({ "expect ledger": ledger() }), &["expect ledger"]),
        map(json!({ "expect drift": drift() }), &["expect drift"]),
        map(json!({ "expect exchanges": exchanges() }), &["expect exchanges"]),
        map(json!({ "fault": described("rules", "Fault rules from here on.") }), &["fault"]),
        map(json!({ "calm": text("The rule that is removed.") }), &["calm"]),
        map(json!({ "heal": { "type": "null" } }), &["heal"]),
        map(json!({ "repeat": repeat() }), &["repeat"]),
        map(json!({ "parallel": described("steps", "Calls at the same time.") }), &["parallel"]),
        map(
            json!({
                "use": text("The file, seen from this one."),
                "with": { "type": "object", "description": "Its parameters." },
                "keep": { "type": "object", "description": "What is remembered: here, there." },
            }),
            &["use"],
        ),
        map(
            json!({
                "utility": { "type": "object", "required": ["type"] },
                "keep": reference("keep"),
            }),
            &["utility"],
        ),
        map(
            json!({
                "raw": raw(),
                "expect": reference("body"),
                "keep": reference("keep"),
            }),
            &["raw"],
        ),
    ]);
    json!({ "anyOf": kinds.into_iter().map(titled).collect::<Vec<_>>() })
}

/// The kind of step under the name that editors offer it by.
fn titled(mut kind: Value) -> Value {
    let title = match (&kind["properties"]["call"]["const"], &kind["required"][0]) {
        (Value::String(operation), _) => Some(format!("call: {operation}")),
        (_, Value::String(word)) => Some(word.clone()),
        _ => None,
    };
    if let Some(title) = title {
        kind["title"] = title.into();
    }
    kind
}

fn call(operation: Operation) -> Value {
    let mut parameters = Map::new();
    for entry in operation.parameters() {
        if entry.name == "token" {
            continue;
        }
        let schema = json!({ "description": entry.text });
        parameters.insert(entry.name.to_owned(), schema.clone());
        for (short, long, _) in SHORT {
            if long == entry.name {
                parameters.insert(short.to_owned(), schema.clone());
            }
        }
    }
    call_of(
        json!({ "const": operation.name(), "description": operation.summary() }),
        or_variable(map(Value::Object(parameters), &[])),
    )
}

fn call_of(operation: Value, parameters: Value) -> Value {
    map(
        json!({
            "call": operation,
            "with": parameters,
            "extra": { "type": "object", "description": "Parameters that do not exist." },
            "token": text("Another token; `none` sends none."),
            "basic": text("User name and password of a Basic header."),
            "headers": { "type": "object" },
            "expect": reference("reply"),
            "keep": reference("keep"),
        }),
        &["call"],
    )
}

fn wait() -> Value {
    let states = || LifeCycleState::ALL.into_iter().map(|state| state.code().to_owned());
    let state = or_variable(json!({ "enum": states().collect::<Vec<_>>() }));
    map(
        json!({
            "request": { "description": "Number or id of the request." },
            "until": state,
            "never": { "anyOf": [state, list(state.clone())] },
            "within": reference("duration"),
        }),
        &["request", "until", "within"],
    )
}

fn conax() -> Value {
    json!({
        "type": "object",
        "properties": {
            "card": text("The smartcard."),
            "entitled": {
                "description": "The products it may show, in any order, or `none`.",
                "anyOf": [text(""), list(json!({}))],
            },
            "paired": {
                "anyOf": [
                    text("`none`"),
                    map(json!({ "smartcards": {}, "modules": {} }), &[]),
                ],
            },
        },
        "required": ["card"],
        "additionalProperties": reference("expectation"),
    })
}

fn ledger() -> Value {
    let members: Map<String, Value> = LEDGER_WORDS
        .iter()
        .map(|(word, _)| ((*word).to_owned(), reference("expectation")))
        .collect();
    map(Value::Object(members), &[])
}

fn drift() -> Value {
    let names = ["kind", "card", "product", "module", "crm", "conax", "request", "because"];
    let members: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), reference("expectation"))).collect();
    or_variable(json!({ "anyOf": [{ "const": "none" }, list(map(Value::Object(members), &[]))] }))
}

fn exchanges() -> Value {
    map(
        json!({
            "door": { "enum": ["conax", "crm"] },
            "card": {},
            "request": {},
            "count": reference("expectation"),
        }),
        &["count"],
    )
}

fn repeat() -> Value {
    map(
        json!({
            "times": or_variable(json!({ "type": "integer", "minimum": 1 })),
            "for": text("The name of the item, without a dollar sign."),
            "in": { "anyOf": [{ "type": "array" }, { "type": "string", "pattern": "^\\$" }] },
            "steps": reference("steps"),
        }),
        &["steps"],
    )
}

fn raw() -> Value {
    map(
        json!({
            "door": { "enum": ["crm", "cas", "control"] },
            "method": text("The HTTP verb; GET, or POST if something is sent."),
            "path": text("Path and query."),
            "headers": { "type": "object" },
            "body": text("What is sent, as it is."),
            "json": { "description": "What is sent, as JSON." },
            "base64": text("Any bytes."),
        }),
        &["path"],
    )
}

/// What is expected of a documented reply: members of `data`, and a few words.
fn reply() -> Value {
    let examples = Operation::ALL
        .into_iter()
        .filter(|operation| operation.example_reply().is_some())
        .map(|operation| operation.name().to_owned());
    json!({
        "type": "object",
        "properties": {
            "http": described("expectation", "The HTTP status."),
            "status": described("expectation", "The code of the status block."),
            "message": described("expectation", "Its sentence."),
            "description": described("expectation", "Its description."),
            "data": described("expectation", "All of `data`."),
            "body": described("expectation", "All of the body."),
            "example": words("Like this documented example.", examples),
            "except": list(text("A member that may differ.")),
        },
        "additionalProperties": reference("expectation"),
    })
}

/// What is expected of any reply.
fn body() -> Value {
    json!({
        "type": "object",
        "properties": {
            "http": described("expectation", "The HTTP status."),
            "text": described("expectation", "The body as text."),
            "body": described("expectation", "The body as JSON."),
        },
        "additionalProperties": reference("expectation"),
    })
}

fn expectation() -> Value {
    let kinds = Kind::ALL.iter().map(|kind| kind.word().to_owned());
    let matchers = json!({
        "is": words("Of this kind.", kinds),
        "not": reference("expectation"),
        "one of": { "type": "array" },
        "contains": reference("expectation"),
        "starts with": { "type": "string" },
        "matches": { "type": "string", "format": "regex" },
        "at least": { "type": "number" },
        "at most": { "type": "number" },
        "length": reference("expectation"),
        "each": reference("expectation"),
        "any order": list(reference("expectation")),
        "equals": {},
    });
    json!({
        "description": "A value as it stands, members of an object, or words that say more.",
        "anyOf": [
            { "type": ["string", "number", "boolean", "null"] },
            list(reference("expectation")),
            map(matchers.clone(), &[]),
            { "type": "object", "additionalProperties": reference("expectation") },
        ],
    })
}
