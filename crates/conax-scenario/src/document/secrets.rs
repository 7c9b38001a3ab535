//! What must not be read in anything that is told of a run: the list of its secrets.
//!
//! A secret is whatever stands under the name of one, in the scenario, in its world, in a call or
//! in an answer, wherever it came from: a variable, a row of a table, made-up data. How it is found
//! again is said in [`conax_contract::secret`].

use conax_contract::secret::KnownSecrets;

use super::matcher::Matcher;
use super::spec::{Action, Body, Expected, Scenario, Step, Token};
use super::template::{Template, plain_text};

/// Secrets of a run.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    known: KnownSecrets,
}

impl Secrets {
    /// What is known before anything is played.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let mut secrets = Self::default();
        secrets.add_scenario(scenario);
        secrets
    }

    /// Adds what is known of a scenario before it is played.
    pub fn add_scenario(&mut self, scenario: &Scenario) {
        self.add_steps(&scenario.steps, &scenario.cleanup);
        self.known.add_world(&scenario.world.spec);
    }

    /// The secrets that stand in steps.
    #[must_use]
    pub fn of_steps(steps: &[Step], cleanup: &[Step]) -> Self {
        let mut secrets = Self::default();
        secrets.add_steps(steps, cleanup);
        secrets
    }

    /// Adds the secrets that stand in steps.
    pub fn add_steps(&mut self, steps: &[Step], cleanup: &[Step]) {
        for step in steps.iter().chain(cleanup) {
            self.add_step(step);
        }
    }

    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        self.known.add(value);
    }

    /// Takes the secrets out of texts.
    #[must_use]
    pub const fn eraser(&self) -> &KnownSecrets {
        &self.known
    }

    fn add_step(&mut self, step: &Step) {
        match &step.action {
            Action::Call(call) => {
                for (name, value) in call.parameters.iter().chain(&call.headers) {
                    self.add_named(name, value);
                }
                if let Token::Given(token) = &call.token {
                    self.add_template(token);
                }
                if let Some(basic) = call.basic.as_ref().and_then(Template::plain) {
                    self.known.add_credentials(&plain_text(&basic));
                }
                self.add_expected(&call.expect.members);
            }
            Action::Raw(call) => {
                for (name, value) in &call.headers {
                    self.add_named(name, value);
                }
                if let Some(path) = call.path.plain() {
                    self.known.add_call(&plain_text(&path), &[]);
                }
                match &call.body {
                    Body::Empty => {}
                    Body::Text(text) => {
                        let text = text.plain().map(|text| plain_text(&text));
                        self.known.add_text(&text.unwrap_or_default());
                    }
                    Body::Json(value) => self.add_named("", value),
                    Body::Bytes(bytes) => self.known.add_body(bytes),
                }
                self.add_expected(&call.expect.members);
            }
            Action::Utility(utility) => {
                for (name, value) in &utility.members {
                    self.add_named(name, value);
                }
            }
            Action::ExpectConax(wanted) => self.add_expected(&wanted.members),
            Action::Wait(wait) => self.add_expected(&wait.expect),
            Action::Repeat(repeat) => repeat.steps.iter().for_each(|step| self.add_step(step)),
            Action::Parallel(steps) => steps.iter().for_each(|step| self.add_step(step)),
            Action::Use(included) => {
                for (name, value) in &included.with {
                    self.add_named(name, value);
                }
                included.steps.iter().for_each(|step| self.add_step(step));
            }
            _ => {}
        }
    }

    fn add_expected(&mut self, members: &[Expected]) {
        for member in members {
            let last = member.path.parts.last().map_or("", String::as_str);
            match &member.matcher {
                Matcher::Equals(value) => self.add_named(last, value),
                Matcher::Members(inner) => self.add_expected(inner),
                _ => {}
            }
        }
    }

    fn add_named(&mut self, name: &str, value: &Template) {
        if KnownSecrets::is_named(name) {
            return self.add_template(value);
        }
        match value {
            Template::Map(members) => {
                for (name, value) in members {
                    self.add_named(name, value);
                }
            }
            Template::List(items) => items.iter().for_each(|item| self.add_named("", item)),
            Template::Plain(value) => self.known.add_value(name, value),
            Template::Text(_) => {}
        }
    }

    fn add_template(&mut self, value: &Template) {
        match value {
            Template::Plain(value) => self.known.add_all(value),
            Template::List(items) => items.iter().for_each(|item| self.add_template(item)),
            Template::Map(members) => {
                members.iter().for_each(|(_, value)| self.add_template(value))
            }
            Template::Text(_) => {}
        }
    }

    /// Adds what a call carries under secret names: in its headers, its query and its body.
    pub fn add_call(&mut self, target: &str, headers: &[(String, String)], body: &[u8]) {
        self.known.add_call(target, body);
        for (name, value) in headers {
            self.known.add_header(name, value);
        }
    }

    /// Adds what an answer tells under secret names.
    pub fn add_reply(&mut self, body: &[u8]) {
        self.known.add_reply(body);
    }
}
