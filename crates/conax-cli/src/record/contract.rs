//! Where what is recorded breaks the contract: the examiner's witness listens. Quotes no secret.

use conax_contract::crm::{BasePath, Operation};
use conax_scenario::conformance::{Exchange, Verdicts, Witness};
use conax_scenario::document::Api;

use super::form::Heard;
use super::names::operation_at;

/// Who holds exchanges against the contract while they are recorded.
#[derive(Default)]
pub(super) struct Checker {
    witness: Witness,
    count: usize,
}

impl Checker {
    /// Everything an exchange breaks, a sentence for each clause. One that was alone is also held
    /// against all before it; of exchanges at the same time nobody knows the order.
    pub(super) fn findings_of(&mut self, exchange: &Heard, is_alone: bool) -> Vec<String> {
        self.count += 1;
        let Some(said) = read(exchange, self.count) else {
            return Vec::new();
        };
        if !is_alone {
            let mut witness = Witness::default();
            witness.observe(&said);
            return sentences(&witness.verdicts, self.count);
        }
        self.witness.observe(&said);
        sentences(&self.witness.verdicts, self.count)
    }
}

fn read(exchange: &Heard, number: usize) -> Option<Exchange> {
    let operation = operation_at(&exchange.call.verb, exchange.call.path());
    let (Api::Crm, Some(operation), Ok(reply)) = (exchange.api, operation, &exchange.reply) else {
        return None;
    };
    Exchange::read(
        number,
        &BasePath::default(),
        (&exchange.call.verb, &target(operation, exchange.call.query()), &exchange.call.body),
        (reply.status, &reply.body),
    )
}

/// The documented path, wherever the implementation serves it.
fn target(operation: Operation, query: &str) -> String {
    match query {
        "" => format!("/{}", operation.path()),
        query => format!("/{}?{query}", operation.path()),
    }
}

/// What this exchange broke.
fn sentences(verdicts: &Verdicts, number: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    for (clause, breaks) in verdicts.breaks() {
        let own = breaks.iter().filter(|one| one.exchange == Some(number));
        for one in own.take(1) {
            let place = match one.path.as_str() {
                "" => String::new(),
                path => format!(" at {path}"),
            };
            sentences.push(format!(
                "{} ({}): expected {}, found {}{place}",
                clause.id, clause.strictness, one.expected, one.found
            ));
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    //! What is told of replies that break the contract.

    use std::time::Duration;

    use conax_contract::crm::Operation;
    use conax_scenario::document::Api;
    use serde_json::{Value, json};

    use super::super::form::{Heard, HeardCall, HeardReply};
    use super::Checker;

    fn heard(operation: Operation, call: &Value, reply: &Value) -> Heard {
        Heard {
            api: Api::Crm,
            at: Duration::ZERO,
            took: Duration::ZERO,
            call: HeardCall {
                verb: operation.verb().to_owned(),
                target: format!("/somewhere/{}", operation.path()),
                body: call.to_string().into_bytes(),
                ..HeardCall::default()
            },
            reply: Ok(HeardReply {
                status: 200,
                body: reply.to_string().into_bytes(),
                coding: None,
            }),
        }
    }

    fn ids(findings: &[String]) -> Vec<&str> {
        let first = findings.iter().map(|text| text.split(' ').next().unwrap_or_default());
        first.collect()
    }

    #[test]
    fn the_documented_show_keeps_the_contract() {
        let reply = serde_json::from_str(Operation::Show.example_reply().unwrap_or_default());
        let reply = reply.expect("an example is JSON");
        let one = heard(Operation::Show, &json!({}), &reply);
        assert_eq!(Checker::default().findings_of(&one, true), Vec::<String>::new());
    }

    #[test]
    fn a_break_is_told_with_the_exchange_that_shows_it_and_no_other() {
        let mut reply: Value =
            serde_json::from_str(Operation::Show.example_reply().unwrap_or_default())
                .expect("an example is JSON");
        let right = reply.clone();
        reply["data"]["process_immediately"] = json!(true);
        let mut checker = Checker::default();
        let wrong = heard(Operation::Show, &json!({}), &reply);
        let found = checker.findings_of(&wrong, false);
        assert_eq!(ids(&found), ["show.example", "request.process_immediately"]);
        let found = checker.findings_of(&heard(Operation::Show, &json!({}), &right), true);
        assert_eq!(ids(&found), Vec::<&str>::new());
    }

    #[test]
    fn a_request_that_goes_back_is_told_unless_others_were_under_way() {
        let example: Value =
            serde_json::from_str(Operation::Show.example_reply().unwrap_or_default())
                .expect("an example is JSON");
        let mut back = example.clone();
        back["data"]["life_cycle_state"] = json!("REJECTED");
        let (first, second) = (
            heard(Operation::Show, &json!({}), &example),
            heard(Operation::Show, &json!({}), &back),
        );
        let mut checker = Checker::default();
        checker.findings_of(&first, true);
        assert!(!ids(&checker.findings_of(&second, false)).contains(&"law.c1"));
        assert!(ids(&checker.findings_of(&second, true)).contains(&"law.c1"));
    }
}
