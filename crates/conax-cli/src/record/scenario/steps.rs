//! From turns to the steps of a scenario. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use conax_contract::crm::{IdentifierKind, Member, Operation, ValueKind, encode};
use conax_contract::text::{Outline, parse_moment, render_duration};
use conax_contract::world::WorldSpec;
use serde_json::Value;

use super::super::form::{Content, Exchange};
use super::additions::Additions;
use super::expect::{Expecting, Kept};
use super::registry::{Registry, is_ok, operation_of, records, same_in};
use super::turns::{Turn, TurnKind};
use super::words::{Words, is, map, variable, word};

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
    pub(super) words: Words,
    /// Dates that calls sent.
    pub(super) sent_dates: Vec<String>,
    /// Variables of the scenario that are made up.
    pub(super) variables: BTreeMap<&'static str, Outline>,
    /// Secrets of the scenario.
    pub(super) secrets: Vec<String>,
    /// What the world lacks.
    pub(super) additions: Additions,
    /// Whether calls carry a token of the world.
    pub(super) uses_token_of_world: bool,
    /// The token of calls that name none, if a login gave it.
    pub(super) usual_token: Option<String>,
}

impl Writer<'_> {
    /// The steps of a turn.
    pub(super) fn steps(&mut self, turn: &Turn<'_>) -> Vec<Step> {
        let last = turn.exchange.number;
        let place = match turn.first == last {
            true => format!("exchange {last}"),
            false => format!("exchanges {} to {last}", turn.first),
        };
        if let TurnKind::LeftOut(reason) = &turn.kind {
            let call = &turn.exchange.call;
            return vec![Step {
                comment: vec![format!(
                    "{place}, {} {}, is left out: {reason}",
                    call.verb, call.path
                )],
                outline: None,
            }];
        }
        let mut steps = Vec::new();
        if turn.passed > 0 {
            let time = render_duration(Duration::from_secs(turn.passed));
            steps.push(bare(map(vec![("advance", Outline::Word(time))])));
        }
        if turn.follows_run {
            steps.push(bare(Outline::Word("process".to_owned())));
        }
        let mut comment = vec![place];
        let findings = turn.exchange.findings.iter();
        comment.extend(findings.map(|finding| format!("not by the contract: {finding}")));
        let outlines = match &turn.kind {
            TurnKind::Awaited { request, state } => vec![self.wait(turn, *request, state)],
            _ => self.said(turn.exchange),
        };
        for outline in outlines {
            let comment = std::mem::take(&mut comment);
            steps.push(Step {
                comment,
                outline: Some(outline),
            });
        }
        steps
    }

    fn wait(&mut self, turn: &Turn<'_>, request: usize, state: &str) -> Outline {
        let records = records(turn.exchange);
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
        let (expected, kept) = self.expecting().record(view, is_part(turn.exchange));
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
        let known = names.iter().rev().find_map(|name| self.words.known(name));
        // Numbers come last in the alphabet's order of `number-1` and `request-1` only by chance,
        // so one that is known is as good as the other.
        known.unwrap_or_else(|| self.words.sent(names.first().copied().unwrap_or_default()))
    }

    fn expecting(&self) -> Expecting<'_> {
        Expecting {
            words: &self.words,
            world: self.world,
            sent_dates: &self.sent_dates,
        }
    }

    /// Keeps names for later steps.
    fn keep(&mut self, kept: Vec<Kept>) -> Option<(&'static str, Outline)> {
        if kept.is_empty() {
            return None;
        }
        let fields = kept
            .iter()
            .map(|(name, member)| (variable(name), word(member)));
        let outline = Outline::Map(fields.collect());
        self.words
            .kept
            .extend(kept.into_iter().map(|(name, _)| name));
        Some(("keep", outline))
    }

    /// A call and what is expected of its reply.
    fn said(&mut self, exchange: &Exchange) -> Vec<Outline> {
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
            all.position(|entry| entry.name == name)
                .unwrap_or(usize::MAX)
        };
        sent.sort_by_key(|(name, _)| place(name));
        self.note_dates(&sent);
        let mut fields = vec![("call", word(operation.name()))];
        fields.extend(self.token(operation, &sent, exchange));
        let (mut with, mut extra) = (Vec::new(), Vec::new());
        for (name, value) in sent.iter().filter(|(name, _)| name != "token") {
            match operation.parameter(name) {
                Some(entry) => with.push(self.parameter(entry.value, name, value, exchange)),
                None => extra.push((name.clone(), self.words.sent_value(value))),
            }
        }
        fields.extend(
            self.basic(operation, exchange)
                .map(|basic| ("basic", basic)),
        );
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
            if matches!(
                operation,
                Operation::IssueToken | Operation::IssueTokenForWebApiKey
            ) {
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

    /// Which token a call carries, if it is not the usual one.
    fn token(
        &mut self,
        operation: Operation,
        sent: &[(String, Value)],
        exchange: &Exchange,
    ) -> Option<(&'static str, Outline)> {
        operation.parameter("token")?;
        let token = sent.iter().find(|(name, _)| name == "token");
        let Some((_, token)) = token else {
            return Some(("token", Outline::Word("none".to_owned())));
        };
        let name = token.as_str().unwrap_or_default();
        if self.words.kept.contains(name) {
            let is_usual = self.usual_token.as_deref() == Some(name);
            return (!is_usual).then(|| ("token", word(&format!("${}", variable(name)))));
        }
        // One nobody logged in for is a token of the world, unless it was refused.
        refuses_token(exchange).then(|| ("token", Outline::text(&self.words.sent(name))))
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
                        short(short_name(kind), self.words.sent_value(value))
                    }
                    (_, Some((field, value))) => {
                        let value = self.words.sent_value(value);
                        (name.to_owned(), map(vec![(field, value)]))
                    }
                    (_, None) => (name.to_owned(), self.words.sent_value(value)),
                }
            }
            ValueKind::Pin => (name.to_owned(), self.pin(value, exchange)),
            ValueKind::Secret => (name.to_owned(), self.password(exchange)),
            _ => (name.to_owned(), self.words.sent_value(value)),
        }
    }

    /// Digits that are made up; one that was refused is replaced by one that is none.
    fn pin(&mut self, value: &Value, exchange: &Exchange) -> Outline {
        if value.is_null() || *value == "" {
            return super::words::plain(value);
        }
        if !is_ok(exchange) {
            return Outline::text("no digits");
        }
        // One that Conax did not take is replaced by one it does not take: it has too many digits.
        let is_taken = records(exchange).first().is_none_or(|view| {
            let ended = self
                .registry
                .index_of(view)
                .map(|index| &self.registry.all[index].views);
            let mut codes = ended
                .into_iter()
                .flatten()
                .map(|view| view["error_code"].as_str());
            !codes.any(|code| code.is_some_and(|code| code.contains("VALIDATION")))
        });
        let (name, count) = if is_taken { ("pin", 4) } else { ("bad_pin", 9) };
        let digits = map(vec![("digits", Outline::Whole(count))]);
        self.variables.insert(name, digits);
        Outline::Word(format!("${name}"))
    }

    /// The password of the user in the world; a user it lacks is added with a made-up one.
    fn password(&mut self, exchange: &Exchange) -> Outline {
        if !is_ok(exchange) {
            return Outline::text("not the password");
        }
        let call = exchange.call.body.json().unwrap_or(&Value::Null);
        let username = call["username"].as_str().unwrap_or_default();
        let mut users = self.world.users.iter();
        let known = users.find(|user| user.username.eq_ignore_ascii_case(username));
        let Some(user) = known else {
            return Outline::text(&self.add_user(username, call));
        };
        match user.password.as_ref().filter(|_| self.is_demo) {
            // The demo world's is printed in its file.
            Some(password) => Outline::text(password.expose()),
            None => self.secret("PASSWORD"),
        }
    }

    fn add_user(&mut self, username: &str, call: &Value) -> String {
        let made_up = format!("made up for {username}");
        let organisation = call["organisation"].as_str().unwrap_or_default();
        if organisation != self.world.organisation {
            self.additions.organisation = Some(organisation.to_owned());
        }
        let user = map(vec![
            ("id", Outline::text(&format!("made-up-{username}"))),
            ("username", Outline::text(username)),
            ("password", Outline::text(&made_up)),
        ]);
        if !self.additions.users.contains(&user) {
            self.additions.users.push(user);
            let guess = format!("the world has no user {username}; the password is made up");
            self.additions.guesses.push(guess);
        }
        made_up
    }

    fn secret(&mut self, name: &str) -> Outline {
        if !self.secrets.iter().any(|known| known == name) {
            self.secrets.push(name.to_owned());
        }
        Outline::Word(format!("${name}"))
    }

    /// The key of a key login.
    fn basic(&mut self, operation: Operation, exchange: &Exchange) -> Option<Outline> {
        if operation != Operation::IssueTokenForWebApiKey {
            return None;
        }
        exchange.call.authorization.as_ref()?;
        if !is_ok(exchange) {
            return Some(Outline::text("not a key:"));
        }
        let key = self.world.web_api_keys.first().filter(|_| self.is_demo);
        Some(match key {
            Some(key) => Outline::text(&format!("{}:", key.key.expose())),
            None => self.secret("WEB_API_KEY"),
        })
    }

    /// Keeps the token of a login. Unless calls carry one of the world's, too, it is that of all
    /// calls from then on.
    fn log_in(&mut self, exchange: &Exchange, fields: &mut Vec<(&'static str, Outline)>) {
        let Some(token) = issued_token(exchange) else {
            return;
        };
        let mut kept = vec![(variable(token), word("token"))];
        if !self.uses_token_of_world {
            kept.insert(0, ("token".to_owned(), word("token")));
            self.usual_token = Some(token.to_owned());
        }
        self.words.kept.insert(token.to_owned());
        fields.push(("keep", Outline::Map(kept)));
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
                let kind = if body["data"]["token"].is_string() {
                    "text"
                } else {
                    "absent"
                };
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
            all.find(|(known, _)| known == name)
                .is_none_or(|(_, wanted)| wanted == value)
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
                && filter(
                    "reference_number",
                    one.reference_number.as_deref().unwrap_or(""),
                )
                && !shown(&one.id)
        })
    }

    /// A call that is no documented one.
    fn raw(&mut self, exchange: &Exchange) -> Outline {
        let call = &exchange.call;
        let mut path = call.path.replace('$', "$$");
        for (index, (name, value)) in call.parameters.iter().enumerate() {
            let value = match name.as_str() {
                "token" if self.words.kept.contains(value) => format!("${}", variable(value)),
                "token" => "$token".to_owned(),
                _ => encode(&self.words.sent(value)).replace("%24", "$"),
            };
            let sign = if index == 0 { '?' } else { '&' };
            path.push_str(&format!("{sign}{}={value}", encode(name)));
        }
        let mut raw = vec![("method", word(&call.verb)), ("path", Outline::text(&path))];
        if let Some(Value::Object(members)) = call.body.json() {
            let mut members = members.clone();
            let token = members
                .get("token")
                .and_then(Value::as_str)
                .map(str::to_owned);
            members.remove("token");
            let mut json = match self.words.sent_value(&Value::Object(members)) {
                Outline::Map(fields) => fields,
                _ => Vec::new(),
            };
            if let Some(token) = token {
                let kept = self.words.kept.contains(&token);
                let token = if kept {
                    variable(&token)
                } else {
                    "token".to_owned()
                };
                json.push(("token".to_owned(), word(&format!("${token}"))));
            }
            raw.push(("json", Outline::Map(json)));
        } else if let Some(body) = call.body.json() {
            raw.push(("json", self.words.sent_value(body)));
        }
        let mut expect = Vec::new();
        if let Some(status) = exchange.reply.status {
            expect.push(("http".to_owned(), Outline::Whole(i64::from(status))));
        }
        let body = exchange.reply.body.json();
        if let Some(code) = body.and_then(|body| body["status"]["code"].as_str()) {
            expect.push(("status.code".to_owned(), Outline::text(code)));
        }
        map(vec![("raw", map(raw)), ("expect", Outline::Map(expect))])
    }
}

fn bare(outline: Outline) -> Step {
    Step {
        comment: Vec::new(),
        outline: Some(outline),
    }
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
    fields.push((
        "status".to_owned(),
        super::words::plain(&body["status"]["code"]),
    ));
    if !is_ok(exchange) && body["status"]["message"].is_string() {
        fields.push(("message".to_owned(), is("text")));
    }
    fields
}

/// The parameters of a call, wherever they stand.
fn sent(exchange: &Exchange) -> Vec<(String, Value)> {
    let text = |(name, value): &(String, String)| (name.clone(), Value::String(value.clone()));
    let query = exchange.call.parameters.iter().map(text);
    match exchange.call.body.json() {
        Some(Value::Object(members)) if exchange.call.verb != "GET" => members
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        _ => query.collect(),
    }
}

/// Whether the path means something to us and meant nothing there.
fn knows_no_such_method(exchange: &Exchange) -> bool {
    let body = exchange.reply.body.json();
    match body.and_then(|body| body["status"]["code"].as_str()) {
        Some(code) => code.contains("UNKNOWNMETHOD") || code.contains("WRONGVERB"),
        None => matches!(exchange.reply.status, Some(404 | 405)),
    }
}

/// Whether the call is written as documented ones are: its parameters in one place, each once.
fn is_of_the_form(operation: Operation, exchange: &Exchange) -> bool {
    let parameters = &exchange.call.parameters;
    let names: BTreeSet<&String> = parameters.iter().map(|(name, _)| name).collect();
    let is_written_well = match (operation.verb(), &exchange.call.body) {
        ("GET", body) => *body == Content::Empty && names.len() == parameters.len(),
        (_, Content::Json(body)) => body.is_object() && parameters.is_empty(),
        // A key login needs no parameters.
        (_, _) => operation == Operation::IssueTokenForWebApiKey && parameters.is_empty(),
    };
    is_written_well && !knows_no_such_method(exchange)
}

/// Whether calls carry a token nobody logged in for, and it was not refused: one of the world's.
pub(super) fn uses_token_of_world(exchanges: &[Exchange]) -> bool {
    let mut issued = BTreeSet::new();
    exchanges
        .iter()
        .filter(|one| one.door == "crm")
        .any(|exchange| {
            if let Some(token) = issued_token(exchange) {
                issued.insert(token);
            }
            let sent = sent(exchange);
            let token = sent.iter().find(|(name, _)| name == "token");
            let token = token.and_then(|(_, token)| token.as_str());
            token.is_some_and(|token| !issued.contains(token)) && !refuses_token(exchange)
        })
}

/// The token a login gave.
fn issued_token(exchange: &Exchange) -> Option<&str> {
    let is_login = matches!(
        operation_of(exchange),
        Some(Operation::IssueToken | Operation::IssueTokenForWebApiKey)
    );
    let body = exchange.reply.body.json().filter(|_| is_login)?;
    body["data"]["token"].as_str()
}

fn refuses_token(exchange: &Exchange) -> bool {
    let body = exchange.reply.body.json();
    let code = body.and_then(|body| body["status"]["code"].as_str());
    code.is_some_and(|code| code.contains("INVALIDTOKEN"))
}

/// Whether the call asked for some members only.
fn is_part(exchange: &Exchange) -> bool {
    let mut names = exchange.call.parameters.iter();
    names.any(|(name, value)| name == "fields_set" && !value.is_empty())
}

/// The one sub-field of an identifier, as a body or a query writes it.
fn identifier(value: &Value) -> Option<(&str, Value)> {
    match value {
        Value::Object(members) if members.len() == 1 => {
            let (field, value) = members.iter().next()?;
            Some((field, value.clone()))
        }
        Value::String(text) => {
            let (field, value) = text.split_once('=')?;
            Some((field, Value::String(value.to_owned())))
        }
        _ => None,
    }
}

const fn usual_field(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ProvisioningRequest | IdentifierKind::Subscription => "number",
        IdentifierKind::Service => "code",
        IdentifierKind::Smartcard | IdentifierKind::ExistingSmartcard => "serial_number",
    }
}

const fn short_name(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ProvisioningRequest => "request",
        IdentifierKind::Subscription => "subscription",
        IdentifierKind::Service => "service",
        IdentifierKind::Smartcard | IdentifierKind::ExistingSmartcard => "smartcard",
    }
}
