//! Who calls, and with which secrets: tokens, logins, PINs. Pure.

use std::collections::BTreeSet;

use conax_contract::crm::Operation;
use conax_contract::text::Outline;
use serde_json::Value;

use super::super::form::Exchange;
use super::calls::sent;
use super::placeholders::{map, plain, variable, word};
use super::registry::{is_ok, operation_of, records};
use super::steps::Writer;

impl Writer<'_> {
    /// Which token a call carries, if it is not the usual one.
    pub(super) fn token(
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
        if self.placeholders.kept.contains(name) {
            let is_usual = self.usual_token.as_deref() == Some(name);
            return (!is_usual).then(|| ("token", word(&format!("${}", variable(name)))));
        }
        // One nobody logged in for is a token of the world, unless it was refused.
        refuses_token(exchange).then(|| ("token", Outline::text(&self.placeholders.sent(name))))
    }

    /// Digits that are made up; one that was refused is replaced by one that is none.
    pub(super) fn pin(&mut self, value: &Value, exchange: &Exchange) -> Outline {
        if value.is_null() || *value == "" {
            return plain(value);
        }
        if !is_ok(exchange) {
            return Outline::text("no digits");
        }
        // One that Conax did not take is replaced by one it does not take: it has too many digits.
        let is_taken = records(exchange).first().is_none_or(|view| {
            let ended = self.registry.index_of(view).map(|index| &self.registry.all[index].views);
            let mut codes = ended.into_iter().flatten().map(|view| view["error_code"].as_str());
            !codes.any(|code| code.is_some_and(|code| code.contains("VALIDATION")))
        });
        let (name, count) = if is_taken { ("pin", 4) } else { ("bad_pin", 9) };
        let digits = map(vec![("digits", Outline::Whole(count))]);
        self.variables.insert(name, digits);
        Outline::Word(format!("${name}"))
    }

    /// The password of the user in the world; a user it lacks is added with a made-up one.
    pub(super) fn password(&mut self, exchange: &Exchange) -> Outline {
        if !is_ok(exchange) {
            return Outline::text("not the password");
        }
        let call = exchange.call.body.json().unwrap_or(&Value::Null);
        let username = call["username"].as_str().unwrap_or_default();
        let mut users = self.world.users.iter();
        let known = users.find(|user| user.user.username.eq_ignore_ascii_case(username));
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
            self.missing.organisation = Some(organisation.to_owned());
        }
        let user = map(vec![
            ("id", Outline::text(&format!("made-up-{username}"))),
            ("username", Outline::text(username)),
            ("password", Outline::text(&made_up)),
        ]);
        if !self.missing.users.contains(&user) {
            self.missing.users.push(user);
            let guess = format!("the world has no user {username}; the password is made up");
            self.missing.guesses.push(guess);
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
    pub(super) fn basic(&mut self, operation: Operation, exchange: &Exchange) -> Option<Outline> {
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
    pub(super) fn log_in(
        &mut self,
        exchange: &Exchange,
        fields: &mut Vec<(&'static str, Outline)>,
    ) {
        let Some(token) = issued_token(exchange) else {
            return;
        };
        let mut kept = vec![(variable(token), word("token"))];
        if !self.uses_token_of_world {
            kept.insert(0, ("token".to_owned(), word("token")));
            self.usual_token = Some(token.to_owned());
        }
        self.placeholders.kept.insert(token.to_owned());
        fields.push(("keep", Outline::Map(kept)));
    }
}

/// Whether calls carry a token nobody logged in for, and it was not refused: one of the world's.
pub(super) fn uses_token_of_world(exchanges: &[Exchange]) -> bool {
    let mut issued = BTreeSet::new();
    exchanges.iter().filter(|one| one.api == "crm").any(|exchange| {
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
