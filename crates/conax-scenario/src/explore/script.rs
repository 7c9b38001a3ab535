//! From moves to lines: the model says what each must give.

use std::time::Duration;

use chrono::TimeDelta;
use conax_contract::clause::{Clause, Strictness};
use conax_contract::crm::{CommandKind, Operation};
use conax_contract::text::{parse_moment, render_moment};
use serde_json::{Map, Value, json};

use super::inventory::{Eyes, Inventory};
use super::line::{ApiCall, Line, Token, Want, What};
use super::mistakes::mistaken;
use super::model::{Fate, Made, Model, State};
use super::moves::{Move, Order};

/// The date an exploration in a world of its own begins at.
pub(super) const START: &str = "2026-01-01T09:00:00";

const OPERATIONS: [Operation; 6] = [
    Operation::AddSubscriptions,
    Operation::CancelSubscriptions,
    Operation::CreatePairing,
    Operation::AddToExistingPairing,
    Operation::ResetPinToDefaultValue,
    Operation::ResetPinToGivenValue,
];

/// Values of `fields_set`; the first stands for none.
const FIELDS: [&str; 5] =
    ["", "id", "id,type,priority", "priority,life_cycle_state,id", "log_information"];

/// An id and a token nobody has.
pub(super) const NOBODY: &str = "00000000000000000000000000000000";

/// The PINs that are set.
const PINS: [&str; 2] = ["4711", "0815"];

/// The lines of a sequence of moves. What rests on a clause whose break does not count is not asked:
/// a target that reads the documents otherwise is as right.
#[must_use]
pub fn script(moves: &[Move], inventory: &Inventory, least: Strictness) -> Vec<Line> {
    let mut writer =
        Writer { inventory, least, model: Model::default(), lines: Vec::new(), logins: 0 };
    for one in moves {
        writer.add(one);
    }
    let mut lines = writer.lines;
    lines.retain(|line| line.counts(least));
    lines
}

struct Writer<'l> {
    inventory: &'l Inventory,
    least: Strictness,
    model: Model,
    lines: Vec<Line>,
    logins: usize,
}

/// `$r1`: the id of the second request, and so on.
fn name(letter: &str, index: usize) -> String {
    format!("${letter}{}", index + 1)
}

fn kept(letter: &str, index: usize) -> String {
    format!("{letter}{}", index + 1)
}

fn call(operation: Operation, parameters: Value) -> Line {
    Line::of(What::Call(ApiCall { operation, parameters, token: Token::Usual }))
}

fn refused(clause: &str, line: Line) -> Line {
    line.expecting("status", Want::Not("OK".into())).resting_on(clause)
}

impl Writer<'_> {
    /// Whether a break of this clause counts.
    fn counts(&self, clause: &str) -> bool {
        Clause::find(clause).is_some_and(|clause| clause.strictness <= self.least)
    }

    fn sees_all(&self) -> bool {
        self.inventory.eyes == Eyes::Everything
    }

    fn add(&mut self, one: &Move) {
        match one {
            Move::Order(order) => self.order(order),
            Move::WrongOrder(order, mistake) => self.wrong_order(order, *mistake),
            Move::Together(count) => self.together(usize::from(*count)),
            Move::Show { which, by_number, fields } => self.show(*which, *by_number, *fields),
            Move::WrongShow(how) => self.wrong_show(*how),
            Move::List { filter, fields, page } => self.list(*filter, *fields, *page),
            Move::Odd(how) => self.odd(*how),
            Move::WrongList(how) => self.wrong_list(*how),
            Move::Login(how) => self.login(*how),
            Move::Pass(minutes) if self.sees_all() => {
                let minutes = u64::from(*minutes);
                self.model.pass(minutes * 60);
                self.lines.push(Line::of(What::Pass(Duration::from_secs(minutes * 60))));
            }
            Move::Fault { preset, card } if self.sees_all() => self.fault(*preset, *card),
            Move::Conax(card) if self.sees_all() => self.conax(*card),
            Move::Ledger if self.sees_all() => self.ledger(),
            Move::Drift if self.sees_all() => self.drift(),
            Move::Pass(_) | Move::Fault { .. } | Move::Conax(_) | Move::Ledger | Move::Drift => {}
        }
    }

    fn order(&mut self, order: &Order) {
        let (parameters, made) = self.parameters(order);
        let mut line = call(made.operation, parameters);
        let index = self.model.create(made);
        line.keep = vec![(kept("r", index), "id"), (kept("n", index), "number")];
        if self.model.made[index].state == State::Completed {
            line.keep.push((kept("f", index), "reference_number"));
        }
        self.lines.push(self.expect_request(line, index, "", true));
    }

    /// What an answer must say of a request. A creation says more than a target that goes on by
    /// itself may say later.
    fn expect_request(&self, line: Line, index: usize, path: &str, is_creation: bool) -> Line {
        let made = &self.model.made[index];
        let at = |member: &str| format!("{path}{member}");
        let request_type = made.operation.creates().map_or("", CommandKind::code);
        let priority = if made.is_express { "EXPRESS" } else { "REGULAR" };
        let mut line = line
            .expecting(at("type"), Want::Is(request_type.into()))
            .expecting(at("priority"), Want::Is(priority.into()))
            .expecting(at("process_immediately"), Want::Is(u8::from(made.at_once).into()))
            .expecting(at("parameters_set"), Want::Something);
        let state_is_known = self.sees_all() || (is_creation && !made.at_once);
        if !state_is_known {
            return line;
        }
        line = line.expecting(at("life_cycle_state"), Want::Is(made.state.code().into()));
        if self.sees_all() {
            line = line.expecting(at("scheduled_date"), Want::Is(date(made.due).into()));
            let end = match made.state {
                State::Pending => ("executed_date", Want::Is(Value::Null)),
                State::Completed => ("reference_number", Want::Something),
                State::Rejected => ("error_code", Want::Something),
            };
            line = line.expecting(at(end.0), end.1);
        }
        line
    }

    /// The parameters of an order, and what the model has to know of it.
    fn parameters(&self, order: &Order) -> (Value, Made) {
        let operation = OPERATIONS[usize::from(order.operation) % OPERATIONS.len()];
        let card_index = usize::from(order.card) % self.inventory.cards.len();
        let service_index = usize::from(order.service) % self.inventory.services.len();
        let card = &self.inventory.cards[card_index];
        let key = usize::from(order.key);
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            members.insert(name.to_owned(), value);
        };
        let takes = |name: &str| operation.parameter(name).is_some();
        let pairs = matches!(operation, Operation::CreatePairing | Operation::AddToExistingPairing);
        if takes("subscription_identifier") && (!pairs || order.variant % 2 == 1) {
            put("subscription_identifier", by_key(&self.inventory.subscription, key));
        }
        if takes("service_identifier") {
            put("service_identifier", by_key(&self.inventory.services[service_index], key));
        }
        if takes("smartcard_identifier") {
            put("smartcard_identifier", by_key(&card.named, key));
        }
        let stb =
            |at: usize| json!([{ "stb_ca_id": card.modules.get(at).or(card.modules.first()) }]);
        match operation {
            Operation::CreatePairing => {
                put("smartcard_set", json!([{ "smartcard_ca_id": card.named.ca_id }]));
                put("stb_set", stb(0));
            }
            Operation::AddToExistingPairing => put("stb_set", stb(1)),
            Operation::ResetPinToGivenValue => {
                put("pin", PINS[usize::from(order.variant) % 2].into())
            }
            _ => {}
        }
        match order.priority % 3 {
            1 => put("priority", "REGULAR".into()),
            2 => put("priority", "EXPRESS".into()),
            _ => {}
        }
        let forms =
            [Value::Null, json!(true), json!(1), json!("true"), json!(false), json!(0), json!("0")];
        let mut form = usize::from(order.at_once) % forms.len();
        if form > 0 && !self.counts("process-immediately.forms") {
            // The forms that everybody takes.
            form = if form < 4 { 1 } else { 4 };
        }
        if form > 0 {
            put("process_immediately", forms[form].clone());
        }
        let due = self.model.now + u64::from(order.minutes) * 60;
        if order.minutes > 0 && self.sees_all() {
            let name = match takes("start_date") && !order.scheduled {
                true => "start_date",
                false => "scheduled_date",
            };
            put(name, date(due).into());
        }
        if order.variant == 3 && self.counts("parameters.unknown-ignored") {
            put("colour", "blue".into());
        }
        let made = Made {
            operation,
            card: card_index,
            service: service_index,
            is_express: order.priority % 3 == 2,
            due,
            at_once: (1..4).contains(&form),
            state: State::Pending,
            has_reference: false,
        };
        (Value::Object(members), made)
    }

    fn wrong_order(&mut self, order: &Order, mistake: u8) {
        let (parameters, made) = self.parameters(order);
        let operation = made.operation;
        let Some(mistaken) = mistaken(operation, parameters, mistake, self.inventory) else {
            return;
        };
        let api_call =
            ApiCall { operation, parameters: mistaken.parameters, token: mistaken.token };
        let line = refused(&mistaken.clause, Line::of(What::Call(api_call)));
        // What may be taken as well changes what there is.
        if !line.counts(self.least) {
            return;
        }
        self.lines.push(line);
        // What is refused leaves nothing behind.
        if mistake.is_multiple_of(4) && self.sees_all() {
            let wanted = operation.creates().map_or("", CommandKind::code);
            let count = self.model.made.iter().filter(|made| made.operation == operation).count();
            let list = call(Operation::List, json!({ "type": wanted, "fields_set": "id" }));
            self.lines.push(list.expecting("data", Want::Length(count)));
        }
    }

    fn together(&mut self, count: usize) {
        let mut calls = Vec::new();
        for card in 0..count {
            let order = Order { card: u8::try_from(card % 3).unwrap_or(0), ..Order::default() };
            let (parameters, made) = self.parameters(&order);
            let operation = made.operation;
            self.model.create(made);
            calls.push(ApiCall { operation, parameters, token: Token::Usual });
        }
        let first = self.model.made.len() - count;
        let mut line = Line::of(What::Together(calls));
        for index in first..first + count {
            line.keep.push((kept("r", index), "id"));
            line.keep.push((kept("n", index), "number"));
        }
        self.lines.push(line);
        if self.sees_all() {
            let count = self
                .model
                .made
                .iter()
                .filter(|made| made.operation == Operation::AddSubscriptions)
                .count();
            let list =
                call(Operation::List, json!({ "type": "ADD_SUBSCRIPTIONS", "fields_set": "id" }));
            self.lines.push(list.expecting("data", Want::Length(count)));
        }
    }

    fn show(&mut self, which: u8, by_number: bool, fields: u8) {
        let count = self.model.made.len();
        if count == 0 {
            return;
        }
        let index = count - 1 - usize::from(which) % count;
        let named = match by_number {
            true => json!({ "number": name("n", index) }),
            false => json!({ "id": name("r", index) }),
        };
        let fields = FIELDS[usize::from(fields) % FIELDS.len()];
        let mut parameters = json!({ "provisioning_request_identifier": named });
        if !fields.is_empty() {
            parameters["fields_set"] = fields.into();
        }
        let line = call(Operation::Show, parameters);
        self.lines.push(match fields {
            "" => self
                .expect_request(line, index, "", false)
                .expecting("id", Want::Is(name("r", index).into())),
            "id" => line.expecting("id", Want::Is(name("r", index).into())),
            "log_information" => line.expecting("log_information", Want::Something),
            _ => {
                let priority =
                    if self.model.made[index].is_express { "EXPRESS" } else { "REGULAR" };
                line.expecting("priority", Want::Is(priority.into()))
            }
        });
    }

    fn wrong_show(&mut self, how: u8) {
        let parameters = match how % 4 {
            0 => json!({ "provisioning_request_identifier": { "id": NOBODY } }),
            1 => json!({ "provisioning_request_identifier": { "number": "999999999" } }),
            2 => json!({}),
            _ => json!({ "provisioning_request_identifier": { "colour": "blue" } }),
        };
        let clause = match how % 4 {
            0 | 1 => "show.found",
            _ => "show.exactly-one-identifier",
        };
        let line = call(Operation::Show, parameters);
        self.lines.push(refused(clause, line));
    }

    fn odd(&mut self, how: u8) {
        let raw =
            |verb, path: String, body: Option<String>| Line::of(What::Raw { verb, path, body });
        let refused = |clause: &str, line: Line| {
            let line = line.expecting("status.code", Want::Not("OK".into()));
            line.resting_on(clause)
        };
        let order = Operation::AddSubscriptions.path();
        let (show, list) = (Operation::Show.path(), Operation::List.path());
        match how % 6 {
            0 => {
                let line = raw("GET", format!("/{order}?token=$token"), None);
                self.lines.push(refused("methods.verb", line));
            }
            1 => {
                let line = raw("POST", format!("/{list}?token=$token"), None);
                self.lines.push(refused("methods.verb", line));
            }
            2 => {
                let path = "/conax_web_services/provisioning_requests/delete?token=$token";
                let line = raw("GET", path.to_owned(), None);
                self.lines.push(refused("methods.path", line));
            }
            3 => {
                let (parameters, _) = self.parameters(&Order::default());
                let body = parameters.to_string();
                let body = format!(
                    "{},\"token\":\"$token\",\"priority\":\"REGULAR\",\"priority\":\"EXPRESS\"}}",
                    &body[..body.len() - 1]
                );
                let line = raw("POST", format!("/{order}"), Some(body));
                self.lines.push(refused("body.each-parameter-once", line));
            }
            // The same refused call is refused the same way.
            4 => {
                let call = || raw("GET", format!("/{show}?token=$token"), None);
                let mut first = refused("show.exactly-one-identifier", call());
                first.keep.push(("code".to_owned(), "status.code"));
                self.lines.push(first);
                let again = call().expecting("status.code", Want::Is("$code".into()));
                self.lines.push(again.resting_on("same.refused-twice"));
            }
            _ => {
                let Some(index) = self.model.made.len().checked_sub(1) else {
                    return;
                };
                let path = format!(
                    "/{show}?token=$token&provisioning_request_identifier=id={}&fields_set=id",
                    name("r", index)
                );
                let line = raw("GET", path, None);
                let line = line.expecting("data.id", Want::Is(name("r", index).into()));
                let line = line.expecting("data.priority", Want::Absent);
                self.lines.push(line.resting_on("show.fields-set-exact"));
            }
        }
    }

    fn list(&mut self, filter: u8, fields: u8, page: u8) {
        let states = [State::Pending, State::Completed, State::Rejected];
        let made = || self.model.made.iter().enumerate();
        let filter = usize::from(filter) % 12;
        let (mut parameters, matching): (Value, Vec<usize>) = match filter {
            0..=5 => {
                let operation = OPERATIONS[filter];
                let code = operation.creates().map_or("", CommandKind::code);
                let found = made().filter(|(_, made)| made.operation == operation);
                (json!({ "type": code }), found.map(|(index, _)| index).collect())
            }
            6..=8 => {
                let state = states[filter - 6];
                let found = made().filter(|(_, made)| made.state == state);
                (
                    json!({ "life_cycle_state": state.code() }),
                    found.map(|(index, _)| index).collect(),
                )
            }
            9 => (json!({ "type": "DISPLAY_FINGERPRINT" }), Vec::new()),
            _ => {
                let known = made().find(|(index, made)| {
                    made.has_reference && made.at_once && self.keeps(&kept("f", *index))
                });
                match known {
                    Some((index, _)) => {
                        (json!({ "reference_number": name("f", index) }), vec![index])
                    }
                    None => (json!({ "reference_number": "none" }), Vec::new()),
                }
            }
        };
        let fields = FIELDS[usize::from(fields) % FIELDS.len()];
        if !fields.is_empty() {
            parameters["fields_set"] = fields.into();
        }
        let pages = [
            None,
            Some((1, 0)),
            Some((1, 1)),
            Some((2, 1)),
            Some((0, 0)),
            Some((9, 2)),
            None,
            None,
        ];
        let page = pages[usize::from(page) % pages.len()];
        let shown: Vec<usize> = match page {
            None => matching,
            Some((limit, offset)) => {
                parameters["number_of_results"] = limit.to_string().into();
                if offset > 0 {
                    parameters["offset"] = offset.to_string().into();
                }
                matching.into_iter().skip(offset).take(limit).collect()
            }
        };
        let mut line = call(Operation::List, parameters);
        if self.sees_all() {
            line = line.expecting("data", Want::Length(shown.len()));
            if fields.is_empty() || fields.contains("id") && fields != "log_information" {
                for (place, index) in shown.iter().enumerate() {
                    // Of requests created at the same time nobody knows the order.
                    if !self.is_together(*index) {
                        line = line
                            .expecting(format!("{place}.id"), Want::Is(name("r", *index).into()));
                    }
                }
            }
        }
        self.lines.push(line);
    }

    /// Whether an earlier line keeps this.
    fn keeps(&self, name: &str) -> bool {
        self.lines.iter().any(|line| line.keep.iter().any(|(kept, _)| kept == name))
    }

    fn is_together(&self, index: usize) -> bool {
        let name = kept("r", index);
        self.lines.iter().any(|line| {
            matches!(line.what, What::Together(_))
                && line.keep.iter().any(|(kept, _)| *kept == name)
        })
    }

    fn wrong_list(&mut self, how: u8) {
        let parameters = match how % 10 {
            0 => json!({}),
            1 => json!({ "type": "ADD_SUBSCRIPTIONS", "life_cycle_state": "PENDING" }),
            2 => json!({ "life_cycle_state": "PENDING", "reference_number": "none" }),
            3 => json!({ "type": "ADD_SUBSCRIPTIONS", "reference_number": "none" }),
            4 => json!({ "type": "NOTHING" }),
            5 => json!({ "life_cycle_state": "DONE" }),
            6 => json!({ "life_cycle_state": "PENDING", "number_of_results": "-1" }),
            7 => json!({ "life_cycle_state": "PENDING", "offset": "many" }),
            _ => {
                let (token, clause) = match how % 10 {
                    8 => (Token::Absent, "token.mandatory"),
                    _ => (Token::Text(NOBODY.to_owned()), "token.unknown"),
                };
                let line = Line::of(What::Call(ApiCall {
                    operation: Operation::List,
                    parameters: json!({ "life_cycle_state": "PENDING" }),
                    token,
                }));
                self.lines.push(refused(clause, line));
                return;
            }
        };
        let clause = match how % 10 {
            0..=3 => "list.one-filter",
            4 => "list.type-values",
            5 => "list.state-values",
            _ => "list.paging-values",
        };
        let line = call(Operation::List, parameters);
        self.lines.push(refused(clause, line));
    }

    fn login(&mut self, how: u8) {
        let Some([username, password, organisation]) = &self.inventory.login else {
            return;
        };
        let body = |password: &str| json!({ "username": username, "password": password, "organisation": organisation });
        let api_call = |operation, parameters, token| {
            Line::of(What::Call(ApiCall { operation, parameters, token }))
        };
        let issue = |parameters| api_call(Operation::IssueToken, parameters, Token::Absent);
        if how.is_multiple_of(6) {
            let line = issue(body("not-the-password"));
            self.lines.push(refused("token.login-mandatory", line));
            return;
        }
        if how % 6 == 1 {
            let line = issue(json!({ "username": username, "password": password }));
            self.lines.push(refused("token.login-mandatory", line));
            return;
        }
        let index = self.logins;
        self.logins += 1;
        let mut line = issue(body(password)).expecting("token", Want::Something);
        line.keep.push((kept("t", index), "token"));
        self.lines.push(line);
        let token = Token::Text(name("t", index));
        match how % 6 {
            2 => {
                let release = api_call(Operation::ReleaseToken, json!({}), token.clone());
                self.lines.push(release.expecting("status", Want::Is("OK".into())));
                let list = json!({ "life_cycle_state": "PENDING" });
                let line = api_call(Operation::List, list, token);
                self.lines.push(refused("token.release", line));
            }
            3 => {
                let line = issue(body("not-the-password"));
                self.lines.push(refused("token.login-mandatory", line));
            }
            _ => {
                let count = self.model.count(State::Pending);
                let list =
                    api_call(Operation::List, json!({ "life_cycle_state": "PENDING" }), token);
                self.lines.push(match self.sees_all() {
                    true => list.expecting("data", Want::Length(count)),
                    false => list,
                });
            }
        }
    }

    fn fault(&mut self, preset: u8, card: u8) {
        let (fate, id) = Fate::ALL[usize::from(preset) % Fate::ALL.len()];
        let index = usize::from(card) % self.inventory.cards.len();
        let Some(ca_id) = self.inventory.cards[index].named.ca_id.clone() else {
            return;
        };
        // The second rule for a smartcard would wait behind the first; one at a time is clear.
        if self.model.fates.iter().any(|(of, _)| *of == index) {
            return;
        }
        self.model.fates.push((index, fate));
        let rule = json!({ "preset": id, "when": { "card": ca_id }, "times": 1 });
        self.lines.push(Line::of(What::Fault(rule)));
    }

    fn conax(&mut self, card: u8) {
        let index = usize::from(card) % self.inventory.cards.len();
        let card = &self.inventory.cards[index];
        let Some(ca_id) = card.named.ca_id.clone() else {
            return;
        };
        let services = self.inventory.services.iter().enumerate();
        let mut entitled: Vec<String> = services
            .filter(|(service, _)| self.model.active.contains(&(index, *service)))
            .filter_map(|(_, named)| named.ca_id.clone())
            .collect();
        entitled.sort_unstable();
        let mut line =
            Line::of(What::Conax(ca_id.clone())).expecting("entitled", Want::Is(entitled.into()));
        let paired = match self.model.paired.get(&index) {
            None => Value::Null,
            Some(modules) => {
                let modules: Vec<&String> =
                    modules.iter().filter_map(|module| card.modules.get(*module)).collect();
                json!({ "smartcards": [ca_id], "modules": modules })
            }
        };
        line = line.expecting("paired", Want::Is(paired));
        self.lines.push(line);
    }

    fn ledger(&mut self) {
        let count = |state| Want::Is(self.model.count(state).into());
        let mut line = Line::of(What::Ledger)
            .expecting("acknowledged", Want::Is(self.model.made.len().into()))
            .expecting("completed", count(State::Completed))
            .expecting("rejected", count(State::Rejected))
            .expecting("pending", count(State::Pending));
        if !self.model.is_unsure {
            line = line.expecting("executed twice", Want::Is(self.model.twice.into()));
            // What was carried out twice is neither known nor wholly untrue.
            if self.model.twice == 0 {
                line = line
                    .expecting("false completions", Want::Is(self.model.false_completions.into()))
                    .expecting("unknown to the CRM", Want::Is(self.model.unknown_to_crm.into()));
            }
        }
        self.lines.push(line);
    }

    fn drift(&mut self) {
        let was_faulty = self.lines.iter().any(|line| matches!(line.what, What::Fault(_)));
        if !was_faulty {
            self.lines.push(Line::of(What::NoDrift));
        }
    }
}

fn by_key(named: &crate::verify::Named, key: usize) -> Value {
    let keys: Vec<&str> = named.keys().collect();
    match keys.len() {
        0 => Value::Null,
        count => named.by(keys[key % count]).unwrap_or_default(),
    }
}

fn date(seconds: u64) -> String {
    let start = parse_moment(START).unwrap_or_default();
    let delta = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0));
    render_moment(start + delta)
}
