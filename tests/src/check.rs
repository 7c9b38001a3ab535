//! What every reply of the provisioning API has to be, whatever was asked and however.

use std::collections::BTreeMap;

use axum::http::Response;
use conax_contract::crm::{
    HttpMode, Operation, RefusalCode, Route, Shape, SuccessTexts, find_route,
};
use conax_sim::settings::CrmSettings;
use conax_sim::worlds::WORLD_HEADER;
use serde_json::Value;

use crate::calls::Call;
use crate::shape::request_findings;

/// The settings that change what a reply looks like.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    mode: HttpMode,
    texts: SuccessTexts,
    shape: Shape,
    operation: Option<Operation>,
    partial: bool,
    /// Ids of one world say nothing about those of another.
    elsewhere: bool,
}

impl Expected {
    pub(crate) fn of(call: &Call, settings: &CrmSettings) -> Self {
        let path = match call.path().strip_prefix("/worlds/") {
            Some(rest) => rest.find('/').map_or("/", |end| &rest[end..]),
            None => call.path(),
        };
        let route = find_route(&settings.base_path, &call.verb, path);
        Self {
            mode: settings.http_mode,
            texts: settings.success_texts,
            shape: settings.shape,
            operation: match route {
                Route::Operation(operation) => Some(operation),
                Route::WrongVerb { .. } | Route::Unknown { .. } => None,
            },
            elsewhere: path != call.path() || names_world(call),
            partial: call.query().contains("fields_set="),
        }
    }

    /// Everything that is wrong with a reply.
    pub(crate) fn findings(&self, head: &Response<()>, json: &Value) -> Vec<String> {
        let mut findings = Vec::new();
        let content_type = head.headers().get("content-type");
        if content_type.is_none_or(|value| value != "application/json;charset=UTF-8") {
            findings.push(format!("the content type is {content_type:?}"));
        }
        let Some(members) = json.as_object() else {
            findings.push("the body is no JSON object".to_owned());
            return findings;
        };
        findings.extend(self.status_findings(head.status().as_u16(), &json["status"]));
        let names: Vec<&str> = members.keys().map(String::as_str).collect();
        let ok = json["status"]["code"] == "OK";
        let needed: &[&str] = if ok { &["status", "data"] } else { &["status"] };
        if names.len() != needed.len() || !needed.iter().all(|name| names.contains(name)) {
            findings.push(format!("the members are {names:?}, expected {needed:?}"));
        }
        if ok {
            findings.extend(self.data_findings(&json["data"]));
        }
        findings
    }

    fn status_findings(&self, http_status: u16, status: &Value) -> Vec<String> {
        let mut findings = Vec::new();
        let mut names: Vec<&str> = status
            .as_object()
            .into_iter()
            .flat_map(|members| members.keys().map(String::as_str))
            .collect();
        names.sort_unstable();
        if names != ["code", "description", "message"] {
            findings.push(format!("the status block has the members {names:?}"));
        }
        let texts = [&status["message"], &status["description"]];
        let code = status["code"].as_str().unwrap_or_default();
        if code == "OK" {
            let right = match self.texts {
                SuccessTexts::Null => texts.into_iter().all(Value::is_null),
                SuccessTexts::Empty => texts.into_iter().all(|text| text == ""),
            };
            if !right || http_status != 200 {
                findings.push(format!("success is told as {http_status} with {status}"));
            }
            return findings;
        }
        match RefusalCode::from_code(code) {
            None => findings.push(format!("the code `{code}` is not known")),
            Some(refusal) => {
                let expected = refusal.http_status(self.mode);
                if http_status != expected {
                    findings.push(format!("HTTP status {http_status}, expected {expected}"));
                }
            }
        }
        if !texts[0].as_str().is_some_and(is_sentence) {
            findings.push(format!("the message is no sentence: {}", texts[0]));
        }
        if !texts[1].is_null() && !texts[1].as_str().is_some_and(is_sentence) {
            findings.push(format!("the description is no sentence: {}", texts[1]));
        }
        findings
    }

    fn data_findings(&self, data: &Value) -> Vec<String> {
        let Some(operation) = self.operation else {
            return vec!["a call of no operation succeeded".to_owned()];
        };
        match operation {
            Operation::List => match data.as_array() {
                None => vec![format!("the data is no list: {data}")],
                Some(items) => items
                    .iter()
                    .enumerate()
                    .flat_map(|(place, item)| self.request(&format!("data[{place}]"), item))
                    .collect(),
            },
            Operation::IssueToken | Operation::IssueTokenForWebApiKey => {
                let members = data.as_object().map_or(0, serde_json::Map::len);
                let token = data["token"].as_str().unwrap_or_default();
                let hex =
                    token.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
                match members == 1 && token.len() == 32 && hex {
                    true => Vec::new(),
                    false => vec!["the data is no token of 32 upper-case digits".to_owned()],
                }
            }
            Operation::ReleaseToken if *data == serde_json::json!({}) => Vec::new(),
            Operation::ReleaseToken => vec![format!("the data is {data}, expected {{}}")],
            _ => self.request("data", data),
        }
    }

    fn request(&self, at: &str, value: &Value) -> Vec<String> {
        request_findings(at, value, self.shape, self.partial)
    }

    /// Whether whole requests are printed, so that they can be compared.
    pub(crate) fn prints_whole_requests(&self) -> bool {
        !self.partial && !self.elsewhere
    }
}

fn names_world(call: &Call) -> bool {
    call.headers.iter().any(|(name, _)| name == WORLD_HEADER)
}

/// Fit for showing to a person: starts with a capital, ends like a sentence.
fn is_sentence(text: &str) -> bool {
    text.len() > 20
        && text.starts_with(|letter: char| letter.is_uppercase())
        && text.trim_end().ends_with(['.', '?', '!'])
}

/// Every request that was printed so far: later prints must not contradict earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Memory(BTreeMap<String, Value>);

/// What never changes in the life of a request.
const FIXED: [&str; 10] = [
    "number",
    "type",
    "sequence_number",
    "scheduled_date",
    "process_immediately",
    "priority",
    "process_name",
    "process_id",
    "name",
    "parameters_set",
];

impl Memory {
    /// Compares with what was printed before, and remembers.
    pub(crate) fn findings(&mut self, data: &Value) -> Vec<String> {
        let items = match data {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let requests = items.iter().filter(|item| item["life_cycle_state"].is_string());
        requests.flat_map(|request| self.one(request)).collect()
    }

    fn one(&mut self, request: &Value) -> Vec<String> {
        let id = request["id"].as_str().unwrap_or_default().to_owned();
        let before = self.0.insert(id.clone(), request.clone());
        let Some(before) = before else {
            return Vec::new();
        };
        let state = |value: &Value| value["life_cycle_state"].clone();
        let mut findings = Vec::new();
        if state(&before) == state(request) || state(&before) != "PENDING" {
            // Law C1: what is settled stays as it is.
            if before != *request {
                findings.push(format!("{id} was printed as {before}, now as {request}"));
            }
            return findings;
        }
        for name in FIXED {
            if before.get(name) != request.get(name) {
                findings.push(format!("{id} changed its `{name}`"));
            }
        }
        let created = |value: &Value| value["log_information"]["created_date"].clone();
        if created(&before) != created(request) {
            findings.push(format!("{id} changed its `created_date`"));
        }
        findings
    }

    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}
