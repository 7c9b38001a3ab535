//! Who called: the user a token was given to, and whom a request says it was created by.

use std::collections::BTreeMap;

use conax_contract::crm::{Member, Operation};
use serde_json::Value;

use super::exchange::Exchange;
use super::object::Printed;
use super::verdicts::Verdicts;

const CLAUSE: &str = "log_information.creator";

/// The users that tokens were given to, by the tokens' numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Creators {
    by_token: BTreeMap<u64, String>,
}

impl Creators {
    /// Remembers a login that went well.
    pub(super) fn remember(&mut self, exchange: &Exchange) {
        let user = exchange.parameters.get("username").and_then(Value::as_str);
        let token = exchange.data().get("token").and_then(Value::as_str);
        if let (Operation::IssueToken, Some(user), Some(token)) = (exchange.operation, user, token)
        {
            self.by_token.insert(number_of(Some(token)), user.to_owned());
        }
    }

    /// Judges the user of a request that was just created.
    pub(super) fn judge(&self, exchange: &Exchange, verdicts: &mut Verdicts) {
        if exchange.operation.creates().is_none() {
            return;
        }
        for printed in Printed::all(exchange) {
            let log = printed.get(Member::LogInformation);
            let found = log.and_then(|log| log["created_by_user"]["username"].as_str());
            let Some(found) = found else { continue };
            let Some(user) = self.by_token.get(&token_of(exchange)) else {
                verdicts.untestable(CLAUSE, "nobody knows whose the token is");
                continue;
            };
            // Case does not matter in user names.
            verdicts.judge(CLAUSE, found.to_lowercase() == user.to_lowercase(), || {
                let path = "log_information.created_by_user.username";
                printed.at(path, format!("{user}, who called"), found)
            });
        }
    }
}

/// The token of a call, as a number: nobody needs to keep it.
pub(super) fn token_of(exchange: &Exchange) -> u64 {
    number_of(exchange.parameters.get("token").and_then(Value::as_str))
}

fn number_of(token: Option<&str>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}
