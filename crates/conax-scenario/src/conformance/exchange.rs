//! One exchange with the provisioning API, as it was meant.

use conax_contract::crm::{
    BasePath, Operation, Params, Route, Value as Given, find_route, parse_body_or_empty,
    parse_query,
};
use serde_json::{Map, Number, Value};

/// One exchange with the provisioning API.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number among all exchanges of the session, from 0.
    pub number: usize,
    /// What was called, or meant.
    pub operation: Operation,
    /// Whether verb and path are those of the operation; else HTTP itself may refuse the call.
    pub is_routed: bool,
    /// The parameters, as they were meant: an identifier of a query is an object.
    pub parameters: Map<String, Value>,
    /// The HTTP status.
    pub http_status: u16,
    /// The body, if it is JSON.
    pub reply: Option<Value>,
}

impl Exchange {
    /// The exchange with this call, if its verb and path are those of an operation and its
    /// parameters can be read.
    #[must_use]
    pub fn read(
        number: usize,
        base: &BasePath,
        (verb, target, body): (&str, &str, &[u8]),
        (http_status, reply): (u16, &[u8]),
    ) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Route::Operation(operation) = find_route(base, verb, path) else {
            return None;
        };
        let parameters = match verb {
            "GET" => of_query(operation, &parse_query(query).ok()?),
            _ => plain_members(&parse_body_or_empty(body).ok()?),
        };
        Some(Self {
            number,
            operation,
            is_routed: true,
            parameters,
            http_status,
            reply: serde_json::from_slice(reply).ok(),
        })
    }

    /// The code of the status block; empty if there is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.status()["code"].as_str().unwrap_or_default()
    }

    /// The status block; null if there is none.
    #[must_use]
    pub fn status(&self) -> &Value {
        self.member("status")
    }

    /// What was answered; null if nothing.
    #[must_use]
    pub fn data(&self) -> &Value {
        self.member("data")
    }

    /// Whether the target says it went well.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.code() == "OK"
    }

    /// Whether it went well although the code does not say so: no refusal has anything to give.
    #[must_use]
    pub fn is_ok_by_another_name(&self) -> bool {
        let gives = match self.data() {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        gives && !self.is_ok()
    }

    /// The names in `fields_set`, if the call has one with names in it.
    #[must_use]
    pub fn fields(&self) -> Option<Vec<&str>> {
        let text = self.parameters.get("fields_set")?.as_str()?;
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        (!names.is_empty()).then_some(names)
    }

    fn member(&self, name: &str) -> &Value {
        static NOTHING: Value = Value::Null;
        self.reply.as_ref().and_then(|reply| reply.get(name)).unwrap_or(&NOTHING)
    }
}

fn plain_members(params: &Params<'_>) -> Map<String, Value> {
    let members = params.iter();
    members.map(|(name, value)| (name.to_owned(), plain(value))).collect()
}

/// The parameters of a query: `identifier=field=value` becomes an object.
fn of_query(operation: Operation, params: &Params<'_>) -> Map<String, Value> {
    let mut members = plain_members(params);
    for (name, value) in &mut members {
        let is_identifier = name.ends_with("_identifier") && operation.parameter(name).is_some();
        let parts = value.as_str().and_then(|text| text.split_once('='));
        if let (true, Some((field, found))) = (is_identifier, parts) {
            let found = Value::String(found.to_owned());
            *value = Value::Object(Map::from_iter([(field.to_owned(), found)]));
        }
    }
    members
}

fn plain(value: &Given<'_>) -> Value {
    use conax_contract::crm::Number as Found;
    match value {
        Given::Null => Value::Null,
        Given::Bool(flag) => Value::Bool(*flag),
        Given::Number(Found::Unsigned(number)) => Value::from(*number),
        Given::Number(Found::Negative(number)) => Value::from(*number),
        Given::Number(Found::Fraction(number)) => {
            Number::from_f64(*number).map_or(Value::Null, Value::Number)
        }
        Given::Text(text) => Value::String(text.clone().into_owned()),
        Given::Array(values) => Value::Array(values.iter().map(plain).collect()),
        Given::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| (name.clone().into_owned(), plain(value)));
            Value::Object(members.collect())
        }
    }
}
