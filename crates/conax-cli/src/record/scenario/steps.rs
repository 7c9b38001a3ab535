//! From turns to the steps of a scenario. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use conax_contract::crm::{Member, Operation, ValueKind};
use conax_contract::text::{Outline, parse_moment, render_duration};
use conax_contract::world::WorldSpec;
use serde_json::Value;

use super::super::form::Exchange;
use super::calls::{identifier, is_of_the_form, is_part, sent, short_name, usual_field};
use super::expect::{Expecting, Kept};
use super::missing::Missing;
use super::placeholders::{Placeholders, is, map, variable, word};
use super::registry::{Registry, is_ok, operation_of, records, same_in};
use super::segments::{Segment, SegmentKind};

/// A step as it is written: what stands above it, and itself.
#[derive(Debug)]
pub(super) struct Step {
    /// Lines of comment.
    pub(super) comment: Vec<String>,
    /// The step; nothing, if something could not be one.
    pub(super) outline: Option<Outline>,
}

/// What is gathered while steps are written.
pub(super) struct Writer<'r> {
    /// The requests of the recording.
    pub(super) registry: &'r Registry<'r>,
    /// The world the scenario starts from.
    pub(super) world: &'r WorldSpec,
    /// Whether what is secret in that world may be written.
    pub(super) is_demo: bool,
    /// What stands for the names of the recording.
    pub(super) placeholders: Placeholders,
    /// Dates that calls sent.
    pub(super) sent_dates: Vec<String>,
    /// Variables of the scenario that are made up.
    pub(super) variables: BTreeMap<&'static str, Outline>,
    /// Secrets of the scenario.
    pub(super) secrets: Vec<String>,
    /// What the world lacks.
    pub(super) missing: Missing,
    /// Whether calls carry a token of the world.
    pub(super) uses_token_of_world: bool,
    /// The token of calls that name none, if a login gave it.
    pub(super) usual_token: Option<String>,
}

impl Writer<'_> {
    /// The steps of a turn.
    pub(super) fn steps(&mut self, segment: &Segment<'_>) -> Vec<Step> {
        let last = segment.exchange.number;
        let place = match segment.first == last {
            true => format!("exchange {last}"),
            false => format!("exchanges {} to {last}", segment.first),
        };
        if let SegmentKind::LeftOut(reason) = &segment.kind {
            let call = &segment.exchange.call;
            return vec![Step {
                comment: vec![format!(
                    "{place}, {} {}, is left out: {reason}",
                    call.verb, call.path
                )],
                outline: None,
            }];
        }
        let mut steps = Vec::new();
        if segment.passed > 0 {
            let time = render_duration(Duration::from_secs(segment.passed));
            steps.push(bare(map(vec![("advance", Outline::Word(time))])));
        }
        if segment.follows_run {
            steps.push(bare(Outline::Word("process".to_owned())));
        }
        let mut comment = vec![place];
        let findings = segment.exchange.findings.iter();
        comment.extend(findings.map(|finding| format!("not by the contract: {finding}")));
        let outlines = match &segment.kind {
            SegmentKind::Awaited { request, state } => vec![self.wait(segment, *request, state)],
            _ => self.call_steps(segment.exchange),
        };
        for outline in outlines {
            let comment = std::mem::take(&mut comment);
            steps.push(Step { comment, outline: Some(outline) });
        }
        steps
    }

    fn wait(&mut self, segment: &Segment<'_>, request: usize, state: &str) -> Outline {
        let records = records(segment.exchange);
        let view = records.first().copied().unwrap_or(&Value::Null);
        let never = match state {
            "COMPLETED" => "REJECTED",
            _ => "COMPLETED",
        };
        let wait = map(vec![
            ("request", word(&self.handle(request))),
            ("until", word(state)),
            ("never", word(never)),
            ("within", Outline::Word("1min".to_owned())),
        ]);
        let (expected, kept) = self.expecting().record(view, is_part(segment.exchange));
        // What it is asked for is the state that is waited for.
        let expected = expected.into_iter();
        let expected = expected.filter(|(name, _)| name != Member::LifeCycleState.code());
        let mut fields = vec![("wait", wait), ("expect", Outline::Map(expected.collect()))];
        fields.extend(self.keep(kept));
        map(fields)
    }

    /// What a step calls a request: a variable, or what it is called in the world.
    fn handle(&mut self, request: usize) -> String {
        let names: Vec<&str> = self.registry.all[request].names.iter().copied().collect();
        let known = names.iter().rev().find_map(|name| self.placeholders.known(name));
        // Numbers come last in the alphabet's order of `number-1` and `request-1` only by chance,
        // so one that is known is as good as the other.
        known.unwrap_or_else(|| self.placeholders.sent(names.first().copied().unwrap_or_default()))
    }

    fn expecting(&self) -> Expecting<'_> {
        Expecting {
            placeholders: &self.placeholders,
            world: self.world,
            sent_dates: &self.sent_dates,
        }
    }

    /// Keeps names for later steps.
    fn keep(&mut self, kept: Vec<Kept>) -> Option<(&'static str, Outline)> {
        if kept.is_empty() {
            return None;
        }
        let fields = kept.iter().map(|(name, member)| (variable(name), word(member)));
        let outline = Outline::Map(fields.collect());
        self.placeholders.kept.extend(kept.into_iter().map(|(name, _)| name));
        Some(("keep", outline))
    }

    /// A call and what is expected of its reply.
    fn call_steps(&mut self, exchange: &Exchange) -> Vec<Outline> {
        match operation_of(exchange) {
            None => vec![self.raw(exchange)],
            Some(operation) if is_of_the_form(operation, exchange) => {
                self.documented(operation, exchange)
            }
            Some(_) => vec![self.raw(exchange)],
        }
    }

    fn documented(&mut self, operation: Operation, exchange: &Exchange) -> Vec<Outline> {
        let mut sent = sent(exchange);
        let place = |name: &str| {
            let mut all = operation.parameters().iter();
            all.position(|entry| entry.name == name).unwrap_or(usize::MAX)
        };
        sent.sort_by_key(|(name, _)| place(name));
        self.note_dates(&sent);
        let mut fields = vec![("call", word(operation.name()))];
        fields.extend(self.token(operation, &sent, exchange));
        let (mut with, mut extra) = (Vec::new(), Vec::new());
        for (name, value) in sent.iter().filter(|(name, _)| name != "token") {
            match operation.parameter(name) {
                Some(entry) => with.push(self.parameter(entry.value, name, value, exchange)),
                None => extra.push((name.clone(), self.placeholders.sent_value(value))),
            }
        }
        fields.extend(self.basic(operation, exchange).map(|basic| ("basic", basic)));
        if !with.is_empty() {
            fields.push(("with", Outline::Map(with)));
        }
        if !extra.is_empty() {
            fields.push(("extra", Outline::Map(extra)));
        }
        let expectations = self.expectations(operation, exchange);
        let mut steps = Vec::new();
        for (expect, kept) in expectations {
            let mut fields = fields.clone();
            fields.push(("expect", expect));
            fields.extend(self.keep(kept));
            if matches!(operation, Operation::IssueToken | Operation::IssueTokenForWebApiKey) {
                self.log_in(exchange, &mut fields);
            }
            steps.push(map(fields));
        }
        steps
    }

    fn note_dates(&mut self, sent: &[(String, Value)]) {
        let texts = sent.iter().filter_map(|(_, value)| value.as_str());
        let dates = texts.filter(|text| parse_moment(text).is_some());
        self.sent_dates.extend(dates.map(str::to_owned));
    }

    fn parameter(
        &mut self,
        kind: ValueKind,
        name: &str,
        value: &Value,
        exchange: &Exchange,
    ) -> (String, Outline) {
        let short = |short: &str, value: Outline| (short.to_owned(), value);
        match kind {
            ValueKind::Identifier(kind) => {
                let identifier = identifier(value);
                match (kind, &identifier) {
                    (_, Some((field, value))) if *field == usual_field(kind) => {
                        short(short_name(kind), self.placeholders.sent_value(value))
                    }
                    (_, Some((field, value))) => {
                        let value = self.placeholders.sent_value(value);
                        (name.to_owned(), map(vec![(field, value)]))
                    }
                    (_, None) => (name.to_owned(), self.placeholders.sent_value(value)),
                }
            }
            ValueKind::Pin => (name.to_owned(), self.pin(value, exchange)),
            ValueKind::Secret => (name.to_owned(), self.password(exchange)),
            _ => (name.to_owned(), self.placeholders.sent_value(value)),
        }
    }

    /// What is expected of a reply. Of a list that holds more in our world than it did there, each
    /// request is looked for on its own.
    fn expectations(&self, operation: Operation, exchange: &Exchange) -> Vec<(Outline, Vec<Kept>)> {
        let mut fields = status_fields(exchange);
        let Some(body) = exchange.reply.body.json().filter(|_| is_ok(exchange)) else {
            return vec![(Outline::Map(fields), Vec::new())];
        };
        let one = |fields: Vec<(String, Outline)>| vec![(Outline::Map(fields), Vec::new())];
        match operation {
            Operation::ReleaseToken => one(fields),
            Operation::IssueToken | Operation::IssueTokenForWebApiKey => {
                let kind = if body["data"]["token"].is_string() { "text" } else { "absent" };
                fields.push(("token".to_owned(), is(kind)));
                one(fields)
            }
            Operation::List => self.list(exchange, &fields),
            _ => match records(exchange).first() {
                Some(view) => {
                    let (members, kept) = self.expecting().record(view, is_part(exchange));
                    fields.extend(members);
                    vec![(Outline::Map(fields), kept)]
                }
                None => {
                    fields.push(("data".to_owned(), is("absent")));
                    one(fields)
                }
            },
        }
    }

    fn list(&self, exchange: &Exchange, status: &[(String, Outline)]) -> Vec<(Outline, Vec<Kept>)> {
        let is_part = is_part(exchange);
        let views = records(exchange);
        let items: Vec<Outline> = views
            .iter()
            .map(|view| Outline::Map(self.expecting().record(view, is_part).0))
            .collect();
        let with = |data: Outline| {
            let mut fields = status.to_vec();
            fields.push(("data".to_owned(), data));
            (Outline::Map(fields), Vec::new())
        };
        if !self.world_has_more(exchange, &views) {
            return vec![with(Outline::List(items))];
        }
        match items.is_empty() {
            true => vec![with(is("list"))],
            false => {
                let contains = |item| with(map(vec![("contains", item)]));
                items.into_iter().map(contains).collect()
            }
        }
    }

    /// Whether the world has requests that such a list shows and the recorded one did not.
    fn world_has_more(&self, exchange: &Exchange, views: &[&Value]) -> bool {
        let filter = |name: &str, value: &str| {
            let mut all = exchange.call.parameters.iter();
            all.find(|(known, _)| known == name).is_none_or(|(_, wanted)| wanted == value)
        };
        let shown = |id: &str| {
            let mut shown = views.iter().filter_map(|view| {
                let index = self.registry.index_of(view)?;
                same_in(self.world, self.registry.all[index].first_whole()?)
            });
            shown.any(|one| one.id == id)
        };
        let mut all = self.world.provisioning_requests.iter();
        all.any(|one| {
            filter("type", one.request_type.code())
                && filter("life_cycle_state", one.life_cycle_state.code())
                && filter("reference_number", one.reference_number.as_deref().unwrap_or(""))
                && !shown(&one.id)
        })
    }
}

fn bare(outline: Outline) -> Step {
    Step { comment: Vec::new(), outline: Some(outline) }
}

/// The HTTP status and the status block. Sentences are everybody's own.
fn status_fields(exchange: &Exchange) -> Vec<(String, Outline)> {
    let mut fields = Vec::new();
    if let Some(status) = exchange.reply.status {
        fields.push(("http".to_owned(), Outline::Whole(i64::from(status))));
    }
    let Some(body) = exchange.reply.body.json() else {
        fields.push(("status".to_owned(), is("absent")));
        return fields;
    };
    fields.push(("status".to_owned(), super::placeholders::plain(&body["status"]["code"])));
    if !is_ok(exchange) && body["status"]["message"].is_string() {
        fields.push(("message".to_owned(), is("text")));
    }
    fields
}
