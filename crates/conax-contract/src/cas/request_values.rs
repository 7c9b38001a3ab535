//! The values of one request: found by name, read by kind, problems collected.

use chrono::NaiveDateTime;

use super::field::WireElement;
use super::profile::Profile;
use super::xml::{Element, trimmed};
use crate::text::{TextFault, near_miss, parse_moment};
use conax_model::command::CommandKind;
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::time::SimTime;

/// How much of a value a problem quotes.
const QUOTE_LIMIT: usize = 60;
/// How many problems are worth telling.
const PROBLEM_LIMIT: usize = 20;

/// The values inside one element, and what is wrong with those read so far.
pub(super) struct Values<'a> {
    profile: &'a Profile,
    operation: CommandKind,
    container: &'a Element,
    problems: Vec<String>,
}

impl<'a> Values<'a> {
    pub const fn new(profile: &'a Profile, operation: CommandKind, container: &'a Element) -> Self {
        Self { profile, operation, container, problems: Vec::new() }
    }

    /// Everything that was wrong.
    pub fn problems(self) -> Vec<String> {
        limited(self.problems)
    }

    /// A text that must be there and not be empty, without white space around it.
    pub fn identifier<T>(&mut self, element: WireElement, id: fn(String) -> T) -> T {
        let found = self.required(element);
        id(found.map_or_else(String::new, |found| self.identifier_in(found)))
    }

    /// The one card that must be there.
    pub fn card(&mut self) -> SmartcardId {
        self.identifier(WireElement::Card, SmartcardId::new)
    }

    /// A list of cards.
    pub fn cards(&mut self) -> Vec<SmartcardId> {
        self.list(WireElement::CardList, WireElement::Card, SmartcardId::new)
    }

    /// A list of pairing modules.
    pub fn modules(&mut self) -> Vec<PairingModuleId> {
        self.list(WireElement::ModuleList, WireElement::Module, PairingModuleId::new)
    }

    /// A list of products.
    pub fn products(&mut self) -> Vec<ProductId> {
        self.list(WireElement::ProductList, WireElement::Product, ProductId::new)
    }

    /// A text that may be absent or empty, which is the same.
    pub fn optional_identifier(&mut self, element: WireElement) -> Option<String> {
        let text = self.optional_text(element)?;
        Some(trimmed(&text).to_owned())
    }

    /// A text that must be there, exactly as it was sent.
    pub fn text(&mut self, element: WireElement) -> String {
        let Some(found) = self.required(element) else {
            return String::new();
        };
        self.text_in(found)
    }

    /// A whole number that may be absent.
    pub fn integer(&mut self, element: WireElement) -> Option<i64> {
        let text = self.optional_text(element)?;
        let number = trimmed(&text).parse().ok();
        if number.is_none() {
            self.unreadable(element, &text, "a whole number");
        }
        number
    }

    /// A whole number that must be there.
    pub fn required_integer(&mut self, element: WireElement) -> i64 {
        if self.required(element).is_none() {
            return 0;
        }
        let before = self.problems.len();
        let number = self.integer(element);
        if number.is_none() && self.problems.len() == before {
            self.unreadable(element, "", "a whole number");
        }
        number.unwrap_or_default()
    }

    /// A local time that may be absent.
    pub fn time(&mut self, element: WireElement) -> Option<SimTime> {
        let text = self.optional_text(element)?;
        let time = parse_time(trimmed(&text));
        if time.is_none() {
            self.unreadable(element, &text, "a time like `2014-11-28T15:05:20`");
        }
        time.map(SimTime::from_calendar)
    }

    /// The items of a list, inside its element or loose beside the other values (Ours); none if
    /// there is no such list. Whether a list may be empty is for the head-end to judge.
    fn list<T>(&mut self, list: WireElement, item: WireElement, id: fn(String) -> T) -> Vec<T> {
        let mut items = self.elements(self.container, item);
        for element in self.elements(self.container, list) {
            items.extend(self.elements(element, item));
        }
        items.into_iter().map(|item| id(self.identifier_in(item))).collect()
    }

    fn name(&self, element: WireElement) -> &'a str {
        &self.profile.element(self.operation, element).value
    }

    fn elements(&self, parent: &'a Element, element: WireElement) -> Vec<&'a Element> {
        let name = self.name(element);
        parent.children().filter(|child| child.local == name).collect()
    }

    fn required(&mut self, element: WireElement) -> Option<&'a Element> {
        let found = self.only(element);
        if found.is_none() {
            let problem = self.missing(element);
            self.problems.push(problem);
        }
        found
    }

    /// The one element with this name. More than one is a problem, and the first counts.
    fn only(&mut self, element: WireElement) -> Option<&'a Element> {
        let found = self.elements(self.container, element);
        if found.len() > 1 {
            let (name, count) = (self.name(element), found.len());
            self.problems.push(format!("`{name}` is given {count} times; expected once"));
        }
        found.first().copied()
    }

    fn optional_text(&mut self, element: WireElement) -> Option<String> {
        let found = self.only(element)?;
        let text = self.text_in(found);
        (!trimmed(&text).is_empty()).then_some(text)
    }

    fn identifier_in(&mut self, element: &Element) -> String {
        let before = self.problems.len();
        let text = trimmed(&self.text_in(element)).to_owned();
        if text.is_empty() && self.problems.len() == before {
            self.problems.push(format!("`{}` is empty; expected an identifier", element.local));
        }
        text
    }

    fn text_in(&mut self, element: &Element) -> String {
        let Some(text) = element.text() else {
            self.problems.push(format!("`{}` has elements inside; expected text", element.local));
            return String::new();
        };
        match TextFault::of(&text) {
            None => text,
            Some(fault) => {
                self.problems.push(format!("{} {fault}", quoted(&element.local)));
                String::new()
            }
        }
    }

    fn unreadable(&mut self, element: WireElement, text: &str, expected: &str) {
        let (name, found) = (self.name(element), quoted(trimmed(text)));
        self.problems.push(format!("`{name}` is {found}; expected {expected}"));
    }

    fn missing(&self, element: WireElement) -> String {
        let name = self.name(element);
        if let Some(around) = self.around(name) {
            let around = quoted(around);
            return format!(
                "`{name}` is missing; hint: there is one inside {around}, which nobody reads: leave \
                 {around} out, and keep what is in it"
            );
        }
        match self.near_miss(name) {
            Some(near) => format!("`{name}` is missing; hint: there is {}", quoted(near)),
            None => format!("`{name}` is missing"),
        }
    }

    /// The element somebody put around the values, as clients do that wrap an argument twice.
    fn around(&self, name: &str) -> Option<&'a str> {
        let unknown = self.container.children().filter(|child| !self.is_known(&child.local));
        let mut holding = unknown.filter(|child| holds(child, name));
        holding.next().map(|child| child.local.as_str())
    }

    fn near_miss(&self, name: &str) -> Option<&'a str> {
        let unknown = self
            .container
            .children()
            .map(|child| child.local.as_str())
            .filter(|found| !self.is_known(found));
        near_miss(name, unknown)
    }

    fn is_known(&self, name: &str) -> bool {
        let order = &self.profile.operation(self.operation).order;
        order.iter().any(|&element| self.name(element) == name)
    }
}

/// Whether an element of this name is inside, however deep.
fn holds(element: &Element, name: &str) -> bool {
    element.children().any(|child| child.local == name || holds(child, name))
}

/// The text in backticks, cut if it is long.
pub(super) fn quoted(text: &str) -> String {
    let start: String = text.chars().take(QUOTE_LIMIT).collect();
    format!("`{start}`")
}

/// The first problems, each once, and how many more there are.
pub(super) fn limited(mut problems: Vec<String>) -> Vec<String> {
    problems.dedup();
    if problems.len() > PROBLEM_LIMIT {
        let more = problems.len() - PROBLEM_LIMIT;
        problems.truncate(PROBLEM_LIMIT);
        problems.push(format!("and {more} more problems"));
    }
    problems
}

/// Reads `2014-11-28T15:05:20`, with a fraction or a zone that is dropped.
///
/// Ours: clocks of the CRM and the head-end have no zone, so a written zone has nothing to be
/// converted to; generated clients write one all the same.
fn parse_time(text: &str) -> Option<NaiveDateTime> {
    let (moment, rest) = text.split_at_checked(19)?;
    is_fraction_and_zone(rest).then(|| parse_moment(moment)).flatten()
}

fn is_fraction_and_zone(rest: &str) -> bool {
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}
