//! Which provisioning requests a recording is about, and what is known of each. Pure.

use std::collections::{BTreeMap, BTreeSet};

use conax_contract::crm::Operation;
use conax_contract::text::render_moment;
use conax_contract::world::{ProvisioningRequestSpec, WorldSpec};
use serde_json::Value;

use super::super::form::Exchange;
use super::super::names::{Kind, operation_at};

/// A provisioning request of the recording.
#[derive(Debug)]
pub(super) struct Known<'r> {
    /// What it is called: its id and its number, as far as they were seen.
    pub(super) names: BTreeSet<&'r str>,
    /// Whether a call of the recording made it.
    pub(super) is_made: bool,
    /// What was seen of it, in order.
    pub(super) views: Vec<&'r Value>,
}

impl Known<'_> {
    /// What was seen first with all its members.
    pub(super) fn first_whole(&self) -> Option<&Value> {
        let mut views = self.views.iter();
        let whole = views.find(|view| view["log_information"]["created_date"].is_string());
        whole.copied()
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Registry<'r> {
    /// In order of appearance.
    pub(super) all: Vec<Known<'r>>,
    by_name: BTreeMap<&'r str, usize>,
    /// Every name that stands for something.
    pub(super) names: BTreeSet<String>,
}

impl<'r> Registry<'r> {
    /// Those of these exchanges.
    pub(super) fn of(exchanges: &'r [Exchange]) -> Self {
        let mut registry = Self::default();
        for exchange in exchanges.iter().filter(|one| one.api == "crm") {
            registry.note_call(exchange);
            let operation = operation_of(exchange);
            let makes = operation.is_some_and(|operation| operation.creates().is_some());
            for view in records(exchange) {
                registry.note(view, makes);
            }
        }
        registry
    }

    fn note_call(&mut self, exchange: &Exchange) {
        for (_, value) in &exchange.call.parameters {
            self.note_names(value);
        }
        if let Some(body) = exchange.call.body.json() {
            self.note_all(body);
        }
        if let Some(token) = exchange.reply.body.json().map(|body| &body["data"]["token"]) {
            self.note_all(token);
        }
    }

    fn note_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.note_names(text),
            Value::Array(items) => items.iter().for_each(|item| self.note_all(item)),
            Value::Object(members) => members.values().for_each(|member| self.note_all(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn note_names(&mut self, text: &str) {
        let name = text.split_once('=').map_or(text, |(_, inner)| inner);
        if is_name(name) {
            self.names.insert(name.to_owned());
        }
    }

    fn note(&mut self, view: &'r Value, makes: bool) {
        let names = ["id", "number"].into_iter();
        let names: Vec<&str> = names.filter_map(|member| view[member].as_str()).collect();
        let known = names.iter().find_map(|name| self.by_name.get(name)).copied();
        let index = known.unwrap_or_else(|| {
            self.all.push(Known { names: BTreeSet::new(), is_made: makes, views: Vec::new() });
            self.all.len() - 1
        });
        for name in names {
            self.by_name.insert(name, index);
            self.all[index].names.insert(name);
            self.note_names(name);
        }
        self.all[index].views.push(view);
        self.note_all(&view["reference_number"]);
        // Shown: the reference of a rejected request stands in its response only.
        let response = view["response"].as_str().unwrap_or_default();
        for (at, _) in response.match_indices(Kind::Reference.word()) {
            let rest = &response[at..];
            let is_part = |letter: &char| letter.is_ascii_alphabetic() || *letter == '-';
            let word: String = rest.chars().take_while(is_part).collect();
            let digits = rest[word.len()..].chars();
            let digits: String = digits.take_while(char::is_ascii_digit).collect();
            self.note_names(&(word + &digits));
        }
        for item in view["parameters_set"].as_array().into_iter().flatten() {
            self.note_all(&item["id"]);
        }
    }

    /// The request a record is about.
    pub(super) fn index_of(&self, view: &Value) -> Option<usize> {
        let mut names = ["id", "number"].into_iter();
        names.find_map(|member| self.by_name.get(view[member].as_str()?).copied())
    }
}

/// The operation of a call.
pub(super) fn operation_of(exchange: &Exchange) -> Option<Operation> {
    operation_at(&exchange.call.verb, &exchange.call.path)
}

/// Whether it was answered with OK.
pub(super) fn is_ok(exchange: &Exchange) -> bool {
    let body = exchange.reply.body.json();
    body.is_some_and(|body| body["status"]["code"] == "OK")
}

/// The provisioning requests in a reply.
pub(super) fn records(exchange: &Exchange) -> Vec<&Value> {
    let Some(body) = exchange.reply.body.json().filter(|_| is_ok(exchange)) else {
        return Vec::new();
    };
    match operation_of(exchange) {
        Some(Operation::List) => body["data"].as_array().into_iter().flatten().collect(),
        Some(
            Operation::IssueToken | Operation::ReleaseToken | Operation::IssueTokenForWebApiKey,
        )
        | None => Vec::new(),
        Some(_) => body.get("data").filter(|data| data.is_object()).into_iter().collect(),
    }
}

/// Whether a text has the form of a name that was given to something.
pub(super) fn is_name(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(word, number)| {
        let is_word = Kind::ALL.iter().any(|kind| kind.word() == word);
        is_word && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The request of a world that this is, by what no renaming changes.
pub(super) fn same_in<'w>(
    world: &'w WorldSpec,
    view: &Value,
) -> Option<&'w ProvisioningRequestSpec> {
    world.provisioning_requests.iter().find(|request| {
        let log = &view["log_information"];
        view["type"] == request.request_type.code()
            && view["scheduled_date"] == render_moment(request.scheduled_date)
            && log["created_date"] == render_moment(request.log_information.created_date)
    })
}
