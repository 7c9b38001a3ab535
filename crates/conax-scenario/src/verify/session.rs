//! One verification at one target: makes calls, keeps what was said, hands it to the witness.

use std::collections::BTreeSet;
use std::time::Duration;

use conax_contract::crm::{Operation, mask_json, mask_query};
use conax_contract::text::{render_duration, shortened};
use serde_json::{Map, Value, json};

use super::record::ExchangeNote;
use super::world::TargetWorld;
use crate::conformance::{Break, Exchange, Verdicts, Witness};
use crate::document::Api;
use crate::target::{Ending, HttpCall, HttpReply, Target, TargetProblem, documented};

/// Calls in a row without an answer after which a target counts as gone.
const GIVE_UP: usize = 3;

/// What opens the target; never printed.
#[derive(Clone, Default)]
pub struct Credentials {
    /// A token.
    pub token: Option<String>,
    /// The password of the login.
    pub password: Option<String>,
    /// A Web API key.
    pub web_api_key: Option<String>,
}

/// How a verification is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the target is, for commands that repeat a call; without a slash at its end.
    pub address: String,
    /// What `curl` is to be told of certificates there, as a shell takes it.
    pub curl_flags: String,
    /// What the record is to say of how it is called.
    pub warnings: Vec<String>,
    /// Whether only GETs are sent.
    pub is_read_only: bool,
    /// Time between two calls.
    pub pace: Duration,
    /// How many calls are made at the same time where that is the point.
    pub parallel: usize,
}

impl Options {
    /// Everything, as fast as it goes, at this address.
    #[must_use]
    pub fn at(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            curl_flags: String::new(),
            warnings: Vec::new(),
            is_read_only: false,
            pace: Duration::ZERO,
            parallel: 8,
        }
    }
}

/// Shorter secrets would hide half of everything.
const SHORTEST_SECRET: usize = 4;

/// One verification at one target.
pub struct Session<'t> {
    pub(super) world: &'t TargetWorld,
    pub(super) credentials: &'t Credentials,
    pub(super) options: &'t Options,
    pub(super) witness: Witness,
    pub(super) token: String,
    target: &'t mut dyn Target,
    notes: Vec<ExchangeNote>,
    /// Ids of what was created.
    created: Vec<String>,
    /// Those of them that were created at the same time as others.
    together: BTreeSet<String>,
    unanswered: usize,
    trouble: Option<String>,
    /// What is said of clauses after somebody stopped it, on answers that are missing: nothing.
    unsaid: Option<Verdicts>,
    /// Tokens that were issued.
    issued: Vec<String>,
    /// Whether activations are refused because a cancellation waits.
    is_blocked: bool,
    /// Whether pairings are refused that belong to no subscription.
    pub(super) ties_pairings: bool,
}

type Parameters = Map<String, Value>;

impl<'t> Session<'t> {
    /// A session that has said nothing yet.
    pub fn new(
        target: &'t mut dyn Target,
        world: &'t TargetWorld,
        credentials: &'t Credentials,
        options: &'t Options,
    ) -> Self {
        let token = credentials.token.clone().or_else(|| target.token());
        Self {
            world,
            credentials,
            options,
            witness: Witness::knowing(world.records()),
            token: token.unwrap_or_default(),
            target,
            notes: Vec::new(),
            created: Vec::new(),
            together: BTreeSet::new(),
            unanswered: 0,
            trouble: None,
            unsaid: None,
            issued: Vec::new(),
            is_blocked: false,
            ties_pairings: false,
        }
    }

    /// The verdicts so far.
    pub(super) const fn verdicts(&mut self) -> &mut Verdicts {
        match &mut self.unsaid {
            Some(unsaid) => unsaid,
            None => &mut self.witness.verdicts,
        }
    }

    /// Whether somebody stopped the verification; then nothing more is asked, nor said of clauses.
    fn is_stopped(&mut self) -> bool {
        let is_stopped = self.target.is_over() == Some(Ending::Interrupted);
        if is_stopped && self.unsaid.is_none() {
            self.unsaid = Some(Verdicts::default());
            self.trouble = Some("it was stopped".to_owned());
        }
        is_stopped
    }

    /// Why the target cannot be asked any more.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// The ids of everything that was created, in order.
    pub(super) fn created(&self) -> &[String] {
        &self.created
    }

    /// Whether a request was created at the same time as others.
    pub(super) fn is_of_several(&self, id: &str) -> bool {
        self.together.contains(id)
    }

    /// Values nobody may read, whatever a target says them in.
    pub(super) fn secrets(&self) -> Vec<String> {
        let own = [&self.credentials.password, &self.credentials.web_api_key];
        let own = own.into_iter().flatten().cloned();
        let tokens = self.issued.iter().cloned().chain([self.token.clone()]);
        own.chain(tokens).filter(|secret| secret.len() >= SHORTEST_SECRET).collect()
    }

    /// What is left of a session.
    pub(super) fn into_parts(self) -> (Witness, Vec<ExchangeNote>, usize) {
        (self.witness, self.notes, self.created.len())
    }

    /// Calls an operation with the session's token, unless the parameters have one; `token: null`
    /// sends none. The witness hears the answer.
    pub(super) fn call(&mut self, operation: Operation, parameters: Value) -> Option<Exchange> {
        let parameters = self.with_token(operation, parameters);
        let call = documented(operation, &parameters);
        let exchange = self.exchange(operation, parameters, call)?;
        self.witness.observe(&exchange);
        Some(exchange)
    }

    /// Calls an operation as [`call`](Self::call) does, so that no witness hears the answer.
    pub(super) fn ask(&mut self, operation: Operation, parameters: Value) -> Option<Exchange> {
        let parameters = self.with_token(operation, parameters);
        let call = documented(operation, &parameters);
        self.exchange(operation, parameters, call)
    }

    /// Lets the witness hear the answer to what was asked.
    pub(super) fn observe(&mut self, exchange: &Exchange) {
        self.witness.observe(exchange);
    }

    /// Makes a call in a form of its own; it means the operation with these parameters.
    pub(super) fn call_as(
        &mut self,
        operation: Operation,
        parameters: Value,
        call: HttpCall,
    ) -> Option<Exchange> {
        let parameters = match parameters {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let exchange = self.exchange(operation, parameters, call)?;
        self.witness.observe(&exchange);
        Some(exchange)
    }

    /// Makes a call whose meaning is open, so that no witness hears it.
    pub(super) fn call_unheard(
        &mut self,
        operation: Operation,
        call: HttpCall,
    ) -> Option<Exchange> {
        self.exchange(operation, Map::new(), call)
    }

    /// Makes calls at the same time.
    pub(super) fn call_together(&mut self, calls: Vec<(Operation, Value)>) -> Vec<Exchange> {
        let calls: Vec<(Operation, Parameters)> = calls
            .into_iter()
            .map(|(operation, parameters)| (operation, self.with_token(operation, parameters)))
            .collect();
        let made = calls.iter().map(|(operation, parameters)| documented(*operation, parameters));
        let made: Vec<HttpCall> = made.collect();
        let replies = self.target.exchange(made.clone());
        let mut exchanges = Vec::new();
        for (((operation, parameters), call), reply) in calls.into_iter().zip(made).zip(replies) {
            exchanges.extend(self.note(operation, parameters, &call, reply));
        }
        let ids = exchanges.iter().filter_map(|exchange| exchange.data()["id"].as_str());
        self.together.extend(ids.map(str::to_owned));
        let all: Vec<&Exchange> = exchanges.iter().collect();
        self.witness.observe_together(&all);
        exchanges
    }

    /// The token to send, if any: that of the parameters, or the session's.
    fn with_token(&self, operation: Operation, parameters: Value) -> Parameters {
        let mut members = match parameters {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        if members.get("token").is_some_and(Value::is_null) {
            members.remove("token");
        } else if operation.needs_token() && !members.contains_key("token") {
            members.insert("token".to_owned(), self.token.clone().into());
        }
        members
    }

    fn exchange(
        &mut self,
        operation: Operation,
        parameters: Parameters,
        call: HttpCall,
    ) -> Option<Exchange> {
        if self.is_stopped() || self.trouble.is_some() {
            return None;
        }
        if !self.options.pace.is_zero() {
            self.target.sleep(self.options.pace);
        }
        let reply = self.target.exchange(vec![call.clone()]).pop();
        let reply = reply.unwrap_or_else(|| Err(TargetProblem::NoReply("no reply".to_owned())));
        self.note(operation, parameters, &call, reply)
    }

    fn note(
        &mut self,
        operation: Operation,
        parameters: Parameters,
        call: &HttpCall,
        reply: Result<HttpReply, TargetProblem>,
    ) -> Option<Exchange> {
        let number = self.notes.len();
        let mut note = ExchangeNote::of(number, call, self.options);
        let reply = match reply {
            Ok(reply) => reply,
            Err(_) if self.is_stopped() => return None,
            Err(problem) => {
                self.unanswered += 1;
                if self.unanswered >= GIVE_UP || number == 0 {
                    self.trouble = Some(match number {
                        0 => format!("the target does not answer: {problem}"),
                        _ => format!("the target does not answer any more: {problem}"),
                    });
                }
                note.reply = format!("no reply: {problem}");
                self.notes.push(note);
                let how = Break::at(number, "", "an answer", problem.to_string());
                self.verdicts().broken("status.json", how);
                return None;
            }
        };
        self.unanswered = 0;
        note.http_status = Some(reply.status);
        note.reply = mask_json(&reply.body);
        self.notes.push(note);
        let path = call.target.split('?').next().unwrap_or_default();
        let is_routed = call.method == operation.verb()
            && path.trim_end_matches('/').ends_with(operation.path());
        let exchange = Exchange {
            number,
            operation,
            is_routed,
            parameters,
            http_status: reply.status,
            reply: serde_json::from_slice(&reply.body).ok(),
        };
        if let Some(token) = exchange.data()["token"].as_str() {
            self.issued.push(token.to_owned());
        }
        if operation.creates().is_some()
            && exchange.is_ok()
            && let Some(id) = exchange.data()["id"].as_str()
        {
            self.created.push(id.to_owned());
        }
        Some(exchange)
    }

    /// Logs in anew if the session's token opens nothing any more, such as at a target that gives
    /// each user one token at a time. Whether it had to.
    pub(super) fn renew_token(&mut self) -> bool {
        let list = json!({ "type": "ADD_SUBSCRIPTIONS", "fields_set": "id" });
        let is_dead = |exchange: &Exchange| !exchange.is_ok() && !exchange.code().is_empty();
        if !self.ask(Operation::List, list.clone()).as_ref().is_some_and(is_dead) {
            return false;
        }
        let old = std::mem::take(&mut self.token);
        self.log_in();
        if self.token.is_empty() {
            self.token = old;
            return false;
        }
        self.ask(Operation::List, list).is_some_and(|exchange| exchange.is_ok())
    }

    /// The call has to be refused, as the clauses say.
    pub(super) fn refused(
        &mut self,
        clauses: &[&str],
        operation: Operation,
        parameters: Value,
    ) -> Option<Exchange> {
        let what = masked_parameters(&parameters);
        let exchange = self.call(operation, parameters)?;
        self.judge_refused(clauses, &exchange, &what);
        Some(exchange)
    }

    /// Judges that a call was refused with a status block.
    pub(super) fn judge_refused(&mut self, clauses: &[&str], exchange: &Exchange, what: &str) {
        // No document says which HTTP status or code a refusal has.
        let says_no = !exchange.code().is_empty() || (400..500).contains(&exchange.http_status);
        let is_refused = !exchange.is_ok() && says_no && exchange.http_status < 500;
        // The first clause says most closely what is wrong with the call.
        let closest = clauses.first().copied();
        let fails = (exchange.http_status >= 500).then_some("status.no-5xx");
        for clause in clauses {
            let cause = fails.or(closest.filter(|closest| closest != clause));
            self.verdicts().judge(clause, is_refused, || {
                let found = match exchange.is_ok() {
                    true => "it was taken".to_owned(),
                    false => {
                        format!("HTTP {} without a refusal's status block", exchange.http_status)
                    }
                };
                Break::at(exchange.number, "status.code", format!("a refusal of {what}"), found)
                    .caused_by(cause)
            });
        }
    }

    /// The call has to be taken, as the clauses say.
    pub(super) fn accepted(
        &mut self,
        clauses: &[&str],
        operation: Operation,
        parameters: Value,
    ) -> Option<Exchange> {
        let exchange = self.call(operation, parameters)?;
        self.judge_accepted(clauses, &exchange);
        exchange.is_ok().then_some(exchange)
    }

    /// Judges that a call was taken.
    pub(super) fn judge_accepted(&mut self, clauses: &[&str], exchange: &Exchange) {
        let cause = self.cause_of_refusal(exchange);
        for clause in clauses {
            self.verdicts().judge(clause, exchange.is_ok(), || {
                let message = exchange.status()["message"].as_str().unwrap_or("no message");
                let found = format!("{}: {message}", exchange.code());
                Break::at(exchange.number, "status.code", "OK", found).caused_by(cause)
            });
        }
    }

    /// The clause that tells more closely why a call was not taken, if one does.
    pub(super) fn cause_of_refusal(&self, exchange: &Exchange) -> Option<&'static str> {
        let verdicts = &self.witness.verdicts;
        if exchange.http_status >= 500 {
            Some("status.no-5xx")
        } else if exchange.is_ok_by_another_name() || verdicts.is_success(exchange.code()) {
            Some("status.ok")
        } else if exchange.operation == Operation::AddSubscriptions && self.is_blocked {
            Some("add_subscriptions.opposite-pending")
        } else {
            None
        }
    }

    /// A waiting cancellation kept an activation from being created: it does so from now on.
    pub(super) const fn blocked(&mut self) {
        self.is_blocked = true;
    }

    /// Judges a comparison of this exchange with something else.
    pub(super) fn judge(
        &mut self,
        clauses: &[&str],
        exchange: &Exchange,
        holds: bool,
        expected: &str,
        found: &str,
    ) {
        for clause in clauses {
            self.verdicts()
                .judge(clause, holds, || Break::at(exchange.number, "", expected, found));
        }
    }

    /// Nothing here can tell whether these hold.
    pub(super) fn untestable(&mut self, clauses: &[&str], why: &str) {
        for clause in clauses {
            self.verdicts().untestable(clause, why);
        }
    }

    /// Waits until all of these have ended, or patience is at its end; which of them have.
    pub(super) fn wait_for_ends(&mut self, ids: &[String]) -> BTreeSet<String> {
        let timeouts = self.world.timeouts();
        if self.target.gives_time() {
            self.let_pass(timeouts);
            return self.ended(ids);
        }
        let mut waiting = ids.to_vec();
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(200));
        loop {
            let ended = self.ended(&waiting);
            waiting.retain(|id| !ended.contains(id));
            let is_over = waited >= timeouts || self.is_stopped();
            if waiting.is_empty() || is_over || self.trouble.is_some() {
                let all = ids.iter().filter(|id| !waiting.contains(id));
                return all.cloned().collect();
            }
            self.target.sleep(pause);
            waited += pause;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Lets this time pass at the target.
    pub(super) fn let_pass(&mut self, time: Duration) {
        if !self.target.gives_time() {
            self.target.sleep(time);
            return;
        }
        let body = json!({ "by": render_duration(time), "runs": true });
        let call = HttpCall::post(Api::Control, "/v1/clock/advance", &body);
        self.target.exchange(vec![call]);
    }

    /// Which of these have ended, as `show` tells.
    fn ended(&mut self, ids: &[String]) -> BTreeSet<String> {
        let mut ended = BTreeSet::new();
        for id in ids {
            let identifier = json!({ "provisioning_request_identifier": { "id": id } });
            let exchange = self.call(Operation::Show, identifier);
            let state =
                exchange.as_ref().and_then(|exchange| exchange.data()["life_cycle_state"].as_str());
            if matches!(state, Some("COMPLETED" | "REJECTED")) {
                ended.insert(id.clone());
            }
        }
        ended
    }
}

/// Parameters in a message, secrets masked.
fn masked_parameters(parameters: &Value) -> String {
    shortened(&mask_json(parameters.to_string().as_bytes()), 120)
}

impl ExchangeNote {
    fn of(number: usize, call: &HttpCall, options: &Options) -> Self {
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let masked = match query.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", mask_query(query)),
        };
        let body = match call.body.is_empty() {
            true => String::new(),
            false => mask_json(&call.body),
        };
        Self {
            number,
            verb: call.method.clone(),
            target: masked.clone(),
            curl: curl(call, options, &masked, &body),
            body,
            http_status: None,
            reply: String::new(),
        }
    }
}

/// What is masked becomes a variable of the shell, named after what it is.
fn open(text: &str) -> String {
    let mut parts = text.split("***");
    let mut open = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let before = open.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric());
        let is_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        let name = before.rsplit(|sign| !is_name(sign)).next();
        let name = name.filter(|name| !name.is_empty()).unwrap_or("secret");
        let variable = format!("'\"${}\"'", name.to_uppercase());
        open.push_str(&variable);
        open.push_str(part);
    }
    open
}

/// A command that makes the call again; the reader fills in what is secret.
fn curl(call: &HttpCall, options: &Options, target: &str, body: &str) -> String {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let address = open(&quote(&format!("{}{target}", options.address)));
    let mut command = format!("curl -s{} {address}", options.curl_flags);
    if call.method != "GET" {
        command.push_str(&format!(" -X {}", call.method));
    }
    for (name, value) in &call.headers {
        if name == "authorization" {
            // The key is the user of a Basic login without a password.
            command.push_str(" -u \"$WEB_API_KEY\":");
            continue;
        }
        command.push_str(&format!(" -H {}", quote(&format!("{name}: {value}"))));
    }
    if !body.is_empty() {
        command.push_str(&format!(" -d {}", open(&quote(body))));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_what_is_secret_after_what_it_is_and_the_story_says_what_to_put_there() {
        let list = HttpCall::get(Api::Crm, "/list?token=secret&type=X");
        let options =
            |flags: &str| Options { curl_flags: flags.to_owned(), ..Options::at("http://h") };
        let private = ExchangeNote::of(0, &list, &options(" --cacert 'our ca.pem'"));
        assert!(private.curl.starts_with("curl -s --cacert 'our ca.pem' 'http://h/list?"));
        let note = ExchangeNote::of(0, &list, &options(""));
        assert_eq!(note.curl, "curl -s 'http://h/list?token='\"$TOKEN\"'&type=X'");
        let body = json!({ "username": "a", "password": "secret", "pin": "1234" });
        let mut login = HttpCall::post(Api::Crm, "/token", &body);
        let key = ("authorization".to_owned(), "Basic secret".to_owned());
        login.headers.push(key);
        let note = ExchangeNote::of(1, &login, &options(""));
        for piece in
            ["\"password\":\"'\"$PASSWORD\"'\"", "\"pin\":\"'\"$PIN\"'\"", " -u \"$WEB_API_KEY\":"]
        {
            assert!(note.curl.contains(piece), "{}", note.curl);
        }
        assert!(!note.curl.contains("secret"), "{}", note.curl);
        let mut verdicts = Verdicts::default();
        verdicts.broken("status.ok", Break::at(1, "", "", ""));
        let record = crate::verify::VerifyRecord {
            clauses: crate::verify::VerifyRecord::clauses_of(&verdicts),
            exchanges: vec![note],
            ..Default::default()
        };
        let rendered = crate::verify::variables(&record, record.clauses.iter());
        let password = "$PASSWORD (the password of the login)";
        assert!(rendered.starts_with(password), "{rendered}");
        assert_eq!(rendered.matches('$').count(), 3, "{rendered}");
    }
}
