//! The first look at a target, before anything is judged, and the last one.

use conax_contract::crm::Operation;
use conax_contract::text::shortened;
use serde_json::{Value, json};

use super::session::{Credentials, Options, Session};
use super::world::TargetWorld;
use crate::conformance::{Break, Exchange};
use crate::target::Target;

/// Requests that are shown once more at the end, if lists lacked them.
const LAST_LOOKS: usize = 20;

/// Characters of an answer that are repeated in a sentence.
const LONGEST: usize = 60;

/// Characters of a refusal that are repeated where it is the whole answer.
const LONGEST_REFUSAL: usize = 500;

/// A token nobody was given.
const NO_TOKEN: &str = "00000000000000000000000000000000";

/// Looks whether a target that gives its token is this API at all.
///
/// # Errors
/// Why nothing can be found out there.
pub fn preflight(target: &mut dyn Target) -> Result<(), Unopened> {
    let (world, credentials) = (TargetWorld::default(), Credentials::default());
    let options = preflight_options();
    let mut session = Session::new(target, &world, &credentials, &options);
    session.check_api()
}

/// One call after the other, none of which changes anything.
fn preflight_options() -> Options {
    Options { is_read_only: true, parallel: 1, ..Options::at("") }
}

/// Why nothing can be found out at a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// The reason, in a sentence.
    pub why: String,
    /// Whether it answered, and refused the login or the token it was given.
    pub is_refused: bool,
}

impl Unopened {
    fn refused(why: String) -> Self {
        let is_refused = true;
        Self { why, is_refused }
    }
}

impl From<String> for Unopened {
    fn from(why: String) -> Self {
        let is_refused = false;
        Self { why, is_refused }
    }
}

/// Looks whether a target is this API at all, whatever it thinks of a token.
///
/// # Errors
/// Why it is not, in a sentence.
pub fn is_provisioning_api(target: &mut dyn Target) -> Result<(), String> {
    let (world, credentials) = (TargetWorld::default(), Credentials::default());
    let options = preflight_options();
    let mut session = Session::new(target, &world, &credentials, &options);
    let Some(exchange) = session.ask(Operation::List, json!({ "token": NO_TOKEN })) else {
        return Err(session.trouble().unwrap_or("it does not answer").to_owned());
    };
    match exchange.http_status {
        // Whoever stands before the API may refuse a token in a form of his own.
        401 | 403 => Ok(()),
        _ => is_this_api(&exchange),
    }
}

impl Session<'_> {
    /// Opens the target and looks whether it is this API at all.
    ///
    /// # Errors
    /// Why nothing can be verified there.
    pub(super) fn check_api(&mut self) -> Result<(), Unopened> {
        if self.token.is_empty() {
            self.check_by_login()?;
        } else {
            self.check_by_list()?;
        }
        // Who answers nothing says nothing of any clause.
        match self.trouble() {
            Some(trouble) => Err(trouble.to_owned().into()),
            None => Ok(()),
        }
    }

    fn check_by_login(&mut self) -> Result<(), Unopened> {
        let Some(exchange) = self.log_in() else {
            return Ok(());
        };
        is_this_api(&exchange)?;
        // Whatever it is called: what gives a token went well.
        if !self.token.is_empty() {
            return Ok(());
        }
        match exchange.is_ok() {
            true => Err("its login says OK and gives no `data.token`".to_owned().into()),
            false if !exchange.code().is_empty() => {
                let who = self.world.login.as_ref();
                let who = who.map_or("nobody", |login| login.username.as_str());
                let why = format!("it refuses the login of `{who}`: {}", whole_refusal(&exchange));
                Err(Unopened::refused(why))
            }
            _ => Ok(()),
        }
    }

    fn check_by_list(&mut self) -> Result<(), Unopened> {
        let list = |token: &str| json!({ "token": token, "type": "ADD_SUBSCRIPTIONS", "fields_set": "id" });
        let own = self.token.clone();
        let Some(exchange) = self.ask(Operation::List, list(&own)) else {
            return Ok(());
        };
        is_this_api(&exchange)?;
        if exchange.is_ok() || exchange.code().is_empty() {
            return Ok(());
        }
        // It may refuse the call and take the token, which a token nobody has tells apart.
        let other = self.ask(Operation::List, list(NO_TOKEN));
        let is_same = other.is_some_and(|other| {
            other.code() == exchange.code() && other.http_status == exchange.http_status
        });
        match is_same {
            true => {
                let why = format!("it refuses the token: {}", whole_refusal(&exchange));
                Err(Unopened::refused(why))
            }
            false => Ok(()),
        }
    }

    /// Shows once more what lists lacked: it is either lost or only not listed.
    pub(super) fn read_again(&mut self) {
        for id in self.witness.missing().into_iter().take(LAST_LOOKS) {
            self.is_still_there(&id);
        }
    }

    /// Judges whether a request that was acknowledged can be shown still; the look, if it can.
    pub(super) fn is_still_there(&mut self, id: &str) -> Option<Exchange> {
        let named = json!({ "provisioning_request_identifier": { "id": id } });
        let exchange = self.call(Operation::Show, named)?;
        let is_there = exchange.is_ok();
        if !is_there {
            self.witness.lost(id);
        }
        let cause = self.is_of_several(id).then_some("create.parallel");
        self.verdicts().judge("request.none-lost", is_there, || {
            let expected = format!("request {id}, which was acknowledged");
            Break::at(exchange.number, "data", expected, refusal(&exchange)).caused_by(cause)
        });
        is_there.then_some(exchange)
    }
}

/// Whether an answer is one of this API, right or wrong.
fn is_this_api(exchange: &Exchange) -> Result<(), String> {
    let reply = exchange.reply.as_ref();
    let member = |name: &str| reply.and_then(|reply| reply.get(name));
    // A number is the HTTP status once more, as many other APIs answer what they do not know.
    let has_status = member("status").is_some_and(|status| !status.is_number());
    if has_status || member("data").is_some() {
        return Ok(());
    }
    let found = match reply {
        None => "no JSON".to_owned(),
        Some(Value::Object(members)) if members.is_empty() => "an empty JSON object".to_owned(),
        Some(value) => shortened(&value.to_string(), LONGEST),
    };
    Err(format!(
        "this is not the provisioning API: {} /{} answered HTTP {} with {found}, and not with a `status`; \
         is the address the one methods stand below, such as http://HOST/crmapi/rest/v2?",
        exchange.operation.verb(),
        exchange.operation.path(),
        exchange.http_status
    ))
}

fn refusal(exchange: &Exchange) -> String {
    let message = exchange.status()["message"].as_str().unwrap_or("no message");
    format!("{}: {}", exchange.code(), shortened(message, LONGEST))
}

/// A refusal as it was said: it is all there is to go by.
fn whole_refusal(exchange: &Exchange) -> String {
    let message = exchange.status()["message"].as_str().unwrap_or("no message");
    format!("{}: {}", exchange.code(), shortened(message, LONGEST_REFUSAL))
}
