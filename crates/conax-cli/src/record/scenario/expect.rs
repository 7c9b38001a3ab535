//! From a recorded reply to what a scenario expects of it: every member that depends on neither ids
//! nor clocks as it was, the others by their kind. Pure.

use conax_contract::crm::{CommandKind, Member};
use conax_contract::text::{Outline, parse_moment};
use conax_contract::world::{UserSpec, WorldSpec};
use serde_json::Value;

use super::placeholders::{Placeholders, is, map, plain, word};

/// What expecting needs to know.
pub(super) struct Expecting<'c> {
    /// What stands for the names of the recording.
    pub(super) placeholders: &'c Placeholders,
    /// The world the scenario starts from.
    pub(super) world: &'c WorldSpec,
    /// The dates of the calls, which come back as they were sent.
    pub(super) sent_dates: &'c [String],
}

/// Something to keep: under which name, of which member.
pub(super) type Kept = (String, &'static str);

impl Expecting<'_> {
    /// What is expected of a request; what it tells of itself that later steps may need.
    pub(super) fn record(
        &self,
        view: &Value,
        is_part: bool,
    ) -> (Vec<(String, Outline)>, Vec<Kept>) {
        let (mut expected, mut kept) = (Vec::new(), Vec::new());
        // What matters most is read first.
        let first = [Member::LifeCycleState, Member::Type];
        let others = Member::ALL.into_iter();
        let others = others.filter(|member| !first.contains(member));
        for member in first.into_iter().chain(others) {
            let Some(value) = view.get(member.code()) else {
                // Of a part nobody knows what else there was.
                if !is_part {
                    expected.push((member.code().to_owned(), is("absent")));
                }
                continue;
            };
            if let Some(name) = self.new_name(member, value) {
                kept.push((name.to_owned(), member.code()));
            }
            let matcher = match repeats_pin(member, view) {
                true => begin_of(member, view),
                false => self.member(member, value),
            };
            expected.push((member.code().to_owned(), matcher));
        }
        // What no contract knows is expected, too: it was there.
        for (name, value) in view.as_object().into_iter().flatten() {
            if Member::from_code(name).is_none() {
                expected.push((name.clone(), self.value(value)));
            }
        }
        (expected, kept)
    }

    fn new_name<'v>(&self, member: Member, value: &'v Value) -> Option<&'v str> {
        let name = value.as_str()?;
        let is_kind = matches!(member, Member::Id | Member::Number | Member::ReferenceNumber);
        let is_new =
            self.placeholders.names.contains(name) && self.placeholders.known(name).is_none();
        (is_kind && is_new).then_some(name)
    }

    fn member(&self, member: Member, value: &Value) -> Outline {
        match (member, value) {
            (Member::ScheduledDate | Member::ExecutedDate, Value::String(text)) => {
                let was_sent = self.sent_dates.contains(text);
                let is_date = parse_moment(text).is_some();
                match (was_sent, is_date) {
                    (true, _) => Outline::text(text),
                    (false, true) => is("date"),
                    (false, false) => self.text(text),
                }
            }
            (Member::SequenceNumber, Value::Number(_)) => is("whole"),
            (Member::ProcessId, Value::String(_)) => is("text"),
            (Member::LogInformation, Value::Object(_)) => self.log_information(value),
            (Member::ParametersSet, Value::Array(items)) => {
                Outline::List(items.iter().map(|item| self.parameter(item)).collect())
            }
            (_, value) => self.value(value),
        }
    }

    fn value(&self, value: &Value) -> Outline {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                Outline::List(items.iter().map(|item| self.value(item)).collect())
            }
            Value::Object(members) => {
                let pair = |(name, value): (&String, &Value)| (name.clone(), self.value(value));
                Outline::Map(members.iter().map(pair).collect())
            }
            other => plain(other),
        }
    }

    /// A text, or as much of it as does not depend on what is made up every time.
    fn text(&self, text: &str) -> Outline {
        if let Some(known) = self.placeholders.known(text) {
            return word(&known);
        }
        match self.placeholders.before_unknown(text) {
            "" => is("text"),
            begin => map(vec![("starts with", Outline::text(&begin.replace('$', "$$")))]),
        }
    }

    /// An item of the parameters, without its id.
    fn parameter(&self, item: &Value) -> Outline {
        let members = item.as_object().into_iter().flatten();
        let rendered = members.filter(|(name, _)| *name != "id");
        Outline::Map(
            rendered
                .map(|(name, value)| {
                    let is_date = value.as_str().and_then(parse_moment).is_some();
                    let value = if is_date { is("date") } else { self.value(value) };
                    (name.clone(), value)
                })
                .collect(),
        )
    }

    /// Who did it, if the world has the same user; that there was somebody, if it has not.
    fn log_information(&self, log: &Value) -> Outline {
        let users = [&log["created_by_user"], &log["updated_by_user"]];
        if !users.into_iter().all(|user| self.is_our_user(user)) {
            return is("object");
        }
        let members = log.as_object().into_iter().flatten();
        let rendered = members.map(|(name, value)| {
            let is_date = value.as_str().and_then(parse_moment).is_some();
            let value = if is_date { is("date") } else { self.value(value) };
            (name.clone(), value)
        });
        Outline::Map(rendered.collect())
    }

    fn is_our_user(&self, user: &Value) -> bool {
        usual_user(self.world).is_some_and(|ours| {
            user["username"] == *ours.user.username && user["id"] == *ours.user.id
        })
    }
}

/// Whether a text says what is wrong with a PIN, which is another one here.
fn repeats_pin(member: Member, view: &Value) -> bool {
    let is_text = matches!(
        member,
        Member::Response | Member::ErrorDescription | Member::ProviderErrorDescription
    );
    let is_pin = view["type"] == CommandKind::UpdateCaPinToGivenValue.code();
    is_text && is_pin && view["error_code"].is_string() && view[member.code()].is_string()
}

/// That there is a text, and that a response begins with the code.
fn begin_of(member: Member, view: &Value) -> Outline {
    let code = view["error_code"].as_str().unwrap_or_default();
    let response = view[member.code()].as_str().unwrap_or_default();
    match member == Member::Response && response.starts_with(code) {
        true => map(vec![("starts with", word(&code.replace('$', "$$")))]),
        false => is("text"),
    }
}

/// The user of the token that calls carry if they name none.
pub(super) fn usual_user(world: &WorldSpec) -> Option<&UserSpec> {
    let token = world.tokens.first()?;
    let name = &token.username;
    let mut users = world.users.iter();
    users.find(|user| user.user.username.eq_ignore_ascii_case(name))
}
