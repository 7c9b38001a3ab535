//! Spans in the JSON of OTLP: names in camel case, ids in hexadecimal, 64-bit numbers as texts.

use serde_json::{Map, Value, json};

use super::span::{Attribute, Service, Span};

/// The body of a post, and how many spans are in it.
pub(super) fn export_request(spans: impl Iterator<Item = Span>) -> (u64, String) {
    let spans: Vec<Span> = spans.collect();
    let resources = [(Service::Crm, "conax-sim-crm"), (Service::Conax, "conax-sim-conax")];
    let resources = resources.into_iter().filter_map(|(service, name)| {
        let own = spans.iter().filter(|span| span.service == service);
        let own: Vec<Value> = own.map(span).collect();
        (!own.is_empty()).then(|| resource(name, own))
    });
    let body = json!({ "resourceSpans": resources.collect::<Vec<Value>>() });
    (spans.len() as u64, body.to_string())
}

fn resource(name: &str, spans: Vec<Value>) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let text = |key: &str, value: &str| attribute(key, &Attribute::Text(value.to_owned()));
    json!({
        "resource": {
            "attributes": [text("service.name", name), text("service.version", version)],
        },
        "scopeSpans": [{ "scope": { "name": "conax-sim", "version": version }, "spans": spans }],
    })
}

fn span(span: &Span) -> Value {
    let attributes: Vec<Value> =
        span.attributes.iter().map(|(key, value)| attribute(key, value)).collect();
    let mut members = Map::from_iter([
        ("traceId".to_owned(), json!(format!("{:032x}", span.trace))),
        ("spanId".to_owned(), json!(format!("{:016x}", span.id))),
        ("name".to_owned(), json!(span.name)),
        ("kind".to_owned(), json!(span.kind as u8)),
        ("startTimeUnixNano".to_owned(), json!(nanos(span.from_ns))),
        ("endTimeUnixNano".to_owned(), json!(nanos(span.to_ns))),
        ("attributes".to_owned(), json!(attributes)),
    ]);
    if let Some(parent) = span.parent {
        members.insert("parentSpanId".to_owned(), json!(format!("{parent:016x}")));
    }
    if let Some(state) = &span.state {
        members.insert("traceState".to_owned(), json!(state));
    }
    if let Some(message) = &span.error {
        members.insert("status".to_owned(), json!({ "code": 2, "message": message }));
    }
    Value::Object(members)
}

fn attribute(key: &str, value: &Attribute) -> Value {
    let text = |text: &String| json!({ "stringValue": text });
    let value = match value {
        Attribute::Text(one) => text(one),
        Attribute::Whole(number) => json!({ "intValue": number.to_string() }),
        Attribute::Texts(all) => {
            let values: Vec<Value> = all.iter().map(text).collect();
            json!({ "arrayValue": { "values": values } })
        }
    };
    json!({ "key": key, "value": value })
}

/// Nanoseconds since 1970; a date before that is none.
fn nanos(nanos: i128) -> String {
    u64::try_from(nanos.max(0)).unwrap_or(u64::MAX).to_string()
}
